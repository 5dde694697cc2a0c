//! Writes the conformance report of the stored checkpoints to `docs/results/conformance.md` and prints this machine's figures;
//! fails when a case does.

mod cases;
mod report;
mod run;

use std::path::Path;
use std::process::ExitCode;

use report::Report;

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let report = Report::new(&root)?;
    report.0.iter().for_each(|outcome| println!("{outcome}"));
    std::fs::write(root.join("docs/results/conformance.md"), report.to_string())?;
    Ok(if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
