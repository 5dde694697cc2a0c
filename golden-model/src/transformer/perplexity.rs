//! Quality of a model's predictions of a text: `-sum log2 p(token | tokens before)`.
//!
//! The text is read in windows of the model's context that overlap by one token, so every token but the first is
//! predicted exactly once, from at least one token before it.

use crate::{Error, KvCache, Matmul, Model};

/// Tokens whose scores are held at once.
const CHUNK: usize = 64;

/// Cost of predicting a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Perplexity {
    /// Tokens predicted: all but the first.
    pub tokens: usize,
    /// Bits for all of them.
    pub bits: f64,
}

impl Perplexity {
    /// Mean bits per predicted token.
    pub fn bits_per_token(&self) -> f64 {
        self.bits / self.tokens as f64
    }

    /// The perplexity, `2^bits_per_token`.
    pub fn perplexity(&self) -> f64 {
        self.bits_per_token().exp2()
    }
}

/// Predicts `tokens` one after the other.
///
/// # Errors
/// If there are fewer than two tokens, one is outside the vocabulary, the engine fails, or a score is not finite.
pub fn perplexity(model: &Model, engine: &mut dyn Matmul, tokens: &[u32]) -> Result<Perplexity, Error> {
    let predicted = tokens.len().saturating_sub(1);
    let window = model.config().context.min(tokens.len());
    if window < 2 {
        return Err(Error::argument("a text and a context of at least two tokens are needed to predict anything"));
    }
    let mut bits = 0.0;
    for start in (0..predicted).step_by(window - 1) {
        let inputs = &tokens[start..predicted.min(start + window - 1)];
        let mut cache = KvCache::new(model.config());
        for (i, chunk) in inputs.chunks(CHUNK).enumerate() {
            let logits = model.forward(engine, chunk, &mut cache)?;
            for row in 0..logits.rows() {
                let next = tokens[start + i * CHUNK + row + 1];
                bits += surprise(logits.row(row), next)?;
            }
        }
    }
    Ok(Perplexity { tokens: predicted, bits })
}

/// `-log2 softmax(logits)[token]`.
fn surprise(logits: &[f32], token: u32) -> Result<f64, Error> {
    let score = logits.get(token as usize);
    let score = f64::from(*score.ok_or_else(|| Error::argument(format!("token {token} is outside the vocabulary")))?);
    let max = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let sum: f64 = logits.iter().map(|&l| (f64::from(l) - max).exp()).sum();
    Ok((max - score + sum.ln()) / std::f64::consts::LN_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surprise_of_a_known_distribution() {
        let ln = |p: f64| p.ln() as f32 + 500.0;
        let logits = [ln(0.5), ln(0.25), ln(0.25)];
        assert!((surprise(&logits, 0).unwrap() - 1.0).abs() < 1e-4);
        assert!((surprise(&logits, 2).unwrap() - 2.0).abs() < 1e-4);
        assert!(surprise(&logits, 3).is_err());
    }
}
