//! The tables of `report.html` as text.

use trine_perf::energy::{Estimate, Tag};
use trine_perf::phase::Phase;
use trine_perf::report::{BillLine, DeviceReport};
use trine_perf::resident::WeightSource;
use trine_spec::Weights;

use super::data::{Report, layers_in_words};
use super::phases::Passes;
use crate::text::{grouped, interval, si, style, times, weight_stream};

/// A row of the table of layers: what is shown and what it is sorted by.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) cells: Vec<(String, f64)>,
}

/// A line of the bill as text.
pub(super) struct BillRow {
    pub(super) part: &'static str,
    pub(super) name: String,
    pub(super) count: String,
    pub(super) each: String,
    pub(super) energy: String,
    pub(super) source: String,
}

/// Headings of the table of layers.
pub(super) const COLUMNS: [&str; 13] = [
    "layer",
    "m",
    "k",
    "n",
    "calls",
    "cycles",
    "bound",
    "memory",
    "bound by",
    "utilisation",
    "energy",
    "zero weights",
    "zero inputs",
];

pub(super) fn rows(device: &DeviceReport) -> Vec<Row> {
    let count = |n: u64| (grouped(n), n as f64);
    let percent = |share: Option<f64>| share.map_or(("-".into(), 0.0), |s| (format!("{:.1} %", 100.0 * s), s));
    device
        .layers
        .iter()
        .map(|l| Row {
            name: l.name.clone(),
            cells: vec![
                (l.m.to_string(), l.m as f64),
                (l.k.to_string(), l.k as f64),
                (l.n.to_string(), l.n as f64),
                count(l.calls),
                count(l.cycles),
                count(l.bound_cycles),
                count(l.memory_cycles),
                (l.bound.name().into(), l.bound as usize as f64),
                (format!("{:.1} %", 100.0 * l.utilization), l.utilization),
                l.energy.map_or(("-".into(), 0.0), |e| (si(e.total().joules(), "J"), e.total().joules())),
                percent(l.zero_weights),
                percent(l.zero_activations),
            ],
        })
        .collect()
}

pub(super) fn bill_row(line: &BillLine) -> BillRow {
    BillRow {
        part: line.part.name(),
        name: if line.bits == 1 { line.name.into() } else { format!("{}, {} bits", line.name, line.bits) },
        count: grouped(line.count),
        each: si(line.each.joules(), "J"),
        energy: interval(&line.energy),
        source: line.source.clone(),
    }
}

/// Headings of the table of weights from memory and on a stream. A tag stands behind the figures that it is for.
pub const WEIGHT_COLUMNS: [&str; 9] = [
    "weights",
    "cycles",
    "over the link",
    "from memory",
    "of its peak",
    "tag",
    "prefill tokens/s",
    "decode tokens/s",
    "tag",
];

/// Rows of that table; none for a unit without memory.
pub fn weight_rows(report: &Report, device: &DeviceReport) -> Vec<[String; 9]> {
    let bytes = |bytes: u64| si(bytes as f64, "B");
    let rate = |rate: Option<f64>| rate.map_or("-".into(), |rate| format!("{rate:.2}"));
    let row = |source: &WeightSource| {
        [
            match source.weights {
                Weights::Memory => format!("in {}", device.memory.name),
                Weights::Stream => "on a stream".into(),
            },
            grouped(source.cycles),
            bytes(source.link_bytes),
            if source.memory_bytes > 0 { bytes(source.memory_bytes) } else { "-".into() },
            source.memory_utilization.map_or("-".into(), |share| format!("{:.1} %", 100.0 * share)),
            source.tag.name().into(),
            rate(source.prefill_tokens_per_second),
            rate(source.decode_tokens_per_second),
            Tag::Projected.name().into(),
        ]
    };
    report.weight_sources.iter().map(row).collect()
}

/// A row for each phase.
pub(super) fn phases(report: &Report, device: &DeviceReport) -> Vec<[String; 8]> {
    let energy = |e: &Option<Estimate>| e.as_ref().map_or("-".into(), interval);
    let row = |(name, passes, phase): (&'static str, &Passes, &Phase)| {
        [
            name.into(),
            grouped(passes.passes),
            grouped(passes.tokens),
            grouped(phase.cycles),
            format!("{} at {}", si(phase.seconds, "s"), si(device.clock_hz, "Hz")),
            phase.cycles_per_token.map_or("-".into(), |each| grouped(each.round())),
            energy(&phase.energy_j),
            energy(&phase.joules_per_token),
        ]
    };
    report.phases.of_unit().map(row).collect()
}

/// The work of a phase on this unit and on others.
pub(super) fn baselines((name, _, phase): (&'static str, &Passes, &Phase)) -> (&'static str, Vec<[String; 6]>) {
    let own = phase.energy_j.map(|e| e.joules());
    let row = |name: &str, cycles: u64, bytes: u64, energy: Option<Estimate>| {
        let times = |a: f64, b: f64| times(a, b).replace('x', "×");
        [
            name.to_owned(),
            grouped(cycles),
            times(cycles as f64, phase.cycles as f64),
            si(bytes as f64, "B"),
            energy.map_or("-".into(), |e| interval(&e)),
            energy.zip(own).map_or("-".into(), |(e, own)| times(e.joules(), own)),
        ]
    };
    let mut rows = vec![row("ternary, this unit", phase.cycles, phase.bytes, phase.energy_j)];
    for b in &phase.baselines {
        rows.push(row(b.arithmetic.name(), b.cycles, b.bytes, b.energy_j));
    }
    let int8 = phase.baselines.first().map_or(0, |b| b.bytes);
    rows.push(row("int8 systolic 32×32, weights stay", phase.systolic.weight_stationary, int8, None));
    rows.push(row("int8 systolic 32×32, sums stay", phase.systolic.output_stationary, int8, None));
    (name, rows)
}

pub(super) fn configuration(report: &Report, device: &DeviceReport) -> Vec<(&'static str, String)> {
    let units = report.units.unwrap_or(1);
    let (c, memory) = (&device.config, &device.memory);
    let file =
        memory.file.as_ref().map_or(String::new(), |file| format!(", from {}, SHA-256 {}", file.path, file.sha256));
    vec![
        ("computed", report.offload.map_or("all layers", layers_in_words).into()),
        ("lanes × columns", format!("{} × {}", c.lanes(), c.columns())),
        ("activations", format!("{} bits", c.act_bits())),
        (
            "weights",
            format!("{}, {} bits a beat, {} beats a tile", c.weight_code(), c.weight_bus(), c.beats_per_tile()),
        ),
        ("weight stream", weight_stream(c)),
        ("style", style(c)),
        ("largest job", format!("K up to {}, M up to {}", c.max_depth(), c.max_tokens())),
        ("simulated as", format!("{units} units that share the work; cycles are those of one that does all of it")),
        ("clock", si(device.clock_hz, "Hz")),
        ("memory", format!("{}, {}, {}{file}", memory.name, si(memory.bytes_per_second, "B/s"), memory.source)),
    ]
}
