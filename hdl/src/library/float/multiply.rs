//! `product_o = a_i * b_i`, from one floating-point format to another.
//!
//! ```text
//!        ┌──────────┐
//!  a_i ─>│ multiply │─> product_o
//!  b_i ─>│          │
//!        └──────────┘
//!
//!  significands ─ integer product ─ one place left unless its top bit is set ─ round ── product_o
//!  exponents ──── sum ───────────── + 1 if it is ─────────────────────────────── ┘
//! ```
//! Combinational: no handshake, no latency. Exact when the result's fraction has room for twice the operand's and one bit, as fp32 has for fp16.
//!
//! ```
//! use trine_hdl::lang::Interpreter;
//! use trine_hdl::library::float::{FP16, FP32, float_multiply};
//! let mut multiply = Interpreter::new(&float_multiply(FP16, FP32).unwrap()).unwrap();
//! multiply.set("a_i", FP16.round(1.5).unwrap());
//! multiply.set("b_i", FP16.round(-0.25).unwrap());
//! assert_eq!(FP32.value(multiply.get("product_o") as u64), -0.375);
//! ```

use super::{Format, fields, pack};
use crate::interface;
use crate::lang::{Errors, Module, bits, cat, int, lit, mux};
use crate::library::product;
use std::sync::Arc;

interface! {
    /// Ports of a [`float_multiply()`].
    pub struct FloatMultiplyPorts(from: Format, to: Format) {
        /// First number.
        input a: bits(from.width()),
        /// Second number.
        input b: bits(from.width()),
        /// Rounded product.
        output product: bits(to.width()),
    }
}

/// The multiplier from numbers in `from` to a number in `to`.
///
/// # Errors
/// Structural mistakes, none for formats of at least 2 exponent and 2 fraction bits.
pub fn float_multiply(from: Format, to: Format) -> Result<Arc<Module>, Errors> {
    let doc = format!("Product of two {from} numbers as {to}, to nearest even; no subnormals, infinities or NaN.");
    let mut m = Module::new(format!("trine_multiply_{from}_{to}"), doc);
    let io = FloatMultiplyPorts::declare(&mut m, from, to);
    let (a, b) = (fields(&mut m, "a", &io.a, from), fields(&mut m, "b", &io.b, from));
    let integer = product(&mut m, &a.significand, &b.significand);
    let integer = m.name("integer_product", integer);
    let below = 2 * from.fraction + 1;
    let top = integer.bit(below);
    let after_one = cat([lit(0, bits(1)), integer.slice(0, below - 1)]);
    let exact = m.name("exact", mux(&top, integer.slice(0, below), after_one));
    let room = (to.fraction + 1).saturating_sub(below);
    let fraction = if room > 1 { m.name("fraction", cat([lit(0, bits(room - 1)), exact])) } else { exact };

    // Wide enough for every sum of two exponents and the two biases
    let ty = int(from.exponent.max(to.exponent) + 3);
    let wide = |e: crate::lang::Expr| cat([e.clone(), lit(0, bits(ty.width - e.ty.width))]).signed();
    let sum = (wide(a.exponent) + wide(b.exponent)).wrap();
    let sum = (sum + lit(to.bias() - 2 * from.bias(), ty)).wrap();
    let exponent = m.name("exponent_sum", (sum + wide(top)).wrap());
    let zero = !(integer.bit(below) | integer.bit(below - 1));
    let number = pack(&mut m, to, &(a.sign ^ b.sign), &exponent, &fraction, &zero);
    m.assign(&io.product, number);
    m.build()
}

#[cfg(test)]
mod tests {
    use super::super::{FP16, FP32};
    use super::*;
    use crate::lang::Interpreter;
    use crate::random::Random;

    /// Products of halves, which are exact in f32.
    #[test]
    fn products_are_the_processors() {
        for to in [FP16, FP32] {
            let (multiply, mut random) = (float_multiply(FP16, to).unwrap(), Random(5));
            let (mut multiply, mut compared) = (Interpreter::new(&multiply).unwrap(), 0);
            while compared < 3000 {
                let (a, b) = (random.next() & 0xffff, random.next() & 0xffff);
                let numbers = [a, b].map(|bits| (bits >> 10 & 31 != 31).then(|| FP16.value(bits)));
                let [Some(x), Some(y)] = numbers else { continue };
                let Some(expected) = to.round(x * y) else { continue };
                multiply.set("a_i", a);
                multiply.set("b_i", b);
                assert_eq!(multiply.get("product_o") as u64, expected, "{x} * {y} in {to}");
                compared += 1;
            }
        }
    }
}
