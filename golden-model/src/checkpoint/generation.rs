//! `generation_config.json`: the tokens that end a text, and settings of sampling.
//!
//! As in transformers, the file wins over `config.json` where it is there, also where it names no end token. Its settings
//! of sampling are not applied here; a notice names those that would change what is generated.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::files::{self, json};
use crate::{Config, Error};

/// `eos_token_id`: one token, several, or none; -1 and null are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ends(pub(crate) Vec<u32>);

impl Ends {
    /// Reads the value of the key.
    pub(crate) fn read(value: &Value) -> Result<Self, String> {
        let one = |value: &Value| match value.as_i64() {
            Some(-1) => Ok(None),
            Some(id) if u32::try_from(id).is_ok() => Ok(Some(id as u32)),
            _ => Err(format!("eos_token_id is {value}; a token, a list of tokens, -1 or null is expected")),
        };
        match value {
            Value::Null => Ok(Self::default()),
            Value::Array(list) => {
                let tokens: Result<Vec<_>, String> = list.iter().map(one).collect();
                Ok(Self(tokens?.into_iter().flatten().collect()))
            }
            value => Ok(Self(one(value)?.into_iter().collect())),
        }
    }
}

/// Settings that change the tokens that are generated, and the values at which they do not.
fn settings() -> [(&'static str, Vec<Value>); 26] {
    let (no, one, zero) = (json!(false), json!(1), json!(0));
    [
        ("temperature", vec![one.clone()]),
        // transformers' own default of top_k applies where a file asks for sampling and says nothing.
        ("top_k", vec![json!(50), zero.clone()]),
        ("top_p", vec![one.clone()]),
        ("min_p", vec![zero.clone()]),
        ("top_h", vec![]),
        ("typical_p", vec![one.clone()]),
        ("epsilon_cutoff", vec![zero.clone()]),
        ("eta_cutoff", vec![zero.clone()]),
        ("repetition_penalty", vec![one.clone()]),
        ("encoder_repetition_penalty", vec![one.clone()]),
        ("no_repeat_ngram_size", vec![zero.clone()]),
        ("bad_words_ids", vec![json!([])]),
        ("sequence_bias", vec![json!([]), json!({})]),
        ("suppress_tokens", vec![json!([])]),
        ("begin_suppress_tokens", vec![json!([])]),
        ("forced_bos_token_id", vec![]),
        ("forced_eos_token_id", vec![]),
        ("min_length", vec![zero.clone()]),
        ("min_new_tokens", vec![zero]),
        ("exponential_decay_length_penalty", vec![]),
        ("guidance_scale", vec![one.clone()]),
        ("watermarking_config", vec![]),
        ("stop_strings", vec![json!([])]),
        ("penalty_alpha", vec![]),
        ("dola_layers", vec![]),
        ("num_beams", vec![one, no]),
    ]
}

/// Settings that only matter when tokens are drawn.
const DRAWING: [&str; 8] =
    ["temperature", "top_k", "top_p", "min_p", "top_h", "typical_p", "epsilon_cutoff", "eta_cutoff"];

/// Reads the file in `folder`, where there is one, into a configuration.
pub(crate) fn apply(folder: &Path, config: &mut Config) -> Result<(), Error> {
    let path = folder.join("generation_config.json");
    if files::is_there(&path)? {
        let json = json::object(&path)?;
        let ends = Ends::read(json.get("eos_token_id").unwrap_or(&Value::Null));
        let ends = ends.map_err(|reason| Error::config(&path, reason))?.0;
        if ends.is_empty() && !config.ends.is_empty() {
            config.notices.push(format!(
                "{}: no eos_token_id is set, and the file wins over config.json: no token ends a text",
                path.display()
            ));
        }
        config.ends = ends;
        config.notices.extend(unapplied(&json).map(|names| {
            format!("{}: {names} not applied; --temperature and --seed alone decide here", path.display())
        }));
    }
    let vocab = config.vocab;
    let beyond: Vec<u32> = config.ends.iter().copied().filter(|&end| end as usize >= vocab).collect();
    for end in beyond {
        config.notices.push(format!(
            "{}: end token {end} is outside the vocabulary of {vocab} and never generated",
            folder.display()
        ));
    }
    Ok(())
}

/// The settings that would change what is generated, as the subject of a sentence.
fn unapplied(json: &Map<String, Value>) -> Option<String> {
    let greedy = json.get("do_sample").and_then(Value::as_bool) != Some(true);
    let differs = |key: &str, plain: &[Value]| {
        let value = json.get(key).filter(|value| !value.is_null())?;
        let same = |plain: &Value| plain == value || plain.as_f64().is_some_and(|plain| value.as_f64() == Some(plain));
        let harmless = plain.iter().any(same) || greedy && DRAWING.contains(&key);
        (!harmless).then(|| format!("{key} {value}"))
    };
    let all: Vec<String> = settings().iter().filter_map(|(key, plain)| differs(key, plain)).collect();
    match all.len() {
        0 => None,
        1 => Some(format!("{} is", all[0])),
        _ => Some(format!("{} are", all.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_tokens_in_every_form() {
        let ends = |text: &str| Ends::read(&serde_json::from_str(text).unwrap()).map(|ends| ends.0);
        assert_eq!(ends("7"), Ok(vec![7]));
        assert_eq!(ends("[7, 9]"), Ok(vec![7, 9]));
        for none in ["-1", "null", "[]", "[-1]"] {
            assert_eq!(ends(none), Ok(vec![]), "{none}");
        }
        for bad in ["-2", "1.5", "\"</s>\"", "[[1]]", "4294967296"] {
            assert!(ends(bad).unwrap_err().contains("eos_token_id is"), "{bad}");
        }
    }

    #[test]
    fn settings_that_change_something_are_named() {
        let names = |json: Value| unapplied(json.as_object().unwrap());
        for plain in [
            json!({}),
            json!({"do_sample": true, "temperature": 1.0, "top_k": 50, "top_p": 1}),
            json!({"temperature": 0.6, "top_p": 0.9}),
            json!({"repetition_penalty": 1.0, "num_beams": 1, "bad_words_ids": null, "max_length": 4096}),
        ] {
            assert_eq!(names(plain.clone()), None, "{plain}");
        }
        assert_eq!(names(json!({"do_sample": true, "temperature": 0.6})).unwrap(), "temperature 0.6 is");
        assert_eq!(
            names(json!({"repetition_penalty": 1.1, "num_beams": 4})).unwrap(),
            "repetition_penalty 1.1, num_beams 4 are"
        );
        assert_eq!(names(json!({"stop_strings": ["User:"]})).unwrap(), "stop_strings [\"User:\"] is");
        assert_eq!(names(json!({"do_sample": true, "top_k": 20, "min_p": 0.05})).unwrap(), "top_k 20, min_p 0.05 are");
    }
}
