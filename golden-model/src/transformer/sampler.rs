//! Choosing the next token from its scores.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A way to choose a token.
#[derive(Clone, Debug)]
pub struct Sampler(Choice);

#[derive(Clone, Debug)]
enum Choice {
    Greedy,
    Temperature { temperature: f32, random: Box<ChaCha8Rng> },
}

impl Sampler {
    /// The highest score; among equals, the lowest token.
    pub fn greedy() -> Self {
        Self(Choice::Greedy)
    }

    /// With probability `softmax(logits / temperature)`. The same seed makes the same choices on every machine.
    /// A temperature of zero is greedy.
    pub fn temperature(temperature: f32, seed: u64) -> Self {
        if temperature > 0.0 {
            Self(Choice::Temperature { temperature, random: Box::new(ChaCha8Rng::seed_from_u64(seed)) })
        } else {
            Self::greedy()
        }
    }

    /// Chooses among `logits`, one per token and at least one.
    ///
    /// # Panics
    /// If `logits` is empty.
    pub fn sample(&mut self, logits: &[f32]) -> u32 {
        match &mut self.0 {
            Choice::Greedy => argmax(logits) as u32,
            Choice::Temperature { temperature, random } => {
                let max = f64::from(logits[argmax(logits)]);
                let weights: Vec<f64> =
                    logits.iter().map(|&l| ((f64::from(l) - max) / f64::from(*temperature)).exp()).collect();
                let mut left = random.random::<f64>() * weights.iter().sum::<f64>();
                let chosen = weights.iter().position(|weight| {
                    left -= weight;
                    left < 0.0
                });
                // Rounding can leave a crumb after the last weight.
                chosen.unwrap_or_else(|| argmax(logits)) as u32
            }
        }
    }
}

/// The index of the first of the largest; NaN loses against every number.
fn argmax(values: &[f32]) -> usize {
    let better = |best: usize, i: usize| if values[i] > values[best] || values[best].is_nan() { i } else { best };
    (0..values.len()).reduce(better).expect("a score per token")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greedy_takes_the_first_of_the_largest() {
        assert_eq!(Sampler::greedy().sample(&[0.0, 3.0, 3.0, f32::NAN]), 1);
        assert_eq!(Sampler::greedy().sample(&[f32::NAN, -3.0]), 1);
        assert_eq!(Sampler::temperature(0.0, 1).sample(&[0.0, 1.0]), 1);
    }

    #[test]
    fn temperature_follows_the_softmax_and_the_seed() {
        let logits = [0.0, 2f32.ln() * 0.5, f32::NEG_INFINITY];
        let draw = |seed| {
            let mut sampler = Sampler::temperature(0.5, seed);
            (0..30_000).map(|_| sampler.sample(&logits)).collect::<Vec<u32>>()
        };
        let counts = draw(1).iter().fold([0; 3], |mut counts, &t| {
            counts[t as usize] += 1;
            counts
        });
        // One third and two thirds; the standard deviation is 82.
        assert!((counts[0] - 10_000i32).abs() < 500 && counts[2] == 0, "{counts:?}");
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
