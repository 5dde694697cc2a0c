//! `xtask`: measurements that maintainers repeat, and the documents written from them.
//!
//! | verb | result |
//! |---|---|
//! | `area` | docs/results/area.md |
//! | `compare` | docs/results/comparison.md and its plots |
//! | `coverage` | docs/results/coverage.md |
//! | `gates` | docs/results/energy-gate-level.md |
//! | `memory` | docs/results/memory.md |
//! | `mutate` | docs/results/mutation.md |
//! | `presets` | the table of presets in README.md |
//! | `speed` | prints the seconds of a training step |
//! | `tokens` | prints the token ids of a text, for train/scripts/llama-check |
//!
//! Every verb of a document takes `--from`: it renders what an earlier run kept in docs/data, and measures nothing.
#![forbid(unsafe_code)]

mod area;
mod compare;
mod coverage;
mod gates;
mod memory;
mod mutate;
mod presets;
mod speed;
mod tokens;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use trine_cli::command;

/// Maintainers' measurements, and the documents written from them.
#[derive(Debug, Parser)]
#[command(name = "xtask", version)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Area(area::Args),
    Compare(Box<compare::Args>),
    Coverage(coverage::Args),
    Gates(Box<gates::Args>),
    Memory(memory::Args),
    Mutate(mutate::Args),
    Presets(presets::Args),
    Speed(Box<speed::Args>),
    Tokens(tokens::Args),
}

fn main() -> ExitCode {
    command::main(|Cli { verb }| {
        command::printing(verb.results(), |out| match &verb {
            Verb::Area(args) => area::run(args, out),
            Verb::Compare(args) => compare::run(args, out),
            Verb::Coverage(args) => coverage::run(args, out),
            Verb::Gates(args) => gates::run(args, out),
            Verb::Memory(args) => memory::run(args, out),
            Verb::Mutate(args) => mutate::run(args, out),
            Verb::Presets(args) => presets::run(args, out),
            Verb::Speed(args) => speed::run(args, out),
            Verb::Tokens(args) => tokens::run(args, out),
        })
    })
}

impl Verb {
    /// The files and folders that results go to, besides what is printed.
    fn results(&self) -> impl Iterator<Item = &Path> {
        let (json, other) = match self {
            Verb::Area(_) | Verb::Presets(_) | Verb::Speed(_) | Verb::Tokens(_) => (None, None),
            Verb::Compare(args) => (Some(&args.json), args.docs.as_deref()),
            Verb::Coverage(args) => (Some(&args.json), None),
            Verb::Gates(args) => (Some(&args.json), None),
            Verb::Memory(args) => (Some(&args.json), None),
            Verb::Mutate(args) => (Some(&args.json), None),
        };
        json.and_then(|json| json.json.as_deref()).into_iter().chain(other)
    }
}
