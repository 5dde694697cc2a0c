//! Roofline: multiply-accumulates a second over multiply-accumulates a byte, both logarithmic.

use svg::node::element::{Circle, Path, Title, path::Data};
use trine_perf::report::DeviceReport;
use trine_perf::roofline::Roofs;

use super::{Chart, WIDTH, drawing, line, text};
use crate::run::groups::Group;
use crate::text::si;

const LEGEND: [(&str, &str); 5] = [
    ("one", "one token"),
    ("many", "several tokens"),
    ("roof", "columns"),
    ("roof-memory", "memory"),
    ("roof-bus", "weight bus"),
];

const X0: f64 = 52.0;
const X1: f64 = WIDTH - 10.0;
const Y0: f64 = 232.0;
const Y1: f64 = 10.0;

/// The part of a logarithmic axis from `lo` to `hi` at `value`.
fn at(value: f64, (lo, hi): (f64, f64)) -> f64 {
    (value / lo).log10() / (hi / lo).log10()
}

/// Decades around `values`.
fn decades(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let lo = values.clone().fold(f64::INFINITY, f64::min);
    let hi = values.fold(f64::MIN_POSITIVE, f64::max);
    (10f64.powf((0.7 * lo).log10().floor()), 10f64.powf((1.4 * hi).log10().ceil()))
}

/// All projections under the roofs of the unit and its memory.
pub(in crate::run) fn roofline(report: &DeviceReport, groups: &[Group<'_>]) -> Chart {
    let clock = report.clock_hz;
    let Roofs { columns: peak, memory: bandwidth, weight_bus: bus, .. } =
        Roofs::new(&report.config, clock, &report.memory);
    let points: Vec<(f64, f64, String, bool)> = groups
        .iter()
        .map(|group| {
            let macs = group.sum(|l| l.macs) as f64;
            let rate = macs * clock / group.sum(|l| l.cycles) as f64;
            (macs / group.sum(|l| l.bytes) as f64, rate, group.label(), group.m == 1)
        })
        .collect();
    let ridge = [peak / bandwidth, peak / bus];
    let xs = decades(points.iter().map(|p| p.0).chain(ridge));
    let ys = decades(points.iter().map(|p| p.1).chain([peak]));
    let place = |x: f64, y: f64| (X0 + (X1 - X0) * at(x, xs), Y0 + (Y1 - Y0) * at(y, ys));

    let mut chart = drawing(
        268.0,
        "Roofline: rate over intensity of each projection, under the roofs of columns, memory and weight bus",
    );
    let decade =
        |range: (f64, f64)| (0..=(range.1 / range.0).log10().round() as i32).map(move |n| range.0 * 10f64.powi(n));
    for x in decade(xs) {
        let (px, _) = place(x, ys.0);
        chart = chart.add(line((px, Y0), (px, Y1), "grid")).add(text(px, Y0 + 14.0, "label middle", short(x)));
    }
    for y in decade(ys) {
        let (_, py) = place(xs.0, y);
        chart =
            chart.add(line((X0, py), (X1, py), "grid")).add(text(X0 - 6.0, py + 4.0, "label end", si(y, "").trim()));
    }
    chart = chart.add(text((X0 + X1) / 2.0, Y0 + 30.0, "label middle", "multiply-accumulates a byte")).add(text(
        X0 + 4.0,
        Y1 + 10.0,
        "label",
        "MAC/s",
    ));
    for (rate, class) in [(bus, "roof-bus"), (bandwidth, "roof-memory")] {
        // From where the roof enters the field to where it meets the columns'.
        let from = (ys.0 / rate).max(xs.0);
        let (start, end) = (place(from, from * rate), place((peak / rate).min(xs.1), peak.min(rate * xs.1)));
        chart = chart.add(line(start, end, class));
    }
    let (left, right) = (place((peak / bandwidth.max(bus)).max(xs.0), peak), place(xs.1, peak));
    chart = chart.add(line(left, right, "roof"));
    for (x, y, label, single) in points {
        let (px, py) = place(x, y);
        let hint = format!("{label}: {} at {x:.2} a byte", si(y, "MAC/s"));
        let class = if single { "mark one" } else { "mark many" };
        let point = Circle::new().set("cx", super::round(px)).set("cy", super::round(py)).set("r", 4.5);
        chart = chart.add(point.set("class", class).add(Title::new(hint)));
    }
    let frame = Data::new().move_to((X0, Y1)).line_to((X0, Y0)).line_to((X1, Y0));
    Chart::new(chart.add(Path::new().set("d", frame).set("class", "axis")), &LEGEND)
}

/// A power of ten without a prefix.
fn short(x: f64) -> String {
    if x >= 1.0 { format!("{x:.0}") } else { format!("{x}") }
}
