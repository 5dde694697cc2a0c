//! The steps of a synthesis: what is read from the tools' files, how the tools are found and run, what is checked.

mod bench;
mod map;
mod netlist;
mod reports;
mod tools;
