//! AdamW on all parameters at once, behind a clip of the gradient's norm.
//!
//! ```text
//! g = g min(1, clip / |g|)      m = b1 m + (1 - b1) g      v = b2 v + (1 - b2) g²
//! w = w (1 - rate decay) - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)
//! ```
//! (arXiv 1711.05101, b1 0.9, b2 0.95, eps 1e-8.) Norm gains do not decay.

use rayon::prelude::*;

use crate::layout::{Layout, Role};
use crate::vector::{squares, vectorised};

const B1: f64 = 0.9;
const B2: f64 = 0.95;
const EPS: f32 = 1e-8;
/// The largest norm of a gradient.
const CLIP: f64 = 1.0;
/// Parameters that one task handles; the order of sums depends on it, and on nothing else.
const CHUNK: usize = 1 << 15;

/// Both moments of every parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct AdamW {
    pub(crate) first: Vec<f32>,
    pub(crate) second: Vec<f32>,
}

impl AdamW {
    pub(crate) fn new(parameters: usize) -> Self {
        Self { first: vec![0.0; parameters], second: vec![0.0; parameters] }
    }

    /// Takes step `i`, from 0, along `gradient`, and returns the gradient's norm before clipping. Nothing changes where that
    /// is infinite or no number.
    pub(crate) fn step(
        &mut self,
        layout: &Layout,
        masters: &mut [f32],
        gradient: &[f32],
        (i, rate, decay): (usize, f64, f64),
    ) -> f64 {
        let squares: Vec<f64> = gradient.par_chunks(CHUNK).map(|g| f64::from(squares(g))).collect();
        let norm = squares.iter().sum::<f64>().sqrt();
        if !norm.is_finite() {
            return norm;
        }
        let clip = if norm > CLIP { (CLIP / norm) as f32 } else { 1.0 };
        let t = i as i32 + 1;
        let rule = Rule {
            clip,
            keep: 1.0,
            step: (rate / (1.0 - B1.powi(t))) as f32,
            correction: (1.0 / (1.0 - B2.powi(t))) as f32,
        };
        for slot in &layout.slots {
            let rule = match slot.role {
                Role::Norm => rule,
                Role::Dense | Role::Linear => Rule { keep: (1.0 - rate * decay) as f32, ..rule },
            };
            let range = slot.range();
            let first = self.first[range.clone()].par_chunks_mut(CHUNK);
            let moments = first.zip(self.second[range.clone()].par_chunks_mut(CHUNK));
            let weights = masters[range.clone()].par_chunks_mut(CHUNK).zip(gradient[range].par_chunks(CHUNK));
            moments.zip(weights).for_each(|((m, v), (w, g))| update(rule, m, v, w, g));
        }
        norm
    }
}

/// The factors of a step.
#[derive(Clone, Copy)]
struct Rule {
    clip: f32,
    keep: f32,
    step: f32,
    correction: f32,
}

vectorised! {
    fn update(rule: Rule, m: &mut [f32], v: &mut [f32], w: &mut [f32], g: &[f32]) {
        let (b1, b2) = (B1 as f32, B2 as f32);
        for (((m, v), w), g) in m.iter_mut().zip(v).zip(w).zip(g) {
            let g = g * rule.clip;
            *m = b1 * *m + (1.0 - b1) * g;
            *v = b2 * *v + (1.0 - b2) * g * g;
            *w = *w * rule.keep - rule.step * *m / ((*v * rule.correction).sqrt() + EPS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{Numbers, SMALL};

    #[test]
    fn three_steps_by_hand() {
        let layout = Layout::new(&SMALL);
        let mut numbers = Numbers::new(12);
        let start = numbers.around(0.0, layout.total());
        let mut masters = start.clone();
        let mut optimizer = AdamW::new(layout.total());
        let (mut m, mut v, mut w) = ([0f64; 2], [0f64; 2], [0f64; 2]);
        // A weight of the embedding, which decays, and one of a norm, which does not.
        let picks = [3, layout.slots[1].start];
        (0..2).for_each(|p| w[p] = f64::from(start[picks[p]]));
        for i in 0..3 {
            let gradient = numbers.around(0.0, layout.total());
            let exact = gradient.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt();
            let norm = optimizer.step(&layout, &mut masters, &gradient, (i, 0.1, 0.5));
            assert!((norm / exact - 1.0).abs() < 1e-6 && norm > 1.0);
            for (p, &pick) in picks.iter().enumerate() {
                let (g, t) = (f64::from(gradient[pick]) / exact, i as i32 + 1);
                m[p] = 0.9 * m[p] + 0.1 * g;
                v[p] = 0.95 * v[p] + 0.05 * g * g;
                let change = m[p] / (1.0 - 0.9f64.powi(t)) / ((v[p] / (1.0 - 0.95f64.powi(t))).sqrt() + 1e-8);
                w[p] = w[p] * (1.0 - 0.1 * [0.5, 0.0][p]) - 0.1 * change;
                assert!((f64::from(masters[pick]) - w[p]).abs() < 1e-5, "step {i}");
            }
        }
    }

    #[test]
    fn a_gradient_that_is_no_number_changes_nothing() {
        let layout = Layout::new(&SMALL);
        for bad in [f32::NAN, f32::INFINITY, 1e30] {
            let mut optimizer = AdamW::new(layout.total());
            let (mut masters, mut gradient) = (vec![1.0; layout.total()], vec![0.0; layout.total()]);
            gradient[7] = bad;
            assert!(!optimizer.step(&layout, &mut masters, &gradient, (0, 0.1, 0.5)).is_finite());
            assert_eq!(optimizer, AdamW::new(layout.total()));
            assert!(masters.iter().all(|w| *w == 1.0));
        }
    }

    #[test]
    fn small_gradients_are_not_clipped() {
        let layout = Layout::new(&SMALL);
        let mut gradient = vec![0.0; layout.total()];
        gradient[5] = 0.5;
        let mut optimizer = AdamW::new(layout.total());
        let norm = optimizer.step(&layout, &mut vec![0.0; layout.total()], &gradient, (0, 0.1, 0.0));
        assert_eq!(norm, 0.5);
        assert!((optimizer.first[5] - 0.05).abs() < 1e-6);
        gradient[5] = 50.0;
        let mut optimizer = AdamW::new(layout.total());
        optimizer.step(&layout, &mut vec![0.0; layout.total()], &gradient, (0, 0.1, 0.0));
        assert!((optimizer.first[5] - 0.1).abs() < 1e-6);
    }
}
