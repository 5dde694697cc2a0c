//! A figure that says how wrong it can be and where it comes from.

use std::iter::Sum;
use std::ops::{Add, Mul};

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use uom::ConstZero;
use uom::si::energy::joule;
use uom::si::f64::Energy;

/// Origin of a figure, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tag {
    /// Counted in simulation or by a tool that ran here.
    Measured,
    /// Measured counts times cited constants.
    Derived,
    /// Arithmetic of a publication.
    Literature,
    /// Carried over to a condition that was not run, such as another clock, or counted by a closed form.
    Projected,
}

impl Tag {
    /// The word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Derived => "derived",
            Self::Literature => "literature",
            Self::Projected => "projected",
        }
    }
}

/// An energy with its interval.
///
/// Quantities have dimensions, so a slip between units does not compile and a number alone is no energy:
///
/// ```compile_fail
/// use trine_perf::energy::{Estimate, Tag};
/// let nanojoules = 0.03;
/// Estimate::exact(nanojoules, Tag::Derived);
/// ```
///
/// ```
/// use trine_perf::energy::{Estimate, Tag};
/// use uom::si::{energy::picojoule, f64::Energy};
/// let add = Estimate::exact(Energy::new::<picojoule>(0.03), Tag::Derived);
/// assert_eq!((add * 1e12).joules(), 0.03);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: Energy,
    /// Lower end.
    pub lo: Energy,
    /// Upper end.
    pub hi: Energy,
    /// Its origin.
    pub tag: Tag,
}

impl Estimate {
    /// No energy at all.
    pub const ZERO: Self = Self { value: Energy::ZERO, lo: Energy::ZERO, hi: Energy::ZERO, tag: Tag::Measured };

    /// An energy without an interval.
    pub fn exact(value: Energy, tag: Tag) -> Self {
        Self { value, lo: value, hi: value, tag }
    }

    /// The figure in joules.
    pub fn joules(&self) -> f64 {
        self.value.get::<joule>()
    }

    /// The same with a tag that is at least as weak as `tag`.
    pub fn at_best(self, tag: Tag) -> Self {
        Self { tag: self.tag.max(tag), ..self }
    }
}

/// Intervals add end to end: the errors of one source are common to all its uses. The weaker tag stays.
impl Add for Estimate {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            lo: self.lo + other.lo,
            hi: self.hi + other.hi,
            tag: self.tag.max(other.tag),
        }
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

/// As `{value, lo, hi, tag}` in joules.
impl Serialize for Estimate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Estimate", 4)?;
        fields.serialize_field("value", &self.value.get::<joule>())?;
        fields.serialize_field("lo", &self.lo.get::<joule>())?;
        fields.serialize_field("hi", &self.hi.get::<joule>())?;
        fields.serialize_field("tag", &self.tag)?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uom::si::energy::picojoule;

    #[test]
    fn a_sum_is_no_surer_than_its_weakest_part() {
        let sure = Estimate::exact(Energy::new::<picojoule>(1.0), Tag::Derived);
        let sum: Estimate = [sure, sure.at_best(Tag::Projected), sure].into_iter().sum();
        assert_eq!((sum.tag, sum.value), (Tag::Projected, Energy::new::<picojoule>(3.0)));
        assert_eq!(sure.at_best(Tag::Measured).tag, Tag::Derived);
    }

    #[test]
    fn the_machine_form_is_in_joules() {
        let energy = Estimate::exact(Energy::new::<picojoule>(2.0), Tag::Derived);
        let value = serde_json::to_value(energy).unwrap();
        assert_eq!(value, serde_json::json!({"value": 2e-12, "lo": 2e-12, "hi": 2e-12, "tag": "derived"}));
    }
}
