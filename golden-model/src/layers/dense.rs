//! The dense matrix of embedding and head, kept in the precision of its file, or in its blocks: those of 128,256 x 2,560
//! weights take 269 MB in Q6_K where floats take 1.3 GB.

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};
use rayon::prelude::*;

use crate::gguf::Encoding;
use crate::kernels::{ahead, wide};

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
            Values::Bf16(v) => out.iter_mut().zip(&v[range]).for_each(|(out, &v)| *out = widened(v)),
            Values::Blocks(encoding, v) => {
                let (weights, bytes) = encoding.block();
                encoding.decode(&v[range.start / weights * bytes..range.end / weights * bytes], out);
            }
        }
    }

    /// `y[m][n] = dot(x[m], row n)` for `x` of `M x cols`.
    pub(crate) fn product(&self, x: &[f32]) -> Vec<f32> {
        let (n, m) = (self.rows(), x.len() / self.cols);
        let mut transposed = vec![0.0; n * m];
        transposed.par_chunks_mut(TASK_ROWS * m).enumerate().for_each(|(task, y)| {
            wide(|| {
                let mut row = vec![0.0; self.cols];
                for (i, y) in y.chunks_mut(m).enumerate() {
                    let at = task * TASK_ROWS + i;
                    let range = at * self.cols..(at + 1) * self.cols;
                    match (&self.values, &mut *y) {
                        // A single token reads each row once, from memory: it converts on the way.
                        (Values::F32(v), [y]) => *y = streamed(&v[range], x, |v| v),
                        (Values::Bf16(v), [y]) => *y = streamed(&v[range], x, widened),
                        (_, y) => {
                            self.row(at, &mut row);
                            y.iter_mut().zip(x.chunks(self.cols)).for_each(|(y, x)| *y = dot(&row, x));
                        }
                    }
                }
            });
        });
        (0..m).flat_map(|token| transposed[token..].iter().step_by(m).copied()).collect()
    }
}

/// The upper half of an f32; `to_f32` would look for NaN first, which no matrix here holds.
#[inline]
fn widened(value: bf16) -> f32 {
    f32::from_bits(u32::from(value.to_bits()) << 16)
}

/// The dot product in sixteen interleaved sums: the order of additions, and the result, is the same on every machine.
#[inline]
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    interleaved(a, b, |a| a, |_| ())
}

/// The same for `a` that comes from memory and is converted on the way.
#[inline]
fn streamed<T: Copy>(a: &[T], b: &[f32], convert: impl Fn(T) -> f32) -> f32 {
    interleaved(a, b, convert, ahead)
}

#[inline]
fn interleaved<T: Copy>(a: &[T], b: &[f32], convert: impl Fn(T) -> f32, before: impl Fn(&[T; 16])) -> f32 {
    let ((a, a_tail), (b, b_tail)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    let mut sums = [0f32; 16];
    for (a, b) in a.iter().zip(b) {
        before(a);
        for i in 0..16 {
            sums[i] += convert(a[i]) * b[i];
        }
    }
    sums.iter().sum::<f32>() + a_tail.iter().zip(b_tail).map(|(&a, b)| convert(a) * b).sum::<f32>()
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

    /// A token alone is converted on the way, several are not: the sums are added in one order, and equal in every bit.
    #[test]
    fn a_token_alone_gives_the_same_bits_as_beside_others() {
        let wave = |i: usize| (i as f32 * 0.7).sin() / 3.0;
        let values: Vec<f32> = (0..5 * 301).map(wave).collect();
        let x: Vec<f32> = (0..2 * 301).map(|i| wave(i + 9)).collect();
        for values in [Values::Bf16(values.iter().map(|&v| bf16::from_f32(v)).collect()), Values::F32(values)] {
            let dense = Dense::new(301, values);
            let bits = |sums: Vec<f32>| sums.into_iter().map(f32::to_bits).collect::<Vec<_>>();
            let alone = x.chunks(301).flat_map(|x| dense.product(x)).collect();
            assert_eq!(bits(alone), bits(dense.product(&x)));
        }
    }
}
