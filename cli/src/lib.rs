//! The `trine` command: one module a verb, and what they share with each other and with the commands of maintainers.
//!
//! | exit code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | the work was done and found wrong |
//! | 2 | bad usage or bad input |
//! | 3 | a needed tool is missing |
//! | 101 | a mistake in `trine` itself |
#![forbid(unsafe_code)]

pub mod args;
mod backend;
mod board;
pub mod command;
mod emitter;
mod energy;
mod estimate;
mod fault;
mod generate;
pub mod input;
mod inspect;
mod interrupt;
pub mod json;
pub mod loading;
mod logits;
mod marking;
mod message;
pub mod output;
mod perplexity;
pub mod pricing;
pub mod printer;
pub mod provenance;
mod regs;
mod run;
mod serve;
mod shell;
mod simulate;
pub mod simulation;
mod synth;
#[cfg(feature = "train")]
pub mod train;
#[cfg(not(feature = "train"))]
mod untrained;
mod verify;

use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub use command::Verdict;
use json::JsonArg;

/// Ternary matmul accelerator for BitNet language models.
#[derive(Debug, Parser)]
#[command(name = NAME, version, max_term_width = 72, arg_required_else_help = true)]
#[command(args_conflicts_with_subcommands = true, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    shell: shell::Args,
}

/// Name of the command.
const NAME: &str = "trine";

const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 found wrong, 2 bad usage or input, 3 a tool is
missing, 101 a mistake in trine itself, 130 stopped by Ctrl-C.";

#[derive(Debug, Subcommand)]
enum Verb {
    Energy(energy::Args),
    Estimate(estimate::Args),
    Generate(generate::Args),
    Inspect(inspect::Args),
    Logits(logits::Args),
    Perplexity(perplexity::Args),
    Regs(regs::Args),
    Run(run::Args),
    Serve(serve::Args),
    #[command(hide = true)]
    Simulate(simulate::Args),
    Synth(synth::Args),
    #[cfg(feature = "train")]
    Train(train::Args),
    #[cfg(not(feature = "train"))]
    Train(untrained::Args),
    Verify(verify::Args),
}

/// Parses the command line, runs the verb, and reports errors as one paragraph on stderr.
pub fn main() -> ExitCode {
    command::main(|cli: Cli| match &cli.verb {
        Some(verb) => run(verb),
        None => {
            command::printing(cli.shell.man.as_deref().into_iter(), |out| shell::run(&cli.shell, &definition(), out))
        }
    })
}

/// The definition of the command: all verbs and options with their help.
pub fn definition() -> clap::Command {
    Cli::command()
}

fn run(verb: &Verb) -> anyhow::Result<Verdict> {
    command::printing(verb.results(), |out| match verb {
        Verb::Estimate(args) => estimate::run(args, out),
        Verb::Energy(args) => energy::run(args, out),
        Verb::Generate(args) => generate::run(args, out),
        Verb::Inspect(args) => inspect::run(args, out),
        Verb::Logits(args) => logits::run(args, out),
        Verb::Perplexity(args) => perplexity::run(args, out),
        Verb::Regs(args) => regs::run(args, out),
        Verb::Run(args) => run::run(args, out),
        Verb::Serve(args) => serve::run(args, out),
        Verb::Simulate(args) => simulate::run(args, out),
        Verb::Synth(args) => synth::run(args, out),
        #[cfg(feature = "train")]
        Verb::Train(args) => train::run(args, out),
        #[cfg(not(feature = "train"))]
        Verb::Train(args) => untrained::run(args),
        Verb::Verify(args) => verify::run(args, out),
    })
}

impl Verb {
    /// The files and folders that results go to, besides what is printed.
    fn results(&self) -> impl Iterator<Item = &Path> {
        let (json, other) = match self {
            Verb::Energy(args) => (args.json(), None),
            Verb::Estimate(args) => (&args.json, None),
            Verb::Generate(args) => (&args.json, Some(&*args.output)),
            Verb::Inspect(args) => (&args.json, None),
            Verb::Logits(args) => (&args.json, Some(&*args.output)),
            Verb::Perplexity(args) => (&args.json, None),
            Verb::Regs(args) => (&JsonArg::NONE, args.output.as_deref()),
            Verb::Run(args) => (&args.json, args.report.as_deref()),
            Verb::Serve(_) | Verb::Simulate(_) => (&JsonArg::NONE, None),
            Verb::Synth(args) => (&args.json, args.output.as_deref()),
            #[cfg(feature = "train")]
            Verb::Train(args) => (&args.json, args.output.as_deref()),
            #[cfg(not(feature = "train"))]
            Verb::Train(_) => (&JsonArg::NONE, None),
            Verb::Verify(args) => (&args.json, None),
        };
        json.json.as_deref().into_iter().chain(other)
    }
}
