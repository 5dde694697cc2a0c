//! The tensors of a Hugging Face folder that are not read: refused where they could change the computation.

use super::config::HfConfig;
use super::names::{EMBEDDING, HEAD};
use super::safetensors::Safetensors;
use crate::tensor::{Kind, Tensor};
use crate::words::names;
use crate::{Convention, Error, LinearKind};

/// Checks every tensor that is not read; the notice is about those that say nothing new.
pub(crate) fn check(tensors: &Safetensors, description: &HfConfig) -> Result<Option<String>, Error> {
    let mut names_left: Vec<&str> = tensors.names().filter(|name| !is_read(name, description)).collect();
    names_left.sort_unstable();
    let mut told = Vec::new();
    for name in names_left {
        let tensor = tensors.find(name).ok_or_else(|| Error::argument(format!("tensor `{name}` is gone")))?;
        if name.ends_with("rotary_emb.inv_freq") {
            check_frequencies(&tensor?, description)?;
            told.push(name);
        } else {
            let reason = reason(name, description);
            // The type of a tensor that is not read does not matter, so an unknown one is no error.
            return Err(match tensor {
                Ok(tensor) => tensor.error(0, reason),
                Err(Error::Tensor { path, tensor, offset, .. }) => Error::Tensor { path, tensor, offset, reason },
                Err(other) => other,
            });
        }
    }
    Ok((!told.is_empty()).then(|| {
        let (verb, many) = if told.len() == 1 { ("holds", "") } else { ("hold", "s") };
        format!("tensor{many} {} {verb} what config.json says already and is not read", names(&told))
    }))
}

/// True if the model is made of this tensor, among others.
fn is_read(name: &str, description: &HfConfig) -> bool {
    match layer_part(name) {
        Some((layer, part)) => layer < description.config.layers && is_read_of_layer(part, description),
        None => [EMBEDDING, HEAD, "model.norm.weight"].contains(&name),
    }
}

/// The layer and the rest of a name such as `model.layers.3.mlp.up_proj.weight`.
fn layer_part(name: &str) -> Option<(usize, &str)> {
    let (layer, part) = name.strip_prefix("model.layers.")?.split_once('.')?;
    // `03` is another name than `3`.
    Some((layer.parse().ok().filter(|number: &usize| number.to_string() == layer)?, part))
}

fn is_read_of_layer(part: &str, description: &HfConfig) -> bool {
    let (attention_sub, ffn_sub) = description.family.sub_norms();
    let sub_norm = |name: String| description.config.sub_norms && part == name;
    let scaled = matches!(description.config.convention, Convention::BitLinear | Convention::AutoBitLinearOffline);
    let of_linear = LinearKind::ALL.iter().find_map(|kind| {
        let block = if kind.is_ffn() { "mlp." } else { "self_attn." };
        part.strip_prefix(block)?.strip_prefix(&kind.to_string())?.strip_prefix('.')
    });
    match of_linear {
        Some("weight") => true,
        Some("weight_scale") => scaled,
        Some("rms_norm.weight") => description.linear_norm.is_some(),
        Some(_) => false,
        None => {
            ["input_layernorm.weight", "post_attention_layernorm.weight"].contains(&part)
                || sub_norm(format!("self_attn.{attention_sub}.weight"))
                || sub_norm(format!("mlp.{ffn_sub}.weight"))
        }
    }
}

/// Frequencies that an older program stored must be those of `rope_theta`.
fn check_frequencies(tensor: &Tensor, description: &HfConfig) -> Result<(), Error> {
    let config = &description.config;
    tensor.expect_shape(&[config.head_dim / 2])?;
    let tolerance = match tensor.kind {
        Kind::F16 => 1e-3,
        Kind::Bf16 => 8e-3,
        _ => 1e-5,
    };
    for (i, stored) in tensor.floats()?.enumerate() {
        let expected = 1.0 / config.rope_theta.powf(2.0 * i as f32 / config.head_dim as f32);
        // Below its least normal number, f16 is no finer than 6e-8.
        let close = (stored - expected).abs() <= tolerance * expected + 6e-8;
        if !close {
            return Err(tensor.error(
                0,
                format!(
                    "frequency {i} is {stored}, but rope_theta {} makes it {expected}; other positions than those of \
                     config.json are not implemented",
                    config.rope_theta
                ),
            ));
        }
    }
    Ok(())
}

/// The reason why a tensor that is not read is refused.
fn reason(name: &str, description: &HfConfig) -> String {
    let config = &description.config;
    let part = layer_part(name);
    let lower = name.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
    if let Some((layer, _)) = part.filter(|(layer, _)| *layer >= config.layers) {
        return format!("layer {layer} is there, but num_hidden_layers is {}", config.layers);
    }
    if has(&["hadamard", "rotation", "rotate", "online_had", "had_k", "quarot", "spinquant"]) {
        return "rotated weights (a Hadamard or another rotation) are not implemented".into();
    }
    if has(&["lora_", "adapter", "dora", "magnitude_vector", "modules_to_save"]) {
        return "it is a part of a LoRA adapter, which would not be applied; merge the adapter into the model first"
            .into();
    }
    if name.ends_with(".bias") {
        return "only layers without bias are implemented".into();
    }
    if name.ends_with(".weight_scale") {
        return format!(
            "linears of the convention {} have no scale beside them, and this one would not be used; linear_class or \
             quantization_mode in config.json may be wrong",
            config.convention.name()
        );
    }
    if name.ends_with(".rms_norm.weight") {
        return "it is a norm inside a linear, but use_rms_norm in quantization_config is not true".into();
    }
    if has(&["norm", "_ln."]) {
        return format!("it is a norm that {} does not apply", config.architecture);
    }
    if has(&["expert", "gate.weight", "router"]) {
        return "mixtures of experts are not implemented".into();
    }
    format!("it is not a part of a {}; what it would change is not implemented", config.architecture)
}
