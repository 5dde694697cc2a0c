//! A memory as rust-hdl writes one: a block of its own with Verilog text inside.
//!
//! Reading is combinational and writing clocked; a register behind the read port belongs to the reading module.

use super::pin::Pin;
use crate::lang::interpreter::value::fit;
use crate::lang::{RamStyle, Ty};
use num_bigint::BigInt;
use rust_hdl_core::ast::{Verilog, Wrapper};
use std::fmt::Write;

/// A memory and its ports, which come in groups: the clock if any, then reads and writes as they were met.
#[derive(Debug)]
pub(super) struct Memory {
    ty: Ty,
    style: RamStyle,
    words: Vec<BigInt>,
    /// For each read port the pins of address and data.
    reads: Vec<[usize; 2]>,
    /// For each write port the pins of enable, address and data; the last one wins.
    writes: Vec<[usize; 3]>,
}

impl Memory {
    pub fn new(ty: Ty, depth: usize, style: RamStyle) -> Memory {
        Memory { ty, style, words: vec![BigInt::ZERO; depth], reads: vec![], writes: vec![] }
    }

    /// Announces a read port whose pins follow from number `pin` on; its name.
    pub fn next_read(&mut self, pin: usize) -> String {
        self.reads.push([pin, pin + 1]);
        format!("r{}", self.reads.len() - 1)
    }

    /// Announces a write port whose pins follow from number `pin` on; its name.
    pub fn next_write(&mut self, pin: usize) -> String {
        self.writes.push([pin, pin + 1, pin + 2]);
        format!("w{}", self.writes.len() - 1)
    }

    /// Effect of the clock edge and the addresses; an address outside reads as zero and writes nothing.
    pub fn update(&mut self, rising: bool, pins: &mut [Pin]) {
        let place = |pin: &Pin| usize::try_from(&pin.port.value).unwrap_or(usize::MAX);
        for [enable, address, data] in self.writes.iter().filter(|_| rising) {
            if pins[*enable].port.value != BigInt::ZERO
                && let Some(word) = self.words.get_mut(place(&pins[*address]))
            {
                *word = fit(pins[*data].port.value.clone(), self.ty);
            }
        }
        for [address, data] in &self.reads {
            pins[*data].port.value = self.words.get(place(&pins[*address])).cloned().unwrap_or_default();
        }
    }

    /// A wrapper, because its outputs are nets: a read port is a continuous assignment.
    pub fn hdl(&self) -> Verilog {
        let attribute = self.style.attribute();
        let (width, depth) = (self.ty.width, self.words.len());
        let sign = if self.ty.signed { "signed " } else { "" };
        let mut code = format!("{attribute}reg {sign}[{}:0] mem [0:{}];\n", width - 1, depth - 1);
        // Writing to a String cannot fail
        for n in 0..self.reads.len() {
            let _ = writeln!(code, "assign r{n}_data = mem[r{n}_address];");
        }
        if !self.writes.is_empty() {
            code += "always @(posedge clock) begin\n";
            for n in 0..self.writes.len() {
                let _ = writeln!(code, "    if (w{n}_enable) mem[w{n}_address] <= w{n}_data;");
            }
            code += "end\n";
        }
        Verilog::Wrapper(Wrapper { code, cores: String::new() })
    }
}
