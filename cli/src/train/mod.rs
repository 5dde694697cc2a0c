//! `trine train`: a BitNet model from a text.

mod page;
mod progress;
mod recipe;
mod sweep;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use serde::Serialize;
use trine_train::export::{self, BlockKind};
use trine_train::{Kind, Point, Recipe, Session};

use crate::Verdict;
use crate::args::positive;
use crate::output::{grouped, write_file, write_json};
pub(crate) use progress::Progress;
pub(crate) use recipe::RecipeArgs;
pub(crate) use sweep::Sweep;

/// Train a BitNet model from a text: ternary (b1.58), 1-bit, or the same in float
///
/// The architecture is that of BitNet b1.58 2B-4T. Weights are trained in f32; activations are int8 and weights trits or
/// signs in every forward pass, and gradients pass straight through the rounding, in f32. The last twentieth of the text is
/// held out. The folder gets checkpoints, the loss curve as CSV and a page.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Text in UTF-8
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Folder for checkpoints, curve, page and, in the end, the model in Hugging Face layout
    #[arg(long, value_name = "DIR", required_unless_present = "sweep")]
    out: Option<PathBuf>,
    /// Go on from the checkpoint in the folder, with its recipe
    #[arg(long, conflicts_with_all = ["RecipeArgs", "kind", "lr", "seed"], requires = "out")]
    resume: bool,
    /// Let the learning rate fall to nothing over so many more steps, instead of following the recipe to its end
    #[arg(long, value_name = "STEPS", requires = "resume")]
    land: Option<usize>,
    /// Stop after this step, to go on later
    #[arg(long, value_name = "STEP")]
    until: Option<usize>,
    /// Try learning rates, each on a ternary and on a float model, and print what they come to; nothing is kept
    #[arg(long, value_name = "RATES", value_delimiter = ',', value_parser = rate, conflicts_with_all = ["out", "gguf", "until", "kind", "lr"])]
    sweep: Option<Vec<f64>>,
    /// Write the model as GGUF, too, in these blocks
    #[arg(long, value_enum, value_name = "BLOCKS")]
    gguf: Option<BlocksArg>,
    /// How linears compute
    #[arg(long, value_enum, default_value_t = KindArg::Ternary)]
    kind: KindArg,
    /// Highest learning rate
    #[arg(long, value_name = "RATE", default_value_t = 3e-3, value_parser = rate)]
    lr: f64,
    /// Of weights and batches
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    recipe: RecipeArgs,
    /// Steps between points of the curve, and checkpoints
    #[arg(long, value_name = "STEPS", default_value_t = 100)]
    every: usize,
    /// Write the machine form here
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum KindArg {
    Ternary,
    #[value(name = "1bit")]
    OneBit,
    Float,
}

impl From<KindArg> for Kind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Ternary => Self::Ternary,
            KindArg::OneBit => Self::OneBit,
            KindArg::Float => Self::Float,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum BlocksArg {
    #[value(name = "tq1_0")]
    Tq1_0,
    #[value(name = "tq2_0")]
    Tq2_0,
}

impl From<BlocksArg> for BlockKind {
    fn from(blocks: BlocksArg) -> Self {
        match blocks {
            BlocksArg::Tq1_0 => Self::Tq1_0,
            BlocksArg::Tq2_0 => Self::Tq2_0,
        }
    }
}

fn rate(text: &str) -> Result<f64, String> {
    positive(text, false)
}

#[derive(Serialize)]
struct Report<'a> {
    recipe: &'a Recipe,
    /// All parameters, and those that BitNet quantises.
    parameters: usize,
    linear_weights: usize,
    curve: &'a [Point],
    /// Bits per character of all of the held-out text.
    held_out_bits_per_char: f64,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let text = read(&args.data)?;
    if let Some(rates) = &args.sweep {
        let found = sweep::sweep(&text, &args.recipe, args.seed, rates, out)?;
        args.json.as_deref().map_or(Ok(()), |path| write_json(path, &found))?;
        return Ok(Verdict::Right);
    }
    let folder = args.out.as_deref().context("--out is missing")?;
    let mut session = begin(args, text, folder)?;
    let layout = &session.trainer.network.layout;
    let (parameters, linear_weights) = (layout.total(), layout.linear_weights());
    let recipe = session.trainer.recipe;
    writeln!(
        out,
        "{}: {} parameters, {} of them in linears; {} tokens to train on, {} held out; {} steps of {} tokens",
        recipe.kind.name(),
        grouped(parameters),
        grouped(linear_weights),
        grouped(session.corpus.trained().len()),
        grouped(session.corpus.held().len()),
        grouped(recipe.schedule.end()),
        grouped(recipe.batch * recipe.shape.context),
    )?;
    out.flush()?;
    let mut progress = Progress::new(&recipe, session.trainer.steps_done());
    let mut curve = session.curve.clone();
    session.run::<anyhow::Error>(args.until.unwrap_or(usize::MAX), |report, points| {
        curve.extend(points);
        if !points.is_empty() {
            write_file(&folder.join("curve.csv"), csv(&curve).as_bytes())?;
            write_file(&folder.join("report.html"), page::render(&recipe, parameters, &curve)?.as_bytes())?;
        }
        progress.step(report, points, out)
    })?;
    progress.finish();
    if !session.trainer.finished() {
        writeln!(out, "stopped after step {}; --resume goes on", grouped(session.trainer.steps_done()))?;
        return Ok(Verdict::Right);
    }
    let bits = session.held_out();
    let context = recipe.shape.context;
    writeln!(out, "held out: {bits:.4} bits per character (measured on all of it, in windows of {context})")?;
    export(&session, folder, args.gguf, out)?;
    if let Some(path) = &args.json {
        let curve = &session.curve;
        write_json(path, &Report { recipe: &recipe, parameters, linear_weights, curve, held_out_bits_per_char: bits })?;
    }
    Ok(Verdict::Right)
}

fn begin(args: &Args, text: String, folder: &Path) -> Result<Session> {
    // What cannot be exported is better said before the training than after it.
    let exportable = |recipe: &Recipe| match args.gguf {
        Some(_) => export::check_gguf(recipe.kind, &recipe.shape),
        None => Ok(()),
    };
    if !args.resume {
        let flags = &args.recipe;
        exportable(&flags.recipe(1, flags.hidden, args.kind.into(), args.lr, args.seed))?;
        let recipe = |vocab| flags.recipe(vocab, flags.hidden, args.kind.into(), args.lr, args.seed);
        return Ok(Session::begin(text, args.recipe.vocab, recipe, Some(folder.to_owned()), args.every)?);
    }
    let mut session = Session::resume(text, folder.to_owned(), args.every)?;
    exportable(&session.trainer.recipe)?;
    args.land.map_or(Ok(()), |steps| session.land(steps))?;
    Ok(session)
}

/// Writes the finished model for others.
fn export(session: &Session, folder: &Path, blocks: Option<BlocksArg>, out: &mut dyn Write) -> Result<()> {
    let (network, vocabulary) = (&session.trainer.network, &session.corpus.vocabulary);
    let model = folder.join("model");
    export::huggingface(network, vocabulary, &model)?;
    writeln!(out, "model: {}", model.display())?;
    if let Some(blocks) = blocks {
        let file = folder.join("model.gguf");
        export::gguf(network, vocabulary, blocks.into(), &file)?;
        writeln!(out, "model: {}", file.display())?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    ensure!(!text.is_empty(), "{}: the text is empty", path.display());
    Ok(text)
}

/// The curve, one point a line.
fn csv(curve: &[Point]) -> String {
    let mut text = String::from("step,tokens,rate,train_bits_per_token,gradient_norm,held_out_bits_per_char\n");
    for p in curve {
        text += &format!(
            "{},{},{:.6e},{:.5},{:.4},{:.5}\n",
            p.step, p.tokens, p.rate, p.train_bits, p.norm, p.held_out_bits
        );
    }
    text
}
