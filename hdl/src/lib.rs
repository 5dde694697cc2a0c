//! The Trine accelerator described in Rust: a typed hardware layer and the design built on it.
//!
//! The feature `rust-hdl` adds the module `rust_hdl`, a second emitter of Verilog, and with it the crates of rust-hdl.
#![forbid(unsafe_code)]

pub mod design;
mod emitted;
pub mod lang;
pub mod library;
pub mod manifest;
mod random;
#[cfg(feature = "rust-hdl")]
pub mod rust_hdl;
mod testbench;

pub use emitted::{Direction, MEMORY_BLOCK, Port, SourceFile, Verilog};
pub use testbench::{TESTBENCH, Testbench, testbench};
