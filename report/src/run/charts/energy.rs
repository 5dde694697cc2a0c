//! Energy as stacked bars, with the interval of each sum.

use trine_perf::energy::{Energy, Estimate};

use super::{Chart, LEFT, RIGHT, ROW, bar, drawing, whisker};
use crate::text::{interval, si};

const LEGEND: [(&str, &str); 4] =
    [("compute", "compute"), ("onchip", "on-chip memory"), ("dram", "DRAM"), ("static", "static")];

/// A row of the chart: label, what stands behind it, and its energy.
struct Row {
    label: String,
    value: String,
    energy: Energy,
}

/// One bar for each row, all to one scale.
fn bars(rows: &[Row], description: &str) -> Chart {
    let most = rows.iter().map(|row| high(&row.energy)).fold(f64::MIN_POSITIVE, f64::max);
    let scale = |joules: f64| (RIGHT - LEFT) * joules / most;
    let mut chart = drawing(ROW * rows.len() as f64 + 4.0, description);
    for (i, row) in rows.iter().enumerate() {
        let y = ROW * i as f64 + 5.0;
        let parts: Vec<(f64, &str, String)> = LEGEND
            .iter()
            .zip(row.energy.parts())
            .map(|((class, _), (name, part))| {
                (scale(part.joules()), *class, format!("{}, {name}: {}", row.label, interval(&part)))
            })
            .collect();
        let total = row.energy.total();
        let ends = [total.lo, total.hi].map(|end| LEFT + scale(end.get::<uom::si::energy::joule>()));
        chart = chart.add(bar(y, &row.label, &row.value, &parts)).add(whisker(y, ends[0], ends[1]));
    }
    Chart::new(chart, &LEGEND)
}

fn high(energy: &Energy) -> f64 {
    energy.total().hi.get::<uom::si::energy::joule>()
}

/// Energy of each projection.
pub(in crate::run) fn energy(groups: &[(String, Energy)]) -> Chart {
    let row = |(label, energy): &(String, Energy)| Row {
        label: label.clone(),
        value: si(energy.total().joules(), "J"),
        energy: *energy,
    };
    let rows: Vec<Row> = groups.iter().map(row).collect();
    bars(&rows, "Energy of each projection, by compute, on-chip memory, DRAM and static, with intervals")
}

/// The whole run on this unit and on others, with and without the memory.
pub(in crate::run) fn comparison(units: &[(&str, Energy)]) -> [Chart; 2] {
    let die = |energy: &Energy| Energy { dram: Estimate::ZERO, ..*energy };
    let alone: Vec<(&str, Energy)> = units.iter().map(|(name, energy)| (*name, die(energy))).collect();
    [
        factors(units, "Energy of the run on this unit, on an int8 and on an fp16 unit with the same memory"),
        factors(&alone, "The same without DRAM"),
    ]
}

/// Bars with factors against the first.
fn factors(units: &[(&str, Energy)], description: &str) -> Chart {
    let own = units.first().map_or(1.0, |(_, energy)| energy.total().joules());
    let row = |(name, energy): &(&str, Energy)| Row {
        label: (*name).to_owned(),
        value: format!("{:.2}×", energy.total().joules() / own),
        energy: *energy,
    };
    let rows: Vec<Row> = units.iter().map(row).collect();
    bars(&rows, description)
}
