//! `xtask compare`: a float model, its BitNet twins, and the float model quantised after training.

mod data;
mod document;
mod figures;
mod hardware;
mod models;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use trine_report::document::Kind as Form;
use trine_report::place::{check_folder, write_in};
use trine_report::places::Places;
use trine_report::text::{describe, grouped, si};
use trine_train::ptq::{Method, quantise};
use trine_train::{Kind, Layout, Lock, Network, Pass, PowerLaw, Recipe, Session, Sweep, held_out};

use data::{Comparison, Law, Row, Size};
use hardware::{Hardware, Unit};
use models::{Models, rate};
use trine_cli::Verdict;
use trine_cli::args::{UnitArgs, positive};
use trine_cli::input;
use trine_cli::json::{JsonArg, kept};
use trine_cli::output::{spinner, table};
use trine_cli::pricing::PricingArgs;
use trine_cli::provenance::provenance;
use trine_cli::train::RecipeArgs;
use trine_perf::whole::Prices;

/// Compare a float model with its BitNet twins, and with itself quantised after training
///
/// Models are trained into the folder, where they are not there already: float, 1-bit and ternary with each seed, and
/// ternary and float in further sizes. The float models are then quantised by absmax, SmoothQuant, GPTQ and QuIP. All are
/// measured on the same held-out windows.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Text in UTF-8; - reads standard input
    #[arg(long, value_name = "FILE", required_unless_present = "from", requires = "out")]
    data: Option<PathBuf>,
    /// Folder of the models
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Seeds, from 1 on
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=100))]
    seeds: u64,
    /// Further sizes, in features between layers, for the power law
    #[arg(long, value_name = "SIZES", value_delimiter = ',', default_value = "32,64,96")]
    sizes: Vec<usize>,
    /// Highest learning rate of float models
    #[arg(long, value_name = "RATE", default_value_t = 1.5e-3, value_parser = learning_rate)]
    float_lr: f64,
    /// Highest learning rate of BitNet models
    #[arg(long, value_name = "RATE", default_value_t = 3e-3, value_parser = learning_rate)]
    lr: f64,
    /// Windows of the held-out text to measure, evenly spread
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = windows)]
    held_windows: usize,
    #[command(flatten)]
    recipe: RecipeArgs,
    /// Show a stored comparison, instead of making one
    #[arg(long, value_name = "FILE", conflicts_with_all = ["data", "out", "RecipeArgs"])]
    from: Option<PathBuf>,
    /// Learning rates that `trine train --sweep` tried, to go with the comparison: its --json
    #[arg(long, value_name = "FILE")]
    sweep: Option<PathBuf>,
    /// Write comparison.md and its plots into this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) docs: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) json: JsonArg,
    #[command(flatten)]
    pricing: PricingArgs,
    #[command(flatten)]
    unit: UnitArgs,
}

fn windows(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(windows) if windows > 0 => Ok(windows),
        _ => Err("a number from 1 on is expected".into()),
    }
}

fn learning_rate(text: &str) -> Result<f64, String> {
    positive(text, false)
}

impl Args {
    /// All that is read and written.
    fn places(&self) -> Places {
        let mut places = Places::default();
        let inputs = [("--data", &self.data), ("--from", &self.from), ("--sweep", &self.sweep)];
        inputs.into_iter().for_each(|(option, file)| file.iter().for_each(|file| places.reads(option, file)));
        self.docs.iter().for_each(|folder| places.writes_in("--docs", folder, &document::NAMES));
        self.pricing.add_to(&mut places);
        self.unit.add_to(&mut places);
        self.json.add_to(&mut places);
        places
    }
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    args.places().check()?;
    let json = args.json.open()?;
    if let Some(folder) = &args.docs {
        check_folder(folder, &document::NAMES)?;
    }
    args.out.as_deref().map_or(Ok(()), |folder| check_folder(folder, &[]))?;
    // Read first: what is wrong with it is better said before an hour of training than after it.
    let sweep: Option<Sweep> = args.sweep.as_deref().map(|path| kept(path, Form::TrainSweep)).transpose()?;
    let mut found: Comparison = match (&args.from, &args.data, &args.out) {
        (Some(path), ..) => {
            let found: Comparison = kept(path, Form::Compare)?;
            let empty = found.rows.iter().find(|row| row.bits_per_char.iter().all(|bits| *bits <= 0.0));
            ensure!(
                empty.is_none(),
                "{}: a row has no measurement above 0: {:?}",
                path.display(),
                empty.map(|r| &r.name)
            );
            found
        }
        (None, Some(data), Some(folder)) => {
            let text = input::text(data)?;
            compare(args, &text, folder, out)?
        }
        _ => anyhow::bail!("--data and --out are needed, or --from"),
    };
    found.sweep = sweep.or(found.sweep);
    print(&found, out)?;
    let written = json.write(Form::Compare, provenance(), &found);
    if let Some(folder) = &args.docs {
        for (name, content) in document::files(&found)? {
            write_in(folder, name, content.as_bytes())?;
        }
    }
    written?;
    Ok(Verdict::Right)
}

fn compare(args: &Args, text: &str, folder: &Path, out: &mut dyn Write) -> Result<Comparison> {
    let models = Models { text, vocabulary: args.recipe.vocab, folder };
    let recipe = |kind: Kind, hidden: usize, seed: u64| {
        move |vocab| args.recipe.recipe(vocab, hidden, kind, rate(kind, args.lr, args.float_lr), seed)
    };
    let hardware = hardware(args)?;
    let hidden = args.recipe.hidden;
    // As above, a size that no model can have.
    for &size in std::iter::once(&hidden).chain(&args.sizes) {
        recipe(Kind::Float, size, 1)(1).check()?;
    }
    let alone = text.chars().next().is_none_or(|first| text.chars().all(|character| character == first));
    ensure!(!alone, "the text is one character again and again, which every model predicts; take a text to compare on");
    let _lock = Lock::take(folder)?;

    let mut rows: Vec<Row> = Vec::new();
    let mut first: Option<Recipe> = None;
    let mut scaling = Vec::new();
    for seed in 1..=args.seeds {
        for kind in [Kind::Float, Kind::OneBit, Kind::Ternary] {
            let session = models.model(recipe(kind, hidden, seed), out)?;
            let network = &session.trainer.network;
            let bits = measure(&session, network, args.held_windows);
            let (name, weight_bits, activation_bits, scales) = match kind {
                Kind::Float => ("float", 16.0, 16, 0),
                Kind::OneBit => ("BitNet, 1 bit", 1.0, 8, network.layout.linears().count()),
                Kind::Ternary => ("BitNet b1.58", 1.6, 8, network.layout.linears().count()),
            };
            let row = Row::new(name, true, weight_bits, activation_bits, &session, scales, &hardware);
            add(&mut rows, row, bits);
            if seed == 1 && kind != Kind::OneBit {
                scaling.push(size(&session, bits));
            }
            if kind == Kind::Float {
                first.get_or_insert(session.trainer.recipe);
                after_training(&session, seed, args.held_windows, &hardware, &mut rows);
            }
        }
    }
    for &hidden in args.sizes.iter().filter(|size| **size != hidden) {
        for kind in [Kind::Ternary, Kind::Float] {
            let session = models.model(recipe(kind, hidden, 1), out)?;
            let bits = measure(&session, &session.trainer.network, args.held_windows);
            scaling.push(size(&session, bits));
        }
    }
    let recipe = first.context("there is no float model")?;
    let law = |kind| {
        let of_kind = scaling.iter().filter(|size: &&Size| size.kind == kind);
        let points: Vec<(f64, f64)> = of_kind.map(|size| (size.linear_weights as f64, size.bits_per_char)).collect();
        PowerLaw::fit(&points).map(|law| Law { kind, law })
    };
    let laws = [Kind::Ternary, Kind::Float].into_iter().filter_map(law).collect();
    scaling.sort_by_key(|size| (size.kind.name(), size.hidden));
    let layout = Layout::new(&recipe.shape);
    Ok(Comparison {
        bitnet_rate: args.lr,
        parameters: layout.total(),
        linear_weights: layout.linear_weights(),
        windows: args.held_windows,
        unit: describe(&hardware.config),
        die: hardware.die.clone(),
        memory: hardware.memory.name.clone(),
        clock_hz: hardware.clock_hz,
        recipe,
        rows,
        scaling,
        laws,
        sweep: None,
    })
}

fn hardware(args: &Args) -> Result<Hardware> {
    let config = args.unit.config()?;
    ensure!(config.act_bits() == 8, "the models compared have int8 activations, so --act-bits has to be 8");
    let Prices { die, memory, clock_hz, pricing, .. } = args.pricing.look_up(&config, None)?;
    Ok(Hardware { config, die, clock_hz, memory, pricing: pricing.ok() })
}

/// Quantises a float model in every way.
fn after_training(session: &Session, seed: u64, windows: usize, hardware: &Hardware, rows: &mut Vec<Row>) {
    let spinner = spinner();
    let network = &session.trainer.network;
    for method in Method::ALL {
        let (name, weights, activations) = (method.name(), method.weight_bits(), method.activation_bits());
        spinner.set_message(format!("{name}, {weights} bits, seed {seed}"));
        let bits = measure(session, &quantise(network, method, &session.corpus, seed), windows);
        let scales = method.scales(&network.layout);
        let row = Row::new(name, false, weights, activations, session, scales, hardware);
        add(rows, row, bits);
    }
    spinner.finish_and_clear();
}

/// Bits per character of a model on windows of the session's text.
fn measure(session: &Session, network: &Network, windows: usize) -> f64 {
    let mut passes = [4, 4].map(|sequences| Pass::new(network, sequences));
    held_out(network, &mut passes, &session.corpus, windows)
}

/// Adds a measurement to the row of its model or method.
fn add(rows: &mut Vec<Row>, row: Row, bits: f64) {
    let same = |other: &&mut Row| {
        (&other.name, other.trained, other.weight_bits, other.activation_bits)
            == (&row.name, row.trained, row.weight_bits, row.activation_bits)
    };
    match rows.iter_mut().find(same) {
        Some(row) => row.bits_per_char.push(bits),
        None => rows.push(Row { bits_per_char: vec![bits], ..row }),
    }
}

fn size(session: &Session, bits_per_char: f64) -> Size {
    let Recipe { kind, shape, .. } = session.trainer.recipe;
    let linear_weights = session.trainer.network.layout.linear_weights();
    Size { kind, hidden: shape.hidden, linear_weights, bits_per_char }
}

impl Row {
    /// A row without measurements; `scales` are f32s beside the weights.
    fn new(
        name: &str,
        trained: bool,
        weight_bits: f64,
        activation_bits: u32,
        session: &Session,
        scales: usize,
        hardware: &Hardware,
    ) -> Self {
        let layout = &session.trainer.network.layout;
        let linear = layout.linear_weights();
        let unit = Unit::new(weight_bits, activation_bits);
        let (cycles, energy) = hardware.token(&session.trainer.recipe.shape, unit);
        Self {
            name: name.into(),
            trained,
            weight_bits,
            activation_bits,
            bits_per_char: Vec::new(),
            bytes: (linear as f64 * weight_bits / 8.0).ceil() as u64
                + 4 * scales as u64
                + 2 * (layout.total() - linear) as u64,
            arithmetic: unit.name(),
            cycles,
            energy_j: energy.map(Into::into),
        }
    }
}

fn print(found: &Comparison, out: &mut dyn Write) -> Result<()> {
    let mut rows = table(["model", "weights", "activations", "bits/char", "spread", "memory", "cycles", "energy"]);
    for row in &found.rows {
        rows.add_row([
            if row.trained { row.name.clone() } else { format!("float, then {}", row.name) },
            format!("{} bits", row.weight_bits),
            format!("{} bits", row.activation_bits),
            format!("{:.4}", row.mean()),
            format!("{:.4}", row.spread()),
            si(row.bytes as f64, "B"),
            grouped(row.cycles),
            row.energy_j.as_ref().map_or("-".into(), |e| si(e.value, "J")),
        ]);
    }
    writeln!(out, "{rows}\nbits per character measured; cycles and energy of one token's linears projected")?;
    for Law { kind, law } in &found.laws {
        writeln!(out, "{}: {:.3} N^-{:.4}, within {:.2} %", kind.name(), law.a, law.b, 100.0 * law.worst)?;
    }
    Ok(())
}
