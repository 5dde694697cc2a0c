//! Bit planes: one bit of 64 lanes is a word of the processor that simulates, and a sum is a few counts of ones.
//!
//! ```text
//!  plane b of the activations ─┐
//!  plane of the negative ──────┼─ (plane ^ negative) & nonzero ─ count ones ─ x 2^b ─┐
//!  plane of the nonzero ───────┘                                                     ├─ + ──[exact_q]─ … ─[sum_L_q]─
//!                                                      negative ─ count ones ────────┘
//! ```
//! `x * -1 = ~x + 1`, so each negative weight counts once more; the plane of the sign has the weight `-2^b`. `act_i` holds the planes
//! of the activations one above the other, `code_i` that of the weights that are not zero and above it that of the
//! negative ones. The registers are as many as a tree of adders has, with the whole sum in the first, which keeps it in a cycle without
//! `valid_i`.

use super::{Operands, fitted};
use crate::lang::{BIT, Expr, Module, bits, cat, lit, set, when};
use crate::library::Term;
use trine_spec::Config;
use trine_spec::config::clog2;

/// Bits that are counted at once.
const WORD: usize = 64;

pub(super) fn sum(m: &mut Module, c: &Config, operands: &Operands) -> Term {
    let (lanes, top) = (c.lanes(), c.act_bits() - 1);
    let (act, code) = (&operands.act, &operands.code);
    m.describe(act, "Bit planes of the activations, that of the lowest bits first.");
    m.describe(code, "Plane of the trits that are not zero, and above it that of the negative ones.");
    let negative = |low, width| code.slice(lanes + low, width);
    let plane = |b: usize| {
        let ones = ones(lanes, |low, width| {
            (act.slice(b * lanes + low, width) ^ negative(low, width)) & code.slice(low, width)
        });
        if b == 0 { ones } else { cat([lit(0, bits(b)), ones]) }
    };
    let above = (0..top).map(plane).fold(ones(lanes, negative), |sum, plane| sum + plane);
    let exact = above - plane(top);
    let exact_q = m.reg("exact_q", exact.ty);
    let valid = operands.valid.as_ref().expect("this style rests");
    m.on_clock([when(valid, [set(&exact_q, exact)])]);
    // All lanes at the lowest activation and a weight of -1: one more than a sum of as many bits as a tree has.
    let mut value = fitted(m, exact_q.signed(), c.act_bits() + clog2(lanes) + 1);
    for level in 2..=c.tree_levels() {
        value = m.register(&format!("sum_{level}_q"), value);
    }
    Term { value, owed: lit(0, BIT) }
}

/// Number of ones in `lanes` bits, of which `word` gives those from a lane on.
fn ones(lanes: usize, word: impl Fn(usize, usize) -> Expr) -> Expr {
    let counts = (0..lanes).step_by(WORD).map(|low| word(low, WORD.min(lanes - low)).count_ones());
    counts.reduce(|sum, count| sum + count).expect("a column has lanes")
}
