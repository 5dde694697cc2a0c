//! Products of many tokens by weights that are decoded once.
//!
//! Tiles of packed weights shift and mask a block for every few tokens. Here the codes of eight rows are written out as bytes
//! first, and every tile of tokens loads them. A part of the rows is as long as fits the L1 cache, with the activations of a tile:
//!
//! ```text
//!              8 rows              3 tokens
//!            +--------+           +--------+
//!  plane 0   | 8 x 64 |     x     | 3 x 64 |    ->    8 x 3 sums, one register each
//!  plane 1   | 8 x 64 |           | 3 x 64 |
//!     ...    +--------+           +--------+
//! ```
//!
//! AVX2 has too few registers: its tiles with decoded codes took as long as those without.

use super::lanes::{Lanes, PLANES};
use super::{Activations, avx512, wide};
use crate::TernaryMatrix;
use crate::ternary::{Block, PLANE};

/// Rows that are decoded together.
pub(super) const ROWS: usize = 8;
/// The fewest tokens that repay the decoding.
pub(super) const REPAID: usize = 8;
/// Tokens of the widest tile.
const TOKENS: usize = 3;
/// Most blocks of a row that are decoded at once: eight rows of 2560 weights take 20 KiB.
const BLOCKS: usize = 10;

/// A plane of the codes of eight rows.
pub(super) type Codes = [Lanes; ROWS];

/// Fills the first rows of `y`, a multiple of eight of them: outputs from `first` on, a slice for each token. Returns the number of
/// rows that it filled.
///
/// # Safety
/// The processor has AVX-512 F, BW and VNNI.
#[allow(unsafe_code)]
pub(super) unsafe fn rows(w: &TernaryMatrix, first: usize, x: &Activations, y: &mut [&mut [i32]]) -> usize {
    let whole = y[0].len() / ROWS * ROWS;
    y.iter_mut().zip(&x.sums).for_each(|(y, sum)| y[..whole].fill(-sum));
    // Parts of about the same length.
    let part = w.stride().div_ceil(w.stride().div_ceil(BLOCKS));
    let mut codes = vec![[Lanes([0; PLANE]); ROWS]; part * PLANES];
    for row in (0..whole).step_by(ROWS) {
        for start in (0..w.stride()).step_by(part) {
            let blocks = start..w.stride().min(start + part);
            let codes = &mut codes[..blocks.len() * PLANES];
            let packed: [&[Block]; ROWS] = std::array::from_fn(|r| &w.row(first + row + r)[blocks.clone()]);
            wide(|| decode(packed, codes));
            for (tile, y) in y.chunks_mut(TOKENS).enumerate() {
                let token = |t| x.token(tile * TOKENS + t)[blocks.clone()].as_flattened();
                // SAFETY: the caller says what the processor has.
                unsafe {
                    match y.len() {
                        1 => add(avx512::decoded::<1>(codes, std::array::from_fn(token)), row, y),
                        2 => add(avx512::decoded::<2>(codes, std::array::from_fn(token)), row, y),
                        _ => add(avx512::decoded::<TOKENS>(codes, std::array::from_fn(token)), row, y),
                    }
                }
            }
        }
    }
    whole
}

/// Adds sums to eight outputs of each token, from `row` on.
fn add<const M: usize>(sums: [[i32; ROWS]; M], row: usize, y: &mut [&mut [i32]]) {
    for (y, sums) in y.iter_mut().zip(sums) {
        y[row..][..ROWS].iter_mut().zip(sums).for_each(|(y, sum)| *y += sum);
    }
}

/// Writes the codes of eight rows as bytes.
#[inline(always)]
fn decode(packed: [&[Block]; ROWS], codes: &mut [Codes]) {
    for (b, planes) in codes.as_chunks_mut::<PLANES>().0.iter_mut().enumerate() {
        for (row, packed) in packed.iter().enumerate() {
            for (plane, codes) in planes.iter_mut().enumerate() {
                let Lanes(codes) = &mut codes[row];
                codes.iter_mut().zip(&packed[b].0).for_each(|(code, byte)| *code = (byte >> (2 * plane) & 3) as i8);
            }
        }
    }
}
