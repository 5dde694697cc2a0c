//! Root-mean-square normalisation: `y = w * x / sqrt(mean(x^2) + eps)`, per token; tokens in parallel.

use rayon::prelude::*;

/// An RMSNorm with its weights.
#[derive(Clone, Debug)]
pub struct RmsNorm {
    weights: Vec<f32>,
    eps: f32,
}

impl RmsNorm {
    /// A norm over `weights.len()` features.
    pub fn new(weights: Vec<f32>, eps: f32) -> Self {
        Self { weights, eps }
    }

    /// True if every weight is 0.
    pub(crate) fn is_zero(&self) -> bool {
        self.weights.iter().all(|&weight| weight == 0.0)
    }

    /// Normalises every token of `x`, which is `M x features`.
    ///
    /// # Panics
    /// If the norm has no weights.
    pub fn forward(&self, x: &[f32]) -> Vec<f32> {
        let mut y = x.to_vec();
        y.par_chunks_mut(self.weights.len()).for_each(|row| {
            let mean = row.iter().map(|x| x * x).sum::<f32>() / row.len() as f32;
            let scale = 1.0 / (mean + self.eps).sqrt();
            row.iter_mut().zip(&self.weights).for_each(|(x, w)| *x = *x * scale * w);
        });
        y
    }
}

/// `(x - mean) / sqrt(variance + eps)` per token of `features`, without weights: the LN inside the original BitNet's
/// linear.
pub(crate) fn layer_norm(x: &[f32], features: usize, eps: f32) -> Vec<f32> {
    let mut y = x.to_vec();
    y.par_chunks_mut(features).for_each(|row| {
        let mean = row.iter().sum::<f32>() / row.len() as f32;
        row.iter_mut().for_each(|x| *x -= mean);
        let variance = row.iter().map(|x| x * x).sum::<f32>() / row.len() as f32;
        let scale = 1.0 / (variance + eps).sqrt();
        row.iter_mut().for_each(|x| *x *= scale);
    });
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_normalised_one_by_one() {
        let norm = RmsNorm::new(vec![1.0, 2.0], 0.0);
        assert_eq!(norm.forward(&[3.0, 3.0, -5.0, 5.0]), [1.0, 2.0, -1.0, 2.0]);
        assert_eq!(RmsNorm::new(vec![1.0], 3.0).forward(&[1.0]), [0.5]);
        assert_eq!(layer_norm(&[1.0, 3.0, 7.0, 7.0], 2, 0.0)[..2], [-1.0, 1.0]);
        assert_eq!(layer_norm(&[7.0, 7.0], 2, 1.0), [0.0, 0.0]);
    }
}
