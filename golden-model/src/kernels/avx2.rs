//! The tile with AVX2: `vpmaddubsw` multiplies codes by activations in pairs.
//!
//! A pair is at most 2 * 2 * 128 = 512 and a block's eight half planes 4096, so seven blocks stay within 28672 and do not
//! saturate an `i16`; then the sums are widened to `i32`.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::lanes::{Lanes, PLANES};
use super::prefetch::ahead;
use crate::ternary::Block;

/// Blocks whose products an `i16` can hold.
const NARROW: usize = 7;

/// Sums of code x activation for `R` rows and `M` tokens.
///
/// # Safety
/// The processor has AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn tile<const R: usize, const M: usize>(
    w: [&[Block]; R],
    x: [&[[Lanes; PLANES]]; M],
) -> [[i32; M]; R] {
    let (mask, ones) = (_mm256_set1_epi8(3), _mm256_set1_epi16(1));
    let blocks = w[0].len();
    // Slices of one known length need no checks in the loop.
    let (w, x) = (w.map(|row| &row[..blocks]), x.map(|token| &token[..blocks]));
    let mut sums = [[_mm256_setzero_si256(); M]; R];
    // A row at a time: its codes and one sum per token are what sixteen registers hold.
    for (row, sums) in w.iter().zip(&mut sums) {
        for start in (0..blocks).step_by(NARROW) {
            let mut pairs = [_mm256_setzero_si256(); M];
            for b in start..blocks.min(start + NARROW) {
                if M == 1 {
                    ahead(&row[b]);
                }
                for half in 0..2 {
                    // SAFETY: a block is 64 bytes, aligned to 64.
                    let packed = unsafe { _mm256_load_si256(row[b].0.as_ptr().cast::<__m256i>().add(half)) };
                    let codes = [
                        _mm256_and_si256(packed, mask),
                        _mm256_and_si256(_mm256_srli_epi16::<2>(packed), mask),
                        _mm256_and_si256(_mm256_srli_epi16::<4>(packed), mask),
                        _mm256_and_si256(_mm256_srli_epi16::<6>(packed), mask),
                    ];
                    for (token, pairs) in x.iter().zip(&mut pairs) {
                        for (codes, lanes) in codes.iter().zip(&token[b]) {
                            // SAFETY: a plane's lanes are 64 bytes, aligned to 64.
                            let lanes = unsafe { _mm256_load_si256(lanes.0.as_ptr().cast::<__m256i>().add(half)) };
                            *pairs = _mm256_add_epi16(*pairs, _mm256_maddubs_epi16(*codes, lanes));
                        }
                    }
                }
            }
            for (sum, pairs) in sums.iter_mut().zip(pairs) {
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(pairs, ones));
            }
        }
    }
    sums.map(|row| row.map(|sum| horizontal_sum(sum)))
}

#[target_feature(enable = "avx2")]
fn horizontal_sum(v: __m256i) -> i32 {
    let v = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256::<1>(v));
    let v = _mm_add_epi32(v, _mm_shuffle_epi32::<0b01_00_11_10>(v));
    _mm_cvtsi128_si32(_mm_add_epi32(v, _mm_shuffle_epi32::<0b10_11_00_01>(v)))
}
