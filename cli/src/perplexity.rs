//! `trine perplexity`: how well a model predicts a text.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use indicatif::ProgressBar;
use serde::Serialize;
use trine_golden_model::{BoxError, Golden, LinearId, LinearKind, Matmul, ModelSource, TernaryMatrix, perplexity};
use trine_report::document::Kind;
use trine_report::places::Places;
use trine_report::text::grouped;

use crate::Verdict;
use crate::input;
use crate::json::JsonArg;
use crate::loading::{self, Loading, Tokenizing};
use crate::output::progress;
use crate::provenance::provenance;
use crate::threads::ThreadsArg;

/// Measure how well a model predicts a text
///
/// The measure is bits per token and per character. The text is read in windows of the model's context. Each window starts with
/// the last token of the one before, so every token but the first is predicted exactly once.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder in Hugging Face layout, .gguf file, or synthetic:NAME[:LAYERS]
    #[arg(long, value_parser = crate::loading::source())]
    model: ModelSource,
    /// Text in UTF-8; - reads standard input
    #[arg(long, value_name = "FILE")]
    text: PathBuf,
    #[command(flatten)]
    pub(crate) threads: ThreadsArg,
    #[command(flatten)]
    pub(crate) json: JsonArg,
    #[command(flatten)]
    loading: Loading,
    #[command(flatten)]
    tokenizing: Tokenizing,
}

impl Args {
    /// Adds the files of the options to `places`.
    pub(crate) fn add_to(&self, places: &mut Places) {
        loading::add_to("--model", &self.model, places);
        places.reads("--text", &self.text);
        self.tokenizing.add_to(places);
        self.json.add_to(places);
    }
}

#[derive(Serialize)]
struct Report {
    /// Tokens predicted: all but the first.
    tokens: usize,
    /// Characters of the text without those of the first token.
    characters: usize,
    /// Most tokens that are seen at once.
    window: usize,
    bits_per_token: f64,
    bits_per_char: f64,
    perplexity: f64,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let place = || args.text.display().to_string();
    let text = input::text(&args.text)?;
    ensure!(!text.is_empty(), "{}: the text is empty; at least two tokens are needed", place());
    let json = args.json.open()?;
    let model = args.loading.load(&args.model)?;
    let tokenizer = args.tokenizing.load(&args.model)?;
    let tokens = loading::encode(&tokenizer, &text, &model).with_context(place)?;
    // What stands before every text has no characters.
    let given = tokenizer.decode(&tokens[..tokens.len().min(1)])?.chars().count();
    let characters = text.chars().count().saturating_sub(given);
    // Fewer than two tokens are refused below.
    let counted = characters > 0 || tokens.len() < 2;
    ensure!(counted, "{}: the first token holds all characters of the text; a longer text is needed", place());

    let bar = progress(tokens.len().saturating_sub(1) as u64, "tokens");
    let found = perplexity(&model, &mut Watched(&bar), &tokens).with_context(place)?;
    bar.finish_and_clear();

    let report = Report {
        tokens: found.tokens,
        characters,
        window: model.config().context,
        bits_per_token: found.bits_per_token(),
        bits_per_char: found.bits / characters as f64,
        perplexity: found.perplexity(),
    };
    writeln!(
        out,
        "{} tokens, {} characters, in windows of up to {} tokens",
        grouped(report.tokens),
        grouped(characters),
        grouped(report.window)
    )?;
    writeln!(
        out,
        "{:.4} bits a token (perplexity {:.3}), {:.4} bits a character",
        report.bits_per_token, report.perplexity, report.bits_per_char
    )?;
    json.write(Kind::Perplexity, provenance(), &report)?;
    Ok(Verdict::Right)
}

/// The golden model with a progress bar: every token passes the first linear once.
struct Watched<'a>(&'a ProgressBar);

impl Matmul for Watched<'_> {
    fn matmul(&mut self, id: LinearId, w: &TernaryMatrix, x: &[i8], m: usize, y: &mut [i32]) -> Result<(), BoxError> {
        if id == (LinearId { layer: 0, kind: LinearKind::Q }) {
            self.0.inc(m as u64);
        }
        Golden.matmul(id, w, x, m, y)
    }
}
