//! The example of docs/explanation/energy.md, computed again, records that repeat another document, and the actions of
//! docs/reference/energy-records.md.

use std::collections::HashMap;

use trine_driver::Counters;
use trine_perf::energy::{
    Action, Arithmetic, Component, EnergyModel, FACTOR, FPGA, LIMITS, Limit, NODES, Records, missing,
};
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

/// The table of actions: each action, its limit, what one is, and who needs it.
fn actions(text: &str) -> Vec<[String; 4]> {
    let table = &text[text.find("| action | pJ a bit |").expect("the table")..];
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().replace('`', "")).collect::<Vec<_>>();
    rows.map(|row| std::array::from_fn(|i| cells(row)[i + 1].clone())).collect()
}

/// The actions that a unit needs.
fn needed(arithmetic: Arithmetic) -> Vec<String> {
    let all = missing(&Records::default(), &Config::default(), arithmetic, "none");
    all.iter().map(|action| action.split(" of ").next().unwrap_or_default().to_owned()).collect()
}

/// Actions whose column of needs says something else than the code.
fn other_needs(text: &str) -> Vec<String> {
    let mut others = vec![];
    for arithmetic in [Arithmetic::Ternary, Arithmetic::Int8, Arithmetic::Fp16] {
        let needed = needed(arithmetic);
        let differs = |[action, .., who]: &[String; 4]| {
            who.split(", ").any(|one| one == arithmetic.name()) != needed.contains(action)
        };
        others.extend(actions(text).into_iter().filter(differs).map(|[action, ..]| action));
    }
    others
}

#[test]
fn the_actions_that_units_need_are_documented() {
    let text = include_str!("../../docs/reference/energy-records.md");
    assert_eq!(other_needs(text), Vec::<String>::new());
    let wrong =
        text.replace("| an integer product of two numbers of `bits` bits | int8 |", "| an integer product | ternary |");
    assert_eq!(other_needs(&wrong), ["multiplier multiply"; 2]);
    let of =
        |who: &str| actions(text).into_iter().filter(|row| row[3] == who).map(|row| row[0].clone()).collect::<Vec<_>>();
    assert_eq!(of("columns"), ["ternary-column mac", "int8-column mac", "fp16-column mac"]);
    assert_eq!((of("memory"), of("")), (vec!["dram transfer".to_owned()], vec!["device leak".to_owned()]));
}

#[test]
fn every_action_is_documented_with_its_limit() {
    let text = include_str!("../../docs/reference/energy-records.md");
    let limit = |limit: &Limit| match limit {
        Limit::Node(centre) => format!("{centre} at 45 nm"),
        Limit::Any(least, most) => format!("{least} to {most}"),
    };
    let stated: Vec<[String; 2]> = actions(text).into_iter().map(|[action, limit, ..]| [action, limit]).collect();
    let coded: Vec<[String; 2]> =
        LIMITS.iter().map(|(component, action, of)| [format!("{component} {action}"), limit(of)]).collect();
    assert_eq!(stated, coded);
    assert!(Component::ALL.iter().all(|component| LIMITS.iter().any(|(of, ..)| of == component)));
    assert!(Action::ALL.iter().all(|action| LIMITS.iter().any(|(_, of, _)| of == action)));
    let factors = format!("a factor of {FACTOR} either way from the centre");
    let nodes = format!("| node | {} to {} nm |", NODES.start(), NODES.end());
    assert!(
        text.contains(&factors) && text.contains(&format!("with {FPGA} times the centre")) && text.contains(&nodes)
    );
    let explained = include_str!("../../docs/explanation/energy.md");
    assert!(explained.contains(&format!("a factor of {FACTOR}\neither way")));
    assert!(explained.contains(&format!("has {FPGA} times")));
}
