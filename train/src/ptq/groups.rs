//! Linears that are quantised together.

use crate::layout::LayerSlots;

/// The linears of a layer that share an input, and the norm in front of them.
pub(super) fn groups(slots: &LayerSlots) -> [(usize, Vec<usize>); 4] {
    [
        (slots.attention_norm, vec![slots.q, slots.k, slots.v]),
        (slots.attention_sub_norm, vec![slots.o]),
        (slots.ffn_norm, vec![slots.gate, slots.up]),
        (slots.ffn_sub_norm, vec![slots.down]),
    ]
}
