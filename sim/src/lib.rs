//! Cycle-accurate simulation of generated designs with Verilator.
