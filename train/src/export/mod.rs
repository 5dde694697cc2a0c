//! Trained models in the formats of others.

mod blocks;
mod gguf;
mod huggingface;
mod keys;
mod options;

pub use blocks::BlockKind;
pub use gguf::{check_gguf, gguf};
pub use huggingface::huggingface;
pub use options::{Architecture, GgufOptions};
