//! `trine simulate`: a simulated unit for another process, which speaks to it through pipes. For `trine` itself.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use trine_sim::{BuildOptions, MemoryOptions, SimOptions, Timing};

use crate::args::UnitArgs;
use crate::{Verdict, simulation};

/// Serve a simulated unit on standard input and output
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write a waveform
    #[arg(long, value_name = "FILE.fst")]
    trace: Option<PathBuf>,
    /// When the memory of a unit that reads its weights from there answers, as JSON
    #[arg(long, value_name = "JSON", value_parser = timing)]
    timing: Option<Timing>,
    #[command(flatten)]
    unit: UnitArgs,
}

fn timing(text: &str) -> Result<Timing, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

pub(crate) fn run(args: &Args, mut out: &mut dyn Write) -> Result<Verdict> {
    let config = args.unit.config()?;
    let library = {
        let options = BuildOptions { trace: args.trace.is_some(), ..BuildOptions::default() };
        simulation::build(&trine_sim::verilog(&config)?, options)?
    };
    let unmeasured = SimOptions::default();
    let timing = args.timing.clone().unwrap_or(unmeasured.memory.timing);
    let memory = MemoryOptions { timing, ..unmeasured.memory };
    let options = SimOptions { waveform: args.trace.clone(), memory, ..unmeasured };
    let mut link = trine_sim::link(&library, &config, &options)?;
    trine_sim::serve(&mut *link, &mut io::stdin().lock(), &mut out).context("the pipe to the simulated unit")?;
    Ok(Verdict::Right)
}
