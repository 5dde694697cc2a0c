//! One step of a computation on whole numbers: the meaning of every kind of expression.
//!
//! The interpreter and the blocks of the second emitter both run on it. A number is a machine word while all widths
//! fit, and arbitrarily long otherwise; the arithmetic is written once.

use crate::lang::expr::Op;
use crate::lang::ty::Ty;
use num_bigint::BigInt;
use std::ops::{Add, BitAnd, BitOr, BitXor, Not, Shl, Shr, Sub};

/// Computation of one net; operands are net numbers.
#[derive(Debug)]
pub(crate) enum Value {
    /// The operand, extended by its own sign or cut to the target's width.
    Copy(usize),
    /// A constant.
    Lit(i64),
    /// Bitwise complement.
    Not(usize),
    /// A binary operator.
    Binary(Op, usize, usize),
    /// Condition, value when it holds, value when it does not.
    Mux(usize, usize, usize),
    /// Operands side by side, least significant first.
    Cat(Vec<usize>),
    /// Or over all bits.
    Any(usize),
    /// And over all bits.
    All(usize),
    /// The target's width in bits, from this bit of the operand on.
    Slice(usize, usize),
}

impl Value {
    /// Nets that the step reads.
    pub(crate) fn operands(&self) -> Vec<usize> {
        match self {
            Value::Lit(_) => vec![],
            Value::Copy(a) | Value::Not(a) | Value::Any(a) | Value::All(a) | Value::Slice(a, _) => vec![*a],
            Value::Binary(_, a, b) => vec![*a, *b],
            Value::Mux(c, a, b) => vec![*c, *a, *b],
            Value::Cat(parts) => parts.clone(),
        }
    }
}

/// A number that holds every value of the widths it is used for.
pub(crate) trait Number:
    Clone
    + Ord
    + From<i64>
    + From<bool>
    + Not<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Shl<usize, Output = Self>
    + Shr<usize, Output = Self>
{
}

impl Number for BigInt {}
impl Number for i128 {}

/// Widest value that is kept in an `i128`: sums and constants of 64 bits have room above it.
pub(crate) const NARROW: usize = 120;

/// `value` without its sign, modulo the width of `ty`.
pub(crate) fn raw<N: Number>(value: N, ty: Ty) -> N {
    value & ((N::from(1i64) << ty.width) - N::from(1i64))
}

/// The value of type `ty` that has the low bits of `value`.
pub(crate) fn fit<N: Number>(value: N, ty: Ty) -> N {
    let bits = raw(value, ty);
    if ty.signed && ty.width > 0 && (bits.clone() >> (ty.width - 1)) != N::from(0i64) {
        bits - (N::from(1i64) << ty.width)
    } else {
        bits
    }
}

/// The value of type `ty` that `value` computes from nets, of which `at` gives number and type.
pub(crate) fn evaluate<N: Number>(value: &Value, ty: Ty, at: impl Fn(usize) -> (N, Ty)) -> N {
    let number = |n: &usize| at(*n).0;
    let bits = |n: &usize| {
        let (number, ty) = at(*n);
        raw(number, ty)
    };
    let zero = N::from(0i64);
    let exact = match value {
        Value::Copy(a) => number(a),
        Value::Lit(v) => N::from(*v),
        Value::Not(a) => !number(a),
        Value::Mux(c, a, b) => number(if number(c) == zero { b } else { a }),
        Value::Any(a) => N::from(number(a) != zero),
        Value::All(a) => N::from(bits(a) == raw(N::from(-1i64), at(*a).1)),
        Value::Slice(a, low) => bits(a) >> *low,
        Value::Cat(parts) => parts.iter().rev().fold(zero, |high, p| (high << at(*p).1.width) | bits(p)),
        Value::Binary(op, a, b) => match op {
            Op::Add => number(a) + number(b),
            Op::Sub => number(a) - number(b),
            Op::And => number(a) & number(b),
            Op::Or => number(a) | number(b),
            Op::Xor => number(a) ^ number(b),
            Op::Eq => N::from(number(a) == number(b)),
            Op::Lt => N::from(number(a) < number(b)),
        },
    };
    fit(exact, ty)
}
