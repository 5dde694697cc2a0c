//! Lattice ECP5: the carry cell CCU2C adds after a four-input LUT, so the select of one operand fits into the first adder.
//!
//! ```text
//!  lane 2i ──── select ──────────────── A ┐
//!  lane 2i + 1 ─ x ──────────────────── B ├ LUT: A ^ (nz ? B ^ neg : 0) ── carry chain ──[reg]
//!                neg, nz ────────────── C, D
//! ```
//! Half of the selects cost no LUT. The chain's carry is the one that the left lane owes.

use super::{Lane, select};
use crate::lang::{BIT, Errors, Module, bits, int};
use crate::library::{Term, adder_tree, carry_chain, store};
use std::sync::Arc;

pub(super) fn sum(m: &mut Module, lanes: Vec<Lane>) -> Result<Term, Errors> {
    let width = lanes[0].x.ty.width;
    let adder = select_add(width)?;
    m.on_clock([crate::lang::note("level 1")]);
    let mut terms = vec![];
    for (i, pair) in lanes.chunks(2).enumerate() {
        let left = select(m, 2 * i, &pair[0]);
        let (value, owed) = match pair {
            [_, right] => {
                let sum = m.instance(
                    &format!("pair_{i}"),
                    &adder,
                    &[
                        ("a_i", &left.value),
                        ("carry_i", &left.owed),
                        ("b_i", &right.x),
                        ("nonzero_i", &right.nonzero),
                        ("negative_i", &right.negative),
                    ],
                );
                (sum["sum_o"].clone(), right.negative.clone())
            }
            _ => (left.value, left.owed),
        };
        terms.push(store(m, 1, i, value, owed));
    }
    Ok(if terms.len() == 1 { terms.remove(0) } else { adder_tree(m, terms, 2) })
}

/// `sum_o = a_i + (nonzero_i ? b_i ^ negative_i : 0) + carry_i` on carry cells.
fn select_add(width: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_select_add", "Adds a selected operand: a + (nonzero ? b ^ negative : 0) + carry.");
    let a = m.input("a_i", int(width));
    let carry = m.input("carry_i", BIT);
    let b = m.input("b_i", bits(width));
    let nonzero = m.input("nonzero_i", BIT);
    let negative = m.input("negative_i", BIT);
    // The sum is one bit wider than the operands: their sign bits once more.
    let bit = |i: usize| i.min(width - 1);
    let positions = (0..=width).map(|i| [a.bit(bit(i)), b.bit(bit(i)), negative.clone(), nonzero.clone()]);
    // D = nz, C = neg: A without nz, A ^ B with it, ~(A ^ B) with both.
    let sum = carry_chain(&mut m, "16'h96AA", &carry, positions.collect())?;
    m.drive("sum_o", sum.signed());
    m.build()
}
