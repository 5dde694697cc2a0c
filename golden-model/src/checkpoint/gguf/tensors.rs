//! The tensors of a GGUF file that are not read: refused where they could change the computation.

use crate::gguf::Gguf;
use crate::tensor::Tensor;
use crate::{Config, Error};

/// The ternary linears of a layer.
const LINEARS: [&str; 7] = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"];

/// Checks every tensor that is not read; the notice is about those that change nothing.
pub(crate) fn check(gguf: &Gguf, config: &Config) -> Result<Option<String>, Error> {
    let mut notice = None;
    for name in gguf.names().filter(|name| !is_read(name, config)) {
        let Some(tensor) = gguf.find(name) else { continue };
        if name == "rope_freqs.weight" {
            refuse_factors(&tensor?)?;
            notice =
                Some(format!("{}: tensor `{name}` holds factors of 1 only and is not read", gguf.path().display()));
            continue;
        }
        let reason = reason(name, config);
        return Err(match tensor {
            Ok(tensor) => tensor.error(0, reason),
            Err(Error::Tensor { path, tensor, offset, .. }) => Error::Tensor { path, tensor, offset, reason },
            Err(other) => other,
        });
    }
    Ok(notice)
}

/// True if the model is made of this tensor, among others.
fn is_read(name: &str, config: &Config) -> bool {
    let Some((layer, part)) = layer_part(name) else {
        return ["token_embd.weight", "output.weight", "output_norm.weight"].contains(&name);
    };
    let linear = LINEARS
        .iter()
        .any(|linear| part.strip_prefix(linear).is_some_and(|rest| [".weight", ".scale"].contains(&rest)));
    let norm = ["attn_norm.weight", "ffn_norm.weight"].contains(&part);
    let sub_norm = ["attn_sub_norm.weight", "ffn_sub_norm.weight"].contains(&part);
    layer < config.layers && (linear || norm || (config.sub_norms && sub_norm))
}

/// The layer and the rest of a name such as `blk.3.ffn_up.weight`.
fn layer_part(name: &str) -> Option<(usize, &str)> {
    let (layer, part) = name.strip_prefix("blk.")?.split_once('.')?;
    Some((layer.parse().ok().filter(|number: &usize| number.to_string() == layer)?, part))
}

/// Refuses factors of the frequencies of rotary positions, unless all are 1.
fn refuse_factors(tensor: &Tensor) -> Result<(), Error> {
    if tensor.floats()?.all(|factor| factor == 1.0) {
        return Ok(());
    }
    Err(tensor.error(0, "rotary positions with a factor per frequency are not implemented"))
}

/// The reason why a tensor that is not read is refused.
fn reason(name: &str, config: &Config) -> String {
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if let Some((layer, _)) = layer_part(name).filter(|(layer, _)| *layer >= config.layers) {
        return format!("block {layer} is there, but {}.block_count is {}", config.architecture, config.layers);
    }
    if has(&["hadamard", "rotation", "quarot"]) {
        return "rotated weights (a Hadamard or another rotation) are not implemented".into();
    }
    if has(&["lora_"]) {
        return "it is a part of a LoRA adapter, which would not be applied; merge the adapter into the model first"
            .into();
    }
    if name.ends_with(".bias") {
        return "only linears without bias are implemented".into();
    }
    if has(&["_exps", "_shexp", "gate_inp"]) {
        return "mixtures of experts are not implemented".into();
    }
    if has(&["norm"]) {
        return format!("it is a norm that architecture `{}` does not apply here", config.architecture);
    }
    if has(&["rope_freqs", "rope_factors", "rot_embd"]) {
        return "rotary positions with a factor per frequency are not implemented".into();
    }
    format!("it is not a part of architecture `{}`; what it would change is not implemented", config.architecture)
}
