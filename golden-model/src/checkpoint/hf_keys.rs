//! The keys of `config.json`: a closed list.
//!
//! A key that no list has is refused when its name says that it changes the computation, and told by a notice otherwise.

use serde_json::{Map, Value};

use super::hf_config::Family;
use super::keys::{self, Group, OFF, ONE, Rule, WINDOW, same};
use crate::Config;

/// The keys of every family.
const COMMON: &[Group] = &[
    Group {
        keys: &[
            "architectures",
            "model_type",
            "hidden_size",
            "intermediate_size",
            "num_hidden_layers",
            "num_attention_heads",
            "num_key_value_heads",
            "head_dim",
            "vocab_size",
            "max_position_embeddings",
            "rms_norm_eps",
            "hidden_act",
        ],
        rule: Rule::Handled,
        about: "the family and the shape",
    },
    Group {
        keys: &["rope_theta", "rope_parameters", "rope_scaling"],
        rule: Rule::Handled,
        about: "rotary positions, see below",
    },
    Group { keys: &["quantization_config"], rule: Rule::Handled, about: "how the linears are stored, see below" },
    Group {
        keys: &["tie_word_embeddings"],
        rule: Rule::Handled,
        about: "whether the head is the embedding; a head in the file that differs wins, with a notice",
    },
    Group { keys: &["eos_token_id"], rule: Rule::Handled, about: "tokens that end a text; null and -1 mean none" },
    Group { keys: &["transformers_weights"], rule: Rule::Handled, about: "the file of the weights" },
    Group {
        keys: &["dtype", "torch_dtype"],
        rule: Rule::Handled,
        about: "the type that transformers computes in; here dense parts are computed in float32. Both must agree",
    },
    Group {
        keys: &["hidden_activation"],
        rule: Rule::Handled,
        about: "a newer name of `hidden_act`, which must agree with it",
    },
    Group { keys: &["n_embd", "d_model"], rule: same!("hidden_size", hidden), about: "another name of `hidden_size`" },
    Group {
        keys: &["n_layer", "n_layers", "num_layers"],
        rule: same!("num_hidden_layers", layers),
        about: "another name of `num_hidden_layers`",
    },
    Group {
        keys: &["n_head", "n_heads", "num_heads"],
        rule: same!("num_attention_heads", heads),
        about: "another name of `num_attention_heads`",
    },
    Group {
        keys: &["n_kv_heads", "num_kv_heads", "n_head_kv"],
        rule: same!("num_key_value_heads", kv_heads),
        about: "another name of `num_key_value_heads`",
    },
    Group {
        keys: &["n_inner", "ffn_dim", "ffn_hidden_size"],
        rule: same!("intermediate_size", intermediate),
        about: "another name of `intermediate_size`",
    },
    Group {
        keys: &["n_positions", "n_ctx", "max_sequence_length", "max_seq_len"],
        rule: same!("max_position_embeddings", context),
        about: "another name of `max_position_embeddings`",
    },
    Group {
        keys: &["attention_head_dim", "d_head", "rotary_dim", "query_pre_attn_scalar"],
        rule: same!("the head dimension", head_dim),
        about: "widths of a head: scores are scaled and positions turned by the whole head",
    },
    Group {
        keys: &["layer_norm_eps", "layer_norm_epsilon", "norm_eps", "rms_norm_epsilon"],
        rule: same!("rms_norm_eps", norm_eps),
        about: "another name of `rms_norm_eps`",
    },
    Group {
        keys: &["attention_bias", "mlp_bias", "use_bias", "bias", "qkv_bias", "attention_out_bias", "lm_head_bias"],
        rule: OFF,
        about: "only linears without bias are implemented",
    },
    Group { keys: &["pretraining_tp"], rule: ONE, about: "linears computed in slices" },
    Group {
        keys: &["sliding_window", "attention_chunk_size"],
        rule: WINDOW,
        about: "attention to a part of the context",
    },
    Group {
        keys: &["use_sliding_window", "no_rope_layers", "no_rope_layer_interval", "use_alibi", "alibi", "use_mrope"],
        rule: OFF,
        about: "layers with other attention or positions",
    },
    Group {
        keys: &["layer_types"],
        rule: Rule::When("null or a list of `full_attention`", |value, _| {
            let full = |kind: &Value| matches!(kind.as_str(), Some("full_attention" | "attention"));
            value.is_null() || value.as_array().is_some_and(|kinds| kinds.iter().all(full))
        }),
        about: "kinds of layers",
    },
    Group {
        keys: &["partial_rotary_factor", "rotary_pct"],
        rule: ONE,
        about: "the share of a head that positions turn",
    },
    Group {
        keys: &["rope_interleaved", "rope_interleave", "rope_local_base_freq", "rope_scaling_factor", "rope_type"],
        rule: OFF,
        about: "other rotary positions",
    },
    Group {
        keys: &["original_max_position_embeddings", "max_window_layers"],
        rule: Rule::Harmless,
        about: "parts of features that are refused when they are on",
    },
    Group {
        keys: &[
            "embedding_multiplier",
            "residual_multiplier",
            "logits_scaling",
            "logit_scale",
            "lm_head_multiplier",
            "key_multiplier",
            "attention_in_multiplier",
            "attention_out_multiplier",
            "scale_emb",
            "embedding_scale",
            "residual_scale",
            "output_multiplier_scale",
        ],
        rule: ONE,
        about: "factors of other families",
    },
    Group {
        keys: &[
            "attention_multiplier",
            "final_logit_softcapping",
            "attn_logit_softcapping",
            "logits_soft_cap",
            "scale_depth",
            "dim_model_base",
            "mlp_multipliers",
            "ssm_multipliers",
            "clip_qkv",
            "swiglu_limit",
            "use_qk_norm",
            "qk_norm",
            "qk_layernorm",
            "use_layernorm",
            "parallel_attn",
            "use_parallel_residual",
            "new_decoder_architecture",
            "attention_sinks",
        ],
        rule: OFF,
        about: "operations of other families",
    },
    Group {
        keys: &["num_local_experts", "num_experts", "n_routed_experts", "n_shared_experts", "num_experts_per_tok"],
        rule: OFF,
        about: "mixtures of experts",
    },
    Group {
        keys: &["text_config", "vision_config", "audio_config", "encoder", "decoder", "per_layer_config"],
        rule: OFF,
        about: "models inside the model",
    },
    Group {
        keys: &["quantization", "compression_config", "sparsity_config", "pruned_heads"],
        rule: OFF,
        about: "weights stored another way, such as the 2-bit folders of MLX",
    },
    Group {
        keys: &["is_encoder_decoder", "add_cross_attention", "cross_attention_hidden_size"],
        rule: OFF,
        about: "attention to another sequence",
    },
    Group { keys: &["num_nextn_predict_layers"], rule: OFF, about: "layers that predict tokens further on" },
    Group {
        keys: &[
            "_name_or_path",
            "name_or_path",
            "_commit_hash",
            "transformers_version",
            "auto_map",
            "tokenizer_class",
            "is_bitnet_config",
            "transformers.js_config",
            "unsloth_version",
            "unsloth_fixed",
        ],
        rule: Rule::Harmless,
        about: "where the model comes from",
    },
    Group {
        keys: &[
            "use_cache",
            "output_attentions",
            "output_hidden_states",
            "return_dict",
            "tie_last_hidden_states",
            "_attn_implementation",
            "attn_implementation",
            "_attn_implementation_autoset",
            "_attn_implementation_internal",
            "_flash_attn_2_enabled",
            "_experts_implementation",
            "_experts_implementation_internal",
            "experts_implementation",
            "chunk_size_feed_forward",
            "torchscript",
            "use_bfloat16",
            "tf_legacy_loss",
            "is_decoder",
            "tie_encoder_decoder",
            "tie_weights_keys",
        ],
        rule: Rule::Harmless,
        about: "how transformers computes the same numbers",
    },
    Group {
        keys: &[
            "attention_dropout",
            "hidden_dropout",
            "resid_pdrop",
            "embd_pdrop",
            "dropout",
            "initializer_range",
            "gradient_checkpointing",
            "router_aux_loss_coef",
        ],
        rule: Rule::Harmless,
        about: "training",
    },
    Group {
        keys: &[
            "id2label",
            "label2id",
            "num_labels",
            "problem_type",
            "finetuning_task",
            "task_specific_params",
            "classifier_dropout",
            "keys_to_ignore_at_inference",
        ],
        rule: Rule::Harmless,
        about: "other tasks",
    },
    Group {
        keys: &["bos_token_id", "pad_token_id", "sep_token_id", "decoder_start_token_id", "prefix"],
        rule: Rule::Harmless,
        about: "tokens, which the tokenizer decides",
    },
    Group {
        keys: &[
            "max_length",
            "min_length",
            "max_new_tokens",
            "do_sample",
            "early_stopping",
            "num_beams",
            "num_beam_groups",
            "diversity_penalty",
            "temperature",
            "top_k",
            "top_p",
            "typical_p",
            "repetition_penalty",
            "length_penalty",
            "no_repeat_ngram_size",
            "encoder_no_repeat_ngram_size",
            "encoder_repetition_penalty",
            "bad_words_ids",
            "num_return_sequences",
            "output_scores",
            "return_dict_in_generate",
            "forced_bos_token_id",
            "forced_eos_token_id",
            "remove_invalid_values",
            "exponential_decay_length_penalty",
            "suppress_tokens",
            "begin_suppress_tokens",
            "epsilon_cutoff",
            "eta_cutoff",
            "num_assistant_tokens",
            "num_assistant_tokens_schedule",
            "assistant_confidence_threshold",
            "assistant_lookbehind",
            "target_lookbehind",
        ],
        rule: Rule::Harmless,
        about: "how tokens are drawn, which the command's options decide",
    },
];

/// The keys that only the 1bitLLM reproduction reads.
const ONE_BIT_LLM: &[Group] = &[Group {
    keys: &["input_bits", "weight_bits"],
    rule: Rule::Handled,
    about: "bits of activations, which must be 8, and of weights, which must be 1, unless there is a `quantization_config`",
}];

/// The same keys in the other families.
const OTHERS: &[Group] = &[
    Group {
        keys: &["input_bits"],
        rule: Rule::When("null or 8", |value, _| value.is_null() || value.as_f64() == Some(8.0)),
        about: "bits of activations",
    },
    Group { keys: &["weight_bits"], rule: ONE, about: "bits of weights as 1bitLLM counts them" },
];

/// Parts of names that say that a key changes the computation; one that is unknown is refused, unless it is off or 1.
const TELLING: [&str; 22] = [
    "rope",
    "rotary",
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
    "multiplier",
    "clamp",
    "clip",
    "expert",
    "moe",
    "window",
    "spars",
    "quant",
    "residual",
];

/// Checks every key of a `config.json`; the notices are sentences without the file's name.
pub(super) fn check(keys: &Map<String, Value>, family: Family, config: &Config) -> Result<Option<String>, String> {
    let own = if family == Family::OneBitLlm { ONE_BIT_LLM } else { OTHERS };
    let mut unknown = Vec::new();
    for (key, value) in keys {
        match keys::find(&[COMMON, own], key) {
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
    let rope = name.starts_with("rope") || name.starts_with("rotary");
    let neutral = keys::off(value) || (!rope && value.as_f64() == Some(1.0));
    if !neutral && TELLING.iter().any(|part| name.contains(part)) {
        return Err(format!(
            "key `{key}` is not known here, and its name says that it changes what the model computes; \
             if it does not, take it out"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::keys::tests::{assert_closed, assert_documented, assert_mentioned};
    use super::*;

    #[test]
    fn the_lists_are_closed_and_documented() {
        assert_closed(&[COMMON, ONE_BIT_LLM]);
        assert_closed(&[COMMON, OTHERS]);
        assert_documented("config.json", COMMON);
        assert_documented("config.json of BitnetForCausalLM", ONE_BIT_LLM);
        assert_documented("config.json of the other families", OTHERS);
        assert_mentioned(&TELLING);
    }
}
