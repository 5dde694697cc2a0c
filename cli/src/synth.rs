//! `trine synth`: the unit on an FPGA, by open tools: cells, clock and bitstream.

use std::cell::RefCell;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use trine_synth::bench::{Bench, Tick};
use trine_synth::flow::{self, Device, Job, Shell, Spread, Synthesis, Target};

use crate::Verdict;
use crate::args::{UnitArgs, describe};
use crate::output::{grouped, spinner, table, write_json};

/// Synthesise the accelerator for an FPGA with open tools: cells, clock, critical path and bitstream
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What to synthesise for: ecp5-25k, ecp5-45k, ecp5-85k, ice40-up5k, ice40-hx8k, gowin or xc7
    #[arg(long, value_name = "NAME")]
    target: String,
    /// Stop after mapping: no placement, no clock, no bitstream
    #[arg(long)]
    map_only: bool,
    /// Package [default: the target's]
    #[arg(long, value_name = "NAME", conflicts_with = "map_only")]
    package: Option<String>,
    /// Speed grade [default: the target's slowest]
    #[arg(long, value_name = "GRADE", conflicts_with = "map_only")]
    speed: Option<String>,
    /// Clock that must be reached, MHz; without it placement works towards 200 MHz and any clock will do
    #[arg(long, value_name = "MHZ", conflicts_with = "map_only")]
    freq: Option<f64>,
    /// Placements to try; the bitstream is the fastest one's
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "map_only")]
    seeds: u64,
    /// Time limit of each step, s
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    time_limit: u64,
    /// Folder for netlists, logs, reports and the bitstream; made when it is not there
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Write the machine form here
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    unit: UnitArgs,
}

/// What placement works towards unless a clock is asked for, MHz.
const TOWARDS: f64 = 200.0;

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let config = args.unit.config()?;
    let target = Target::named(&args.target)?;
    let package = args.package.clone().unwrap_or_else(|| target.package.into());
    let device = Device { target, package, speed: target.speed(args.speed.as_deref())? };
    let asks_to_place = args.package.is_some() || args.speed.is_some() || args.freq.is_some() || args.seeds > 1;
    ensure!(
        target.family.placing().is_some() || !asks_to_place,
        "{} is mapped only: --package, --speed, --freq and --seeds do not apply",
        target.name
    );
    ensure!(args.freq.is_none_or(|mhz| mhz > 0.0 && mhz.is_finite()), "--freq: a clock is a number above 0 MHz");
    ensure!(args.seeds > 0, "--seeds: at least 1");
    let module = trine_hdl::design::unit(&config)?;
    let unit = trine_hdl::lang::verilog(&module)?;
    let map_only = args.map_only || target.family.placing().is_none();
    let shell = if map_only { None } else { Some(Shell::narrow(&module)?) };

    // Without a folder of the user's the files go with the run, unless it fails: then its logs are wanted
    let mut temporary = tempfile::Builder::new().prefix("trine-synth-").tempdir()?;
    let folder = args.output.clone().unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    writeln!(out, "unit: {}", describe(&config))?;
    out.flush()?;

    let job = Job {
        config: &config,
        unit: &unit,
        device: &device,
        shell: shell.as_ref(),
        mhz: args.freq.unwrap_or(TOWARDS),
        seeds: args.seeds,
    };
    let result = watched(Duration::from_secs(args.time_limit), folder.clone(), |bench| flow::synthesize(bench, &job));
    let result = result.inspect_err(|error| temporary.disable_cleanup(!crate::is_missing_tool(error)))?;
    report(&result, out)?;
    if let (Some(output), Some(bitstream)) = (&args.output, &result.bitstream) {
        writeln!(out, "bitstream: {}", output.join(bitstream).display())?;
    }
    if let Some(path) = &args.json {
        write_json(path, &result)?;
    }
    let reached = result.fmax_mhz.is_none_or(|fmax| args.freq.is_none_or(|asked| fmax.max >= asked));
    if !reached {
        writeln!(out, "FAILED: {} MHz were asked for", args.freq.unwrap_or_default())?;
    }
    Ok(if reached { Verdict::Right } else { Verdict::Wrong })
}

/// Does `work` on a bench in `folder`, telling on a terminal how it goes.
fn watched<T>(
    limit: Duration,
    folder: PathBuf,
    work: impl FnOnce(&Bench<'_>) -> Result<T, trine_synth::Error>,
) -> Result<T> {
    let bar = spinner();
    let now = RefCell::new(String::new());
    let watch = |tick: &Tick<'_>| {
        if *now.borrow() != tick.step {
            bar.reset_elapsed();
            *now.borrow_mut() = tick.step.to_owned();
        }
        let line: String = tick.line.chars().take(80).collect();
        bar.set_message(format!("{}, {} s: {line}", tick.step, tick.elapsed.as_secs()));
    };
    let result = work(&Bench::new(folder, limit, &watch));
    bar.finish_and_clear();
    Ok(result?)
}

/// The result for people.
fn report(result: &Synthesis, out: &mut dyn Write) -> Result<()> {
    let speed = result.speed.iter().map(|speed| format!(", speed grade {speed}"));
    let package = Some(&result.package).filter(|package| !package.is_empty());
    let package = package.iter().map(|package| format!(", package {package}"));
    let details: String = package.chain(speed).collect();
    writeln!(out, "{} ({}{details})", result.target, result.device)?;
    let mut area = table(["", "LUT", "registers", "block RAM", "DSP"]);
    let row =
        |name: &str, a: &flow::Area| [name.to_string(), grouped(a.lut), grouped(a.ff), grouped(a.bram), grouped(a.dsp)];
    area.add_row(row("unit", &result.area));
    if let Some(shell) = &result.shell {
        area.add_row(row("around it, to place it", &shell.area));
    }
    writeln!(out, "{area}")?;
    writeln!(out, "{:.1} LUT per MAC/cycle; LUT = {}", result.lut_per_mac, result.lut_formula)?;
    let (Some(fmax), Some(gmac)) = (result.fmax_mhz, result.gmac_per_s) else { return Ok(()) };
    let seeds = result.placements.len();
    writeln!(out, "clock {} MHz, {} GMAC/s with every lane busy", spread(fmax, seeds), spread(gmac, seeds))?;
    let best = result.placements.iter().find(|placement| Some(placement.seed) == result.best_seed);
    let Some(best) = best.map(|placement| &placement.report) else { return Ok(()) };
    let used = best.utilization.iter();
    let used: Vec<String> = used.map(|(name, u)| format!("{name} {} of {}", u.used, u.available)).collect();
    writeln!(out, "in use: {}", used.join(", "))?;
    let path = &best.critical_path;
    writeln!(
        out,
        "critical path: {} to {}, {:.2} ns of which {:.2} ns in wires, {} levels\n  through {}",
        path.from,
        path.to,
        path.delay_ns,
        path.routing_ns,
        path.levels,
        path.through.join(" > ")
    )?;
    Ok(())
}

/// One number of one seed, three of several.
fn spread(s: Spread, seeds: usize) -> String {
    if seeds == 1 {
        format!("{:.1}", s.max)
    } else {
        format!("{:.1} to {:.1} (median {:.1} of {seeds} seeds)", s.min, s.max, s.median)
    }
}
