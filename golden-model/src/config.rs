//! Shape and conventions of a model.

use crate::LinearKind;

/// The gate's activation in the feed-forward network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `max(x, 0)^2`.
    Relu2,
    /// `x * sigmoid(x)`.
    Silu,
}

/// Which features of a head turn together by rotary positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RopePairs {
    /// `(x[i], x[i + d/2])`: Hugging Face, and GGUF's NEOX.
    Halves,
    /// `(x[2i], x[2i + 1])`: GGUF's NORM, whose files hold the rows of queries and keys in that order.
    Neighbours,
}

/// Storage of a checkpoint's ternary linears, which says how the accumulator becomes the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Convention {
    /// Packed trits; `y = acc / (a * weight_scale)`.
    BitLinear,
    /// Packed trits; `y = acc / a * weight_scale`.
    AutoBitLinearOffline,
    /// Master weights, quantised at load by their mean magnitude `1 / s`; `y = acc / a / s`.
    AutoBitLinearOnline,
    /// Float weights that are 0 or plus or minus one magnitude, the scale; `y = acc / a * scale`.
    Unpacked,
    /// Master weights of the original 1-bit BitNet: signs around the mean, and the mean magnitude `beta` as the scale;
    /// `y = acc / a * beta`.
    OneBit,
    /// The block encodings of GGUF; `y = acc / a * scale`.
    Gguf,
}

impl Convention {
    /// The name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::BitLinear => "bitlinear",
            Self::AutoBitLinearOffline => "autobitlinear-offline",
            Self::AutoBitLinearOnline => "autobitlinear-online",
            Self::Unpacked => "unpacked",
            Self::OneBit => "one-bit",
            Self::Gguf => "gguf",
        }
    }

    /// True if the output is divided by the scale; otherwise it is multiplied.
    pub fn divides(self) -> bool {
        self == Self::BitLinear
    }
}

/// A model's shape and conventions.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The architecture's name in the checkpoint, such as `BitNetForCausalLM`.
    pub architecture: String,
    /// Features of a token between layers.
    pub hidden: usize,
    /// Features inside the feed-forward network.
    pub intermediate: usize,
    /// Transformer layers.
    pub layers: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads; each serves `heads / kv_heads` query heads.
    pub kv_heads: usize,
    /// Features of a head.
    pub head_dim: usize,
    /// Tokens in the vocabulary.
    pub vocab: usize,
    /// The most positions a sequence may have.
    pub context: usize,
    /// Base of the rotary position embedding.
    pub rope_theta: f32,
    /// The features that rotary positions turn together.
    pub rope_pairs: RopePairs,
    /// Added to the mean square in every RMSNorm of the transformer.
    pub norm_eps: f32,
    /// The gate's activation.
    pub activation: Activation,
    /// True if the head is the embedding.
    pub tied: bool,
    /// True if there are norms before the attention output and the FFN down projections.
    pub sub_norms: bool,
    /// The convention of the ternary linears.
    pub convention: Convention,
    /// Tokens that end a text.
    pub ends: Vec<u32>,
    /// Warnings about the checkpoint: parts that are not used, choices that were made. Each is a sentence with the file.
    pub notices: Vec<String>,
}

impl Config {
    /// Outputs and inputs, `(N, K)`, of a projection.
    pub fn linear_shape(&self, kind: LinearKind) -> (usize, usize) {
        let (q, kv) = (self.heads * self.head_dim, self.kv_heads * self.head_dim);
        match kind {
            LinearKind::Q => (q, self.hidden),
            LinearKind::K | LinearKind::V => (kv, self.hidden),
            LinearKind::O => (self.hidden, q),
            LinearKind::Gate | LinearKind::Up => (self.intermediate, self.hidden),
            LinearKind::Down => (self.hidden, self.intermediate),
        }
    }

    /// The reason for which the numbers are impossible, if there is one.
    pub(crate) fn flaw(&self) -> Option<String> {
        const LIMIT: usize = 1 << 22;
        let sizes = [
            ("hidden size", self.hidden),
            ("intermediate size", self.intermediate),
            ("number of layers", self.layers),
            ("number of attention heads", self.heads),
            ("number of key-value heads", self.kv_heads),
            ("head dimension", self.head_dim),
            ("vocabulary size", self.vocab),
            ("context length", self.context),
        ];
        if let Some((name, size)) = sizes.iter().find(|(_, size)| !(1..=LIMIT).contains(size)) {
            return Some(format!("the {name} is {size}; it must be from 1 to {LIMIT}"));
        }
        let Self { heads, kv_heads, head_dim, .. } = self;
        if self.layers > 4096 {
            return Some(format!("{} layers are more than the 4096 that are possible here", self.layers));
        }
        if heads % kv_heads != 0 {
            return Some(format!("{heads} attention heads cannot share {kv_heads} key-value heads evenly"));
        }
        if head_dim % 2 != 0 {
            return Some(format!("a head dimension of {head_dim} is odd; rotary positions turn pairs"));
        }
        if heads * head_dim > LIMIT {
            return Some(format!("{heads} heads of {head_dim} are wider than {LIMIT}"));
        }
        let reals = [("RMSNorm epsilon", self.norm_eps), ("rotary base (rope_theta)", self.rope_theta)];
        let bad = reals.iter().find(|(_, value)| !(value.is_finite() && *value > 0.0));
        bad.map(|(name, value)| format!("the {name} is {value}; it must be a positive number"))
    }
}
