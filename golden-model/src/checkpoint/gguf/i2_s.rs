//! The orders of weights in I2_S tensors, and a look at which of them a file was written in.
//!
//! A byte holds four codes, the first in its highest bits; `e` is the element's place in the whole tensor of `K` columns.
//!
//! | order | who writes it | byte | pair of bits, from the highest |
//! |---|---|---|---|
//! | x86 | Microsoft's Python converter on every machine; bitnet.cpp's quantiser on x86 | `e / 128 * 32 + e % 32` | `e / 32 % 4` |
//! | ARM | bitnet.cpp's quantiser on ARM | `e / 64 * 16 + e % 16` | `e / 16 % 4` |
//! | rows | bitnet.cpp's quantiser on x86, built without `ACT_PARALLEL` | `row / 4 * K + col` | `row % 4` |
//!
//! No field of a file tells the order, and every order is legal in every file: it moves codes within groups of 128 or of
//! four rows and changes neither their number nor the scale. In a trained model it shows all the same. A feature of the
//! feed-forward network is a row of gate and up and a column of down, and a feature that training left little used has few
//! weights in all three. So the shares of weights that are not zero correlate, in the right order alone. In the models that
//! come with this crate the right order scores 28 to 47 standard deviations, the wrong one of x86 and ARM (which agree on
//! a quarter of the columns) 5 to 13, and the order of rows against the others less than 4. With random weights every
//! order scores less than 3, and nothing can be said.

use crate::I2sPacking;
use crate::tensor::{Kind, Tensor};

impl I2sPacking {
    const ALL: [Self; 3] = [Self::X86, Self::Arm, Self::Rows];

    /// The name that the command has for it.
    fn name(self) -> &'static str {
        match self {
            Self::X86 => "x86",
            Self::Arm => "arm",
            Self::Rows => "rows",
        }
    }

    /// The byte of a weight in a tensor of `cols` columns, and where in the byte its code is.
    pub(crate) fn place(self, cols: usize, row: usize, col: usize) -> (usize, usize) {
        let e = row * cols + col;
        let (byte, pair) = match self {
            Self::X86 => (e / 128 * 32 + e % 32, e / 32 % 4),
            Self::Arm => (e / 64 * 16 + e % 16, e / 16 % 4),
            Self::Rows => (row / 4 * cols + col, row % 4),
        };
        (byte, 6 - 2 * pair)
    }

    /// The weights from this one to the end of its row that lie in consecutive bytes at the same place.
    pub(crate) fn run(self, cols: usize, row: usize, col: usize) -> usize {
        let e = row * cols + col;
        match self {
            Self::X86 => (32 - e % 32).min(cols - col),
            Self::Arm => (16 - e % 16).min(cols - col),
            Self::Rows => cols - col,
        }
    }
}

/// Gate, up and down projection of a layer.
pub(crate) type FeedForward<'a> = [Tensor<'a>; 3];

/// Layers and features of each that are looked at.
const LAYERS: usize = 4;
const FEATURES: usize = 1024;
/// Standard deviations by which another order must be better: chance alone gives less than 6.
const MARGIN: f64 = 8.0;

/// The order that the layers speak for, if it is not `packing`, and the scores of both.
pub(crate) fn better(layers: &[FeedForward], packing: I2sPacking) -> Option<(I2sPacking, f64, f64)> {
    let step = layers.len().div_ceil(LAYERS).max(1);
    let layers: Vec<_> = layers.iter().step_by(step).filter(|layer| fits(layer)).collect();
    let score =
        |packing| layers.iter().map(|layer| correlation(layer, packing)).sum::<f64>() / (layers.len() as f64).sqrt();
    let chosen = score(packing);
    let others = I2sPacking::ALL.into_iter().filter(|&other| other != packing).map(|other| (other, score(other)));
    let (best, other) = others.max_by(|a, b| a.1.total_cmp(&b.1))?;
    (other - chosen > MARGIN).then_some((best, other, chosen))
}

/// A warning for the model in file `path`, if its layers speak for another order than `packing`.
pub(crate) fn doubt(path: &std::path::Path, layers: &[FeedForward], packing: I2sPacking) -> Option<String> {
    let (other, better, score) = better(layers, packing)?;
    Some(format!(
        "{}: the I2_S weights are read in the order `{}`, but look as if they were written in the order `{}` (gate and up \
         fit down by {better:.0} standard deviations, against {score:.0}); try --i2s-packing {}",
        path.display(),
        packing.name(),
        other.name(),
        other.name()
    ))
}

/// True if three tensors are those of a feed-forward network in I2_S.
fn fits([gate, up, down]: &FeedForward) -> bool {
    let same = matches!(
        (&gate.shape[..], &up.shape[..], &down.shape[..]),
        ([a, b], [c, d], [e, f]) if a == c && b == d && (a, b) == (f, e) && a % 4 == 0 && b % 4 == 0 && *a > 8
    );
    same && [gate, up, down].iter().all(|tensor| tensor.kind == Kind::I2S)
}

/// Agreement of the features' shares of weights in gate and up with those in down, in standard deviations.
fn correlation([gate, up, down]: &FeedForward, packing: I2sPacking) -> f64 {
    let (features, hidden) = (gate.shape[0], gate.shape[1]);
    let count = features.min(FEATURES);
    let set = |tensor: &Tensor, cols: usize, row: usize, col: usize| {
        let (byte, shift) = packing.place(cols, row, col);
        tensor.data[byte] >> shift & 3 != 1
    };
    let row =
        |tensor: &Tensor, feature: usize| (0..hidden).filter(|&col| set(tensor, hidden, feature, col)).count() as f64;
    let shares = |tensor: &Tensor| standard((0..count).map(|feature| row(tensor, feature)).collect());
    let mut columns = vec![0.0; count];
    for row in 0..hidden {
        columns.iter_mut().enumerate().for_each(|(col, sum)| *sum += f64::from(set(down, features, row, col)));
    }
    let made = standard(shares(gate).iter().zip(shares(up)).map(|(a, b)| a + b).collect());
    let used = standard(columns);
    let r = made.iter().zip(used).map(|(a, b)| a * b).sum::<f64>() / count as f64;
    r.clamp(-0.999, 0.999).atanh() * (count as f64 - 3.0).sqrt()
}

/// Values of mean 0 and variance 1; zeros if all are the same.
fn standard(mut values: Vec<f64>) -> Vec<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    values.iter_mut().for_each(|v| *v = if deviation > 0.0 { (*v - mean) / deviation } else { 0.0 });
    values
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{LinearKind, Model, TernaryMatrix};

    fn encode(weights: &TernaryMatrix, packing: I2sPacking) -> Vec<u8> {
        let (rows, cols) = (weights.rows(), weights.cols());
        let mut data = vec![0; rows * cols / 4 + 32];
        for (row, col) in (0..rows).flat_map(|row| (0..cols).map(move |col| (row, col))) {
            let (byte, shift) = packing.place(cols, row, col);
            data[byte] |= ((weights.get(row, col) + 1) as u8) << shift;
        }
        data
    }

    /// Feed-forward networks in an order, looked at in another.
    fn look(layers: &[Vec<TernaryMatrix>], written: I2sPacking, read: I2sPacking) -> Option<I2sPacking> {
        let data: Vec<Vec<Vec<u8>>> =
            layers.iter().map(|layer| layer.iter().map(|w| encode(w, written)).collect()).collect();
        let tensor = |weights: &TernaryMatrix, data| Tensor {
            path: Path::new("a.gguf"),
            name: "w".into(),
            offset: 0,
            kind: Kind::I2S,
            shape: vec![weights.rows(), weights.cols()],
            data,
        };
        let layers: Vec<FeedForward> = layers
            .iter()
            .zip(&data)
            .map(|(layer, data)| std::array::from_fn(|i| tensor(&layer[i], &data[i][..])))
            .collect();
        better(&layers, read).map(|(packing, ..)| packing)
    }

    fn trained(model: &str) -> Vec<Vec<TernaryMatrix>> {
        let model = Model::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join(model).into()).unwrap();
        let mut layers = vec![Vec::new(); model.config().layers];
        for (id, linear) in model.linears().unwrap() {
            if matches!(id.kind, LinearKind::Gate | LinearKind::Up | LinearKind::Down) {
                layers[id.layer].push(linear.parts.only().unwrap().weights.clone());
            }
        }
        layers
    }

    /// Every pair of orders, of three trained models: the right one is never doubted, a wrong one always, and the order
    /// proposed is the right one.
    #[test]
    fn trained_models_tell_their_order() {
        for model in
            ["../models/shakespeare", "../models/shakespeare-small", "tests/fixtures/gguf_tq2_0-trained256/model.gguf"]
        {
            let layers = trained(model);
            for written in I2sPacking::ALL {
                for read in I2sPacking::ALL {
                    let expected = (written != read).then_some(written);
                    assert_eq!(look(&layers, written, read), expected, "{model}: {written:?} read as {read:?}");
                }
            }
        }
    }

    /// Random weights have no order that is better; nothing is said.
    #[test]
    fn random_weights_do_not() {
        for seed in 0..6u64 {
            let random = |rows, cols, i| TernaryMatrix::random(rows, cols, 10 * seed + i).unwrap();
            let layers = [vec![random(512, 256, 0), random(512, 256, 1), random(256, 512, 2)]];
            for written in I2sPacking::ALL {
                for read in I2sPacking::ALL {
                    assert_eq!(look(&layers, written, read), None, "seed {seed}");
                }
            }
        }
    }

    /// By hand: byte and shift of three weights of a tensor of 256 columns in each order.
    #[test]
    fn places() {
        let places = |packing: I2sPacking| [(0, 33), (1, 5), (6, 200)].map(|(row, col)| packing.place(256, row, col));
        assert_eq!(places(I2sPacking::X86), [(1, 4), (64 + 5, 6), (6 * 64 + 32 + 8, 2)]);
        assert_eq!(places(I2sPacking::Arm), [(1, 2), (64 + 5, 6), (6 * 64 + 48 + 8, 6)]);
        assert_eq!(places(I2sPacking::Rows), [(33, 6), (5, 4), (256 + 200, 2)]);
    }

    /// Every weight of a run is one byte behind the one before it.
    #[test]
    fn runs_follow_places() {
        for packing in I2sPacking::ALL {
            for (row, col) in (0..8).flat_map(|row| (0..80).map(move |col| (row, col))) {
                let ((byte, shift), run) = (packing.place(80, row, col), packing.run(80, row, col));
                assert!(run > 0 && col + run <= 80, "{packing:?} [{row}, {col}]");
                assert!(
                    (0..run).all(|i| packing.place(80, row, col + i) == (byte + i, shift)),
                    "{packing:?} [{row}, {col}]"
                );
            }
        }
    }
}
