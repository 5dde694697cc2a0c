//! Shares of each projection's cycles.

use super::{BAR, Chart, LEFT, RIGHT, ROW, bar, drawing, line};
use crate::run::groups::Group;
use crate::text::grouped;

const LEGEND: [(&str, &str); 6] = [
    ("active", "columns work"),
    ("wait-wgt", "wait for weights"),
    ("wait-act", "wait for activations"),
    ("wait-out", "wait for room for results"),
    ("ends", "filling and draining"),
    ("bound", "least cycles possible"),
];

/// Shares of active and waiting cycles, and the bound as a line.
pub(in crate::run) fn cycles(groups: &[Group<'_>]) -> Chart {
    let mut chart =
        drawing(ROW * groups.len() as f64 + 4.0, "Share of cycles in which columns work or wait, by projection");
    for (i, group) in groups.iter().enumerate() {
        let all = group.sum(|l| l.cycles);
        let [active, wgt, act, out] = [
            group.sum(|l| l.active),
            group.sum(|l| l.stall_wgt),
            group.sum(|l| l.stall_act),
            group.sum(|l| l.stall_out),
        ];
        let ends = all.saturating_sub(active + wgt + act + out);
        let width = |cycles: u64| (RIGHT - LEFT) * cycles as f64 / all.max(1) as f64;
        let parts: Vec<(f64, &str, String)> = LEGEND
            .iter()
            .zip([active, wgt, act, out, ends])
            .map(|((class, name), n)| {
                let share = 100.0 * n as f64 / all.max(1) as f64;
                (width(n), *class, format!("{}, {name}: {} cycles, {share:.1} %", group.label(), grouped(n)))
            })
            .collect();
        let y = ROW * i as f64 + 5.0;
        let bound = LEFT + width(group.sum(|l| l.bound_cycles));
        chart = chart.add(bar(y, &group.label(), &grouped(all), &parts)).add(line(
            (bound, y - 3.0),
            (bound, y + BAR + 3.0),
            "bound",
        ));
    }
    Chart::new(chart, &LEGEND)
}
