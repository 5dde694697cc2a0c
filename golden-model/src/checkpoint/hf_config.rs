//! `config.json` of a Hugging Face folder.

use std::path::Path;

use serde_json::{Map, Value};

use super::generation::{self, Ends};
use super::hf_quantization::Quantization;
use super::{hf_keys, hf_rope, keys};
use crate::{Activation, Config, Convention, Error, RopePairs, json};

/// Whose code a checkpoint was written for; it decides the names of the norms before the output projections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// transformers' BitNet, `BitNetForCausalLM`.
    BitNet,
    /// The 1bitLLM reproduction, `BitnetForCausalLM`.
    OneBitLlm,
    /// `LlamaForCausalLM` with BitNet linears, without those norms; without a quantisation, TriLM.
    Llama,
}

/// What `config.json` says: the model, and how its linears are stored.
pub(super) struct HfConfig {
    pub(super) config: Config,
    pub(super) family: Family,
    /// Epsilon of the RMSNorm inside every linear, when there is one.
    pub(super) linear_norm: Option<f32>,
    /// The file of the weights, where the configuration names one.
    pub(super) weights: Option<String>,
}

/// Reads `config.json`, and `generation_config.json` in the same folder.
pub(super) fn read(path: &Path) -> Result<HfConfig, Error> {
    let object = json::object(path)?;
    let mut read = interpret(&object).map_err(|reason| Error::config(path, reason))?;
    read.config.notices.iter_mut().for_each(|notice| *notice = format!("{}: {notice}", path.display()));
    generation::apply(path.parent().unwrap_or(Path::new("")), &mut read.config)?;
    Ok(read)
}

fn interpret(object: &Map<String, Value>) -> Result<HfConfig, String> {
    let architecture = architecture(object)?;
    let family = Family::of(&architecture)?;
    family.check_type(object)?;
    let (hidden, heads) = (required(object, "hidden_size")?, required(object, "num_attention_heads")?);
    let own_head_dim = whole(object, "head_dim")?;
    let head_dim = own_head_dim.unwrap_or(hidden / heads.max(1));
    if own_head_dim.is_none() && head_dim * heads != hidden {
        return Err(format!(
            "hidden_size {hidden} is not a multiple of num_attention_heads {heads}, and there is no head_dim"
        ));
    }
    same_type(object)?;
    let quantization = Quantization::find(object)?;
    let mut config = Config {
        hidden,
        intermediate: required(object, "intermediate_size")?,
        layers: required(object, "num_hidden_layers")?,
        heads,
        kv_heads: match whole(object, "num_key_value_heads")? {
            Some(heads) => heads,
            // The default of transformers' BitNet, which a null does not ask for.
            None if family == Family::BitNet && !object.contains_key("num_key_value_heads") => 5,
            None => heads,
        },
        head_dim,
        vocab: required(object, "vocab_size")?,
        context: required(object, "max_position_embeddings")?,
        rope_theta: hf_rope::theta(object, family.theta())?,
        rope_pairs: RopePairs::Halves,
        norm_eps: number(object, "rms_norm_eps")?.ok_or("`rms_norm_eps` is missing")?,
        activation: activation(object)?,
        tied: boolean(object, "tie_word_embeddings")?.unwrap_or(false),
        sub_norms: family != Family::Llama,
        convention: convention(object, quantization, family)?,
        ends: Ends::read(object.get("eos_token_id").unwrap_or(&Value::Null))?.0,
        notices: Vec::new(),
        architecture,
    };
    if let Some(flaw) = config.flaw() {
        return Err(flaw);
    }
    hf_rope::check(object, &config)?;
    quantization.map_or(Ok(()), |quantization| quantization.check(&config))?;
    config.notices.extend(hf_keys::check(object, family, &config)?);
    Ok(HfConfig {
        config,
        family,
        linear_norm: quantization.map_or(Ok(None), Quantization::linear_norm)?,
        weights: text(object, "transformers_weights")?.map(str::to_owned),
    })
}

impl Family {
    fn of(architecture: &str) -> Result<Self, String> {
        match architecture {
            "BitNetForCausalLM" => Ok(Self::BitNet),
            "BitnetForCausalLM" => Ok(Self::OneBitLlm),
            "LlamaForCausalLM" => Ok(Self::Llama),
            other => Err(format!(
                "architecture `{other}` is not implemented; \
                 BitNetForCausalLM, BitnetForCausalLM and LlamaForCausalLM are"
            )),
        }
    }

    /// Refuses a `model_type`, which decides the code in transformers, that belongs to another family.
    fn check_type(self, object: &Map<String, Value>) -> Result<(), String> {
        let types: &[&str] = match self {
            Self::BitNet => &["bitnet"],
            // The reproduction was published under both names.
            Self::OneBitLlm => &["bitnet", "llama"],
            Self::Llama => &["llama"],
        };
        match text(object, "model_type")? {
            Some(other) if !types.contains(&other) => {
                Err(format!("model_type `{other}` belongs to another architecture than the one in `architectures`"))
            }
            _ => Ok(()),
        }
    }

    /// The names of the norms before the output projections of attention and of the feed-forward network.
    pub(super) fn sub_norms(self) -> (&'static str, &'static str) {
        match self {
            Self::OneBitLlm => ("inner_attn_ln", "ffn_layernorm"),
            Self::BitNet | Self::Llama => ("attn_sub_norm", "ffn_sub_norm"),
        }
    }

    /// The base of the rotary positions where a file gives none.
    fn theta(self) -> f32 {
        match self {
            Self::BitNet => 500_000.0,
            Self::OneBitLlm | Self::Llama => 10_000.0,
        }
    }
}

/// The first of the architectures, empty where there is none.
fn architecture(object: &Map<String, Value>) -> Result<String, String> {
    match object.get("architectures") {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::Array(names)) if names.iter().all(Value::is_string) => {
            Ok(names.first().and_then(Value::as_str).unwrap_or_default().to_owned())
        }
        Some(other) => Err(format!("`architectures` is {}; a list of names is expected", keys::short(other))),
    }
}

/// Checks that both names of the type of the floats agree.
fn same_type(object: &Map<String, Value>) -> Result<(), String> {
    let mut types = Vec::new();
    for key in ["dtype", "torch_dtype"] {
        if let Some(name) = text(object, key)? {
            types.push((key.to_owned(), name.trim_start_matches("torch.")));
        }
    }
    keys::agree(&types)
}

fn activation(object: &Map<String, Value>) -> Result<Activation, String> {
    let name = text(object, "hidden_act")?.ok_or("`hidden_act` is missing")?;
    if let Some(other) = text(object, "hidden_activation")? {
        keys::agree(&[("hidden_act".to_owned(), name), ("hidden_activation".to_owned(), other)])?;
    }
    Activation::named(name).ok_or_else(|| format!("hidden_act `{name}` is not implemented; relu2 and silu are"))
}

impl Activation {
    /// The function of this name in transformers.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "relu2" => Some(Self::Relu2),
            "silu" | "swish" => Some(Self::Silu),
            _ => None,
        }
    }
}

fn convention(
    object: &Map<String, Value>,
    quantization: Option<Quantization<'_>>,
    family: Family,
) -> Result<Convention, String> {
    match (quantization, family) {
        (Some(quantization), _) => quantization.convention(),
        (None, Family::Llama) => Ok(Convention::Unpacked),
        (None, Family::OneBitLlm)
            if (whole(object, "input_bits")?, whole(object, "weight_bits")?) == (Some(8), Some(1)) =>
        {
            Ok(Convention::AutoBitLinearOnline)
        }
        (None, Family::OneBitLlm) => Err("input_bits must be 8 and weight_bits 1; nothing else is implemented".into()),
        (None, Family::BitNet) => Err("quantization_config is missing, so the linears' convention is unknown".into()),
    }
}

/// A key's whole number; a null is no number.
fn whole(object: &Map<String, Value>, key: &str) -> Result<Option<usize>, String> {
    get(object, key, "a whole number from 0", |value| usize::try_from(value.as_u64()?).ok())
}

fn required(object: &Map<String, Value>, key: &str) -> Result<usize, String> {
    whole(object, key)?.ok_or_else(|| match object.contains_key(key) {
        true => format!("`{key}` is null; a whole number is expected"),
        false => format!("`{key}` is missing"),
    })
}

/// A key's number; a null is no number.
pub(super) fn number(object: &Map<String, Value>, key: &str) -> Result<Option<f32>, String> {
    get(object, key, "a number", |value| value.as_f64().map(|number| number as f32))
}

/// A key's truth value; a null is none.
pub(super) fn boolean(object: &Map<String, Value>, key: &str) -> Result<Option<bool>, String> {
    get(object, key, "true or false", Value::as_bool)
}

/// A key's string; a null is none.
pub(super) fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, String> {
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
