//! GGUF files, version 3, of architecture `bitnet` or `bitnet-b1.58`.
//!
//! ```text
//! "GGUF" version:u32 tensors:u64 pairs:u64
//! pairs   x { key:string type:u32 value }
//! tensors x { name:string dims:u32 dim:u64 x dims  type:u32 offset:u64 }
//! padding to 32, then the data; offsets count from there
//! ```
//! Linears are ternary blocks with `d = 1` and a tensor `….scale` beside them; all else is f32. Queries and keys keep the
//! order of Hugging Face: both architectures turn halves of a head together.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::blocks::{BLOCK, BlockKind};
use super::keys::{self, Meta};
use super::{Kind as Element, Tensor};
use crate::layout::Role;
use crate::{Activation, Error, Kind, Network, Shape, Vocabulary, VocabularyKind, file};

const ALIGNMENT: usize = 32;

/// Architecture that a GGUF file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Architecture {
    /// `bitnet`: llama.cpp reads it and computes SiLU, with the embedding as the head.
    #[serde(rename = "bitnet")]
    Bitnet,
    /// `bitnet-b1.58`: bitnet.cpp reads it and computes squared ReLU; llama.cpp does not know it.
    #[serde(rename = "bitnet-b1.58")]
    BitnetB158,
}

impl Architecture {
    /// The one whose readers compute this activation.
    pub fn of(activation: Activation) -> Self {
        match activation {
            Activation::Silu => Self::Bitnet,
            Activation::Relu2 => Self::BitnetB158,
        }
    }

    /// The name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bitnet => "bitnet",
            Self::BitnetB158 => "bitnet-b1.58",
        }
    }
}

/// Choices of a GGUF file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GgufOptions {
    /// Encoding of ternary weights.
    pub blocks: BlockKind,
    /// Architecture that the file names.
    pub architecture: Architecture,
}

impl GgufOptions {
    /// Sentences about readers that compute something else than the model, or cannot read it.
    pub fn notices(&self, shape: &Shape, vocabulary: VocabularyKind) -> Vec<String> {
        let mut notices = Vec::new();
        let (name, activation) = (self.architecture.name(), shape.activation.name());
        if self.architecture == Architecture::BitnetB158 {
            notices.push(format!(
                "llama.cpp does not know architecture {name} and refuses the file; bitnet.cpp and trine read it"
            ));
        }
        if self.architecture != Architecture::of(shape.activation) {
            let (reader, other) = match self.architecture {
                Architecture::Bitnet => ("llama.cpp and bitnet.cpp compute", Activation::Silu),
                Architecture::BitnetB158 => ("bitnet.cpp computes", Activation::Relu2),
            };
            notices.push(format!(
                "{reader} {} for architecture {name} whatever the file says, and this model has {activation}: wrong \
                 logits; trine reads key `{name}.hidden_activation`",
                other.name()
            ));
        }
        if self.architecture == Architecture::Bitnet && !shape.tied {
            notices.push(format!(
                "llama.cpp takes the embedding as the head of architecture {name} and refuses a file with a head of its own; \
                 train without an untied head for llama.cpp"
            ));
        }
        if vocabulary == VocabularyKind::Characters {
            let takes_it = self.architecture == Architecture::Bitnet && shape.tied;
            let readers = if takes_it { "llama.cpp and bitnet.cpp compute" } else { "bitnet.cpp computes" };
            notices.push(format!(
                "GGUF has no vocabulary of characters: {readers} with token ids only; for text, train with byte pairs, such \
                 as --vocab bpe:300"
            ));
        }
        notices
    }
}

/// Writes a ternary model to `path`.
///
/// # Errors
/// If the model is not ternary, a linear's inputs do not fill blocks of 256, or the file cannot be written.
pub fn gguf(network: &Network, vocabulary: &Vocabulary, options: GgufOptions, path: &Path) -> Result<(), Error> {
    check_gguf(network.kind, &network.shape)?;
    let (metadata, tensors) = (keys::metadata(network, vocabulary, options)?, tensors(network, options.blocks));
    let mut out = b"GGUF".to_vec();
    out.extend(3u32.to_le_bytes());
    out.extend((tensors.len() as u64).to_le_bytes());
    out.extend((metadata.len() as u64).to_le_bytes());
    for (key, value) in &metadata as &[(String, Meta)] {
        keys::string(&mut out, key);
        value.write(&mut out);
    }
    let mut offset = 0;
    for tensor in &tensors {
        keys::string(&mut out, &tensor.name);
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
