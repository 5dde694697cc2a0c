//! The weights that a model computes with, made from its master weights before every step.
//!
//! | kind | a linear computes with | each worth |
//! |---|---|---|
//! | ternary | `T = clamp(rint(W s), -1, 1)`, `s = 1 / max(mean abs W, 1e-5)` | `1 / s` |
//! | 1-bit | `sign(W - mean W)` | `beta = mean abs W` |
//! | float | `W` | 1 |
//!
//! Gradients of `T / s`, or of `beta sign`, are taken for those of `W`: straight through.

use rayon::prelude::*;
use trine_golden_model::quant;

use crate::Kind;
use crate::layout::{Layout, Role};
use crate::vector::vectorised;

/// Weights in the layout of the parameters; only those of linears differ from the masters, and only those are filled.
#[derive(Clone, Debug)]
pub(crate) struct Effective {
    pub(crate) values: Vec<f32>,
    /// Value of a weight, per slot.
    pub(crate) units: Vec<f32>,
}

impl Effective {
    pub(crate) fn new(layout: &Layout) -> Self {
        Self { values: vec![0.0; layout.total()], units: vec![1.0; layout.slots.len()] }
    }

    /// Quantises all linears, in parallel.
    pub(crate) fn update(&mut self, kind: Kind, layout: &Layout, masters: &[f32]) {
        let mut rest = &mut self.values[..];
        let mut parts = Vec::new();
        for (slot, unit) in layout.slots.iter().zip(&mut self.units) {
            let (own, after) = rest.split_at_mut(slot.rows * slot.cols);
            rest = after;
            if slot.role == Role::Linear {
                parts.push((&masters[slot.range()], own, unit));
            }
        }
        parts.into_par_iter().for_each(|(masters, own, unit)| *unit = quantise(kind, masters, own));
    }
}

/// Fills `own` and returns what one of its weights is worth.
fn quantise(kind: Kind, masters: &[f32], own: &mut [f32]) -> f32 {
    match kind {
        Kind::Float => {
            own.copy_from_slice(masters);
            1.0
        }
        Kind::Ternary => {
            let s = quant::absmean_scale(masters.iter().copied());
            trits(masters, s, own);
            1.0 / s
        }
        Kind::OneBit => {
            let mean = quant::mean(masters.iter().copied()) as f32;
            own.iter_mut().zip(masters).for_each(|(t, &w)| *t = f32::from(quant::sign(w, mean)));
            quant::mean(masters.iter().map(|w| w.abs())) as f32
        }
    }
}

vectorised! {
    fn trits(masters: &[f32], s: f32, own: &mut [f32]) {
        for (t, w) in own.iter_mut().zip(masters) {
            *t = (w * s).round_ties_even().clamp(-1.0, 1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::Numbers;

    #[test]
    fn weights_are_those_of_the_golden_model() {
        let masters = Numbers::new(9).around(0.1, 300);
        let mut own = vec![0.0; 300];
        let s = quant::absmean_scale(masters.iter().copied());
        assert_eq!(quantise(Kind::Ternary, &masters, &mut own), 1.0 / s);
        assert!(own.iter().zip(&masters).all(|(t, &w)| *t == f32::from(quant::ternary(w, s))));
        let beta = quantise(Kind::OneBit, &masters, &mut own);
        let mean = masters.iter().sum::<f32>() / 300.0;
        assert!(own.iter().zip(&masters).all(|(t, w)| *t == if *w > mean { 1.0 } else { -1.0 }));
        assert!((beta - masters.iter().map(|w| w.abs()).sum::<f32>() / 300.0).abs() < 1e-6);
        assert_eq!((quantise(Kind::Float, &masters, &mut own), own), (1.0, masters));
    }
}
