//! The plots of a comparison.

use trine_report::plot::{Axis, Series, plot};
use trine_report::text::grouped;
use trine_train::Kind;

use super::data::{Comparison, Row};
use trine_train::Sweep;

/// Largest excess over float of a model in the plot: beyond, the others would be one line.
const FURTHEST: f64 = 0.15;

/// True if a row is in the plot of accuracy against energy.
pub(super) fn shown(found: &Comparison, row: &Row) -> bool {
    found.rows.first().is_none_or(|float| row.mean() <= (1.0 + FURTHEST) * float.mean())
}

/// Accuracy against energy.
pub(super) fn energy(found: &Comparison) -> String {
    let family = |name: &str, of: &dyn Fn(&Row) -> bool| Series {
        name: name.into(),
        points: found
            .rows
            .iter()
            .filter(|row| of(row) && shown(found, row))
            .filter_map(|row| Some((row.energy_j.as_ref()?.value * 1e6, row.mean(), row.label())))
            .collect(),
        shown: true,
        line: false,
        marks: true,
    };
    let series = [family("trained", &|row| row.trained), family("quantised after training", &|row| !row.trained)];
    plot(
        "Bits per character over energy per token: models as trained, and the float model quantised after training",
        &Axis { label: "energy of the linears of a token, µJ, projected", logarithmic: true },
        &Axis { label: "bits per character, measured", logarithmic: false },
        &series,
    )
}

/// Loss against size.
pub(super) fn scaling(found: &Comparison) -> String {
    let of_kind = |kind: Kind| {
        let sizes = found.scaling.iter().filter(move |size| size.kind == kind);
        sizes.map(|size| (size.linear_weights as f64, size.bits_per_char))
    };
    let mut series = Vec::new();
    for kind in [Kind::Ternary, Kind::Float] {
        let hint = |n: f64, bits: f64| format!("{}, {} weights: {bits:.4}", kind.name(), grouped(n));
        series.push(Series {
            name: kind.name().into(),
            points: of_kind(kind).map(|(n, bits)| (n, bits, hint(n, bits))).collect(),
            shown: false,
            line: true,
            marks: true,
        });
    }
    plot(
        "Bits per character over weights in linears, for ternary and float models",
        &Axis { label: "weights in linears", logarithmic: true },
        &Axis { label: "bits per character, measured", logarithmic: true },
        &series,
    )
}

/// Loss against the learning rate; a training that diverged has no point.
pub(super) fn rates(sweep: &Sweep) -> String {
    let series = [Kind::Ternary, Kind::Float].map(|kind| {
        let points = sweep.rates().into_iter().filter_map(|rate| {
            let bits = sweep.bits(kind, rate)?;
            Some((rate, bits, format!("{} at {rate}: {bits:.4}", kind.name())))
        });
        Series { name: kind.name().into(), points: points.collect(), shown: false, line: true, marks: true }
    });
    plot(
        "Bits per character over the highest learning rate, for ternary and float models",
        &Axis { label: "highest learning rate", logarithmic: true },
        &Axis { label: "bits per character, measured", logarithmic: false },
        &series,
    )
}
