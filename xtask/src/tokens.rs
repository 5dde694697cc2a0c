//! `xtask tokens`: the token ids of every line of a text, as the golden model reads the vocabulary of a model.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use trine_cli::Verdict;
use trine_cli::loading::source;
use trine_golden_model::{ModelSource, Tokenizer};

/// Print the token ids of every line of a text
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder in Hugging Face layout, or .gguf file
    #[arg(value_parser = source())]
    model: ModelSource,
    /// The text
    #[arg(value_name = "FILE")]
    text: PathBuf,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let tokenizer = Tokenizer::load(&args.model)?;
    let text = std::fs::read_to_string(&args.text).with_context(|| args.text.display().to_string())?;
    for line in text.split_inclusive('\n') {
        let ids: Vec<String> = tokenizer.encode(line)?.iter().map(ToString::to_string).collect();
        writeln!(out, "{}", ids.join(" "))?;
    }
    Ok(Verdict::Right)
}
