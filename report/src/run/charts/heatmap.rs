//! Utilisation of every layer and projection as a field of colours.

use trine_perf::layer::LayerReport;

use super::{Chart, WIDTH, drawing, mark, text};
use crate::run::groups::{Group, place};

/// Left of the field there is room for the layer's number.
const FIELD: f64 = 40.0;

/// One field for each number of tokens, rows are transformer layers, columns projections, or ranges of their inputs that
/// differ in size; absent without layers.
pub(in crate::run) fn heatmap(layers: &[LayerReport], m: usize) -> Option<Chart> {
    let cells: Vec<_> = layers.iter().filter(|l| l.m == m).map(|l| (place(&l.name), l)).collect();
    let groups: Vec<Group<'_>> = Group::all(layers).into_iter().filter(|group| group.m == m).collect();
    let rows = 1 + cells.iter().map(|((layer, _), _)| *layer).max()?;
    // Few layers get cells that hold their figure, many get a dense field.
    let height = if rows <= 12 { 22.0 } else { 12.0 };
    let width = (WIDTH - FIELD) / groups.len() as f64;
    let description = format!("Utilisation of the columns by layer and projection, {m} tokens a call");
    let mut chart = drawing(18.0 + height * rows as f64 + 2.0, &description);
    for (i, group) in groups.iter().enumerate() {
        chart = chart.add(text(FIELD + width * (i as f64 + 0.5), 11.0, "label middle", group.name()));
    }
    for row in (0..rows).filter(|row| rows <= 12 || row % 5 == 0) {
        let y = 18.0 + height * (row as f64 + 0.5) + 4.0;
        chart = chart.add(text(FIELD - 8.0, y, "label end", row.to_string()));
    }
    for ((row, _), layer) in cells {
        let column = groups.iter().position(|group| group.holds(layer)).unwrap_or(0);
        let (x, y) = (FIELD + width * column as f64, 18.0 + height * row as f64);
        let share = layer.utilization.clamp(0.0, 1.0);
        let hint = format!("{}: {:.1} %", layer.name, 100.0 * share);
        let cell = mark(x + 1.0, y + 1.0, width - 2.0, height - 2.0, "cell", hint);
        // A little colour for nothing, so that a cell that is there can be told from one that is not.
        chart = chart.add(cell.set("fill-opacity", (100.0 * (0.08 + 0.92 * share)).round() / 100.0));
        if rows <= 12 {
            let class = if share > 0.55 { "figure on" } else { "figure" };
            let value = format!("{:.0}", 100.0 * share);
            chart = chart.add(text(x + width / 2.0, y + height / 2.0 + 4.0, class, value));
        }
    }
    Some(Chart::new(chart, &[("cell", "utilisation in %, full colour is 100 %")]))
}
