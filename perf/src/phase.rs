//! Prompt and generated tokens told apart.
//!
//! ```text
//! prefill: one pass of all tokens of the prompt  -> the first generated token
//! decode:  one pass of each generated token but the last  -> the next one
//! ```
//! The last generated token goes through no pass, so that a run of one generated token has no decode at all.

use serde::Serialize;
use trine_spec::Config;

use crate::conditions::Conditions;
use crate::energy::{Energy, Estimate, Pricing, Systolic};
use crate::layer::{self, BaselineTotal, LayerReport};
use crate::memory::Memory;
use crate::roofline::{Position, Roofs};
use trine_driver::LayerTotals;

/// The passes of one kind, summed.
#[derive(Clone, Debug, Serialize)]
pub struct Phase {
    /// Multiply-accumulates of the unit.
    pub macs: u64,
    /// Cycles of the unit.
    pub cycles: u64,
    /// Cycles by the closed form, with a host that never lets the unit wait and weights on a stream.
    pub model_cycles: u64,
    /// The counted ones at the stated clock.
    pub seconds: f64,
    /// Cycles behind the memory, layer by layer the greater of the unit's and the memory's. Energy and comparison are of these.
    pub cycles_with_memory: u64,
    /// Bytes on the streams.
    pub bytes: u64,
    /// All energy; absent when an event has no sourced price.
    pub energy_j: Option<Estimate>,
    /// Cycles over tokens; absent without tokens.
    pub cycles_per_token: Option<f64>,
    /// Energy over tokens; absent without tokens or without energy.
    #[serde(rename = "energy_per_token_j")]
    pub joules_per_token: Option<Estimate>,
    /// The same layers on units of other arithmetic.
    pub baselines: Vec<BaselineTotal>,
    /// Cycles of the same layers on an int8 systolic array behind the same memory.
    #[serde(rename = "systolic_cycles")]
    pub systolic: Systolic,
    /// Position of the passes under the roofs.
    pub roofline: Position,
    /// Conditions of the figures.
    pub conditions: Conditions,
}

impl Phase {
    /// Sums `layers`, through which `tokens` tokens passed.
    pub fn new(
        layers: &[LayerTotals],
        tokens: u64,
        config: &Config,
        clock_hz: f64,
        memory: &Memory,
        pricing: Option<&Pricing>,
    ) -> Self {
        let layers: Vec<LayerReport> =
            layers.iter().map(|totals| LayerReport::new(totals, config, clock_hz, memory, pricing)).collect();
        let sum = |field: fn(&LayerReport) -> u64| layers.iter().map(field).sum::<u64>();
        let (macs, cycles, cycles_with_memory) = (sum(|l| l.macs), sum(|l| l.cycles), sum(|l| l.cycles_with_memory));
        let traffic = layers.iter().map(|l| l.traffic).sum();
        let energy = pricing.map(|_| layers.iter().filter_map(|l| l.energy).sum::<Energy>().total());
        Self {
            macs,
            cycles,
            model_cycles: sum(|l| l.model_cycles),
            seconds: cycles as f64 / clock_hz,
            cycles_with_memory,
            bytes: sum(|l| l.bytes),
            energy_j: energy,
            cycles_per_token: (tokens > 0).then(|| cycles as f64 / tokens as f64),
            joules_per_token: energy.filter(|_| tokens > 0).map(|energy| energy * (1.0 / tokens as f64)),
            baselines: layer::totals(&layers, pricing.is_some()),
            systolic: layers.iter().map(|l| l.systolic).sum(),
            roofline: Position::new(
                &Roofs::new(config, clock_hz, memory),
                macs,
                &traffic,
                cycles_with_memory,
                clock_hz,
            ),
            conditions: Conditions::new(&layers, config),
        }
    }
}
