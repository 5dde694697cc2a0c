//! Rotary positions in `config.json`: `rope_theta` of older files, and the objects `rope_scaling` and `rope_parameters`.

use serde_json::{Map, Value};

use crate::Config;
use crate::checkpoint::keys::{self, Group, OFF, ONE, Rule};

/// The keys inside `rope_parameters` and `rope_scaling`.
const KEYS: &[Group] = &[
    Group { keys: &["rope_theta"], rule: Rule::Handled, about: "the base; wherever it is given, it must agree" },
    Group {
        keys: &["rope_type", "type"],
        rule: Rule::Handled,
        about: "`default`, or `linear` with a factor of 1; both names must agree",
    },
    Group {
        keys: &["factor", "attention_factor", "partial_rotary_factor", "mscale"],
        rule: ONE,
        about: "factors of other types",
    },
    Group { keys: &["original_max_position_embeddings"], rule: Rule::Harmless, about: "used by other types only" },
    Group {
        keys: &[
            "alpha",
            "beta_fast",
            "beta_slow",
            "finetuned",
            "high_freq_factor",
            "long_factor",
            "long_mscale",
            "low_freq_factor",
            "mrope_interleaved",
            "mrope_section",
            "mscale_all_dim",
            "short_factor",
            "short_mscale",
            "truncate",
        ],
        rule: OFF,
        about: "parts of other types",
    },
];

/// The objects that hold these keys.
const OBJECTS: [&str; 2] = ["rope_parameters", "rope_scaling"];

/// The base of the rotary positions, `default` where no key gives it.
pub(crate) fn theta(config: &Map<String, Value>, default: f32) -> Result<f32, String> {
    let mut bases: Vec<(String, f32)> = Vec::new();
    let mut kinds: Vec<(String, &str)> = Vec::new();
    let mut add = |name: String, value: &Value| match value.as_f64() {
        Some(base) => {
            bases.push((name, base as f32));
            Ok(())
        }
        None if value.is_null() => Ok(()),
        None => Err(format!("`{name}` is {}; a number is expected", keys::short(value))),
    };
    if let Some(value) = config.get("rope_theta") {
        add("rope_theta".into(), value)?;
    }
    for object in OBJECTS {
        let Some(rope) = config.get(object).filter(|rope| !rope.is_null()) else { continue };
        let Some(rope) = rope.as_object() else {
            return Err(format!("`{object}` is {}; an object is expected", keys::short(rope)));
        };
        if let Some(base) = rope.get("rope_theta") {
            add(format!("{object}.rope_theta"), base)?;
        }
        for name in ["rope_type", "type"] {
            match rope.get(name) {
                None | Some(Value::Null) => {}
                Some(Value::String(kind)) => kinds.push((format!("{object}.{name}"), kind)),
                Some(other) => {
                    return Err(format!("`{object}.{name}` is {}; a string is expected", keys::short(other)));
                }
            }
        }
    }
    keys::agree(&kinds)?;
    if let Some((name, kind)) = kinds.first() {
        let factors: Vec<&Value> = OBJECTS.iter().filter_map(|o| config.get(*o)?.get("factor")).collect();
        let unscaled = !factors.is_empty() && factors.iter().all(|factor| factor.as_f64() == Some(1.0));
        if *kind != "default" && !(*kind == "linear" && unscaled) {
            return Err(format!(
                "`{name}` is `{kind}`, which is not implemented; `default` is, and `linear` by a factor of 1"
            ));
        }
    }
    keys::agree(&bases)?;
    Ok(bases.first().map_or(default, |(_, base)| *base))
}

/// Checks every key inside the objects.
pub(crate) fn check(config: &Map<String, Value>, model: &Config) -> Result<(), String> {
    for object in OBJECTS {
        for (key, value) in config.get(object).and_then(Value::as_object).into_iter().flatten() {
            let shown = format!("{object}.{key}");
            match keys::find(&[KEYS], key) {
                Some(group) => keys::check(group, &shown, value, model)?,
                None => return Err(format!("key `{shown}` is not known here; rotary positions would be wrong")),
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::keys::tests::{assert_closed, assert_documented};

    #[test]
    fn the_list_is_closed_and_documented() {
        assert_closed(&[KEYS]);
        assert_documented("rope_parameters and rope_scaling", &[KEYS]);
    }
}
