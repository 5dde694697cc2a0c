//! The Trine accelerator described in Rust: a typed hardware layer and the design built on it.
#![forbid(unsafe_code)]

pub mod design;
mod emitted;
pub mod lang;
pub mod library;
mod random;
pub mod rust_hdl;
mod testbench;

pub use emitted::{Direction, Port, SourceFile, Verilog};
pub use testbench::{TESTBENCH, Testbench, testbench};
