//! Trains BitNet language models, exports them, and compares them with quantised float models.
//!
//! ```text
//! text -> vocabulary -> batches -> forward, backward -> AdamW on f32 masters -> checkpoint -> Hugging Face, GGUF
//!                                    |
//!                                    +-- linears: int8 codes x trits, exact, as the golden model and the unit compute
//! ```
#![deny(unsafe_code)]

mod attention;
mod checkpoint;
mod corpus;
mod effective;
mod error;
pub mod export;
mod file;
mod fit;
mod gate;
#[cfg(test)]
mod gradcheck;
mod layer;
mod layout;
mod linear;
mod loss;
mod matrix;
mod network;
mod norm;
mod optimizer;
mod place;
pub mod ptq;
mod rope;
mod schedule;
mod session;
mod shape;
mod sweep;
mod trainer;
mod vector;
mod vocabulary;

pub use checkpoint::Point;
pub use corpus::{Corpus, split};
pub use error::Error;
pub use fit::PowerLaw;
pub use layout::{Layout, Role, Slot};
pub use network::{Network, Pass};
pub use optimizer::AdamW;
pub use place::{Lock, Place, files};
pub use schedule::Schedule;
pub use session::{Plan, Session};
pub use shape::{Activation, Kind, NORM_EPS, ROPE_THETA, Shape};
pub use sweep::Sweep;
pub use trainer::{Recipe, StepReport, Trainer, held_out};
pub use vocabulary::{Vocabulary, VocabularyKind};
