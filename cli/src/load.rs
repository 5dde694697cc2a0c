//! `trine load`: the weights of a model in the memory of a unit, before it runs.

use std::io::Write;
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use serde::Serialize;
use trine_driver::{LoadStep, Loaded, load, ring_bytes};
use trine_golden_model::ModelSource;
use trine_report::document::Kind;
use trine_report::places::Places;
use trine_report::text::{describe, grouped};
use trine_spec::Config;

use crate::args::UnitArgs;
use crate::backend::Backend;
use crate::board::BoardArg;
use crate::json::JsonArg;
use crate::line::LineArgs;
use crate::loading::{self, Loading};
use crate::message::causes;
use crate::output::{progress, warn};
use crate::provenance::provenance;
use crate::{Verdict, interrupt};

/// Place a model's weights in the memory of a unit
///
/// A directory in that memory names what lies where. The same command
/// again writes nothing, and trine run uses what is there.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder in Hugging Face layout, .gguf file, or synthetic:NAME[:LAYERS]
    #[arg(long, value_parser = crate::loading::source())]
    model: ModelSource,
    /// Read back what is there, and write again what is damaged
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    pub(crate) json: JsonArg,
    #[command(flatten)]
    loading: Loading,
    /// The unit: uart:PATH behind that serial port, etherbone:HOST[:PORT], or mem:PATH in the memory map of this machine
    #[arg(long, value_name = "BACKEND")]
    backend: Backend,
    #[command(flatten)]
    line: LineArgs,
    #[command(flatten)]
    board: BoardArg,
    #[command(flatten)]
    unit: UnitArgs,
}

impl Args {
    /// Adds the files of the options to `places`.
    pub(crate) fn add_to(&self, places: &mut Places) -> Result<()> {
        loading::add_to("--model", &self.model, places);
        self.line.add_to(self.backend.port(), places);
        self.json.add_to(places);
        self.board.add_to(&self.unit, places)
    }
}

/// The machine form.
#[derive(Debug, Serialize)]
struct Report<'a> {
    model: String,
    backend: String,
    config: &'a Config,
    /// First address of the memory as the unit has it, and its length.
    memory_base: u64,
    memory_bytes: u64,
    /// True if what was there was read back.
    checked: bool,
    /// Outcome; `None` if the load failed.
    loaded: Option<Loaded>,
    /// Failures that another attempt followed.
    failures: &'a [String],
    /// Why it failed.
    error: Option<String>,
    seconds: f64,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let Some(port) = args.backend.port() else {
        bail!(
            "--backend {}: only a unit behind a port keeps its memory for the next command; choose one with --backend uart:PATH, \
             etherbone:HOST or mem:PATH",
            args.backend
        );
    };
    let config = args.board.unit(&args.unit)?;
    ensure!(
        config.memory(),
        "this unit takes its weights from the host, so there is no place to load them to: add --weights memory, if the unit was \
         generated with it"
    );
    let memory = args.line.place(port, &config)?;
    let json = args.json.open()?;
    let model = args.loading.load(&args.model)?;
    let mut device = args.line.device(port, &args.board, config.clone(), memory)?;
    let (base, size) = (device.memory()?.origin(), device.memory()?.bytes());
    writeln!(out, "unit: {} (at {})", describe(&config), port.path())?;
    let ring =
        if config.ring() { format!(", below {} for the ring", grouped(ring_bytes(&config))) } else { String::new() };
    writeln!(out, "memory: {} bytes at {base:#x}{ring}", grouped(size))?;

    interrupt::says(|| "what is placed is in the memory's directory; the same command continues".into())?;
    let (begun, bar, mut failures) = (Instant::now(), progress(0, "bytes"), vec![]);
    let mut step = |step: LoadStep<'_>| match step {
        LoadStep::Begun(bytes) => {
            bar.set_length(bytes);
            bar.set_position(0);
        }
        LoadStep::Written(bytes) => bar.inc(bytes),
        LoadStep::Failed(error) => failures.push(error.to_string()),
    };
    let matrices = model.linears()?.flat_map(|(_, linear)| &linear.parts).map(|part| &part.weights);
    let loaded = load(&mut device, matrices, args.check, &mut step);
    bar.finish_and_clear();
    let seconds = begun.elapsed().as_secs_f64();
    warn(&failures.iter().map(|error| format!("{error}; tried again")).collect::<Vec<_>>());
    let loaded = loaded.map_err(anyhow::Error::from);
    let report = Report {
        model: args.model.to_string(),
        backend: args.backend.to_string(),
        config: &config,
        memory_base: base,
        memory_bytes: size,
        checked: args.check,
        loaded: loaded.as_ref().ok().copied(),
        failures: &failures,
        error: loaded.as_ref().err().map(causes),
        seconds,
    };
    let written = json.write(Kind::Load, provenance(), &report);
    let loaded = loaded?;
    written?;
    let regions = |count| if count == 1 { "1 region".to_owned() } else { format!("{} regions", grouped(count)) };
    if loaded.cleared {
        writeln!(out, "there was no room beside what was there: it is gone")?;
    }
    if args.check {
        writeln!(out, "read back: {} damaged", regions(loaded.damaged))?;
    }
    let (all, bytes) = (regions(loaded.regions), grouped(loaded.bytes));
    match loaded.placed {
        0 => writeln!(out, "{all} of {bytes} bytes are there; wrote nothing ({seconds:.1} s)")?,
        placed => {
            let (placed, written) = (regions(placed), grouped(loaded.placed_bytes));
            writeln!(out, "{all} of {bytes} bytes are there; wrote {placed} of {written} bytes ({seconds:.1} s)")?;
        }
    }
    Ok(Verdict::Right)
}
