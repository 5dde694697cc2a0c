//! The ternary linears of a network by their place.

use std::fmt;

/// Which linear layer of the network; displayed as Hugging Face names it, without the leading `model.`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinearId {
    /// The transformer layer, from 0.
    pub layer: usize,
    /// The projection in that layer.
    pub kind: LinearKind,
}

impl fmt::Display for LinearId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = if self.kind.is_ffn() { "mlp" } else { "self_attn" };
        write!(f, "layers.{}.{part}.{}", self.layer, self.kind)
    }
}

/// The seven projections of a transformer layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinearKind {
    /// Queries.
    Q,
    /// Keys.
    K,
    /// Values.
    V,
    /// Attention output.
    O,
    /// FFN gate.
    Gate,
    /// FFN up.
    Up,
    /// FFN down.
    Down,
}

impl LinearKind {
    /// All seven, in the order of the computation.
    pub const ALL: [Self; 7] = [Self::Q, Self::K, Self::V, Self::O, Self::Gate, Self::Up, Self::Down];

    /// True if the projection belongs to the feed-forward network.
    pub fn is_ffn(self) -> bool {
        matches!(self, Self::Gate | Self::Up | Self::Down)
    }
}

impl fmt::Display for LinearKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Q => "q_proj",
            Self::K => "k_proj",
            Self::V => "v_proj",
            Self::O => "o_proj",
            Self::Gate => "gate_proj",
            Self::Up => "up_proj",
            Self::Down => "down_proj",
        })
    }
}
