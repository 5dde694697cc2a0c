//! Tables in Markdown.

use std::fmt::Write;

/// A row of a table.
pub(crate) fn row(text: &mut String, cells: &[String]) {
    // Writing to a String cannot fail
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

/// The head of a table.
pub(crate) fn head(text: &mut String, cells: &[&str]) {
    row(text, &cells.iter().map(|cell| (*cell).to_string()).collect::<Vec<_>>());
    row(text, &vec!["---".to_string(); cells.len()]);
}
