//! `trine verify --plan`: many units, many sizes, many patterns of stalls, on all processors.
//!
//! ```text
//! plan ──> units ──build──> libraries ──┬─> items: a unit, a probability of stalls, cases ──> outcomes ──> sums, verdict
//!                                       └─> …
//! ```
//! A combination is a configuration, the shapes of a case and its stalls; each runs on a fresh unit.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{available_parallelism, scope};
use std::time::Instant;

use anyhow::{Result, anyhow};
use serde::Serialize;
use trine_driver::Shape;
use trine_hdl::Verilog;
use trine_sim::{BuildOptions, Library};
use trine_spec::Config;

use super::cases::Case;
use super::command::{report, shaped, verdict};
use super::plan::{PlanFile, configuration};
use super::{Outcome, Plan, run_cases};
use crate::Verdict;
use crate::args::flags;
use crate::output::{grouped, progress};
use crate::output_file::Json;
use crate::simulation;

/// What a plan came to.
#[derive(Debug, Serialize)]
pub(super) struct Total {
    seed: u64,
    /// Different units.
    configurations: u64,
    /// Configurations x shapes x patterns of stalls.
    combinations: u64,
    macs: u64,
    mismatches: u64,
    cycles: u64,
    /// Of which combinations that failed otherwise: an error, or cycles that are not those of the model.
    failures: u64,
    build_seconds: f64,
    seconds: f64,
    outcomes: Vec<Outcome>,
}

/// A unit and what it is built from.
struct Unit {
    config: Config,
    verilog: Verilog,
    library: Library,
}

/// Cases for one unit with one probability of stalls: a size, or random ones.
#[derive(Clone, Copy)]
struct Item {
    unit: usize,
    seed: u64,
    stalls: f64,
    shape: Option<Shape>,
    cases: u64,
}

pub(super) fn run(name: &str, json: &Json, out: &mut dyn Write) -> Result<Verdict> {
    let plan = PlanFile::load(name)?;
    let begun = Instant::now();
    let (configs, items) = items(&plan)?;
    writeln!(out, "plan {name}: {} units, {} items, seed {}", configs.len(), items.len(), plan.seed)?;
    out.flush()?;
    let units = parallel(&configs, "units", |config| {
        let verilog = simulation::verilog(config)?;
        let library = trine_sim::build(&verilog, &BuildOptions::default())?;
        Ok(Unit { config: config.clone(), verilog, library })
    })?;
    let build_seconds = begun.elapsed().as_secs_f64();
    let outcomes = parallel(&items, "items", |item| item.run(&units[item.unit]))?;

    let sum = |of: fn(&Outcome) -> u64| outcomes.iter().map(of).sum::<u64>();
    let total = Total {
        seed: plan.seed,
        configurations: configs.len() as u64,
        combinations: sum(|outcome| outcome.cases),
        macs: sum(|outcome| outcome.macs),
        mismatches: sum(|outcome| outcome.mismatches),
        cycles: sum(|outcome| outcome.cycles),
        failures: outcomes.iter().filter(|outcome| verdict(outcome) == Verdict::Wrong).count() as u64,
        build_seconds,
        seconds: begun.elapsed().as_secs_f64(),
        outcomes,
    };
    for (outcome, item) in total.outcomes.iter().zip(&items) {
        if let Some(finding) = &outcome.first_mismatch {
            let what = item.shape.map_or(format!("--cases 1 --seed {}", finding.seed), |s| shaped(s, finding.seed));
            report(finding, &format!("{} {what} --stalls {}", flags(&outcome.config), outcome.stalls), out)?;
        } else if outcome.cycles_model_exact == Some(false) {
            writeln!(out, "FAILED: cycles are not as the model says: trine verify {}", flags(&outcome.config))?;
        }
    }
    writeln!(
        out,
        "mismatches {} of {} MACs in {} combinations of {} configurations, shapes and stalls, {} failed",
        total.mismatches,
        grouped(total.macs),
        grouped(total.combinations),
        total.configurations,
        total.failures,
    )?;
    writeln!(
        out,
        "{} cycles of the units, {:.0} s, of which {build_seconds:.0} s building simulations",
        grouped(total.cycles),
        total.seconds
    )?;
    let mut right = total.mismatches == 0 && total.failures == 0;
    let least = [("MACs", total.macs, plan.least_macs), ("combinations", total.combinations, plan.least_combinations)];
    for (what, found, least) in least.into_iter().filter(|(_, found, least)| found < least) {
        writeln!(out, "FAILED: {} {what}, and the plan wants {}", grouped(found), grouped(least))?;
        right = false;
    }
    json.write(&total)?;
    Ok(if right { Verdict::Right } else { Verdict::Wrong })
}

/// The units of a plan, and what is run on them, what takes longest first.
fn items(plan: &PlanFile) -> Result<(Vec<Config>, Vec<Item>)> {
    let (mut configs, mut items): (Vec<Config>, Vec<Item>) = (vec![], vec![]);
    let mut unit = |config: Config| {
        let at = configs.iter().position(|known| *known == config).unwrap_or(configs.len());
        if at == configs.len() {
            configs.push(config);
        }
        at
    };
    let mut seed = plan.seed;
    for layers in &plan.layers {
        let unit = unit(layers.unit.clone());
        for &stalls in &layers.stalls {
            for shape in layers.shapes() {
                seed += 1;
                items.push(Item { unit, seed, stalls, shape: Some(shape), cases: 1 });
            }
        }
    }
    items.sort_by_key(|item| std::cmp::Reverse(item.shape.map_or(0, |shape| shape.macs())));
    for number in 0..plan.random.configurations {
        let unit = unit(configuration(plan.seed.wrapping_add(number))?);
        for &stalls in &plan.random.stalls {
            seed += plan.random.cases;
            items.push(Item { unit, seed, stalls, shape: None, cases: plan.random.cases });
        }
    }
    Ok((configs, items))
}

impl Item {
    fn run(self, unit: &Unit) -> Result<Outcome> {
        let plan = Plan {
            cases: self.cases,
            seed: self.seed,
            stalls: self.stalls,
            model: None,
            gates: false,
            checks: self.shape.is_none(),
            waveforms: Path::new(""),
            trace: None,
        };
        let case = |number| match self.shape {
            Some(shape) => Case::shaped(&unit.config, self.seed, shape),
            None => Case::random(&unit.config, self.seed + number),
        };
        run_cases(&unit.library, &unit.verilog, &unit.config, &plan, (0..self.cases).map(case), &|| ())
    }
}

/// Does all of the work on all processors; what came out is in the order of the work.
fn parallel<T: Sync, R: Send>(all: &[T], what: &'static str, work: impl Fn(&T) -> Result<R> + Sync) -> Result<Vec<R>> {
    let bar = progress(all.len() as u64, what);
    let (next, done) = (AtomicUsize::new(0), Mutex::new(vec![]));
    let worker = || {
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some(item) = all.get(at)
        {
            let outcome = work(item);
            bar.inc(1);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, outcome));
        }
    };
    scope(|scope| {
        let workers: Vec<_> =
            (0..available_parallelism().map_or(1, usize::from)).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| anyhow!("a worker of the plan panicked")))
    })?;
    bar.finish_and_clear();
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}
