//! Prints the conformance report of the stored checkpoints as Markdown; fails when a case does.

use std::path::Path;
use std::process::ExitCode;

use trine_golden_model::conformance::Report;

fn main() -> Result<ExitCode, trine_golden_model::Error> {
    let report = Report::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))?;
    print!("{report}");
    Ok(if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
