//! The tile with NEON, which every 64-bit ARM processor has: `smlal` adds products of codes and activations to an `i16`.
//!
//! A product is at most 2 * 128 = 256 and a lane of a block's sums holds 16 of them, 4096, so seven blocks stay within 28672;
//! then the sums are widened to `i32`.
#![allow(unsafe_code)]

use std::arch::aarch64::*;

use super::lanes::{Lanes, PLANES};
use crate::ternary::{Block, PLANE};

/// Blocks whose products an `i16` can hold.
const NARROW: usize = 7;
/// Bytes of a vector.
const VECTOR: usize = 16;

/// Sums of code x activation for `R` rows and `M` tokens.
///
/// # Safety
/// The processor has NEON.
#[target_feature(enable = "neon")]
pub(super) unsafe fn tile<const R: usize, const M: usize>(
    w: [&[Block]; R],
    x: [&[[Lanes; PLANES]]; M],
) -> [[i32; M]; R] {
    let mask = vdupq_n_u8(3);
    let blocks = w[0].len();
    // Slices of one known length need no checks in the loop.
    let (w, x) = (w.map(|row| &row[..blocks]), x.map(|token| &token[..blocks]));
    let mut sums = [[vdupq_n_s32(0); M]; R];
    for (row, sums) in w.iter().zip(&mut sums) {
        for start in (0..blocks).step_by(NARROW) {
            let mut narrow = [[vdupq_n_s16(0); 2]; M];
            for b in start..blocks.min(start + NARROW) {
                for part in (0..PLANE).step_by(VECTOR) {
                    // SAFETY: a block is 64 bytes, and `part + 16` is at most 64.
                    let mut packed = unsafe { vld1q_u8(row[b].0.as_ptr().add(part)) };
                    for plane in 0..PLANES {
                        let codes = vreinterpretq_s8_u8(vandq_u8(packed, mask));
                        packed = vshrq_n_u8::<2>(packed);
                        for (token, [low, high]) in x.iter().zip(&mut narrow) {
                            // SAFETY: a plane's lanes are 64 bytes, and `part + 16` is at most 64.
                            let lanes = unsafe { vld1q_s8(token[b][plane].0.as_ptr().add(part)) };
                            *low = vmlal_s8(*low, vget_low_s8(codes), vget_low_s8(lanes));
                            *high = vmlal_high_s8(*high, codes, lanes);
                        }
                    }
                }
            }
            for (sum, [low, high]) in sums.iter_mut().zip(narrow) {
                *sum = vpadalq_s16(vpadalq_s16(*sum, low), high);
            }
        }
    }
    sums.map(|row| row.map(|sum| vaddvq_s32(sum)))
}
