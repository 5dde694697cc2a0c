//! The pieces of a GGUF header, read with their bounds checked.

use std::path::Path;

use super::format::value;
use super::types::TensorType;
use crate::Error;

/// A metadata value as it is read. Arrays are a span of the file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Integer(i128),
    Float(f64),
    Bool(bool),
    String(String),
    Array { element: u32, count: usize, offset: usize },
}

impl Value {
    /// The value as JSON; an array, which stays in the file, is a text that names it.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Integer(value) => i64::try_from(*value).map_or((*value as f64).into(), Into::into),
            Self::Float(value) => (*value).into(),
            Self::Bool(value) => (*value).into(),
            Self::String(value) => value.as_str().into(),
            Self::Array { count: 0, .. } => serde_json::Value::Array(Vec::new()),
            Self::Array { count, .. } => format!("an array of {count}").into(),
        }
    }
}

/// A tensor's description.
pub(crate) struct Entry {
    /// The type.
    pub(crate) kind: TensorType,
    /// Outermost dimension first.
    pub(crate) shape: Vec<usize>,
    /// From the start of the data, as the header has it; from the start of the file once the tensors are placed.
    pub(crate) offset: usize,
}

/// A place in the header.
pub(crate) struct Reader<'a> {
    pub(crate) path: &'a Path,
    pub(crate) data: &'a [u8],
    pub(crate) at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn error(&self, at: usize, reason: impl Into<String>) -> Error {
        Error::Format { path: self.path.to_owned(), offset: at as u64, reason: reason.into() }
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let rest = &self.data[self.at..];
        let bytes = rest.get(..count).ok_or_else(|| {
            self.error(self.at, format!("{count} bytes of header are needed, but the file has {} left", rest.len()))
        })?;
        self.at += count;
        Ok(bytes)
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        Ok(std::array::from_fn({
            let bytes = self.bytes(N)?;
            |i| bytes[i]
        }))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        self.number().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, Error> {
        self.number().map(u64::from_le_bytes)
    }

    /// A count of things of at least `size` bytes each, which the rest of the file must be able to hold.
    pub(crate) fn length(&mut self, size: usize) -> Result<usize, Error> {
        let at = self.at;
        let count = self.u64()?;
        let room = (self.data.len() - self.at) / size;
        if count > room as u64 {
            return Err(
                self.error(at, format!("a count of {count} is more than the {room} that the file has room for"))
            );
        }
        Ok(count as usize)
    }

    pub(crate) fn string(&mut self) -> Result<String, Error> {
        let at = self.at;
        let length = self.length(1)?;
        String::from_utf8(self.bytes(length)?.to_vec()).map_err(|_| self.error(at, "a string is not UTF-8"))
    }

    pub(crate) fn value(&mut self, kind: u32) -> Result<Value, Error> {
        Ok(match kind {
            value::U8 => Value::Integer(u8::from_le_bytes(self.number()?).into()),
            value::I8 => Value::Integer(i8::from_le_bytes(self.number()?).into()),
            value::U16 => Value::Integer(u16::from_le_bytes(self.number()?).into()),
            value::I16 => Value::Integer(i16::from_le_bytes(self.number()?).into()),
            value::U32 => Value::Integer(self.u32()?.into()),
            value::I32 => Value::Integer(i32::from_le_bytes(self.number()?).into()),
            value::F32 => Value::Float(f32::from_le_bytes(self.number()?).into()),
            value::BOOL => Value::Bool(self.number::<1>()? != [0]),
            value::STRING => Value::String(self.string()?),
            value::ARRAY => self.array()?,
            value::U64 => Value::Integer(self.u64()?.into()),
            value::I64 => Value::Integer(i64::from_le_bytes(self.number()?).into()),
            value::F64 => Value::Float(f64::from_le_bytes(self.number()?)),
            other => return Err(self.error(self.at - 4, format!("value type {other} does not exist"))),
        })
    }

    fn array(&mut self) -> Result<Value, Error> {
        let at = self.at;
        let element = self.u32()?;
        let size = match element {
            value::U8 | value::I8 | value::BOOL => 1,
            value::U16 | value::I16 => 2,
            value::U32 | value::I32 | value::F32 => 4,
            value::STRING | value::U64 | value::I64 | value::F64 => 8,
            _ => return Err(self.error(at, format!("arrays of value type {element} are not supported"))),
        };
        let count = self.length(size)?;
        let offset = self.at;
        if element == value::STRING {
            (0..count).try_for_each(|_| self.string().map(drop))?;
        } else {
            self.bytes(count * size)?;
        }
        Ok(Value::Array { element, count, offset })
    }

    pub(crate) fn entry(&mut self) -> Result<(String, Entry), Error> {
        let name = self.string()?;
        let at = self.at;
        let dims = self.u32()?;
        if dims > 4 {
            return Err(self.error(at, format!("tensor `{name}` has {dims} dimensions; at most 4 are possible")));
        }
        let mut shape = (0..dims).map(|_| self.u64().map(|d| d as usize)).collect::<Result<Vec<_>, _>>()?;
        shape.reverse();
        let kind = TensorType(self.u32()?);
        Ok((name, Entry { kind, shape, offset: self.u64()? as usize }))
    }
}
