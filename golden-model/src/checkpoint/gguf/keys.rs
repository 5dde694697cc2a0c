//! The keys of a GGUF file: a closed list, the same for the architectures that are implemented.
//!
//! `{arch}.*` keys are what llama.cpp computes with; one that no list has is refused. Keys in other name spaces that are
//! unknown give a notice.

use serde_json::Value;

use crate::checkpoint::keys::{self, Group, OFF, Rule, WINDOW};
use crate::gguf::Gguf;
use crate::{Config, Error};

/// The keys under the architecture's name.
const ARCHITECTURE: &[Group] = &[
    Group {
        keys: &[
            "context_length",
            "embedding_length",
            "block_count",
            "feed_forward_length",
            "attention.head_count",
            "attention.head_count_kv",
            "attention.key_length",
            "attention.value_length",
            "attention.layer_norm_rms_epsilon",
            "hidden_activation",
        ],
        rule: Rule::Handled,
        about: "the shape",
    },
    Group {
        keys: &["rope.freq_base", "rope.dimension_count"],
        rule: Rule::Handled,
        about: "rotary positions, which turn the whole head",
    },
    Group {
        keys: &["rope.scaling.type", "rope.scaling.factor", "rope.scale_linear"],
        rule: Rule::Handled,
        about: "scaled positions: only type `none`, or `linear` (the default) by a factor of 1",
    },
    Group {
        keys: &[
            "vocab_size",
            "rope.scaling.original_context_length",
            "rope.scaling.finetuned",
            "decoder_start_token_id",
        ],
        rule: Rule::Harmless,
        about: "not used in the computation",
    },
    Group {
        keys: &[
            "rope.scaling.attn_factor",
            "rope.scaling.yarn_attn_factor",
            "rope.scaling.alpha",
            "logit_scale",
            "residual_scale",
            "embedding_scale",
            "attention.output_scale",
            "expert_weights_scale",
        ],
        rule: Rule::When("0 or 1", |value, _| matches!(value.as_f64(), Some(0.0 | 1.0))),
        about: "factors; llama.cpp takes 0 for none",
    },
    Group {
        keys: &["attention.scale"],
        rule: Rule::When("0 or one over the root of the head dimension", |value, config| {
            let usual = 1.0 / (config.head_dim as f64).sqrt();
            value.as_f64().is_some_and(|scale| scale == 0.0 || (scale / usual - 1.0).abs() < 1e-6)
        }),
        about: "the factor of the scores",
    },
    Group { keys: &["attention.sliding_window"], rule: WINDOW, about: "attention to a part of the context" },
    Group {
        keys: &["attention.causal"],
        rule: Rule::When("true", |value, _| *value == Value::Bool(true)),
        about: "attention to earlier tokens only",
    },
    Group {
        keys: &["tensor_data_layout"],
        rule: Rule::When("`Meta AI original pth`", |value, _| value.as_str() == Some("Meta AI original pth")),
        about: "the order of rows in queries and keys",
    },
    Group {
        keys: &[
            "rope.scaling.yarn_beta_fast",
            "rope.scaling.yarn_beta_slow",
            "rope.scaling.yarn_ext_factor",
            "rope.scaling.yarn_log_multiplier",
            "rope.dimension_sections",
            "rope.dimension_count_swa",
            "rope.freq_base_swa",
        ],
        rule: OFF,
        about: "other rotary positions",
    },
    Group {
        keys: &[
            "attention.max_alibi_bias",
            "attention.clamp_kqv",
            "attention.layer_norm_epsilon",
            "attention.group_norm_epsilon",
            "attention.group_norm_groups",
            "attention.q_lora_rank",
            "attention.kv_lora_rank",
            "attention.relative_buckets_count",
            "attention.sliding_window_pattern",
            "attention.shared_kv_layers",
            "attention.temperature_length",
            "attention.temperature_scale",
            "attn_logit_softcapping",
            "final_logit_softcapping",
            "router_logit_softcapping",
            "use_parallel_residual",
            "rescale_every_n_layers",
            "swin_norm",
            "swiglu_clamp_exp",
            "swiglu_clamp_shexp",
            "activation_sparsity_scale",
            "embedding_length_out",
            "embedding_length_per_layer_input",
            "pooling_type",
        ],
        rule: OFF,
        about: "operations of other architectures",
    },
    Group {
        keys: &[
            "expert_count",
            "expert_used_count",
            "expert_shared_count",
            "expert_group_count",
            "expert_group_used_count",
            "expert_feed_forward_length",
            "expert_shared_feed_forward_length",
            "expert_weights_norm",
            "expert_gating_func",
            "leading_dense_block_count",
            "interleave_moe_layer_step",
            "moe_every_n_layers",
            "nextn_predict_layers",
        ],
        rule: OFF,
        about: "mixtures of experts, and layers that predict tokens further on",
    },
];

/// The keys outside of it that matter.
const OTHERS: &[Group] = &[
    Group {
        keys: &["general.architecture", "general.alignment"],
        rule: Rule::Handled,
        about: "the architecture and the layout of the file",
    },
    Group {
        keys: &["general.type"],
        rule: Rule::When("`model`", |value, _| value.as_str() == Some("model")),
        about: "the kind of file, which may also be an adapter, a projector or an importance matrix",
    },
];

/// Name spaces whose other keys have no effect on the computation, or are read by another part.
const SPACES: [&str; 5] = ["general.", "tokenizer.", "split.", "quantize.", "imatrix."];

/// Name spaces of files that are not a language model, or of operations that are not implemented.
const NO_MODEL: [&str; 4] = ["adapter.", "clip.", "diffusion.", "xielu."];

/// Checks every key.
pub(crate) fn check(gguf: &Gguf, config: &Config) -> Result<Option<String>, Error> {
    let fail = |reason: String| Error::config(gguf.path(), reason);
    let mut pairs: Vec<(&str, Value)> = gguf.pairs().collect();
    pairs.sort_by(|a, b| a.0.cmp(b.0));
    let mut unknown = Vec::new();
    for (key, value) in &pairs {
        if ["hadamard", "rotation", "quarot"].iter().any(|part| key.contains(part)) && !keys::off(value) {
            return Err(fail(format!(
                "key `{key}` says that the weights are rotated (Hadamard), which is not implemented"
            )));
        }
        let own = key.strip_prefix(config.architecture.as_str()).and_then(|rest| rest.strip_prefix('.'));
        if let Some(own) = own {
            let group = keys::find(&[ARCHITECTURE], own).ok_or_else(|| {
                fail(format!("key `{key}` is not known here, so what the model computes is not known; take it out if it has no effect"))
            })?;
            keys::check(group, key, value, config).map_err(fail)?;
        } else if let Some(group) = keys::find(&[OTHERS], key) {
            keys::check(group, key, value, config).map_err(fail)?;
        } else if NO_MODEL.iter().any(|space| key.starts_with(space)) {
            return Err(fail(format!(
                "key `{key}` belongs to another kind of file or model, which is not implemented"
            )));
        } else if !SPACES.iter().any(|space| key.starts_with(space)) {
            unknown.push(*key);
        }
    }
    Ok(keys::unknown(&unknown).map(|notice| format!("{}: {notice}", gguf.path().display())))
}

/// Refuses scaled rotary positions. As in llama.cpp, they are linear where no type is given, and a factor of 0 is none.
pub(crate) fn refuse_scaling(gguf: &Gguf, architecture: &str) -> Result<(), Error> {
    let key = |name: &str| format!("{architecture}.rope.{name}");
    let kind = gguf.string(&key("scaling.type"))?.unwrap_or("linear");
    let factor = match gguf.float(&key("scaling.factor"))? {
        None => gguf.float(&key("scale_linear"))?,
        given => given,
    };
    let factor = factor.filter(|factor| *factor != 0.0).unwrap_or(1.0);
    if kind == "none" || (kind == "linear" && factor == 1.0) {
        return Ok(());
    }
    Err(Error::config(
        gguf.path(),
        format!("rotary scaling `{kind}` by {factor} is not implemented; only unscaled positions are"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::keys::tests::{assert_closed, assert_documented, assert_mentioned};

    #[test]
    fn the_lists_are_closed_and_documented() {
        assert_closed(&[ARCHITECTURE]);
        assert_closed(&[OTHERS]);
        assert_documented("GGUF under the architecture", &[ARCHITECTURE]);
        assert_documented("GGUF", &[OTHERS]);
        assert_mentioned(&SPACES);
        assert_mentioned(&NO_MODEL);
    }
}
