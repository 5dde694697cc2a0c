//! The tile with AVX-512 VNNI: `vpdpbusd` adds four products of codes and activations to an `i32`, without saturation.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{Lanes, PLANES};
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
    assert!(w.iter().all(|row| row.len() == blocks) && x.iter().all(|token| token.len() == blocks));
    let mut sums = [[_mm512_setzero_si512(); M]; R];
    for b in 0..blocks {
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
    sums.map(|row| row.map(|sum| _mm512_reduce_add_epi32(sum)))
}
