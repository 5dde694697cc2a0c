//! `trine energy`: energy of publications recomputed.

mod paper;

use std::io::Write;

use anyhow::Result;
use clap::Subcommand;

use crate::Verdict;
use crate::json::JsonArg;

/// Recompute the energy figures of publications
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Paper(paper::Args),
}

impl Args {
    /// The machine form of the figures asked for.
    pub(crate) fn json(&self) -> &JsonArg {
        match &self.what {
            What::Paper(args) => &args.json,
        }
    }
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    match &args.what {
        What::Paper(args) => paper::run(args, out),
    }
}
