//! The machine form of a run: the fields of `trine run --json`.
//!
//! Energies are in joules, times in seconds at the stated clock, cycles from the unit's own counters.

use serde::Serialize;
use trine_spec::Config;

use crate::Counters;
use crate::conditions::Conditions;
use crate::cycles::utilization;
use crate::energy::{Arithmetic, Baseline, Columns, Energy, Estimate, Event, Item, Part, Pricing, Systolic, baseline};
use crate::ledger::{Incident, LayerTotals, Ledger, Mismatch};
use crate::platform::Memory;
use crate::predict::Traffic;
use crate::roofline::{Position, Roofs};

/// What keeps a layer from being faster.
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
    pub active: u64,
    /// Cycles waiting for activations.
    pub stall_act: u64,
    /// Cycles waiting for weights.
    pub stall_wgt: u64,
    /// Cycles waiting for room for results.
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
    /// What keeps it from being faster.
    pub bound: Bound,
    /// Where it lies under the roofs of columns, memory and weight bus.
    pub roofline: Position,
    /// Bytes moved over the streams.
    pub bytes: u64,
    /// The same by stream.
    pub traffic: Traffic,
    /// Share of the weights that are zero; absent where only the shape is known.
    pub zero_weights: Option<f64>,
    /// Share of the activations that were zero; absent where none were seen.
    pub zero_activations: Option<f64>,
    /// Energy by part; absent when an event has no sourced price. It does not depend on zeros.
    pub energy: Option<Energy>,
    /// The same layer on units of other arithmetic.
    pub baselines: Vec<Baseline>,
    /// Cycles of the same layer on an int8 systolic array behind the same memory.
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
        let memory_cycles = memory.cycles(totals.bytes, clock_hz);
        let traffic = Traffic::new(config, counters);
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
            } else if config.beats_per_tile() > shape.m.min(config.max_tokens) {
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

/// Work that the unit does not do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostWork {
    /// What it is.
    pub name: String,
    /// Its multiply-accumulates, where they are counted.
    pub macs: Option<u64>,
}

/// All layers on a unit of another arithmetic.
#[derive(Clone, Debug, Serialize)]
pub struct BaselineTotal {
    /// How products are made there.
    pub arithmetic: Arithmetic,
    /// All cycles.
    pub cycles: u64,
    /// All bytes.
    pub bytes: u64,
    /// All energy; absent when an event has no sourced price.
    pub energy_j: Option<Estimate>,
}

/// One line of the bill: what happened, how often, and what it cost.
#[derive(Clone, Debug, Serialize)]
pub struct BillLine {
    /// The figure it belongs to.
    pub part: Part,
    /// What happened.
    pub name: &'static str,
    /// Width of the action in bits.
    pub bits: usize,
    /// The counter that it follows.
    pub event: Event,
    /// Actions an event.
    pub per_event: usize,
    /// How often the action happened.
    pub count: u64,
    /// Price of one action.
    pub each: Estimate,
    /// Price of all.
    pub energy: Estimate,
    /// Where the price is from.
    pub source: String,
}

/// All that was counted on a device, with what follows from it.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceReport {
    /// The unit.
    pub config: Config,
    /// Multiply-accumulates done by the unit.
    pub macs: u64,
    /// Those whose results were compared with the golden model.
    pub checked_macs: u64,
    /// Results that differ.
    pub mismatches: u64,
    /// The first of them.
    pub first_mismatch: Option<Mismatch>,
    /// Matmuls that the golden model computed because the unit failed.
    pub fallbacks: usize,
    /// All failures of the unit.
    pub incidents: Vec<Incident>,
    /// Calls whose results a run before had finished and kept.
    pub resumed: u64,
    /// Per layer.
    pub layers: Vec<LayerReport>,
    /// All cycles.
    pub cycles: u64,
    /// All cycles at `clock_hz`.
    pub simulated_seconds: f64,
    /// The stated clock.
    pub clock_hz: f64,
    /// The memory that is assumed behind the unit.
    pub memory: Memory,
    /// All bytes on the streams.
    pub bytes: u64,
    /// The least cycles in which the memory moves them.
    pub memory_cycles: u64,
    /// All cycles behind that memory, layer by layer the greater of both.
    pub cycles_with_memory: u64,
    /// All energy; absent when an event has no sourced price.
    pub energy_j: Option<Estimate>,
    /// The same by part.
    pub energy: Option<Energy>,
    /// The same by action.
    pub bill: Vec<BillLine>,
    /// What the energy leaves out, or why there is none.
    pub energy_note: String,
    /// The columns alone, in technologies of which only they were measured: this unit's, and those of int8 and fp16 units.
    pub columns: Vec<Columns>,
    /// What it was found under; no energy depends on zeros.
    pub conditions: Conditions,
    /// Where all layers together lie under the roofs.
    pub roofline: Position,
    /// The same layers on units of other arithmetic.
    pub baselines: Vec<BaselineTotal>,
    /// Cycles of the same layers on an int8 systolic array behind the same memory.
    pub systolic: Systolic,
}

impl DeviceReport {
    /// Draws up the report; `pricing` is the priced unit or the reason why it has no price.
    pub fn new(
        ledger: &Ledger,
        config: &Config,
        clock_hz: f64,
        memory: &Memory,
        pricing: Result<&Pricing, &crate::Error>,
    ) -> Self {
        let report = |totals| LayerReport::new(totals, config, clock_hz, memory, pricing.ok());
        let layers: Vec<LayerReport> = ledger.layers().iter().map(report).collect();
        let sum = |field: fn(&LayerReport) -> u64| layers.iter().map(field).sum::<u64>();
        let (cycles, bytes) = (sum(|l| l.cycles), sum(|l| l.bytes));
        let cycles_with_memory = sum(|l| l.cycles_with_memory);
        let traffic = layers.iter().map(|l| l.traffic).sum();
        let energy = pricing.ok().map(|_| layers.iter().filter_map(|l| l.energy).sum::<Energy>());
        Self {
            config: config.clone(),
            macs: ledger.macs,
            checked_macs: ledger.checked_macs,
            mismatches: ledger.mismatches,
            first_mismatch: ledger.first_mismatch.clone(),
            fallbacks: ledger.fallbacks(),
            incidents: ledger.incidents.clone(),
            resumed: ledger.resumed,
            cycles,
            simulated_seconds: cycles as f64 / clock_hz,
            clock_hz,
            memory: memory.clone(),
            bytes,
            memory_cycles: memory.cycles(bytes, clock_hz),
            cycles_with_memory,
            energy_j: energy.map(|e| e.total()),
            energy,
            bill: pricing.map_or(vec![], |pricing| bill(ledger, cycles_with_memory, pricing)),
            energy_note: note(pricing),
            columns: vec![],
            conditions: Conditions::new(&layers, config),
            roofline: Position::new(
                &Roofs::new(config, clock_hz, memory),
                ledger.macs,
                &traffic,
                cycles_with_memory,
                clock_hz,
            ),
            baselines: totals(&layers, pricing.is_ok()),
            systolic: layers.iter().map(|l| l.systolic).sum(),
            layers,
        }
    }

    /// Cycles in which the columns worked.
    pub fn active(&self) -> u64 {
        self.layers.iter().map(|l| l.active).sum()
    }
}

/// The bill of all layers together, which take this number of cycles behind their memory.
fn bill(ledger: &Ledger, cycles: u64, pricing: &Pricing) -> Vec<BillLine> {
    let (mut counters, mut bytes) = (Counters::default(), 0);
    for layer in ledger.layers() {
        counters += layer.counters;
        bytes += layer.bytes;
    }
    counters.cycles = cycles;
    let line = |item: &Item| {
        let (count, energy) = pricing.unit.line(item, &counters, bytes);
        let Item { part, name, bits, event, per_event, ref price } = *item;
        BillLine { part, name, bits, event, per_event, count, each: price.energy, energy, source: price.source.clone() }
    };
    pricing.unit.items().iter().map(line).collect()
}

/// What an energy leaves out, or why there is none.
pub fn note(pricing: Result<&Pricing, &crate::Error>) -> String {
    match pricing {
        Ok(pricing) => {
            let (left_out, model) = (crate::energy::NOT_COUNTED.join("; "), &pricing.unit);
            let text = format!("{} die, {} memory; not counted: {left_out}", model.die, model.memory);
            pricing.unpriced().fold(text, |text, (arithmetic, why)| {
                format!("{text}; no energy of the {} unit beside it: {why}", arithmetic.name())
            })
        }
        Err(error) => error.to_string(),
    }
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
    use crate::cycles::Shape;
    use crate::energy::Records;
    use crate::{platform, predict};
    use trine_golden_model::{LinearId, LinearKind};

    /// One call of a layer, priced behind `memory`.
    fn layer(memory: &str) -> LayerReport {
        let (config, shape) = (Config::sized(64, 16), Shape { m: 1, k: 2560, n: 6912 });
        let memory = platform::memory(memory).unwrap();
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
