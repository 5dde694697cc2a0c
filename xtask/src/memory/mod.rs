//! `xtask memory`: runs with weights in simulated memories, gathered into one document.

mod document;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use trine_report::document::Kind;
use trine_spec::{Config, Weights};

use trine_cli::Verdict;
use trine_cli::json::{JsonArg, kept};
use trine_cli::provenance::provenance;

/// Gather runs with weights in simulated memories
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder of the runs: token-*.json, beside.json, estimate-*.json, plan.json, controllers.json and row.json
    #[arg(long, value_name = "DIR", required_unless_present = "from")]
    runs: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) json: JsonArg,
    /// Render docs/results/memory.md from runs that were gathered earlier
    #[arg(long, value_name = "FILE", conflicts_with_all = ["runs", "json"])]
    from: Option<PathBuf>,
}

/// The machine form.
#[derive(Serialize, Deserialize)]
struct Measurement {
    /// All linear layers of one token, each through a unit behind one memory.
    tokens: Vec<Run>,
    /// A run whose traffic is compared with that of a stream.
    beside: Run,
    /// Estimates of the same bus with tiles that waste a part of it, and with tiles that do not.
    estimates: [Estimate; 2],
    /// The simulated memory and LiteDRAM's own controller.
    controllers: Vec<Controllers>,
    /// Jobs in a row and one job of their size.
    row: Row,
    /// MACs of units with weights in memory in the plan `ci`.
    plan: Plan,
}

/// A run, as far as the document shows it.
#[derive(Serialize, Deserialize)]
struct Run {
    model: String,
    config: Config,
    memory: String,
    clock_hz: f64,
    checked_macs: u64,
    mismatches: u64,
    weight_sources: [Source; 2],
    command: Vec<String>,
}

/// Work with its weights from one place.
#[derive(Serialize, Deserialize)]
struct Source {
    weights: Weights,
    cycles: u64,
    link_bytes: u64,
    memory_bytes: u64,
    memory_utilization: Option<f64>,
    tag: String,
    prefill_tokens_per_second: Option<f64>,
    decode_tokens_per_second: Option<f64>,
}

/// An estimate, as far as the document shows it.
#[derive(Serialize, Deserialize)]
struct Estimate {
    model: String,
    config: Config,
    memory: String,
    clock_hz: f64,
    tokens_per_second: f64,
    tokens_per_second_per_gbs: f64,
    bytes_per_token: u64,
    command: Vec<String>,
}

/// Reads of a controller and of the model in its place, in bytes a cycle.
#[derive(Serialize, Deserialize)]
struct Controllers {
    name: String,
    peak: f64,
    litedram: f64,
    model: f64,
}

/// Cycles of jobs that follow one another, and of one job that does the work of all.
#[derive(Serialize, Deserialize)]
struct Row {
    jobs: u64,
    bytes: u64,
    cycles: u64,
    one_job_cycles: u64,
    peak_cycles: u64,
}

/// MACs of units with weights in memory.
#[derive(Serialize, Deserialize)]
struct Plan {
    macs: u64,
    macs_with_pauses: u64,
    mismatches: u64,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    if let Some(path) = &args.from {
        write!(out, "{}", document::markdown(&kept(path, Kind::MemoryRuns)?)?)?;
        return Ok(Verdict::Right);
    }
    let folder = args.runs.as_ref().context("--runs is missing")?;
    let json = args.json.open()?;
    let found = gather(folder)?;
    let wrong =
        found.tokens.iter().chain([&found.beside]).map(|run| run.mismatches).sum::<u64>() + found.plan.mismatches;
    json.write(Kind::MemoryRuns, provenance(), &found)?;
    writeln!(out, "{wrong} mismatches")?;
    Ok(if wrong == 0 { Verdict::Right } else { Verdict::Wrong })
}

/// Reads all runs of a folder.
fn gather(folder: &Path) -> Result<Measurement> {
    let plain = |name: &str| folder.join(name);
    let estimates = documents::<EstimateDocument>(folder, "estimate-", Kind::Estimate)?;
    let estimates = estimates.into_iter().map(EstimateDocument::into).collect::<Vec<Estimate>>();
    let count = estimates.len();
    Ok(Measurement {
        tokens: documents::<RunDocument>(folder, "token-", Kind::Run)?.into_iter().map(RunDocument::into).collect(),
        beside: kept::<RunDocument>(&plain("beside.json"), Kind::Run)?.into(),
        estimates: estimates.try_into().ok().with_context(|| format!("{count} estimates instead of two"))?,
        controllers: object(&plain("controllers.json"))?,
        row: object(&plain("row.json"))?,
        plan: kept::<PlanDocument>(&plain("plan.json"), Kind::VerifyPlan)?.into(),
    })
}

/// A file without a head.
fn object<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let place = || path.display().to_string();
    serde_json::from_str(&std::fs::read_to_string(path).with_context(place)?).with_context(place)
}

/// The documents whose names begin with `purpose`, by name; one at least.
fn documents<T: DeserializeOwned>(folder: &Path, purpose: &str, kind: Kind) -> Result<Vec<T>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths = entries.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(purpose)));
    paths.sort();
    ensure!(!paths.is_empty(), "{}: no file {purpose}*.json", folder.display());
    paths.iter().map(|path| kept(path, kind)).collect()
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Provenance {
    command: Vec<String>,
}

/// `trine run --json`.
#[derive(Deserialize)]
struct RunDocument {
    model: String,
    config: Config,
    memory: Named,
    clock_hz: f64,
    checked_macs: u64,
    mismatches: u64,
    weight_sources: [Source; 2],
    provenance: Provenance,
}

impl From<RunDocument> for Run {
    fn from(of: RunDocument) -> Self {
        let RunDocument { model, config, memory, clock_hz, checked_macs, mismatches, weight_sources, provenance } = of;
        let (memory, command) = (memory.name, provenance.command);
        Self { model, config, memory, clock_hz, checked_macs, mismatches, weight_sources, command }
    }
}

/// `trine estimate --json`.
#[derive(Deserialize)]
struct EstimateDocument {
    model: String,
    config: Config,
    memory: Named,
    clock_hz: f64,
    tokens_per_second: f64,
    tokens_per_second_per_gbs: f64,
    bytes_per_token: u64,
    provenance: Provenance,
}

impl From<EstimateDocument> for Estimate {
    fn from(of: EstimateDocument) -> Self {
        Self {
            model: of.model,
            config: of.config,
            memory: of.memory.name,
            clock_hz: of.clock_hz,
            tokens_per_second: of.tokens_per_second,
            tokens_per_second_per_gbs: of.tokens_per_second_per_gbs,
            bytes_per_token: of.bytes_per_token,
            command: of.provenance.command,
        }
    }
}

/// `trine verify --plan ci --json`.
#[derive(Deserialize)]
struct PlanDocument {
    outcomes: Vec<PlanOutcome>,
}

#[derive(Deserialize)]
struct PlanOutcome {
    config: Config,
    stalls: f64,
    macs: u64,
    mismatches: u64,
}

impl From<PlanDocument> for Plan {
    fn from(of: PlanDocument) -> Self {
        let outcomes: Vec<_> = of.outcomes.into_iter().filter(|outcome| outcome.config.memory()).collect();
        Self {
            macs: outcomes.iter().map(|outcome| outcome.macs).sum(),
            macs_with_pauses: outcomes.iter().filter(|outcome| outcome.stalls > 0.0).map(|outcome| outcome.macs).sum(),
            mismatches: outcomes.iter().map(|outcome| outcome.mismatches).sum(),
        }
    }
}
