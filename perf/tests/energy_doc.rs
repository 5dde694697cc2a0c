//! The example of docs/explanation/energy.md, computed again, and records that repeat another document.

use std::collections::HashMap;

use trine_driver::Counters;
use trine_perf::energy::{Arithmetic, EnergyModel, FACTOR, FPGA, LIMITS, Limit, Records, missing};
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
    let config = Config::sized(4, 2).max_depth(64).max_tokens(4).build().unwrap();
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
    let text = include_str!("../../docs/explanation/energy.md");
    assert_eq!(differences(text), Vec::<String>::new());
    let wrong = text.replace("| 262.08 |", "| 262.18 |");
    assert_eq!(differences(&wrong).len(), 1, "a wrong figure is found");
}

/// Records of measured columns that are not what the table of 64 lanes in docs/results/energy-gate-level.md says.
fn other_columns(text: &str) -> Vec<String> {
    let table = &text[text.find("## 64 lanes").expect("the lanes")..];
    let records = Records::builtin().unwrap();
    let mut others = vec![];
    for (component, row) in [
        ("ternary-column", "| **ternary** |"),
        ("int8-column", "| int8, ternary weights |"),
        ("fp16-column", "| fp16, ternary weights |"),
    ] {
        let record =
            records.all().iter().find(|r| r.set == "osu018" && r.component.name() == component).expect("a record");
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
    let text = include_str!("../../docs/results/energy-gate-level.md");
    assert_eq!(other_columns(text), Vec::<String>::new());
    assert_eq!(other_columns(&text.replace("7.12 (6.99", "7.13 (6.99")).len(), 1, "another figure is found");
}

/// The first cells of a table that begins with `head`, or with `second` its first two.
fn rows(text: &str, head: &str) -> Vec<[String; 2]> {
    let table = &text[text.find(head).expect("the table")..];
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().replace('`', "")).collect::<Vec<_>>();
    rows.map(cells).map(|cells| [cells[1].clone(), cells[2].clone()]).collect()
}

/// Actions that the documented table lacks or has too many.
fn other_actions(text: &str) -> Vec<String> {
    let config = Config::default();
    let mut needed: Vec<String> = missing(&Records::default(), &config, Arithmetic::Ternary, "none");
    needed.iter_mut().for_each(|action| action.truncate(action.find(" of ").unwrap_or(action.len())));
    needed.dedup();
    let stated: Vec<String> = rows(text, "| actions of a unit |").into_iter().map(|[action, _]| action).collect();
    let lacks = needed.iter().filter(|action| !stated.contains(action)).cloned();
    lacks.chain(stated.iter().filter(|action| !needed.contains(action)).cloned()).collect()
}

#[test]
fn the_actions_that_a_unit_needs_are_documented() {
    let text = include_str!("../../docs/explanation/energy.md");
    assert_eq!(other_actions(text), Vec::<String>::new());
    assert_eq!(other_actions(&text.replace("| `flip-flop clock` |", "| `flip-flop tick` |")).len(), 2);
    let others = |arithmetic| missing(&Records::default(), &Config::default(), arithmetic, "none").join(", ");
    let (int8, fp16) = (others(Arithmetic::Int8), others(Arithmetic::Fp16));
    assert!(int8.contains("multiplier multiply") && fp16.contains("fp-multiplier multiply, fp-adder add"), "{fp16}");
    assert!(text.contains("need `multiplier multiply`, and `fp-multiplier multiply` with `fp-adder add`"));
}

#[test]
fn limits_are_as_documented() {
    let text = include_str!("../../docs/explanation/energy.md");
    let limit = |limit: &Limit| match limit {
        Limit::Node(centre) => format!("{centre} at 45 nm"),
        Limit::Any(least, most) => format!("{least} to {most}"),
    };
    let stated = rows(text, "| action | pJ a bit |");
    let coded: Vec<[String; 2]> =
        LIMITS.iter().map(|(component, action, of)| [format!("{component} {action}"), limit(of)]).collect();
    assert_eq!(stated, coded);
    assert!(text.contains(&format!("a factor of {FACTOR}\neither way")) && text.contains(&format!("has {FPGA} times")));
}
