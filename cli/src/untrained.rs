//! `trine train` in a `trine` that is built without it.

use std::ffi::OsString;

use anyhow::{Result, bail};
use clap::Parser;

use crate::Verdict;

/// Train a model: in a trine built with `--features train`
#[derive(Debug, Parser)]
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    _all: Vec<OsString>,
}

pub(crate) fn run(_: &Args) -> Result<Verdict> {
    bail!(
        "this trine is built without `train`; build it with `cargo build --release --package trine-cli --features train`"
    )
}
