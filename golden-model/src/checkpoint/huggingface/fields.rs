//! Typed values of the keys of a JSON object.

use serde_json::{Map, Value};

use crate::checkpoint::keys;

/// A key's whole number; a null is no number.
pub(crate) fn whole(object: &Map<String, Value>, key: &str) -> Result<Option<usize>, String> {
    get(object, key, "a whole number from 0", |value| usize::try_from(value.as_u64()?).ok())
}

/// A whole number that has to be there.
pub(crate) fn required(object: &Map<String, Value>, key: &str) -> Result<usize, String> {
    whole(object, key)?.ok_or_else(|| match object.contains_key(key) {
        true => format!("`{key}` is null; a whole number is expected"),
        false => format!("`{key}` is missing"),
    })
}

/// A key's number; a null is no number.
pub(crate) fn number(object: &Map<String, Value>, key: &str) -> Result<Option<f32>, String> {
    get(object, key, "a number", |value| value.as_f64().map(|number| number as f32))
}

/// A key's truth value; a null is none.
pub(crate) fn boolean(object: &Map<String, Value>, key: &str) -> Result<Option<bool>, String> {
    get(object, key, "true or false", Value::as_bool)
}

/// A key's string; a null is none.
pub(crate) fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, String> {
    get(object, key, "a string", Value::as_str)
}

fn get<'a, T>(
    object: &'a Map<String, Value>,
    key: &str,
    expected: &str,
    read: impl FnOnce(&'a Value) -> Option<T>,
) -> Result<Option<T>, String> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match read(value) {
            Some(value) => Ok(Some(value)),
            None => Err(format!("`{key}` is {}; {expected} is expected", keys::short(value))),
        },
    }
}
