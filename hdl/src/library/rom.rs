//! A read-only memory.
//!
//! ```text
//!           ┌───────┐
//!    at_i ─>│  rom  │─> word_o
//!  read_i ─>│       │
//!           └───────┘
//!
//!  at_i ──> [ words ] ──[word_q]──> word_o
//!                        read_i
//! ```
//! No handshake: `word_o` is the word at `at_i` one cycle after `read_i`, and holds.
//!
//! Written as a case of constants in front of an enabled register, which synthesis tools make a block RAM with contents of.
//! Addresses beyond the last word give zero.
//!
//! ```
//! use trine_hdl::lang::{Interpreter, Trace};
//! use trine_hdl::library::rom;
//! let words = [5, 6, 7].map(|word: u32| (0..4).map(|bit| word >> bit & 1 == 1).collect());
//! let mut rom = Interpreter::new(&rom("trine_rom", &words).unwrap()).unwrap();
//! let mut trace = Trace::of(&["at_i", "read_i", "word_o"]);
//! for (at, read) in [(2, 1), (1, 1), (0, 0), (3, 1), (0, 0)] {
//!     rom.set_all([("at_i", at), ("read_i", read)]);
//!     trace.cycle(&mut rom);
//! }
//! assert_eq!(trace.to_string(), "
//! cycle  0 1 2 3 4
//! at_i   │2│1│0│3│0
//! read_i ▔▔▔▔▁▁▔▔▁▁
//! word_o │0│7│6  │0
//! ");
//! ```

use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, Stmt, bits, case, cat, set_to, when};
use std::sync::Arc;

/// Bits of a word in one register: a constant has 64, the sign's not counted.
const SLICE: usize = 62;

interface! {
    /// Ports of a [`rom()`].
    pub struct RomPorts(width: usize, address: usize) {
        /// Address to read at.
        input at: bits(address),
        /// Reads a word.
        input read: BIT,
        /// Word read last.
        output word: bits(width),
    }
}

/// A memory of `words`, lowest bit first, all of one width.
///
/// # Errors
/// Structural mistakes, none for one or more words of one or more bits.
pub fn rom(name: &str, words: &[Vec<bool>]) -> Result<Arc<Module>, Errors> {
    let width = words.first().map_or(0, Vec::len);
    let address = address_bits(words.len());
    let mut m = Module::new(name, format!("Read-only memory of {} words of {width} bits.", words.len()));
    let io = RomPorts::declare(&mut m, width, address);
    let starts: Vec<usize> = (0..width).step_by(SLICE).collect();
    let registers: Vec<Expr> =
        starts.iter().map(|low| m.reg(&format!("word_{low}_q"), bits(SLICE.min(width - low)))).collect();
    let slices = |value: &dyn Fn(usize) -> i64| -> Vec<Stmt> {
        registers.iter().zip(&starts).map(|(register, low)| set_to(register, value(*low))).collect()
    };
    let arm = |(i, word): (usize, &Vec<bool>)| {
        let number = |low: usize| {
            let slice = word[low..].iter().take(SLICE).enumerate();
            slice.fold(0, |number, (bit, set)| number | i64::from(*set) << bit)
        };
        (i as i64, slices(&number))
    };
    let arms = words.iter().enumerate().map(arm).collect();
    m.on_clock([when(&io.read, [case(&io.at, arms, slices(&|_| 0))])]);
    m.assign(&io.word, cat(registers));
    m.build()
}

/// Bits of an address of `words` words.
pub fn address_bits(words: usize) -> usize {
    words.next_power_of_two().trailing_zeros().max(1) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Interpreter;
    use crate::random::Random;
    use num_bigint::BigInt;

    /// Every word, wider than one register holds, and the addresses behind them.
    #[test]
    fn it_reads_every_word() {
        for (count, width) in [(1, 1), (5, 61), (13, 130)] {
            let mut random = Random(width as u64);
            let words: Vec<Vec<bool>> = (0..count).map(|_| (0..width).map(|_| random.chance(8)).collect()).collect();
            let mut rom = Interpreter::new(&rom("trine_rom", &words).unwrap()).unwrap();
            for at in 0..1 << address_bits(count) {
                rom.set_all([("at_i", at), ("read_i", 1)]);
                rom.clock();
                rom.set_all([("at_i", 0), ("read_i", 0)]);
                rom.clock();
                let word = words.get(at as usize).cloned().unwrap_or_default();
                let number = word.iter().rev().fold(BigInt::ZERO, |number, bit| number << 1 | BigInt::from(*bit));
                assert_eq!(rom.get_wide("word_o"), number, "word {at} of {count}");
            }
        }
    }
}
