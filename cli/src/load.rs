//! `trine load`: the weights of a model in the memory of a unit, before it runs.

use std::io::Write;
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use trine_driver::{LoadStep, load};
use trine_golden_model::ModelSource;
use trine_report::places::Places;
use trine_report::text::{describe, grouped};

use crate::args::UnitArgs;
use crate::backend::Backend;
use crate::board::BoardArg;
use crate::line::LineArgs;
use crate::loading::{self, Loading};
use crate::output::{progress, warn};
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
        self.board.add_to(&self.unit, places)
    }
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
    let model = args.loading.load(&args.model)?;
    let mut device = args.line.device(port, &args.board, config, memory)?;
    let place = device.memory()?.origin();
    writeln!(out, "unit: {} (at {})", describe(device.config()), port.path())?;
    writeln!(out, "memory: {} bytes at {place:#x}", grouped(device.memory()?.bytes()))?;

    interrupt::says(|| "what is placed is in the memory's directory; the same command continues".into())?;
    let (begun, bar, mut failures) = (Instant::now(), progress(0, "bytes"), vec![]);
    let mut step = |step: LoadStep<'_>| match step {
        LoadStep::Begun(bytes) => {
            bar.set_length(bytes);
            bar.set_position(0);
        }
        LoadStep::Written(bytes) => bar.inc(bytes),
        LoadStep::Failed(error) => failures.push(format!("{error}; tried again")),
    };
    let matrices = model.linears()?.flat_map(|(_, linear)| &linear.parts).map(|part| &part.weights);
    let loaded = load(&mut device, matrices, args.check, &mut step);
    bar.finish_and_clear();
    warn(&failures);
    let loaded = loaded?;
    let regions = |count| if count == 1 { "1 region".to_owned() } else { format!("{} regions", grouped(count)) };
    if loaded.cleared {
        writeln!(out, "there was no room beside what was there: it is gone")?;
    }
    if args.check {
        writeln!(out, "read back: {} damaged", regions(loaded.damaged))?;
    }
    let seconds = begun.elapsed().as_secs_f64();
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
