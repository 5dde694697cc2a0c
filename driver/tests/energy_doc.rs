//! The example of docs/energy.md, computed again, and records that repeat another document.

use std::collections::HashMap;

use trine_driver::Counters;
use trine_driver::energy::{EnergyModel, Records};
use trine_spec::Config;
use uom::si::energy::picojoule;

/// The last column of the example's table, summed by part.
fn example(text: &str) -> HashMap<&str, f64> {
    let table = &text[text.find("## An example by hand").expect("the example")..];
    let mut sums = HashMap::new();
    let rows = table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| part")).take(10);
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        *sums.entry(cells[0]).or_default() += cells[2].parse::<f64>().expect("a figure");
    }
    sums
}

fn differences(text: &str) -> Vec<String> {
    let config = Config { max_depth: 64, max_tokens: 4, ..Config::sized(4, 2) };
    let model = EnergyModel::new(&Records::builtin().unwrap(), &config, 200e6, "45nm", "lpddr4").unwrap();
    let counters =
        Counters { cycles: 1000, active: 100, act_beats: 10, wgt_beats: 20, res_beats: 5, ..Counters::default() };
    let stated = example(text);
    let computed = model.energy(&counters, 500);
    let parts = computed.parts().map(|(name, part)| (name, part.value.get::<picojoule>()));
    let differ = |(name, value): &(&str, f64)| (stated[name] / value - 1.0).abs() > 1e-9;
    parts.into_iter().filter(differ).map(|(name, value)| format!("{name}: {value}, not {}", stated[name])).collect()
}

#[test]
fn the_documented_example_is_right() {
    let text = include_str!("../../docs/energy.md");
    assert_eq!(differences(text), Vec::<String>::new());
    let wrong = text.replace("| 262.08 |", "| 262.18 |");
    assert_eq!(differences(&wrong).len(), 1, "a wrong figure is found");
}

/// Records of measured columns that are not what the table of 64 lanes in docs/energy-gate-level.md says.
fn other_columns(text: &str) -> Vec<String> {
    let table = &text[text.find("## 64 lanes").expect("the lanes")..];
    let records = Records::builtin().unwrap();
    let mut others = vec![];
    for (component, row) in [
        ("ternary-column", "| **ternary** |"),
        ("int8-column", "| int8, ternary weights |"),
        ("fp16-column", "| fp16, ternary weights |"),
    ] {
        let record = records.all().iter().find(|r| r.set == "osu018" && r.component == component).expect("a record");
        // `7.12 (6.99 to 7.23)`, the seventh cell.
        let line = table.lines().find(|line| line.starts_with(row)).expect("a row");
        let figures: Vec<f64> = line
            .split('|')
            .nth(7)
            .expect("a total")
            .split([' ', '(', ')'])
            .filter_map(|word| word.parse().ok())
            .collect();
        if figures != [record.pj, record.lo, record.hi] {
            others.push(format!("{component}: {figures:?}"));
        }
    }
    others
}

#[test]
fn measured_columns_are_recorded_as_documented() {
    let text = include_str!("../../docs/energy-gate-level.md");
    assert_eq!(other_columns(text), Vec::<String>::new());
    assert_eq!(other_columns(&text.replace("7.12 (6.99", "7.13 (6.99")).len(), 1, "another figure is found");
}
