//! The interleaved sums with AVX-512 F; multiplications and additions stay separate, as in the definition.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{SUMS, Weights};
use crate::kernels::prefetch::ahead;

/// The interleaved sums of `R` rows and `M` tokens.
///
/// # Safety
/// The processor has AVX-512 F.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn sums<W: Weights, const R: usize, const M: usize>(
    w: [&[W]; R],
    x: [&[f32]; M],
) -> [[[f32; SUMS]; M]; R] {
    let cols = x[0].len();
    assert!(w.iter().all(|row| row.len() * W::WEIGHTS == cols) && x.iter().all(|x| x.len() == cols), "equal lengths");
    let whole = cols / SUMS * SUMS;
    let mut sums = [[_mm512_setzero_ps(); M]; R];
    for at in (0..whole).step_by(SUMS) {
        if M == 1 {
            w.iter().for_each(|row| ahead(&row[at / W::WEIGHTS]));
        }
        // SAFETY: the processor has AVX-512 F, and `at + 16` is within the row.
        let weights = w.map(|row| unsafe { W::avx512(row, at) });
        // SAFETY: sixteen of the token's activations follow.
        let x = x.map(|x| unsafe { _mm512_loadu_ps(x.as_ptr().add(at)) });
        for (weights, sums) in weights.iter().zip(&mut sums) {
            for (x, sum) in x.iter().zip(sums) {
                *sum = _mm512_add_ps(*sum, _mm512_mul_ps(*weights, *x));
            }
        }
    }
    let mut stored = [[[0.0; SUMS]; M]; R];
    for (sum, stored) in sums.as_flattened().iter().zip(stored.as_flattened_mut()) {
        // SAFETY: the destination is sixteen floats.
        unsafe { _mm512_storeu_ps(stored.as_mut_ptr(), *sum) };
    }
    stored
}
