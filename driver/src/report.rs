//! The machine form of a run: the fields of `trine run --json`.
//!
//! Energies are in joules, times in seconds at the stated clock, cycles from the unit's own counters.

use serde::Serialize;
use trine_spec::Config;

use crate::cycles::utilization;
use crate::energy::{Energy, EnergyModel, Estimate};
use crate::ledger::{Incident, LayerTotals, Ledger, Mismatch};

/// One layer at one number of tokens, summed over its calls.
#[derive(Clone, Debug, Serialize)]
pub struct LayerReport {
    /// The layer's name.
    pub name: String,
    /// Tokens of one call.
    pub m: usize,
    /// Inputs.
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
    /// Bytes moved over the streams.
    pub bytes: u64,
    /// Energy by part; absent when an event has no sourced price.
    pub energy: Option<Energy>,
}

/// Work that the unit does not do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostWork {
    /// What it is.
    pub name: String,
    /// Its multiply-accumulates, where they are counted.
    pub macs: Option<u64>,
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
    /// Per layer.
    pub layers: Vec<LayerReport>,
    /// All cycles.
    pub cycles: u64,
    /// All cycles at `clock_hz`.
    pub simulated_seconds: f64,
    /// The stated clock.
    pub clock_hz: f64,
    /// All energy; absent when an event has no sourced price.
    pub energy_j: Option<Estimate>,
    /// What the energy leaves out, or why there is none.
    pub energy_note: String,
}

impl DeviceReport {
    /// Draws up the report; `energy` is the priced unit or the reason why it has no price.
    pub fn new(ledger: &Ledger, config: &Config, clock_hz: f64, energy: Result<&EnergyModel, &crate::Error>) -> Self {
        let layers: Vec<LayerReport> =
            ledger.layers().iter().map(|totals| layer(totals, config, energy.ok())).collect();
        let cycles = layers.iter().map(|layer| layer.cycles).sum();
        Self {
            config: config.clone(),
            macs: ledger.macs,
            checked_macs: ledger.checked_macs,
            mismatches: ledger.mismatches,
            first_mismatch: ledger.first_mismatch.clone(),
            fallbacks: ledger.fallbacks(),
            incidents: ledger.incidents.clone(),
            cycles,
            simulated_seconds: cycles as f64 / clock_hz,
            clock_hz,
            energy_j: energy.ok().map(|_| layers.iter().filter_map(|l| l.energy).map(|e| e.total()).sum()),
            energy_note: match energy {
                Ok(model) => {
                    let left_out = crate::energy::NOT_COUNTED.join("; ");
                    format!("{} die, {} memory; not counted: {left_out}", model.die, model.memory)
                }
                Err(error) => error.to_string(),
            },
            layers,
        }
    }
}

fn layer(totals: &LayerTotals, config: &Config, energy: Option<&EnergyModel>) -> LayerReport {
    let counters = &totals.counters;
    let macs = totals.shape.macs() * totals.calls;
    LayerReport {
        name: totals.id.to_string(),
        m: totals.shape.m,
        k: totals.shape.k,
        n: totals.shape.n,
        calls: totals.calls,
        macs,
        cycles: counters.cycles,
        active: counters.active,
        stall_act: counters.stall_act,
        stall_wgt: counters.stall_wgt,
        stall_out: counters.stall_out,
        utilization: utilization(config, macs, counters.cycles),
        bound_cycles: totals.bound,
        model_cycles: totals.modelled,
        bytes: totals.bytes,
        energy: energy.map(|model| model.energy(counters, totals.bytes)),
    }
}
