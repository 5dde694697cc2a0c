//! SmoothQuant (arXiv 2211.10438): outliers of activations are moved into the weights before both are rounded.
//!
//! ```text
//! Y = (X diag(s)^-1) (diag(s) W)      s_j = max abs X_j ^ a / max abs W_j ^ (1 - a),   a = 0.5        (their eq. 3, 4)
//! ```
//! `j` is an input channel. `diag(s)^-1` goes into the gain of the norm in front, so the float model is unchanged.

use super::groups::groups;
use super::hessian::for_each_batch;
use crate::corpus::Corpus;
use crate::{Kind, Network};

/// Part of the difficulty that is moved.
const ALPHA: f32 = 0.5;

/// The same float model with smoother activations.
pub(super) fn smooth(float: &Network, corpus: &Corpus, seed: u64) -> Network {
    let mut largest: Vec<[Vec<f32>; 4]> = vec![Default::default(); float.shape.layers];
    for_each_batch(float, corpus, seed, |pass| {
        for (layer, largest) in largest.iter_mut().enumerate() {
            for (inputs, most) in pass.inputs(layer).into_iter().zip(largest) {
                let width = inputs.len() / pass.tokens();
                most.resize(width, 0.0);
                for row in inputs.chunks(width) {
                    most.iter_mut().zip(row).for_each(|(most, x)| *most = most.max(x.abs()));
                }
            }
        }
    });
    let mut masters = float.masters.clone();
    for (slots, largest) in float.layout.layers.iter().zip(&largest) {
        for ((norm, linears), x) in groups(slots).into_iter().zip(largest) {
            let mut w = vec![0f32; x.len()];
            for &linear in &linears {
                for row in masters[float.layout.range(linear)].chunks(x.len()) {
                    w.iter_mut().zip(row).for_each(|(most, w)| *most = most.max(w.abs()));
                }
            }
            // A channel that is never used, or used by nobody, is left alone.
            let factor = |(x, w): (&f32, &f32)| {
                let s = x.powf(ALPHA) / w.powf(1.0 - ALPHA);
                if s.is_finite() && s > 0.0 { s } else { 1.0 }
            };
            let s: Vec<f32> = x.iter().zip(&w).map(factor).collect();
            masters[float.layout.range(norm)].iter_mut().zip(&s).for_each(|(gain, s)| *gain /= s);
            for &linear in &linears {
                for row in masters[float.layout.range(linear)].chunks_mut(s.len()) {
                    row.iter_mut().zip(&s).for_each(|(w, s)| *w *= s);
                }
            }
        }
    }
    Network::new(Kind::Float, float.shape, masters)
}

#[cfg(test)]
mod tests {
    use super::super::tests::trained;
    use super::super::{Method, quantise};
    use super::*;
    use crate::{Pass, held_out};

    /// The function stays; and where one channel of activations is a hundred times the others, which ruins their int8
    /// codes, smoothing saves them.
    #[test]
    fn the_model_stays_and_outliers_go() {
        let (mut float, corpus) = trained();
        let bits = |network: &Network| held_out(network, &mut [Pass::new(network, 1)], &corpus, usize::MAX);
        let own = bits(&float);
        // An outlier that changes nothing in float: a gain goes up, the weights that read it go down.
        for slots in float.layout.layers.clone() {
            for (norm, linears) in groups(&slots) {
                float.masters[float.layout.slots[norm].start + 3] *= 100.0;
                for linear in linears {
                    let slot = float.layout.slots[linear].clone();
                    float.masters[slot.range()].iter_mut().skip(3).step_by(slot.cols).for_each(|w| *w /= 100.0);
                }
            }
        }
        float.refresh();
        assert!((bits(&float) - own).abs() < 1e-3);
        let smooth = smooth(&float, &corpus, 1);
        assert!((bits(&smooth) - own).abs() < 1e-3, "{} {own}", bits(&smooth));
        let plain = bits(&quantise(&float, Method::Absmax { bits: 8, int8_activations: true }, &corpus, 1));
        let smoothed = bits(&quantise(&float, Method::SmoothQuant, &corpus, 1));
        assert!(plain - own > 5.0 * (smoothed - own).abs(), "{own} {smoothed} {plain}");
    }
}
