//! GPTQ (arXiv 2210.17323): columns are rounded in order, and those not yet rounded make up for the error.
//!
//! ```text
//! H = X^T X + damping       H^-1 = U^T U, U upper triangular
//! for each column j:  q_j = round(w_j)    e = (w_j - q_j) / U_jj    w_k -= e U_jk  for k > j        (their algorithm 1)
//! ```
//! The grid is asymmetric, from the least to the largest weight of a row; damping is a hundredth of the mean diagonal.

use super::linalg::{cholesky, inverse};

/// Replaces weights by the values of their codes.
pub(super) fn quantise(weights: &mut [f32], cols: usize, hessian: &[f64], bits: u32) {
    let levels = f64::from((1u32 << bits) - 1);
    let grids: Vec<(f64, f64)> = weights
        .chunks(cols)
        .map(|row| {
            let (least, most) = row.iter().fold((0f64, 0f64), |(a, b), &w| (a.min(w.into()), b.max(w.into())));
            let scale = ((most - least) / levels).max(f64::MIN_POSITIVE);
            (scale, (-least / scale).round_ties_even())
        })
        .collect();
    let mut precise: Vec<f64> = weights.iter().map(|&w| w.into()).collect();
    round_with_feedback(&mut precise, cols, hessian, |row, w| {
        let (scale, zero) = grids[row];
        scale * (((w / scale).round_ties_even() + zero).clamp(0.0, levels) - zero)
    });
    weights.iter_mut().zip(precise).for_each(|(w, q)| *w = q as f32);
}

/// Replaces weights by `nearest` of row and weight, each column's error made up for by later ones. This is also the LDLQ
/// of QuIP, whose authors show the two to be the same (arXiv 2307.13304, theorem 6).
pub(super) fn round_with_feedback(
    weights: &mut [f64],
    cols: usize,
    hessian: &[f64],
    nearest: impl Fn(usize, f64) -> f64,
) {
    let n = cols;
    let mut h = hessian.to_vec();
    let mean = (0..n).map(|i| h[i * n + i]).sum::<f64>() / n as f64;
    let damping = if mean > 0.0 { 0.01 * mean } else { 1.0 };
    (0..n).for_each(|i| h[i * n + i] += damping);
    // U_jk = L_kj.
    let l = cholesky(&inverse(&cholesky(&h, n), n), n);
    let u: Vec<f64> = (0..n).flat_map(|j| l.iter().skip(j).step_by(n).copied()).collect();
    for (row, weights) in weights.chunks_mut(n).enumerate() {
        for j in 0..n {
            let q = nearest(row, weights[j]);
            let error = (weights[j] - q) / u[j * n + j];
            weights[j] = q;
            let later = weights[j + 1..].iter_mut().zip(&u[j * n + j + 1..]);
            later.for_each(|(w, u)| *w -= error * u);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `tr(D H D^T)`, the error of the outputs.
    fn cost(a: &[f32], b: &[f32], h: &[f64], n: usize) -> f64 {
        let rows = a.chunks(n).zip(b.chunks(n));
        rows.map(|(a, b)| {
            let d: Vec<f64> = a.iter().zip(b).map(|(a, b)| f64::from(a - b)).collect();
            (0..n * n).map(|i| d[i / n] * h[i] * d[i % n]).sum::<f64>()
        })
        .sum()
    }

    /// Inputs that have nothing to do with each other cannot make up for anything.
    #[test]
    fn without_correlation_it_rounds_to_nearest() {
        let h = [4.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 9.0];
        let mut weights = [0.0, 0.34, 3.0, 1.8, 0.6, 3.0];
        quantise(&mut weights, 3, &h, 2);
        assert_eq!(weights, [0.0, 0.0, 3.0, 2.0, 1.0, 3.0]);
    }

    /// Two inputs by hand: whatever the first weight loses, the second gets back in proportion to their correlation,
    /// `w2 + e H12 / H22`, before it is rounded.
    #[test]
    fn two_columns_by_hand() {
        let (h, n) = ([2.0, 0.9, 0.9, 1.0], 2);
        let mut weights = [0.4, 0.3];
        round_with_feedback(&mut weights, n, &h, |_, w| w.round());
        // 0.4 -> 0, so the second becomes 0.3 + 0.4 * 0.9 / 1.015, which is no longer nearest to 0.
        assert_eq!(weights, [0.0, 1.0]);
        let mut seen = [0.0; 2];
        let mut weights = [0.4, 0.3];
        let seen_cell = std::cell::RefCell::new(&mut seen);
        round_with_feedback(&mut weights, n, &h, |_, w| {
            seen_cell.borrow_mut()[usize::from(w != 0.4)] = w;
            w.round()
        });
        assert!((seen[1] - (0.3 + 0.4 * 0.9 / (1.0 + 0.015))).abs() < 1e-12, "{seen:?}");
    }

    #[test]
    fn with_correlation_it_beats_rounding_to_nearest() {
        let (n, rows) = (24, 16);
        let mut numbers = crate::gradcheck::Numbers::new(20);
        let x: Vec<f64> = numbers.around(0.5, 200 * n).into_iter().map(f64::from).collect();
        let h = super::super::linalg::multiply(&super::super::linalg::transpose(&x, n), &x, 200, n);
        let weights = numbers.around(0.0, rows * n);
        let (mut gptq, mut nearest) = (weights.clone(), weights.clone());
        quantise(&mut gptq, n, &h, 3);
        let identity: Vec<f64> = (0..n * n).map(|i| if i % (n + 1) == 0 { 1.0 } else { 0.0 }).collect();
        quantise(&mut nearest, n, &identity, 3);
        let (with, without) = (cost(&gptq, &weights, &h, n), cost(&nearest, &weights, &h, n));
        assert!(with < 0.6 * without, "{with} {without}");
    }
}
