//! The gate of the feed-forward network, `h = f(g) u`, so `dg = f'(g) u dh` and `du = f(g) dh`.
//!
//! | activation | `f(g)` | `f'(g)` |
//! |---|---|---|
//! | squared ReLU | `max(g, 0)^2` | `2 max(g, 0)` |
//! | SiLU | `g s`, `s = 1 / (1 + e^-g)` | `s (1 + g (1 - s))` |

use crate::Activation;
use crate::vector::{exp, vectorised};

/// Fills `h`.
pub(crate) fn forward(activation: Activation, g: &[f32], u: &[f32], h: &mut [f32]) {
    match activation {
        Activation::Relu2 => relu2(g, u, h),
        Activation::Silu => silu(g, u, h),
    }
}

/// Turns `dh` into `du` and fills `dg`.
pub(crate) fn backward(activation: Activation, g: &[f32], u: &[f32], dh: &mut [f32], dg: &mut [f32]) {
    match activation {
        Activation::Relu2 => relu2_backward(g, u, dh, dg),
        Activation::Silu => silu_backward(g, u, dh, dg),
    }
}

#[inline(always)]
fn sigmoid(g: f32) -> f32 {
    1.0 / (1.0 + exp(-g))
}

vectorised! {
    fn relu2(g: &[f32], u: &[f32], h: &mut [f32]) {
        for ((h, g), u) in h.iter_mut().zip(g).zip(u) {
            let open = g.max(0.0);
            *h = open * open * u;
        }
    }

    fn relu2_backward(g: &[f32], u: &[f32], dh: &mut [f32], dg: &mut [f32]) {
        for (((dh, dg), g), u) in dh.iter_mut().zip(dg).zip(g).zip(u) {
            let open = g.max(0.0);
            *dg = 2.0 * open * u * *dh;
            *dh *= open * open;
        }
    }

    fn silu(g: &[f32], u: &[f32], h: &mut [f32]) {
        for ((h, g), u) in h.iter_mut().zip(g).zip(u) {
            *h = g * sigmoid(*g) * u;
        }
    }

    fn silu_backward(g: &[f32], u: &[f32], dh: &mut [f32], dg: &mut [f32]) {
        for (((dh, dg), g), u) in dh.iter_mut().zip(dg).zip(g).zip(u) {
            let s = sigmoid(*g);
            *dg = s * (1.0 + g * (1.0 - s)) * u * *dh;
            *dh *= g * s;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{Numbers, assert_gradient, assert_wrong, inner};

    #[test]
    fn gradients_of_the_gate() {
        let mut numbers = Numbers::new(4);
        let [g, u, dh] = [0; 3].map(|_| numbers.around(0.0, 40));
        for activation in Activation::ALL {
            let run = |g: &[f32], u: &[f32]| {
                let mut h = vec![0.0; g.len()];
                forward(activation, g, u, &mut h);
                inner(&h, &dh)
            };
            let (mut du, mut dg) = (dh.clone(), vec![0.0; 40]);
            backward(activation, &g, &u, &mut du, &mut dg);
            assert_gradient("gate", &g, &dg, |g| run(g, &u));
            assert_gradient("up", &u, &du, |u| run(&g, u));
            // Half the derivative; a gate that is never shut.
            let half: Vec<f32> = dg.iter().map(|d| d / 2.0).collect();
            assert_wrong(&g, &half, |g| run(g, &u));
            let open: Vec<f32> = g.iter().zip(&dh).map(|(g, dh)| g * g * dh).collect();
            assert_wrong(&u, &open, |u| run(&g, u));
        }
    }

    #[test]
    fn silu_by_hand_and_at_the_ends_of_the_exponential() {
        let mut h = [0.0; 4];
        forward(Activation::Silu, &[1.0, -1.0, 200.0, -200.0], &[2.0; 4], &mut h);
        assert!((h[0] - 1.462_117_2).abs() < 1e-6 && (h[1] + 0.537_882_8).abs() < 1e-6, "{h:?}");
        assert_eq!(h[2], 400.0);
        assert!(h[3].abs() < 1e-30, "{h:?}");
    }
}
