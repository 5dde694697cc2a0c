//! A command line from its words to its exit code.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use trine_report::place::is_standard;
use trine_report::printer::Printer;

use crate::{fault, message};

/// The finding of a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Right,
    /// The work was done, and its result is wrong.
    Wrong,
}

/// Parses the command line, does the work, and reports errors as one paragraph on stderr.
pub fn main<C: Parser>(work: impl FnOnce(C) -> Result<Verdict>) -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let cli = match C::try_parse_from(&words) {
        Ok(cli) => cli,
        Err(error) => match message::of_dashes(&error, &C::command(), &words) {
            Some(text) => {
                message::print(&text);
                return ExitCode::from(2);
            }
            None => error.exit(),
        },
    };
    match fault::contained(|| work(cli)) {
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

/// Does work that prints, with results that go to files or folders besides.
///
/// # Errors
/// Those of the work, and of standard output.
pub fn printing<'a>(
    results: impl Iterator<Item = &'a Path>,
    work: impl FnOnce(&mut Printer) -> Result<Verdict>,
) -> Result<Verdict> {
    let results: Vec<&Path> = results.collect();
    let mut out = match &results[..] {
        // A result that goes to standard output is there alone.
        results if results.iter().any(|path| is_standard(path)) => Printer::silent(),
        // Files are written whoever reads what is printed.
        [_, ..] => Printer::patient(),
        [] => Printer::strict(),
    };
    let verdict = work(&mut out)?;
    out.finish().context("standard output")?;
    Ok(verdict)
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
