//! `trine verify`: flags in, verdict out. [`trine_verify`] has the cases, checks and campaigns.

mod campaign;
mod delivered;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use serde::Serialize;
use trine_driver::MatmulShape;
use trine_golden_model::ModelSource;
use trine_report::document::Kind;
use trine_report::place::is_standard;
use trine_report::places::Places;
use trine_report::text::{describe, grouped};
use trine_spec::Config;
use trine_verify::{Finding, Outcome, Plan, PlanFile, verify, verify_shape};

use crate::Verdict;
use crate::args::{UnitArgs, flags};
use crate::board::BoardArg;
use crate::json::JsonArg;
use crate::loading::{self, Loading};
use crate::output::{progress, spinner};
use crate::provenance::{provenance, simulators};
use delivered::{Delivered, Origin};

/// The machine form.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    outcome: Outcome,
    /// Origin of the unit, if it was not generated for this.
    rtl: Option<Origin>,
}

/// Options that a plan sets.
const ALONE: [&str; 21] = [
    "rtl",
    "trace",
    "cases",
    "seed",
    "stalls",
    "shape",
    "model",
    "lanes",
    "columns",
    "act_bits",
    "style",
    "weight_code",
    "weight_bus",
    "max_depth",
    "max_tokens",
    "windows",
    "weights",
    "ring",
    "config",
    "preset",
    "board",
];

/// Check the accelerator against the golden model
///
/// Random cases, a model's layers or one shape run on the simulated RTL, and checks of registers, counters, errors, aborts and
/// timing.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Random cases [default: 100, or none with --shape]
    #[arg(long, value_name = "N")]
    cases: Option<u64>,
    /// Seed of the first case; each case after it adds 1
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Probability of a pause on every stream, 0 or more and below 1
    #[arg(long, value_name = "P", default_value_t = 0.3)]
    stalls: f64,
    /// Verify one matmul of this size
    #[arg(long, value_name = "M,K,N", value_parser = shape, conflicts_with_all = ["cases", "model"])]
    shape: Option<MatmulShape>,
    /// Verify the unit in this folder, as `trine generate` wrote it or edited since
    #[arg(long, value_name = "DIR", conflicts_with = "board")]
    rtl: Option<PathBuf>,
    /// Waveform of what fails [default: trine-verify-SEED-CASE.fst, for a failing case]
    #[arg(long, value_name = "FILE.fst")]
    trace: Option<PathBuf>,
    /// Skip the checks of registers, counters, errors, aborts and timing
    #[arg(long)]
    no_checks: bool,
    /// Verify the layers of this model too
    #[arg(long, value_parser = crate::loading::source())]
    model: Option<ModelSource>,
    /// Verify many units: ci, full, or a TOML file like those in verify/plans
    #[arg(long, value_name = "PLAN", conflicts_with_all = ALONE)]
    plan: Option<String>,
    #[command(flatten)]
    pub(crate) json: JsonArg,
    #[command(flatten)]
    loading: Loading,
    #[command(flatten)]
    board: BoardArg,
    #[command(flatten)]
    unit: UnitArgs,
}

/// A size as it is written on the command line.
fn shape(text: &str) -> Result<MatmulShape, String> {
    let sizes = text.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>();
    let sizes = sizes.map_err(|error| error.to_string())?;
    match sizes[..] {
        [m, k, n] if m > 0 && k > 0 && n > 0 => Ok(MatmulShape { m, k, n }),
        _ => Err("three sizes above zero, separated by commas".into()),
    }
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let json = args.json.open()?;
    if let Some(plan) = &args.plan {
        return campaign::run(plan, &json, out);
    }
    let delivered = args.rtl.as_deref().map(Delivered::read).transpose()?;
    let config = match &delivered {
        Some(unit) => {
            unit.agrees_with(&args.unit)?;
            trine_sim::interface(&unit.verilog)?;
            unit.config.clone()
        }
        None => args.board.unit(&args.unit)?,
    };
    let to_standard = args.trace.as_deref().is_some_and(is_standard);
    ensure!(!to_standard, "--trace: standard output is no place for a waveform, whose writer goes back; name a file");
    if let Some(folder) = args.trace.as_deref().and_then(Path::parent).filter(|path| !path.as_os_str().is_empty()) {
        ensure!(folder.is_dir(), "--trace: there is no folder {}; make it first", folder.display());
    }
    let model = args.model.as_ref().map(|source| args.loading.load(source)).transpose()?;
    // Refused before anything is built.
    trine_sim::Stalls::new(args.stalls, args.seed)?;
    let random = args.random();
    let spinner = spinner();
    let building = |step: trine_sim::BuildStep| spinner.set_message(step.to_string());
    let plan = Plan {
        cases: random,
        seed: args.seed,
        stalls: args.stalls,
        model: model.as_ref(),
        checks: !args.no_checks,
        trace: args.trace.as_deref(),
        building: Some(&building),
        ..Plan::default()
    };
    // A range of inputs with a scale of its own is a matmul of its own.
    let layers = match &model {
        Some(model) => model.linears()?.flat_map(|(_, linear)| &linear.parts).count(),
        None => 0,
    };
    let anything = random > 0 || layers > 0 || args.shape.is_some() || !args.no_checks;
    ensure!(
        anything,
        "nothing to verify: --cases 0 without a model or a shape, and --no-checks; leave one of them out"
    );
    writeln!(out, "unit: {}", describe(&config))?;
    if let Some(unit) = &delivered {
        writeln!(out, "{}", unit.origin.describe())?;
    }
    match args.shape {
        Some(MatmulShape { m, k, n }) => {
            writeln!(out, "m = {m}, k = {k}, n = {n}, seed {}, stalls {}", args.seed, args.stalls)?;
        }
        None => writeln!(out, "{random} random cases, {layers} layers, seed {}, stalls {}", args.seed, args.stalls)?,
    }
    out.flush()?;

    trine_report::place::temporary()?;
    let bar = progress(random + layers as u64, "cases");
    let step = || {
        spinner.finish_and_clear();
        bar.inc(1);
    };
    let (verilog, origin) = match delivered {
        Some(unit) => (unit.verilog, Some(unit.origin)),
        None => (trine_sim::verilog(&config)?, None),
    };
    let outcome = match args.shape {
        None => verify(&verilog, &config, &plan, &step)?,
        Some(shape) => verify_shape(&verilog, &config, &plan, shape, &step)?,
    };
    spinner.finish_and_clear();
    bar.finish_and_clear();

    writeln!(out, "mismatches {} of {} MACs in {} cases", outcome.mismatches, grouped(outcome.macs), outcome.cases)?;
    let model = match outcome.cycles_model_exact {
        Some(true) => "exactly as the cycle model says",
        Some(false) => "NOT as the cycle model says",
        None if config.memory() => "the memory's waits included",
        None => "the host's pauses included",
    };
    writeln!(out, "{} cycles, bound {}, {model}", grouped(outcome.cycles), grouped(outcome.bound_cycles))?;
    if let Some(finding) = &outcome.first_mismatch {
        report(finding, &args.replay(finding, &config), out)?;
    }
    if !args.no_checks && outcome.first_mismatch.is_none() {
        writeln!(out, "{} checks of registers, counters, errors, aborts and timing passed", outcome.checks)?;
    }
    if let Some((name, fault)) = &outcome.failed_check {
        writeln!(out, "FAILED: check of {name}: {fault}")?;
        if let Some(file) = &outcome.check_waveform {
            writeln!(out, "  waveform: {}", file.display())?;
        }
        writeln!(out, "  replay: trine verify {} --cases 0", args.named(&config))?;
    }
    let verdict = if outcome.is_right() { Verdict::Right } else { Verdict::Wrong };
    let from = provenance().with_seed(args.seed).with_tools(simulators());
    json.write(Kind::Verify, from, &Report { outcome, rtl: origin })?;
    Ok(verdict)
}

impl Args {
    /// Adds the files of the options to `places`.
    pub(crate) fn add_to(&self, places: &mut Places) -> Result<()> {
        self.model.iter().for_each(|model| loading::add_to("--model", model, places));
        self.plan.as_deref().and_then(PlanFile::path).iter().for_each(|file| places.reads("--plan", file));
        for folder in self.rtl.iter().flat_map(|folder| [folder.clone(), folder.join("cells")]) {
            places.reads("--rtl", &folder);
        }
        self.trace.iter().for_each(|file| places.writes("--trace", file));
        self.board.add_to(&self.unit, places)?;
        self.json.add_to(places);
        Ok(())
    }

    /// Number of random cases.
    fn random(&self) -> u64 {
        self.cases.unwrap_or(if self.shape.is_some() { 0 } else { 100 })
    }

    /// The arguments that show a finding again.
    fn replay(&self, finding: &Finding, config: &Config) -> String {
        let seed = finding.seed;
        let what = match (&self.model, self.shape) {
            (_, Some(shape)) => shaped(shape, seed),
            (Some(model), _) if finding.case >= self.random() => {
                format!("--cases 0 --seed {seed} --model {model}")
            }
            _ => format!("--cases 1 --seed {seed}"),
        };
        format!("{} {what} --stalls {}", self.named(config), self.stalls)
    }

    /// The arguments that name the unit.
    fn named(&self, config: &Config) -> String {
        self.rtl.as_ref().map_or_else(|| flags(config), |folder| format!("--rtl {}", folder.display()))
    }
}

/// The arguments that verify one size.
fn shaped(MatmulShape { m, k, n }: MatmulShape, seed: u64) -> String {
    format!("--shape {m},{k},{n} --seed {seed}")
}

/// Says what was found; `replay` are the arguments that show it again.
fn report(finding: &Finding, replay: &str, out: &mut dyn Write) -> Result<()> {
    let Finding { case, seed, m, k, n, .. } = finding;
    writeln!(out, "FAILED: case {case}, seed {seed}, m = {m}, k = {k}, n = {n}")?;
    if let Some(error) = &finding.error {
        writeln!(out, "  {error}")?;
    }
    if let Some(x) = &finding.mismatch {
        let cycle = x.cycle.map_or("unknown".into(), |cycle| cycle.to_string());
        writeln!(
            out,
            "  {}: cycle {cycle}, beat {}, column {}: expected {}, actual {} (token {}, output {})",
            x.layer, x.beat, x.column, x.expected, x.actual, x.token, x.output
        )?;
    }
    if !finding.columns.is_empty() {
        let list: Vec<String> = finding.columns.iter().map(usize::to_string).collect();
        let (sums, count) = (grouped(m * n), list.len());
        let columns = if count == 1 { "column" } else { "columns" };
        writeln!(
            out,
            "  {} of {sums} sums are wrong, in {count} {columns}: {}",
            grouped(finding.wrong_sums),
            list.join(", ")
        )?;
    }
    if let Some(lanes) = &finding.lanes {
        writeln!(out, "  {lanes}")?;
    }
    if let Some(waveform) = &finding.waveform {
        writeln!(out, "  waveform: {}", waveform.display())?;
    }
    writeln!(out, "  replay: trine verify {replay}")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use trine_driver::Mismatch;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn finding(case: u64) -> Finding {
        let mismatch = Mismatch {
            layer: "layers.1.mlp.up_proj".into(),
            token: 2,
            output: 5,
            beat: 4,
            column: 1,
            cycle: Some(321),
            expected: -7,
            actual: 8,
        };
        let waveform = Some("trine-verify-5-3.fst".into());
        let lanes = Some("lane 3 of column 1 is wrong alone".into());
        let (mismatch, columns) = (Some(mismatch), vec![1, 2]);
        Finding { case, seed: 8, m: 3, k: 10, n: 6, mismatch, wrong_sums: 4, columns, lanes, error: None, waveform }
    }

    fn printed(line: &str, finding: &Finding) -> String {
        let args = Line::try_parse_from(line.split_whitespace()).unwrap().args;
        let mut out = vec![];
        report(finding, &args.replay(finding, &args.unit.config().unwrap()), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_finding_tells_where_and_how_to_see_it_again() {
        let text = printed("trine --preset odd --cases 9 --seed 5 --stalls 0.25", &finding(3));
        let unit = flags(&Config::preset("odd").unwrap());
        assert_eq!(
            text,
            format!(
                "FAILED: case 3, seed 8, m = 3, k = 10, n = 6\n  \
                 layers.1.mlp.up_proj: cycle 321, beat 4, column 1: expected -7, actual 8 (token 2, output 5)\n  \
                 4 of 18 sums are wrong, in 2 columns: 1, 2\n  \
                 lane 3 of column 1 is wrong alone\n  \
                 waveform: trine-verify-5-3.fst\n  \
                 replay: trine verify {unit} --cases 1 --seed 8 --stalls 0.25\n"
            )
        );
        let json = serde_json::to_value(finding(3)).unwrap();
        for field in ["seed", "case", "cycle", "beat", "column", "expected", "actual", "waveform"] {
            assert!(!json[field].is_null(), "{field}");
        }
    }

    #[test]
    fn a_size_is_repeated_as_it_was_given() {
        let text = printed("trine --shape 3,10,6 --stalls 0", &finding(0));
        assert!(text.ends_with(" --shape 3,10,6 --seed 8 --stalls 0\n"), "{text}");
        for wrong in ["3,10", "3,10,0", "3,10,6,1", "a,b,c", ""] {
            assert!(Line::try_parse_from(["trine", "--shape", wrong]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_layer_is_repeated_with_its_model() {
        let text = printed("trine --cases 3 --model m", &finding(3));
        assert!(text.ends_with(" --cases 0 --seed 8 --model m --stalls 0.3\n"), "{text}");
    }
}
