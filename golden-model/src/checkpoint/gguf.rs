//! The GGUF container, versions 2 and 3, little-endian.
//!
//! ```text
//! "GGUF" version:u32 tensors:u64 pairs:u64
//! pairs   x { key:string type:u32 value }
//! tensors x { name:string dims:u32 dim:u64 x dims  type:u32 offset:u64 }
//! padding to general.alignment (32), then the data; offsets count from there
//! ```
//!
//! Nothing is allocated for a length that the file does not back with bytes. Arrays stay in the file until asked for.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::gguf_reader::{Entry, Reader, STRING, Value};
use super::mapped::Mapped;
use super::tensor::{Kind, Tensor};
use crate::Error;

/// A GGUF file.
pub(crate) struct Gguf {
    file: Mapped,
    metadata: HashMap<String, Value>,
    entries: BTreeMap<String, Entry>,
}

impl Gguf {
    /// Maps a file and reads its header.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let file = Mapped::open(path)?;
        let mut reader = Reader { path, data: &file, at: 0 };
        if reader.bytes(4)? != b"GGUF" {
            return Err(reader.error(0, "this is not a GGUF file: it does not begin with `GGUF`"));
        }
        let version = reader.u32()?;
        if version != 2 && version != 3 {
            return Err(reader.error(4, format!("GGUF version {version} is not supported; little-endian 2 and 3 are")));
        }
        let (tensors, pairs) = (reader.length(24)?, reader.length(12)?);
        let mut metadata = HashMap::new();
        for _ in 0..pairs {
            let at = reader.at;
            let key = reader.string()?;
            let kind = reader.u32()?;
            let value = reader.value(kind)?;
            if metadata.insert(key.clone(), value).is_some() {
                return Err(reader.error(at, format!("key `{key}` is there twice")));
            }
        }
        let mut entries = BTreeMap::new();
        for _ in 0..tensors {
            let at = reader.at;
            let (name, entry) = reader.entry()?;
            if entries.insert(name.clone(), entry).is_some() {
                return Err(reader.error(at, format!("tensor `{name}` is there twice")));
            }
        }
        let header = reader.at;
        let mut gguf = Self { file, metadata, entries };
        gguf.place(header)?;
        Ok(gguf)
    }

    /// Turns the tensors' offsets into places in the file, and checks that they lie in it side by side.
    fn place(&mut self, header: usize) -> Result<(), Error> {
        let alignment = self.integer("general.alignment")?.unwrap_or(32);
        if !alignment.is_power_of_two() || alignment > 1 << 20 {
            return Err(
                self.error(0, format!("general.alignment is {alignment}; a power of two up to 2^20 is expected"))
            );
        }
        let start = header.next_multiple_of(alignment);
        for (name, entry) in &mut self.entries {
            let at = start.checked_add(entry.offset).filter(|at| at % alignment == 0 && *at <= self.file.len());
            entry.offset = at.ok_or_else(|| Error::Tensor {
                path: self.file.path.clone(),
                tensor: name.clone(),
                offset: entry.offset as u64,
                reason: format!("the offset is not a multiple of {alignment} inside the file; is the file cut off?"),
            })?;
        }
        let mut spans = Vec::new();
        for name in self.entries.keys() {
            // A tensor of a type unknown here has an unknown size; it is refused when it is used.
            if let Some(Ok(tensor)) = self.find(name) {
                spans.push((tensor.offset, tensor.offset + tensor.data.len() as u64, name));
            }
        }
        spans.sort();
        match spans.windows(2).find(|pair| pair[0].1 > pair[1].0) {
            Some([a, b]) => Err(self.error(b.0 as usize, format!("tensors `{}` and `{}` overlap", a.2, b.2))),
            _ => Ok(()),
        }
    }

    pub(super) fn error(&self, at: usize, reason: impl Into<String>) -> Error {
        Error::Format { path: self.file.path.clone(), offset: at as u64, reason: reason.into() }
    }

    fn wrong_type<T>(&self, key: &str, expected: &str) -> Result<T, Error> {
        Err(Error::config(&self.file.path, format!("key `{key}` is not {expected}")))
    }

    /// A key's non-negative integer.
    pub(crate) fn integer(&self, key: &str) -> Result<Option<usize>, Error> {
        match self.metadata.get(key) {
            None => Ok(None),
            Some(Value::Integer(value)) if usize::try_from(*value).is_ok() => Ok(Some(*value as usize)),
            Some(_) => self.wrong_type(key, "a non-negative integer"),
        }
    }

    /// A key's float.
    pub(crate) fn float(&self, key: &str) -> Result<Option<f32>, Error> {
        match self.metadata.get(key) {
            None => Ok(None),
            Some(Value::Float(value)) => Ok(Some(*value as f32)),
            Some(_) => self.wrong_type(key, "a float"),
        }
    }

    /// A key's truth value.
    pub(crate) fn boolean(&self, key: &str) -> Result<Option<bool>, Error> {
        match self.metadata.get(key) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => self.wrong_type(key, "a truth value"),
        }
    }

    /// A key's string.
    pub(crate) fn string(&self, key: &str) -> Result<Option<&str>, Error> {
        match self.metadata.get(key) {
            None => Ok(None),
            Some(Value::String(value)) => Ok(Some(value)),
            Some(_) => self.wrong_type(key, "a string"),
        }
    }

    /// A key's array of strings.
    pub(crate) fn strings(&self, key: &str) -> Result<Option<Vec<String>>, Error> {
        self.array(key, &[STRING], "an array of strings", |reader| reader.string())
    }

    /// A key's array of 32-bit integers.
    pub(crate) fn integers(&self, key: &str) -> Result<Option<Vec<u32>>, Error> {
        self.array(key, &[4, 5], "an array of 32-bit integers", |reader| reader.u32())
    }

    /// A key's array of 32-bit floats.
    pub(crate) fn floats(&self, key: &str) -> Result<Option<Vec<f32>>, Error> {
        self.array(key, &[6], "an array of 32-bit floats", |reader| reader.u32().map(f32::from_bits))
    }

    fn array<T>(
        &self,
        key: &str,
        kinds: &[u32],
        expected: &str,
        mut read: impl FnMut(&mut Reader) -> Result<T, Error>,
    ) -> Result<Option<Vec<T>>, Error> {
        match self.metadata.get(key) {
            None => Ok(None),
            Some(&Value::Array { element, count, offset }) if kinds.contains(&element) => {
                let mut reader = Reader { path: &self.file.path, data: &self.file, at: offset };
                (0..count).map(|_| read(&mut reader)).collect::<Result<_, _>>().map(Some)
            }
            Some(_) => self.wrong_type(key, expected),
        }
    }

    /// Every key with its value; an array is a text that names it.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, serde_json::Value)> {
        self.metadata.iter().map(|(key, value)| (key.as_str(), value.to_json()))
    }

    /// The names of all tensors, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The file's path.
    pub(super) fn path(&self) -> &Path {
        &self.file.path
    }

    /// The tensor of this name, if there is one.
    pub(super) fn find(&self, name: &str) -> Option<Result<Tensor<'_>, Error>> {
        let entry = self.entries.get(name)?;
        let mut tensor = Tensor {
            path: &self.file.path,
            name: name.to_owned(),
            offset: entry.offset as u64,
            kind: Kind::F32,
            shape: entry.shape.clone(),
            data: &self.file[entry.offset..],
        };
        let sized = kind(entry.kind).and_then(|kind| Ok((kind, kind.bytes(&entry.shape)?)));
        Some(match sized {
            Err(reason) => Err(tensor.error(0, reason)),
            Ok((_, bytes)) if bytes > tensor.data.len() => Err(tensor.error(
                0,
                format!("{bytes} bytes do not fit the file, which has {} left; is it cut off?", tensor.data.len()),
            )),
            Ok((kind, bytes)) => {
                (tensor.kind, tensor.data) = (kind, &tensor.data[..bytes]);
                Ok(tensor)
            }
        })
    }
}

fn kind(id: u32) -> Result<Kind, String> {
    match id {
        0 => Ok(Kind::F32),
        1 => Ok(Kind::F16),
        30 => Ok(Kind::Bf16),
        34 => Ok(Kind::Tq1_0),
        35 => Ok(Kind::Tq2_0),
        36 => Ok(Kind::I2S),
        39 => {
            Err("type 39 is TL2 in some programs and MXFP4 in others; convert the file to TQ2_0, TQ1_0 or I2_S".into())
        }
        other => Err(format!("type {other} is not one of F32, F16, BF16, TQ1_0, TQ2_0, I2_S; convert the file")),
    }
}
