//! GGUF files.

mod container;
mod encoding;
mod k_quants;
mod quants;
mod reader;
pub(crate) mod split;
pub(crate) mod trits;
mod types;

pub(crate) use container::Gguf;
pub(crate) use encoding::{Encoding, LARGEST};
