//! `trine regs`: the register map for documents, register tools and firmware.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use trine_report::place::Output;
use trine_report::places::Places;
use trine_spec::emit;

use crate::Verdict;
use crate::args::UnitArgs;
use crate::board::BoardArg;

/// A language for the register map.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A document
    Markdown,
    /// SystemRDL 2.0
    Rdl,
    /// CMSIS-SVD
    Svd,
    /// A C header
    C,
    /// Rust constants
    Rust,
}

/// Print the register map for documents, tools and firmware
///
/// Reset values of constant registers are those of the unit that the options describe.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Language of the register map
    #[arg(long, value_name = "LANGUAGE", value_enum)]
    format: Format,
    /// File to write; - is standard output [default: -]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    board: BoardArg,
    #[command(flatten)]
    unit: UnitArgs,
}

impl Args {
    /// Adds the files of the options to `places`.
    pub(crate) fn add_to(&self, places: &mut Places) -> Result<()> {
        self.output.iter().for_each(|file| places.writes("--output", file));
        self.board.add_to(&self.unit, places)
    }
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let config = args.board.unit(&args.unit)?;
    let text = match args.format {
        Format::Markdown => emit::markdown(&config),
        Format::Rdl => emit::rdl(&config),
        Format::Svd => emit::svd(&config),
        Format::C => emit::c(&config),
        Format::Rust => emit::rust(&config),
    };
    match &args.output {
        Some(path) => Output::open(path)?.write(text.as_bytes())?,
        None => out.write_all(text.as_bytes())?,
    }
    Ok(Verdict::Right)
}
