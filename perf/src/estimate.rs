//! A whole model on a unit, without running it: the closed forms of the counters, priced, against a memory's bandwidth.
//!
//! ```text
//! counters of every layer (predict) -> cycles, or as long as the memory takes -> seconds, energy, what bounds it
//! ```
//! A unit that waits for its memory leaks and is clocked meanwhile, so its energy is that of the longer time.

use serde::Serialize;
use trine_golden_model::{Config as ModelConfig, LinearId, LinearKind};
use trine_spec::Config;

use crate::conditions::Conditions;
use crate::energy::{Columns, Energy, Estimate, Pricing, Systolic, Tag};
use crate::layer::{self, BaselineTotal, Bound, LayerReport};
use crate::memory::Memory;
use crate::predict::{self, Traffic};
use crate::resident::from_memory;
use crate::roofline::{Position, Roofs};
use trine_driver::LayerTotals;
use trine_driver::cycles::MatmulShape;
use trine_driver::schedule::Schedule;

/// A pass through all linear layers.
#[derive(Clone, Debug, Serialize)]
pub struct Pass {
    /// Tokens that pass together.
    pub tokens: usize,
    /// The projections, each summed over the transformer's layers.
    pub layers: Vec<LayerReport>,
    /// All cycles, waiting for memory included.
    pub cycles: u64,
    /// Their time.
    pub seconds: f64,
    /// Bytes on the streams.
    pub bytes: u64,
    /// All energy; absent when an event has no sourced price.
    pub energy_j: Option<Estimate>,
    /// The same by part.
    #[serde(rename = "energy_parts_j")]
    pub energy: Option<Energy>,
    /// The columns alone, in technologies of which only they were measured.
    pub columns: Vec<Columns>,
    /// The part that takes most of the time.
    pub bound: Bound,
    /// The same on units of other arithmetic, behind the same memory.
    pub baselines: Vec<BaselineTotal>,
    /// Cycles of the same on an int8 systolic array behind the same memory.
    #[serde(rename = "systolic_cycles")]
    pub systolic: Systolic,
    /// Position under the roofs of columns, memory and weight bus.
    pub roofline: Position,
    /// Its conditions.
    pub conditions: Conditions,
}

impl Pass {
    /// Estimates one pass of `tokens` tokens through `model`.
    pub fn new(
        model: &ModelConfig,
        tokens: usize,
        config: &Config,
        clock_hz: f64,
        memory: &Memory,
        pricing: Option<&Pricing>,
    ) -> Self {
        let layers: Vec<LayerReport> = LinearKind::ALL
            .into_iter()
            .map(|kind| layer(model, kind, tokens, config, clock_hz, memory, pricing))
            .collect();
        let cycles = layers.iter().map(|l| l.cycles).sum();
        let (bytes, macs) = (layers.iter().map(|l| l.bytes).sum(), layers.iter().map(|l| l.macs).sum());
        let traffic = layers.iter().map(|l| l.traffic).sum();
        let energy = pricing.map(|_| layers.iter().filter_map(|l| l.energy).sum::<Energy>());
        let longest = |bound: &Bound| layers.iter().filter(|l| l.bound == *bound).map(|l| l.cycles).sum::<u64>();
        let bounds = [Bound::Memory, Bound::WeightBus, Bound::Columns];
        Self {
            tokens,
            cycles,
            seconds: cycles as f64 / clock_hz,
            bytes,
            energy_j: energy.map(|e| e.total()),
            energy,
            columns: vec![],
            bound: bounds.into_iter().max_by_key(longest).unwrap_or(Bound::Columns),
            baselines: layer::totals(&layers, pricing.is_some()),
            systolic: layers.iter().map(|l| l.systolic).sum(),
            roofline: Position::new(&Roofs::new(config, clock_hz, memory), macs, &traffic, cycles, clock_hz),
            conditions: Conditions::new(&layers, config),
            layers,
        }
    }
}

/// One projection of all transformer layers.
fn layer(
    model: &ModelConfig,
    kind: LinearKind,
    tokens: usize,
    config: &Config,
    clock_hz: f64,
    memory: &Memory,
    pricing: Option<&Pricing>,
) -> LayerReport {
    let ((n, k), calls) = (model.linear_shape(kind), model.layers as u64);
    let shape = MatmulShape { m: tokens, k, n };
    let schedule = Schedule::new(config, shape);
    let mut counters = predict::counters(config, shape) * calls;
    let traffic = Traffic::new(config, &counters);
    let (bytes, modelled) = (traffic.total(), counters.cycles);
    counters.cycles = counters.cycles.max(memory.cycles(from_memory(config, &traffic, bytes), clock_hz));
    let id = LinearId { layer: 0, kind };
    let totals = LayerTotals {
        id,
        shape,
        calls,
        counters,
        bound: schedule.bound(config) * calls,
        modelled,
        bytes,
        zero_activations: 0,
        zero_weights: 0,
    };
    let mut report = LayerReport::new(&totals, config, clock_hz, memory, pricing);
    report.name = kind.to_string();
    (report.zero_weights, report.zero_activations) = (None, None);
    report.energy = report.energy.map(|energy| energy.at_best(Tag::Projected));
    for other in &mut report.baselines {
        other.energy = other.energy.map(|energy| energy.at_best(Tag::Projected));
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{energy::Records, memory};
    use trine_spec::Weights;

    fn pass(config: &Config, tokens: usize, memory: &str, die: &str) -> Pass {
        let model = ModelConfig::load(&"synthetic:bitnet-2b-4t".parse().unwrap()).unwrap();
        let memory = memory::named(memory).unwrap();
        let pricing = Pricing::new(&Records::builtin().unwrap(), config, 200e6, die, &memory.set).unwrap();
        Pass::new(&model, tokens, config, 200e6, &memory, Some(&pricing))
    }

    /// The shape of BitNet b1.58 2B-4T: 2.084 G trits, 417 MB at five to a byte.
    #[test]
    fn decode_of_two_billion_weights_moves_their_bytes() {
        let full_tile = Config::sized(64, 16).weight_bus(1640).build().unwrap();
        let decode = pass(&full_tile, 1, "lpddr4-4266", "7nm");
        let macs: u64 = decode.layers.iter().map(|l| l.macs).sum();
        assert_eq!(macs, 2_084_044_800);
        let weights: u64 = decode.layers.iter().map(|l| l.traffic.weights).sum();
        assert!((weights as f64 / (macs as f64 / 5.0) - 1.0).abs() < 0.002, "{weights}");
        assert_eq!(decode.bound, Bound::Memory);
        let at_peak = decode.bytes as f64 / 17.064e9;
        assert!((decode.seconds / at_peak - 1.0).abs() < 0.001, "{} {at_peak}", decode.seconds);
    }

    #[test]
    fn int8_from_the_same_memory_costs_what_its_bytes_cost() {
        for (bus, die, gain) in [(512, "7nm", 4.0), (1640, "7nm", 5.0), (1640, "45nm", 4.8)] {
            let config = Config::sized(64, 16).weight_bus(bus).max_tokens(1).max_depth(8192).build().unwrap();
            let decode = pass(&config, 1, "lpddr4-4266", die);
            let own = decode.energy.unwrap();
            let share = own.dram.joules() / own.total().joules();
            assert!(share > 0.9, "{bus} {die}: {share}");
            let int8 = decode.baselines[0].energy_j.unwrap().joules() / own.total().joules();
            assert!((int8 / gain - 1.0).abs() < 0.07, "{bus} {die}: {int8} instead of {gain}");
            assert_eq!(own.total().tag, Tag::Projected);
        }
    }

    #[test]
    fn a_pass_of_many_tokens_uses_the_columns() {
        let prefill = pass(&Config::sized(64, 16).build().unwrap(), 128, "lpddr4-4266", "45nm");
        assert_eq!(prefill.bound, Bound::Columns);
        assert!(prefill.layers.iter().all(|l| l.utilization > 0.95), "{:?}", prefill.layers[1].utilization);
        let sum: Energy = prefill.layers.iter().filter_map(|l| l.energy).sum();
        assert!((sum.total().joules() / prefill.energy_j.unwrap().joules() - 1.0).abs() < 1e-12);
    }

    /// Weights alone come from the memory, and as fast as they do when they are read in order.
    #[test]
    fn weights_in_a_slow_memory_take_its_rate_in_order() {
        let config = Config::sized(20, 4).weight_bus(16).weights(Weights::Memory).max_depth(8192).build().unwrap();
        let board = memory::named("ulx3s").unwrap();
        let model = ModelConfig::load(&"synthetic:bitnet-2b-4t".parse().unwrap()).unwrap();
        let decode = Pass::new(&model, 1, &config, 50e6, &board.read_in_order(), None);
        let weights: u64 = decode.layers.iter().map(|layer| layer.traffic.weights).sum();
        let exact = weights as f64 / (0.97 * 100e6);
        assert!((decode.seconds / exact - 1.0).abs() < 1e-6, "{} {exact}", decode.seconds);
    }

    #[test]
    fn a_slow_memory_costs_time_and_leakage() {
        let (fast, slow) = ("lpddr4-4266", "sdram-143");
        let [fast, slow] = [fast, slow].map(|memory| pass(&Config::sized(64, 16).build().unwrap(), 1, memory, "45nm"));
        assert!(slow.cycles > 30 * fast.cycles && slow.bytes == fast.bytes);
        assert!(slow.energy.unwrap().idle.joules() > 30.0 * fast.energy.unwrap().idle.joules());
    }
}
