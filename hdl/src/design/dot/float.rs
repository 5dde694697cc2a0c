//! Multipliers of two half-precision numbers, and sums in a format of choice, rounded after every addition.

use super::Operands;
use crate::lang::{Errors, Expr, Module, bits, set};
use crate::library::float::{FP16, FloatAddPorts, FloatMultiplyPorts, Format, float_add, float_multiply};
use crate::library::tree;

pub(super) fn build(m: &mut Module, operands: &Operands, sums: Format) -> Result<Expr, Errors> {
    let (multiplier, adder) = (float_multiply(FP16, sums)?, float_add(sums)?);
    let mut products = vec![];
    for (k, (act, wgt)) in operands.pairs().enumerate() {
        let multiply: FloatMultiplyPorts = m.place(&format!("multiply_{k}"), &multiplier);
        m.assign_all([(&multiply.a, &act), (&multiply.b, &wgt)]);
        let lane = m.name(&format!("lane_{k}"), &multiply.product);
        products.push(m.register(&format!("product_{k}_q"), &lane));
    }
    let add = |m: &mut Module, name: &str, a: &Expr, b: &Expr| {
        let add: FloatAddPorts = m.place(name, &adder);
        m.assign_all([(&add.a, a), (&add.b, b)]);
        add.sum
    };
    let sum = tree(m, products, 1, |m, level, i, pair: &[Expr]| {
        let sum = if let [a, b] = pair { add(m, &format!("add_{level}_{i}"), a, b) } else { pair[0].clone() };
        m.register(&format!("sum_{level}_{i}_q"), sum)
    });
    let total = m.reg("total_q", bits(sums.width()));
    let base = operands.base(m, &total);
    let next = add(m, "accumulate", &base, &sum);
    m.on_clock([set(&total, next)]);
    Ok(total)
}
