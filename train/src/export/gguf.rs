//! GGUF files, version 3, of architecture `bitnet-b1.58`.
//!
//! ```text
//! "GGUF" version:u32 tensors:u64 pairs:u64
//! pairs   x { key:string type:u32 value }
//! tensors x { name:string dims:u32 dim:u64 x dims  type:u32 offset:u64 }
//! padding to 32, then the data; offsets count from there
//! ```
//! Linears are ternary blocks with `d = 1` and a tensor `….scale` beside them; all else is f32.

use std::path::Path;

use serde_json::Value;

use super::blocks::{BLOCK, BlockKind};
use super::{Kind as Element, Tensor};
use crate::layout::Role;
use crate::{Error, Kind, NORM_EPS, Network, ROPE_THETA, Shape, Vocabulary, file};

const ARCHITECTURE: &str = "bitnet-b1.58";
const ALIGNMENT: usize = 32;
/// GGUF's numbers for a token that is text like any other.
const NORMAL: i32 = 1;

/// Writes a ternary model to `path`.
///
/// # Errors
/// If the model is not ternary, a linear's inputs do not fill blocks of 256, or the file cannot be written.
pub fn gguf(network: &Network, vocabulary: &Vocabulary, kind: BlockKind, path: &Path) -> Result<(), Error> {
    check_gguf(network.kind, &network.shape)?;
    let (metadata, tensors) = (metadata(network, vocabulary)?, tensors(network, kind));
    let mut out = b"GGUF".to_vec();
    out.extend(3u32.to_le_bytes());
    out.extend((tensors.len() as u64).to_le_bytes());
    out.extend((metadata.len() as u64).to_le_bytes());
    for (key, value) in &metadata {
        string(&mut out, key);
        value.write(&mut out);
    }
    let mut offset = 0;
    for tensor in &tensors {
        string(&mut out, &tensor.name);
        out.extend((tensor.shape.len() as u32).to_le_bytes());
        tensor.shape.iter().rev().for_each(|&size| out.extend((size as u64).to_le_bytes()));
        let id = if let Element::Blocks(kind) = tensor.kind { kind.id() } else { 0 };
        out.extend(id.to_le_bytes());
        out.extend((offset as u64).to_le_bytes());
        offset += tensor.data.len().next_multiple_of(ALIGNMENT);
    }
    for tensor in &tensors {
        out.resize(out.len().next_multiple_of(ALIGNMENT), 0);
        out.extend(&tensor.data);
    }
    file::write(path, &out)
}

/// Makes sure that GGUF's ternary blocks can hold a model.
///
/// # Errors
/// If it is not ternary, or a linear's inputs do not fill blocks of 256.
pub fn check_gguf(kind: Kind, shape: &Shape) -> Result<(), Error> {
    if kind != Kind::Ternary {
        return Err(Error::Export(format!("GGUF's ternary blocks cannot hold a {} model", kind.name())));
    }
    let sizes = [("hidden", shape.hidden), ("intermediate", shape.intermediate)];
    match sizes.iter().find(|(_, size)| !size.is_multiple_of(BLOCK)) {
        None => Ok(()),
        Some((name, size)) => Err(Error::Export(format!(
            "GGUF's ternary blocks hold {BLOCK} weights of a row, and {name} is {size}; train with a multiple of {BLOCK}, or \
             use the Hugging Face layout"
        ))),
    }
}

/// A metadata value.
enum Meta {
    U32(u32),
    F32(f32),
    Bool(bool),
    Text(&'static str),
    Texts(Vec<String>),
    I32s(Vec<i32>),
}

fn string(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

impl Meta {
    fn write(&self, out: &mut Vec<u8>) {
        let array = |out: &mut Vec<u8>, element: u32, count: usize| {
            out.extend([9, element].map(u32::to_le_bytes).concat());
            out.extend((count as u64).to_le_bytes());
        };
        match self {
            Self::U32(v) => out.extend([4, *v].map(u32::to_le_bytes).concat()),
            Self::F32(v) => out.extend([6, v.to_bits()].map(u32::to_le_bytes).concat()),
            Self::Bool(v) => {
                out.extend(7u32.to_le_bytes());
                out.push((*v).into());
            }
            Self::Text(v) => {
                out.extend(8u32.to_le_bytes());
                string(out, v);
            }
            Self::Texts(v) => {
                array(out, 8, v.len());
                v.iter().for_each(|v| string(out, v));
            }
            Self::I32s(v) => {
                array(out, 5, v.len());
                v.iter().for_each(|v| out.extend(v.to_le_bytes()));
            }
        }
    }
}

fn metadata(network: &Network, vocabulary: &Vocabulary) -> Result<Vec<(String, Meta)>, Error> {
    let shape = &network.shape;
    let numbers = [
        ("vocab_size", shape.vocab),
        ("context_length", shape.context),
        ("embedding_length", shape.hidden),
        ("block_count", shape.layers),
        ("feed_forward_length", shape.intermediate),
        ("attention.head_count", shape.heads),
        ("attention.head_count_kv", shape.kv_heads),
        ("rope.dimension_count", shape.head_dim()),
    ];
    let mut metadata = vec![("general.architecture".to_owned(), Meta::Text(ARCHITECTURE))];
    metadata.extend(numbers.map(|(key, value)| (format!("{ARCHITECTURE}.{key}"), Meta::U32(value as u32))));
    metadata.push((format!("{ARCHITECTURE}.attention.layer_norm_rms_epsilon"), Meta::F32(NORM_EPS)));
    metadata.push((format!("{ARCHITECTURE}.rope.freq_base"), Meta::F32(ROPE_THETA)));
    let mut tokenizer = |key: &str, value| metadata.push((format!("tokenizer.ggml.{key}"), value));
    match vocabulary {
        Vocabulary::Characters(characters) => {
            tokenizer("model", Meta::Text("none"));
            tokenizer("tokens", Meta::Texts(characters.iter().map(char::to_string).collect()));
        }
        Vocabulary::Bpe(library) => {
            let size = library.get_vocab_size(true) as u32;
            let tokens = (0..size).map(|id| library.id_to_token(id).unwrap_or_default()).collect();
            tokenizer("model", Meta::Text("gpt2"));
            tokenizer("pre", Meta::Text("gpt-2"));
            tokenizer("tokens", Meta::Texts(tokens));
            tokenizer("token_type", Meta::I32s(vec![NORMAL; size as usize]));
            tokenizer("merges", Meta::Texts(merges(library)?));
            tokenizer("add_bos_token", Meta::Bool(false));
        }
    }
    Ok(metadata)
}

/// The merges of a byte-pair model, `left right`, which the library gives away only in its JSON form.
fn merges(library: &tokenizers::Tokenizer) -> Result<Vec<String>, Error> {
    let json = library.to_string(false).map_err(|e| Error::Export(e.to_string()))?;
    let json: Value = serde_json::from_str(&json).map_err(|e| Error::Export(e.to_string()))?;
    let merge = |merge: &Value| match merge {
        Value::String(text) => Some(text.clone()),
        Value::Array(pair) => match &pair[..] {
            [Value::String(left), Value::String(right)] => Some(format!("{left} {right}")),
            _ => None,
        },
        _ => None,
    };
    let merges = json["model"]["merges"].as_array().and_then(|merges| merges.iter().map(merge).collect());
    merges.ok_or_else(|| Error::Export("the vocabulary's merges are of a form not known here".into()))
}

fn tensors(network: &Network, kind: BlockKind) -> Vec<Tensor> {
    let mut tensors = Vec::new();
    for (i, slot) in network.layout.slots.iter().enumerate() {
        let name = name(&slot.name);
        match slot.role {
            Role::Norm => {
                tensors.push(Tensor::floats(format!("{name}.weight"), &[slot.cols], &network.masters[slot.range()]));
            }
            Role::Dense => tensors.push(Tensor::floats(
                format!("{name}.weight"),
                &[slot.rows, slot.cols],
                &network.masters[slot.range()],
            )),
            Role::Linear => {
                let (trits, unit) = network.linear(i);
                tensors.push(Tensor {
                    name: format!("{name}.weight"),
                    kind: Element::Blocks(kind),
                    shape: vec![slot.rows, slot.cols],
                    data: kind.encode(trits),
                });
                tensors.push(Tensor::floats(format!("{name}.scale"), &[1], &[unit]));
            }
        }
    }
    tensors
}

/// GGUF's name for a tensor of ours.
fn name(ours: &str) -> String {
    let parts = [
        ("model.layers.", "blk."),
        ("model.embed_tokens", "token_embd"),
        ("model.norm", "output_norm"),
        ("lm_head", "output"),
        ("input_layernorm", "attn_norm"),
        ("post_attention_layernorm", "ffn_norm"),
        ("self_attn.attn_sub_norm", "attn_sub_norm"),
        ("mlp.ffn_sub_norm", "ffn_sub_norm"),
        ("self_attn.q_proj", "attn_q"),
        ("self_attn.k_proj", "attn_k"),
        ("self_attn.v_proj", "attn_v"),
        ("self_attn.o_proj", "attn_output"),
        ("mlp.gate_proj", "ffn_gate"),
        ("mlp.up_proj", "ffn_up"),
        ("mlp.down_proj", "ffn_down"),
    ];
    parts.iter().fold(ours.to_owned(), |name, (from, to)| name.replace(from, to))
}
