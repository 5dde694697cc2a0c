//! Figures of docs/results/energy-gate-level.md; its text lies in `templates/energy-gate-level.md`.

use anyhow::Result;
use askama::Template;
use trine_hdl::design::dot::DotArithmetic;
use trine_report::text::grouped;
use trine_synth::gates::{Measured, Part};

use super::result::{Conditions, Measurement, Spread, UnitResult, combinational};
use super::samples::{About, Weights};

#[derive(Template)]
#[template(path = "energy-gate-level.md")]
struct Document<'a> {
    m: &'a Measurement,
    c: &'a Conditions,
    /// The beginning of it.
    sha256: &'a str,
    /// The text that the model read, on one line.
    reading: String,
    wrong: u64,
    compared: String,
    samples: Vec<[String; 5]>,
    parts: String,
    part_count: usize,
    tables: Vec<Tables>,
    crosscheck: Option<Check<'a>>,
}

/// Tables of one number of lanes.
struct Tables {
    lanes: usize,
    energy: Vec<Vec<String>>,
    /// Absent where the ternary column was not measured.
    ratios: Option<Vec<[String; 5]>>,
    cells: Vec<[String; 7]>,
}

/// Our figure, that of OpenSTA and the difference.
type Compared = [String; 3];

struct Check<'a> {
    version: &'a str,
    arithmetic: &'a str,
    lanes: usize,
    layer: &'a str,
    load: Compared,
    internal: Compared,
    path: Compared,
}

/// Three significant digits.
fn short(x: f64) -> String {
    let digits = if x == 0.0 { 2 } else { 2 - x.abs().log10().floor() as i32 };
    format!("{x:.*}", digits.clamp(0, 6) as usize)
}

fn spread(s: Spread) -> String {
    format!("{} ({} to {})", short(s.mean), short(s.lo), short(s.hi))
}

fn name(unit: &UnitResult) -> String {
    let weights = if unit.weights == Weights::Model { "ternary weights" } else { "dense weights" };
    if unit.arithmetic == "ternary" { "**ternary**".into() } else { format!("{}, {weights}", unit.arithmetic) }
}

/// The document.
pub(super) fn markdown(m: &Measurement) -> Result<String> {
    let (compared, wrong) = m.totals();
    let sample = |s: &About| {
        let percent = |x: f64| format!("{:.0} %", 100.0 * x);
        let size = format!("{} x {}", s.inputs, s.outputs);
        [s.layer.clone(), size, s.token.to_string(), percent(s.zero_weights), percent(s.zero_activations)]
    };
    let tables = |lanes: usize| {
        let units: Vec<&UnitResult> = m.units.iter().filter(|unit| unit.lanes == lanes).collect();
        let base = m.unit(DotArithmetic::Ternary, lanes, Weights::Model);
        Tables {
            lanes,
            energy: units.iter().map(|unit| energy(unit)).collect(),
            ratios: base.map(|base| ratios(base, &units)),
            cells: cells(&units, lanes),
        }
    };
    let c = &m.conditions;
    let document = Document {
        sha256: &c.library_sha256[..12.min(c.library_sha256.len())],
        reading: c.text.replace('\n', " "),
        wrong,
        compared: grouped(compared),
        samples: m.samples.iter().map(sample).collect(),
        parts: Part::ALL.map(Part::name).join(" | "),
        part_count: Part::ALL.len(),
        tables: m.lanes().into_iter().map(tables).collect(),
        crosscheck: crosscheck(m),
        m,
        c,
    };
    Ok(document.render()? + "\n")
}

fn energy(unit: &UnitResult) -> Vec<String> {
    let parts = Part::ALL.map(|part| short(unit.part(part).mean));
    [vec![name(unit)], parts.to_vec(), vec![spread(unit.total()), spread(unit.settled_total())]].concat()
}

/// The runs of a unit, with delays or without.
type RunsOf = fn(&UnitResult) -> &[Measured];

fn ratios(base: &UnitResult, units: &[&UnitResult]) -> Vec<[String; 5]> {
    let delayed: RunsOf = |unit| &unit.delayed;
    let settled: RunsOf = |unit| &unit.settled;
    let row = |unit: &&UnitResult| {
        let ratio = |runs: RunsOf, of| spread(unit.ratio(base, runs, of));
        [
            name(unit),
            ratio(delayed, Measured::total_pj_per_mac),
            ratio(delayed, combinational),
            ratio(settled, Measured::total_pj_per_mac),
            ratio(settled, combinational),
        ]
    };
    units.iter().filter(|unit| unit.arithmetic != base.arithmetic).map(row).collect()
}

/// A row for each arithmetic: the weights make no difference to these.
fn cells(units: &[&UnitResult], lanes: usize) -> Vec<[String; 7]> {
    let area = |area: f64| grouped((area / lanes as f64).round());
    let row = |unit: &&UnitResult| {
        [
            unit.arithmetic.clone(),
            grouped(unit.gates),
            grouped(unit.flip_flops),
            area(unit.area_um2),
            area(unit.flip_flop_area_um2),
            format!("{:.2}", unit.critical_ns),
            format!("{:.2}", unit.leakage_nw / 1000.0),
        ]
    };
    let mut units = units.to_vec();
    units.dedup_by(|unit, before| unit.arithmetic == before.arithmetic);
    units.iter().map(row).collect()
}

fn crosscheck(m: &Measurement) -> Option<Check<'_>> {
    let (c, unit, sample) = (m.crosscheck.as_ref()?, m.units.first()?, m.samples.first()?);
    let compared = |ours: f64, theirs: f64| {
        [format!("{ours:.3}"), format!("{theirs:.3}"), format!("{:+.1} %", 100.0 * (ours / theirs - 1.0))]
    };
    Some(Check {
        version: &c.version,
        arithmetic: &unit.arithmetic,
        lanes: unit.lanes,
        layer: &sample.layer,
        load: compared(c.ours.load, c.opensta.load),
        internal: compared(c.ours.internal, c.opensta.internal),
        path: compared(c.critical_ns, c.opensta_critical_ns),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use trine_report::document::{Kind, read};

    fn kept() -> Measurement {
        read(include_str!("../../../docs/data/gate-energy.json"), Kind::Gates).unwrap()
    }

    #[test]
    fn the_document_is_what_the_kept_results_give() {
        let document = include_str!("../../../docs/results/energy-gate-level.md");
        assert!(markdown(&kept()).unwrap() == document, "run `xtask gates --from docs/data/gate-energy.json` again");
        let mut other = kept();
        other.units[0].delayed[0].energy[0].internal *= 1.5;
        assert!(markdown(&other).unwrap() != document, "a figure of the data is in the document");
    }

    /// Whatever the figures are, they are of netlists that computed rightly, over enough samples.
    #[test]
    fn the_kept_results_are_sound() {
        let kept = kept();
        let (compared, wrong) = kept.totals();
        assert!(compared > 10_000 && wrong == 0);
        assert!(kept.samples.len() >= 5 && kept.conditions.cycles >= 200);
        for unit in &kept.units {
            assert_eq!((unit.delayed.len(), unit.settled.len()), (kept.samples.len(), kept.samples.len()));
            assert!(unit.delayed.iter().all(|run| run.cycles == kept.conditions.cycles as u64));
            assert!(unit.delayed.iter().all(|run| run.settled_ns <= unit.critical_ns));
        }
        let close = |ours: f64, theirs: f64, part: f64| (ours / theirs - 1.0).abs() < part;
        let c = kept.crosscheck.unwrap();
        assert!(close(c.ours.load, c.opensta.load, 0.2) && close(c.ours.internal, c.opensta.internal, 0.2), "{c:?}");
        assert!(close(c.critical_ns, c.opensta_critical_ns, 0.02), "{c:?}");
    }

    #[test]
    fn numbers_have_three_digits() {
        assert_eq!(
            [0.0, 0.01234, 1.234, 12.34, 123.4, 1234.0].map(short),
            ["0.00", "0.0123", "1.23", "12.3", "123", "1234"]
        );
    }
}
