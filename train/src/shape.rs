//! Sizes of a model, and the arithmetic of its linears.

use serde::{Deserialize, Serialize};

use crate::{Error, Layout};

/// Arithmetic of the linears of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// BitNet b1.58: trits by the mean magnitude, int8 activations (arXiv 2402.17764).
    Ternary,
    /// The original BitNet: signs around the mean, a LayerNorm and int8 activations (arXiv 2310.11453).
    #[serde(rename = "1bit")]
    OneBit,
    /// Nothing is rounded.
    Float,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ternary, Self::OneBit, Self::Float];

    /// The name that reports and the command line use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ternary => "ternary",
            Self::OneBit => "1bit",
            Self::Float => "float",
        }
    }
}

/// The gate's activation in the feed-forward network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// `max(x, 0)^2`, as BitNet b1.58 2B-4T has it.
    #[default]
    Relu2,
    /// `x * sigmoid(x)`, as the 1bitLLM models and llama.cpp's `bitnet` architecture have it.
    Silu,
}

impl Activation {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Relu2, Self::Silu];

    /// The name that Hugging Face, GGUF, reports and the command line use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Relu2 => "relu2",
            Self::Silu => "silu",
        }
    }
}

/// Sizes of a model in the architecture of BitNet b1.58 2B-4T: RMSNorm before attention, feed-forward network and both
/// output projections, rotary positions, grouped-query attention, a gated feed-forward network.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// Features of a token between layers.
    pub hidden: usize,
    /// Features inside the feed-forward network.
    pub intermediate: usize,
    /// Transformer layers.
    pub layers: usize,
    /// Query heads; together they are as wide as `hidden`.
    pub heads: usize,
    /// Key and value heads.
    pub kv_heads: usize,
    /// Tokens in the vocabulary.
    pub vocab: usize,
    /// The most positions a sequence may have, and the length of those trained on.
    pub context: usize,
    /// True if the head is the embedding.
    pub tied: bool,
    /// The gate's activation; squared ReLU in files that do not name it.
    #[serde(default)]
    pub activation: Activation,
}

/// Base of the rotary positions.
pub const ROPE_THETA: f32 = 10_000.0;
/// More would take twenty gigabytes of weights, moments and gradients.
const MOST_PARAMETERS: usize = 1 << 30;
/// Added to the mean square in every norm.
pub const NORM_EPS: f32 = 1e-5;

impl Shape {
    /// Features of a head.
    pub fn head_dim(&self) -> usize {
        self.hidden / self.heads
    }

    /// Features of all keys, or values, of a token.
    pub fn kv_width(&self) -> usize {
        self.kv_heads * self.head_dim()
    }

    /// Makes sure that a model of these sizes is possible.
    ///
    /// # Errors
    /// [`Error::Shape`] says which size is wrong and what it has to be.
    pub fn check(&self) -> Result<(), Error> {
        // Sums of that many int8, each times a trit, are exact in f32.
        const MOST: usize = 1 << 16;
        let sizes = [
            ("hidden", self.hidden),
            ("intermediate", self.intermediate),
            ("layers", self.layers),
            ("heads", self.heads),
            ("kv_heads", self.kv_heads),
            ("vocab", self.vocab),
        ];
        if let Some((name, size)) = sizes.iter().find(|(_, size)| !(1..=MOST).contains(size)) {
            return Err(Error::Shape(format!("{name} is {size}; it must be from 1 to {MOST}")));
        }
        if !(2..=MOST).contains(&self.context) {
            return Err(Error::Shape(format!("context is {}; it must be from 2 to {MOST}", self.context)));
        }
        if !self.hidden.is_multiple_of(2 * self.heads) {
            return Err(Error::Shape(format!(
                "hidden is {} and heads is {}; hidden must be a multiple of twice the heads, since rotary positions turn \
                 pairs",
                self.hidden, self.heads
            )));
        }
        if !self.heads.is_multiple_of(self.kv_heads) {
            return Err(Error::Shape(format!(
                "heads is {} and kv_heads is {}; heads must be a multiple of kv_heads",
                self.heads, self.kv_heads
            )));
        }
        let total = Layout::new(self).total();
        if total > MOST_PARAMETERS {
            return Err(Error::Shape(format!("it has {total} parameters; at most {MOST_PARAMETERS} are trained here")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_sizes_are_named() {
        let good = Shape {
            hidden: 64,
            intermediate: 96,
            layers: 2,
            heads: 4,
            kv_heads: 2,
            vocab: 50,
            context: 32,
            tied: true,
            activation: Activation::Relu2,
        };
        good.check().unwrap();
        assert_eq!((good.head_dim(), good.kv_width()), (16, 32));
        for (bad, word) in [
            (Shape { hidden: 0, ..good }, "hidden is 0"),
            (Shape { heads: 3, ..good }, "heads is 3"),
            (Shape { hidden: 60, ..good }, "twice the heads"),
            (Shape { kv_heads: 3, ..good }, "kv_heads is 3"),
            (Shape { context: 1, ..good }, "context is 1"),
            (Shape { hidden: 1 << 15, intermediate: 1 << 15, ..good }, "at most 1073741824"),
        ] {
            let error = bad.check().unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
