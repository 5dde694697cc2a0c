//! All tests of this crate in one binary: most of the time of a build goes into linking.

#[cfg(not(feature = "train"))]
compile_error!("these tests train models: `make test`, or `cargo test --package trine-cli --features train`");

mod boards;
mod common;
mod delivered;
mod documents;
mod energy;
mod errors;
mod help;
mod json;
mod mapped;
mod models;
mod outputs;
mod own_top;
mod paths;
mod prices;
mod reference;
mod regs;
mod report;
mod scales;
mod serve;
mod shell;
mod soc;
mod synth;
mod testbench;
mod tokens;
mod trace;
mod train;
mod verbs;
mod whole;
mod zynq;
