//! Records for the energy model that follow from a measurement: the set `osu018`, or that of another library.
//!
//! | record | from | divided by |
//! |---|---|---|
//! | selector, select | select of the ternary column | lanes |
//! | adder, add | tree of the ternary column | adders, weighted by their bits |
//! | multiplier, multiply | products of the int8 unit, dense weights | lanes |
//! | fp-multiplier, multiply; fp-adder, add | products and tree of the fp16 unit, dense weights | lanes; adders |
//! | flip-flop, clock; write | clock pins; outputs and data pins, of the ternary column | flip-flops and cycles |
//!
//! Intervals are those of the samples, widened by half for wires and clock tree, which exist only after layout.

use anyhow::{Context, Result};
use trine_hdl::design::dot::Arithmetic;
use trine_synth::gates::Part;

use super::result::{Measurement, Spread, UnitResult};
use super::samples::Weights;

/// What layout may add or take away, as a part of the whole.
const LAYOUT: f64 = 0.5;

/// The records of the first number of lanes measured, in the format of the energy model's file.
pub(super) fn toml(measurement: &Measurement) -> Result<String> {
    let lanes = *measurement.lanes().first().context("the results are empty")?;
    let unit = |arithmetic: Arithmetic, weights| {
        let found = measurement.unit(arithmetic, lanes, weights);
        found.with_context(|| format!("the results have no {arithmetic} of {lanes} lanes"))
    };
    let ternary = unit(Arithmetic::Ternary, Weights::Model)?;
    let (int8, fp16) = (unit(Arithmetic::Int8, Weights::Dense)?, unit(Arithmetic::Fp16, Weights::Dense)?);
    let k = lanes as f64;
    // A tree of one lane has no adder
    let adders = (k - 1.0).max(1.0);
    let cycle = |unit: &UnitResult, part: Part, count: f64| {
        Spread::of(unit.delayed.iter().map(move |run| run.energy[part as usize].total() / run.cycles as f64 / count))
    };
    let flip_flops = ternary.flip_flops as f64;
    let rows = [
        ("selector", "select", 8, cycle(ternary, Part::Select, k)),
        ("adder", "add", 8, cycle(ternary, Part::Tree, tree_bits(lanes) / 8.0)),
        ("multiplier", "multiply", 8, cycle(int8, Part::Select, k)),
        ("fp-multiplier", "multiply", 16, cycle(fp16, Part::Select, k)),
        ("fp-adder", "add", 16, cycle(fp16, Part::Tree, adders)),
        ("flip-flop", "clock", 1, cycle(ternary, Part::Clock, flip_flops)),
        ("flip-flop", "write", 1, cycle(ternary, Part::Registers, flip_flops)),
    ];
    let c = &measurement.conditions;
    let set = c.library.trim_end_matches("_stdcells");
    let mut text = format!(
        "[sources]\ngates = \"trine energy gates: library {}, {} V, {} C, Yosys {}, {lanes} lanes, before layout\"\n",
        c.library, c.volts, c.celsius, c.yosys
    );
    for (component, action, bits, Spread { mean, lo, hi }) in rows {
        text += &format!(
            "\n[[record]]\nset = \"{set}\"\ncomponent = \"{component}\"\naction = \"{action}\"\nbits = {bits}\npj = {mean:.6}\n\
             node = \"{set}\"\nvolts = {:.2}\nsource = \"gates\"\ntable = \"{}, gate level, delays and glitches included\"\n\
             lo = {:.6}\nhi = {:.6}\n",
            c.volts,
            c.model,
            lo * (1.0 - LAYOUT),
            hi * (1.0 + LAYOUT),
        );
    }
    Ok(text)
}

/// Bits of all adders of a tree over `lanes` values of 8 bits.
fn tree_bits(lanes: usize) -> f64 {
    let (mut values, mut width, mut bits) = (lanes, 8, 0);
    while values > 1 {
        width += 1;
        bits += values / 2 * width;
        values = values.div_ceil(2);
    }
    bits.max(8) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use trine_driver::energy::Records;

    #[test]
    fn a_tree_has_its_adders_bits() {
        assert_eq!([1, 2, 4, 7].map(tree_bits), [8.0, 9.0, 2.0 * 9.0 + 10.0, 3.0 * 9.0 + 2.0 * 10.0 + 11.0]);
    }

    /// The energy model takes what the kept results give.
    #[test]
    fn the_energy_model_reads_the_records() {
        let kept = serde_json::from_str(include_str!("../../../../docs/data/gate-energy.json")).unwrap();
        let text = toml(&kept).unwrap();
        Records::parse(&text).unwrap();
        assert_eq!(text.matches("set = \"osu018\"").count(), 7);
        // An energy a thousand times too large is none
        let wrong = text.replacen("\npj = ", "\npj = 1000", 1);
        assert!(Records::parse(&wrong).is_err());
    }
}
