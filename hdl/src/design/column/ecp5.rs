//! Lattice ECP5: the carry cell CCU2C adds after a four-input LUT, so the select of one operand fits into the first adder.
//!
//! ```text
//!  lane 2i ──── select ──────────────── A ┐
//!  lane 2i + 1 ─ x ──────────────────── B ├ LUT: A ^ (nz ? B ^ neg : 0) ── carry chain ──[reg]
//!                neg, nz ────────────── C, D
//! ```
//! Half of the selects cost no LUT. A chain's carry from outside takes a bit of the chain: its lowest position makes a
//! carry of the one that the left lane owes.

use super::{Lane, select};
use crate::lang::{BIT, Errors, Expr, Module, bits, cat, int, lit};
use crate::library::{Term, adder_tree, cells, store};
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
    let cell = cells::ccu2c()?;
    let mut m = Module::new("trine_select_add", "Adds a selected operand: a + (nonzero ? b ^ negative : 0) + carry.");
    let a = m.input("a_i", int(width));
    let carry = m.input("carry_i", BIT);
    let b = m.input("b_i", bits(width));
    let nonzero = m.input("nonzero_i", BIT);
    let negative = m.input("negative_i", BIT);
    // Position 0 turns the carry into a carry: the LUT gives 0 (do not pass on), its lower half gives A.
    let (zero, one) = (lit(0, BIT), lit(1, BIT));
    let mut positions: Vec<([Expr; 4], &str)> = vec![([carry, zero.clone(), one.clone(), one], "16'h000A")];
    for bit in 0..=width {
        // The sum is one bit wider than the operands: their sign bits once more.
        let at = bit.min(width - 1);
        // D = nz, C = neg: A without nz, A ^ B with it, ~(A ^ B) with both; the lower half gives A.
        positions.push(([a.bit(at), b.bit(at), negative.clone(), nonzero.clone()], "16'h96AA"));
    }
    if positions.len() % 2 == 1 {
        positions.push(([zero.clone(), zero.clone(), zero.clone(), zero.clone()], "16'h0000"));
    }
    let (mut into, mut sums) = (zero, vec![]);
    for (i, half) in positions.chunks(2).enumerate() {
        let (low, high) = (&half[0], &half[1]);
        let u = m.instance_with(
            &format!("cell_{i}"),
            &cell,
            &[("INIT0", low.1), ("INIT1", high.1), ("INJECT1_0", "\"NO\""), ("INJECT1_1", "\"NO\"")],
            &[
                ("CIN", &into),
                ("A0", &low.0[0]),
                ("B0", &low.0[1]),
                ("C0", &low.0[2]),
                ("D0", &low.0[3]),
                ("A1", &high.0[0]),
                ("B1", &high.0[1]),
                ("C1", &high.0[2]),
                ("D1", &high.0[3]),
            ],
        );
        sums.extend([u["S0"].clone(), u["S1"].clone()]);
        into = u["COUT"].clone();
    }
    m.drive("sum_o", cat(sums[1..width + 2].to_vec()).signed());
    m.unused(sums.iter().take(1).chain(sums.iter().skip(width + 2)).cloned().chain([into]));
    m.build()
}
