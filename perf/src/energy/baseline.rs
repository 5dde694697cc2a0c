//! The same layer on other hardware: an int8 and an fp16 unit of the same size with the same weight bus and memory, and
//! an int8 systolic array.
//!
//! ```text
//! unit:      tiles take ceil(tile bits / bus) beats, everything else as counted
//! A x A weight-stationary:  ceil(K/A) ceil(N/A) (3 A + M - 2) cycles
//!       output-stationary:  ceil(M/A) ceil(N/A) (K + 2 A - 2) cycles
//! ```
//! The closed forms are those that SCALE-Sim counts for compute. Reports take the greater of these cycles and of those in
//! which the memory moves the bytes of the int8 unit.

use std::iter::Sum;
use std::ops::Mul;

use serde::Serialize;
use trine_spec::Config;

use super::{Arithmetic, Energy, EnergyModel, Records};
use crate::predict::Traffic;
use trine_driver::Counters;
use trine_driver::cycles::MatmulShape;
use trine_driver::schedule::Schedule;

use crate::Error;

/// Columns and rows of the systolic array that reports compare with.
pub const SYSTOLIC: usize = 32;

/// A layer as another unit would compute it.
#[derive(Clone, Debug, Serialize)]
pub struct Baseline {
    /// Arithmetic of the products.
    pub arithmetic: Arithmetic,
    /// Cycles with a job running, with a host that never lets the unit wait.
    pub cycles: u64,
    /// Bytes on the streams.
    pub bytes: u64,
    /// Its energy; absent when an event has no sourced price.
    #[serde(rename = "energy_parts_j")]
    pub energy: Option<Energy>,
    #[serde(skip)]
    counters: Counters,
}

impl Baseline {
    /// The layer stretched to `cycles` where it is faster: a unit that waits is clocked and leaks.
    pub(crate) fn wait(mut self, cycles: u64, pricing: Option<&Pricing>) -> Self {
        self.cycles = self.cycles.max(cycles);
        self.counters.cycles = self.cycles;
        let model = pricing.and_then(|p| p.model(self.arithmetic));
        self.energy = model.map(|model| model.energy(&self.counters, self.bytes));
        self
    }
}

/// Cycles of an int8 systolic array of [`SYSTOLIC`] rows and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Systolic {
    /// Weights stay in place.
    pub weight_stationary: u64,
    /// Sums stay in place.
    pub output_stationary: u64,
}

impl Systolic {
    /// The cycles for one matmul.
    pub fn new(shape: MatmulShape) -> Self {
        let MatmulShape { m, k, n } = shape;
        let (a, folds) = (SYSTOLIC as u64, |size: usize| size.div_ceil(SYSTOLIC) as u64);
        Self {
            weight_stationary: folds(k) * folds(n) * (3 * a + m as u64 - 2),
            output_stationary: folds(m) * folds(n) * (k as u64 + 2 * a - 2),
        }
    }

    /// At least `cycles`: those in which the memory moves the bytes.
    pub(crate) fn wait(self, cycles: u64) -> Self {
        Self {
            weight_stationary: self.weight_stationary.max(cycles),
            output_stationary: self.output_stationary.max(cycles),
        }
    }
}

/// The cycles of as many equal matmuls.
impl Mul<u64> for Systolic {
    type Output = Self;

    fn mul(self, times: u64) -> Self {
        Self { weight_stationary: self.weight_stationary * times, output_stationary: self.output_stationary * times }
    }
}

impl Sum for Systolic {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self { weight_stationary: 0, output_stationary: 0 }, |a, b| Self {
            weight_stationary: a.weight_stationary + b.weight_stationary,
            output_stationary: a.output_stationary + b.output_stationary,
        })
    }
}

/// The prices of a unit and of those it is compared with, on one die with one memory.
#[derive(Clone, Debug)]
pub struct Pricing {
    /// The ternary unit.
    pub unit: EnergyModel,
    others: Vec<(Arithmetic, Result<EnergyModel, String>)>,
}

impl Pricing {
    /// Prices a unit of configuration `config` and its int8 and fp16 counterparts.
    ///
    /// # Errors
    /// [`Error::NoRecord`] with every action of the ternary unit that has no sourced price.
    pub fn new(records: &Records, config: &Config, clock_hz: f64, die: &str, memory: &str) -> Result<Self, Error> {
        let model = |arithmetic| EnergyModel::with_arithmetic(records, config, arithmetic, clock_hz, die, memory);
        let other = |arithmetic| (arithmetic, model(arithmetic).map_err(|error| error.to_string()));
        let others = [Arithmetic::Int8, Arithmetic::Fp16].map(other);
        Ok(Self { unit: model(Arithmetic::Ternary)?, others: others.into() })
    }

    /// The units that have no price on this die, each with the reason.
    pub fn unpriced(&self) -> impl Iterator<Item = (Arithmetic, &str)> {
        self.others.iter().filter_map(|(arithmetic, model)| Some((*arithmetic, model.as_ref().err()?.as_str())))
    }

    fn model(&self, arithmetic: Arithmetic) -> Option<&EnergyModel> {
        self.others.iter().find(|(other, _)| *other == arithmetic).and_then(|(_, model)| model.as_ref().ok())
    }
}

/// Figures of `calls` matmuls of one shape, of which the unit counted `counters`, on a unit of another arithmetic.
pub fn baseline(
    config: &Config,
    shape: MatmulShape,
    calls: u64,
    counters: &Counters,
    arithmetic: Arithmetic,
    pricing: Option<&Pricing>,
) -> Baseline {
    let beats = (8 * arithmetic.tile_bytes(config)).div_ceil(config.weight_bus());
    let longer: u64 = Schedule::new(config, shape)
        .jobs()
        .map(|job| {
            let m = job.shape().m;
            job.shape().tiles(config) * (m.max(beats) - m.max(config.beats_per_tile())) as u64
        })
        .sum();
    let tiles = counters.wgt_beats / config.beats_per_tile() as u64;
    let counted = Counters { cycles: counters.cycles + calls * longer, wgt_beats: tiles * beats as u64, ..*counters };
    let traffic = Traffic::new(config, &counted);
    let wider = if arithmetic == Arithmetic::Fp16 { 2 } else { 1 };
    let bytes = wider * traffic.activations + tiles * arithmetic.tile_bytes(config) as u64 + traffic.results;
    let energy = pricing.and_then(|p| p.model(arithmetic)).map(|model| model.energy(&counted, bytes));
    Baseline { arithmetic, cycles: counted.cycles, bytes, energy, counters: counted }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predict;

    /// FFN up of BitNet b1.58 2B-4T on 32 x 32: cycles that SCALE-Sim counts.
    #[test]
    fn systolic_cycles_as_published_tools_count() {
        let cycles = |m| Systolic::new(MatmulShape { m, k: 2560, n: 6912 });
        assert_eq!(cycles(1), Systolic { weight_stationary: 1_641_600, output_stationary: 566_352 });
        assert_eq!(cycles(16), Systolic { weight_stationary: 1_900_800, output_stationary: 566_352 });
        assert_eq!(cycles(128), Systolic { weight_stationary: 3_836_160, output_stationary: 2_265_408 });
    }

    fn layer(config: &Config, m: usize) -> (MatmulShape, Counters, Pricing) {
        let shape = MatmulShape { m, k: 2560, n: 6912 };
        let pricing = Pricing::new(&Records::builtin().unwrap(), config, 200e6, "7nm", "lpddr4").unwrap();
        (shape, predict::counters(config, shape), pricing)
    }

    /// For one token bytes decide: five times fewer weights, not seventy times less energy.
    #[test]
    fn for_one_token_the_gain_is_the_ratio_of_bytes() {
        let config = Config::sized(64, 16).build().unwrap();
        let (shape, counters, pricing) = layer(&config, 1);
        let traffic = Traffic::new(&config, &counters);
        let own = pricing.unit.energy(&counters, traffic.total());
        let int8 = baseline(&config, shape, 1, &counters, Arithmetic::Int8, Some(&pricing));
        let fp16 = baseline(&config, shape, 1, &counters, Arithmetic::Fp16, Some(&pricing));
        // A tile is 256 bytes instead of 1024, the last beat not full.
        assert_eq!(int8.bytes - traffic.total(), 3 * traffic.weights);
        let ratio = |b: &Baseline| b.energy.unwrap().total().joules() / own.total().joules();
        assert!((3.7..4.1).contains(&ratio(&int8)), "{}", ratio(&int8));
        assert!((7.4..8.2).contains(&ratio(&fp16)), "{}", ratio(&fp16));
        assert!(own.dram.joules() / own.total().joules() > 0.9);
    }

    #[test]
    fn many_tokens_hide_the_weights_of_an_int8_unit() {
        let config = Config::sized(64, 16).build().unwrap();
        let (shape, counters, pricing) = layer(&config, 16);
        let int8 = baseline(&config, shape, 1, &counters, Arithmetic::Int8, Some(&pricing));
        assert_eq!(int8.cycles, counters.cycles, "sixteen beats behind sixteen tokens");
        let fp16 = baseline(&config, shape, 1, &counters, Arithmetic::Fp16, Some(&pricing));
        assert!((fp16.cycles as f64 / counters.cycles as f64 - 2.0).abs() < 0.01);
    }
}
