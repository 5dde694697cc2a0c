//! Lattice ECP5: the carry cell CCU2C adds after a four-input LUT, so the select of one operand fits into the first adder.
//!
//! ```text
//!  lane 2i ──── select ──────────────── A ┐
//!  lane 2i + 1 ─ x ──────────────────── B ├ LUT: A ^ (nz ? B ^ neg : 0) ── carry chain ──[reg]
//!                neg, nz ────────────── C, D
//! ```
//! Half of the selects cost no LUT. The chain's carry is the one that the left lane owes.

use super::{Lane, select};
use crate::interface;
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
                let add: SelectAddPorts = m.place(&format!("pair_{i}"), &adder);
                m.assign_all([
                    (&add.a, &left.value),
                    (&add.carry, &left.owed),
                    (&add.b, &right.x),
                    (&add.nonzero, &right.nonzero),
                    (&add.negative, &right.negative),
                ]);
                (add.sum, right.negative.clone())
            }
            _ => (left.value, left.owed),
        };
        terms.push(store(m, 1, i, value, owed));
    }
    Ok(if terms.len() == 1 { terms.remove(0) } else { adder_tree(m, terms, 2) })
}

interface! {
    /// Ports of an adder with a selected operand.
    struct SelectAddPorts(width: usize) {
        /// First operand.
        input a: int(width),
        /// Carry, the one that the first operand owes.
        input carry: BIT,
        /// Second operand, before it is selected.
        input b: bits(width),
        /// The weight of the second operand is not zero.
        input nonzero: BIT,
        /// The weight of the second operand is -1.
        input negative: BIT,
        /// Sum.
        output sum: int(width + 1),
    }
}

/// `sum_o = a_i + (nonzero_i ? b_i ^ negative_i : 0) + carry_i` on carry cells.
fn select_add(width: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_select_add", "Adds a selected operand: a + (nonzero ? b ^ negative : 0) + carry.");
    let SelectAddPorts { a, carry, b, nonzero, negative, sum: port } = SelectAddPorts::declare(&mut m, width);
    // The sum is one bit wider than the operands: their sign bits once more.
    let bit = |i: usize| i.min(width - 1);
    let positions = (0..=width).map(|i| [a.bit(bit(i)), b.bit(bit(i)), negative.clone(), nonzero.clone()]);
    // D = nz, C = neg: A without nz, A ^ B with it, ~(A ^ B) with both.
    let sum = carry_chain(&mut m, "16'h96AA", &carry, positions.collect())?;
    m.assign(&port, sum.signed());
    m.build()
}
