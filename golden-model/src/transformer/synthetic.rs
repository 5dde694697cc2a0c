//! Models with random weights in the shape of real ones: `synthetic:NAME[:LAYERS]`.
//!
//! Trits are uniform, scales keep the variance of a row's output near that of its input, and everything follows from
//! the name: the same on every machine. Packed weights are drawn directly, four to a byte.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use half::bf16;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::assemble::assemble;
use super::weights::{DenseId, NormId, PartId, Weights};
use crate::layers::dense::{Dense, Values};
use crate::{
    Activation, Config, Convention, Error, InputNorm, Linear, LinearId, Model, Parts, RopePairs, TernaryMatrix,
};

/// A published model's shape.
#[derive(Debug, PartialEq)]
struct Shape {
    name: &'static str,
    architecture: &'static str,
    hidden: usize,
    intermediate: usize,
    heads: usize,
    kv_heads: usize,
    head_dim: usize,
    layers: usize,
    vocab: usize,
    context: usize,
    activation: Activation,
    rope_theta: f32,
    norm_eps: f32,
    tied: bool,
    convention: Convention,
}

const BITNET_2B_4T: Shape = Shape {
    name: "bitnet-2b-4t",
    architecture: "BitNetForCausalLM",
    hidden: 2560,
    intermediate: 6912,
    heads: 20,
    kv_heads: 5,
    head_dim: 128,
    layers: 30,
    vocab: 128_256,
    context: 4096,
    activation: Activation::Relu2,
    rope_theta: 5e5,
    norm_eps: 1e-5,
    tied: true,
    convention: Convention::AutoBitLinearOffline,
};

const BITNET_LARGE: Shape = Shape {
    name: "bitnet-large",
    architecture: "BitnetForCausalLM",
    hidden: 1536,
    intermediate: 4096,
    heads: 16,
    kv_heads: 16,
    head_dim: 96,
    layers: 24,
    vocab: 32_002,
    context: 2048,
    activation: Activation::Silu,
    rope_theta: 1e4,
    norm_eps: 1e-5,
    tied: true,
    convention: Convention::AutoBitLinearOnline,
};

const LLAMA3_8B: Shape = Shape {
    name: "llama3-8b-1.58",
    architecture: "LlamaForCausalLM",
    hidden: 4096,
    intermediate: 14_336,
    heads: 32,
    kv_heads: 8,
    head_dim: 128,
    layers: 32,
    vocab: 128_256,
    context: 8192,
    activation: Activation::Silu,
    rope_theta: 5e5,
    norm_eps: 1e-5,
    tied: false,
    convention: Convention::BitLinear,
};

const FALCON3_1B: Shape = Shape {
    name: "falcon3-1b-1.58",
    hidden: 2048,
    intermediate: 8192,
    heads: 8,
    kv_heads: 4,
    head_dim: 256,
    layers: 18,
    vocab: 131_072,
    rope_theta: 1_000_042.0,
    norm_eps: 1e-6,
    ..LLAMA3_8B
};

const FALCON3_7B: Shape = Shape {
    name: "falcon3-7b-1.58",
    hidden: 3072,
    intermediate: 23_040,
    heads: 12,
    layers: 28,
    context: 32_768,
    ..FALCON3_1B
};

static SHAPES: [Shape; 9] = [
    BITNET_2B_4T,
    BITNET_LARGE,
    Shape {
        name: "bitnet-3b",
        hidden: 3200,
        intermediate: 8640,
        heads: 32,
        kv_heads: 32,
        head_dim: 100,
        layers: 26,
        ..BITNET_LARGE
    },
    LLAMA3_8B,
    FALCON3_1B,
    Shape { name: "falcon3-3b-1.58", intermediate: 9216, layers: 22, ..FALCON3_7B },
    FALCON3_7B,
    Shape { name: "falcon3-10b-1.58", layers: 40, ..FALCON3_7B },
    Shape {
        name: "trilm-99m",
        hidden: 512,
        intermediate: 1280,
        heads: 8,
        kv_heads: 8,
        head_dim: 64,
        layers: 16,
        vocab: 50_304,
        context: 2048,
        rope_theta: 1e4,
        convention: Convention::Unpacked,
        ..LLAMA3_8B
    },
];

/// A model with random weights in the shape of a published one, parsed from `NAME[:LAYERS]`; displayed with `synthetic:` in
/// front.
#[derive(Clone, Debug, PartialEq)]
pub struct Synthetic {
    shape: &'static Shape,
    /// The layers asked for; `None` for those of the published model.
    layers: Option<usize>,
}

impl Synthetic {
    /// The word in front of the names of such models.
    pub(crate) const PREFIX: &'static str = "synthetic:";

    /// The shape.
    pub(crate) fn config(&self) -> Config {
        self.shape.config(self.layers.unwrap_or(self.shape.layers))
    }

    /// Makes the model; `streamed` makes each layer when its turn comes.
    pub(crate) fn load(&self, streamed: bool) -> Result<Model, Error> {
        let config = self.config();
        assemble(config.clone(), Random { config }, streamed)
    }
}

impl FromStr for Synthetic {
    type Err = Error;

    /// # Errors
    /// [`Error::Argument`] if there is no model of this name, or it has fewer layers.
    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, layers) = match text.split_once(':') {
            Some((name, layers)) => (name, Some(layers)),
            None => (text, None),
        };
        let shape = SHAPES.iter().find(|shape| shape.name == name).ok_or_else(|| {
            let names: Vec<&str> = SHAPES.iter().map(|shape| shape.name).collect();
            Error::argument(format!("there is no synthetic model `{name}`; there are {}", names.join(", ")))
        })?;
        match layers.map(str::parse).transpose() {
            Ok(None) => Ok(Self { shape, layers: None }),
            Ok(Some(layers)) if (1..=shape.layers).contains(&layers) => Ok(Self { shape, layers: Some(layers) }),
            _ => Err(Error::argument(format!("the number of layers must be from 1 to {}", shape.layers))),
        }
    }
}

impl fmt::Display for Synthetic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Self::PREFIX, self.shape.name)?;
        self.layers.map_or(Ok(()), |layers| write!(f, ":{layers}"))
    }
}

impl Shape {
    fn config(&self, layers: usize) -> Config {
        Config {
            architecture: self.architecture.to_owned(),
            hidden: self.hidden,
            intermediate: self.intermediate,
            layers,
            heads: self.heads,
            kv_heads: self.kv_heads,
            head_dim: self.head_dim,
            vocab: self.vocab,
            context: self.context,
            rope_theta: self.rope_theta,
            rope_pairs: RopePairs::Halves,
            norm_eps: self.norm_eps,
            activation: self.activation,
            tied: self.tied,
            sub_norms: self.architecture != "LlamaForCausalLM",
            convention: self.convention,
            ends: Vec::new(),
            notices: Vec::new(),
        }
    }
}

struct Random {
    config: Config,
}

/// Elements that one generator draws.
const CHUNK: usize = 1 << 20;

impl Weights for Random {
    fn dense(&self, id: DenseId) -> Result<Dense, Error> {
        let mut values = vec![bf16::ZERO; self.config.vocab * self.config.hidden];
        values.par_chunks_mut(CHUNK).enumerate().for_each(|(i, values)| {
            let mut random = ChaCha8Rng::seed_from_u64(i as u64);
            random.set_stream(id as u64);
            for values in values.chunks_mut(4) {
                let bits = random.next_u64();
                for (i, value) in values.iter_mut().enumerate() {
                    // A random sign and mantissa under the exponent of [0.5, 1).
                    *value = bf16::from_bits((bits >> (16 * i)) as u16 & 0x807f | 0x3f00);
                }
            }
        });
        Ok(Dense::new(self.config.hidden, Values::Bf16(values.into())))
    }

    fn norm(&self, id: NormId) -> Result<Vec<f32>, Error> {
        Ok(vec![1.0; id.width(&self.config)])
    }

    fn linear(&self, id: LinearId) -> Result<Linear, Error> {
        let (rows, cols) = self.config.linear_shape(id.kind);
        let weights = TernaryMatrix::random(rows, cols, ((id.layer as u64) << 3) | id.kind as u64)?;
        // Two thirds of the weights are not zero.
        let gain = 1.0 / (cols as f32 * 2.0 / 3.0).sqrt();
        let convention = self.config.convention;
        let scale = if convention.divides() { 1.0 / gain } else { gain };
        let parts = Parts::one(weights, scale);
        Ok(Linear { id, parts, convention, input_norm: InputNorm::None, encoding: "random".into() })
    }

    fn name(&self, part: PartId) -> String {
        format!("{part:?}")
    }

    fn path(&self) -> &Path {
        Path::new("synthetic")
    }
}
