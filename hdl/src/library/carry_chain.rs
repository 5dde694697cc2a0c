//! A carry chain of Lattice ECP5 whose second operand comes out of the LUT in front of the carry.
//!
//! ```text
//!  a ────────┐
//!  b, c, d ──┴ LUT: a ^ operand(b, c, d) ── carry chain ──> a + operand + carry
//! ```
//! CCU2C passes a carry on where its LUT gives 1 and takes `LUT(a, b, 0, 0)` for it elsewhere, which must be `a`: so the
//! operand has to be 0 when `c` and `d` are. A carry from outside takes a bit of the chain: its lowest position makes a
//! carry of `a`. Combinational: no handshake, no latency.
//!
//! ```
//! use trine_hdl::lang::{BIT, Interpreter, Module, bits, lit};
//! use trine_hdl::library::{carry_chain, cells};
//! let mut m = Module::new("chain", "sum_o = a_i + b_i");
//! let (a, b) = (m.input("a_i", bits(4)), m.input("b_i", bits(4)));
//! let positions = (0..4).map(|i| [a.bit(i), b.bit(i), lit(1, BIT), lit(1, BIT)]);
//! let sum = carry_chain(&mut m, "16'h66AA", &lit(0, BIT), positions.collect()).unwrap();
//! m.drive("sum_o", sum);
//! let mut chain = Interpreter::with_cells(&m.build().unwrap(), &[("CCU2C", cells::ccu2c_model)]).unwrap();
//! chain.set_all([("a_i", 9), ("b_i", 5)]);
//! assert_eq!(chain.get("sum_o"), 14);
//! ```

use super::cells;
use crate::lang::{BIT, Errors, Expr, Module, cat, lit};

/// Sum bits of the chain of `positions` (a, b, c, d of each bit, lowest first), all with the LUT `init`, and `carry`.
///
/// # Errors
/// None: the cell is fixed.
pub fn carry_chain(m: &mut Module, init: &str, carry: &Expr, positions: Vec<[Expr; 4]>) -> Result<Expr, Errors> {
    let cell = cells::ccu2c()?;
    let (zero, one) = (lit(0, BIT), lit(1, BIT));
    let width = positions.len();
    // The LUT of the carry gives 0, do not pass on, and its lower half A.
    let mut all: Vec<([Expr; 4], &str)> = vec![([carry.clone(), zero.clone(), one.clone(), one], "16'h000A")];
    all.extend(positions.into_iter().map(|position| (position, init)));
    if all.len() % 2 == 1 {
        all.push(([zero.clone(), zero.clone(), zero.clone(), zero.clone()], "16'h0000"));
    }
    let (mut into, mut sums) = (zero, vec![]);
    for (i, half) in all.chunks(2).enumerate() {
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
    m.unused(sums.iter().take(1).chain(sums.iter().skip(width + 1)).cloned().chain([into]));
    Ok(cat(sums[1..=width].to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Interpreter, InterpreterError, bits};
    use std::sync::Arc;

    /// `a + (take ? b ^ negative : 0) + carry`, as a column adds.
    fn chain(width: usize) -> Arc<Module> {
        let mut m = Module::new(format!("trine_chain_{width}"), "A carry chain.");
        let (a, b) = (m.input("a_i", bits(width)), m.input("b_i", bits(width)));
        let [negative, take, carry] = ["negative_i", "take_i", "carry_i"].map(|name| m.input(name, BIT));
        let positions = (0..width).map(|i| [a.bit(i), b.bit(i), negative.clone(), take.clone()]);
        let sum = carry_chain(&mut m, "16'h96AA", &carry, positions.collect()).unwrap();
        m.drive("sum_o", sum);
        m.build().unwrap()
    }

    #[test]
    fn small_sums_are_exhaustive() {
        for width in [1, 2, 3] {
            let mut chain = Interpreter::with_cells(&chain(width), &[("CCU2C", cells::ccu2c_model)]).unwrap();
            let end = 1i64 << width;
            for case in 0..end * end * 6 {
                let (a, b, carry, select) = (case % end, case / end % end, case / end / end % 2, case / end / end / 2);
                // Nothing, b, or its complement.
                let (operand, negative, take) = [(0, 0, 0), (b, 0, 1), (!b, 1, 1)][select as usize];
                chain.set_all([("a_i", a), ("b_i", b), ("carry_i", carry), ("negative_i", negative), ("take_i", take)]);
                assert_eq!(chain.get("sum_o"), (a + operand + carry).rem_euclid(end), "{a}, {operand}, {carry}");
            }
        }
    }

    /// Two chains, each with a cell of its own making.
    #[test]
    fn a_design_with_cells_has_mutants() {
        let mut m = Module::new("trine_pair", "Two chains.");
        let a = m.input("a_i", bits(2));
        for (name, width) in [("low", 1), ("high", 2)] {
            let zero = lit(0, BIT);
            let a = a.slice(0, width);
            let inputs = [("a_i", &a), ("b_i", &a), ("negative_i", &zero), ("take_i", &zero), ("carry_i", &zero)];
            let sum = m.instance(name, &chain(width), &inputs)["sum_o"].clone();
            m.drive(&format!("{name}_o"), sum);
        }
        let mutants = crate::lang::mutants(&m.build().unwrap()).unwrap();
        assert!(mutants.iter().any(|mutant| mutant.module == "trine_chain_2" && mutant.place.ends_with(".A0")));
    }

    #[test]
    fn a_cell_without_a_model_is_refused_by_name() {
        let error = Interpreter::new(&chain(2)).err();
        let expected = InterpreterError::Cell { instance: "cell_0".into(), cell: "CCU2C".into() };
        assert_eq!(error, Some(expected.clone()));
        assert_eq!(expected.to_string(), "cell_0 is a cell CCU2C, which has no model");
    }
}
