//! `trine verify --plan`: a campaign, its sums and its verdict.

use std::io::Write;
use std::time::Instant;

use anyhow::Result;
use serde::Serialize;
use trine_report::document::Kind;
use trine_report::text::grouped;
use trine_verify::{Campaign, Outcome, PlanFile};

use super::{report, shaped};
use crate::Verdict;
use crate::args::flags;
use crate::json::Json;
use crate::output::progress;
use crate::provenance::{provenance, simulators};

/// The sums of a campaign.
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
    /// Combinations that failed: an error, or cycles that are not those of the model.
    failures: u64,
    build_seconds: f64,
    seconds: f64,
    outcomes: Vec<Outcome>,
}

pub(super) fn run(name: &str, json: &Json, out: &mut dyn Write) -> Result<Verdict> {
    let plan = PlanFile::load(name)?;
    let begun = Instant::now();
    let campaign = Campaign::new(&plan)?;
    let (units, items) = (campaign.configurations() as u64, campaign.items());
    writeln!(out, "plan {name}: {units} units, {} items, seed {}", items.len(), plan.seed)?;
    out.flush()?;
    let (builds, work) = (progress(units, "units"), progress(items.len() as u64, "items"));
    let mut build_seconds = 0.0;
    let built = || {
        build_seconds = begun.elapsed().as_secs_f64();
        builds.finish_and_clear();
    };
    let outcomes = campaign.run(&|| builds.inc(1), built, &|| work.inc(1))?;
    work.finish_and_clear();

    let sum = |of: fn(&Outcome) -> u64| outcomes.iter().map(of).sum::<u64>();
    let total = Total {
        seed: plan.seed,
        configurations: units,
        combinations: sum(|outcome| outcome.cases),
        macs: sum(|outcome| outcome.macs),
        mismatches: sum(|outcome| outcome.mismatches),
        cycles: sum(|outcome| outcome.cycles),
        failures: outcomes.iter().filter(|outcome| !outcome.is_right()).count() as u64,
        build_seconds,
        seconds: begun.elapsed().as_secs_f64(),
        outcomes,
    };
    for (outcome, item) in total.outcomes.iter().zip(items) {
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
    json.write(Kind::VerifyPlan, provenance().with_seed(total.seed).with_tools(simulators()), &total)?;
    Ok(if right { Verdict::Right } else { Verdict::Wrong })
}
