//! The tile with AVX-512 VNNI: `vpdpbusd` adds four products of codes and activations to an `i32`, without saturation.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::decoded::{Codes, ROWS};
use super::lanes::{Lanes, PLANES};
use super::prefetch::ahead;
use crate::ternary::Block;

/// Sums of code x activation for `R` rows and `M` tokens.
///
/// # Safety
/// The processor has AVX-512 F, BW and VNNI.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(super) unsafe fn tile<const R: usize, const M: usize>(
    w: [&[Block]; R],
    x: [&[[Lanes; PLANES]]; M],
) -> [[i32; M]; R] {
    let mask = _mm512_set1_epi8(3);
    let blocks = w[0].len();
    // Slices of one known length need no checks in the loop.
    let (w, x) = (w.map(|row| &row[..blocks]), x.map(|token| &token[..blocks]));
    let mut sums = [[_mm512_setzero_si512(); M]; R];
    for b in 0..blocks {
        if M == 1 {
            w.iter().for_each(|row| ahead(&row[b]));
        }
        // SAFETY: a block is 64 bytes, aligned to 64.
        let mut packed = w.map(|row| unsafe { _mm512_load_si512(row[b].0.as_ptr().cast()) });
        for plane in 0..PLANES {
            // SAFETY: a plane's lanes are 64 bytes, aligned to 64.
            let lanes = x.map(|token| unsafe { _mm512_load_si512(token[b][plane].0.as_ptr().cast()) });
            for (packed, sums) in packed.iter_mut().zip(&mut sums) {
                let codes = _mm512_and_si512(*packed, mask);
                *packed = _mm512_srli_epi16::<2>(*packed);
                for (lanes, sum) in lanes.iter().zip(sums) {
                    *sum = _mm512_dpbusd_epi32(*sum, codes, *lanes);
                }
            }
        }
    }
    sums.map(|row| totals(row))
}

/// Sums of code x activation for eight rows, decoded, and `M` tokens.
///
/// # Safety
/// The processor has AVX-512 F, BW and VNNI.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(super) unsafe fn decoded<const M: usize>(codes: &[Codes], x: [&[Lanes]; M]) -> [[i32; ROWS]; M] {
    let x = x.map(|token| &token[..codes.len()]);
    let mut sums = [[_mm512_setzero_si512(); ROWS]; M];
    for (plane, codes) in codes.iter().enumerate() {
        // SAFETY: a plane's lanes are 64 bytes, aligned to 64.
        let lanes = x.map(|token| unsafe { _mm512_load_si512(token[plane].0.as_ptr().cast()) });
        for (row, codes) in codes.iter().enumerate() {
            // SAFETY: the codes of a plane are 64 bytes, aligned to 64.
            let codes = unsafe { _mm512_load_si512(codes.0.as_ptr().cast()) };
            for (lanes, sums) in lanes.iter().zip(&mut sums) {
                sums[row] = _mm512_dpbusd_epi32(sums[row], codes, *lanes);
            }
        }
    }
    sums.map(|rows| across(rows))
}

/// The sum of each vector's lanes; eight vectors share the work.
#[target_feature(enable = "avx512f")]
fn across(sums: [__m512i; ROWS]) -> [i32; ROWS] {
    let [a, b, c, d, e, f, g, h] = sums;
    let [low, high] = [fours(a, b, c, d), fours(e, f, g, h)]
        .map(|parts| _mm256_add_epi32(_mm512_castsi512_si256(parts), _mm512_extracti64x4_epi64::<1>(parts)));
    // The halves of `low` hold sums of a to d, those of `high` sums of e to h.
    let [even, odd] = [_mm256_permute2x128_si256::<0x20>(low, high), _mm256_permute2x128_si256::<0x31>(low, high)];
    let mut totals = [0; ROWS];
    // SAFETY: the destination is eight integers; unaligned stores are allowed.
    unsafe { _mm256_storeu_si256(totals.as_mut_ptr().cast(), _mm256_add_epi32(even, odd)) };
    totals
}

/// Partial sums of the lanes of four vectors: each 128-bit part holds a sum of a, b, c and d.
#[target_feature(enable = "avx512f")]
fn fours(a: __m512i, b: __m512i, c: __m512i, d: __m512i) -> __m512i {
    let ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    let cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd))
}

/// The sum of each vector's lanes; four vectors at a time share the work.
#[target_feature(enable = "avx512f")]
fn totals<const M: usize>(sums: [__m512i; M]) -> [i32; M] {
    let mut totals = [0; M];
    let (whole, rest) = sums.as_chunks::<4>();
    for (total, &[a, b, c, d]) in totals.as_chunks_mut::<4>().0.iter_mut().zip(whole) {
        let parts = fours(a, b, c, d);
        let halves = _mm256_add_epi32(_mm512_castsi512_si256(parts), _mm512_extracti64x4_epi64::<1>(parts));
        let sums = _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256::<1>(halves));
        // SAFETY: the destination is four integers; unaligned stores are allowed.
        unsafe { _mm_storeu_si128(total.as_mut_ptr().cast(), sums) };
    }
    for (total, &sum) in totals[whole.len() * 4..].iter_mut().zip(rest) {
        *total = _mm512_reduce_add_epi32(sum);
    }
    totals
}
