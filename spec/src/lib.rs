//! Configuration, register map and bit layouts of the Trine accelerator: the one source that hardware, driver and
//! documentation share.
//!
//! Declarations only. The golden model never sees this crate, so that a mistake in a layout cannot cancel out.
#![forbid(unsafe_code)]

pub mod config;
pub mod emit;
#[cfg(feature = "toml")]
pub mod file;
pub mod packing;
pub mod registers;

pub use config::{Config, ConfigError, Style, WeightCode, Weights};
