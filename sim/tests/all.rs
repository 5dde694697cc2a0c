//! All tests of this crate in one binary: most of the time of a build goes into linking.

mod axi;
mod bone_memory;
mod common;
mod cycles;
mod dot;
mod dram;
mod dut;
mod faults;
mod isolated;
mod litedram;
mod litex;
mod memory;
mod modules;
mod on_chip;
mod resident;
mod ring;
mod rows;
mod serial;
mod streams;
mod terminal;
mod timing;
mod transport;
mod unit;
mod windows;
mod writes;
