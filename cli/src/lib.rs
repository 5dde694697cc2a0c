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
mod line;
mod load;
pub mod loading;
mod logits;
mod marking;
mod message;
pub mod output;
mod perplexity;
pub mod pricing;
pub mod provenance;
mod regs;
mod run;
mod serve;
mod shell;
mod simulate;
pub mod simulation;
mod synth;
mod threads;
#[cfg(feature = "train")]
pub mod train;
mod unchanged;
#[cfg(not(feature = "train"))]
mod untrained;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub use command::Verdict;
use trine_report::places::Places;

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
    Load(load::Args),
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
    let places = verb.places()?;
    places.check()?;
    command::printing(places.outputs(), |out| match verb {
        Verb::Estimate(args) => estimate::run(args, out),
        Verb::Energy(args) => energy::run(args, out),
        Verb::Generate(args) => generate::run(args, out),
        Verb::Inspect(args) => inspect::run(args, out),
        Verb::Load(args) => load::run(args, out),
        Verb::Logits(args) => args.threads.install(|| logits::run(args, out)),
        Verb::Perplexity(args) => args.threads.install(|| perplexity::run(args, out)),
        Verb::Regs(args) => regs::run(args, out),
        Verb::Run(args) => args.threads.install(|| run::run(args, out)),
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
    /// All that the verb reads and writes, besides what it prints.
    fn places(&self) -> anyhow::Result<Places> {
        let mut places = Places::default();
        match self {
            Verb::Energy(args) => args.json().add_to(&mut places),
            Verb::Estimate(args) => args.add_to(&mut places)?,
            Verb::Generate(args) => args.add_to(&mut places)?,
            Verb::Inspect(args) => args.add_to(&mut places),
            Verb::Load(args) => args.add_to(&mut places)?,
            Verb::Logits(args) => args.add_to(&mut places)?,
            Verb::Perplexity(args) => args.add_to(&mut places),
            Verb::Regs(args) => args.add_to(&mut places)?,
            Verb::Run(args) => args.add_to(&mut places)?,
            // Their only result is a port, or goes through a pipe.
            Verb::Serve(_) | Verb::Simulate(_) => {}
            Verb::Synth(args) => args.add_to(&mut places)?,
            #[cfg(feature = "train")]
            Verb::Train(args) => args.add_to(&mut places),
            #[cfg(not(feature = "train"))]
            Verb::Train(_) => {}
            Verb::Verify(args) => args.add_to(&mut places)?,
        }
        Ok(places)
    }
}
