//! Dot products of one kind of numbers each, alike in everything else: what the ternary column is compared with.
//!
//! ```text
//!  act_i[k] ──┐
//!             ├─ product ─(register)─ tree: register after every level ── + ──[total_q]── total_o
//!  wgt_i[k] ──┘                                          first_i ? 0 : ───┘      │
//!                                                                └───────────────┘
//! ```
//! | arithmetic | operands | product | sums | accumulator |
//! |---|---|---|---|---|
//! | ternary | 8-bit integer, two-bit trit | the select of [`column`](super::column()), no register | 9 bits and more | 23 bits |
//! | int8 | 8-bit integers | exact, 16 bits | 17 bits and more | 32 bits |
//! | fp16 | fp16 | rounded to fp16 | fp16 | fp16 |
//! | fp16-fp32 | fp16 | exact, in fp32 | fp32 | fp32 |
//!
//! Registers are placed alike, but a product that is more than a select has one of its own, which keeps its glitches out
//! of the tree. Operands come from registers outside, which in an array serve many columns. A new set of lanes every
//! cycle; `total_o` contains it after [`DotArithmetic::latency`] cycles, in the last of which `first_i` tells whether it
//! starts a new total.

mod float;
mod int8;
mod ternary;

use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, bits, lit, mux};
use crate::library::float::{FP16, FP32};
use std::fmt;
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::config::clog2;

/// The numbers of a dot product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DotArithmetic {
    /// 8-bit activations, weights -1, 0 and +1.
    Ternary,
    /// 8-bit activations and weights.
    Int8,
    /// Half precision throughout.
    Fp16,
    /// Half-precision operands, single-precision sums.
    Fp16Fp32,
}

impl DotArithmetic {
    /// All of them, the ternary one first.
    pub const ALL: [DotArithmetic; 4] = [Self::Ternary, Self::Int8, Self::Fp16, Self::Fp16Fp32];

    /// Bits of an activation.
    pub const fn act_bits(self) -> usize {
        match self {
            Self::Ternary | Self::Int8 => 8,
            Self::Fp16 | Self::Fp16Fp32 => FP16.width(),
        }
    }

    /// Bits of a weight.
    pub const fn weight_bits(self) -> usize {
        match self {
            Self::Ternary => 2,
            Self::Int8 => 8,
            Self::Fp16 | Self::Fp16Fp32 => FP16.width(),
        }
    }

    /// Cycles from operands to the total that contains their products.
    pub fn latency(self, lanes: usize) -> usize {
        let registered_products = usize::from(self != Self::Ternary);
        registered_products + clog2(lanes).max(1) + 1
    }
}

impl fmt::Display for DotArithmetic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ternary => "ternary",
            Self::Int8 => "int8",
            Self::Fp16 => "fp16",
            Self::Fp16Fp32 => "fp16-fp32",
        })
    }
}

interface! {
    /// Operands of a dot product.
    struct DotOperands(lanes: usize, arithmetic: DotArithmetic) {
        /// Activations, one a lane.
        input act: bits(lanes * arithmetic.act_bits()),
        /// Weights, one a lane.
        input wgt: bits(lanes * arithmetic.weight_bits()),
        /// The sum that reaches the accumulator starts a new total.
        input first: BIT,
    }
}

/// The dot product of `lanes` lanes, `trine_dot_<arithmetic>`.
///
/// # Errors
/// Structural mistakes, none for 1 to 256 lanes.
///
/// # Panics
/// If `lanes` is not 1 to 256.
pub fn dot(arithmetic: DotArithmetic, lanes: usize) -> Result<Arc<Module>, Errors> {
    let name = format!("trine_dot_{}", arithmetic.to_string().replace('-', "_"));
    let mut m = Module::new(name, format!("Accumulated dot product of {lanes} lanes, {arithmetic}."));
    let DotOperands { act, wgt, first } = DotOperands::declare(&mut m, lanes, arithmetic);
    let operands = Operands { act, wgt, first, arithmetic, lanes };
    let total = match arithmetic {
        DotArithmetic::Ternary => {
            ternary::build(&mut m, &operands, &Config::sized(lanes, 1).build().expect("1 to 256 lanes"))?
        }
        DotArithmetic::Int8 => int8::build(&mut m, &operands)?,
        DotArithmetic::Fp16 => float::build(&mut m, &operands, FP16)?,
        DotArithmetic::Fp16Fp32 => float::build(&mut m, &operands, FP32)?,
    };
    let port = m.drive("total_o", total);
    m.describe(&port, "Total of the products so far.");
    m.build()
}

/// The inputs of a dot product.
struct Operands {
    act: Expr,
    wgt: Expr,
    first: Expr,
    arithmetic: DotArithmetic,
    lanes: usize,
}

impl Operands {
    /// Activation and weight of each lane.
    fn pairs(&self) -> impl Iterator<Item = (Expr, Expr)> {
        let (a, w) = (self.arithmetic.act_bits(), self.arithmetic.weight_bits());
        (0..self.lanes).map(move |k| (self.act.slice(k * a, a), self.wgt.slice(k * w, w)))
    }

    /// The value that the accumulator adds to: nothing at the start of a sum.
    fn base(&self, m: &mut Module, total: &Expr) -> Expr {
        let value = mux(&self.first, lit(0, total.ty), total);
        m.name("base", value)
    }
}

#[cfg(test)]
mod tests {
    use super::{DotArithmetic, dot};
    use crate::lang::Interpreter;
    use crate::random::Random;
    use trine_spec::packing::two_bit;

    const LANES: usize = 3;

    #[test]
    fn totals_begin_and_grow_after_the_latency() {
        for arithmetic in [DotArithmetic::Ternary, DotArithmetic::Int8] {
            let mut unit = Interpreter::new(&dot(arithmetic, LANES).unwrap()).unwrap();
            let (mut random, mut products, mut total) = (Random(3), vec![], 0);
            for cycle in 0..100usize {
                let (mut act, mut wgt, mut product) = (0, 0, 0);
                for lane in 0..LANES {
                    let x = random.below(256) as i64 - 128;
                    let (w, code) = match arithmetic {
                        DotArithmetic::Ternary => {
                            let w = random.below(3) as i8 - 1;
                            (i64::from(w), i64::from(two_bit(w)))
                        }
                        _ => {
                            let w = random.below(256) as i64 - 128;
                            (w, w & 0xff)
                        }
                    };
                    act |= (x & 0xff) << (8 * lane);
                    wgt |= code << (arithmetic.weight_bits() * lane);
                    product += x * w;
                }
                products.push(product);
                let first = random.chance(3);
                unit.set_all([("act_i", act), ("wgt_i", wgt), ("first_i", i64::from(first))]);
                unit.clock();
                let arrived = (cycle + 1).checked_sub(arithmetic.latency(LANES)).map_or(0, |at| products[at]);
                total = if first { arrived } else { total + arrived };
                let unused = 64 - unit.ty("total_o").width;
                assert_eq!(unit.get("total_o") << unused >> unused, total, "{arithmetic}, cycle {cycle}");
            }
        }
    }
}
