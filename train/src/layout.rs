//! Places of a model's tensors in one flat array of parameters.
//!
//! Master weights, gradients and both moments of the optimiser share the layout, so that adding, clipping and stepping
//! are loops over floats. Names are those of Hugging Face.

use std::ops::Range;

use crate::Shape;

/// Purpose of a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Embedding, or head.
    Dense,
    /// The gain of a norm.
    Norm,
    /// A linear of a layer: what BitNet quantises.
    Linear,
}

/// A tensor's place.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// Its name in a checkpoint, without `.weight`.
    pub name: String,
    /// Its purpose.
    pub role: Role,
    /// Outputs, or 1 for a norm.
    pub rows: usize,
    /// Inputs.
    pub cols: usize,
    /// Its first element.
    pub start: usize,
}

impl Slot {
    /// Its elements.
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.rows * self.cols
    }
}

/// Indices of a layer's slots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LayerSlots {
    pub(crate) attention_norm: usize,
    pub(crate) q: usize,
    pub(crate) k: usize,
    pub(crate) v: usize,
    pub(crate) attention_sub_norm: usize,
    pub(crate) o: usize,
    pub(crate) ffn_norm: usize,
    pub(crate) gate: usize,
    pub(crate) up: usize,
    pub(crate) ffn_sub_norm: usize,
    pub(crate) down: usize,
}

/// All slots of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// In the order of the array.
    pub slots: Vec<Slot>,
    pub(crate) embedding: usize,
    pub(crate) layers: Vec<LayerSlots>,
    pub(crate) norm: usize,
    /// The same as `embedding` when they are tied.
    pub(crate) head: usize,
}

impl Layout {
    /// Places the tensors of a model.
    pub fn new(shape: &Shape) -> Self {
        let mut slots: Vec<Slot> = Vec::new();
        let mut place = |name: String, role, rows, cols| {
            let start = slots.last().map_or(0, |slot| slot.range().end);
            slots.push(Slot { name, role, rows, cols, start });
            slots.len() - 1
        };
        let Shape { hidden, intermediate, vocab, .. } = *shape;
        let kv = shape.kv_width();
        let embedding = place("model.embed_tokens".into(), Role::Dense, vocab, hidden);
        let layers = (0..shape.layers)
            .map(|layer| {
                let mut part =
                    |name: &str, role, rows, cols| place(format!("model.layers.{layer}.{name}"), role, rows, cols);
                LayerSlots {
                    attention_norm: part("input_layernorm", Role::Norm, 1, hidden),
                    q: part("self_attn.q_proj", Role::Linear, hidden, hidden),
                    k: part("self_attn.k_proj", Role::Linear, kv, hidden),
                    v: part("self_attn.v_proj", Role::Linear, kv, hidden),
                    attention_sub_norm: part("self_attn.attn_sub_norm", Role::Norm, 1, hidden),
                    o: part("self_attn.o_proj", Role::Linear, hidden, hidden),
                    ffn_norm: part("post_attention_layernorm", Role::Norm, 1, hidden),
                    gate: part("mlp.gate_proj", Role::Linear, intermediate, hidden),
                    up: part("mlp.up_proj", Role::Linear, intermediate, hidden),
                    ffn_sub_norm: part("mlp.ffn_sub_norm", Role::Norm, 1, intermediate),
                    down: part("mlp.down_proj", Role::Linear, hidden, intermediate),
                }
            })
            .collect();
        let norm = place("model.norm".into(), Role::Norm, 1, hidden);
        let head = if shape.tied { embedding } else { place("lm_head".into(), Role::Dense, vocab, hidden) };
        Self { slots, embedding, layers, norm, head }
    }

    /// Floats of all tensors.
    pub fn total(&self) -> usize {
        self.slots.last().map_or(0, |slot| slot.range().end)
    }

    /// Weights that BitNet quantises.
    pub fn linear_weights(&self) -> usize {
        self.linears().map(|slot| slot.rows * slot.cols).sum()
    }

    /// The linears of all layers.
    pub fn linears(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| slot.role == Role::Linear)
    }

    pub(crate) fn range(&self, slot: usize) -> Range<usize> {
        self.slots[slot].range()
    }
}
