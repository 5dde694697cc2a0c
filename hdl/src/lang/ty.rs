//! Width and sign of values.

use std::fmt;

/// Width and sign of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ty {
    /// Width in bits.
    pub width: usize,
    /// Two's complement when set.
    pub signed: bool,
}

/// Unsigned, `width` bits.
pub const fn bits(width: usize) -> Ty {
    Ty { width, signed: false }
}

/// Two's complement, `width` bits.
pub const fn int(width: usize) -> Ty {
    Ty { width, signed: true }
}

/// One unsigned bit: every condition has this type.
pub const BIT: Ty = bits(1);

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.signed { 's' } else { 'u' }, self.width)
    }
}
