//! A carry chain of Lattice ECP5 whose second operand comes out of the LUT in front of the carry.
//!
//! ```text
//!  a ────────┐
//!  b, c, d ──┴ LUT: a ^ operand(b, c, d) ── carry chain ──> a + operand + carry
//! ```
//! CCU2C passes a carry on where its LUT gives 1 and takes `LUT(a, b, 0, 0)` for it elsewhere, which must be `a`: so the
//! operand has to be 0 when `c` and `d` are. A carry from outside takes a bit of the chain: its lowest position makes a
//! carry of `a`. Combinational.

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
