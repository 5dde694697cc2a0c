//! Bit-exact golden model of BitNet language models.
//!
//! ```text
//! tokens -> embedding -> [ norm -> attention -> norm -> FFN ] x layers -> norm -> head -> logits
//!                                   |              |
//!                                   +-- ternary linears: int8 x {-1, 0, +1} -> int32, exact
//! ```
//!
//! Every ternary linear goes through one seam, [`Matmul`], so the same transformer runs on the CPU ([`Golden`]) or on
//! hardware. The integer result of a linear is exact; everything around it is `f32` and agrees with a reference to a
//! stated tolerance.
//!
//! Feature `checkpoints`, which is on by default, is everything about whole models: transformers, readers of checkpoints,
//! tokenizers. Without it the crate is the matrices, the kernels and the seam, and needs none of their libraries.
//!
//! ```no_run
//! # #[cfg(not(feature = "checkpoints"))]
//! # fn main() {}
//! # #[cfg(feature = "checkpoints")]
//! # fn main() -> Result<(), trine_golden_model::Error> {
//! use trine_golden_model::{Golden, Model, Sampler, Tokenizer, generate};
//!
//! let source = "models/shakespeare".parse()?;
//! let (model, tokenizer) = (Model::load(&source)?, Tokenizer::load(&source)?);
//! let prompt = tokenizer.encode("KING ")?;
//! let (mut engine, mut sampler) = (Golden, Sampler::greedy());
//! let tokens = generate(&model, &mut engine, &mut sampler, &prompt)?.take(32).collect::<Result<Vec<u32>, _>>()?;
//! println!("{}", tokenizer.decode(&tokens)?);
//! # Ok(()) }
//! ```
#![deny(unsafe_code)]

#[cfg(feature = "checkpoints")]
mod checkpoint;
#[cfg(feature = "checkpoints")]
mod config;
mod error;
#[cfg(feature = "checkpoints")]
mod files;
#[cfg(feature = "checkpoints")]
pub mod gguf;
#[cfg(feature = "checkpoints")]
mod inspection;
mod kernels;
#[cfg(feature = "checkpoints")]
mod layers;
mod linear_id;
mod matmul;
#[cfg(feature = "checkpoints")]
pub mod npy;
pub mod quant;
#[cfg(feature = "checkpoints")]
mod tensor;
mod ternary;
#[cfg(feature = "checkpoints")]
mod tokenizer;
#[cfg(feature = "checkpoints")]
mod transformer;
#[cfg(feature = "checkpoints")]
mod words;

pub use error::{BoxError, Error};
pub use kernels::Kernel;
pub use linear_id::{LinearId, LinearKind};
pub use matmul::{Golden, Matmul, Product, reference};
pub use ternary::TernaryMatrix;

#[cfg(feature = "checkpoints")]
pub use {
    checkpoint::options::{I2sPacking, LoadOptions},
    checkpoint::source::ModelSource,
    config::{Activation, Config, Convention, RopePairs},
    inspection::{InspectedLinear, InspectedTotals, Inspection, ScaleRange},
    layers::cache::KvCache,
    layers::linear::{InputNorm, Linear},
    layers::norm::RmsNorm,
    layers::parts::{Part, Parts, Scales},
    tokenizer::vocabulary::Tokenizer,
    transformer::generate::{Generator, generate},
    transformer::model::{Logits, Model},
    transformer::perplexity::{Perplexity, perplexity},
    transformer::sampler::Sampler,
    transformer::synthetic::Synthetic,
};
