//! The `trine` command: one module a verb, and what they share.
//!
//! | exit code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | the work was done and found wrong |
//! | 2 | bad usage or bad input |
//! | 3 | a needed tool is missing |
//! | 101 | a mistake in `trine` itself |
#![forbid(unsafe_code)]

mod args;
mod backend;
mod beside;
mod compare;
mod coverage;
mod emitter;
mod energy;
mod estimate;
mod fault;
mod generate;
mod input;
mod inspect;
mod interrupt;
mod json;
mod loading;
mod logits;
mod manifest;
mod markdown;
mod message;
mod mutate;
mod output;
mod perplexity;
mod phases;
mod pricing;
mod printer;
mod provenance;
mod regs;
mod run;
mod serve;
mod simulate;
mod simulation;
mod synth;
mod train;
mod verify;

use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use trine_report::place::is_standard;

use json::JsonArg;
use printer::Printer;

/// Ternary matmul accelerator for BitNet b1.58 language models.
#[derive(Debug, Parser)]
#[command(name = "trine", version)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Compare(compare::Args),
    Coverage(coverage::Args),
    Energy(energy::Args),
    Estimate(estimate::Args),
    Generate(generate::Args),
    Inspect(inspect::Args),
    Logits(logits::Args),
    Mutate(mutate::Args),
    Perplexity(perplexity::Args),
    Regs(regs::Args),
    Run(run::Args),
    Serve(serve::Args),
    #[command(hide = true)]
    Simulate(simulate::Args),
    Synth(synth::Args),
    Train(train::Args),
    Verify(verify::Args),
}

/// What a verb found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All is well.
    Right,
    /// The work was done, and its result is wrong.
    Wrong,
}

/// Parses the command line, runs the verb, and reports errors as one paragraph on stderr.
pub fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&words) {
        Ok(cli) => cli,
        Err(error) => match message::of_dashes(&error, &Cli::command(), &words) {
            Some(text) => {
                message::print(&text);
                return ExitCode::from(2);
            }
            None => error.exit(),
        },
    };
    match fault::contained(|| run(&cli.verb)) {
        Ok(Ok(Verdict::Right)) => ExitCode::SUCCESS,
        Ok(Ok(Verdict::Wrong)) => ExitCode::from(1),
        Ok(Err(error)) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            message::print(&message::causes(&error));
            ExitCode::from(match () {
                () if is_missing_tool(&error) => 3,
                () if is_wrong(&error) => 1,
                () => 2,
            })
        }
        Err(fault) => {
            message::print(&fault);
            ExitCode::from(101)
        }
    }
}

fn run(verb: &Verb) -> anyhow::Result<Verdict> {
    let mut out = match verb {
        // A result that goes to standard output is there alone.
        verb if verb.results().any(is_standard) => Printer::silent(),
        // Files are written whoever reads what is printed.
        verb if verb.results().next().is_some() => Printer::patient(),
        _ => Printer::new(),
    };
    let verdict = match verb {
        Verb::Compare(args) => compare::run(args, &mut out),
        Verb::Coverage(args) => coverage::run(args, &mut out),
        Verb::Estimate(args) => estimate::run(args, &mut out),
        Verb::Energy(args) => energy::run(args, &mut out),
        Verb::Generate(args) => generate::run(args, &mut out),
        Verb::Inspect(args) => inspect::run(args, &mut out),
        Verb::Logits(args) => logits::run(args, &mut out),
        Verb::Mutate(args) => mutate::run(args, &mut out),
        Verb::Perplexity(args) => perplexity::run(args, &mut out),
        Verb::Regs(args) => regs::run(args, &mut out),
        Verb::Run(args) => run::run(args, &mut out),
        Verb::Serve(args) => serve::run(args, &mut out),
        Verb::Simulate(args) => simulate::run(args, &mut out),
        Verb::Synth(args) => synth::run(args, &mut out),
        Verb::Train(args) => train::run(args, &mut out),
        Verb::Verify(args) => verify::run(args, &mut out),
    }?;
    out.finish()?;
    Ok(verdict)
}

impl Verb {
    /// The files and folders that results go to, besides what is printed.
    fn results(&self) -> impl Iterator<Item = &Path> {
        let (json, other) = match self {
            Verb::Compare(args) => (&args.json, args.docs.as_deref()),
            Verb::Coverage(args) => (&args.json, None),
            Verb::Energy(args) => (args.json(), None),
            Verb::Estimate(args) => (&args.json, None),
            Verb::Generate(args) => (&args.json, Some(&*args.output)),
            Verb::Inspect(args) => (&args.json, None),
            Verb::Logits(args) => (&args.json, Some(&*args.out)),
            Verb::Mutate(args) => (&args.json, None),
            Verb::Perplexity(args) => (&args.json, None),
            Verb::Regs(args) => (&JsonArg::NONE, args.output.as_deref()),
            Verb::Run(args) => (&args.json, args.report.as_deref()),
            Verb::Serve(_) | Verb::Simulate(_) => (&JsonArg::NONE, None),
            Verb::Synth(args) => (&args.json, args.output.as_deref()),
            Verb::Train(args) => (&args.json, args.out.as_deref()),
            Verb::Verify(args) => (&args.json, None),
        };
        json.json.as_deref().into_iter().chain(other)
    }
}

/// Whoever reads our output has seen enough; that is no error.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
        || error.downcast_ref::<trine_report::Error>().is_some_and(trine_report::Error::is_closed_pipe)
}

/// True if the work ended because its result is wrong.
fn is_wrong(error: &anyhow::Error) -> bool {
    error.chain().any(|e| matches!(e.downcast_ref(), Some(trine_driver::Error::Mismatch { .. })))
}

fn is_missing_tool(error: &anyhow::Error) -> bool {
    error.chain().any(|e| {
        e.downcast_ref::<trine_sim::Error>().is_some_and(trine_sim::Error::is_missing_tool)
            || e.downcast_ref::<trine_verify::Error>().is_some_and(trine_verify::Error::is_missing_tool)
            || e.downcast_ref::<trine_synth::Error>().is_some_and(trine_synth::Error::is_missing_tool)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use trine_driver::Mismatch;
    use trine_golden_model::{LinearId, LinearKind};

    #[test]
    fn a_wrong_sum_behind_a_model_is_found_wrong_and_bad_input_is_not() {
        let layer = "layers.0.mlp.up_proj".into();
        let first = Mismatch { layer, token: 0, output: 1, beat: 0, column: 1, cycle: None, expected: 2, actual: 3 };
        let wrong = trine_driver::Error::Mismatch { first: Box::new(first), wrong: 1, sums: 4 };
        let linear = LinearId { layer: 0, kind: LinearKind::Up };
        let error = trine_golden_model::Error::Engine { linear, source: Box::new(wrong) };
        assert!(is_wrong(&anyhow::Error::new(error).context("generating")));
        assert!(!is_wrong(&anyhow::anyhow!("no such file")));
    }
}
