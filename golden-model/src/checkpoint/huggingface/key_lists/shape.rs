//! Keys of the family and of the shape, and their other names.

use crate::checkpoint::keys::{Group, OFF, Rule, same};

/// The keys of the shape.
pub(super) const SHAPE: &[Group] = &[
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
];
