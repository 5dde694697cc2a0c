//! `trine synth`: the unit on an FPGA or in a cell library, by open tools.

mod report;

use std::cell::RefCell;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::builder::PossibleValuesParser;
use tempfile::TempDir;
use trine_golden_model::ModelSource;
use trine_report::document::Kind;
use trine_report::place::open_folder;
use trine_report::places::Places;
use trine_report::text::describe;
use trine_synth::bench::{Tick, ToolBench};
use trine_synth::flow::asic::{self, Library};
use trine_synth::flow::litex::SOC;
use trine_synth::flow::{self, Board, Device, Job, OSU018, Shell, Synthesis, TARGETS, Target};
use trine_synth::yosys::Yosys;
use trine_verify::verify_mapped;

use crate::Verdict;
use crate::args::{UnitArgs, cell_pattern, within};
use crate::board::BoardArg;
use crate::json::JsonArg;
use crate::loading::{self, Loading};
use crate::output::{progress, spinner};
use crate::provenance::{provenance, simulators};
use crate::simulation;

/// Synthesise the accelerator with open tools
///
/// The result is cells, clock and critical path, and a bitstream or an area.
#[derive(Debug, clap::Args)]
#[command(override_usage = USAGE)]
#[command(group(clap::ArgGroup::new("goal").required(true).args(["target", "liberty", "board"])))]
pub(crate) struct Args {
    /// FPGA or cell library to synthesise for
    #[arg(long, value_name = "NAME", value_parser = targets())]
    target: Option<String>,
    /// Synthesise for the standard cells of this Liberty library
    #[arg(long, value_name = "FILE.lib")]
    liberty: Option<PathBuf>,
    /// Cells of the library to leave out; `*` matches any letters
    #[arg(long, value_name = "CELL,CELL,...", value_delimiter = ',', value_parser = cell_pattern, conflicts_with = "board")]
    dont_use: Vec<String>,
    /// Put the ternary weights of this model into block RAM beside the unit
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["board", "liberty", "verify"], value_parser = crate::loading::source())]
    weights_on_chip: Option<ModelSource>,
    /// Stop after mapping: no placement, no clock, no bitstream
    #[arg(long)]
    map_only: bool,
    /// Package of the device [default: the target's]
    #[arg(long, value_name = "NAME", conflicts_with_all = ["map_only", "board"])]
    package: Option<String>,
    /// Speed grade of the device [default: the target's slowest]
    #[arg(long, value_name = "GRADE", conflicts_with_all = ["map_only", "board"])]
    speed: Option<String>,
    /// Clock that must be reached [default: none, placement works towards 200 MHz]
    #[arg(long, value_name = "MHZ", conflicts_with_all = ["map_only", "board"], value_parser = megahertz)]
    freq: Option<f64>,
    /// Placements to try; the bitstream is that of the fastest
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "map_only", value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// Time limit of each step
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u64).range(1..))]
    time_limit: u64,
    /// Folder for netlists, logs, reports and the bitstream; made if it is missing
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) json: JsonArg,
    /// Random cases that compare the mapped netlist with the golden model and the unit
    #[arg(long, value_name = "CASES", value_parser = clap::value_parser!(u64).range(1..))]
    verify: Option<u64>,
    /// Seed of the first case of --verify
    #[arg(long, value_name = "N", default_value_t = 1, requires = "verify")]
    seed: u64,
    #[command(flatten)]
    loading: Loading,
    #[command(flatten)]
    board: BoardArg,
    #[command(flatten)]
    unit: UnitArgs,
}

/// One line for each kind of goal.
const USAGE: &str = "\
trine synth [OPTIONS] --target <NAME>
       trine synth [OPTIONS] --liberty <FILE.lib>
       trine synth [OPTIONS] --board <NAME|DIR>";

fn megahertz(text: &str) -> Result<f64, String> {
    within(text, [1e-3, 1e4], "MHz")
}

/// Makes what goes around the unit, in the folder where it is placed.
type MakeShell<'a> = dyn Fn(&ToolBench<'_>) -> Result<Option<Shell>, trine_synth::Error> + 'a;

/// Clock that placement works towards unless one is asked for, MHz.
const TOWARDS: f64 = 200.0;

/// Device or cells that the unit is made for.
enum Goal {
    Fpga(Device),
    Board(Box<Board>),
    Asic(Library),
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let goal = args.goal()?;
    args.check(&goal)?;
    let config = match &goal {
        Goal::Board(board) => {
            let config = args.board.unit(&args.unit)?;
            if !config.windows() {
                let problem = "windows = false; a unit on a board is reached through windows only";
                return Err(args.board.refusal(&args.unit, "windows", problem));
            }
            if let Some(problem) = board.weights(&config) {
                return Err(args.board.refusal(&args.unit, "weights", &problem));
            }
            config
        }
        _ => args.unit.config()?,
    };
    let module = match &args.weights_on_chip {
        Some(path) => simulation::on_chip(&config, &args.loading.load(path)?)?.0,
        None => trine_hdl::design::unit(&config)?,
    };
    let unit = trine_hdl::lang::verilog(&module)?;
    let json = args.json.open()?;
    let mut folder = Folder::of(args.output.as_deref())?;
    writeln!(out, "unit: {}", describe(&config))?;
    if let Some(model) = &args.weights_on_chip {
        writeln!(out, "weights on the chip: {model}")?;
    }
    if let Goal::Board(board) = &goal {
        let board = &board.manifest;
        writeln!(out, "board: {}, {} MHz, serial line of {} baud", board.name, board.clock_mhz, board.baud)?;
    }
    out.flush()?;

    let limit = Duration::from_secs(args.time_limit);
    let place = |folder: &mut Folder, device: &Device, shell: &MakeShell<'_>, mhz: f64| {
        folder.watched(limit, |bench| {
            let shell = shell(bench)?;
            let (shell, place) = (shell.as_ref(), !args.map_only);
            let job = Job { config: &config, unit: &unit, device, shell, place, mhz, seeds: args.seeds };
            let result = flow::synthesize(bench, &job)?;
            let family = device.target.family;
            let netlist = args.verify.map(|_| flow::simulation(bench, &Yosys::find()?, family, &unit));
            Ok((result, netlist.transpose()?))
        })
    };
    let (mut result, netlist) = match &goal {
        Goal::Fpga(device) => {
            let map_only = args.map_only || device.target.family.placing().is_none();
            let shell = if map_only { None } else { Some(Shell::narrow(&module)?) };
            place(&mut folder, device, &|_| Ok(shell.clone()), args.freq.unwrap_or(TOWARDS))?
        }
        Goal::Board(board) => {
            let shell = |bench: &ToolBench<'_>| board.shell(bench, &config).map(Some);
            place(&mut folder, &board.device()?, &shell, board.manifest.clock_mhz)?
        }
        Goal::Asic(library) => folder.watched(limit, |bench| {
            let result = flow::synthesize_asic(bench, &config, &unit, library)?;
            let netlist = args.verify.map(|_| asic::simulation(bench, &Yosys::find()?, &unit));
            Ok((result, netlist.transpose()?))
        })?,
    };
    result.weights_on_chip = args.weights_on_chip.as_ref().map(ModelSource::to_string);
    if let Goal::Board(board) = &goal {
        result.board = Some(board.manifest.name.clone());
        result.board_clock_mhz = Some(board.manifest.clock_mhz);
    }
    if !result.failed_seeds.is_empty() {
        // Their outcome names their logs
        folder.keep();
    }
    report::print(&result, out)?;
    let mut failure: Option<anyhow::Error> = None;
    if let (Some(cases), Some(netlist)) = (args.verify, netlist) {
        let bar = progress(2 * cases, "cases");
        let verified = verify_mapped(&netlist, &unit, &config, cases, args.seed, &|| bar.inc(1));
        bar.finish_and_clear();
        match verified {
            Ok(verification) => {
                report::print_verification(&verification, out)?;
                if !verification.passed() {
                    writeln!(out, "the netlist is in {}", folder.keep().display())?;
                }
                result.verification = Some(verification);
            }
            // Hours of placement are not thrown away for it.
            Err(error) => failure = Some(error.into()),
        }
    }
    match (&args.output, &result.bitstream) {
        (Some(folder), Some(bitstream)) => {
            let file = folder.join(bitstream);
            writeln!(out, "bitstream: {}", file.display())?;
            if let Goal::Board(board) = &goal {
                writeln!(out, "to load it: {} {}", board.manifest.load, file.display())?;
                if board.manifest.litex.is_some() {
                    let soc = folder.join(SOC);
                    writeln!(out, "to start its memory: synth/litex/start_memory.py {}", soc.display())?;
                }
            }
        }
        (None, Some(_)) => {
            writeln!(out, "the bitstream is not kept: `--output DIR` does")?;
            result.bitstream = None;
        }
        _ => {}
    }
    let asked = if let Goal::Board(board) = &goal { Some(board.manifest.clock_mhz) } else { args.freq };
    let clock = clock_reached(asked, &result, out)?;
    let from = provenance().with_tools(result.tool_versions.clone());
    let from = if args.verify.is_some() { from.with_tools(simulators()).with_seed(args.seed) } else { from };
    json.write(Kind::Synth, from, &result)?;
    failure.map_or(Ok(()), Err)?;
    let wrong = result.verification.as_ref().is_some_and(|verification| !verification.passed());
    Ok(if wrong { Verdict::Wrong } else { clock })
}

/// Names of the targets.
fn targets() -> PossibleValuesParser {
    PossibleValuesParser::new(TARGETS.map(|target| target.name).into_iter().chain([OSU018]))
}

/// Endings of the files that the tools write into the folder.
const WRITTEN: &[&str] = &[
    ".v",
    ".ys",
    ".il",
    ".json",
    ".log",
    ".lib",
    ".tcl",
    ".config",
    ".asc",
    ".bit",
    ".bin",
    ".fs",
    "constraints",
    ".py",
    ".csv",
    ".lpf",
    ".sh",
];
/// Folders in it.
const FOLDERS: [&str; 6] = ["", "rtl", "cells", "shell", SOC, "soc/gateware"];

impl Args {
    /// Adds the files of the options to `places`.
    pub(crate) fn add_to(&self, places: &mut Places) -> Result<()> {
        self.liberty.iter().for_each(|file| places.reads("--liberty", file));
        self.weights_on_chip.iter().for_each(|model| loading::add_to("--weights-on-chip", model, places));
        for folder in self.output.iter().flat_map(|folder| FOLDERS.map(|inside| folder.join(inside))) {
            places.writes_in("--output", &folder, WRITTEN);
        }
        self.board.add_to(&self.unit, places)?;
        self.json.add_to(places);
        Ok(())
    }

    /// Refuses what would only be noticed when all is done, or not at all.
    fn check(&self, goal: &Goal) -> Result<()> {
        ensure!(self.freq.is_none_or(|mhz| mhz > 0.0 && mhz.is_finite()), "--freq: a clock is a number above 0 MHz");
        let on_cells = matches!(goal, Goal::Asic(_)) && self.weights_on_chip.is_some();
        ensure!(!on_cells, "--weights-on-chip: cell libraries have no block RAM");
        if self.verify.is_some() {
            trine_sim::tools::Verilator::find()?;
            trine_sim::tools::Compiler::find()?;
        }
        Ok(())
    }

    fn goal(&self) -> Result<Goal> {
        if let Some(board) = self.board.read()? {
            return Ok(Goal::Board(Box::new(board)));
        }
        let placing = self.package.is_some() || self.speed.is_some() || self.freq.is_some() || self.seeds > 1;
        let library = match (&self.liberty, self.target.as_deref()) {
            (Some(file), _) => Some(crate::args::liberty(file)?),
            (None, Some(OSU018)) => Some(Library::osu018()?),
            _ => None,
        };
        if let Some(mut library) = library {
            library.dont_use.clone_from(&self.dont_use);
            let asks = self.package.is_some() || self.speed.is_some() || self.seeds > 1 || self.map_only;
            ensure!(!asks, "--package, --speed, --seeds and --map-only do not apply to cell libraries");
            return Ok(Goal::Asic(library));
        }
        ensure!(self.dont_use.is_empty(), "--dont-use applies to cell libraries");
        let target = Target::named(self.target.as_deref().unwrap_or_default())?;
        ensure!(
            target.family.placing().is_some() || !placing,
            "{} is mapped only: --package, --speed, --freq and --seeds do not apply",
            target.name
        );
        let package = self.package.clone().unwrap_or_else(|| target.package.into());
        Ok(Goal::Fpga(Device { target, package, speed: target.speed(self.speed.as_deref())? }))
    }
}

/// Folder in which the tools work.
struct Folder {
    path: PathBuf,
    /// Without a folder of the user's the files go with the run.
    temporary: Option<TempDir>,
}

impl Folder {
    fn of(output: Option<&Path>) -> Result<Folder> {
        if let Some(path) = output {
            open_folder(path)?;
            return Ok(Folder { path: path.to_owned(), temporary: None });
        }
        let temporary = tempfile::Builder::new().prefix("trine-synth-").tempdir_in(trine_report::place::temporary()?)?;
        Ok(Folder { path: temporary.path().to_owned(), temporary: Some(temporary) })
    }

    /// The files stay.
    fn keep(&mut self) -> &Path {
        if let Some(temporary) = &mut self.temporary {
            temporary.disable_cleanup(true);
        }
        &self.path
    }

    /// Does `work` on a bench, telling how it goes. When it fails its logs are wanted.
    fn watched<T>(
        &mut self,
        limit: Duration,
        work: impl FnOnce(&ToolBench<'_>) -> Result<T, trine_synth::Error>,
    ) -> Result<T> {
        let result = in_folder(&self.path, limit, work);
        if result.as_ref().is_err_and(|error| !error.is_missing_tool()) {
            self.keep();
        }
        Ok(result?)
    }
}

/// A clock that was asked for and not reached is a wrong result.
fn clock_reached(asked: Option<f64>, result: &Synthesis, out: &mut dyn Write) -> Result<Verdict> {
    let (Some(asked), Some(fmax)) = (asked, result.fmax_mhz) else { return Ok(Verdict::Right) };
    if fmax.max >= asked {
        return Ok(Verdict::Right);
    }
    writeln!(out, "FAILED: {asked} MHz were asked for, {:.1} MHz reached", fmax.max)?;
    Ok(Verdict::Wrong)
}

fn in_folder<T>(
    folder: &Path,
    limit: Duration,
    work: impl FnOnce(&ToolBench<'_>) -> Result<T, trine_synth::Error>,
) -> Result<T, trine_synth::Error> {
    let bar = spinner();
    let now = RefCell::new(String::new());
    let watch = |tick: &Tick<'_>| {
        if *now.borrow() != tick.step {
            bar.reset_elapsed();
            *now.borrow_mut() = tick.step.to_owned();
            // A log that shows no bar says at least what takes the time
            if bar.is_hidden() {
                eprintln!("{} …", tick.step);
            }
        }
        let line: String = tick.line.chars().take(80).collect();
        bar.set_message(format!("{}, {} s: {line}", tick.step, tick.elapsed.as_secs()));
    };
    let result = work(&ToolBench::new(folder.to_owned(), limit, &watch));
    bar.finish_and_clear();
    result
}
