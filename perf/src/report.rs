//! The machine form of a run: the fields of `trine run --json`.
//!
//! Energies are in joules, times in seconds at the stated clock, cycles from the unit's own counters.

use serde::Serialize;
use trine_driver::{Counters, Incident, Ledger, Mismatch, Scope};
use trine_golden_model::{LinearId, LinearKind};
use trine_spec::Config;
use trine_spec::config::Density;

use crate::Error;
use crate::conditions::Conditions;
use crate::energy::{Columns, Energy, Estimate, Event, Item, Part, Pricing, Systolic};
use crate::layer::{BaselineTotal, LayerReport, totals};
use crate::memory::Memory;
use crate::predict::Traffic;
use crate::resident::{Resident, from_memory};
use crate::roofline::{Position, Roofs};

/// Work that the unit does not do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostWork {
    /// Name of the work.
    pub name: String,
    /// Its multiply-accumulates, where they are counted.
    pub macs: Option<u64>,
}

impl HostWork {
    /// Work of the host in a run whose unit, if there is one, keeps `books` of the layers of a scope; `head` are the
    /// multiply-accumulates of the output head.
    pub fn of_run(books: Option<(&Ledger, Scope)>, head: u64) -> Vec<Self> {
        let work = |name: &str, macs| Self { name: name.into(), macs };
        let linears = books.filter(|(ledger, _)| ledger.host_macs > 0).map(|(ledger, scope)| {
            let kept = LinearKind::ALL.into_iter().filter(|&kind| !scope.takes(LinearId { layer: 0, kind }));
            let kept: Vec<String> = kept.map(|kind| kind.to_string()).collect();
            let name = if kept.is_empty() { "linears of failed jobs".into() } else { kept.join(", ") };
            work(&name, Some(ledger.host_macs))
        });
        let others = [
            work("embedding, norms, rotary positions, quantisation and scales", None),
            work("attention scores, softmax, weighted values", None),
            work("output head", Some(head)),
            work("sampling", None),
        ];
        linears.into_iter().chain(others).collect()
    }
}

/// One line of the bill: what happened, how often, and what it cost.
#[derive(Clone, Debug, Serialize)]
pub struct BillLine {
    /// The figure it belongs to.
    pub part: Part,
    /// Name of the action.
    pub name: &'static str,
    /// Width of the action in bits.
    pub bits: usize,
    /// The counter that it follows.
    pub event: Event,
    /// Actions an event.
    pub per_event: usize,
    /// Number of times that the action happened.
    pub count: u64,
    /// Price of one action.
    #[serde(rename = "energy_per_action_j")]
    pub each: Estimate,
    /// Price of all.
    #[serde(rename = "energy_j")]
    pub energy: Estimate,
    /// Source of the price.
    pub source: String,
}

/// All that was counted on a device, with what follows from it.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceReport {
    /// The unit.
    pub config: Config,
    /// Density of its weight stream.
    pub density: Density,
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
    /// Of a unit that reads its weights from that memory, with which its cycles were counted.
    pub resident: Option<Resident>,
    /// All energy; absent when an event has no sourced price.
    pub energy_j: Option<Estimate>,
    /// The same by part.
    #[serde(rename = "energy_parts_j")]
    pub energy: Option<Energy>,
    /// The same by action.
    pub bill: Vec<BillLine>,
    /// Parts that the energy leaves out, or the reason for which there is none.
    pub energy_note: String,
    /// The columns alone, in technologies of which only they were measured: this unit's, and those of int8 and fp16 units.
    pub columns: Vec<Columns>,
    /// Its conditions; no energy depends on zeros.
    pub conditions: Conditions,
    /// Place of all layers together under the roofs.
    pub roofline: Position,
    /// The same layers on units of other arithmetic.
    pub baselines: Vec<BaselineTotal>,
    /// Cycles of the same layers on an int8 systolic array behind the same memory.
    #[serde(rename = "systolic_cycles")]
    pub systolic: Systolic,
}

impl DeviceReport {
    /// Draws up the report; `pricing` is the priced unit or the reason why it has no price.
    pub fn new(
        ledger: &Ledger,
        config: &Config,
        clock_hz: f64,
        memory: &Memory,
        pricing: Result<&Pricing, &Error>,
    ) -> Self {
        let report = |totals| LayerReport::new(totals, config, clock_hz, memory, pricing.ok());
        let layers: Vec<LayerReport> = ledger.layers().iter().map(report).collect();
        let sum = |field: fn(&LayerReport) -> u64| layers.iter().map(field).sum::<u64>();
        let (cycles, bytes) = (sum(|l| l.cycles), sum(|l| l.bytes));
        let cycles_with_memory = sum(|l| l.cycles_with_memory);
        let traffic: Traffic = layers.iter().map(|l| l.traffic).sum();
        let energy = pricing.ok().map(|_| layers.iter().filter_map(|l| l.energy).sum::<Energy>());
        Self {
            config: config.clone(),
            density: config.density(),
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
            memory_cycles: memory.cycles(from_memory(config, &traffic, bytes), clock_hz),
            cycles_with_memory,
            resident: Resident::new(config, &layers, cycles, clock_hz, memory),
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

/// Parts that an energy leaves out, or the reason for which there is none.
pub fn note(pricing: Result<&Pricing, &Error>) -> String {
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

/// The note on an energy, with the parts that are left out if only columns have records.
pub fn noted(note: String, columns: &[Columns]) -> String {
    match columns {
        [] => note,
        _ => format!("{note}; whole columns have one there, memories, decoders and control have none"),
    }
}
