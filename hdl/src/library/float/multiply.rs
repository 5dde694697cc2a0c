//! `product_o = a_i * b_i`, from one floating-point format to another; combinational.
//!
//! ```text
//!  significands ─ integer product ─ one place left unless its top bit is set ─ round ── product_o
//!  exponents ──── sum ───────────── + 1 if it is ─────────────────────────────── ┘
//! ```
//! Exact when the result's fraction has room for twice the operand's and one bit, as fp32 has for fp16.

use super::{Format, fields, pack};
use crate::lang::{Errors, Module, bits, cat, int, lit, mux};
use crate::library::product;
use std::sync::Arc;

/// The multiplier from numbers in `from` to a number in `to`.
///
/// # Errors
/// Structural mistakes, none for formats of at least 2 exponent and 2 fraction bits.
pub fn float_multiply(from: Format, to: Format) -> Result<Arc<Module>, Errors> {
    let doc = format!("Product of two {from} numbers as {to}, to nearest even; no subnormals, infinities or NaN.");
    let mut m = Module::new(format!("trine_multiply_{from}_{to}"), doc);
    let (a, b) = (m.input("a_i", bits(from.width())), m.input("b_i", bits(from.width())));
    let (a, b) = (fields(&mut m, "a", &a, from), fields(&mut m, "b", &b, from));
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
    m.drive("product_o", number);
    m.build()
}
