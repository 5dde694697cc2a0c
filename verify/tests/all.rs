//! All tests of this crate in one binary: most of the time of a build goes into linking.

mod device;
mod memory;
mod mutants;
mod netlist;
mod suite;
