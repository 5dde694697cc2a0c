//! The values of the keys of a file.

use super::container::Gguf;
use super::format::value;
use super::reader::{Reader, Value};
use crate::Error;

impl Gguf {
    /// True if the file has a key, of whatever type.
    pub fn has(&self, key: &str) -> bool {
        self.metadata.contains_key(key)
    }

    fn wrong_type<T>(&self, key: &str, expected: &str) -> Result<T, Error> {
        Err(Error::config(self.path(), format!("key `{key}` is not {expected}")))
    }

    /// A key's non-negative integer.
    ///
    /// # Errors
    /// If the key has another type.
    pub fn integer(&self, key: &str) -> Result<Option<usize>, Error> {
        match self.metadata.get(key) {
            None => Ok(None),
            Some(Value::Integer(value)) if usize::try_from(*value).is_ok() => Ok(Some(*value as usize)),
            Some(_) => self.wrong_type(key, "a non-negative integer"),
        }
    }

    /// A key's token id; a negative number is none.
    ///
    /// # Errors
    /// If the key has another type.
    pub fn token(&self, key: &str) -> Result<Option<u32>, Error> {
        match self.metadata.get(key) {
            Some(Value::Integer(value)) if *value < 0 || *value == i128::from(u32::MAX) => Ok(None),
            Some(Value::Integer(value)) if u32::try_from(*value).is_err() => self.wrong_type(key, "a token id"),
            _ => Ok(self.integer(key)?.map(|id| id as u32)),
        }
    }

    /// A key's float.
    ///
    /// # Errors
    /// If the key has another type.
    pub fn float(&self, key: &str) -> Result<Option<f32>, Error> {
        match self.metadata.get(key) {
            None => Ok(None),
            Some(Value::Float(value)) => Ok(Some(*value as f32)),
            Some(_) => self.wrong_type(key, "a float"),
        }
    }

    /// A key's truth value.
    ///
    /// # Errors
    /// If the key has another type.
    pub fn boolean(&self, key: &str) -> Result<Option<bool>, Error> {
        match self.metadata.get(key) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => self.wrong_type(key, "a truth value"),
        }
    }

    /// A key's string.
    ///
    /// # Errors
    /// If the key has another type.
    pub fn string(&self, key: &str) -> Result<Option<&str>, Error> {
        match self.metadata.get(key) {
            None => Ok(None),
            Some(Value::String(value)) => Ok(Some(value)),
            Some(_) => self.wrong_type(key, "a string"),
        }
    }

    /// A key's array of strings.
    ///
    /// # Errors
    /// If the key has another type.
    pub fn strings(&self, key: &str) -> Result<Option<Vec<String>>, Error> {
        self.array(key, &[value::STRING], "an array of strings", |reader| reader.string())
    }

    /// A key's array of 32-bit integers.
    ///
    /// # Errors
    /// If the key has another type.
    pub fn integers(&self, key: &str) -> Result<Option<Vec<u32>>, Error> {
        self.array(key, &[value::U32, value::I32], "an array of 32-bit integers", |reader| reader.u32())
    }

    /// A key's array of 32-bit floats.
    ///
    /// # Errors
    /// If the key has another type.
    pub fn floats(&self, key: &str) -> Result<Option<Vec<f32>>, Error> {
        self.array(key, &[value::F32], "an array of 32-bit floats", |reader| reader.u32().map(f32::from_bits))
    }

    /// A key's array of bytes.
    ///
    /// # Errors
    /// If the key has another type.
    pub fn octets(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.array(key, &[value::U8, value::I8], "an array of bytes", |reader| reader.bytes(1).map(|byte| byte[0]))
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
                let mut reader = Reader { path: self.path(), data: &self.files[0], at: offset };
                (0..count).map(|_| read(&mut reader)).collect::<Result<_, _>>().map(Some)
            }
            Some(_) => self.wrong_type(key, expected),
        }
    }

    /// Every key with its value; an array is a text that names it.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, serde_json::Value)> {
        self.metadata.iter().map(|(key, value)| (key.as_str(), value.to_json()))
    }
}
