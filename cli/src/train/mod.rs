//! `trine train`: a BitNet model from a text.

mod given;
mod page;
mod progress;
mod recipe;
mod sweep;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use serde::Serialize;
use trine_report::document::Kind as Form;
use trine_report::place::{check_folder, write_in};
use trine_report::places::Places;
use trine_report::text::grouped;
use trine_train::export::{self, Architecture, BlockKind, GgufOptions};
use trine_train::{Activation, Error, Kind, Place, Plan, Point, Recipe, Session, files};

use crate::Verdict;
use crate::args::positive;
use crate::input;
use crate::interrupt;
use crate::json::JsonArg;
use crate::output::warn;
use crate::provenance::provenance;
use given::Given;
pub use progress::Progress;
pub use recipe::RecipeArgs;

/// Train a BitNet model from a text
///
/// The model is ternary (b1.58), 1-bit or float, with the architecture of BitNet b1.58 2B-4T. Weights are trained in f32.
/// Activations are int8 and weights trits or signs in every forward pass, and gradients pass straight through the rounding, in f32.
/// The last twentieth of the text is held out. The folder gets checkpoints, the loss curve as CSV, a page and, in the end, the
/// model in Hugging Face layout.
///
/// A training that was interrupted continues with --resume. Its checkpoint holds the recipe and every option that decides its
/// files, and the result is bit-equal to that of a training without interruption. Options that are given again must be the same.
/// --until, --land, --json and the path in --data may change, and --gguf may be added.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    given: Given,
    /// Text in UTF-8; - reads standard input
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Folder for checkpoints, curve, page and the finished model
    #[arg(short, long, alias = "out", value_name = "DIR", required_unless_present = "sweep")]
    pub(crate) output: Option<PathBuf>,
    /// Continue the training in the folder, with its recipe
    #[arg(long, requires = "output", conflicts_with = "overwrite")]
    resume: bool,
    /// Replace the training in the folder, finished or not
    #[arg(long, requires = "output")]
    overwrite: bool,
    /// Let the learning rate fall to 0 over this many more steps
    #[arg(long, value_name = "STEPS", requires = "resume")]
    land: Option<usize>,
    /// Stop after this step, to continue later
    #[arg(long, value_name = "STEP", value_parser = from_one)]
    until: Option<usize>,
    /// Print a table of learning rates, each tried on a ternary and a float model; keep no model
    #[arg(long, value_name = "RATE,RATE,...", value_delimiter = ',', value_parser = rate, conflicts_with_all = ["output", "gguf", "until", "kind", "lr", "every"])]
    sweep: Option<Vec<f64>>,
    /// Write the model as GGUF too, in these blocks
    #[arg(long, value_enum, value_name = "BLOCKS")]
    gguf: Option<BlocksArg>,
    /// Architecture in the GGUF file [default: bitnet for silu, else bitnet-b1.58]
    #[arg(long, value_enum, value_name = "NAME", requires = "gguf")]
    gguf_arch: Option<ArchArg>,
    /// Arithmetic of linears
    #[arg(long, value_name = "NAME", value_enum, default_value_t = KindArg::Ternary)]
    kind: KindArg,
    /// Highest learning rate
    #[arg(long, value_name = "RATE", default_value_t = 3e-3, value_parser = rate)]
    lr: f64,
    /// Seed of weights and batches
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    recipe: RecipeArgs,
    /// Steps between points of the curve and between checkpoints
    #[arg(long, value_name = "STEPS", default_value_t = 100, value_parser = from_one)]
    every: usize,
    #[command(flatten)]
    pub(crate) json: JsonArg,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum KindArg {
    Ternary,
    #[value(name = "1bit")]
    OneBit,
    Float,
}

impl KindArg {
    fn kind(self) -> Kind {
        match self {
            Self::Ternary => Kind::Ternary,
            Self::OneBit => Kind::OneBit,
            Self::Float => Kind::Float,
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

impl BlocksArg {
    fn kind(self) -> BlockKind {
        match self {
            Self::Tq1_0 => BlockKind::Tq1_0,
            Self::Tq2_0 => BlockKind::Tq2_0,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ArchArg {
    /// For llama.cpp, which computes SiLU
    Bitnet,
    /// For bitnet.cpp, which computes squared ReLU
    #[value(name = "bitnet-b1.58")]
    BitnetB158,
}

impl ArchArg {
    fn architecture(self) -> Architecture {
        match self {
            Self::Bitnet => Architecture::Bitnet,
            Self::BitnetB158 => Architecture::BitnetB158,
        }
    }
}

/// Files of a training under way.
const CURVE: &str = "curve.csv";
const PAGE: &str = "report.html";
/// Folder and file of the finished model.
const MODEL: &str = "model";
const GGUF: &str = "model.gguf";

fn from_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("a number from 1 on is expected".into()),
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
    /// Bits per character of all of the held-out text; absent until the training is finished.
    held_out_bits_per_char: Option<f64>,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let json = args.json.open()?;
    let text = read(&args.data)?;
    if let Some(rates) = &args.sweep {
        let found = sweep::sweep(&text, &args.recipe, args.seed, rates, out)?;
        json.write(Form::TrainSweep, provenance().with_seed(args.seed), &found)?;
        return Ok(Verdict::Right);
    }
    let folder = args.output.as_deref().context("--output is missing")?;
    // What comes in the end comes hours later.
    check_folder(folder, if args.gguf.is_some() { &[CURVE, PAGE, GGUF] } else { &[CURVE, PAGE] })?;
    check_folder(&folder.join(MODEL), &["config.json", "model.safetensors"])?;
    let mut session = begin(args, &text, folder)?;
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
    let files = |curve: &[Point]| -> Result<()> {
        write_in(folder, CURVE, csv(curve).as_bytes())?;
        Ok(write_in(folder, PAGE, page::render(&recipe, parameters, curve)?.as_bytes())?)
    };
    let mut curve = session.curve.clone();
    let (saved, place) = (session.saved(), folder.to_owned());
    let kept = move |step: usize| format!("{}: the checkpoint of step {step} is kept", place.display());
    let (at_interrupt, kept_then) = (Arc::clone(&saved), kept.clone());
    interrupt::says(move || {
        let step = at_interrupt.lock().unwrap_or_else(PoisonError::into_inner);
        let text = format!("{}; --resume continues", kept_then(*step));
        // Until the process ends by the signal, no other checkpoint may replace the one that the text names.
        std::mem::forget(step);
        text
    })?;
    if !curve.is_empty() {
        // A process that was killed may have written the checkpoint and not these.
        files(&curve)?;
    }
    let result = session.run::<anyhow::Error>(args.until.unwrap_or(usize::MAX), |report, points| {
        curve.extend(points);
        if !points.is_empty() {
            files(&curve)?;
        }
        progress.step(report, points, out)
    });
    progress.finish();
    result.with_context(|| kept(*saved.lock().unwrap_or_else(PoisonError::into_inner)))?;
    let write = |session: &Session, held_out_bits_per_char| {
        let curve = &session.curve;
        let report = Report { recipe: &recipe, parameters, linear_weights, curve, held_out_bits_per_char };
        json.write(Form::Train, provenance().with_seed(recipe.seed), &report)
    };
    if !session.trainer.finished() {
        writeln!(out, "stopped after step {}; --resume continues", grouped(session.trainer.steps_done()))?;
        write(&session, None)?;
        return Ok(Verdict::Right);
    }
    let bits = session.held_out();
    let context = recipe.shape.context;
    writeln!(out, "held out: {bits:.4} bits per character (measured on all of it, in windows of {context})")?;
    let exported = export(&session, folder, out);
    write(&session, Some(bits))?;
    exported?;
    Ok(Verdict::Right)
}

impl Args {
    /// Adds the files of the options to `places`.
    pub(crate) fn add_to(&self, places: &mut Places) {
        places.reads("--data", &self.data);
        self.output.iter().flat_map(|folder| files(folder)).for_each(|file| places.writes("--output", &file));
        self.json.add_to(places);
    }

    /// The GGUF file that is asked for, of a model with this activation.
    fn options(&self, activation: Activation) -> Option<GgufOptions> {
        let architecture = self.gguf_arch.map_or(Architecture::of(activation), ArchArg::architecture);
        Some(GgufOptions { blocks: self.gguf?.kind(), architecture })
    }
}

fn begin(args: &Args, text: &str, folder: &Path) -> Result<Session> {
    let session = if args.resume { resume(args, text, folder)? } else { new(args, text, folder)? };
    let shape = session.trainer.recipe.shape;
    if let Some(options) = &session.plan.gguf {
        warn(&options.notices(&shape, session.plan.vocabulary));
    }
    Ok(session)
}

fn new(args: &Args, text: &str, folder: &Path) -> Result<Session> {
    let flags = &args.recipe;
    let recipe = |vocab| flags.recipe(vocab, flags.hidden, args.kind.kind(), args.lr, args.seed);
    // Faults of a recipe are better said before the folder is made and a vocabulary learnt.
    let first = recipe(1);
    first.check()?;
    expect_until(args, 0, first.schedule.end())?;
    let plan = Plan { vocabulary: flags.vocab, every: args.every, gguf: args.options(first.shape.activation) };
    if plan.gguf.is_some() {
        export::check_gguf(first.kind, &first.shape)?;
    }
    let place = Place::claim(folder, args.overwrite).map_err(|error| {
        let advice = matches!(error, Error::Occupied { .. }).then_some(
            "; continue it with --resume, name another folder with --output, or replace it with --overwrite",
        );
        anyhow::anyhow!("{:#}{}", anyhow::Error::from(error), advice.unwrap_or_default())
    })?;
    Ok(Session::begin(text, plan, recipe, Some(place))?)
}

fn resume(args: &Args, text: &str, folder: &Path) -> Result<Session> {
    let mut session = Session::resume(text, folder)?;
    given::expect_agreement(args, &session)?;
    let (done, schedule) = (session.trainer.steps_done(), session.trainer.recipe.schedule);
    let end = args.land.filter(|_| schedule.landing.is_none()).map_or(schedule.end(), |steps| done + steps);
    expect_until(args, done, end)?;
    args.land.map_or(Ok(()), |steps| session.land(steps))?;
    if let Some(options) = args.options(session.trainer.recipe.shape.activation) {
        session.add_gguf(options)?;
    }
    Ok(session)
}

/// Makes sure that the step to stop after is one that is still to come, or the last that was done.
fn expect_until(args: &Args, done: usize, end: usize) -> Result<()> {
    let Some(until) = args.until else { return Ok(()) };
    ensure!(
        until <= end,
        "--until {until} is beyond the training's last step, {end}; leave it out to train to the end"
    );
    ensure!(until >= done, "--until {until} is before step {done}, which the training has done already");
    Ok(())
}

/// Writes the finished model for others.
fn export(session: &Session, folder: &Path, out: &mut dyn Write) -> Result<()> {
    let (network, vocabulary) = (&session.trainer.network, &session.corpus.vocabulary);
    let model = folder.join(MODEL);
    export::huggingface(network, vocabulary, &model)?;
    writeln!(out, "model: {}", model.display())?;
    if let Some(options) = session.plan.gguf {
        let file = folder.join(GGUF);
        export::gguf(network, vocabulary, options, &file)?;
        writeln!(out, "model: {}", file.display())?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    let text = input::text(path)?;
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
