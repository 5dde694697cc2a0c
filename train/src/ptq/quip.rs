//! QuIP (arXiv 2307.13304): weights are rounded between two random rotations, after which none stands out.
//!
//! ```text
//! D = (diag H / diag W^T W)^(1/4)      W <- W D      H <- D^-1 H D^-1                 (their algorithm 1)
//! W <- U W V^T      H <- V H V^T       U, V = A (x) B, A and B random orthogonal
//! s = 2.4 |W|_F / sqrt(m n)            W^ = LDLQ(W on a grid from -s to s)
//! W <- U^T W^ V D^-1
//! ```
//! `A` and `B` are as near to square roots of the size as divisors go.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::gptq::round_with_feedback;
use super::linalg::{multiply, transpose};

/// Half the grid, in root mean squares of the weights.
const RHO: f64 = 2.4;

/// Replaces weights by the values of their codes.
pub(super) fn quantise(weights: &mut [f32], cols: usize, hessian: &[f64], bits: u32, seed: u64) {
    let (n, m) = (cols, weights.len() / cols);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (u, v) = (rotation(m, &mut random), rotation(n, &mut random));

    let mut w: Vec<f64> = weights.iter().map(|&w| w.into()).collect();
    let mut h = hessian.to_vec();
    let mean = (0..n).map(|i| h[i * n + i]).sum::<f64>() / n as f64;
    (0..n).for_each(|i| h[i * n + i] += 0.01 * mean.max(f64::MIN_POSITIVE));
    let square = |column: usize| w.iter().skip(column).step_by(n).map(|w| w * w).sum::<f64>();
    let d: Vec<f64> = (0..n).map(|i| (h[i * n + i] / square(i).max(1e-30)).powf(0.25)).collect();
    w.chunks_mut(n).for_each(|row| row.iter_mut().zip(&d).for_each(|(w, d)| *w *= d));
    h.iter_mut().enumerate().for_each(|(i, h)| *h /= d[i / n] * d[i % n]);

    let v_t = transpose(&v, n);
    let mut w = multiply(&multiply(&u, &w, m, n), &v_t, n, n);
    let h = multiply(&multiply(&v, &h, n, n), &v_t, n, n);

    let scale = RHO * (w.iter().map(|w| w * w).sum::<f64>() / w.len() as f64).sqrt().max(f64::MIN_POSITIVE);
    let levels = f64::from((1u32 << bits) - 1);
    round_with_feedback(&mut w, n, &h, |_, w| {
        let code = ((w / scale + 1.0) / 2.0 * levels).round_ties_even().clamp(0.0, levels);
        scale * (2.0 * code / levels - 1.0)
    });

    let w = multiply(&multiply(&transpose(&u, m), &w, m, n), &v, n, n);
    for (i, weight) in weights.iter_mut().enumerate() {
        *weight = (w[i] / d[i % n]) as f32;
    }
}

/// A random orthogonal matrix, the Kronecker product of two smaller ones.
fn rotation(n: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
    let p = (1..=n.isqrt()).rev().find(|p| n.is_multiple_of(*p)).unwrap_or(1);
    let q = n / p;
    let (a, b) = (orthogonal(p, random), orthogonal(q, random));
    (0..n * n)
        .map(|i| {
            let (row, col) = (i / n, i % n);
            a[row / q * p + col / q] * b[row % q * q + col % q]
        })
        .collect()
}

/// Gaussian rows, made orthonormal one after the other.
fn orthogonal(n: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
    let mut rows: Vec<Vec<f64>> = Vec::new();
    while rows.len() < n {
        let mut row: Vec<f64> = (0..n).map(|_| gaussian(random)).collect();
        // Twice, since once leaves what rounding left.
        for _ in 0..2 {
            for other in &rows {
                let along: f64 = row.iter().zip(other).map(|(a, b)| a * b).sum();
                row.iter_mut().zip(other).for_each(|(a, b)| *a -= along * b);
            }
        }
        let norm = row.iter().map(|x| x * x).sum::<f64>().sqrt();
        if norm > 1e-6 {
            row.iter_mut().for_each(|x| *x /= norm);
            rows.push(row);
        }
    }
    rows.concat()
}

fn gaussian(random: &mut impl Rng) -> f64 {
    let (a, b): (f64, f64) = (1.0 - random.random::<f64>(), random.random());
    (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::Numbers;

    #[test]
    fn rotations_are_orthogonal_and_spread_outliers() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        for n in [1, 7, 12, 88] {
            let u = rotation(n, &mut random);
            let one = multiply(&u, &transpose(&u, n), n, n);
            assert!(one.iter().enumerate().all(|(i, x)| (x - if i % (n + 1) == 0 { 1.0 } else { 0.0 }).abs() < 1e-9));
        }
        // One weight among zeros is spread out: as large as it can be it is 64 root mean squares.
        let n = 64;
        let mut w = vec![0.0; n * n];
        w[n * 5 + 9] = 1.0;
        let (u, v) = (rotation(n, &mut random), rotation(n, &mut random));
        let w = multiply(&multiply(&u, &w, n, n), &transpose(&v, n), n, n);
        let largest = w.iter().fold(0f64, |most, w| most.max(w.abs())) * n as f64;
        assert!(largest < 32.0, "{largest} root mean squares");
    }

    /// With very many bits little is lost, since rotations and scales are undone: only what lies beyond the grid's ends.
    #[test]
    fn what_goes_in_comes_out() {
        let (m, n) = (12, 20);
        let mut numbers = Numbers::new(21);
        let weights = numbers.around(0.0, m * n);
        let x: Vec<f64> = numbers.around(0.2, 50 * n).into_iter().map(f64::from).collect();
        let h = multiply(&transpose(&x, n), &x, 50, n);
        let distance = |bits| {
            let mut quantised = weights.clone();
            quantise(&mut quantised, n, &h, bits, 1);
            let square = |values: &mut dyn Iterator<Item = f32>| values.map(|x| x * x).sum::<f32>();
            square(&mut quantised.iter().zip(&weights).map(|(a, b)| a - b)) / square(&mut weights.iter().copied())
        };
        assert!(distance(24) < 0.01 && distance(2) > 0.05, "{} {}", distance(24), distance(2));
    }
}
