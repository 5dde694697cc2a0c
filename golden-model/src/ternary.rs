//! Ternary weights, two bits each.
//!
//! A row of `K` weights is stored in `ceil(K / 256)` blocks of 64 bytes. A weight is stored as its code, trit + 1, and
//! element `j` of a block sits in byte `j % 64`, bits `2 * (j / 64)`:
//!
//! ```text
//! byte b of a block:   bits 7-6       5-4       3-2       1-0
//!                    w[192 + b]  w[128 + b]  w[64 + b]   w[b]
//! ```
//!
//! so one 64-byte load yields four planes of 64 codes that line up with 64 consecutive activations each. The last block
//! is padded with zeros (code 1).

use std::sync::OnceLock;

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::kernels::wide;

/// Weights in a [`Block`].
pub(crate) const BLOCK: usize = 256;
/// Weights in a plane of a block, and bytes in a block.
pub(crate) const PLANE: usize = 64;
/// The widest row. The sum of code x activation stays below 2 * 128 * 2^22 = 2^30, so an `i32` cannot overflow.
pub(crate) const MAX_COLS: usize = 1 << 22;

/// 256 weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub(crate) struct Block(pub(crate) [u8; PLANE]);

impl Block {
    /// Code 1, the zero weight, in all four planes.
    pub(crate) const ZERO: Self = Self([0b01_01_01_01; PLANE]);

    fn set(&mut self, j: usize, trit: i8) {
        let shift = 2 * (j / PLANE);
        let byte = &mut self.0[j % PLANE];
        *byte = *byte & !(3 << shift) | ((trit + 1) as u8) << shift;
    }
}

/// An `N x K` matrix of ternary weights (`N` outputs, `K` inputs), packed.
#[derive(Clone, Debug)]
pub struct TernaryMatrix {
    rows: usize,
    cols: usize,
    blocks: Vec<Block>,
    /// Made when it is first asked for.
    digest: OnceLock<[u8; 32]>,
}

impl PartialEq for TernaryMatrix {
    fn eq(&self, other: &Self) -> bool {
        (self.rows, self.cols, &self.blocks) == (other.rows, other.cols, &other.blocks)
    }
}

impl Eq for TernaryMatrix {}

impl TernaryMatrix {
    /// Packs `trits`, row-major, `rows x cols`.
    ///
    /// # Errors
    /// If a dimension is zero, `cols` exceeds 2^22, the length is not `rows * cols`, or a value is outside -1, 0, 1.
    pub fn from_trits(rows: usize, cols: usize, trits: &[i8]) -> Result<Self, Error> {
        if rows.checked_mul(cols) != Some(trits.len()) {
            return Err(Error::argument(format!("a {rows} x {cols} matrix cannot be made of {} weights", trits.len())));
        }
        Self::from_rows(rows, cols, |row, out| {
            out.copy_from_slice(&trits[row * cols..][..cols]);
            match out.iter().position(|t| !(-1..=1).contains(t)) {
                Some(col) => {
                    Err(Error::argument(format!("weight [{row}, {col}] is {}; ternary means -1, 0 or 1", out[col])))
                }
                None => Ok(()),
            }
        })
    }

    /// Uniformly random trits, the same for the same seed on every machine.
    ///
    /// # Errors
    /// If a dimension is zero or `cols` exceeds 2^22.
    pub fn random(rows: usize, cols: usize, seed: u64) -> Result<Self, Error> {
        check(rows, cols)?;
        // The 81 bytes that hold four trits.
        let bytes: [u8; 81] =
            std::array::from_fn(|i| (i % 3 + 4 * (i / 3 % 3) + 16 * (i / 9 % 3) + 64 * (i / 27)) as u8);
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let stride = cols.div_ceil(BLOCK);
        let mut blocks = vec![Block::ZERO; rows * stride];
        for row in blocks.chunks_mut(stride) {
            for block in row.iter_mut() {
                for out in block.0.chunks_mut(4) {
                    let bits = random.next_u64();
                    for (i, out) in out.iter_mut().enumerate() {
                        *out = bytes[((u32::from((bits >> (16 * i)) as u16) * 81) >> 16) as usize];
                    }
                }
            }
            let last = &mut row[stride - 1];
            for padding in (cols - 1) % BLOCK + 1..BLOCK {
                last.set(padding, 0);
            }
        }
        Ok(Self::of(rows, cols, blocks))
    }

    fn of(rows: usize, cols: usize, blocks: Vec<Block>) -> Self {
        Self { rows, cols, blocks, digest: OnceLock::new() }
    }

    /// Packs row after row as `fill` writes them, each exactly `cols` long with every element in -1, 0, 1.
    pub(crate) fn from_rows(
        rows: usize,
        cols: usize,
        mut fill: impl FnMut(usize, &mut [i8]) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        check(rows, cols)?;
        let mut row_buffer = vec![0i8; cols];
        let mut blocks = Vec::with_capacity(rows * cols.div_ceil(BLOCK));
        for row in 0..rows {
            fill(row, &mut row_buffer)?;
            wide(|| blocks.extend(row_buffer.chunks(BLOCK).map(pack)));
        }
        Ok(Self::of(rows, cols, blocks))
    }

    /// A matrix of the blocks that `block` makes for each row and each block of it; they hold code 1 behind the last column and
    /// code 3 nowhere.
    #[cfg(feature = "checkpoints")]
    pub(crate) fn from_blocks(
        rows: usize,
        cols: usize,
        mut block: impl FnMut(usize, usize) -> Result<Block, Error>,
    ) -> Result<Self, Error> {
        check(rows, cols)?;
        let stride = cols.div_ceil(BLOCK);
        let mut blocks = Vec::with_capacity(rows * stride);
        for row in 0..rows {
            wide(|| (0..stride).try_for_each(|at| block(row, at).map(|block| blocks.push(block))))?;
        }
        Ok(Self::of(rows, cols, blocks))
    }

    /// `N`, the number of outputs.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// `K`, the number of inputs.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// The weight from input `col` to output `row`.
    ///
    /// # Panics
    /// If either is out of range.
    pub fn get(&self, row: usize, col: usize) -> i8 {
        assert!(row < self.rows && col < self.cols, "[{row}, {col}] is outside {} x {}", self.rows, self.cols);
        trit(&self.row(row)[col / BLOCK], col % BLOCK)
    }

    /// Writes row `row` to `out`, which is `cols` long.
    ///
    /// # Panics
    /// If `row` is out of range or `out` has another length.
    pub fn unpack_row(&self, row: usize, out: &mut [i8]) {
        assert_eq!(out.len(), self.cols, "a row holds {} weights", self.cols);
        for (block, out) in self.row(row).iter().zip(out.chunks_mut(BLOCK)) {
            // Plane by plane, which compilers turn into vectors.
            for (plane, out) in out.chunks_mut(PLANE).enumerate() {
                out.iter_mut().zip(&block.0).for_each(|(out, byte)| *out = (byte >> (2 * plane) & 3) as i8 - 1);
            }
        }
    }

    /// Number of zero weights.
    pub fn zeros(&self) -> usize {
        // A code's low bit is set only for zero, and every padding element is a zero.
        let in_word = |word: &[u8; 8]| (u64::from_ne_bytes(*word) & 0x5555_5555_5555_5555).count_ones() as usize;
        let ones: usize = self.blocks.iter().flat_map(|b| b.0.as_chunks::<8>().0).map(in_word).sum();
        ones - (self.blocks.len() * BLOCK - self.rows * self.cols)
    }

    /// SHA-256 of shape and weights: the same for the same matrix wherever it sits, and for no other.
    pub fn digest(&self) -> &[u8; 32] {
        self.digest.get_or_init(|| {
            let mut hash = Sha256::new();
            hash.update((self.rows as u64).to_le_bytes());
            hash.update((self.cols as u64).to_le_bytes());
            self.blocks.iter().for_each(|block| hash.update(block.0));
            hash.finalize().into()
        })
    }

    /// Bytes that the packed weights occupy.
    pub fn bytes(&self) -> usize {
        self.blocks.len() * PLANE
    }

    /// Blocks in a row.
    pub(crate) fn stride(&self) -> usize {
        self.cols.div_ceil(BLOCK)
    }

    pub(crate) fn row(&self, row: usize) -> &[Block] {
        &self.blocks[row * self.stride()..][..self.stride()]
    }
}

fn trit(block: &Block, j: usize) -> i8 {
    ((block.0[j % PLANE] >> (2 * (j / PLANE))) & 3) as i8 - 1
}

/// Packs up to 256 trits, plane by plane, which compilers turn into vectors.
pub(crate) fn pack(trits: &[i8]) -> Block {
    let mut block = Block::ZERO;
    for (plane, trits) in trits.chunks(PLANE).enumerate() {
        // The bits that turn the code of zero into the trit's.
        let bits = |trit: i8| (((trit + 1) as u8) ^ 1) << (2 * plane);
        block.0.iter_mut().zip(trits).for_each(|(byte, &trit)| *byte ^= bits(trit));
    }
    block
}

/// The first of `trits` that is greater than 1.
#[cfg(feature = "checkpoints")]
pub(crate) fn illegal(trits: &[i8]) -> Option<usize> {
    // The largest first, which compilers turn into vectors.
    let largest = trits.iter().copied().fold(0, i8::max);
    (largest > 1).then(|| trits.iter().position(|&trit| trit > 1)).flatten()
}

fn check(rows: usize, cols: usize) -> Result<(), Error> {
    if rows == 0 || cols == 0 || cols > MAX_COLS {
        return Err(Error::argument(format!(
            "a weight matrix of {rows} x {cols}: both must be at least 1 and the columns at most {MAX_COLS}"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(len: usize) -> Vec<i8> {
        (0..len).map(|i| ((i * 7 + i / 5) % 3) as i8 - 1).collect()
    }

    #[test]
    fn every_width_round_trips() {
        for cols in (1..=520).chain([1023, 1024, 1025]) {
            let trits = pattern(3 * cols);
            let matrix = TernaryMatrix::from_trits(3, cols, &trits).unwrap();
            let mut row = vec![9; cols];
            for r in 0..3 {
                matrix.unpack_row(r, &mut row);
                assert_eq!(row, trits[r * cols..][..cols], "{cols} columns, row {r}");
                assert_eq!(matrix.get(r, cols - 1), trits[(r + 1) * cols - 1]);
            }
            assert_eq!(matrix.zeros(), trits.iter().filter(|&&t| t == 0).count(), "{cols} columns");
        }
    }

    /// The layout is pinned by hand: the kernels rely on it.
    #[test]
    fn elements_sit_where_the_module_says() {
        let mut trits = [0i8; BLOCK];
        (trits[3], trits[64 + 3], trits[128 + 3], trits[192 + 3]) = (1, -1, 0, 1);
        let matrix = TernaryMatrix::from_trits(1, BLOCK, &trits).unwrap();
        assert_eq!(matrix.row(0)[0].0[3], 0b10_01_00_10);
        assert_eq!(matrix.row(0)[0].0[4], 0b01_01_01_01);
        assert_eq!(matrix.bytes(), 64);
    }

    #[test]
    fn random_weights_are_uniform_reproducible_and_padded() {
        for cols in [1, 255, 256, 300] {
            let matrix = TernaryMatrix::random(3000, cols, 7).unwrap();
            let third = 3000 * cols / 3;
            assert!(
                matrix.zeros().abs_diff(third) < 4 * 3000usize.isqrt() * cols.isqrt(),
                "{cols}: {}",
                matrix.zeros()
            );
            assert_eq!(matrix, TernaryMatrix::random(3000, cols, 7).unwrap());
            assert_ne!(matrix, TernaryMatrix::random(3000, cols, 8).unwrap());
            let mut row = vec![0; cols];
            matrix.unpack_row(2999, &mut row);
            assert_eq!(matrix.row(2999), TernaryMatrix::from_trits(1, cols, &row).unwrap().row(0), "padding");
        }
    }

    #[test]
    fn a_digest_is_that_of_shape_and_weights() {
        let matrix = |rows, cols, trits: &[i8]| TernaryMatrix::from_trits(rows, cols, trits).unwrap();
        let one = matrix(2, 3, &[1, 0, -1, 0, 0, 1]);
        assert_eq!(one.digest(), matrix(2, 3, &[1, 0, -1, 0, 0, 1]).digest());
        assert_eq!(one, matrix(2, 3, &[1, 0, -1, 0, 0, 1]), "whether one has its digest already");
        assert_ne!(one.digest(), matrix(2, 3, &[1, 0, -1, 0, 0, 0]).digest());
        // Padding makes the blocks of these two the same.
        assert_ne!(matrix(1, 3, &[1, 0, 0]).digest(), matrix(1, 2, &[1, 0]).digest());
    }

    #[test]
    fn what_is_not_ternary_is_refused() {
        assert!(TernaryMatrix::from_trits(1, 2, &[0, 2]).unwrap_err().to_string().contains("[0, 1] is 2"));
        assert!(TernaryMatrix::from_trits(2, 2, &[0; 3]).is_err());
        assert!(TernaryMatrix::from_trits(0, 2, &[]).is_err());
        assert!(TernaryMatrix::from_trits(2, 0, &[]).is_err());
        assert!(TernaryMatrix::from_trits(usize::MAX, 2, &[]).is_err());
    }
}
