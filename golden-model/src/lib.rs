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

mod checkpoint;
mod config;
pub mod conformance;
mod error;
mod files;
pub mod gguf;
mod kernels;
mod layers;
mod linear_id;
mod matmul;
pub mod npy;
pub mod quant;
mod tensor;
mod ternary;
mod tokenizer;
mod transformer;
mod words;

pub use checkpoint::options::{I2sPacking, LoadOptions};
pub use config::{Activation, Config, Convention, RopePairs};
pub use error::{BoxError, Error};
pub use kernels::Kernel;
pub use layers::cache::KvCache;
pub use layers::linear::{InputNorm, Linear};
pub use layers::norm::RmsNorm;
pub use layers::parts::{Part, Parts, Scales};
pub use linear_id::{LinearId, LinearKind};
pub use matmul::{Golden, Matmul, reference};
pub use ternary::TernaryMatrix;
pub use tokenizer::vocabulary::Tokenizer;
pub use transformer::generate::{Generator, generate};
pub use transformer::model::{Logits, Model};
pub use transformer::perplexity::{Perplexity, perplexity};
pub use transformer::sampler::Sampler;
