//! All tests of this crate in one binary: most of the time of a build goes into linking.

mod common;
mod config_keys;
mod conformance;
mod damaged;
mod folder_files;
mod formats;
mod gguf_files;
mod gguf_types;
mod i2_s;
mod kernels;
mod malformed;
mod scales;
mod tokenizer_folders;
mod tokenizer_rules;
mod tokenizer_sentencepiece;
mod tokenizers;
mod trilm;
