//! The tile in plain Rust, for every machine.

use super::{Lanes, PLANES};
use crate::ternary::Block;

/// Sums of code x activation for `R` rows and `M` tokens.
pub(super) fn tile<const R: usize, const M: usize>(w: [&[Block]; R], x: [&[[Lanes; PLANES]]; M]) -> [[i32; M]; R] {
    let mut sums = [[0i32; M]; R];
    for (r, row) in w.iter().enumerate() {
        for (b, block) in row.iter().enumerate() {
            for plane in 0..PLANES {
                let codes = block.0.map(|byte| i16::from(byte >> (2 * plane) & 3));
                for (sum, token) in sums[r].iter_mut().zip(x) {
                    // 2 * 128 fits an i16; the sum over a plane would not.
                    let products = codes.iter().zip(&token[b][plane].0).map(|(&c, &x)| c * i16::from(x));
                    *sum += products.map(i32::from).sum::<i32>();
                }
            }
        }
    }
    sums
}
