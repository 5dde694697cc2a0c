//! `trine verify`: the unit against the golden model, on random cases and on a model's layers.
//!
//! A case is a fresh unit and a few matmuls in a row, so that each can be repeated alone. Random case `i` of seed `s` is
//! case 0 of seed `s + i`. The first case that fails ends the run, is repeated with a waveform, and is reported. What results do
//! not show, such as registers, counters, errors and aborts, is for the checks of [`trine_sim::suite`].

mod campaign;
mod cases;
mod command;
mod delivered;
mod judge;
mod lanes;
mod plan;

pub(crate) use command::{Args, run};
pub use delivered::Origin;
pub(crate) use judge::judge;

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;
use trine_driver::{Mismatch, Offload, OnMismatch, Options, Scope, Shape};
use trine_golden_model::{Matmul, Model};
use trine_hdl::Verilog;
use trine_sim::suite::checks;
use trine_sim::{BuildOptions, Library, SimOptions, Stalls};
use trine_spec::Config;

use crate::simulation;
use cases::Case;

/// What to verify.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// Random cases.
    pub cases: u64,
    /// Seed of the first case.
    pub seed: u64,
    /// Probability that the host pauses, on every stream and every cycle.
    pub stalls: f64,
    /// A model whose layers are verified too.
    pub model: Option<&'a Model>,
    /// Whether the unit is a netlist of gates or look-up tables.
    pub gates: bool,
    /// Whether the checks of every unit run behind the cases.
    pub checks: bool,
    /// Folder for the waveform of a failing case.
    pub waveforms: &'a Path,
    /// File for the waveform of what fails, a case or a check, in place of one in that folder.
    pub trace: Option<&'a Path>,
}

/// What was found.
#[derive(Debug, Default, Serialize)]
pub struct Outcome {
    /// Cases that ran.
    pub cases: u64,
    /// Multiply-accumulates compared.
    pub macs: u64,
    /// Results that differ, in the first case that fails.
    pub mismatches: u64,
    /// The first case that fails.
    pub first_mismatch: Option<Finding>,
    /// Whether every matmul took exactly the cycles that the model says; unknown when the host pauses, as it does
    /// between the words of windows.
    pub cycles_model_exact: Option<bool>,
    /// Cycles counted by the unit.
    pub cycles: u64,
    /// The least cycles possible.
    pub bound_cycles: u64,
    /// Seed of the first case.
    pub seed: u64,
    /// Probability of the host's pauses.
    pub stalls: f64,
    /// Checks that passed.
    pub checks: usize,
    /// The first check that failed: its name, and what it says.
    pub failed_check: Option<(&'static str, String)>,
    /// The waveform of that check, where one was asked for.
    pub check_waveform: Option<PathBuf>,
    /// The unit.
    pub config: Config,
    /// Origin of the unit, if it was not generated for this.
    pub rtl: Option<Origin>,
}

/// A case that fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Number of the case.
    pub case: u64,
    /// Seed that repeats it: a random case as case 0, a layer with the same model.
    pub seed: u64,
    /// Size of the matmul that failed.
    pub m: usize,
    /// Its depth.
    pub k: usize,
    /// Its outputs.
    pub n: usize,
    /// The first result that differs; its fields stand beside these.
    #[serde(flatten)]
    pub mismatch: Option<Mismatch>,
    /// The lanes and columns that are wrong when one lane alone has a value, or that none is.
    pub lanes: Option<String>,
    /// What the unit or its transport reported instead of a result.
    pub error: Option<String>,
    /// Waveform of the case.
    #[serde(serialize_with = "crate::lossy::option")]
    pub waveform: Option<PathBuf>,
}

/// Verifies the unit in `verilog`, which claims to be of configuration `config`; `step` is called after each case.
///
/// # Errors
/// When the simulation cannot be built. A unit that fails is an [`Outcome`].
pub fn verify(verilog: &Verilog, config: &Config, plan: &Plan<'_>, step: &dyn Fn()) -> Result<Outcome> {
    let library = simulation::build(verilog, BuildOptions { gates: plan.gates, ..BuildOptions::default() })?;
    let linears = plan.model.into_iter().flat_map(Model::linears);
    let parts = linears.flat_map(|(id, linear)| linear.parts.iter().map(move |part| (id, &part.weights)));
    let cases = (0..plan.cases)
        .map(|i| Case::random(config, plan.seed.wrapping_add(i)))
        .chain(parts.enumerate().map(|(i, (id, weights))| Ok(Case::layer(config, plan.seed, i, id, weights))));
    run_cases(&library, verilog, config, plan, cases, step)
}

/// Runs cases up to the first that fails, which is repeated with a waveform.
fn run_cases<'a>(
    library: &Library,
    verilog: &Verilog,
    config: &Config,
    plan: &Plan<'_>,
    cases: impl Iterator<Item = Result<Case<'a>>>,
    step: &dyn Fn(),
) -> Result<Outcome> {
    let mut outcome = Outcome {
        cycles_model_exact: (plan.stalls == 0.0 && !config.windows).then_some(true),
        seed: plan.seed,
        stalls: plan.stalls,
        config: config.clone(),
        ..Outcome::default()
    };
    for (number, case) in (0..).zip(cases) {
        let case = case?;
        let ledger = run_case(library, config, plan, &case, None, &[])?;
        outcome.cases += 1;
        outcome.macs += ledger.macs;
        outcome.mismatches += ledger.mismatches;
        outcome.cycles += ledger.cycles;
        outcome.bound_cycles += ledger.bound;
        if let Some(exact) = &mut outcome.cycles_model_exact {
            *exact &= ledger.cycles == ledger.modelled;
        }
        if let Some(mut finding) = ledger.finding {
            finding.case = number;
            finding.lanes = finding.mismatch.as_ref().and_then(|_| lanes::wrong(library, config));
            let name = || plan.waveforms.join(format!("trine-verify-{}-{number}.fst", plan.seed));
            let file = plan.trace.map_or_else(name, Path::to_owned);
            let traced =
                simulation::build(verilog, BuildOptions { trace: true, gates: plan.gates, ..BuildOptions::default() })?;
            let again = run_case(&traced, config, plan, &case, Some(&file), &[])?;
            finding.waveform = again.finding.map(|_| file);
            outcome.first_mismatch = Some(finding);
            return Ok(outcome);
        }
        step();
    }
    for check in checks(config).into_iter().filter(|_| plan.checks) {
        if let Err(fault) = check.run(library, config, &[]) {
            outcome.failed_check = Some((check.name, fault.to_string()));
            if let Some(file) = plan.trace {
                let options = BuildOptions { trace: true, gates: plan.gates, ..BuildOptions::default() };
                let traced = simulation::build(verilog, options)?;
                let again = check.traced(&traced, config, file);
                outcome.check_waveform = again.err().map(|_| file.to_owned());
            }
            break;
        }
        outcome.checks += 1;
    }
    Ok(outcome)
}

/// What is wrong with a unit some of whose inputs are `held` at values, in its random cases.
fn fails(library: &Library, config: &Config, plan: &Plan<'_>, held: &[(String, u64)]) -> Result<Option<String>> {
    for i in 0..plan.cases {
        let case = Case::random(config, plan.seed.wrapping_add(i))?;
        let ledger = run_case(library, config, plan, &case, None, held)?;
        if let Some(Finding { mismatch, error, .. }) = ledger.finding {
            let wrong = mismatch.map(|m| format!("{} instead of {} in beat {}", m.actual, m.expected, m.beat));
            return Ok(Some(error.or(wrong).unwrap_or_default()));
        }
        if plan.stalls == 0.0 && !config.windows && ledger.cycles != ledger.modelled {
            return Ok(Some(format!("{} cycles instead of {}", ledger.cycles, ledger.modelled)));
        }
    }
    Ok(None)
}

/// What one case came to.
#[derive(Default)]
struct CaseLedger {
    macs: u64,
    mismatches: u64,
    cycles: u64,
    bound: u64,
    modelled: u64,
    finding: Option<Finding>,
}

/// Runs the matmuls of a case one after another on one fresh unit, until one fails.
fn run_case(
    library: &Library,
    config: &Config,
    plan: &Plan<'_>,
    case: &Case<'_>,
    waveform: Option<&Path>,
    held: &[(String, u64)],
) -> Result<CaseLedger> {
    let finding = |shape: Shape, mismatch, error| {
        let Shape { m, k, n } = shape;
        Some(Finding { case: 0, seed: case.seed, m, k, n, mismatch, lanes: None, error, waveform: None })
    };
    let options = SimOptions {
        stalls: Stalls::new(plan.stalls, case.seed)?,
        waveform: waveform.map(Path::to_owned),
        held: held.to_vec(),
        ..SimOptions::default()
    };
    let mut result = CaseLedger::default();
    let device = match simulation::device(library, config, &options) {
        Ok(device) => device,
        Err(error) => {
            result.finding = finding(case.matmuls[0].shape(), None, Some(crate::message::causes(&error)));
            return Ok(result);
        }
    };
    // Nothing is kept from one matmul to the next: their identities say nothing about their weights.
    // Every wrong sum is counted.
    let check = Some(OnMismatch::Count);
    let options = Options { scope: Scope::Linear, check, weight_cache: 0, ..Options::default() };
    let mut engine = Offload::new(device, options);
    for (number, matmul) in case.matmuls.iter().enumerate() {
        let shape = matmul.shape();
        let mut y = vec![0; shape.m * shape.n];
        let outcome = engine.matmul(matmul.id, &matmul.weights, &matmul.activations, shape.m, &mut y);
        let ledger = engine.ledger();
        // An attempt that failed counts, whether or not the next one went well.
        let error = ledger.incidents.first().map(|i| i.error.clone()).or(outcome.err().map(|e| e.to_string()));
        if error.is_some() || ledger.mismatches > 0 {
            let mut mismatch = ledger.first_mismatch.clone();
            if let Some(mismatch) = mismatch.as_mut().filter(|_| matmul.is_random()) {
                mismatch.layer = format!("random matmul {number}");
            }
            result.finding = finding(shape, mismatch, error);
            break;
        }
    }
    let ledger = engine.ledger();
    (result.macs, result.mismatches) = (ledger.checked_macs, ledger.mismatches);
    for layer in ledger.layers() {
        result.cycles += layer.counters.cycles;
        result.bound += layer.bound;
        result.modelled += layer.modelled;
    }
    Ok(result)
}
