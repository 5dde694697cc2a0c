//! A figure that says how wrong it can be and where it comes from.

use std::iter::Sum;
use std::ops::{Add, Mul};

use serde::Serialize;

/// How a figure came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tag {
    /// Counted in simulation or by a tool that ran here.
    Measured,
    /// Measured counts times cited constants.
    Derived,
    /// Arithmetic of a publication.
    Literature,
    /// Measured counts carried over to an assumed condition, such as a clock.
    Projected,
}

/// An energy in joules with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Lower end.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
    /// How it came about.
    pub tag: Tag,
}

impl Estimate {
    /// No energy at all.
    pub const ZERO: Self = Self { value: 0.0, lo: 0.0, hi: 0.0, tag: Tag::Derived };
}

/// Intervals add end to end: the errors of one source are common to all its uses.
impl Add for Estimate {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, lo: self.lo + other.lo, hi: self.hi + other.hi, tag: self.tag }
    }
}

impl Mul<f64> for Estimate {
    type Output = Self;

    fn mul(self, times: f64) -> Self {
        Self { value: self.value * times, lo: self.lo * times, hi: self.hi * times, tag: self.tag }
    }
}

impl Sum for Estimate {
    fn sum<I: Iterator<Item = Self>>(estimates: I) -> Self {
        estimates.fold(Self::ZERO, Add::add)
    }
}
