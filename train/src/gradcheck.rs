//! Gradients checked against differences, for the tests of every operation.
//!
//! `(f(x + e) - f(x - e)) / 2e` in each coordinate, `f` summed in f64. A check that accepts a wrong gradient is worth
//! nothing, so each test also shows a broken backward pass to [`assert_wrong`].

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{Activation, Shape};

/// A model small enough to differentiate by hand.
pub(crate) const SMALL: Shape = Shape {
    hidden: 16,
    intermediate: 24,
    layers: 2,
    heads: 4,
    kv_heads: 2,
    vocab: 11,
    context: 6,
    tied: true,
    activation: Activation::Relu2,
};

/// Seeded numbers.
pub(crate) struct Numbers(ChaCha8Rng);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Uniform within 1 of `middle`, no nearer than a hundredth to it: away from the kink of a gate.
    pub(crate) fn around(&mut self, middle: f32, count: usize) -> Vec<f32> {
        (0..count)
            .map(|_| self.0.random_range(0.01..1.0f32) * [-1.0, 1.0][self.0.random_range(0..2)] + middle)
            .collect()
    }
}

/// `sum a b`, in f64.
pub(crate) fn inner(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// Distance of `gradient` from the differences of `f` at `x`, against the largest of them.
fn distance(x: &[f32], gradient: &[f32], f: impl Fn(&[f32]) -> f64) -> f64 {
    assert_eq!(x.len(), gradient.len());
    const STEP: f32 = 4e-3;
    let mut at = x.to_vec();
    let (mut worst, mut most) = (0f64, 1e-3f64);
    for i in 0..x.len() {
        at[i] = x[i] + STEP;
        let (up, high) = (f(&at), at[i]);
        at[i] = x[i] - STEP;
        let difference = (up - f(&at)) / f64::from(high - at[i]);
        at[i] = x[i];
        worst = worst.max((difference - f64::from(gradient[i])).abs());
        most = most.max(difference.abs());
    }
    worst / most
}

/// Error that rounding in f32 and the curvature of `f` leave.
const TOLERANCE: f64 = 2e-3;

/// Fails unless `gradient` is that of `f`.
pub(crate) fn assert_gradient(name: &str, x: &[f32], gradient: &[f32], f: impl Fn(&[f32]) -> f64) {
    let distance = distance(x, gradient, f);
    assert!(distance < TOLERANCE, "the gradient of {name} is off by {distance:e}");
}

/// Fails if the check would not notice that `gradient` is wrong.
pub(crate) fn assert_wrong(x: &[f32], gradient: &[f32], f: impl Fn(&[f32]) -> f64) {
    let distance = distance(x, gradient, f);
    assert!(distance > 5.0 * TOLERANCE, "a broken gradient passes: {distance:e}");
}
