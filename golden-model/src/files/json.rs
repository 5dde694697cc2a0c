//! JSON files of a model.
//!
//! Python's reader takes the last of two equal keys, others the first. A key that is there twice is accepted when its
//! values agree and refused when they differ.

use std::path::Path;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::{Error, files};

/// Reads a file that holds one object.
pub(crate) fn object(path: &Path) -> Result<Map<String, Value>, Error> {
    match parse(&files::read(path)?) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Error::config(path, "a JSON object is expected: `{ ... }`")),
        Err(reason) => Err(Error::config(path, reason)),
    }
}

/// Reads a file of this form; `None` if there is none.
pub(crate) fn read_if_there<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    if !files::is_there(path)? {
        return Ok(None);
    }
    let bytes = files::read(path)?;
    let value = parse(&bytes).and_then(|_| serde_json::from_slice(&bytes).map_err(|error| error.to_string()));
    value.map(Some).map_err(|reason| Error::config(path, reason))
}

/// The value of a JSON text.
///
/// # Errors
/// If it is no JSON, which the reason explains where it is a relative of it, or a key has two values.
pub(crate) fn parse(text: &[u8]) -> Result<Value, String> {
    if let Some(reason) = encoding(text) {
        return Err(reason);
    }
    let value = serde_json::from_slice(text).map(|Agreed(value)| value);
    value.map_err(|error| match python(text, &error) {
        Some(reason) => format!("line {}: {reason}", error.line()),
        None => error.to_string(),
    })
}

/// Names an encoding that is not the one of JSON, and the way out.
fn encoding(text: &[u8]) -> Option<String> {
    match text {
        [0xef, 0xbb, 0xbf, ..] => Some(
            "the file begins with a byte-order mark, which JSON does not have; save it as UTF-8 without one".into(),
        ),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..] => {
            Some("the file is UTF-16 or UTF-32, and JSON is UTF-8; convert it with `iconv -t UTF-8`".into())
        }
        text => {
            let error = std::str::from_utf8(text).err()?;
            Some(format!("byte {} is not UTF-8, the encoding of JSON; save the file as UTF-8", error.valid_up_to()))
        }
    }
}

/// Names a word at an error that Python reads and JSON does not have, and the way out.
fn python(text: &[u8], error: &serde_json::Error) -> Option<String> {
    let line = text.split(|&byte| byte == b'\n').nth(error.line().checked_sub(1)?)?;
    let is_word = |byte: &u8| byte.is_ascii_alphabetic() || b"+-".contains(byte);
    let at = error.column().saturating_sub(1).min(line.len());
    let start = line[..at].iter().rposition(|byte| !is_word(byte)).map_or(0, |before| before + 1);
    let end = line[at..].iter().position(|byte| !is_word(byte)).map_or(line.len(), |length| at + length);
    let word = std::str::from_utf8(&line[start..end]).ok()?;
    match word {
        "NaN" | "Infinity" | "-Infinity" | "nan" | "inf" | "-inf" => Some(format!(
            "`{word}` is no JSON, though Python writes it; put the number in its place, or null where there is none"
        )),
        "True" | "False" | "None" => {
            Some(format!("`{word}` is Python's and no JSON, which writes true, false and null"))
        }
        _ => None,
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
        super::parse(text.as_bytes())
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
    #[test]
    fn relatives_of_json_are_named() {
        for (text, parts) in [
            (&b"\xef\xbb\xbf{}"[..], ["byte-order mark", "without one"]),
            (b"\xff\xfe{\0}\0", ["UTF-16", "iconv"]),
            (b"\xfe\xff\0{\0}", ["UTF-16", "iconv"]),
            (b"{\0}\0", ["UTF-16", "iconv"]),
            (b"\0{\0}", ["UTF-16", "iconv"]),
            (b"{\"a\": \"\xe9\"}", ["byte 7 is not UTF-8", "save"]),
            (b"{\"a\": NaN}", ["line 1: `NaN` is no JSON", "null"]),
            (b"{\n \"a\": [1, -Infinity]}", ["line 2: `-Infinity` is no JSON", "null"]),
            (b"{\"a\":\n\nInfinity\n}", ["line 3: `Infinity` is no JSON", "null"]),
            (b"[1, nan]", ["line 1: `nan`", "null"]),
            (b"{\"a\": True}", ["line 1: `True` is Python's", "true"]),
            (b"[None]", ["line 1: `None` is Python's", "null"]),
            (b"NaN", ["line 1: `NaN`", "null"]),
            (b"[1,\n]", ["line 2", "column"]),
            (b"[x]", ["line 1", "column"]),
        ] {
            let reason = super::parse(text).unwrap_err();
            assert!(parts.iter().all(|part| reason.contains(part)), "{reason:?} lacks one of {parts:?}");
        }
        assert!(parse("\"NaN, True, \u{e9}\"").is_ok());
    }
}
