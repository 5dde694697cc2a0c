//! Learning rate and weight decay over the steps of a training.
//!
//! ```text
//! rate(i)  = peak * min(1, (i + 1) / warm-up) * (1 - i / steps)
//! decay(i) = 0.1 in the first half, then 0
//! landing:   from step f on, rate(f) * (1 - (i - f) / n) and no decay, for n steps
//! ```
//! A warm-up, a linear decay, and the two stages of weight decay of BitNet b1.58 (arXiv 2402.17764, and its training
//! notes): late in training decay would only make weights change sign.

use serde::{Deserialize, Serialize};

/// Rates of a training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// The highest learning rate.
    pub peak: f64,
    /// Steps until it is reached.
    pub warmup: usize,
    /// All steps.
    pub steps: usize,
    /// A landing: where it begins, and its steps, in place of all that were planned after.
    #[serde(default)]
    pub landing: Option<(usize, usize)>,
}

/// Weight decay of the first half.
const DECAY: f64 = 0.1;

impl Schedule {
    /// Steps that are taken.
    pub fn end(&self) -> usize {
        self.landing.map_or(self.steps, |(from, steps)| from + steps)
    }

    /// The learning rate of step `i`, from 0.
    pub fn rate(&self, i: usize) -> f64 {
        match self.landing {
            Some((from, steps)) if i > from => self.planned(from) * (1.0 - (i - from) as f64 / steps as f64),
            _ => self.planned(i),
        }
    }

    fn planned(&self, i: usize) -> f64 {
        let warm = ((i + 1) as f64 / self.warmup.max(1) as f64).min(1.0);
        self.peak * warm * (1.0 - i as f64 / self.steps as f64)
    }

    /// The weight decay of step `i`.
    pub fn decay(&self, i: usize) -> f64 {
        let landing = self.landing.is_some_and(|(from, _)| i >= from);
        if 2 * i < self.steps && !landing { DECAY } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_rise_and_fall_and_decay_stops() {
        let schedule = Schedule { peak: 1.0, warmup: 10, steps: 100, landing: None };
        assert_eq!(schedule.rate(0), 0.1);
        assert_eq!([schedule.rate(9), schedule.rate(50)], [0.91, 0.5]);
        assert!((schedule.rate(99) - 0.01).abs() < 1e-12);
        assert_eq!([0, 49, 50, 99].map(|i| schedule.decay(i)), [0.1, 0.1, 0.0, 0.0]);
        assert_eq!(schedule.end(), 100);
    }

    #[test]
    fn a_landing_starts_from_the_rate_there_was() {
        let whole = Schedule { peak: 1.0, warmup: 10, steps: 100, landing: None };
        let landed = Schedule { landing: Some((40, 20)), ..whole };
        assert_eq!(landed.end(), 60);
        assert_eq!([39, 40].map(|i| landed.rate(i)), [39, 40].map(|i| whole.rate(i)));
        assert!((landed.rate(50) - 0.3).abs() < 1e-12 && (landed.rate(59) - 0.03).abs() < 1e-12);
        assert_eq!([39, 40].map(|i| landed.decay(i)), [0.1, 0.0]);
    }
}
