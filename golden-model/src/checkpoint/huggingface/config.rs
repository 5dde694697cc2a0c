//! `config.json` of a Hugging Face folder.

use std::path::Path;

use serde_json::{Map, Value};

use super::family::Family;
use super::fields::{boolean, number, required, text, whole};
use super::quantization::Quantization;
use super::{keys as lists, rope};
use crate::checkpoint::generation::{self, Ends};
use crate::checkpoint::keys;
use crate::files::json;
use crate::{Activation, Config, Convention, Error, RopePairs};

/// Contents of `config.json`: the model, and the storage of its linears.
pub(crate) struct HfConfig {
    pub(crate) config: Config,
    pub(crate) family: Family,
    /// Epsilon of the RMSNorm inside every linear, when there is one.
    pub(crate) linear_norm: Option<f32>,
    /// The file of the weights, where the configuration names one.
    pub(crate) weights: Option<String>,
}

/// Reads `config.json`, and `generation_config.json` in the same folder.
pub(crate) fn read(path: &Path) -> Result<HfConfig, Error> {
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
        rope_theta: rope::theta(object, family.theta())?,
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
    rope::check(object, &config)?;
    quantization.map_or(Ok(()), |quantization| quantization.check(&config))?;
    config.notices.extend(lists::check(object, family, &config)?);
    Ok(HfConfig {
        config,
        family,
        linear_norm: quantization.map_or(Ok(None), Quantization::linear_norm)?,
        weights: text(object, "transformers_weights")?.map(str::to_owned),
    })
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
    pub(crate) fn named(name: &str) -> Option<Self> {
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
