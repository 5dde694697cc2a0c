//! `quantization_config` of `config.json`.

use regex::Regex;
use serde_json::{Map, Value};

use super::fields::{boolean, number, text};
use crate::checkpoint::keys::{self, Group, OFF, Rule};
use crate::{Config, Convention, LinearId, LinearKind};

/// The keys inside `quantization_config`.
const KEYS: &[Group] = &[
    Group { keys: &["quant_method"], rule: Rule::Handled, about: "must be `bitnet`" },
    Group {
        keys: &["linear_class", "quantization_mode"],
        rule: Rule::Handled,
        about: "the convention of the linears; without them `bitlinear` and `offline`",
    },
    Group {
        keys: &["use_rms_norm", "rms_norm_eps"],
        rule: Rule::Handled,
        about: "a norm inside every linear; the epsilon is 1e-6 where none is given",
    },
    Group {
        keys: &["modules_to_not_convert"],
        rule: Rule::Handled,
        about: "linears that stay floats: null, or a list that names the head and no other linear",
    },
    Group { keys: &["_load_in_4bit", "_load_in_8bit"], rule: OFF, about: "another kind of quantisation" },
];

/// The quantisation of a `config.json`, if it has one.
#[derive(Clone, Copy)]
pub(crate) struct Quantization<'a>(&'a Map<String, Value>);

impl<'a> Quantization<'a> {
    /// Finds the object.
    pub(crate) fn find(config: &'a Map<String, Value>) -> Result<Option<Self>, String> {
        match config.get("quantization_config") {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(object)) => Ok(Some(Self(object))),
            Some(other) => Err(format!("`quantization_config` is {}; an object is expected", keys::short(other))),
        }
    }

    /// The convention of the linears.
    pub(crate) fn convention(self) -> Result<Convention, String> {
        let method = text(self.0, "quant_method")?.unwrap_or("none");
        if method != "bitnet" {
            return Err(format!("quant_method `{method}` is not implemented; bitnet is"));
        }
        let class = text(self.0, "linear_class")?.unwrap_or("bitlinear");
        match (class, text(self.0, "quantization_mode")?.unwrap_or("offline")) {
            ("bitlinear", "offline") => Ok(Convention::BitLinear),
            ("autobitlinear", "offline") => Ok(Convention::AutoBitLinearOffline),
            ("autobitlinear", "online") => Ok(Convention::AutoBitLinearOnline),
            ("bitlinear-1bit", "online") => Ok(Convention::OneBit),
            (class, mode) => Err(format!(
                "linear_class `{class}` in quantization_mode `{mode}` is not implemented; \
                 bitlinear offline, autobitlinear offline and online, and bitlinear-1bit online are"
            )),
        }
    }

    /// Epsilon of the RMSNorm inside every linear, if there is one.
    pub(crate) fn linear_norm(self) -> Result<Option<f32>, String> {
        let eps = number(self.0, "rms_norm_eps")?.unwrap_or(1e-6);
        match boolean(self.0, "use_rms_norm")?.unwrap_or(false) {
            false => Ok(None),
            true if self.convention()? == Convention::OneBit => {
                Err("use_rms_norm with linear_class `bitlinear-1bit` is not implemented; its linears have a LayerNorm"
                    .into())
            }
            true if eps.is_finite() && eps > 0.0 => Ok(Some(eps)),
            true => Err(format!("quantization_config.rms_norm_eps is {eps}; it must be a positive number")),
        }
    }

    /// Checks every key, and that the linears kept as floats are those that are floats here.
    pub(crate) fn check(self, config: &Config) -> Result<(), String> {
        for (key, value) in self.0 {
            let shown = format!("quantization_config.{key}");
            match keys::find(&[KEYS], key) {
                Some(group) => keys::check(group, &shown, value, config)?,
                None => return Err(format!("key `{shown}` is not known here; the linears would be wrong")),
            }
        }
        match self.0.get("modules_to_not_convert") {
            None | Some(Value::Null) => Ok(()),
            Some(Value::Array(patterns)) if patterns.iter().all(Value::is_string) => {
                floats(patterns.iter().filter_map(Value::as_str), config)
            }
            Some(other) => {
                Err(format!("`modules_to_not_convert` is {}; a list of strings is expected", keys::short(other)))
            }
        }
    }
}

/// Checks `modules_to_not_convert` by the rule of transformers 5: a pattern keeps a module as floats when it ends the
/// module's name, or, as a regular expression, matches its beginning up to a dot or the end.
fn floats<'a>(patterns: impl Iterator<Item = &'a str>, config: &Config) -> Result<(), String> {
    let layers = (0..config.layers)
        .flat_map(|layer| LinearKind::ALL.map(|kind| format!("model.{}", LinearId { layer, kind })))
        .collect::<Vec<String>>();
    let mut head = false;
    for pattern in patterns {
        let whole = Regex::new(&format!("^(?:{pattern})$"))
            .map_err(|_| format!("`{pattern}` in modules_to_not_convert is not a pattern that is understood here"))?;
        if let Some(linear) = layers.iter().find(|linear| keeps(pattern, &whole, linear)) {
            return Err(format!(
                "modules_to_not_convert names `{linear}` (by `{pattern}`), so that linear is not ternary; \
                 only models whose linears are all ternary are implemented"
            ));
        }
        head |= keeps(pattern, &whole, "lm_head");
    }
    if head {
        return Ok(());
    }
    Err("modules_to_not_convert does not name `lm_head`, so transformers makes the head ternary too, which is not \
         implemented; if the head was trained in floats, add `lm_head` to the list"
        .into())
}

/// True if a pattern keeps the module of this name as floats.
fn keeps(pattern: &str, whole: &Regex, name: &str) -> bool {
    // The prefixes of the name that end at one of its dots, with the dot or without it, and the name itself.
    let mut ends = name.match_indices('.').flat_map(|(at, _)| [at, at + 1]).chain([name.len()]);
    name.ends_with(pattern) || ends.any(|end| whole.is_match(&name[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::keys::tests::{assert_closed, assert_documented};

    #[test]
    fn the_list_is_closed_and_documented() {
        assert_closed(&[KEYS]);
        assert_documented("quantization_config", &[KEYS]);
    }

    /// The answers of transformers 5.24's `should_convert_module`, the other way about.
    #[test]
    fn patterns_match_as_in_transformers() {
        let keeps = |pattern: &str, name: &str| keeps(pattern, &Regex::new(&format!("^(?:{pattern})$")).unwrap(), name);
        let up = "model.layers.11.mlp.up_proj";
        for pattern in ["up_proj", "model.layers.11", "model.layers.*", "model", "mlp.up_proj", ".*mlp", "proj", ""] {
            assert!(keeps(pattern, up), "{pattern:?}");
        }
        for pattern in ["model.layers.1", "layers.11", "mlp", "mlp.up", "up_proj.weight", "lm_head", "Up_proj"] {
            assert!(!keeps(pattern, up), "{pattern:?}");
        }
        assert!(keeps("lm_head", "lm_head") && keeps("lm|lm_head", "lm_head") && !keeps("lm", "lm_head"));
    }
}
