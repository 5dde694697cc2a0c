//! Xilinx 7 series: a LUT6_2 in front of each carry bit does select and add at once.
//!
//! ```text
//!  level 1   P = (x0 * w0 + x1 * w1) * s     s makes w1 zero or one: one LUT a bit, the sign s is kept
//!  level 2   (P0 ^ s0) + (P1 ^ s1)           one LUT a bit, each sign owes a one
//!  level 3…  a + b + c                       one LUT a bit: sum and majority of three bits, the majority one bit up
//! ```
//! Every chain has a free carry input, and the chain of three a second one, the majority's lowest bit: together they pay
//! all but one of the ones owed ([`crate::library::adder_tree`]).

use super::Lane;
use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, Ty, bits, cat, int, lit};
use crate::library::{Term, cells, store};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn sum(m: &mut Module, lanes: Vec<Lane>) -> Result<Term, Errors> {
    let width = lanes[0].x.ty.width;
    let pair = pair(width)?;
    let mut level = 1;
    let mut signed = vec![];
    m.on_clock([crate::lang::note("level 1")]);
    for (i, lanes) in lanes.chunks(2).enumerate() {
        let first = &lanes[0];
        let zero = lit(0, BIT);
        let (x, nonzero, sign) = match lanes {
            [_, b] => (b.x.clone(), b.nonzero.clone(), b.negative.clone()),
            _ => (lit(0, bits(width)), zero.clone(), zero),
        };
        // Relative to the pair's sign; a weight of zero has none and owes nothing.
        let relative = m.name(&format!("relative_{i}"), (first.negative.clone() ^ &sign) & &first.nonzero);
        let add: PairPorts = m.place(&format!("pair_{i}"), &pair);
        m.assign_all([
            (&add.a, &first.x),
            (&add.nonzero, &first.nonzero),
            (&add.negative, &relative),
            (&add.b, &x),
            (&add.take, &nonzero),
        ]);
        let sum_q = m.register(&format!("sum_1_{i}_q"), &add.sum);
        let sign_q = m.register(&format!("sign_1_{i}_q"), &sign);
        signed.push((sum_q, sign_q));
    }
    level += 1;
    m.on_clock([crate::lang::note("level 2")]);
    let add_signed = add_signed(width + 1)?;
    let mut terms = vec![];
    for (i, pairs) in signed.chunks(2).enumerate() {
        let (value, owed) = match pairs {
            [(a, s), (b, t)] => {
                let add: AddSignedPorts = m.place(&format!("signed_{i}"), &add_signed);
                m.assign_all([(&add.a, a), (&add.a_sign, s), (&add.b, b), (&add.b_sign, t)]);
                (add.sum, t.clone())
            }
            _ => {
                let (a, s) = &pairs[0];
                (m.name(&format!("signed_{i}"), (a.clone().unsigned() ^ s.repeat(a.ty.width)).signed()), s.clone())
            }
        };
        terms.push(store(m, level, i, value, owed));
    }
    let mut adders: BTreeMap<usize, Arc<Module>> = BTreeMap::new();
    while terms.len() > 1 {
        level += 1;
        m.on_clock([crate::lang::note(format!("level {level}"))]);
        let groups: Vec<Vec<Term>> = terms.chunks(3).map(<[Term]>::to_vec).collect();
        terms = vec![];
        for (i, group) in groups.into_iter().enumerate() {
            let (value, owed) = match &group[..] {
                [a, b, c] => {
                    let ty = int(a.value.ty.width.max(b.value.ty.width).max(c.value.ty.width) + 2);
                    let wide = |m: &mut Module, name: &str, e: &Expr| widened(m, &format!("{name}_{level}_{i}"), e, ty);
                    let (x, y, z) = (wide(m, "a", &a.value), wide(m, "b", &b.value), wide(m, "c", &c.value));
                    let adder = match adders.get(&ty.width) {
                        Some(adder) => adder.clone(),
                        None => adders.entry(ty.width).or_insert(add_three(ty.width)?).clone(),
                    };
                    let add: AddThreePorts = m.place(&format!("three_{level}_{i}"), &adder);
                    m.assign_all([(&add.a, &x), (&add.b, &y), (&add.c, &z)]);
                    m.assign_all([(&add.carry, &a.owed), (&add.second, &b.owed)]);
                    (add.sum, c.owed.clone())
                }
                [a, b] => (crate::library::add_owed(&a.value, &b.value, &a.owed), b.owed.clone()),
                _ => (group[0].value.clone(), group[0].owed.clone()),
            };
            terms.push(store(m, level, i, value, owed));
        }
    }
    Ok(terms.remove(0))
}

fn widened(m: &mut Module, name: &str, value: &Expr, ty: Ty) -> Expr {
    let wire = m.wire(name, ty);
    m.assign(&wire, value);
    wire
}

interface! {
    /// Ports of an adder of two lanes.
    struct PairPorts(width: usize) {
        /// Activation of the first lane.
        input a: bits(width),
        /// The weight of the first lane is not zero.
        input nonzero: BIT,
        /// The weights of the lanes differ in sign.
        input negative: BIT,
        /// Activation of the second lane.
        input b: bits(width),
        /// The weight of the second lane is not zero.
        input take: BIT,
        /// Sum, relative to the sign of the second lane.
        output sum: int(width + 1),
    }
}

/// `sum_o = (nonzero_i ? a_i ^ negative_i : 0) + negative_i + (take_i ? b_i : 0)`.
fn pair(width: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_pair", "Two lanes of which the second is taken or not.");
    let PairPorts { a, nonzero, negative, b, take, sum } = PairPorts::declare(&mut m, width);
    // I0 = a, I1 = nonzero, I2 = negative, I3 = take, I5 = b: O6 = propagate; O5, which sees b as 0, = generate.
    let operand = |n: usize| (n >> 1 & 1) & ((n & 1) ^ (n >> 2 & 1));
    let init = lut(|n| operand(n) ^ ((n >> 3 & 1) & (n >> 5 & 1)));
    let inputs = |bit: usize| {
        let at = bit.min(width - 1);
        [a.bit(at), nonzero.clone(), negative.clone(), take.clone(), lit(0, BIT), b.bit(at)]
    };
    chain(&mut m, &sum, &init, inputs, &negative)?;
    m.build()
}

interface! {
    /// Ports of an adder of values with signs of their own.
    struct AddSignedPorts(width: usize) {
        /// First value, relative to its sign.
        input a: int(width),
        /// Sign of the first value.
        input a_sign: BIT,
        /// Second value, relative to its sign.
        input b: int(width),
        /// Sign of the second value.
        input b_sign: BIT,
        /// Sum, without the one that the second sign owes.
        output sum: int(width + 1),
    }
}

/// `sum_o = (a_i ^ a_sign_i) + (b_i ^ b_sign_i) + a_sign_i`.
fn add_signed(width: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_add_signed", "Adds two values with signs of their own; the second sign stays owed.");
    let AddSignedPorts { a, a_sign: s, b, b_sign: t, sum } = AddSignedPorts::declare(&mut m, width);
    let init = lut(|n| (n & 1) ^ (n >> 1 & 1) ^ if n >> 5 == 1 { (n >> 2 & 1) ^ (n >> 3 & 1) } else { 0 });
    let inputs = |bit: usize| {
        let at = bit.min(width - 1);
        [a.bit(at), s.clone(), b.bit(at), t.clone(), lit(0, BIT), lit(1, BIT)]
    };
    chain(&mut m, &sum, &init, inputs, &s)?;
    m.build()
}

interface! {
    /// Ports of an adder of three values.
    struct AddThreePorts(width: usize) {
        /// First value.
        input a: int(width),
        /// Second value.
        input b: int(width),
        /// Third value.
        input c: int(width),
        /// First carry.
        input carry: BIT,
        /// Second carry.
        input second: BIT,
        /// Sum.
        output sum: int(width),
    }
}

/// `sum_o = a_i + b_i + c_i + carry_i + second_i`, all `width` bits.
fn add_three(width: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new(format!("trine_add_three_{width}"), "Adds three values and two carries.");
    let AddThreePorts { a, b, c, carry, second, sum } = AddThreePorts::declare(&mut m, width);
    let operands = [a, b, c];
    // I3 is the majority one position below: O6 = a ^ b ^ c ^ I3 propagates, I3 itself generates.
    let majority = |n: usize| ((n & 1) + (n >> 1 & 1) + (n >> 2 & 1)) / 2;
    let init = lut(|n| if n >> 5 == 1 { (n ^ n >> 1 ^ n >> 2 ^ n >> 3) & 1 } else { majority(n) });
    let cell = cells::lut6_2()?;
    let (mut below, mut propagate, mut generate) = (second, vec![], vec![]);
    for bit in 0..width {
        let u = m.instance_with(
            &format!("lut_{bit}"),
            &cell,
            &[("INIT", &init)],
            &[
                ("I0", &operands[0].bit(bit)),
                ("I1", &operands[1].bit(bit)),
                ("I2", &operands[2].bit(bit)),
                ("I3", &below),
                ("I4", &lit(0, BIT)),
                ("I5", &lit(1, BIT)),
            ],
        );
        propagate.push(u["O6"].clone());
        generate.push(below);
        below = u["O5"].clone();
    }
    m.unused([below]);
    carries(&mut m, &sum, propagate, generate, &carry)?;
    m.build()
}

/// Contents of a LUT6 as a Verilog constant.
fn lut(value: impl Fn(usize) -> usize) -> String {
    format!("64'h{:016X}", (0..64).fold(0u64, |init, n| init | ((value(n) & 1) as u64) << n))
}

/// Drives `sum` from one LUT6_2 a bit, O6 propagating and O5 generating, and the carry chain behind them.
fn chain(
    m: &mut Module,
    sum: &Expr,
    init: &str,
    inputs: impl Fn(usize) -> [Expr; 6],
    carry: &Expr,
) -> Result<(), Errors> {
    let cell = cells::lut6_2()?;
    let (mut propagate, mut generate) = (vec![], vec![]);
    for bit in 0..sum.ty.width {
        let pins = inputs(bit);
        let pins: Vec<(&str, &Expr)> = ["I0", "I1", "I2", "I3", "I4", "I5"].into_iter().zip(&pins).collect();
        let u = m.instance_with(&format!("lut_{bit}"), &cell, &[("INIT", init)], &pins);
        propagate.push(u["O6"].clone());
        generate.push(u["O5"].clone());
    }
    carries(m, sum, propagate, generate, carry)
}

/// The carry chain; drives `sum`.
fn carries(m: &mut Module, sum: &Expr, propagate: Vec<Expr>, generate: Vec<Expr>, carry: &Expr) -> Result<(), Errors> {
    let cell = cells::carry4()?;
    let (mut into, mut sums, mut unused) = (lit(0, BIT), vec![], vec![]);
    for (i, (s, di)) in propagate.chunks(4).zip(generate.chunks(4)).enumerate() {
        let four = |part: &[Expr]| {
            let rest = 4 - part.len();
            cat(part.iter().cloned().chain((rest > 0).then(|| lit(0, bits(rest.max(1))))))
        };
        let start = if i == 0 { carry.clone() } else { lit(0, BIT) };
        let u = m.instance_with(
            &format!("carry_{i}"),
            &cell,
            &[],
            &[("CI", &into), ("CYINIT", &start), ("DI", &four(di)), ("S", &four(s))],
        );
        let used = s.len();
        sums.push(u["O"].slice(0, used));
        if used < 4 {
            unused.push(u["O"].slice(used, 4 - used));
        }
        unused.push(u["CO"].slice(0, 3));
        into = u["CO"].bit(3);
    }
    unused.push(into);
    m.unused(unused);
    m.assign(sum, cat(sums).signed());
    Ok(())
}
