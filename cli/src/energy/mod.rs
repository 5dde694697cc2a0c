//! `trine energy`: what publications say about energy, recomputed.

mod paper;

use std::io::Write;

use anyhow::Result;
use clap::Subcommand;

use crate::Verdict;

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

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    match &args.what {
        What::Paper(args) => paper::run(args, out),
    }
}
