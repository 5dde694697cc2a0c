//! Counters of a unit whose host never lets it wait: the closed form of every counter but the stalls.
//!
//! ```text
//! passes = ceil(N / columns)    chunks = ceil(K / lanes)    tiles = passes * chunks
//! active = tiles * M    activation beats = chunks * M    weight beats = tiles * beats per tile    result beats = passes * M
//! ```
//! Each for every job of the schedule.

use std::iter::Sum;

use serde::Serialize;
use trine_spec::Config;

use trine_driver::Counters;
use trine_driver::cycles::MatmulShape;
use trine_driver::schedule::Schedule;

/// The counters of one matmul; stalls are left at 0.
pub fn counters(config: &Config, shape: MatmulShape) -> Counters {
    let schedule = Schedule::new(config, shape);
    schedule.jobs().map(|job| Counters::expected(config, job.shape())).sum()
}

/// Bytes on the three streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Traffic {
    /// Lane chunks in.
    pub activations: u64,
    /// Weights in.
    pub weights: u64,
    /// Sums out.
    pub results: u64,
}

impl Traffic {
    /// The bytes of the beats that were counted.
    pub fn new(config: &Config, counters: &Counters) -> Self {
        let bytes = |beats: u64, bits: usize| beats * bits as u64 / 8;
        Self {
            activations: bytes(counters.act_beats, config.act_bus()),
            weights: bytes(counters.wgt_beats, config.weight_bus()),
            results: bytes(counters.res_beats, config.res_bus()),
        }
    }

    /// All bytes.
    pub fn total(&self) -> u64 {
        self.activations + self.weights + self.results
    }
}

impl Sum for Traffic {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| Self {
            activations: a.activations + b.activations,
            weights: a.weights + b.weights,
            results: a.results + b.results,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_by_hand() {
        let config = Config::sized(64, 16).build().unwrap();
        let counted = counters(&config, MatmulShape { m: 5, k: 130, n: 33 });
        // Three chunks, three passes, four beats a tile.
        let expected = (45, 15, 36, 15);
        assert_eq!((counted.active, counted.act_beats, counted.wgt_beats, counted.res_beats), expected);
        let traffic = Traffic::new(&config, &counted);
        assert_eq!(traffic, Traffic { activations: 15 * 64, weights: 36 * 64, results: 15 * 64 });
        assert_eq!(traffic.total(), 66 * 64);
    }

    #[test]
    fn every_job_loads_its_weights() {
        let config = Config::sized(8, 8).max_tokens(4).build().unwrap();
        let whole = counters(&config, MatmulShape { m: 8, k: 16, n: 16 });
        let half = counters(&config, MatmulShape { m: 4, k: 16, n: 16 });
        assert_eq!((whole.wgt_beats, whole.cycles), (2 * half.wgt_beats, 2 * half.cycles));
    }
}
