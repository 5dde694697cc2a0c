//! The report of one layer, and its sums on units of other arithmetic.
//!
//! Energies are in joules, cycles from the unit's own counters, [`LayerReport::cycles_with_memory`] with the wait for memory.

use serde::Serialize;
use trine_driver::{Counters, LayerTotals};
use trine_spec::Config;

use crate::energy::{Arithmetic, Baseline, Energy, Estimate, Pricing, Systolic, baseline};
use crate::memory::Memory;
use crate::predict::Traffic;
use crate::resident;
use crate::roofline::{Position, Roofs};
use crate::utilization;

/// The resource that limits the speed of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// The memory cannot deliver the bytes in time.
    Memory,
    /// A tile takes more beats than there are tokens to apply it to.
    WeightBus,
    /// The columns work in every cycle, but for the ends of jobs.
    Columns,
}

impl Bound {
    /// The words that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::WeightBus => "weight bus",
            Self::Columns => "columns",
        }
    }
}

/// One layer at one size of a call, summed over its calls.
#[derive(Clone, Debug, Serialize)]
pub struct LayerReport {
    /// The layer's name.
    pub name: String,
    /// Tokens of one call.
    pub m: usize,
    /// Inputs of one call: of a layer whose inputs have several scales, one range of them.
    pub k: usize,
    /// Outputs.
    pub n: usize,
    /// Number of calls; all that follows is their sum.
    pub calls: u64,
    /// Multiply-accumulates.
    pub macs: u64,
    /// Cycles with a job running.
    pub cycles: u64,
    /// Cycles in which the columns worked.
    #[serde(rename = "active_cycles")]
    pub active: u64,
    /// Cycles waiting for activations.
    #[serde(rename = "stall_act_cycles")]
    pub stall_act: u64,
    /// Cycles waiting for weights.
    #[serde(rename = "stall_wgt_cycles")]
    pub stall_wgt: u64,
    /// Cycles waiting for room for results.
    #[serde(rename = "stall_out_cycles")]
    pub stall_out: u64,
    /// Multiply-accumulates over `cycles * lanes * columns`.
    pub utilization: f64,
    /// The least cycles possible.
    pub bound_cycles: u64,
    /// The cycles when the host never lets the unit wait.
    pub model_cycles: u64,
    /// The least cycles in which the memory moves the bytes.
    pub memory_cycles: u64,
    /// Cycles behind that memory: the greater of `cycles` and `memory_cycles`. Energy, roofline and baselines are of these.
    pub cycles_with_memory: u64,
    /// The resource that limits its speed.
    pub bound: Bound,
    /// Position under the roofs of columns, memory and weight bus.
    pub roofline: Position,
    /// Bytes moved over the streams.
    pub bytes: u64,
    /// The same by stream.
    #[serde(rename = "traffic_bytes")]
    pub traffic: Traffic,
    /// Share of the weights that are zero; absent where only the shape is known.
    pub zero_weights: Option<f64>,
    /// Share of the activations that were zero; absent where none were seen.
    pub zero_activations: Option<f64>,
    /// Energy by part; absent when an event has no sourced price. It does not depend on zeros.
    #[serde(rename = "energy_parts_j")]
    pub energy: Option<Energy>,
    /// The same layer on units of other arithmetic.
    pub baselines: Vec<Baseline>,
    /// Cycles of the same layer on an int8 systolic array behind the same memory.
    #[serde(rename = "systolic_cycles")]
    pub systolic: Systolic,
}

impl LayerReport {
    /// Draws up the report of one layer.
    pub fn new(
        totals: &LayerTotals,
        config: &Config,
        clock_hz: f64,
        memory: &Memory,
        pricing: Option<&Pricing>,
    ) -> Self {
        let (shape, calls, counters) = (totals.shape, totals.calls, &totals.counters);
        let macs = shape.macs() * calls;
        let traffic = Traffic::new(config, counters);
        let memory_cycles = memory.cycles(resident::from_memory(config, &traffic, totals.bytes), clock_hz);
        // A unit that waits for its memory is clocked and leaks meanwhile.
        let waiting = Counters { cycles: counters.cycles.max(memory_cycles), ..*counters };
        let other = |arithmetic| {
            let other = baseline(config, shape, calls, counters, arithmetic, pricing);
            let cycles = memory.cycles(other.bytes, clock_hz);
            other.wait(cycles, pricing)
        };
        let baselines = [Arithmetic::Int8, Arithmetic::Fp16].map(other);
        let systolic = (Systolic::new(shape) * calls).wait(memory.cycles(baselines[0].bytes, clock_hz));
        Self {
            name: totals.id.to_string(),
            m: shape.m,
            k: shape.k,
            n: shape.n,
            calls,
            macs,
            cycles: counters.cycles,
            active: counters.active,
            stall_act: counters.stall_act,
            stall_wgt: counters.stall_wgt,
            stall_out: counters.stall_out,
            utilization: utilization(config, macs, counters.cycles),
            bound_cycles: totals.bound,
            model_cycles: totals.modelled,
            memory_cycles,
            cycles_with_memory: waiting.cycles,
            bound: if memory_cycles > totals.modelled {
                Bound::Memory
            } else if config.beats_per_tile() > shape.m.min(config.max_tokens()) {
                Bound::WeightBus
            } else {
                Bound::Columns
            },
            roofline: Position::new(&Roofs::new(config, clock_hz, memory), macs, &traffic, waiting.cycles, clock_hz),
            bytes: totals.bytes,
            traffic,
            zero_weights: Some(totals.zero_weights as f64 / (calls * (shape.k * shape.n) as u64) as f64),
            zero_activations: Some(totals.zero_activations as f64 / (calls * (shape.m * shape.k) as u64) as f64),
            energy: pricing.map(|pricing| pricing.unit.energy(&waiting, totals.bytes)),
            baselines: baselines.into(),
            systolic,
        }
    }
}

/// All layers on a unit of another arithmetic.
#[derive(Clone, Debug, Serialize)]
pub struct BaselineTotal {
    /// Arithmetic of the products.
    pub arithmetic: Arithmetic,
    /// All cycles.
    pub cycles: u64,
    /// All bytes.
    pub bytes: u64,
    /// All energy; absent when an event has no sourced price.
    pub energy_j: Option<Estimate>,
}

/// The baselines of all layers together, `priced` where there is a price at all.
pub fn totals(layers: &[LayerReport], priced: bool) -> Vec<BaselineTotal> {
    let of = |arithmetic| {
        let same: Vec<&Baseline> =
            layers.iter().flat_map(|l| &l.baselines).filter(|b| b.arithmetic == arithmetic).collect();
        BaselineTotal {
            arithmetic,
            cycles: same.iter().map(|b| b.cycles).sum(),
            bytes: same.iter().map(|b| b.bytes).sum(),
            // One layer without a price leaves the whole without.
            energy_j: priced.then(|| same.iter().map(|b| b.energy.map(|e| e.total())).sum()).flatten(),
        }
    };
    [Arithmetic::Int8, Arithmetic::Fp16].map(of).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::energy::Records;
    use crate::{memory, predict};
    use trine_driver::cycles::MatmulShape;
    use trine_golden_model::{LinearId, LinearKind};

    /// One call of a layer, priced behind `memory`.
    fn layer(memory: &str) -> LayerReport {
        let (config, shape) = (Config::sized(64, 16).build().unwrap(), MatmulShape { m: 1, k: 2560, n: 6912 });
        let memory = memory::named(memory).unwrap();
        let pricing = Pricing::new(&Records::builtin().unwrap(), &config, 200e6, "7nm", &memory.set).unwrap();
        let counters = predict::counters(&config, shape);
        let totals = LayerTotals {
            id: LinearId { layer: 0, kind: LinearKind::Up },
            shape,
            calls: 1,
            counters,
            bound: counters.cycles,
            modelled: counters.cycles,
            bytes: Traffic::new(&config, &counters).total(),
            zero_activations: 0,
            zero_weights: 0,
        };
        LayerReport::new(&totals, &config, 200e6, &memory, Some(&pricing))
    }

    #[test]
    fn a_slow_memory_stretches_the_unit_and_all_that_it_is_compared_with() {
        let (fast, slow) = (layer("lpddr4-4266"), layer("sdram-143"));
        assert_eq!((fast.cycles, fast.cycles_with_memory), (slow.cycles, fast.cycles));
        assert_eq!(slow.cycles_with_memory, slow.memory_cycles);
        let stretch = slow.memory_cycles as f64 / slow.cycles as f64;
        assert!(stretch > 40.0, "{stretch}");
        let leaked = |layer: &LayerReport| layer.energy.unwrap().idle.joules();
        assert!((leaked(&slow) / leaked(&fast) / stretch - 1.0).abs() < 1e-9);
        assert!(slow.roofline.rate <= slow.roofline.attainable, "{:?}", slow.roofline);
        // Four times the bytes take four times as long, on an int8 unit and on a systolic array.
        for cycles in [slow.baselines[0].cycles, slow.systolic.weight_stationary, slow.systolic.output_stationary] {
            let ratio = cycles as f64 / slow.cycles_with_memory as f64;
            assert!((3.8..4.1).contains(&ratio), "{ratio}");
        }
    }
}
