//! JSON files of a checkpoint.
//!
//! Python's reader takes the last of two equal keys, others the first. A key that is there twice is accepted when its
//! values agree and refused when they differ.

use std::path::Path;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::lfs;
use crate::Error;

/// Reads a file that holds one object.
pub(super) fn read(path: &Path) -> Result<Map<String, Value>, Error> {
    let bytes = std::fs::read(path).map_err(Error::io(path))?;
    lfs::refuse(path, &bytes)?;
    match serde_json::from_slice(&bytes) {
        Ok(Agreed(Value::Object(object))) => Ok(object),
        Ok(Agreed(_)) => Err(Error::config(path, "a JSON object is expected: `{ ... }`")),
        Err(e) => Err(Error::config(path, e.to_string())),
    }
}

/// A value in which equal keys have equal values.
struct Agreed(Value);

impl<'de> Deserialize<'de> for Agreed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Agreed(element)) = elements.next_element()? {
            all.push(element);
        }
        Ok(all.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some((key, Agreed(value))) = entries.next_entry::<String, Agreed>()? {
            if let Some(other) = all.get(&key).filter(|other| **other != value) {
                return Err(A::Error::custom(format!("key `{key}` is there twice, as {other} and as {value}")));
            }
            all.insert(key, value);
        }
        Ok(all.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Value, String> {
        serde_json::from_str::<Agreed>(text).map(|Agreed(value)| value).map_err(|e| e.to_string())
    }

    #[test]
    fn equal_keys_must_agree() {
        let text = r#"{"a": [1, -2, 2.5, null, true, "x", {}], "b": {"c": 1}, "b": {"c": 1}}"#;
        assert_eq!(parse(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        for (text, part) in [
            (r#"{"a": 1, "a": 2}"#, "`a` is there twice, as 1 and as 2"),
            (r#"{"q": {"b": null, "b": "x"}}"#, "`b` is there twice, as null and as \"x\""),
            (r#"[{"b": [], "c": 1, "b": [0]}]"#, "`b` is there twice"),
            ("{", "EOF"),
        ] {
            assert!(parse(text).unwrap_err().contains(part), "{text}");
        }
    }
}
