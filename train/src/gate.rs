//! The gate of the feed-forward network: `h = relu(g)^2 u`, so `dg = 2 relu(g) u dh` and `du = relu(g)^2 dh`.

use crate::vector::vectorised;

vectorised! {
    /// Fills `h`.
    pub(crate) fn forward(g: &[f32], u: &[f32], h: &mut [f32]) {
        for ((h, g), u) in h.iter_mut().zip(g).zip(u) {
            let open = g.max(0.0);
            *h = open * open * u;
        }
    }

    /// Turns `dh` into `du` and fills `dg`.
    pub(crate) fn backward(g: &[f32], u: &[f32], dh: &mut [f32], dg: &mut [f32]) {
        for (((dh, dg), g), u) in dh.iter_mut().zip(dg).zip(g).zip(u) {
            let open = g.max(0.0);
            *dg = 2.0 * open * u * *dh;
            *dh *= open * open;
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
        let run = |g: &[f32], u: &[f32]| {
            let mut h = vec![0.0; g.len()];
            forward(g, u, &mut h);
            inner(&h, &dh)
        };
        let (mut du, mut dg) = (dh.clone(), vec![0.0; 40]);
        backward(&g, &u, &mut du, &mut dg);
        assert_gradient("gate", &g, &dg, |g| run(g, &u));
        assert_gradient("up", &u, &du, |u| run(&g, u));
        // The derivative of relu instead of its square; a gate that is never shut.
        let half: Vec<f32> = dg.iter().map(|d| d / 2.0).collect();
        assert_wrong(&g, &half, |g| run(g, &u));
        let open: Vec<f32> = g.iter().zip(&dh).map(|(g, dh)| g * g * dh).collect();
        assert_wrong(&u, &open, |u| run(&g, u));
    }
}
