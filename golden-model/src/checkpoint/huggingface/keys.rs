//! The keys of `config.json`: a closed list.
//!
//! A key that no list has is refused when its name says that it changes the computation, and told by a notice otherwise.

use serde_json::{Map, Value};

use super::family::Family;
use super::key_lists::{COMMON, ONE_BIT_LLM, OTHERS};
use crate::Config;
use crate::checkpoint::keys;

/// Parts of names that say that a key changes the computation; one that is unknown is refused, unless it is off or 1.
const TELLING: [&str; 33] = [
    "hadamard",
    "rotat",
    "quarot",
    "online_had",
    "lora",
    "adapter",
    "bias",
    "norm",
    "scal",
    "softcap",
    "soft_cap",
    "logit",
    "multiplier",
    "clamp",
    "clip",
    "expert",
    "moe",
    "window",
    "spars",
    "quant",
    "residual",
    "attention",
    "attn",
    "directional",
    "alibi",
    "softmax",
    "sink",
    "gate",
    "activation",
    "act_fn",
    "mixer",
    "recurren",
    "ssm",
];

/// Parts of names whose key may change the computation at any value, so that one that is unknown must be null or empty.
const OPEN: [&str; 7] = ["rope", "rotary", "position", "causal", "bits", "glu", "gated"];

/// Checks every key of a `config.json`; the notices are sentences without the file's name.
pub(crate) fn check(keys: &Map<String, Value>, family: Family, config: &Config) -> Result<Option<String>, String> {
    let own = if family == Family::OneBitLlm { ONE_BIT_LLM } else { OTHERS };
    let [shape, operations, harmless] = COMMON;
    let lists = [shape, operations, harmless, own];
    let mut unknown = Vec::new();
    for (key, value) in keys {
        match keys::find(&lists, key) {
            Some(group) => keys::check(group, key, value, config)?,
            None => {
                refuse_telling(key, value)?;
                unknown.push(key.as_str());
            }
        }
    }
    Ok(keys::unknown(&unknown))
}

/// Refuses an unknown key whose name says that it changes the computation.
fn refuse_telling(key: &str, value: &Value) -> Result<(), String> {
    let name = key.to_lowercase();
    if ["hadamard", "rotat", "quarot", "online_had"].iter().any(|part| name.contains(part)) && !keys::off(value) {
        return Err(format!(
            "`{key}` is {}: rotated weights (a Hadamard or another rotation) are not implemented",
            keys::short(value)
        ));
    }
    let open = OPEN.iter().any(|part| name.contains(part));
    let neutral = match value {
        Value::Bool(_) | Value::Number(_) if open => false,
        value => keys::off(value) || value.as_f64() == Some(1.0),
    };
    if !neutral && (open || TELLING.iter().any(|part| name.contains(part))) {
        return Err(format!(
            "key `{key}` is not known here, and its name says that it changes what the model computes; \
             if it does not, take it out"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::keys::tests::{assert_closed, assert_documented, assert_mentioned};

    #[test]
    fn the_lists_are_closed_and_documented() {
        let [shape, operations, harmless] = COMMON;
        assert_closed(&[shape, operations, harmless, ONE_BIT_LLM]);
        assert_closed(&[shape, operations, harmless, OTHERS]);
        assert_documented("config.json", &COMMON);
        assert_documented("config.json of BitnetForCausalLM", &[ONE_BIT_LLM]);
        assert_documented("config.json of the other families", &[OTHERS]);
        assert_mentioned(&TELLING);
        assert_mentioned(&OPEN);
    }
}
