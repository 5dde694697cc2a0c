//! Multipliers of two 8-bit integers and exact sums.

use super::Operands;
use crate::interface;
use crate::lang::{Errors, Expr, Module, bits, int, set};
use crate::library::{product, tree};
use std::sync::Arc;

/// Width of the accumulator: the int32 of common int8 kernels.
const TOTAL_BITS: usize = 32;

pub(super) fn build(m: &mut Module, operands: &Operands) -> Result<Expr, Errors> {
    let multiplier = multiplier(operands.arithmetic.act_bits())?;
    let mut products = vec![];
    for (k, (act, wgt)) in operands.pairs().enumerate() {
        let multiply: MultiplyPorts = m.place(&format!("multiply_{k}"), &multiplier);
        m.assign_all([(&multiply.a, &act), (&multiply.b, &wgt)]);
        let lane = m.name(&format!("lane_{k}"), &multiply.product);
        products.push(m.register(&format!("product_{k}_q"), &lane));
    }
    let sum = tree(m, products, 1, |m, level, i, pair: &[Expr]| {
        let sum = if let [a, b] = pair { a + b } else { pair[0].clone() };
        m.register(&format!("sum_{level}_{i}_q"), sum)
    });
    let total = m.reg("total_q", int(TOTAL_BITS));
    let base = operands.base(m, &total);
    m.on_clock([set(&total, (base + sum).wrap())]);
    Ok(total.unsigned())
}

interface! {
    /// Ports of a multiplier.
    struct MultiplyPorts(width: usize) {
        /// First factor, in two's complement.
        input a: bits(width),
        /// Second factor, in two's complement.
        input b: bits(width),
        /// Product.
        output product: int(2 * width),
    }
}

fn multiplier(width: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_multiply_int8", "Product of two 8-bit integers.");
    let io = MultiplyPorts::declare(&mut m, width);
    let (a, b) = (m.name("a", io.a.signed()), m.name("b", io.b.signed()));
    let product = product(&mut m, &a, &b);
    m.assign(&io.product, product);
    m.build()
}
