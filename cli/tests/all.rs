//! All tests of this crate in one binary: most of the time of a build goes into linking.

mod common;
mod delivered;
mod energy;
mod errors;
mod models;
mod outputs;
mod paths;
mod prices;
mod regs;
mod report;
mod scales;
mod serve;
mod synth;
mod testbench;
mod tokens;
mod trace;
mod train;
mod verbs;
mod whole;
