//! Models in GGUF files.

mod blocks;
pub(crate) mod ends;
mod i2_s;
mod keys;
pub(crate) mod model;
mod tensors;
