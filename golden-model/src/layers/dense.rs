//! The dense matrix of embedding and head, kept in the precision of its file, or in its blocks: those of 128,256 x 2,560
//! weights take 269 MB in Q6_K where floats take 1.3 GB.

use std::ops::Deref;

use bytemuck::AnyBitPattern;
use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};
use rayon::prelude::*;

use crate::files::mapped::Kept;
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
    F32(Numbers<f32>),
    F16(Numbers<f16>),
    Bf16(Numbers<bf16>),
    /// Whole blocks, whole rows of them.
    Blocks(Encoding, Numbers<u8>),
}

/// Numbers in memory, or in a file that stays mapped.
#[derive(Clone, Debug)]
pub(crate) enum Numbers<T> {
    Held(Vec<T>),
    /// In this machine's order of bytes, at an address that fits them.
    Kept(Kept),
}

impl<T: AnyBitPattern> Numbers<T> {
    /// The little-endian numbers of a file, if this machine can use them where they are.
    pub(crate) fn kept(bytes: Kept) -> Option<Self> {
        let usable = cfg!(target_endian = "little") && bytemuck::try_cast_slice::<u8, T>(&bytes).is_ok();
        usable.then_some(Self::Kept(bytes))
    }
}

impl<T> From<Vec<T>> for Numbers<T> {
    fn from(numbers: Vec<T>) -> Self {
        Self::Held(numbers)
    }
}

impl<T: AnyBitPattern> Deref for Numbers<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Held(numbers) => numbers,
            Self::Kept(bytes) => bytemuck::cast_slice(bytes),
        }
    }
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
    use crate::files::mapped::Mapped;
    use crate::tensor::{Kind, Tensor};

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
            Values::F16(values.iter().map(|&v| f16::from_f32(v)).collect::<Vec<_>>().into()),
            Values::Bf16(values.iter().map(|&v| bf16::from_f32(v)).collect::<Vec<_>>().into()),
            Values::F32(values.into()),
        ] {
            let dense = Dense::new(37, values);
            assert_eq!(dense.product(&x), expected);
        }
    }

    /// Numbers in a file are used where they are if their address fits them, and copied else; NaN is refused in both.
    #[test]
    fn numbers_of_a_file_are_kept_or_copied() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("numbers");
        let load = |shift: usize, kind: Kind, data: &[u8], shape: [usize; 2]| {
            std::fs::write(&path, [&vec![0; shift], data].concat()).unwrap();
            let file = Mapped::open(&path).unwrap();
            let data = &file[shift..];
            let tensor =
                Tensor { path: &path, name: "w".into(), offset: shift as u64, kind, shape: shape.into(), data };
            let dense = tensor.dense(shape[0], shape[1], file.keep(data))?;
            std::fs::remove_file(&path).unwrap();
            Ok::<_, crate::Error>(dense)
        };
        let floats: Vec<f32> = (0..8 * 32).map(|i| i as f32 - 100.0).collect();
        let halves: Vec<u8> = floats.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes()).collect();
        let brains: Vec<u8> = floats.iter().flat_map(|&v| bf16::from_f32(v).to_le_bytes()).collect();
        let wholes: Vec<u8> = floats.iter().flat_map(|v| v.to_le_bytes()).collect();
        for (kind, width, data) in [(Kind::F16, 2, halves), (Kind::Bf16, 2, brains), (Kind::F32, 4, wholes)] {
            for shift in 0..=width {
                let dense = load(shift, kind, &data, [8, 32]).unwrap();
                let kept = matches!(
                    &dense.values,
                    Values::F32(Numbers::Kept(_)) | Values::F16(Numbers::Kept(_)) | Values::Bf16(Numbers::Kept(_))
                );
                assert_eq!(kept, shift % width == 0, "{kind}, {shift} bytes on");
                let mut row = [0.0; 32];
                dense.row(5, &mut row);
                assert_eq!(row, floats[5 * 32..6 * 32], "{kind}, {shift} bytes on");
                let mut bad = data.clone();
                bad[3 * width..4 * width].fill(0xff);
                let error = load(shift, kind, &bad, [8, 32]).unwrap_err().to_string();
                assert!(error.contains("element 3 is NaN"), "{error}");
            }
        }
        let blocks = vec![0; 2 * 34];
        for shift in 0..2 {
            let dense = load(shift, Kind::Blocks(Encoding::Q8_0), &blocks, [2, 32]).unwrap();
            assert!(matches!(dense.values, Values::Blocks(_, Numbers::Kept(_))));
        }
    }

    /// Weights widened on their way give the bits of decoded rows, in every encoding, alone and beside other tokens.
    #[test]
    fn fused_and_decoded_products_are_equal_in_every_bit() {
        let wave = |i: usize| (i as f32 * 0.7).sin() / 3.0;
        let (rows, cols) = (600, 320);
        let floats: Vec<f32> = (0..rows * cols).map(wave).collect();
        let blocks: Vec<u8> =
            (0..rows * cols / 32 * 34).map(|i| if i % 34 == 1 { 0x2c } else { (i * 7) as u8 }).collect();
        for values in [
            Values::F16(floats.iter().map(|&v| f16::from_f32(v)).collect::<Vec<_>>().into()),
            Values::Bf16(floats.iter().map(|&v| bf16::from_f32(v)).collect::<Vec<_>>().into()),
            Values::Blocks(Encoding::Q8_0, blocks.into()),
            Values::F32(floats.into()),
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
