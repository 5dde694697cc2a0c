//! `trine train`: a BitNet model from a text.

mod progress;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use serde::Serialize;
use trine_train::{Kind, Point, Recipe, Schedule, Session, Shape, VocabularyKind};

use crate::Verdict;
use crate::output::{grouped, write_file, write_json};
use progress::Progress;

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
    /// Folder for checkpoints, curve and model
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Go on from the checkpoint in the folder, with its recipe
    #[arg(long, conflicts_with = "RecipeArgs")]
    resume: bool,
    #[command(flatten)]
    recipe: RecipeArgs,
    /// Steps between points of the curve, and checkpoints
    #[arg(long, value_name = "STEPS", default_value_t = 100)]
    every: usize,
    /// Write the machine form here
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What is trained, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct RecipeArgs {
    /// How linears compute
    #[arg(long, value_enum, default_value_t = KindArg::Ternary)]
    kind: KindArg,
    /// `chars`, or `bpe:N` for N byte pairs
    #[arg(long, value_name = "KIND", default_value = "chars", value_parser = vocabulary)]
    vocab: VocabularyKind,
    /// Features between layers
    #[arg(long, value_name = "N", default_value_t = 128)]
    hidden: usize,
    /// Features inside the feed-forward network; 2.7 times hidden, rounded to 32, unless given
    #[arg(long, value_name = "N")]
    intermediate: Option<usize>,
    /// Transformer layers
    #[arg(long, value_name = "N", default_value_t = 4)]
    layers: usize,
    /// Query heads
    #[arg(long, value_name = "N", default_value_t = 4)]
    heads: usize,
    /// Key and value heads
    #[arg(long, value_name = "N", default_value_t = 2)]
    kv_heads: usize,
    /// Tokens in a sequence
    #[arg(long, value_name = "N", default_value_t = 128)]
    context: usize,
    /// Give the head weights of its own, instead of the embedding's
    #[arg(long)]
    untied: bool,
    /// Sequences in a step
    #[arg(long, value_name = "N", default_value_t = 8)]
    batch: usize,
    /// Parts of a batch that are computed in parallel; losses depend on it in the last bits, but not on the threads
    #[arg(long, value_name = "N", default_value_t = 2)]
    shards: usize,
    /// Steps
    #[arg(long, value_name = "N", default_value_t = 2000)]
    steps: usize,
    /// Highest learning rate
    #[arg(long, value_name = "RATE", default_value_t = 4e-3)]
    lr: f64,
    /// Steps until it is reached
    #[arg(long, value_name = "N", default_value_t = 100)]
    warmup: usize,
    /// Of weights and batches
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
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

fn vocabulary(text: &str) -> Result<VocabularyKind, String> {
    match text.split_once(':') {
        None if text == "chars" => Ok(VocabularyKind::Characters),
        Some(("bpe", size)) => {
            size.parse().map(VocabularyKind::Bpe).map_err(|_| format!("`{size}` is not a number of tokens"))
        }
        _ => Err("`chars` or `bpe:N` is expected".into()),
    }
}

impl RecipeArgs {
    /// The recipe, for a vocabulary of `vocab` tokens.
    fn recipe(&self, vocab: usize) -> Recipe {
        let &Self { hidden, layers, heads, kv_heads, context, untied, batch, shards, steps, warmup, seed, .. } = self;
        let intermediate = self.intermediate.unwrap_or((hidden * 27 / 10).next_multiple_of(32));
        Recipe {
            kind: self.kind.into(),
            shape: Shape { hidden, intermediate, layers, heads, kv_heads, vocab, context, tied: !untied },
            schedule: Schedule { peak: self.lr, warmup, steps },
            batch,
            shards,
            seed,
        }
    }
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
    let mut session = if args.resume {
        Session::resume(text, args.out.clone(), args.every)?
    } else {
        let made = args.recipe.vocab;
        Session::begin(text, made, |vocab| args.recipe.recipe(vocab), Some(args.out.clone()), args.every)?
    };
    let (recipe, layout) = (session.trainer.recipe, &session.trainer.network.layout);
    let (parameters, linear_weights) = (layout.total(), layout.linear_weights());
    writeln!(
        out,
        "{}: {} parameters, {} of them in linears; {} tokens to train on, {} held out; {} steps of {} tokens",
        recipe.kind.name(),
        grouped(parameters),
        grouped(linear_weights),
        grouped(session.corpus.trained().len()),
        grouped(session.corpus.held().len()),
        grouped(recipe.schedule.steps),
        grouped(recipe.batch * recipe.shape.context),
    )?;
    out.flush()?;
    let mut progress = Progress::new(&recipe, session.trainer.steps_done());
    let mut curve = session.curve.clone();
    session.run::<anyhow::Error>(|report, points| {
        curve.extend(points);
        if !points.is_empty() {
            write_file(&args.out.join("curve.csv"), csv(&curve).as_bytes())?;
        }
        progress.step(report, points, out)
    })?;
    progress.finish();
    let bits = session.held_out();
    writeln!(out, "held out: {bits:.4} bits per character (measured on all of it, in windows of {})", recipe.shape.context)?;
    if let Some(path) = &args.json {
        let curve = &session.curve;
        write_json(path, &Report { recipe: &recipe, parameters, linear_weights, curve, held_out_bits_per_char: bits })?;
    }
    Ok(Verdict::Right)
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
