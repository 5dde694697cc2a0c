//! Preparation in front of every linear: RMSNorm, and the rounding of activations to int8.
//!
//! ```text
//! x -> RMSNorm -> n -> float:                        codes = n
//!                   -> ternary:                      codes = rint(n a)
//!                   -> 1-bit:   LayerNorm -> z ->    codes = rint(z a)        a = 127 / max(max abs, 1e-5)
//! ```
//! Rounding passes gradients straight through: what comes back for `codes / a` is taken for the gradient of `n`, or `z`.
//! The norms have exact derivatives. With `h = x r`, `r = (mean x^2 + eps)^(-1/2)` and gain `w`:
//!
//! ```text
//! dw_i = sum over tokens of dn_i h_i        dx_i = r (dn_i w_i - h_i mean_j(dn_j w_j h_j))
//! ```
//! and with `z = (n - mean n) r'`: `dn_i = r' (dz_i - mean_j dz_j - z_i mean_j(dz_j z_j))`.

use crate::Kind;
use crate::shape::NORM_EPS;
use crate::vector::{dot, largest, sum, vectorised};

/// Values of a token that the backward pass needs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Row {
    /// `r` of the RMSNorm.
    rms: f32,
    /// Mean of `n`, and `r'` of the LayerNorm.
    mean: f32,
    deviation: f32,
    /// `1 / a`: what a code is worth.
    pub(crate) unit: f32,
}

/// A norm and the rounding behind it.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) kind: Kind,
    pub(crate) gain: &'a [f32],
}

impl Entry<'_> {
    /// Fills `codes`, `tokens x features` like `x`, and what the way back needs.
    pub(crate) fn forward(&self, x: &[f32], codes: &mut [f32], rows: &mut [Row]) {
        forward(self, x, codes, rows);
    }

    #[inline(always)]
    fn forward_token(&self, x: &[f32], codes: &mut [f32]) -> Row {
        let width = x.len() as f32;
        let rms = 1.0 / (dot(x, x) / width + NORM_EPS).sqrt();
        let mut row = Row { rms, unit: 1.0, ..Row::default() };
        for ((code, x), w) in codes.iter_mut().zip(x).zip(self.gain) {
            *code = x * rms * w;
        }
        if self.kind == Kind::OneBit {
            row.mean = sum(codes) / width;
            for n in codes.iter_mut() {
                *n -= row.mean;
            }
            row.deviation = 1.0 / (dot(codes, codes) / width + NORM_EPS).sqrt();
            for n in codes.iter_mut() {
                *n *= row.deviation;
            }
        }
        if self.kind != Kind::Float {
            row.unit = round(codes);
        }
        row
    }

    /// Turns `dy`, the gradient of what the codes stand for, into that of `x`, and adds to the gradient of the gain.
    pub(crate) fn backward(&self, x: &[f32], rows: &[Row], dy: &mut [f32], d_gain: &mut [f32]) {
        backward(self, x, rows, dy, d_gain);
    }

    /// `z` is room for the LayerNorm's output.
    #[inline(always)]
    fn backward_token(&self, x: &[f32], row: &Row, dy: &mut [f32], d_gain: &mut [f32], z: &mut [f32]) {
        let width = x.len() as f32;
        if self.kind == Kind::OneBit {
            for ((z, x), w) in z.iter_mut().zip(x).zip(self.gain) {
                *z = (x * row.rms * w - row.mean) * row.deviation;
            }
            let (mean, along) = (sum(dy) / width, dot(dy, z) / width);
            for (dy, z) in dy.iter_mut().zip(z) {
                *dy = row.deviation * (*dy - mean - *z * along);
            }
        }
        for (((dy, d_gain), x), w) in dy.iter_mut().zip(d_gain).zip(x).zip(self.gain) {
            *d_gain += *dy * x * row.rms;
            *dy *= w;
        }
        let along = row.rms * row.rms * dot(dy, x) / width;
        for (dy, x) in dy.iter_mut().zip(x) {
            *dy = row.rms * (*dy - x * along);
        }
    }
}

vectorised! {
    fn forward(entry: &Entry<'_>, x: &[f32], codes: &mut [f32], rows: &mut [Row]) {
        let width = entry.gain.len();
        for ((x, codes), row) in x.chunks_exact(width).zip(codes.chunks_exact_mut(width)).zip(rows) {
            *row = entry.forward_token(x, codes);
        }
    }

    fn backward(entry: &Entry<'_>, x: &[f32], rows: &[Row], dy: &mut [f32], d_gain: &mut [f32]) {
        let width = entry.gain.len();
        let mut z = vec![0.0; width];
        for ((x, dy), row) in x.chunks_exact(width).zip(dy.chunks_exact_mut(width)).zip(rows) {
            entry.backward_token(x, row, dy, d_gain, &mut z);
        }
    }
}

/// Rounds a token to int8 codes, in place, and returns what a code is worth.
#[inline(always)]
pub(crate) fn round(x: &mut [f32]) -> f32 {
    let a = largest(x, 1e-5, f32::abs).recip() * 127.0;
    for x in x.iter_mut() {
        *x = (*x * a).round_ties_even();
    }
    1.0 / a
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{Numbers, assert_gradient, assert_wrong, inner};

    const WIDTH: usize = 24;

    fn run(kind: Kind, x: &[f32], gain: &[f32]) -> (Vec<f32>, Vec<Row>) {
        let (mut y, mut rows) = (vec![0.0; x.len()], vec![Row::default(); x.len() / WIDTH]);
        // Float and, for the LayerNorm, 1-bit without its rounding: the surrogate that the backward pass differentiates.
        Entry { kind, gain }.forward(x, &mut y, &mut rows);
        if kind == Kind::OneBit {
            for ((x, y), row) in x.chunks(WIDTH).zip(y.chunks_mut(WIDTH)).zip(&rows) {
                let exact = x.iter().zip(gain).map(|(x, w)| (x * row.rms * w - row.mean) * row.deviation);
                y.iter_mut().zip(exact).for_each(|(y, exact)| *y = exact);
            }
        }
        (y, rows)
    }

    #[test]
    fn gradients_of_both_norms() {
        let mut numbers = Numbers::new(1);
        for kind in [Kind::Float, Kind::OneBit] {
            let (x, gain) = (numbers.around(0.0, 3 * WIDTH), numbers.around(1.0, WIDTH));
            let dy = numbers.around(0.0, x.len());
            let (_, rows) = run(kind, &x, &gain);
            let (mut dx, mut d_gain) = (dy.clone(), vec![0.0; WIDTH]);
            Entry { kind, gain: &gain }.backward(&x, &rows, &mut dx, &mut d_gain);
            assert_gradient("x", &x, &dx, |x| inner(&run(kind, x, &gain).0, &dy));
            assert_gradient("gain", &gain, &d_gain, |gain| inner(&run(kind, &x, gain).0, &dy));

            // A backward pass that forgets that r depends on x; one with the gain left out.
            let no_mean: Vec<f32> = (0..x.len()).map(|i| dy[i] * gain[i % WIDTH] * rows[i / WIDTH].rms).collect();
            assert_wrong(&x, &no_mean, |x| inner(&run(kind, x, &gain).0, &dy));
            let (mut dx, ones) = (dy.clone(), vec![1.0; WIDTH]);
            Entry { kind, gain: &ones }.backward(&x, &rows, &mut dx, &mut d_gain);
            assert_wrong(&x, &dx, |x| inner(&run(kind, x, &gain).0, &dy));
        }
    }

    /// The codes are those that the golden model computes from the same normalised token.
    #[test]
    fn codes_are_those_of_the_golden_model() {
        let mut numbers = Numbers::new(2);
        let (x, gain) = (numbers.around(0.0, 5 * WIDTH), numbers.around(1.0, WIDTH));
        let (mut codes, mut rows) = (vec![0.0; x.len()], vec![Row::default(); 5]);
        Entry { kind: Kind::Ternary, gain: &gain }.forward(&x, &mut codes, &mut rows);
        let (n, _) = run(Kind::Float, &x, &gain);
        for ((n, codes), row) in n.chunks(WIDTH).zip(codes.chunks(WIDTH)).zip(&rows) {
            let mut q = [0i8; WIDTH];
            let a = trine_golden_model::quant::activations(n, &mut q).unwrap();
            assert_eq!(codes, q.map(f32::from));
            assert_eq!(row.unit, 1.0 / a);
        }
    }

    /// Straight through: with rounding, the gradient is that of the norm without it.
    #[test]
    fn rounding_passes_gradients_straight_through() {
        let mut numbers = Numbers::new(3);
        let (x, gain) = (numbers.around(0.0, 2 * WIDTH), numbers.around(1.0, WIDTH));
        let dy = numbers.around(0.0, x.len());
        let back = |kind| {
            let (mut codes, mut rows) = (vec![0.0; x.len()], vec![Row::default(); 2]);
            Entry { kind, gain: &gain }.forward(&x, &mut codes, &mut rows);
            let (mut dx, mut d_gain) = (dy.clone(), vec![0.0; WIDTH]);
            Entry { kind, gain: &gain }.backward(&x, &rows, &mut dx, &mut d_gain);
            (codes, dx, d_gain)
        };
        let ((codes, dx, d_gain), (n, dx_float, d_gain_float)) = (back(Kind::Ternary), back(Kind::Float));
        assert_eq!((dx, d_gain), (dx_float, d_gain_float));
        assert_ne!(codes, n);
    }
}
