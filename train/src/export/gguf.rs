//! GGUF files, version 3, of architecture `bitnet` or `bitnet-b1.58`.
//!
//! Linears are ternary blocks with `d = 1` and a tensor `….scale` beside them; all else is f32. Queries and keys keep the
//! order of Hugging Face: both architectures turn halves of a head together.

use std::path::Path;

use trine_golden_model::gguf::{TensorData, TernaryBlocks};

use super::keys;
use super::options::GgufOptions;
use crate::layout::Role;
use crate::{Error, Kind, Network, Shape, Vocabulary, file};

/// Weights in a block.
const BLOCK: usize = TernaryBlocks::WEIGHTS;

/// Writes a ternary model to `path`.
///
/// # Errors
/// If the model is not ternary, a linear's inputs do not fill blocks of 256, or the file cannot be written.
pub fn gguf(network: &Network, vocabulary: &Vocabulary, options: GgufOptions, path: &Path) -> Result<(), Error> {
    check_gguf(network.kind, &network.shape)?;
    let (metadata, tensors) =
        (keys::metadata(network, vocabulary, options)?, tensors(network, options.blocks.blocks()));
    file::write(path, &trine_golden_model::gguf::bytes(&metadata, &tensors))
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

fn tensors(network: &Network, blocks: TernaryBlocks) -> Vec<TensorData> {
    let mut tensors = Vec::new();
    for (i, slot) in network.layout.slots.iter().enumerate() {
        let name = name(&slot.name);
        match slot.role {
            Role::Norm => {
                tensors.push(TensorData::floats(
                    format!("{name}.weight"),
                    &[slot.cols],
                    &network.masters[slot.range()],
                ));
            }
            Role::Dense => tensors.push(TensorData::floats(
                format!("{name}.weight"),
                &[slot.rows, slot.cols],
                &network.masters[slot.range()],
            )),
            Role::Linear => {
                let (trits, unit) = network.linear(i);
                let trits: Vec<i8> = trits.iter().map(|&trit| trit as i8).collect();
                tensors.push(TensorData {
                    name: format!("{name}.weight"),
                    kind: blocks.tensor_type(),
                    shape: vec![slot.rows, slot.cols],
                    data: blocks.encode(&trits),
                });
                tensors.push(TensorData::floats(format!("{name}.scale"), &[1], &[unit]));
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
