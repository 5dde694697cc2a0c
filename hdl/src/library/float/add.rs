//! `sum_o = a_i + b_i` in a floating-point format.
//!
//! ```text
//!        ┌─────┐
//!  a_i ─>│ add │─> sum_o
//!  b_i ─>│     │
//!        └─────┘
//!
//!  larger ─────────────────────────┐
//!                                  ± ─ left until the leading one is on top ─ round ── sum_o
//!  smaller ─ right by difference ──┘
//!            of exponents
//! ```
//! Combinational: no handshake, no latency. Three bits below the fraction, of which the lowest collects everything shifted out, are enough to round correctly:
//! where more than one place is shifted left, nothing was shifted out.
//!
//! ```
//! use trine_hdl::lang::Interpreter;
//! use trine_hdl::library::float::{FP16, float_add};
//! let mut add = Interpreter::new(&float_add(FP16).unwrap()).unwrap();
//! add.set("a_i", FP16.round(1.5).unwrap());
//! add.set("b_i", FP16.round(-0.25).unwrap());
//! assert_eq!(FP16.value(add.get("sum_o") as u64), 1.25);
//! ```

use super::{Format, fields, pack};
use crate::interface;
use crate::lang::{Errors, Expr, Module, bits, cat, int, lit, mux};
use std::sync::Arc;
use trine_spec::config::clog2;

interface! {
    /// Ports of a [`float_add()`].
    pub struct FloatAddPorts(format: Format) {
        /// First number.
        input a: bits(format.width()),
        /// Second number.
        input b: bits(format.width()),
        /// Rounded sum.
        output sum: bits(format.width()),
    }
}

/// The adder for numbers in `format`.
///
/// # Errors
/// Structural mistakes, none for formats of at least 2 exponent and 2 fraction bits.
pub fn float_add(format: Format) -> Result<Arc<Module>, Errors> {
    let doc = format!("Sum of two {format} numbers, to nearest even; no subnormals, infinities or NaN.");
    let mut m = Module::new(format!("trine_add_{format}"), doc);
    let magnitude = format.width() - 1;
    let io = FloatAddPorts::declare(&mut m, format);
    let (a, b) = (&io.a, &io.b);
    let swap = m.name("swap", a.slice(0, magnitude).lt(b.slice(0, magnitude)));
    let larger = m.name("larger", mux(&swap, b, a));
    let smaller = m.name("smaller", mux(&swap, a, b));
    let (larger, smaller) = (fields(&mut m, "larger", &larger, format), fields(&mut m, "smaller", &smaller, format));

    let with_guard = |e: &Expr| cat([lit(0, bits(3)), e.clone()]);
    let distance = m.name("distance", (&larger.exponent - &smaller.exponent).wrap());
    let smaller_wide = m.name("smaller_wide", with_guard(&smaller.significand));
    let aligned = align(&mut m, smaller_wide, &distance);

    let subtract = m.name("subtract", larger.sign.clone() ^ smaller.sign);
    let width = aligned.ty.width + 1;
    let zero = || lit(0, bits(1));
    let operand = cat([aligned, zero()]) ^ subtract.repeat(width);
    let sum = (cat([with_guard(&larger.significand), zero()]) + operand).wrap();
    let carry = cat([subtract, lit(0, bits(width - 1))]);
    let sum = m.name("sum", (sum + carry).wrap());
    let (normal, places) = normalise(&mut m, sum);

    // The leading one is found one place above the larger operand's
    let wide = |e: Expr| cat([e.clone(), lit(0, bits(format.exponent + 2 - e.ty.width))]).signed();
    let exponent = (wide(larger.exponent) - wide(places)).wrap();
    let exponent = m.name("exponent_found", (exponent + lit(1, int(format.exponent + 2))).wrap());
    let fraction = m.name("fraction", normal.slice(0, width - 1));
    let number = pack(&mut m, format, &larger.sign, &exponent, &fraction, &!normal.bit(width - 1));
    m.assign(&io.sum, number);
    m.build()
}

/// `value >> distance`, where the lowest bit stays set once a set bit has passed it.
fn align(m: &mut Module, value: Expr, distance: &Expr) -> Expr {
    let width = value.ty.width;
    let stages = clog2(width).min(distance.ty.width);
    let mut value = value;
    for stage in 0..stages {
        let by = 1 << stage;
        let passed = value.slice(0, by + 1).any();
        let shifted = cat([passed, value.slice(by + 1, width - by - 1), lit(0, bits(by))]);
        value = m.name(&format!("aligned_{stage}"), mux(distance.bit(stage), shifted, &value));
    }
    if distance.ty.width == stages {
        return value;
    }
    let far = distance.slice(stages, distance.ty.width - stages).any();
    let nothing = cat([value.any(), lit(0, bits(width - 1))]);
    m.name("aligned", mux(far, nothing, &value))
}

/// `value` shifted left until its top bit is set, and by how many places; zero stays zero.
fn normalise(m: &mut Module, value: Expr) -> (Expr, Expr) {
    let width = value.ty.width;
    let (mut value, mut places) = (value, vec![]);
    for stage in (0..clog2(width)).rev() {
        let by = 1 << stage;
        let empty = m.name(&format!("empty_{stage}"), !value.slice(width - by, by).any());
        let shifted = cat([lit(0, bits(by)), value.slice(0, width - by)]);
        value = m.name(&format!("normal_{stage}"), mux(&empty, shifted, &value));
        places.insert(0, empty);
    }
    (value, cat(places))
}

#[cfg(test)]
mod tests {
    use super::super::{FP16, FP32};
    use super::*;
    use crate::lang::Interpreter;
    use crate::random::Random;

    /// Random sums that are not the processor's, which are rounded once: f32 has more than twice the bits of fp16.
    fn wrong_sums(add: &Arc<Module>, format: Format) -> usize {
        let (mut add, mut random) = (Interpreter::new(add).unwrap(), Random(3));
        let (mut wrong, mut compared) = (0, 0);
        while compared < 4000 {
            // Exponents near each other, signs of their own
            let mut near = || f32::from_bits(random.next() as u32 & 0x83ff_ffff | 0x3c00_0000);
            let (a, b) = (near(), near());
            let (a, b) = (format.round(a).unwrap(), format.round(if compared % 4 == 0 { -a } else { b }).unwrap());
            let Some(expected) = format.round(format.value(a) + format.value(b)) else { continue };
            add.set("a_i", a);
            add.set("b_i", b);
            wrong += usize::from(add.get("sum_o") as u64 != expected);
            compared += 1;
        }
        wrong
    }

    #[test]
    fn sums_are_the_processors() {
        for format in [FP16, FP32] {
            assert_eq!(wrong_sums(&float_add(format).unwrap(), format), 0, "{format}");
        }
    }

    #[test]
    fn an_adder_with_a_wrong_shift_is_found() {
        let add = float_add(FP16).unwrap();
        let all = crate::lang::mutants(&add).unwrap();
        let shift = all.iter().find(|m| m.place == "aligned_1" && m.change.starts_with("distance[1]")).unwrap();
        assert!(wrong_sums(&crate::lang::mutant(&add, shift.id).unwrap(), FP16) > 0, "{}", shift.change);
    }
}
