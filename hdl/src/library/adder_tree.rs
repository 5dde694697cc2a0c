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
//! One register after every level; a tree of one leaf has one register too. No handshake: a new set of leaves each cycle,
//! and the sum `max(1, ceil(log2(n)))` cycles later.
//!
//! ```
//! use trine_hdl::lang::{BIT, Interpreter, Module, Trace, int, lit};
//! use trine_hdl::library::{Term, adder_tree};
//! let mut m = Module::new("three", "sum_o = a_i + b_i + c_i");
//! let terms = ["a_i", "b_i", "c_i"].map(|name| Term { value: m.input(name, int(4)), owed: lit(0, BIT) });
//! let root = adder_tree(&mut m, terms.to_vec(), 1);
//! m.drive("sum_o", root.value);
//! m.unused([root.owed]);
//! let mut three = Interpreter::new(&m.build().unwrap()).unwrap();
//! let mut trace = Trace::of(&["a_i", "b_i", "c_i", "sum_o"]);
//! for (a, b, c) in [(1, 2, 3), (-8, -8, -8), (7, 7, 7), (0, 0, 0), (0, 0, 0)] {
//!     three.set_all([("a_i", a), ("b_i", b), ("c_i", c)]);
//!     trace.cycle(&mut three);
//! }
//! assert_eq!(trace.to_string(), "
//! cycle 0   1   2   3   4
//! a_i   │1  │-8 │7  │0
//! b_i   │2  │-8 │7  │0
//! c_i   │3  │-8 │7  │0
//! sum_o │0      │6  │-24│21
//! ");
//! ```

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Interpreter;
    use crate::random::Random;

    /// A tree of `leaves` values of `width` bits, each of which may owe one.
    fn tree_of(leaves: usize, width: usize) -> Interpreter {
        let mut m = Module::new("trine_tree", "An adder tree.");
        let values = m.input("values_i", bits(leaves * width));
        let owed = m.input("owed_i", bits(leaves));
        let term = |i: usize| Term { value: values.slice(i * width, width).signed(), owed: owed.bit(i) };
        let terms: Vec<Term> = (0..leaves).map(term).collect();
        let named = terms.into_iter().enumerate().map(|(i, t)| Term { value: m.name(&format!("v{i}"), t.value), ..t });
        let named: Vec<Term> = named.collect();
        let root = adder_tree(&mut m, named, 1);
        m.drive("sum_o", root.value);
        m.drive("owed_o", root.owed);
        Interpreter::new(&m.build().unwrap()).unwrap()
    }

    fn sum(tree: &mut Interpreter, cycles: usize, values: i64, owed: i64) -> i64 {
        tree.set_all([("values_i", values), ("owed_i", owed)]);
        (0..cycles).for_each(|_| tree.clock());
        tree.get("sum_o") + tree.get("owed_o")
    }

    fn expected(leaves: usize, width: usize, values: i64, owed: i64) -> i64 {
        let value = |i: usize| values >> (i * width) << (64 - width) >> (64 - width);
        (0..leaves).map(|i| value(i) + (owed >> i & 1)).sum()
    }

    /// Every set of values whose ones keep each leaf in range: a leaf that owes is a complement.
    #[test]
    fn small_trees_are_exhaustive() {
        for (leaves, width) in [(1, 3), (2, 3), (3, 2), (4, 2)] {
            let mut tree = tree_of(leaves, width);
            let cycles = usize::max(1, leaves.next_power_of_two().trailing_zeros() as usize);
            for values in 0..1 << (leaves * width) {
                for owed in 0..1 << leaves {
                    let found = sum(&mut tree, cycles, values, owed);
                    // All leaves at the largest value with all ones owed is one more than `n - 1` ones pay for.
                    if expected(leaves, width, values, owed) < leaves as i64 * (1 << (width - 1)) {
                        assert_eq!(found, expected(leaves, width, values, owed), "{leaves}: {values:#x} {owed:#x}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_new_sum_follows_each_cycle() {
        let (mut tree, mut random, mut expects) = (tree_of(7, 8), Random(7), vec![]);
        for cycle in 0..200 {
            let (values, owed) = (random.next() as i64 & 0x7f_ffff_ffff_ffff, 0);
            tree.set_all([("values_i", values), ("owed_i", owed)]);
            expects.push(expected(7, 8, values, owed));
            tree.clock();
            if cycle >= 2 {
                assert_eq!(tree.get("sum_o"), expects[cycle - 2], "cycle {cycle}");
            }
        }
    }
}
