//! GGUF tensors in every type: embedding, head and norms in blocks, linears in floats, and what is refused.

use std::path::Path;

use crate::common::build::{Built, PACKED, Recipe, Storage, Tensor, VOCAB, build};
use crate::common::{fixture, gguf};
use half::{bf16, f16};
use trine_golden_model::{Config, Golden, KvCache, Model};

const RECIPE: Recipe =
    Recipe { storage: Storage::Tq2, hidden: 256, intermediate: 256, heads: 2, head_dim: 128, tied: false, ..PACKED };

const BLOCKS: [&str; 12] =
    ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "TQ1_0", "TQ2_0"];

fn load(built: &Built) -> Result<Model, String> {
    let folder = tempfile::tempdir().unwrap();
    // Known by its first bytes.
    let path = folder.path().join("weights");
    std::fs::write(&path, gguf::bytes(3, &built.metadata("bitnet"), &built.tensors)).unwrap();
    Model::load(&path.as_path().into()).map_err(|error| error.to_string())
}

fn logits(built: &Built) -> Vec<f32> {
    let model = load(built).unwrap();
    let tokens = [3, 39, 0, 17];
    model.forward(&mut Golden, &tokens, &mut KvCache::new(model.config())).unwrap().as_slice().to_vec()
}

fn tensor<'a>(built: &'a mut Built, name: &str) -> &'a mut Tensor {
    built.tensors.iter_mut().find(|t| t.name == name).unwrap()
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// The stored blocks of an encoding, over and over until there are `count` weights, and their floats.
fn blocks(kind: &str, count: usize) -> (Vec<u8>, Vec<f32>) {
    let folder = fixture("gguf_floats");
    let read = |name: String| std::fs::read(folder.join(name)).unwrap();
    let data: Vec<u8> = npyz::NpyFile::new(&read(format!("{kind}.npy"))[..]).unwrap().into_vec().unwrap();
    let values: Vec<f32> = npyz::NpyFile::new(&read(format!("{kind}_f32.npy"))[..]).unwrap().into_vec().unwrap();
    let times = count.div_ceil(values.len());
    let (data, values) = (data.repeat(times), values.repeat(times));
    (data[..count * data.len() / values.len()].to_vec(), values[..count].to_vec())
}

/// A model whose embedding or head is in blocks says, bit for bit, what one with their floats says; tied or not.
#[test]
fn embedding_and_head_in_every_encoding() {
    for kind in BLOCKS {
        for (tied, name) in [(false, "token_embd.weight"), (false, "output.weight"), (true, "token_embd.weight")] {
            let (data, values) = blocks(kind, VOCAB * 256);
            let (mut stored, mut plain) = (build(&Recipe { tied, ..RECIPE }, 2), build(&Recipe { tied, ..RECIPE }, 2));
            let change = tensor(&mut stored, name);
            (change.kind, change.data) = (kind, data);
            let change = tensor(&mut plain, name);
            (change.kind, change.data) = ("F32", floats(&values));
            assert_eq!(logits(&stored), logits(&plain), "{kind} {name}");
        }
    }
}

#[test]
fn norms_in_other_types() {
    for kind in ["Q8_0", "Q4_1", "Q6_K", "F16", "BF16"] {
        let mut plain = build(&RECIPE, 2);
        let (data, values) = match kind {
            "F16" => {
                let values: Vec<f16> = (0..256).map(|i| f16::from_f32(0.5 + i as f32 / 300.0)).collect();
                let floats = values.iter().map(|v| v.to_f32()).collect();
                (values.iter().flat_map(|v| v.to_le_bytes()).collect(), floats)
            }
            "BF16" => {
                let values: Vec<bf16> = (0..256).map(|i| bf16::from_f32(0.5 + i as f32 / 300.0)).collect();
                let floats = values.iter().map(|v| v.to_f32()).collect();
                (values.iter().flat_map(|v| v.to_le_bytes()).collect(), floats)
            }
            kind => blocks(kind, 256),
        };
        for name in ["output_norm.weight", "blk.1.ffn_sub_norm.weight"] {
            let change = tensor(&mut plain, name);
            (change.kind, change.data) = ("F32", floats(&values));
            let mut stored = build(&RECIPE, 2);
            for norm in ["output_norm.weight", name] {
                let change = tensor(&mut stored, norm);
                (change.kind, change.data) = (kind, data.clone());
            }
            if name != "output_norm.weight" {
                assert_eq!(logits(&stored), logits(&plain), "{kind}");
            }
        }
    }
}

/// The trits of a TQ2_0 tensor of the recipe.
fn trits(tensor: &Tensor) -> Vec<f32> {
    let trit = |block: &[u8], e: usize| f32::from(block[e / 128 * 32 + e % 32] >> (e % 128 / 32 * 2) & 3) - 1.0;
    tensor.data.chunks(66).flat_map(|block| (0..256).map(move |e| trit(block, e))).collect()
}

/// Trits times 127 / 1024, which all four types hold exactly.
fn ternary(kind: &str, trits: &[f32]) -> Vec<u8> {
    let values = trits.iter().map(|t| t * 127.0 / 1024.0);
    match kind {
        "F32" => values.flat_map(f32::to_le_bytes).collect(),
        "F16" => values.flat_map(|v| f16::from_f32(v).to_le_bytes()).collect(),
        "BF16" => values.flat_map(|v| bf16::from_f32(v).to_le_bytes()).collect(),
        _ => trits
            .chunks(32)
            .flat_map(|block| {
                let codes = block.iter().map(|&t| (t * 127.0) as i8 as u8);
                f16::from_f32(1.0 / 1024.0).to_le_bytes().into_iter().chain(codes).collect::<Vec<u8>>()
            })
            .collect(),
    }
}

/// Linears of the model, all in floats that are ternary.
fn unpacked(kind: &'static str) -> Built {
    let mut built = build(&RECIPE, 2);
    for tensor in built.tensors.iter_mut().filter(|t| t.kind == "TQ2_0") {
        (tensor.data, tensor.kind) = (ternary(kind, &trits(tensor)), kind);
    }
    built
}

#[test]
fn linears_of_floats_that_are_ternary() {
    let mut packed = build(&RECIPE, 2);
    for tensor in packed.tensors.iter_mut().filter(|t| t.kind == "TQ2_0") {
        let scale = f16::from_f32(127.0 / 1024.0).to_le_bytes();
        tensor.data.chunks_mut(66).for_each(|block| block[64..].copy_from_slice(&scale));
    }
    let expected = logits(&packed);
    for kind in ["F32", "F16", "BF16", "Q8_0"] {
        assert_eq!(logits(&unpacked(kind)), expected, "{kind}");
    }
}

#[track_caller]
fn refuse(built: &Built, parts: &[&str]) {
    let error = load(built).unwrap_err();
    assert!(parts.iter().all(|part| error.contains(part)), "{error:?} lacks one of {parts:?}");
}

const UP: &str = "blk.1.ffn_up.weight";

#[test]
fn linears_that_are_not_ternary() {
    for (kind, at, with) in [
        ("F32", 400, &[0, 0, 0, 0x3f][..]),
        ("F16", 200, &[0x66, 0x2a]),
        ("BF16", 200, &[0x81, 0x3e]),
        ("Q8_0", 108, &[64]),
    ] {
        let mut built = unpacked(kind);
        tensor(&mut built, UP).data[at..at + with.len()].copy_from_slice(with);
        refuse(&built, &[UP, "[0, ", "not ternary", kind, "convert_hf_to_gguf.py", "TQ2_0"]);
    }
    for kind in ["Q4_0", "Q5_1", "Q2_K", "Q4_K", "Q6_K"] {
        let mut built = build(&RECIPE, 2);
        let change = tensor(&mut built, UP);
        (change.kind, change.data) = (kind, blocks(kind, 256 * 256).0);
        refuse(&built, &[UP, kind, "not ternary", "convert_hf_to_gguf.py"]);
    }
    // The shape alone is not taken for that of a ternary model.
    let mut built = build(&RECIPE, 2);
    let change = tensor(&mut built, "blk.0.attn_q.weight");
    (change.kind, change.data) = ("Q4_K", blocks("Q4_K", 256 * 256).0);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    std::fs::write(&path, gguf::bytes(3, &built.metadata("bitnet"), &built.tensors)).unwrap();
    let error = Config::load(&path.as_path().into()).unwrap_err().to_string();
    assert!(error.contains("blk.0.attn_q.weight") && error.contains("not ternary"), "{error}");
    // Blocks that hold floats, with a factor that is no number.
    let mut built = build(&RECIPE, 2);
    let change = tensor(&mut built, "token_embd.weight");
    (change.kind, change.data) = ("Q6_K", blocks("Q6_K", VOCAB * 256).0);
    change.data[210 + 208..][..2].copy_from_slice(&f16::NAN.to_le_bytes());
    refuse(&built, &["token_embd.weight", "block of Q6_K is NaN"]);
}

/// Types that are not read, in a linear, an embedding and a norm.
#[test]
fn other_types_are_named() {
    for (kind, reason) in
        [("Q2_0", "group scales"), ("Q1_0", "group scales"), ("MXFP4", "TL2"), ("NVFP4", "llama-quantize")]
    {
        for name in [UP, "token_embd.weight", "output_norm.weight"] {
            let mut built = build(&RECIPE, 2);
            tensor(&mut built, name).kind = kind;
            refuse(&built, &[name, "type is", kind, reason]);
        }
    }
}

/// Rows that blocks do not fill.
#[test]
fn rows_of_no_whole_blocks() {
    let mut built = build(&RECIPE, 2);
    let change = tensor(&mut built, "token_embd.weight");
    (change.kind, change.shape) = ("Q5_K", vec![VOCAB * 2, 128]);
    refuse(&built, &["token_embd.weight", "128 elements are not a multiple of the 256 of Q5_K"]);
}

/// Files of another model's kind, and models that are not read yet.
#[test]
fn models_of_other_kinds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    let refuse = |path: &Path, parts: &[&str]| {
        let error = Model::load(&path.into()).unwrap_err().to_string();
        assert!(parts.iter().all(|part| error.contains(part)), "{error:?} lacks one of {parts:?}");
    };
    for (architecture, part) in
        [("qwen3", "scales for groups"), ("clip", "name the model's file"), ("gemma", "`gemma`")]
    {
        let metadata = [("general.architecture".to_owned(), gguf::Meta::Text(architecture.into()))];
        std::fs::write(&path, gguf::bytes(3, &metadata, &[])).unwrap();
        refuse(&path, &["model.gguf", architecture, part]);
    }
    std::fs::write(&path, gguf::bytes(3, &[], &[])).unwrap();
    refuse(&path, &["model.gguf", "general.architecture", "missing"]);
    for (bytes, part) in [
        (&b"version https://git-lfs.github.com/spec/v1\n"[..], "git lfs pull"),
        (b"<!DOCTYPE html>", "web page"),
        (b"PK\x03\x04", "zip"),
        (b"\x10\0\0\0\0\0\0\0{\"a\": 1}        ", "safetensors"),
        (b"", "empty"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        refuse(&path, &["model.gguf", "not a GGUF file", part]);
    }
    refuse("/dev/null".as_ref(), &["/dev/null", "not a file"]);
}
