//! A unit against the golden model, on random cases and on a model's layers.
//!
//! A case is a fresh unit and a few matmuls in a row, so that each can be repeated alone. Random case `i` of seed `s` is
//! case 0 of seed `s + i`. The first case that fails ends the run, is repeated with a waveform, and is reported. Registers,
//! counters, errors and aborts, which results do not show, belong to the checks of [`suite`](crate::suite).

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use trine_driver::{MatmulShape, Offload, OnMismatch, Options, Scope};
use trine_golden_model::{Matmul, Model, reference};
use trine_hdl::Verilog;
use trine_sim::{BuildOptions, BuildStep, Library, MemoryOptions, SimOptions, Stalls};
use trine_spec::Config;

use crate::cases::Case;
use crate::outcome::{Finding, Outcome};
use crate::suite::checks;
use crate::{Result, lanes};

/// The memory's pauses are others than those of the streams.
const MEMORY_STALLS: u64 = 64;

/// The work of one verification.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    /// Random cases.
    pub cases: u64,
    /// Seed of the first case.
    pub seed: u64,
    /// Probability that the host pauses, on every stream and every cycle.
    pub stalls: f64,
    /// A model whose layers are verified too.
    pub model: Option<&'a Model>,
    /// True if the unit is a netlist of gates or look-up tables.
    pub gates: bool,
    /// True if the checks of every unit run behind the cases.
    pub checks: bool,
    /// Folder for the waveform of a failing case.
    pub waveforms: &'a Path,
    /// File for the waveform of what fails, a case or a check, in place of one in that folder.
    pub trace: Option<&'a Path>,
    /// Called before each step of a build that takes time.
    pub building: Option<&'a dyn Fn(BuildStep)>,
}

impl Default for Plan<'_> {
    /// No cases, seed 1, no stalls, all checks, waveforms in the current folder.
    fn default() -> Self {
        Self {
            cases: 0,
            seed: 1,
            stalls: 0.0,
            model: None,
            gates: false,
            checks: true,
            waveforms: Path::new(""),
            trace: None,
            building: None,
        }
    }
}

impl fmt::Debug for Plan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cases, seed, stalls, gates, checks, .. } = self;
        write!(f, "Plan {{ cases: {cases}, seed: {seed}, stalls: {stalls}, gates: {gates}, checks: {checks}, .. }}")
    }
}

impl Plan<'_> {
    /// True if cycles are those of the model: nothing pauses, and no beat goes through windows or comes from memory.
    fn exact(&self, config: &Config) -> bool {
        self.stalls == 0.0 && !config.windows() && !config.memory()
    }

    fn build(&self, verilog: &Verilog, trace: bool) -> Result<Library> {
        let options = BuildOptions { trace, gates: self.gates, progress: self.building, ..BuildOptions::default() };
        Ok(trine_sim::build(verilog, &options)?)
    }
}

/// Verifies the unit in `verilog`, which claims to be of configuration `config`; `step` is called after each case.
///
/// # Errors
/// When the simulation cannot be built. A unit that fails is an [`Outcome`].
pub fn verify(verilog: &Verilog, config: &Config, plan: &Plan<'_>, step: &dyn Fn()) -> Result<Outcome> {
    let library = plan.build(verilog, false)?;
    let linears = plan.model.map(Model::linears).transpose()?.into_iter().flatten();
    let parts = linears.flat_map(|(id, linear)| linear.parts.iter().map(move |part| (id, &part.weights)));
    let cases = (0..plan.cases)
        .map(|i| Case::random(config, plan.seed.wrapping_add(i)))
        .chain(parts.enumerate().map(|(i, (id, weights))| Ok(Case::layer(config, plan.seed, i, id, weights))));
    run_cases(&library, verilog, config, plan, cases, step)
}

/// Verifies one matmul of a size, with weights and activations of the plan's seed, and the checks.
///
/// # Errors
/// As [`verify`].
pub fn verify_shape(
    verilog: &Verilog,
    config: &Config,
    plan: &Plan<'_>,
    shape: MatmulShape,
    step: &dyn Fn(),
) -> Result<Outcome> {
    let library = plan.build(verilog, false)?;
    run_cases(&library, verilog, config, plan, std::iter::once(Case::shaped(config, plan.seed, shape)), step)
}

/// Runs cases up to the first that fails, which is repeated with a waveform.
pub(crate) fn run_cases<'a>(
    library: &Library,
    verilog: &Verilog,
    config: &Config,
    plan: &Plan<'_>,
    cases: impl Iterator<Item = Result<Case<'a>>>,
    step: &dyn Fn(),
) -> Result<Outcome> {
    let mut outcome = Outcome {
        cycles_model_exact: plan.exact(config).then_some(true),
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
            let traced = plan.build(verilog, true)?;
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
                let traced = plan.build(verilog, true)?;
                let again = check.traced(&traced, config, file);
                outcome.check_waveform = again.err().map(|_| file.to_owned());
            }
            break;
        }
        outcome.checks += 1;
    }
    Ok(outcome)
}

/// The first fault in random cases of a unit some of whose inputs are `held` at values.
pub(crate) fn fails(
    library: &Library,
    config: &Config,
    plan: &Plan<'_>,
    held: &[(String, u64)],
) -> Result<Option<String>> {
    for i in 0..plan.cases {
        let case = Case::random(config, plan.seed.wrapping_add(i))?;
        let ledger = run_case(library, config, plan, &case, None, held)?;
        if let Some(Finding { mismatch, error, .. }) = ledger.finding {
            let wrong = mismatch.map(|m| format!("{} instead of {} in beat {}", m.actual, m.expected, m.beat));
            return Ok(Some(error.or(wrong).unwrap_or_default()));
        }
        if plan.exact(config) && ledger.cycles != ledger.modelled {
            return Ok(Some(format!("{} cycles instead of {}", ledger.cycles, ledger.modelled)));
        }
    }
    Ok(None)
}

/// Sums of one case, and its fault.
#[derive(Default)]
struct CaseLedger {
    macs: u64,
    mismatches: u64,
    cycles: u64,
    bound: u64,
    modelled: u64,
    finding: Option<Finding>,
}

/// Cycles after which an access of a unit with a selected mutant is given up.
const MUTANT_LIMIT: u64 = 10_000;

/// Runs the matmuls of a case one after another on one fresh unit, until one fails.
fn run_case(
    library: &Library,
    config: &Config,
    plan: &Plan<'_>,
    case: &Case<'_>,
    waveform: Option<&Path>,
    held: &[(String, u64)],
) -> Result<CaseLedger> {
    let finding = |shape: MatmulShape, mismatch, error| {
        let MatmulShape { m, k, n } = shape;
        let seed = case.seed;
        let (columns, lanes, waveform) = (vec![], None, None);
        Some(Finding { case: 0, seed, m, k, n, mismatch, wrong_sums: 0, columns, lanes, error, waveform })
    };
    let stalls = Stalls::new(plan.stalls, case.seed)?;
    let default = SimOptions::default();
    let options = SimOptions {
        stalls,
        memory: MemoryOptions { stalls: stalls.for_stream(MEMORY_STALLS), ..default.memory.clone() },
        waveform: waveform.map(Path::to_owned),
        held: held.to_vec(),
        // Many a mutant never answers, and its jobs are short.
        word_limit: if held.is_empty() { default.word_limit } else { MUTANT_LIMIT },
        ..default
    };
    let mut result = CaseLedger::default();
    let device = match trine_sim::device(library, config, &options) {
        Ok(device) => device,
        Err(error) => {
            result.finding = finding(case.matmuls[0].shape(), None, Some(error.to_string()));
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
            if let Some(finding) = result.finding.as_mut().filter(|finding| finding.mismatch.is_some()) {
                let mut expected = vec![0; y.len()];
                reference(&matmul.weights, &matmul.activations, shape.m, &mut expected);
                let wrong = (0..y.len()).filter(|&i| y[i] != expected[i]);
                // Jobs begin with whole blocks of columns.
                let columns: Vec<usize> = wrong.map(|i| i % shape.n % config.columns()).collect();
                finding.wrong_sums = columns.len();
                finding.columns = columns.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
            }
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
