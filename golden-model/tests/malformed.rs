//! Files that only claim to be BitNet checkpoints are refused with place and reason; nothing panics.

use std::path::{Path, PathBuf};

use crate::common::build::{Built, PACKED, Recipe, Storage, build};
use crate::common::gguf::{self, Meta};
use crate::common::{fixture, npy_ids};
use serde_json::{Value, json};
use tempfile::TempDir;
use trine_golden_model::{Model, Tokenizer, npy};

const TERNARY_BLOCKS: Recipe =
    Recipe { storage: Storage::Tq2, hidden: 256, intermediate: 256, heads: 2, head_dim: 128, ..PACKED };

/// The message of a folder that is refused.
fn folder_error(built: &Built) -> String {
    let folder = tempfile::tempdir().unwrap();
    built.write_folder(folder.path(), 1);
    Model::load(&folder.path().into()).unwrap_err().to_string()
}

#[track_caller]
fn assert_all(message: &str, parts: &[&str]) {
    assert!(parts.iter().all(|part| message.contains(part)), "{message:?} lacks one of {parts:?}");
}

/// Changes one tensor of a folder and expects a refusal that names it.
#[track_caller]
fn refuse(recipe: &Recipe, name: &str, change: impl FnOnce(&mut crate::common::build::Tensor), reason: &str) {
    let mut built = build(recipe, 1);
    change(built.tensors.iter_mut().find(|t| t.name == name).unwrap());
    assert_all(&folder_error(&built), &["model.safetensors", name, "byte", reason]);
}

const UP: &str = "model.layers.1.mlp.up_proj.weight";
const SCALE: &str = "model.layers.1.mlp.up_proj.weight_scale";

#[test]
fn linears() {
    // Byte 20 of the tensor: row 1 of the first plane (bits 0-1), column 4.
    refuse(&PACKED, UP, |t| t.data[20] |= 3, "code 3 for weight [1, 4]");
    refuse(&PACKED, UP, |t| t.shape = vec![16, 6], "[16, 6]");
    refuse(&PACKED, UP, |t| (t.kind, t.shape) = ("F32", vec![6, 4]), "F32");
    for (scale, text) in [(0.0f32, "0"), (-1.0, "-1"), (f32::NAN, "NaN"), (f32::INFINITY, "inf")] {
        refuse(&PACKED, SCALE, |t| t.data = scale.to_le_bytes().into(), &format!("the scale is {text}"));
    }
    refuse(&PACKED, SCALE, |t| (t.data, t.shape) = (vec![0; 8], vec![2]), "one for each of the 24 outputs");
    refuse(&PACKED, SCALE, |t| (t.data, t.shape) = (vec![0; 96], vec![1, 24]), "one for each of the 24 outputs");
    refuse(&PACKED, SCALE, |t| (t.data, t.shape) = (vec![0; 96], vec![24]), "the scale is 0");
    refuse(&PACKED, "model.norm.weight", |t| t.data[4..8].copy_from_slice(&f32::NAN.to_le_bytes()), "element 1 is NaN");
    refuse(&PACKED, "model.embed_tokens.weight", |t| t.shape = vec![16, 40], "[40, 16]");
    let masters = Recipe { storage: Storage::Masters, ..PACKED };
    refuse(&masters, UP, |t| t.data[..4].copy_from_slice(&f32::INFINITY.to_le_bytes()), "element 0 is inf");
    let trilm = Recipe { architecture: "LlamaForCausalLM", storage: Storage::Unpacked, tied: false, ..PACKED };
    refuse(&trilm, UP, |t| t.data[4..8].copy_from_slice(&0.01f32.to_le_bytes()), "[0, 1] is 0.01");
    // Ranges of fewer than 16 inputs: not ternary at all, as a Llama that was never quantised.
    let dense = |i: usize| (0.3 + 0.001 * i as f32).to_le_bytes();
    refuse(&trilm, UP, |t| t.data = (0..24 * 16).flat_map(dense).collect(), "this model is not ternary");
}

#[test]
fn missing_and_unknown_tensors() {
    for name in [UP, SCALE, "model.norm.weight", "model.layers.0.self_attn.attn_sub_norm.weight"] {
        let mut built = build(&PACKED, 1);
        built.tensors.retain(|t| t.name != name);
        assert_all(&folder_error(&built), &[name, "missing"]);
    }
    let mut built = build(&PACKED, 1);
    let bias =
        crate::common::build::Tensor { name: "model.layers.0.mlp.up_proj.bias".into(), ..built.tensors[1].clone() };
    built.tensors.push(bias);
    assert_all(&folder_error(&built), &["up_proj.bias", "without bias"]);
}

/// Changes `config.json` and expects a refusal.
#[track_caller]
fn refuse_config(changes: Value, reason: &str) {
    let (folder, built) = (tempfile::tempdir().unwrap(), build(&PACKED, 1));
    built.write_folder(folder.path(), 1);
    let mut config = built.config();
    for (key, value) in changes.as_object().unwrap() {
        config[key] = value.clone();
    }
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    assert_all(&Model::load(&folder.path().into()).unwrap_err().to_string(), &["config.json", reason]);
}

#[test]
fn configurations() {
    refuse_config(json!({"architectures": ["GPT2LMHeadModel"]}), "`GPT2LMHeadModel` is not implemented");
    refuse_config(json!({"architectures": null}), "architecture ``");
    refuse_config(json!({"hidden_act": "gelu"}), "`gelu`");
    refuse_config(json!({"rope_parameters": {"rope_type": "yarn", "rope_theta": 1e4}}), "`yarn`");
    refuse_config(json!({"rope_scaling": {"type": "linear", "factor": 2.0}}), "`linear`");
    refuse_config(json!({"rope_theta": -1.0}), "rope_theta");
    refuse_config(json!({"rms_norm_eps": 0.0}), "epsilon is 0");
    refuse_config(json!({"hidden_size": 0}), "hidden size is 0");
    refuse_config(json!({"hidden_size": 15}), "multiple");
    refuse_config(json!({"num_attention_heads": 0}), "multiple");
    refuse_config(json!({"num_key_value_heads": 0}), "key-value heads is 0");
    refuse_config(json!({"num_hidden_layers": 1_000_000}), "4096");
    refuse_config(json!({"num_hidden_layers": -1}), "-1");
    refuse_config(json!({"vocab_size": null}), "`vocab_size` is null");
    refuse_config(json!({"head_dim": 7}), "odd");
    refuse_config(json!({"num_attention_heads": 4, "num_key_value_heads": 3}), "evenly");
    refuse_config(json!({"attention_bias": true}), "attention_bias");
    refuse_config(json!({"quantization_config": null}), "quantization_config is missing");
    refuse_config(json!({"quantization_config": {"quant_method": "gptq"}}), "`gptq`");
    let odd = json!({"quant_method": "bitnet", "linear_class": "bitlinear", "quantization_mode": "online"});
    refuse_config(json!({"quantization_config": odd}), "`bitlinear` in quantization_mode `online`");
    let eps = json!({"quant_method": "bitnet", "use_rms_norm": true, "rms_norm_eps": -1.0});
    refuse_config(json!({"quantization_config": eps}), "quantization_config.rms_norm_eps is -1");
    refuse_config(
        json!({"architectures": ["BitnetForCausalLM"], "quantization_config": null, "input_bits": 4}),
        "input_bits",
    );
}

/// `rope_parameters` of newer files and `rope_theta` of older ones mean the same.
#[test]
fn both_ways_to_say_theta() {
    let (folder, built) = (tempfile::tempdir().unwrap(), build(&PACKED, 1));
    built.write_folder(folder.path(), 1);
    let old = Model::load(&folder.path().into()).unwrap();
    let mut config = built.config();
    config.as_object_mut().unwrap().remove("rope_theta");
    config["rope_parameters"] = json!({"rope_type": "default", "rope_theta": 1000.0});
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    assert_eq!(Model::load(&folder.path().into()).unwrap().config(), old.config());
    assert_eq!(old.config().rope_theta, 1000.0);
    config.as_object_mut().unwrap().remove("rope_parameters");
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    // The default of transformers' BitNet.
    assert_eq!(Model::load(&folder.path().into()).unwrap().config().rope_theta, 500_000.0);
}

#[test]
fn paths() {
    let load = |path: &Path| Model::load(&path.into()).unwrap_err().to_string();
    assert_all(&load("/nowhere/model".as_ref()), &["/nowhere/model", "no such"]);
    assert_all(&load("/nowhere/model.gguf".as_ref()), &["/nowhere/model.gguf", "no such"]);
    let folder = tempfile::tempdir().unwrap();
    let neither = "neither config.json nor a file that ends in .gguf";
    assert_all(&load(folder.path()), &[neither, "it is empty"]);
    std::fs::write(folder.path().join("a.bin"), "x").unwrap();
    assert_all(&load(folder.path()), &[neither, "name the folder or the file of a model"]);
    for (files, hint) in [
        (&["tokenizer.json"][..], "has a tokenizer, which --tokenizer takes"),
        (&["manifest.json", "trine.f"], "a generated unit, which `trine verify --rtl` takes"),
        (&["model.safetensors", "tokenizer.json"], "`model.safetensors`: the config.json of its model is needed too"),
        (&["model.bin", "tokenizer.json"], "`model.bin` is a GGUF file: give its path"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|file| std::fs::write(folder.path().join(file), b"GGUF\x03\0\0\0").unwrap());
        if !files.contains(&"model.bin") {
            files.iter().for_each(|file| std::fs::write(folder.path().join(file), "{}").unwrap());
        }
        assert_all(&load(folder.path()), &[neither, hint]);
    }
    assert_all(&load(&folder.path().join("a.bin")), &["a.bin", "not a GGUF file"]);
    assert_all(&Tokenizer::load(&folder.path().into()).unwrap_err().to_string(), &["no tokenizer"]);
}

#[test]
fn shard_indices() {
    let (folder, built) = (tempfile::tempdir().unwrap(), build(&PACKED, 1));
    built.write_folder(folder.path(), 3);
    let index = folder.path().join("model.safetensors.index.json");
    let text = std::fs::read_to_string(&index).unwrap();
    let refuse = |from: &str, to: &str, reason: &str| {
        std::fs::write(&index, text.replacen(from, to, 1)).unwrap();
        assert_all(&Model::load(&folder.path().into()).unwrap_err().to_string(), &[reason]);
    };
    refuse("model-00002-of-00003", "../model-00002-of-00003", "not the name of a file in the same folder");
    refuse("model.embed_tokens.weight", "model.embed", "`model.embed` is not in");
    refuse("model-00001-of-00003", "model-00009-of-00003", "model-00009-of-00003.safetensors");
    refuse("weight_map", "map", "weight_map");
    std::fs::write(&index, text).unwrap();
    let first = folder.path().join("model-00001-of-00003.safetensors");
    std::fs::copy(&first, folder.path().join("model-00002-of-00003.safetensors")).unwrap();
    assert_all(&Model::load(&folder.path().into()).unwrap_err().to_string(), &["is in two files"]);
}

/// A file cut anywhere, and headers with absurd lengths.
#[test]
fn truncated_safetensors() {
    let folder = tempfile::tempdir().unwrap();
    build(&PACKED, 1).write_folder(folder.path(), 1);
    let path = folder.path().join("model.safetensors");
    let bytes = std::fs::read(&path).unwrap();
    for len in (0..bytes.len()).step_by(61).chain([bytes.len() - 1]) {
        std::fs::write(&path, &bytes[..len]).unwrap();
        assert_all(&Model::load(&folder.path().into()).unwrap_err().to_string(), &["model.safetensors"]);
    }
    // Two tensors on the same bytes.
    let text = std::str::from_utf8(&bytes[8..8 + bytes[0] as usize + 256 * bytes[1] as usize]).unwrap();
    let mut header: Value = serde_json::from_str(text).unwrap();
    header["model.norm.weight"]["data_offsets"] =
        header["model.layers.0.input_layernorm.weight"]["data_offsets"].clone();
    let overlapping = header.to_string();
    let data = &bytes[8 + text.len()..];
    std::fs::write(&path, [&(overlapping.len() as u64).to_le_bytes(), overlapping.as_bytes(), data].concat()).unwrap();
    assert_all(&Model::load(&folder.path().into()).unwrap_err().to_string(), &["model.safetensors", "header"]);
    for length in [0, 1 << 20, 1 << 40, u64::MAX] {
        std::fs::write(&path, [&u64::to_le_bytes(length), &bytes[8..]].concat()).unwrap();
        assert_all(&Model::load(&folder.path().into()).unwrap_err().to_string(), &["model.safetensors", "header"]);
    }
}

/// A folder with `model.gguf` made of these parts.
fn gguf_file(metadata: &[(String, Meta)], built: &Built) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    std::fs::write(&path, gguf::bytes(3, metadata, &built.tensors)).unwrap();
    (folder, path)
}

#[test]
fn gguf_metadata() {
    let built = build(&TERNARY_BLOCKS, 1);
    let good = built.metadata("bitnet");
    let refuse = |key: &str, meta: Option<Meta>, reason: &str| {
        let mut metadata: Vec<_> = good.iter().filter(|(k, _)| k != key).cloned().collect();
        metadata.extend(meta.map(|meta| (key.to_owned(), meta)));
        let (_folder, path) = gguf_file(&metadata, &built);
        assert_all(&Model::load(&path.as_path().into()).unwrap_err().to_string(), &["model.gguf", reason]);
    };
    refuse("general.architecture", Some(Meta::Text("gpt2".into())), "`gpt2` is not implemented");
    refuse("bitnet.block_count", None, "`bitnet.block_count` is missing");
    refuse("bitnet.block_count", Some(Meta::Text("2".into())), "not a non-negative integer");
    refuse("bitnet.attention.layer_norm_rms_epsilon", None, "epsilon` is missing");
    refuse("bitnet.attention.head_count", Some(Meta::U32(0)), "heads is 0");
    refuse("bitnet.hidden_activation", Some(Meta::Text("gelu".into())), "`gelu`");
    refuse("bitnet.rope.scaling.type", Some(Meta::Text("yarn".into())), "`yarn`");
    refuse("bitnet.rope.dimension_count", Some(Meta::U32(64)), "128");
    refuse("bitnet.feed_forward_length", Some(Meta::U32(512)), "blk.0.");
    refuse("general.alignment", Some(Meta::U32(33)), "alignment is 33");
    let (_folder, path) = gguf_file(&[good.clone(), good[..1].to_vec()].concat(), &built);
    assert_all(
        &Model::load(&path.as_path().into()).unwrap_err().to_string(),
        &["`general.architecture` is there twice"],
    );
}

#[test]
fn gguf_tensors() {
    let refuse = |change: &dyn Fn(&mut Built), parts: &[&str]| {
        let mut built = build(&TERNARY_BLOCKS, 1);
        change(&mut built);
        let (_folder, path) = gguf_file(&built.metadata("bitnet"), &built);
        assert_all(&Model::load(&path.as_path().into()).unwrap_err().to_string(), &[&["model.gguf"], parts].concat());
    };
    let at = |built: &mut Built, name: &str| built.tensors.iter().position(|t| t.name == name).unwrap();
    refuse(
        &|b| {
            let i = at(b, "blk.1.ffn_up.weight");
            b.tensors[i].data[70] |= 0b11;
        },
        &["blk.1.ffn_up.weight", "byte", "code 3 for element 4"],
    );
    refuse(
        &|b| {
            let i = at(b, "blk.1.ffn_up.weight");
            b.tensors.remove(i);
        },
        &["blk.1.ffn_up.weight", "missing"],
    );
    refuse(
        &|b| {
            let i = at(b, "blk.0.attn_k.weight");
            b.tensors[i].kind = "F16";
            b.tensors[i].data.resize(2 * 128 * 256, 0);
        },
        &["blk.0.attn_k.weight", "F16"],
    );
    refuse(
        &|b| {
            let i = at(b, "blk.0.attn_k.weight");
            b.tensors[i].shape = vec![128, 255];
        },
        &["blk.0.attn_k.weight", "not a multiple of the 256"],
    );
    refuse(
        &|b| {
            let duplicate = b.tensors[3].clone();
            b.tensors.push(duplicate);
        },
        &["is there twice"],
    );
    refuse(
        &|b| {
            let bias = crate::common::build::Tensor { name: "blk.0.attn_q.bias".into(), ..b.tensors[1].clone() };
            b.tensors.push(bias);
        },
        &["blk.0.attn_q.bias", "without bias"],
    );
    refuse(
        &|b| {
            let factors = crate::common::build::Tensor { name: "rope_freqs.weight".into(), ..b.tensors[1].clone() };
            b.tensors.push(factors);
        },
        &["rope_freqs.weight", "factor per frequency"],
    );
}

#[test]
fn gguf_headers() {
    let built = build(&TERNARY_BLOCKS, 1);
    let (_folder, path) = gguf_file(&built.metadata("bitnet"), &built);
    let bytes = std::fs::read(&path).unwrap();
    let refuse = |at: usize, with: &[u8], parts: &[&str]| {
        let mut bytes = bytes.clone();
        bytes[at..at + with.len()].copy_from_slice(with);
        std::fs::write(&path, bytes).unwrap();
        assert_all(&Model::load(&path.as_path().into()).unwrap_err().to_string(), &[&["model.gguf"], parts].concat());
    };
    refuse(0, b"GGML", &["byte 0", "not a GGUF file"]);
    refuse(4, &1u32.to_le_bytes(), &["byte 4", "version 1"]);
    refuse(4, &3u32.to_be_bytes(), &["byte 4", "big-endian", "gguf_convert_endian"]);
    refuse(8, &u64::MAX.to_le_bytes(), &["byte 8", "room"]);
    refuse(16, &(1u64 << 40).to_le_bytes(), &["byte 16", "room"]);
    refuse(24, &(1u64 << 60).to_le_bytes(), &["byte 24", "room"]);
    refuse(32, &[0xff; 4], &["byte 24", "UTF-8"]);
    refuse(24 + 8 + 20, &99u32.to_le_bytes(), &["byte 52", "value type 99"]);
    // Types whose numbers mean different things in different programs.
    let name = b"blk.1.ffn_up.weight";
    let entry = bytes.windows(name.len()).position(|w| w == name).unwrap() + name.len();
    refuse(entry + 20, &39u32.to_le_bytes(), &["blk.1.ffn_up.weight", "TL2", "MXFP4"]);
    refuse(entry + 20, &20u32.to_le_bytes(), &["blk.1.ffn_up.weight", "type is IQ4_NL", "llama-quantize"]);
    refuse(entry + 20, &42u32.to_le_bytes(), &["blk.1.ffn_up.weight", "type is Q2_0", "group scales"]);
    refuse(entry + 20, &99u32.to_le_bytes(), &["blk.1.ffn_up.weight", "number 99"]);
    refuse(entry, &5u32.to_le_bytes(), &["5 dimensions"]);
    refuse(entry + 24, &(1u64 << 50).to_le_bytes(), &["blk.1.ffn_up.weight", "inside the file"]);
    refuse(entry + 24, &0u64.to_le_bytes(), &["overlap"]);
    for len in (0..bytes.len()).step_by(997).chain([bytes.len() - 40]) {
        std::fs::write(&path, &bytes[..len]).unwrap();
        assert_all(&Model::load(&path.as_path().into()).unwrap_err().to_string(), &["model.gguf", "byte"]);
    }
}

#[test]
fn id_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ids.npy");
    let refuse = |bytes: Vec<u8>, reason: &str| {
        std::fs::write(&path, bytes).unwrap();
        assert_all(&npy::read_ids(&path).unwrap_err().to_string(), &["ids.npy", reason]);
    };
    assert_eq!(npy::read_ids(&fixture("shakespeare").join("input_ids.npy")).unwrap()[0].len(), 128);
    refuse(npy_ids("(2, 2)", "<i8", &[1, 2, -3, 4]), "-3");
    refuse(npy_ids("(1, 2, 2)", "<i8", &[1, 2, 3, 4]), "[1, 2, 2]");
    refuse(npy_ids("(0, 4)", "<i8", &[]), "non-empty");
    refuse(npy_ids("()", "<i8", &[1]), "no dimension");
    refuse(npy_ids("(1, 4)", "<f8", &[1, 2, 3, 4]), "not int64");
    refuse(npy_ids("(1, 1099511627776)", "<i8", &[1]), "too short");
    refuse(npy_ids("(18446744073709551615, 2)", "<i8", &[1]), "too short");
    refuse(b"text".to_vec(), "ids.npy");
}
