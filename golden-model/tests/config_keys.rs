//! Every key of `config.json` and of a GGUF file is read, without effect, or refused by name.

use crate::common::build::{PACKED, Recipe, Storage, build};
use crate::common::gguf::{self, Meta};
use serde_json::{Value, json};
use trine_golden_model::{Config, Convention};

/// The configuration that the text of a `config.json` gives.
fn read(text: &str) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.json"), text).unwrap();
    Config::load(&folder.path().into()).map_err(|e| e.to_string())
}

/// The configuration of a small model with some keys changed, or taken out where the value is the text `absent`.
fn with(changes: &Value) -> Value {
    let mut config = build(&PACKED, 1).config();
    for (key, value) in changes.as_object().unwrap() {
        if value == "absent" {
            config.as_object_mut().unwrap().remove(key);
        } else {
            config[key] = value.clone();
        }
    }
    config
}

#[track_caller]
fn accept(changes: Value) -> Config {
    read(&with(&changes).to_string()).unwrap_or_else(|e| panic!("{changes}: {e}"))
}

/// Accepts keys that change nothing and say nothing.
#[track_caller]
fn harmless(changes: Value) {
    assert_eq!(accept(changes), accept(json!({})));
}

#[track_caller]
fn refuse(changes: Value, parts: &[&str]) {
    let message = read(&with(&changes).to_string()).expect_err(&format!("{changes} is accepted"));
    assert!(parts.iter().all(|part| message.contains(part)), "{message:?} lacks one of {parts:?}");
}

/// A key refused at one value, and harmless at others.
#[test]
fn values_that_change_the_computation() {
    for (key, bad, good) in [
        ("sliding_window", json!(16), json!([null, 32, 4096])),
        ("partial_rotary_factor", json!(0.5), json!([null, 1, 1.0])),
        ("pretraining_tp", json!(2), json!([1, null])),
        ("final_logit_softcapping", json!(30.0), json!([null, 0])),
        ("embedding_multiplier", json!(12.0), json!([1.0, null])),
        ("residual_multiplier", json!(0.2), json!([1])),
        ("logit_scale", json!(0.06), json!([1])),
        ("mlp_bias", json!(true), json!([false, null])),
        ("layer_types", json!(["full_attention", "sliding_attention"]), json!([null, ["full_attention"]])),
        ("num_local_experts", json!(8), json!([0, null])),
        ("query_pre_attn_scalar", json!(256), json!([8])),
        ("layer_norm_eps", json!(1e-6), json!([1e-5, null])),
        ("n_kv_heads", json!(2), json!([1])),
        ("is_encoder_decoder", json!(true), json!([false])),
        ("quantization", json!({"bits": 2, "group_size": 128}), json!([null])),
        ("weight_bits", json!(2), json!([1])),
        ("use_qk_norm", json!(true), json!([false])),
        ("rope_interleaved", json!(true), json!([false])),
        ("is_causal", json!(false), json!([true, null])),
        ("causal", json!(0), json!([true])),
        ("use_bidirectional_attention", json!(true), json!([false, null])),
        ("use_bidirectional_attention", json!("all"), json!([false])),
        ("attention_type", json!("block_sparse"), json!(["full", "causal", null])),
        ("position_embedding_type", json!("alibi"), json!(["rope", "rotary", null])),
        ("position_embedding_type", json!("absolute"), json!([null])),
        ("use_rope", json!(false), json!([true, null])),
        ("use_rms_norm", json!(false), json!([true])),
        ("scale_attn_weights", json!(false), json!([true])),
        ("gated_mlp", json!(false), json!([true, null])),
        ("activation_function", json!("gelu"), json!(["relu2", null])),
        ("activation", json!("silu"), json!(["relu2"])),
        ("act_bits", json!(4), json!([8, 8.0, null])),
        ("activation_bits", json!(1), json!([8])),
        ("logit_cap", json!(30), json!([0, null])),
        ("use_gated_attention", json!(true), json!([false])),
    ] {
        refuse(json!({key: bad}), &["config.json", &format!("`{key}`")]);
        for good in good.as_array().unwrap() {
            harmless(json!({key: good}));
        }
    }
}

#[test]
fn unknown_keys() {
    for key in ["rope_base", "rotary_emb_fraction", "qk_norm_eps", "attn_scaling", "lora_rank", "kv_clip"] {
        refuse(json!({key: 0.5}), &[key, "not known"]);
    }
    refuse(json!({"rope_extension": true}), &["rope_extension"]);
    for key in
        ["attn_pattern", "cross_directional", "gate_temperature", "post_softmax", "logit_shift", "activation_kind"]
    {
        refuse(json!({key: "x"}), &[key, "not known"]);
        accept(json!({key: false}));
    }
    // Where `false` and 1 may be another computation too.
    for key in ["use_rope_everywhere", "attn_is_causal", "kv_bits", "position_shift", "swiglu", "gated_output"] {
        for value in [json!(false), json!(true), json!(1), json!(0), json!("x")] {
            refuse(json!({key: value}), &[key, "not known"]);
        }
        accept(json!({key: null}));
    }
    for key in ["online_had", "hadamard_dim", "rotation_config", "quarot"] {
        refuse(json!({key: true}), &[key, "rotated weights"]);
    }
    let notices = accept(json!({"curriculum": "long", "my_extra_loss": false})).notices;
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].contains("config.json: keys `curriculum`, `my_extra_loss` are not known"), "{notices:?}");
    assert!(
        accept(json!({"temperature": 0.6, "unsloth_version": "1", "attention_dropout": 0.1, "attn_pdrop": 0.1,
        "use_flash_attention_2": true, "num_logits_to_keep": 0}))
        .notices
        .is_empty()
    );
    refuse(json!({"model_type": "mistral"}), &["`mistral`"]);
    refuse(json!({"architectures": "BitNetForCausalLM"}), &["architectures", "list"]);
}

#[test]
fn quantization_keys() {
    let quantization = |key: &str, value: Value| {
        let mut object = json!({"quant_method": "bitnet", "linear_class": "autobitlinear"});
        object[key] = value;
        json!({"quantization_config": object})
    };
    for (key, value) in [("group_size", json!(64)), ("bits", json!(2)), ("activation_bits", json!(4))] {
        refuse(quantization(key, value), &[&format!("`quantization_config.{key}`"), "not known"]);
    }
    refuse(quantization("_load_in_4bit", json!(true)), &["_load_in_4bit"]);
    refuse(json!({"quantization_config": "bitnet"}), &["quantization_config", "object"]);
    let keep = |list: Value| quantization("modules_to_not_convert", list);
    for list in [json!(null), json!(["lm_head"]), json!(["model.embed_tokens", "lm_head"]), json!([".*head", "norm"])] {
        harmless(keep(list));
    }
    for (pattern, linear) in [
        ("model.layers.1.mlp.down_proj", "model.layers.1.mlp.down_proj"),
        ("o_proj", "model.layers.0.self_attn.o_proj"),
        ("model.layers.1", "model.layers.1.self_attn.q_proj"),
        (".*gate", ""),
        ("model.*.(up|gate)_proj", "model.layers.0.mlp.gate_proj"),
        ("", "model.layers.0.self_attn.q_proj"),
    ] {
        // `.*gate` ends inside of a name, so that it keeps nothing.
        if linear.is_empty() {
            harmless(keep(json!(["lm_head", pattern])));
        } else {
            refuse(keep(json!(["lm_head", pattern])), &["modules_to_not_convert", &format!("`{linear}`")]);
        }
    }
    refuse(keep(json!([])), &["modules_to_not_convert", "lm_head"]);
    refuse(keep(json!(["lm"])), &["modules_to_not_convert", "lm_head"]);
    refuse(keep(json!("lm_head")), &["modules_to_not_convert", "list of strings"]);
    refuse(keep(json!(["lm_head", "("])), &["modules_to_not_convert", "`(`"]);
    let one_bit = json!({"quant_method": "bitnet", "linear_class": "bitlinear-1bit", "quantization_mode": "online",
        "use_rms_norm": true});
    refuse(json!({"quantization_config": one_bit}), &["use_rms_norm", "bitlinear-1bit"]);
}

/// Two names of one thing, and one name twice.
#[test]
fn spellings() {
    let rope = |rope: Value| json!({"rope_parameters": rope});
    let theta = |changes: Value| accept(changes).rope_theta;
    harmless(rope(json!({"type": "default", "rope_type": "default"})));
    harmless(rope(json!({"rope_type": "linear", "type": "linear", "factor": 1.0})));
    harmless(json!({"rope_scaling": {"type": "default"}, "rope_parameters": {"rope_type": "default"}}));
    refuse(rope(json!({"type": "linear", "rope_type": "default", "factor": 1})), &["rope_type`", ".type`", "linear"]);
    refuse(rope(json!({"type": "yarn"})), &["rope_parameters.type", "`yarn`"]);
    refuse(json!({"rope_scaling": {"type": "linear", "factor": 4.0}}), &["rope_scaling.type", "`linear`"]);
    refuse(
        json!({"rope_scaling": {"rope_type": "llama3", "factor": 8}, "rope_parameters": {"rope_type": "default"}}),
        &["rope_scaling.rope_type", "rope_parameters.rope_type"],
    );
    refuse(rope(json!({"rope_theta": 5e5})), &["`rope_theta` is 1000", "rope_parameters.rope_theta", "500000"]);
    refuse(rope(json!({"factor": 2.0})), &["`rope_parameters.factor`"]);
    refuse(rope(json!({"low_freq_factor": 1.0})), &["`rope_parameters.low_freq_factor`"]);
    refuse(rope(json!({"full_attention": {"rope_theta": 1e4}})), &["`rope_parameters.full_attention`"]);
    assert_eq!(theta(json!({"rope_theta": "absent", "rope_scaling": {"rope_theta": 7.0}})), 7.0);
    assert_eq!(theta(json!({"rope_theta": null, "rope_parameters": {"rope_theta": 9, "type": null}})), 9.0);
    let llama = json!({"architectures": ["LlamaForCausalLM"], "rope_theta": "absent", "model_type": "llama"});
    assert_eq!(theta(llama), 10_000.0);

    harmless(json!({"dtype": "bfloat16", "torch_dtype": "bfloat16"}));
    harmless(json!({"dtype": "float16", "torch_dtype": "torch.float16"}));
    refuse(json!({"dtype": "bfloat16", "torch_dtype": "float32"}), &["`dtype`", "`torch_dtype`", "float32"]);
    harmless(json!({"hidden_activation": "relu2"}));
    refuse(json!({"hidden_activation": "silu"}), &["`hidden_act`", "`hidden_activation`"]);
    let text = with(&json!({})).to_string();
    let again = |more: &str| read(&text.replacen('{', &format!("{{{more}, "), 1));
    again(r#""rope_theta": 1000.0"#).unwrap();
    let message = again(r#""rope_theta": 2.0"#).unwrap_err();
    assert!(message.contains("`rope_theta` is there twice, as 2.0 and as 1000.0"), "{message}");
    let message = again(r#""quantization_config": {"use_rms_norm": true, "use_rms_norm": false}"#).unwrap_err();
    assert!(message.contains("`use_rms_norm` is there twice"), "{message}");
}

#[test]
fn end_tokens() {
    for (value, ends) in [
        (json!(null), vec![]),
        (json!(-1), vec![]),
        (json!(7), vec![7]),
        (json!([3, -1, 9]), vec![3, 9]),
        (json!([]), vec![]),
    ] {
        assert_eq!(accept(json!({"eos_token_id": value})).ends, ends);
    }
    for value in [json!("</s>"), json!(2.5), json!([1, "x"]), json!(1u64 << 40), json!({"id": 1})] {
        refuse(json!({"eos_token_id": value}), &["eos_token_id"]);
    }
}

/// A missing count of key-value heads is the default of the family, which for BitNet is 5.
#[test]
fn defaults_of_a_family() {
    let shape = json!({"num_attention_heads": 10, "hidden_size": 80, "num_key_value_heads": "absent"});
    assert_eq!(accept(shape.clone()).kv_heads, 5);
    let mut llama = shape;
    llama["architectures"] = json!(["LlamaForCausalLM"]);
    assert_eq!(accept(llama).kv_heads, 10);
    assert_eq!(accept(json!({"num_key_value_heads": null})).kv_heads, PACKED.heads);
}

/// Configurations in the form of published checkpoints, written by hand.
#[test]
fn published_configurations() {
    let llama3 = json!({
        "_name_or_path": "meta-llama/Meta-Llama-3-8B-Instruct", "architectures": ["LlamaForCausalLM"],
        "attention_bias": false, "attention_dropout": 0.0, "bos_token_id": 128000, "eos_token_id": 128009,
        "hidden_act": "silu", "hidden_size": 4096, "initializer_range": 0.02, "intermediate_size": 14336,
        "max_position_embeddings": 8192, "mlp_bias": false, "model_type": "llama", "num_attention_heads": 32,
        "num_hidden_layers": 32, "num_key_value_heads": 8, "pretraining_tp": 1,
        "quantization_config": {"modules_to_not_convert": null, "quant_method": "bitnet"}, "rms_norm_eps": 1e-05,
        "rope_scaling": null, "rope_theta": 500000.0, "tie_word_embeddings": false, "torch_dtype": "bfloat16",
        "transformers_version": "4.44.0.dev0", "use_cache": true, "vocab_size": 128256
    });
    let mut falcon_e = llama3.clone();
    falcon_e["is_bitnet_config"] = json!(true);
    falcon_e["head_dim"] = json!(128);
    falcon_e["quantization_config"] = json!({"modules_to_not_convert": ["lm_head"], "quant_method": "bitnet"});
    let mut trilm = llama3.clone();
    trilm.as_object_mut().unwrap().remove("quantization_config");
    let microsoft = json!({
        "architectures": ["BitNetForCausalLM"], "auto_map": {"AutoConfig": "configuration_bitnet.BitNetConfig",
        "AutoModelForCausalLM": "modeling_bitnet.BitNetForCausalLM"}, "bos_token_id": 128000, "eos_token_id": 128001,
        "hidden_act": "relu2", "hidden_size": 2560, "initializer_range": 0.02, "intermediate_size": 6912,
        "max_position_embeddings": 4096, "model_type": "bitnet", "rms_norm_eps": 1e-05, "num_attention_heads": 20,
        "num_hidden_layers": 30, "num_key_value_heads": 5, "rope_theta": 500000.0, "tie_word_embeddings": true,
        "torch_dtype": "bfloat16", "use_cache": true, "vocab_size": 128256, "quantization_config":
        {"quant_method": "bitnet", "linear_class": "autobitlinear", "quantization_mode": "offline"}
    });
    let one_bit_llm = json!({
        "architectures": ["BitnetForCausalLM"], "attention_bias": false, "attention_dropout": 0.0, "bos_token_id": 1,
        "eos_token_id": 2, "hidden_act": "silu", "hidden_size": 3200, "initializer_range": 0.02, "input_bits": 8,
        "intermediate_size": 8640, "max_position_embeddings": 2048, "model_type": "llama", "num_attention_heads": 32,
        "num_hidden_layers": 26, "num_key_value_heads": 32, "pad_token_id": 32000, "pretraining_tp": 1,
        "rms_norm_eps": 1e-05, "rope_scaling": null, "rope_theta": 10000.0, "tie_word_embeddings": true,
        "torch_dtype": "float16", "transformers_version": "4.39.0", "use_cache": true, "vocab_size": 32002, "weight_bits": 1
    });
    for (config, convention) in [
        (llama3, Convention::BitLinear),
        (falcon_e, Convention::BitLinear),
        (trilm, Convention::Unpacked),
        (microsoft, Convention::AutoBitLinearOffline),
        (one_bit_llm, Convention::AutoBitLinearOnline),
    ] {
        let read = read(&config.to_string()).unwrap();
        // Without weights nobody knows whether floats are ternary.
        let doubts = usize::from(convention == Convention::Unpacked);
        assert_eq!((read.convention, read.notices.len()), (convention, doubts), "{config}");
    }
}

#[test]
fn gguf_keys() {
    let recipe = Recipe { storage: Storage::Tq2, hidden: 256, intermediate: 256, heads: 2, head_dim: 128, ..PACKED };
    let (built, folder) = (build(&recipe, 1), tempfile::tempdir().unwrap());
    let path = folder.path().join("model.gguf");
    let read = |key: &str, value: Meta| {
        let mut metadata = built.metadata("bitnet");
        metadata.push((key.to_owned(), value));
        std::fs::write(&path, gguf::bytes(3, &metadata, &built.tensors)).unwrap();
        Config::load(&path.as_path().into()).map_err(|e| e.to_string())
    };
    let good = read("general.name", Meta::Text("a".into())).unwrap();
    for (key, value, part) in [
        ("bitnet.rope.scaling.attn_factor", Meta::F32(0.5), "bitnet.rope.scaling.attn_factor"),
        ("bitnet.rope.scaling.factor", Meta::F32(4.0), "`linear` by 4"),
        ("bitnet.rope.scale_linear", Meta::F32(2.0), "`linear` by 2"),
        ("bitnet.logit_scale", Meta::F32(0.1), "logit_scale"),
        ("bitnet.residual_scale", Meta::F32(0.2), "residual_scale"),
        ("bitnet.expert_count", Meta::U32(8), "expert_count"),
        ("bitnet.attention.scale", Meta::F32(0.5), "attention.scale"),
        ("bitnet.attention.sliding_window", Meta::U32(16), "sliding_window"),
        ("bitnet.attention.clamp_kqv", Meta::F32(8.0), "clamp_kqv"),
        ("bitnet.attention.causal", Meta::Bool(false), "causal"),
        ("bitnet.rope.dimension_sections", Meta::I32s(vec![1, 1, 2]), "an array of 3"),
        ("bitnet.unheard_of", Meta::U32(1), "`bitnet.unheard_of` is not known"),
        ("prism.hadamard.block_size", Meta::U32(128), "rotated"),
        ("general.type", Meta::Text("adapter".into()), "general.type"),
        ("adapter.type", Meta::Text("lora".into()), "adapter.type"),
    ] {
        let message = read(key, value).unwrap_err();
        assert!(message.contains("model.gguf") && message.contains(part), "{message:?} lacks {part:?}");
    }
    for (key, value) in [
        ("bitnet.rope.scaling.factor", Meta::F32(1.0)),
        ("bitnet.rope.scaling.factor", Meta::F32(0.0)),
        ("bitnet.rope.scaling.attn_factor", Meta::F32(1.0)),
        ("bitnet.attention.sliding_window", Meta::U32(32)),
        ("bitnet.attention.scale", Meta::F32(0.088_388_35)),
        ("bitnet.expert_count", Meta::U32(0)),
        ("bitnet.vocab_size", Meta::U32(40)),
        ("quantize.imatrix.file", Meta::Text("x".into())),
        ("general.type", Meta::Text("model".into())),
    ] {
        assert_eq!(read(key, value).unwrap(), good, "{key}");
    }
    let notices = read("odd.key", Meta::Bool(true)).unwrap().notices;
    assert!(notices.len() == 1 && notices[0].contains("model.gguf: key `odd.key`"), "{notices:?}");
}
