//! A read-only memory: `word_o` is the word at `at_i`, a cycle after `read_i`, and holds.
//!
//! ```text
//!  at_i ──> [ words ] ──[word_q]──> word_o
//!                        read_i
//! ```
//! Written as a case of constants in front of an enabled register, which synthesis tools make a block RAM with contents of.
//! Addresses beyond the last word give zero.

use crate::lang::{BIT, Errors, Expr, Module, Stmt, bits, case, cat, set_to, when};
use std::sync::Arc;

/// Bits of a word in one register: a constant has 64, the sign's not counted.
const SLICE: usize = 62;

/// A memory of `words`, lowest bit first, all of one width.
///
/// # Errors
/// Structural mistakes, none for one or more words of one or more bits.
pub fn rom(name: &str, words: &[Vec<bool>]) -> Result<Arc<Module>, Errors> {
    let width = words.first().map_or(0, Vec::len);
    let address = address_bits(words.len());
    let mut m = Module::new(name, format!("Read-only memory of {} words of {width} bits.", words.len()));
    let at = m.input("at_i", bits(address));
    let read = m.input("read_i", BIT);
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
    m.on_clock([when(&read, [case(&at, arms, slices(&|_| 0))])]);
    m.drive("word_o", cat(registers));
    m.build()
}

/// Bits that address so many words.
pub fn address_bits(words: usize) -> usize {
    words.next_power_of_two().trailing_zeros().max(1) as usize
}
