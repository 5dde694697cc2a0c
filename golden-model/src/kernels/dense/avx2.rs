//! The interleaved sums with AVX2 and F16C; multiplications and additions stay separate, as in the definition.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{SUMS, Weights};
use crate::kernels::prefetch::ahead;

/// The interleaved sums of `R` rows and `M` tokens.
///
/// # Safety
/// The processor has AVX2 and F16C.
#[target_feature(enable = "avx2,f16c")]
pub(super) unsafe fn sums<W: Weights, const R: usize, const M: usize>(
    w: [&[W]; R],
    x: [&[f32]; M],
) -> [[[f32; SUMS]; M]; R] {
    let cols = x[0].len();
    assert!(w.iter().all(|row| row.len() * W::WEIGHTS == cols) && x.iter().all(|x| x.len() == cols), "equal lengths");
    let whole = cols / SUMS * SUMS;
    let mut sums = [[[_mm256_setzero_ps(); 2]; M]; R];
    for at in (0..whole).step_by(SUMS) {
        if M == 1 {
            w.iter().for_each(|row| ahead(&row[at / W::WEIGHTS]));
        }
        // SAFETY: the processor has AVX2 and F16C, and `at + 16` is within the row.
        let weights = w.map(|row| unsafe { W::avx2(row, at) });
        for half in 0..2 {
            // SAFETY: sixteen of the token's activations follow `at`.
            let x = x.map(|x| unsafe { _mm256_loadu_ps(x.as_ptr().add(at + 8 * half)) });
            for (weights, sums) in weights.iter().zip(&mut sums) {
                for (x, sum) in x.iter().zip(sums) {
                    sum[half] = _mm256_add_ps(sum[half], _mm256_mul_ps(weights[half], *x));
                }
            }
        }
    }
    let mut stored = [[[0.0; SUMS]; M]; R];
    for (sum, stored) in sums.as_flattened().iter().zip(stored.as_flattened_mut()) {
        for (half, stored) in sum.iter().zip(stored.as_chunks_mut::<8>().0) {
            // SAFETY: the destination is eight floats.
            unsafe { _mm256_storeu_ps(stored.as_mut_ptr(), *half) };
        }
    }
    stored
}
