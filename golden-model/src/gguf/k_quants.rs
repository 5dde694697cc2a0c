//! The encodings of 256 weights whose blocks hold scales for runs of 16 or 32 weights (ggml's K-quants).
//!
//! | encoding | bytes | block | code of element `e`, with `h = e / 128` | value, with `s = e / 16` or `e / 32` |
//! |---|---|---|---|---|
//! | Q2_K | 84 | `sc[16] qs[64] d m` | bits `2g, 2g+1` of `qs[32h + e % 32]`, `g = e % 128 / 32` | `(d * low(sc[s])) * q - m * high(sc[s])`, runs of 16 |
//! | Q3_K | 110 | `hm[32] qs[64] sc[12] d` | as Q2_K; less 4 where bit `e / 32` of `hm[e % 32]` is 0 | `(d * (sc_s - 32)) * q`, runs of 16 |
//! | Q4_K | 144 | `d m sc[12] qs[128]` | nibble `e / 32 % 2` of `qs[e / 64 * 32 + e % 32]` | `(d * sc_s) * q - m * mn_s`, runs of 32 |
//! | Q5_K | 176 | `d m sc[12] qh[32] qs[128]` | as Q4_K, and bit `e / 32` of `qh[e % 32]` times 16 | as Q4_K |
//! | Q6_K | 210 | `ql[128] qh[64] sc[16] d` | nibble `e % 128 / 64` of `ql[64h + e % 64]`, and bits `2g, 2g+1` of `qh[32h + e % 32]` times 16 | `(d * sc[s]) * (q - 32)`, `sc` signed, runs of 16 |
//!
//! Twelve bytes hold the sixteen 6-bit scales of Q3_K: the low nibbles of scale `s` in nibble `s / 8` of `sc[s % 8]`, its
//! high bits `2(s / 4)` and up of `sc[8 + s % 4]`. Twelve bytes hold the eight pairs of Q4_K and Q5_K: for `s < 4` the low
//! six bits of `sc[s]` and `sc[s + 4]`; otherwise the nibbles of `sc[s + 4]`, with the top bits of `sc[s - 4]` and `sc[s]`
//! above them.

use super::quants::half;

#[inline]
pub(super) fn q2(block: &[u8], out: &mut [f32]) {
    let (scales, codes, d, m) = (&block[..16], &block[16..80], half(block, 80), half(block, 82));
    for (s, (out, scale)) in out.chunks_exact_mut(16).zip(scales).enumerate() {
        let (step, offset) = (d * f32::from(scale & 15), m * f32::from(scale >> 4));
        let (codes, shift) = two_bits(codes, s);
        out.iter_mut().zip(codes).for_each(|(out, q)| *out = step * f32::from(q >> shift & 3) - offset);
    }
}

#[inline]
pub(super) fn q3(block: &[u8], out: &mut [f32]) {
    let (mask, codes, scales, d) = (&block[..32], &block[32..96], &block[96..108], half(block, 108));
    for (s, out) in out.chunks_exact_mut(16).enumerate() {
        let scale = scales[s % 8] >> (4 * (s / 8)) & 15 | (scales[8 + s % 4] >> (2 * (s / 4)) & 3) << 4;
        let step = d * (f32::from(scale) - 32.0);
        let (codes, shift) = two_bits(codes, s);
        for (out, (q, mask)) in out.iter_mut().zip(codes.iter().zip(&mask[s % 2 * 16..])) {
            let high = mask >> (s / 2) & 1;
            *out = step * (f32::from(q >> shift & 3 | high << 2) - 4.0);
        }
    }
}

#[inline]
pub(super) fn q4(block: &[u8], out: &mut [f32]) {
    let (d, m, scales, codes) = (half(block, 0), half(block, 2), &block[4..16], &block[16..144]);
    for (s, out) in out.chunks_exact_mut(32).enumerate() {
        let (step, offset) = step_and_offset(d, m, scales, s);
        let nibbles = &codes[s / 2 * 32..];
        out.iter_mut().zip(nibbles).for_each(|(out, q)| *out = step * f32::from(q >> (s % 2 * 4) & 15) - offset);
    }
}

#[inline]
pub(super) fn q5(block: &[u8], out: &mut [f32]) {
    let (d, m, scales) = (half(block, 0), half(block, 2), &block[4..16]);
    let (high, codes) = (&block[16..48], &block[48..176]);
    for (s, out) in out.chunks_exact_mut(32).enumerate() {
        let (step, offset) = step_and_offset(d, m, scales, s);
        for (out, (q, high)) in out.iter_mut().zip(codes[s / 2 * 32..].iter().zip(high)) {
            *out = step * f32::from(q >> (s % 2 * 4) & 15 | (high >> s & 1) << 4) - offset;
        }
    }
}

#[inline]
pub(super) fn q6(block: &[u8], out: &mut [f32]) {
    let (low, high, scales, d) = (&block[..128], &block[128..192], &block[192..208], half(block, 208));
    for (s, (out, scale)) in out.chunks_exact_mut(16).zip(scales).enumerate() {
        let step = d * f32::from(*scale as i8);
        let (high, high_shift) = two_bits(high, s);
        let (low, low_shift) = (&low[s / 8 * 64 + s % 4 * 16..], s % 8 / 4 * 4);
        for (out, (low, high)) in out.iter_mut().zip(low.iter().zip(high)) {
            let q = low >> low_shift & 15 | (high >> high_shift & 3) << 4;
            *out = step * (f32::from(q) - 32.0);
        }
    }
}

/// The bytes that hold two bits each of run `s` of sixteen weights, and where in the bytes.
#[inline]
fn two_bits(codes: &[u8], s: usize) -> (&[u8], usize) {
    (&codes[s / 8 * 32 + s % 2 * 16..][..16], s % 8 / 2 * 2)
}

/// Scale and offset of run `s` of 32 weights of Q4_K and Q5_K.
fn step_and_offset(d: f32, m: f32, scales: &[u8], s: usize) -> (f32, f32) {
    let (scale, offset) = if s < 4 {
        (scales[s] & 63, scales[s + 4] & 63)
    } else {
        (scales[s + 4] & 15 | scales[s - 4] >> 6 << 4, scales[s + 4] >> 4 | scales[s] >> 6 << 4)
    };
    (d * f32::from(scale), m * f32::from(offset))
}
