//! Tables, numbers and progress.

use std::fmt::Display;
use std::io::Write;
use std::time::Duration;

use comfy_table::{CellAlignment, Table, TableComponent, presets};
use indicatif::{ProgressBar, ProgressStyle};
use trine_perf::energy::Estimate;
use uom::si::energy::joule;

/// Prints warnings on the error stream, where they do not mix with results.
pub(crate) fn warn(notices: &[String]) {
    // An error stream that is closed or full costs no result.
    notices.iter().for_each(|notice| _ = writeln!(std::io::stderr(), "warning: {notice}"));
}

/// A table whose columns after the first are numbers.
pub(crate) fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    table.set_style(TableComponent::HeaderLines, '─').set_style(TableComponent::MiddleHeaderIntersections, '─');
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}

/// An integer with its digits in groups of three.
pub(crate) fn grouped(n: impl Display) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A quantity with three significant digits and an SI prefix.
pub(crate) fn si(value: f64, unit: &str) -> String {
    let prefixes = [
        (1e12, "T"),
        (1e9, "G"),
        (1e6, "M"),
        (1e3, "k"),
        (1.0, ""),
        (1e-3, "m"),
        (1e-6, "µ"),
        (1e-9, "n"),
        (1e-12, "p"),
        (1e-15, "f"),
    ];
    let least = if value == 0.0 { (1.0, "") } else { prefixes[prefixes.len() - 1] };
    let (scale, prefix) = prefixes.into_iter().find(|(scale, _)| value >= *scale).unwrap_or(least);
    let scaled = value / scale;
    let decimals = if scaled >= 100.0 || scaled == 0.0 {
        0
    } else if scaled >= 10.0 {
        1
    } else {
        2
    };
    format!("{scaled:.decimals$} {prefix}{unit}")
}

/// A bar of `width` characters, of which `part` is filled to an eighth of a character.
pub(crate) fn bar(part: f64, width: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (part.clamp(0.0, 1.0) * 8.0 * width as f64).round() as usize;
    let mut text = "█".repeat(eighths / 8) + EIGHTHS[eighths % 8];
    text.extend(std::iter::repeat_n(' ', width - text.chars().count()));
    text
}

/// The ratio of a value to `of`; a dash where that is no number.
pub(crate) fn times(value: f64, of: f64) -> String {
    let ratio = value / of;
    if ratio.is_finite() { format!("{ratio:.2}x") } else { "-".into() }
}

/// The share of `of` that `part` is; a dash where there is nothing to share.
pub(crate) fn percent(part: f64, of: f64) -> String {
    let share = 100.0 * part / of;
    if share.is_finite() { format!("{share:.1} %") } else { "-".into() }
}

/// An energy with its interval and tag.
pub(crate) fn interval(e: &Estimate) -> String {
    let [value, lo, hi] = [e.value, e.lo, e.hi].map(|energy| si(energy.get::<joule>(), "J"));
    format!("{value} ({lo} to {hi}, {})", e.tag.name())
}

/// A bar over `total` steps on stderr; nothing is drawn when that is not a terminal.
pub(crate) fn progress(total: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(total).with_message(what);
    match ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len}, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A spinner for steps of unknown length.
pub(crate) fn spinner() -> ProgressBar {
    let spinner = ProgressBar::new_spinner();
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!([0, 12, 123, 1234, 1_234_567].map(grouped), ["0", "12", "123", "1 234", "1 234 567"]);
        assert_eq!(
            [0.0, 1.0, 0.00123, 4.56e-12, 8.2e-16, 3.3e-15, 45_600.0].map(|v| si(v, "J")),
            ["0 J", "1.00 J", "1.23 mJ", "4.56 pJ", "0.82 fJ", "3.30 fJ", "45.6 kJ"]
        );
    }

    #[test]
    fn a_ratio_to_nothing_is_a_dash() {
        assert_eq!([times(3.0, 2.0), times(3.0, 0.0), times(0.0, 0.0), times(0.0, 2.0)], ["1.50x", "-", "-", "0.00x"]);
        assert_eq!([percent(1.0, 8.0), percent(1.0, 0.0), percent(0.0, 0.0)], ["12.5 %", "-", "-"]);
        assert_eq!(bar(f64::NAN, 2), "  ");
    }

    #[test]
    fn bars_are_as_long_as_what_they_show() {
        assert_eq!([0.0, 0.5, 1.0, 2.0].map(|part| bar(part, 4)), ["    ", "██  ", "████", "████"]);
        assert_eq!(bar(1.0 / 16.0, 4), "▎   ");
    }
}
