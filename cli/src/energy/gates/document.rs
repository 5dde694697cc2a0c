//! The report in Markdown.

use std::fmt::Write;

use trine_hdl::design::dot::Arithmetic;
use trine_report::text::grouped;
use trine_synth::gates::{Measured, Part};

use super::result::{Measurement, Spread, UnitResult, combinational};
use super::samples::Weights;
use crate::markdown::{head, row};

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

pub(super) fn markdown(m: &Measurement) -> String {
    let mut text = String::new();
    introduction(m, &mut text);
    for lanes in m.lanes() {
        let units: Vec<&UnitResult> = m.units.iter().filter(|unit| unit.lanes == lanes).collect();
        let _ = writeln!(text, "\n## {lanes} lanes\n");
        energy(&units, &mut text);
        if let Some(base) = m.unit(Arithmetic::Ternary, lanes, Weights::Model) {
            ratios(base, &units, &mut text);
        }
        cells(&units, lanes, &mut text);
    }
    crosscheck(m, &mut text);
    text += LIMITS;
    text
}

fn introduction(m: &Measurement, text: &mut String) {
    let c = &m.conditions;
    let (compared, wrong) = m.totals();
    let _ = write!(
        text,
        "# Energy at gate level\n\n\
         Tag: **{}**. pJ for each useful multiply-accumulate (MAC), counted on mapped netlists with activations and weights of\n\
         a model. Made by `make energy-gates` from [data/gate-energy.json](data/gate-energy.json); a test keeps this text equal to it.\n\n\
         | | |\n|---|---|\n\
         | cell library | {}{}, {} V, {} °C, SHA-256 `{}…` |\n\
         | mapping | Yosys {}, abc `{}`, modules mapped one by one{} |\n\
         | operands | {}, reading `{}`; one token at a time (M = 1) |\n\
         | runs | {} cycles each, one for each sample below, with delays and without |\n\
         | totals checked against integer sums, or floats rounded alike | {} of {} wrong |\n\n",
        m.tag,
        c.library,
        if c.library.starts_with("osu018") { ", 180 nm" } else { "" },
        c.volts,
        c.celsius,
        &c.library_sha256[..12.min(c.library_sha256.len())],
        c.yosys,
        c.abc,
        if c.dont_use.is_empty() { String::new() } else { format!(", without {}", c.dont_use.join(", ")) },
        c.model,
        c.text.replace('\n', " "),
        c.cycles,
        wrong,
        grouped(compared),
    );
    head(text, &["sample", "K x N", "first token", "zero weights", "zero activations"]);
    for s in &m.samples {
        let percent = |x: f64| format!("{:.0} %", 100.0 * x);
        let size = format!("{} x {}", s.inputs, s.outputs);
        row(text, &[s.layer.clone(), size, s.token.to_string(), percent(s.zero_weights), percent(s.zero_activations)]);
    }
    *text += WHAT;
}

/// What is measured, in words.
const WHAT: &str = "
A **unit** is one dot product of K lanes with its accumulator: products, an adder tree with a register after every
level, and an accumulator with its register. *ternary* is the column of the accelerator, unchanged, with 9-bit and wider sums
and a 23-bit accumulator. *int8* multiplies 8-bit integers exactly (Baugh-Wooley rows, Wallace tree) and accumulates in 32 bits.
*fp16* multiplies and adds in half precision, *fp16-fp32* multiplies half-precision numbers exactly and adds in single
precision; both round to nearest even after every operation and have neither subnormals nor infinities nor NaN, which saves
them hardware. Multipliers have a register behind the product. Operand registers, weight decoding, buffers and control
are outside every unit; the pins they drive are counted.

The rivals run twice: with the model's *ternary weights* (in fp16 times their scale), the same work in another
format; and with *dense weights*, normally distributed with a seed, since a ternary model has no others. Activations are the
model's int8 values; for fp16 a seeded fraction within the quantisation step is added, and zero stays zero.

**select** is from operands to products, a multiplier for the rivals; **tree** the adders; **accumulator** its adder; **registers**
outputs and data pins of flip-flops; **clock** their clock pins. Figures are means over the samples, in parentheses the smallest
and the largest.
";

fn energy(units: &[&UnitResult], text: &mut String) {
    *text += "With delays: glitches included. pJ/MAC.\n\n";
    let parts = Part::ALL.map(Part::name);
    head(text, &[&["unit"], &parts[..], &["total"], &["total, zero-delay"]].concat());
    for unit in units {
        let parts = Part::ALL.map(|part| short(unit.part(part).mean));
        row(
            text,
            &[vec![name(unit)], parts.to_vec(), vec![spread(unit.total()), spread(unit.settled_total())]].concat(),
        );
    }
}

/// The runs of a unit, with delays or without.
type RunsOf = fn(&UnitResult) -> &[Measured];

fn ratios(base: &UnitResult, units: &[&UnitResult], text: &mut String) {
    *text += "\nTimes the energy of the ternary column, sample by sample:\n\n";
    head(text, &["unit", "total", "gates only", "total, zero-delay", "gates only, zero-delay"]);
    let delayed: RunsOf = |unit| &unit.delayed;
    let settled: RunsOf = |unit| &unit.settled;
    for unit in units.iter().filter(|unit| unit.arithmetic != base.arithmetic) {
        let ratio = |runs: RunsOf, of| spread(unit.ratio(base, runs, of));
        row(
            text,
            &[
                name(unit),
                ratio(delayed, Measured::total_pj_per_mac),
                ratio(delayed, combinational),
                ratio(settled, Measured::total_pj_per_mac),
                ratio(settled, combinational),
            ],
        );
    }
}

fn cells(units: &[&UnitResult], lanes: usize, text: &mut String) {
    *text += "\nCells, area and time:\n\n";
    head(text, &["unit", "gates", "flip-flops", "µm² a lane", "of it flip-flops", "critical path, ns", "leakage, µW"]);
    let mut seen = "";
    for unit in units {
        // The weights make no difference to these
        if std::mem::replace(&mut seen, &unit.arithmetic) == unit.arithmetic {
            continue;
        }
        let area = |area: f64| grouped((area / lanes as f64).round());
        row(
            text,
            &[
                unit.arithmetic.clone(),
                grouped(unit.gates),
                grouped(unit.flip_flops),
                area(unit.area_um2),
                area(unit.flip_flop_area_um2),
                format!("{:.2}", unit.critical_ns),
                format!("{:.2}", unit.leakage_nw / 1000.0),
            ],
        );
    }
}

fn crosscheck(m: &Measurement, text: &mut String) {
    let (Some(c), Some((unit, sample))) = (&m.crosscheck, m.units.first().zip(m.samples.first())) else { return };
    let _ = write!(
        text,
        "\n## Against OpenSTA\n\n\
         OpenSTA {} read the same netlist and library, and was told how often each input and each register switches. Through the\n\
         gates it spreads that by rules of its own: its power is vectorless. {} of {} lanes, {}, pJ a cycle, without the\n\
         load of inputs and clock, which it does not count:\n\n",
        c.version, unit.arithmetic, unit.lanes, sample.layer
    );
    head(text, &["", "here", "OpenSTA", "difference"]);
    let compared = [
        ("load of nets", c.ours.load, c.opensta.load),
        ("inside cells", c.ours.internal, c.opensta.internal),
        ("critical path, ns", c.critical_ns, c.opensta_critical_ns),
    ];
    for (what, ours, theirs) in compared {
        let difference = format!("{:+.1} %", 100.0 * (ours / theirs - 1.0));
        row(text, &[what.into(), format!("{ours:.3}"), format!("{theirs:.3}"), difference]);
    }
    *text += CROSSCHECK;
}

const CROSSCHECK: &str = "
OpenSTA of 2019 charges the energy of a rise and of a fall for every transition inside a cell, as an inverter by itself shows;
its figure for cells is halved here. What remains differs in method: here transitions are counted, glitches included, and each
has the energy of the input that caused it and of its own direction; there both are means.
";

const LIMITS: &str = "
## Checks in tests

Transitions of every net equal those in Verilator (settled values) and in Icarus Verilog (with delays); energies of small
netlists equal sums made by hand; float multipliers, adders and dot products equal the processor's arithmetic.

## What is not in it

- Wires and the clock tree: they exist after layout only. Expect ±30 to 50 % on every figure.
- Memories, operand registers, decoders, control: see the estimate of the whole unit.
- Leakage, listed above: at 180 nm it is far below a thousandth.
- 180 nm is for ratios. A newer library is given with `--liberty`.
- The floating-point adders are not pipelined inside, so that much of their energy is glitches; the zero-delay columns bound what
  pipelining could save.
- Without delays energy is understated: a net then changes at most once a cycle.
";

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Measurement {
        serde_json::from_str(include_str!("../../../../docs/data/gate-energy.json")).unwrap()
    }

    #[test]
    fn the_document_is_what_the_kept_results_give() {
        let document = include_str!("../../../../docs/energy-gate-level.md");
        assert!(markdown(&kept()) == document, "run `trine energy gates --from docs/data/gate-energy.json` again");
        let mut other = kept();
        other.units[0].delayed[0].energy[0].internal *= 1.5;
        assert!(markdown(&other) != document, "a figure of the data is in the document");
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
