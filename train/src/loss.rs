//! Cross-entropy of the next token: `-ln softmax(logits)[target]`, and its gradient `softmax(logits) - [target]`.

use crate::vector::{exp, largest, sum, vectorised};

vectorised! {
    /// Sums the loss in nats over rows of `logits` and turns them, in place, into its gradient times `weight`.
    pub(crate) fn cross_entropy(logits: &mut [f32], targets: &[u32], weight: f32) -> f64 {
        let vocab = logits.len() / targets.len();
        let mut loss = 0.0;
        for (row, &target) in logits.chunks_exact_mut(vocab).zip(targets) {
            let most = largest(row, f32::NEG_INFINITY, |x| x);
            let score = row[target as usize] - most;
            for x in row.iter_mut() {
                *x = exp(*x - most);
            }
            let total = sum(row);
            loss += f64::from(total).ln() - f64::from(score);
            let scale = weight / total;
            for x in row.iter_mut() {
                *x *= scale;
            }
            row[target as usize] -= weight;
        }
        loss
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{Numbers, assert_gradient, assert_wrong};

    #[test]
    fn gradients_of_the_cross_entropy() {
        let logits = Numbers::new(6).around(0.0, 3 * 21);
        let targets = [4, 20, 0];
        let run = |logits: &[f32]| cross_entropy(&mut logits.to_vec(), &targets, 1.0);
        let mut gradient = logits.clone();
        cross_entropy(&mut gradient, &targets, 1.0);
        assert_gradient("logits", &logits, &gradient, run);
        let mut wrong = logits.clone();
        cross_entropy(&mut wrong, &[4, 19, 0], 1.0);
        assert_wrong(&logits, &wrong, run);
        let mut half = logits.clone();
        cross_entropy(&mut half, &targets, 0.5);
        assert_wrong(&logits, &half, run);
    }

    #[test]
    fn the_loss_of_a_known_distribution() {
        let mut logits = [0.5f32, 0.25, 0.25].map(|p| p.ln() + 50.0);
        let loss = cross_entropy(&mut logits, &[0], 1.0);
        assert!((loss - 2f64.ln()).abs() < 1e-5, "{loss}");
        assert!((logits[0] + 0.5).abs() < 1e-5 && (logits[1] - 0.25).abs() < 1e-5);
    }
}
