//! The check of a job's shape against the sizes of the unit.
//!
//! ```text
//!  tokens, depth, outputs ──[runs of bits]──[shape_q] ──> fits       two cycles later
//! ```
//! A start is written cycles after the last register of a shape, so that the answer is there in time.

use crate::lang::{Expr, Module, cat};
use trine_spec::Config;

/// Set if `1 <= M <= M_max`, `1 <= K <= K_max` and `N >= 1` in a unit of configuration `c`, and if there are weight beats where their
/// number is asked for; two cycles after these are.
pub(super) fn fits(m: &mut Module, c: &Config, [tokens, depth, outputs]: [&Expr; 3], beats: Option<&Expr>) -> Expr {
    let beyond_q = m.register("beyond_q", cat([beyond(tokens, c.max_tokens()), beyond(depth, c.max_depth())].concat()));
    let some = |v: &Expr, most| v.slice(0, length(most)).any();
    let some_q = m.register("some_q", cat([some(tokens, c.max_tokens()), some(depth, c.max_depth())]));
    let (low, high) = (outputs.slice(0, 16), outputs.slice(16, outputs.ty.width - 16));
    let some_outputs_q = m.register("some_outputs_q", cat([low.any(), high.any()]));
    let mut fits = !beyond_q.any() & some_q.all() & some_outputs_q.any();
    if let Some(beats) = beats {
        let halves = (0..2).map(|i| beats.slice(16 * i, 16).any());
        fits = fits & m.register("some_length_q", cat(halves)).any();
    }
    let fits = m.name("fits", fits);
    m.register("shape_q", fits)
}

/// Bits of `most`.
fn length(most: usize) -> usize {
    (usize::BITS - most.leading_zeros()) as usize
}

/// True if `v > most`, if any of the bits is set: one for each run of zeros in `most`, with a one of `v` in it and no zero of `v` in
/// place of a one above. A comparison is a carry chain, and longer.
fn beyond(v: &Expr, most: usize) -> Vec<Expr> {
    let (mut found, mut above, mut top) = (vec![], vec![], v.ty.width);
    while top > 0 {
        // From here down bits are all ones or all zeros.
        let one = |at: usize| most >> at & 1 == 1;
        let low = (0..top).rev().find(|at| one(*at) != one(top - 1)).map_or(0, |at| at + 1);
        let run = v.slice(low, top - low);
        if one(top - 1) {
            above.push(run.all());
        } else {
            found.push(above.iter().fold(run.any(), |found, ones| found & ones));
        }
        top = low;
    }
    found
}
