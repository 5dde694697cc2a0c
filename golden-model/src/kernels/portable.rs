//! The tile in plain Rust, for every machine; compilers turn its inner loop into whatever vector code there is.

use super::lanes::{Lanes, PLANES};
use crate::ternary::{Block, PLANE};

/// Sums of code x activation for `R` rows and `M` tokens.
pub(super) fn tile<const R: usize, const M: usize>(w: [&[Block]; R], x: [&[[Lanes; PLANES]]; M]) -> [[i32; M]; R] {
    let mut sums = [[0i32; M]; R];
    for (row, sums) in w.iter().zip(&mut sums) {
        for (sum, token) in sums.iter_mut().zip(x) {
            *sum = row.iter().zip(token).map(|(block, lanes)| dot(block, lanes)).sum();
        }
    }
    sums
}

/// One block by its activations. A column of four products is at most 4 * 2 * 128 = 1024 and fits an `i16`.
fn dot(Block(packed): &Block, lanes: &[Lanes; PLANES]) -> i32 {
    let mut columns = [0i16; PLANE];
    for (plane, Lanes(lanes)) in lanes.iter().enumerate() {
        for i in 0..PLANE {
            columns[i] += i16::from((packed[i] >> (2 * plane)) & 3) * i16::from(lanes[i]);
        }
    }
    columns.iter().map(|&column| i32::from(column)).sum()
}
