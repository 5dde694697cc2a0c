//! A registered binary adder tree over terms that may each owe one.
//!
//! Negating in two's complement is complementing and adding one. Complementing is free in the gates that select an
//! operand; the one is *owed*. Every adder has a carry input, and a tree of `n` leaves has `n - 1` adders, so each adder
//! pays what its left operand owes and hands on what its right operand owes. One bit is still owed at the root, which
//! the accumulator's carry input pays: no extra adder, and no wider sums, because
//! `n` leaves in `[-2^(w-1), 2^(w-1) - 1]` plus `n - 1` ones stay below `n * 2^(w-1)`.
//!
//! ```text
//!  leaf 0 ─┐            level 1          level 2
//!          ├─ a + b + owed(a) ─[reg]─┐
//!  leaf 1 ─┘  owed(b) ────────[reg]──┤
//!                                    ├─ a + b + owed(a) ─[reg]─ sum
//!  leaf 2 ─┐                         │  owed(b) ────────[reg]── owed
//!          ├─ ... ────────────[reg]──┘
//!  leaf 3 ─┘
//! ```
//! One register after every level; a tree of one leaf has one register too. No handshake: a new set of leaves a cycle.

use crate::lang::{BIT, Expr, Module, bits, cat, int, lit, set};

/// A value `value + owed`.
#[derive(Clone, Debug)]
pub struct Term {
    /// Signed part.
    pub value: Expr,
    /// One bit that is still to be added.
    pub owed: Expr,
}

/// `a + b + carry`, one bit wider than the wider operand.
///
/// The sum of three cannot leave that width when `a + b` stays one below its maximum, which leaves with owed ones
/// guarantee (module documentation).
pub fn add_owed(a: &Expr, b: &Expr, carry: &Expr) -> Expr {
    let width = a.ty.width.max(b.ty.width) + 1;
    let carry = cat([carry.clone(), lit(0, bits(width - 1))]).signed();
    ((a + b) + carry).wrap()
}

/// Sums `terms` inside `m`; the result appears `max(1, ceil(log2(n)))` cycles later. Levels are named from `level` on.
pub fn adder_tree(m: &mut Module, terms: Vec<Term>, level: usize) -> Term {
    tree(m, terms, level, node)
}

/// Reduces `terms` in pairs, level by level, to one; `node` joins a pair, or hands on a term without a partner, and puts
/// a register behind it. It is given the level, the place within the level, and the pair.
pub fn tree<T>(
    m: &mut Module,
    terms: Vec<T>,
    level: usize,
    mut node: impl FnMut(&mut Module, usize, usize, &[T]) -> T,
) -> T {
    let (mut level, mut terms) = (level, terms);
    loop {
        m.on_clock([crate::lang::note(format!("level {level}"))]);
        terms = terms.chunks(2).enumerate().map(|(i, pair)| node(m, level, i, pair)).collect();
        if terms.len() == 1 {
            return terms.remove(0);
        }
        level += 1;
    }
}

fn node(m: &mut Module, level: usize, index: usize, pair: &[Term]) -> Term {
    let (value, owed) = match pair {
        [a, b] => (add_owed(&a.value, &b.value, &a.owed), b.owed.clone()),
        _ => (pair[0].value.clone(), pair[0].owed.clone()),
    };
    store(m, level, index, value, owed)
}

/// Registers node `index` of level `level`.
pub fn store(m: &mut Module, level: usize, index: usize, value: Expr, owed: Expr) -> Term {
    let sum_q = m.reg(&format!("sum_{level}_{index}_q"), int(value.ty.width));
    let owed_q = m.reg(&format!("owed_{level}_{index}_q"), BIT);
    m.on_clock([set(&sum_q, value), set(&owed_q, owed)]);
    Term { value: sum_q, owed: owed_q }
}
