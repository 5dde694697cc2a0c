//! Tables, warnings and progress.

use std::io::Write;
use std::time::Duration;

use comfy_table::{CellAlignment, Table, TableComponent, presets};
use indicatif::{ProgressBar, ProgressStyle};

/// Prints warnings on the error stream, where they do not mix with results.
pub fn warn(notices: &[String]) {
    // An error stream that is closed or full costs no result.
    notices.iter().for_each(|notice| _ = writeln!(std::io::stderr(), "warning: {notice}"));
}

/// A table whose columns after the first are numbers.
pub fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    table.set_style(TableComponent::HeaderLines, '─').set_style(TableComponent::MiddleHeaderIntersections, '─');
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}

/// A bar over `total` steps on stderr; nothing is drawn when that is not a terminal.
pub fn progress(total: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(total).with_message(what);
    match ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len}, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A spinner for steps of unknown length.
pub fn spinner() -> ProgressBar {
    let spinner = ProgressBar::new_spinner();
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}
