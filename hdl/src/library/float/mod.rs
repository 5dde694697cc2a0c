//! Binary floating point: the operators of the baselines that a ternary column is compared with.
//!
//! IEEE 754 formats, rounded to nearest, ties to even. As in many accelerators there are no special values: an exponent
//! field of zero means zero, so subnormal operands count as zero and subnormal results become zero; infinities and NaN
//! do not exist, and results must stay within the format's range. Zero is always positive. This is less hardware than
//! full IEEE 754, in favour of the baseline.

mod add;
mod multiply;

pub use add::{FloatAddPorts, float_add};
pub use multiply::{FloatMultiplyPorts, float_multiply};

use crate::lang::{Expr, Module, bits, cat, lit, mux};
use std::fmt;

/// Widths of a floating-point format: one sign bit, exponent, fraction, from the highest bit down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// Bits of the biased exponent.
    pub exponent: usize,
    /// Bits of the fraction, without the leading one.
    pub fraction: usize,
}

/// IEEE 754 half precision.
pub const FP16: Format = Format { exponent: 5, fraction: 10 };
/// IEEE 754 single precision.
pub const FP32: Format = Format { exponent: 8, fraction: 23 };

impl Format {
    /// Bits of a number.
    pub const fn width(self) -> usize {
        1 + self.exponent + self.fraction
    }

    /// Bias of the exponent of a number.
    pub const fn bias(self) -> i64 {
        (1 << (self.exponent - 1)) - 1
    }

    /// Bits of the number nearest to `x`, ties to even, zero below the smallest one; `None` above the largest one.
    ///
    /// For formats that are no wider than single precision.
    pub fn round(self, x: f32) -> Option<u64> {
        let extra = FP32.fraction - self.fraction;
        let half = if extra > 0 { (1 << (extra - 1)) - 1 + (x.to_bits() >> extra & 1) } else { 0 };
        let bits = x.to_bits().checked_add(half)? >> extra;
        let field = i64::from(bits >> self.fraction & 0xff);
        let exponent = field - FP32.bias() + self.bias();
        let sign = u64::from(x.is_sign_negative()) << (self.width() - 1);
        let fraction = u64::from(bits) & ((1 << self.fraction) - 1);
        if !x.is_finite() || exponent > 2 * self.bias() {
            None
        } else if field == 0 || exponent < 1 {
            Some(0)
        } else {
            Some(sign | (exponent as u64) << self.fraction | fraction)
        }
    }

    /// The number with these bits.
    pub fn value(self, bits: u64) -> f32 {
        let exponent = (bits >> self.fraction & ((1 << self.exponent) - 1)) as i64;
        let sign = ((bits >> (self.width() - 1) & 1) as u32) << 31;
        let fraction = ((bits & ((1 << self.fraction) - 1)) as u32) << (FP32.fraction - self.fraction);
        let field = (exponent - self.bias() + FP32.bias()) as u32;
        if exponent == 0 { 0.0 } else { f32::from_bits(sign | field << FP32.fraction | fraction) }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fp{}", self.width())
    }
}

/// The fields of a number.
struct Fields {
    sign: Expr,
    exponent: Expr,
    /// Fraction below a leading one; all zero for zero.
    significand: Expr,
}

/// Takes the number `x`, a signal, apart; `name` starts the names of new signals.
fn fields(m: &mut Module, name: &str, x: &Expr, format: Format) -> Fields {
    let exponent = m.name(&format!("{name}_exponent"), x.slice(format.fraction, format.exponent));
    let one = exponent.any();
    let fraction = x.slice(0, format.fraction) & one.repeat(format.fraction);
    let significand = m.name(&format!("{name}_significand"), cat([fraction, one]));
    Fields { sign: x.bit(format.width() - 1), exponent, significand }
}

/// The number `sign 1.fraction * 2^(exponent - bias)` in `format`, rounded; `zero` makes it zero, and so does an
/// exponent below 1 after rounding.
///
/// `exponent` is a two's complement signal; `fraction` is a signal with as many bits more than the format keeps as there
/// are to round away, of which the lowest may stand for all that follow.
fn pack(m: &mut Module, format: Format, sign: &Expr, exponent: &Expr, fraction: &Expr, zero: &Expr) -> Expr {
    let extra = fraction.ty.width - format.fraction;
    let kept = fraction.slice(extra, format.fraction);
    let up = match extra {
        0 => lit(0, bits(1)),
        1 => fraction.bit(0) & fraction.bit(1),
        _ => fraction.bit(extra - 1) & (fraction.slice(0, extra - 1).any() | fraction.bit(extra)),
    };
    let rounded = m.name("rounded", kept + up);
    let carry = cat([rounded.bit(format.fraction), lit(0, bits(exponent.ty.width - 1))]).signed();
    let exponent = m.name("exponent", (exponent + carry).wrap());
    let below = exponent.bit(exponent.ty.width - 1) | !exponent.any();
    let number = cat([rounded.slice(0, format.fraction), exponent.slice(0, format.exponent), sign.clone()]);
    mux(zero.clone() | below, lit(0, bits(format.width())), number)
}
