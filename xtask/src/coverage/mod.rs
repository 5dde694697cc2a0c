//! `xtask coverage`: lines and changes of signals that verification reaches, as Verilator counts them.

mod document;

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use trine_hdl::lang::verilog;
use trine_report::document::Kind;
use trine_sim::BuildOptions;
use trine_verify::coverage::{Coverage, Points};
use trine_verify::judge;
use trine_verify::mutation::Subject;

use trine_cli::json::{JsonArg, kept};
use trine_cli::output::progress;
use trine_cli::provenance::{provenance, simulators};
use trine_cli::{Verdict, simulation};

/// Measure line and toggle coverage of the units of the mutation campaign under their verification
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) json: JsonArg,
    /// Render docs/results/coverage.md from the results of an earlier measurement
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    from: Option<PathBuf>,
}

/// The machine form.
#[derive(Serialize, Deserialize)]
struct Measurement {
    /// Units of the mutation campaign.
    units: Vec<Coverage>,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    if let Some(path) = &args.from {
        let Measurement { units } = kept(path, Kind::Coverage)?;
        write!(out, "{}", document::markdown(&units)?)?;
        return Ok(Verdict::Right);
    }
    let json = args.json.open()?;
    let temporary = trine_report::place::temporary()?;
    let subjects = Subject::all()?;
    let bar = progress(subjects.len() as u64, "units");
    let mut found = vec![];
    for subject in &subjects {
        let folder = tempfile::tempdir_in(&temporary)?;
        let text = verilog(&subject.unit()?)?;
        let options = BuildOptions { coverage: Some(folder.path()), ..BuildOptions::default() };
        let library = simulation::build(&text, options)?;
        if let Some((check, fault)) = judge(&library, &subject.config, &[])? {
            writeln!(out, "unit {} fails: {check}: {fault}", subject.name)?;
            return Ok(Verdict::Wrong);
        }
        let coverage = Coverage::new(subject.name, &Points::read(folder.path())?, &text);
        let (lines, toggles) = coverage.totals();
        writeln!(out, "{}: {lines} of branches and blocks, {toggles} of toggles", subject.name)?;
        found.push(coverage);
        bar.inc(1);
    }
    bar.finish_and_clear();
    json.write(Kind::Coverage, provenance().with_tools(simulators()), &Measurement { units: found })?;
    Ok(Verdict::Right)
}
