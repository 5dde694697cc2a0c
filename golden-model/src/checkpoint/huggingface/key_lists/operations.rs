//! Keys of operations, which every model here has or none has.

use serde_json::Value;

use crate::Activation;
use crate::checkpoint::keys::{Group, OFF, ON, ONE, Rule, WINDOW};

/// The keys of operations.
pub(super) const OPERATIONS: &[Group] = &[
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
        keys: &["is_causal", "causal", "use_causal_mask", "causal_attention"],
        rule: ON,
        about: "attention to earlier tokens only",
    },
    Group {
        keys: &["use_bidirectional_attention", "bidirectional_attention", "bidirectional", "is_bidirectional"],
        rule: OFF,
        about: "attention to later tokens",
    },
    Group {
        keys: &["attention_type", "attn_type"],
        rule: Rule::When("null, `full`, `full_attention` or `causal`", |value, _| {
            value.is_null() || matches!(value.as_str(), Some("full" | "full_attention" | "causal"))
        }),
        about: "the kind of attention",
    },
    Group {
        keys: &["position_embedding_type", "pos_embedding_type", "position_encoding_type", "pos_emb"],
        rule: Rule::When("null, `rope` or `rotary`", |value, _| {
            value.is_null() || matches!(value.as_str(), Some("rope" | "rotary"))
        }),
        about: "the kind of positions",
    },
    Group {
        keys: &["use_rope", "use_rotary", "use_rotary_embedding", "use_rotary_embeddings", "use_rotary_emb"],
        rule: ON,
        about: "rotary positions",
    },
    Group { keys: &["use_rms_norm", "use_rmsnorm", "rms_norm"], rule: ON, about: "norms by the root mean square" },
    Group {
        keys: &["scale_attn_weights", "scale_attention", "scale_attn"],
        rule: ON,
        about: "scores divided by the root of the head dimension",
    },
    Group {
        keys: &["use_gated_mlp", "gated_mlp", "is_gated_act", "use_glu"],
        rule: ON,
        about: "a gated feed-forward network",
    },
    Group {
        keys: &["activation_function", "activation", "act_fn", "mlp_hidden_act", "mlp_activation", "ffn_activation"],
        rule: Rule::When("null or the function of `hidden_act`", |value, config| match value {
            Value::Null => true,
            value => value.as_str().is_some_and(|name| Activation::named(name) == Some(config.activation)),
        }),
        about: "another name of `hidden_act`",
    },
    Group {
        keys: &["act_bits", "activation_bits", "a_bits", "abits"],
        rule: Rule::When("null or 8", |value, _| value.is_null() || value.as_f64() == Some(8.0)),
        about: "bits of activations",
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
            "logit_cap",
            "attn_logit_cap",
            "final_logit_cap",
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
            "use_gated_attention",
            "gated_attention",
            "attn_output_gate",
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
];
