//! Folders in Hugging Face layout.

mod config;
mod family;
mod fields;
mod files;
mod key_lists;
mod keys;
pub(crate) mod model;
mod names;
mod quantization;
mod rope;
mod safetensors;
mod tensors;
