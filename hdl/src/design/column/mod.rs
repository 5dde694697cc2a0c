//! One output: `sum_o + owed_o = Σ_lane act[lane] * w[lane]`, in one of four styles that behave the same.
//!
//! ```text
//!  act[i]  ──┐
//!            ├─ select ─ adder tree ── sum_o
//!  code[i] ──┘                      └─ owed_o
//! ```
//! | style | first level | further levels |
//! |---|---|---|
//! | [`portable`] | `(x ^ neg) & nz`, then adders in pairs | adders in pairs |
//! | [`ecp5`] | one operand's select inside the carry cells | adders in pairs |
//! | [`xilinx7`] | pairs of lanes with one sign, a LUT a bit | signed pairs, then adders of three |
//! | [`packed`] | bit planes of 64 lanes a word | none: counts of ones, for simulation only |
//!
//! `x * -1 = ~x + 1`: the complement costs nothing beside the select, the one goes into a carry input of the tree
//! ([`crate::library::adder_tree`]). A new set of lanes every cycle, no handshake; results follow after
//! [`Config::tree_levels`] cycles.

mod ecp5;
mod packed;
mod portable;
mod xilinx7;

use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, Ty, bits};
use crate::library::Term;
use std::sync::Arc;
use trine_spec::{Config, Style};

interface! {
    /// Operands of a column.
    pub(super) struct Operands(c: Config) {
        /// There are operands.
        input valid: c.style().rests().then_some(BIT) => Option<Expr>,
        /// Activations, one a lane.
        input act: bits(c.lanes() * c.act_bits()),
        /// Two-bit codes of the trits, one a lane.
        input code: bits(2 * c.lanes()),
    }
}

interface! {
    /// Result of a column.
    pub(super) struct Sum(ty: Ty) {
        /// Sum of the products, without the one that is owed.
        output sum: ty,
        /// One that is still to be added.
        output owed: BIT,
    }
}

interface! {
    /// Ports of a column.
    pub(super) struct ColumnPorts(c: Config, sum: Ty) {
        /// Operands
        source operands as "": Operands::of(c.clone()) => Operands,
        /// Result
        source result as "": Sum::of(sum) => Sum,
    }
}

/// The column of configuration `c`.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn column(c: &Config) -> Result<Arc<Module>, Errors> {
    let doc = format!("Ternary dot product of {} lanes, {} cycles.", c.lanes(), c.tree_levels());
    let mut m = Module::new("trine_column", doc);
    let operands = Operands::declare(&mut m, c.clone());
    let Operands { act, code, .. } = &operands;
    let lane = |i| Lane {
        x: act.slice(i * c.act_bits(), c.act_bits()),
        nonzero: code.bit(2 * i),
        negative: code.bit(2 * i + 1),
    };
    let lanes = (0..c.lanes()).map(lane);
    let root = match c.style() {
        Style::Portable => portable::sum(&mut m, lanes.collect()),
        Style::Ecp5 => ecp5::sum(&mut m, lanes.collect())?,
        Style::Xilinx7 => xilinx7::sum(&mut m, lanes.collect())?,
        Style::Packed => packed::sum(&mut m, c, &operands),
    };
    let value = fitted(&mut m, root.value, c.acc_bits());
    let result = Sum::declare(&mut m, value.ty);
    m.assign_all([(&result.sum, &value), (&result.owed, &root.owed)]);
    m.build()
}

/// A sum without the upper bits of its tree that no sum reaches: the accumulator behind it has `width` bits.
fn fitted(m: &mut Module, sum: Expr, width: usize) -> Expr {
    if sum.ty.width <= width {
        return sum;
    }
    let whole = m.name("whole", sum);
    m.unused([whole.clone()]);
    whole.slice(0, width).signed()
}

/// An activation and its weight.
#[derive(Clone)]
struct Lane {
    x: Expr,
    nonzero: Expr,
    negative: Expr,
}

/// `0`, `x` or `~x`, owing one in the last case.
fn select(m: &mut Module, index: usize, lane: &Lane) -> Term {
    let width = lane.x.ty.width;
    let value = (lane.x.clone() ^ lane.negative.repeat(width)) & lane.nonzero.repeat(width);
    Term { value: m.name(&format!("lane_{index}"), value.signed()), owed: lane.negative.clone() }
}

#[cfg(test)]
mod tests {
    use super::column;
    use crate::lang::Interpreter;
    use crate::random::Random;
    use trine_spec::packing::two_bit;
    use trine_spec::{Config, Style};

    /// Other styles have cells, which only a simulator knows.
    #[test]
    fn a_sum_follows_each_cycle() {
        for (style, lanes) in [Style::Portable, Style::Packed].into_iter().flat_map(|s| [1, 2, 5, 7].map(|n| (s, n))) {
            let config = Config::sized(lanes, 1).style(style).build().unwrap();
            let planes = style == Style::Packed;
            let mut column = Interpreter::new(&column(&config).unwrap()).unwrap();
            let (mut random, mut expected) = (Random(lanes as u64), vec![]);
            for cycle in 0..100 {
                let (mut act, mut code, mut sum) = (0, 0, 0);
                for lane in 0..lanes {
                    let (x, w) = (random.below(256) as i64 - 128, random.below(3) as i8 - 1);
                    let bits = i64::from(two_bit(w));
                    if planes {
                        act |= (0..8).map(|b| (x >> b & 1) << (b * lanes + lane)).sum::<i64>();
                        code |= (bits & 1) << lane | (bits >> 1) << (lanes + lane);
                    } else {
                        act |= (x & 0xff) << (8 * lane);
                        code |= bits << (2 * lane);
                    }
                    sum += x * i64::from(w);
                }
                column.set_all([("act_i", act), ("code_i", code)]);
                if planes {
                    column.set("valid_i", 1);
                }
                expected.push(sum);
                column.clock();
                if cycle + 1 >= config.tree_levels() {
                    let found = column.get("sum_o") + column.get("owed_o");
                    assert_eq!(found, expected[cycle + 1 - config.tree_levels()], "{style}, {lanes} lanes, {cycle}");
                }
            }
        }
    }
}
