//! The dense matrix of embedding and head, kept in the precision of its file, or in its blocks: those of 128,256 x 2,560
//! weights take 269 MB in Q6_K where floats take 1.3 GB.

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};
use rayon::prelude::*;

use crate::gguf::Encoding;
use crate::kernels::dense::{self, Q8_0, Weights};
use crate::kernels::{transpose, wide};

/// `rows x cols` floats.
#[derive(Clone, Debug)]
pub(crate) struct Dense {
    cols: usize,
    values: Values,
}

/// A tensor of floats as it is stored.
#[derive(Clone, Debug)]
pub(crate) enum Values {
    F32(Vec<f32>),
    F16(Vec<f16>),
    Bf16(Vec<bf16>),
    /// Whole blocks, whole rows of them.
    Blocks(Encoding, Vec<u8>),
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::F32(v) => v.len(),
            Self::F16(v) => v.len(),
            Self::Bf16(v) => v.len(),
            Self::Blocks(encoding, v) => {
                let (weights, bytes) = encoding.block();
                v.len() / bytes * weights
            }
        }
    }
}

/// Rows of the head that one task computes.
const TASK_ROWS: usize = 256;

impl Dense {
    pub(crate) fn new(cols: usize, values: Values) -> Self {
        Self { cols, values }
    }

    pub(crate) fn rows(&self) -> usize {
        self.values.len() / self.cols
    }

    /// True if every float is 0.
    pub(crate) fn is_zero(&self) -> bool {
        let mut row = vec![0.0; self.cols];
        (0..self.rows()).all(|at| {
            self.row(at, &mut row);
            row.iter().all(|&value| value == 0.0)
        })
    }

    /// Writes row `row` to `out`, which is `cols` long.
    #[inline]
    pub(crate) fn row(&self, row: usize, out: &mut [f32]) {
        let range = row * self.cols..(row + 1) * self.cols;
        match &self.values {
            Values::F32(v) => out.copy_from_slice(&v[range]),
            Values::F16(v) => v[range].convert_to_f32_slice(out),
            Values::Bf16(v) => out.iter_mut().enumerate().for_each(|(i, out)| *out = bf16::one(&v[range.clone()], i)),
            Values::Blocks(encoding, v) => {
                let (weights, bytes) = encoding.block();
                encoding.decode(&v[range.start / weights * bytes..range.end / weights * bytes], out);
            }
        }
    }

    /// `y[m][n] = dot(x[m], row n)` for `x` of `M x cols`.
    pub(crate) fn product(&self, x: &[f32]) -> Vec<f32> {
        match &self.values {
            Values::F32(v) => self.fused(v, x),
            Values::F16(v) => self.fused(v, x),
            Values::Bf16(v) => self.fused(v, x),
            Values::Blocks(Encoding::Q8_0, v) => self.fused::<Q8_0>(v.as_chunks().0, x),
            Values::Blocks(..) => self.decoded(x),
        }
    }

    /// The product, weights widened on their way.
    fn fused<W: Weights>(&self, w: &[W], x: &[f32]) -> Vec<f32> {
        let row = self.cols / W::WEIGHTS;
        self.tasks(x, |first, m, y| {
            dense::product(&w[first * row..][..y.len() / m * row], self.cols, x, y);
        })
    }

    /// The product, each row decoded into memory first.
    fn decoded(&self, x: &[f32]) -> Vec<f32> {
        self.tasks(x, |first, m, y| {
            wide(|| {
                let mut row = vec![0.0; self.cols];
                for (at, y) in y.chunks_mut(m).enumerate() {
                    self.row(first + at, &mut row);
                    y.iter_mut().zip(x.chunks(self.cols)).for_each(|(y, x)| *y = dense::dot(&row, x));
                }
            });
        })
    }

    /// Shares the rows of an `N x M` product among tasks, each from a first row on, and returns `M x N`.
    fn tasks(&self, x: &[f32], work: impl Fn(usize, usize, &mut [f32]) + Sync) -> Vec<f32> {
        let (n, m) = (self.rows(), x.len() / self.cols);
        let mut product = vec![0.0; n * m];
        let tasks = product.par_chunks_mut(TASK_ROWS * m).enumerate();
        tasks.for_each(|(task, y)| work(task * TASK_ROWS, m, y));
        if m == 1 {
            return product;
        }
        let mut y = vec![0.0; n * m];
        transpose(&product, &mut y, m, n);
        y
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_precisions_multiply_alike() {
        let values: Vec<f32> = (0..3 * 37).map(|i| (i % 23) as f32 - 11.0).collect();
        let x: Vec<f32> = (0..2 * 37).map(|i| (i % 7) as f32).collect();
        let expected: Vec<f32> = x
            .chunks(37)
            .flat_map(|x| values.chunks(37).map(move |row| row.iter().zip(x).map(|(a, b)| a * b).sum::<f32>()))
            .collect();
        // Small integers are exact in all three.
        for values in [
            Values::F16(values.iter().map(|&v| f16::from_f32(v)).collect()),
            Values::Bf16(values.iter().map(|&v| bf16::from_f32(v)).collect()),
            Values::F32(values),
        ] {
            let dense = Dense::new(37, values);
            assert_eq!(dense.product(&x), expected);
        }
    }

    /// Weights widened on their way give the bits of decoded rows, in every encoding, alone and beside other tokens.
    #[test]
    fn fused_and_decoded_products_are_equal_in_every_bit() {
        let wave = |i: usize| (i as f32 * 0.7).sin() / 3.0;
        let (rows, cols) = (600, 320);
        let floats: Vec<f32> = (0..rows * cols).map(wave).collect();
        let blocks = (0..rows * cols / 32 * 34).map(|i| if i % 34 == 1 { 0x2c } else { (i * 7) as u8 }).collect();
        for values in [
            Values::F16(floats.iter().map(|&v| f16::from_f32(v)).collect()),
            Values::Bf16(floats.iter().map(|&v| bf16::from_f32(v)).collect()),
            Values::Blocks(Encoding::Q8_0, blocks),
            Values::F32(floats),
        ] {
            let dense = Dense::new(cols, values);
            for m in [1, 2, 7] {
                let x: Vec<f32> = (0..m * cols).map(|i| wave(i + 9)).collect();
                let bits = |sums: Vec<f32>| sums.into_iter().map(f32::to_bits).collect::<Vec<_>>();
                assert_eq!(bits(dense.product(&x)), bits(dense.decoded(&x)), "{m} tokens");
            }
        }
    }
}
