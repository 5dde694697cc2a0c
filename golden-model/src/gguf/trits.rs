//! The base-3 digits of TQ1_0.

/// Digit `n` of the five in a byte.
#[inline]
pub(crate) fn digit(byte: u8, n: usize) -> u8 {
    let fraction = byte.wrapping_mul([1, 3, 9, 27, 81][n]);
    ((u16::from(fraction) * 3) >> 8) as u8
}
