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
//! ```no_run
//! use trine_golden_model::{Golden, Model, Sampler, Tokenizer, generate};
//! # fn main() -> Result<(), trine_golden_model::Error> {
//! let path = "models/shakespeare".as_ref();
//! let (model, tokenizer) = (Model::load(path)?, Tokenizer::load(path)?);
//! let prompt = tokenizer.encode("KING ")?;
//! let (mut engine, mut sampler) = (Golden, Sampler::greedy());
//! let tokens = generate(&model, &mut engine, &mut sampler, &prompt)?.take(32).collect::<Result<Vec<u32>, _>>()?;
//! println!("{}", tokenizer.decode(&tokens)?);
//! # Ok(()) }
//! ```
#![deny(unsafe_code)]

mod attention;
mod cache;
mod checkpoint;
mod config;
pub mod conformance;
mod dense;
mod error;
mod ffn;
mod files;
mod generate;
mod json;
mod kernels;
mod layers;
mod linear;
mod matmul;
mod norm;
pub mod npy;
mod parts;
mod perplexity;
pub mod quant;
mod rope;
mod sampler;
mod ternary;
mod tokenizer;
mod transformer;

pub use cache::KvCache;
pub use checkpoint::{I2sPacking, LoadOptions};
pub use config::{Activation, Config, Convention, RopePairs};
pub use error::{BoxError, Error};
pub use generate::{Generator, generate};
pub use kernels::Kernel;
pub use linear::{InputNorm, Linear};
pub use matmul::{Golden, LinearId, LinearKind, Matmul, reference};
pub use norm::RmsNorm;
pub use parts::{Part, Parts, Scales};
pub use perplexity::{Perplexity, perplexity};
pub use sampler::Sampler;
pub use ternary::TernaryMatrix;
pub use tokenizer::Tokenizer;
pub use transformer::{Logits, Model};
