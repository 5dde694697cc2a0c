//! The decoders of blocks with one scale, or a scale and an offset, for all of their weights.

use half::f16;

use super::trits::digit;

/// The f16 at byte `at`.
pub(super) fn half(block: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

/// Writes the values of 32 codes: nibbles, the low ones first, and a bit of `high` above each.
#[inline]
fn codes(nibbles: &[u8], high: u32, out: &mut [f32], value: impl Fn(f32) -> f32) {
    let code = |nibble: u8, high: u32| (i32::from(nibble) | (high as i32 & 1) << 4) as f32;
    let (low, top) = out.split_at_mut(16);
    low.iter_mut().zip(nibbles).zip(0..).for_each(|((out, n), i)| *out = value(code(n & 15, high >> i)));
    top.iter_mut().zip(nibbles).zip(16..).for_each(|((out, n), i)| *out = value(code(n >> 4, high >> i)));
}

fn bits(block: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]])
}

#[inline]
pub(super) fn q4_0(block: &[u8], out: &mut [f32]) {
    let d = half(block, 0);
    codes(&block[2..18], 0, out, |q| d * (q - 8.0));
}

#[inline]
pub(super) fn q4_1(block: &[u8], out: &mut [f32]) {
    let (d, m) = (half(block, 0), half(block, 2));
    codes(&block[4..20], 0, out, |q| d * q + m);
}

#[inline]
pub(super) fn q5_0(block: &[u8], out: &mut [f32]) {
    let d = half(block, 0);
    codes(&block[6..22], bits(block, 2), out, |q| d * (q - 16.0));
}

#[inline]
pub(super) fn q5_1(block: &[u8], out: &mut [f32]) {
    let (d, m) = (half(block, 0), half(block, 2));
    codes(&block[8..24], bits(block, 4), out, |q| d * q + m);
}

#[inline]
pub(super) fn q8_0(block: &[u8], out: &mut [f32]) {
    let d = half(block, 0);
    out.iter_mut().zip(&block[2..]).for_each(|(out, &q)| *out = d * f32::from(q as i8));
}

#[inline]
pub(super) fn tq1_0(block: &[u8], out: &mut [f32]) {
    let d = half(block, 52);
    let run = |bytes: &[u8], out: &mut [f32]| {
        for (n, out) in out.chunks_exact_mut(bytes.len()).enumerate() {
            out.iter_mut().zip(bytes).for_each(|(out, &byte)| *out = d * (f32::from(digit(byte, n)) - 1.0));
        }
    };
    run(&block[..32], &mut out[..160]);
    run(&block[32..48], &mut out[160..240]);
    run(&block[48..52], &mut out[240..256]);
}

#[inline]
pub(super) fn tq2_0(block: &[u8], out: &mut [f32]) {
    let d = half(block, 64);
    for (i, out) in out.chunks_exact_mut(32).enumerate() {
        let (bytes, shift) = (&block[i / 4 * 32..][..32], i % 4 * 2);
        out.iter_mut().zip(bytes).for_each(|(out, byte)| *out = d * (f32::from(byte >> shift & 3) - 1.0));
    }
}
