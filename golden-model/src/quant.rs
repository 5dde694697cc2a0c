//! The quantisers of BitNet: activations to int8, weights to trits or signs.
//!
//! | what | formula |
//! |---|---|
//! | activations, per token | `a = 127 / max(max abs x, 1e-5)`, `q = clamp(rint(x * a), -128, 127)` |
//! | ternary weights, per tensor | `s = 1 / max(mean abs W, 1e-5)`, `T = clamp(rint(W * s), -1, 1)` |
//! | 1-bit weights, per tensor | `sign(W - mean W)`, `beta = mean abs W` |
//!
//! `rint` rounds half to even. Sources: BitNet (arXiv 2310.11453), BitNet b1.58 (arXiv 2402.17764); the constants are
//! those of the published code, where they differ from the papers.

use crate::kernels::wide;

/// Below this, a magnitude counts as this.
const FLOOR: f32 = 1e-5;

/// The bits of an `f32` without its sign.
const MAGNITUDE: u32 = u32::MAX >> 1;

/// Quantises one token's activations to `q` and returns `a`, codes per unit: `x ~ q / a`; `None` if an activation is
/// infinite or NaN, which has no code.
///
/// # Panics
/// If the slices differ in length.
pub fn activations(x: &[f32], q: &mut [i8]) -> Option<f32> {
    assert_eq!(x.len(), q.len(), "one code per activation");
    wide(|| quantise(x, q))
}

#[inline]
fn quantise(x: &[f32], q: &mut [i8]) -> Option<f32> {
    // Magnitudes have the order of their bits, with infinity and then NaN at the end; `f32::max` would lose a NaN.
    let max = x.iter().fold(FLOOR.to_bits(), |max, x| max.max(x.to_bits() & MAGNITUDE));
    let max = Some(f32::from_bits(max)).filter(|max| max.is_finite())?;
    // The reference computes 127 / max as 127 * (1 / max), which rounds differently once in a while.
    let a = max.recip() * 127.0;
    for (q, x) in q.iter_mut().zip(x) {
        // `as` saturates to -128..=127.
        *q = (x * a).round_ties_even() as i8;
    }
    Some(a)
}

/// The scale `s` of ternary weights, from all of the tensor's master weights. The mean is taken in `f64`.
pub fn absmean_scale(weights: impl Iterator<Item = f32>) -> f32 {
    1.0 / (mean(weights.map(f32::abs)) as f32).max(FLOOR)
}

/// The trit of a master weight under scale `s`.
pub fn ternary(weight: f32, s: f32) -> i8 {
    (weight * s).round_ties_even().clamp(-1.0, 1.0) as i8
}

/// The sign of a master weight around the tensor's mean: +1 above it, -1 otherwise.
pub fn sign(weight: f32, mean: f32) -> i8 {
    if weight > mean { 1 } else { -1 }
}

/// The mean of a tensor, 0 when it is empty.
pub fn mean(values: impl Iterator<Item = f32>) -> f64 {
    let (sum, count) = values.fold((0.0, 0usize), |(sum, count), v| (sum + f64::from(v), count + 1));
    sum / count.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activations_round_half_to_even_and_reach_both_ends() {
        let x = [127.0, -127.0, 0.5, 1.5, -0.5, -2.5, 0.0];
        let mut q = [0; 7];
        assert_eq!(activations(&x, &mut q), Some(1.0));
        assert_eq!(q, [127, -127, 0, 2, 0, -2, 0]);
    }

    #[test]
    fn tiny_activations_do_not_blow_up() {
        let mut q = [9; 2];
        assert_eq!(activations(&[0.0, 0.0], &mut q), Some(1e5 * 127.0));
        assert_eq!(q, [0, 0]);
        activations(&[5e-6, -1e-7], &mut q);
        assert_eq!(q, [64, -1], "63.5 rounds to even, -1.27 to -1");
    }

    #[test]
    fn activations_that_are_not_finite_have_no_codes() {
        let mut q = [0; 40];
        for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for at in [0, 17, 39] {
                let mut x = [1.0; 40];
                x[at] = bad;
                assert_eq!(activations(&x, &mut q), None, "{bad} at {at}");
            }
        }
        assert!(activations(&[f32::MAX; 40], &mut q).is_some_and(|a| a > 0.0));
        assert_eq!(q, [127; 40]);
    }

    #[test]
    fn weights() {
        let masters = [0.5f32, -0.1, 0.02, -0.38];
        let s = absmean_scale(masters.into_iter());
        assert_eq!(s, 4.0, "the mean magnitude is a quarter");
        assert_eq!(masters.map(|w| ternary(w, s)), [1, 0, 0, -1]);
        assert_eq!([0.125, 0.375, -0.125, -0.376].map(|w| ternary(w, 4.0)), [0, 1, 0, -1]);
        assert_eq!([0.3, 0.1, -0.5].map(|w| sign(w, 0.1)), [1, -1, -1]);
        assert_eq!(absmean_scale([0.0f32; 3].into_iter()), 1e5);
    }
}
