//! `xtask mutate`: mutants of the RTL, each with one small mistake, through verification.

mod document;

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use trine_report::document::Kind;
use trine_report::text::grouped;
use trine_sim::{BuildOptions, BuildStep};
use trine_synth::yosys::Yosys;
use trine_verify::mutation::{Campaign, Entry, Fate, MutationReport, Outcome, PANIC, Subject, Tally, list};

use trine_cli::Verdict;
use trine_cli::json::JsonArg;
use trine_cli::output::{progress, spinner};
use trine_cli::provenance::{provenance, simulators};

/// Run mutants of the generated units through their verification
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Number of mutants, chosen by the seed [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    mutants: Option<u32>,
    /// Seed of the choice
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// One mutant of a unit of the campaign, in detail, for example odd:17
    #[arg(long, value_name = "UNIT:ID")]
    only: Option<String>,
    /// Skip the Yosys equivalence check of survivors
    #[arg(long)]
    no_proofs: bool,
    /// Nothing is known of survivors
    #[arg(long, hide = true)]
    without_list: bool,
    #[command(flatten)]
    pub(crate) json: JsonArg,
    /// Render docs/results/mutation.md from the results of an earlier campaign
    #[arg(long, value_name = "FILE", conflicts_with_all = ["mutants", "only", "json"])]
    from: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    if let Some(path) = &args.from {
        write!(out, "{}", document::markdown(&MutationReport::read(path)?)?)?;
        return Ok(Verdict::Right);
    }
    let json = args.json.open()?;
    trine_report::place::temporary()?;
    let begun = Instant::now();
    let subjects = Subject::all()?;
    let mut chosen: Vec<(usize, u32)> = vec![];
    for (i, subject) in subjects.iter().enumerate() {
        chosen.extend(subject.mutants()?.iter().map(|mutant| (i, mutant.id)));
    }
    let candidates = chosen.len();
    if let Some(count) = args.mutants {
        chosen.shuffle(&mut StdRng::seed_from_u64(args.seed));
        chosen.truncate(count as usize);
    }
    let only = args.only.as_deref().map(|only| choose(only, &subjects, &mut chosen)).transpose()?;
    if !args.no_proofs {
        // The first survivor may come after hours.
        Yosys::find()?;
    }
    writeln!(out, "{} of {} mutants, seed {}", grouped(chosen.len()), grouped(candidates), args.seed)?;
    out.flush()?;

    let known = if args.without_list { vec![] } else { list()? };
    let (mut outcomes, mut failure) = (vec![], None);
    let bar = progress(chosen.len() as u64, "mutants");
    for (i, subject) in subjects.iter().enumerate() {
        let ids: Vec<u32> = chosen.iter().filter(|(of, _)| *of == i).map(|(_, id)| *id).collect();
        if ids.is_empty() {
            continue;
        }
        let spinner = spinner();
        let building = |step: BuildStep| spinner.set_message(step.to_string());
        let build = BuildOptions { progress: Some(&building), ..BuildOptions::default() };
        let campaign = Campaign::new(subject, &ids, &known, !args.no_proofs, &build)?;
        spinner.finish_and_clear();
        // One mutant is looked at for its own sake.
        if let Some((check, fault)) = if only.is_some() { None } else { campaign.unchanged()? } {
            writeln!(out, "unit {} fails without any mutant: {check}: {fault}", subject.name)?;
            return Ok(Verdict::Wrong);
        }
        // Whoever watches sees survivors at once.
        let step = |outcome: &Outcome| {
            if !matches!(outcome.fate, Fate::Killed { .. }) {
                // Standard error that is closed is no reason to stop.
                let _ = bar.suspend(|| describe(outcome, &mut std::io::stderr()));
            }
            bar.inc(1);
        };
        match campaign.run(only, &step) {
            Ok(found) => outcomes.extend(found),
            // What other units came to is not lost.
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    bar.finish_and_clear();

    let stale = if chosen.len() == candidates && only.is_none() && failure.is_none() {
        stale(&known, &outcomes)
    } else {
        vec![]
    };
    let tally = Tally::of(&outcomes);
    let report = MutationReport::new(candidates, args.seed, tally, begun.elapsed().as_secs(), outcomes);
    if args.only.is_some() {
        report.outcomes.iter().try_for_each(|outcome| describe(outcome, out))?;
    }
    let Tally { killed, proven, listed, alive, .. } = tally;
    writeln!(out, "killed {killed}, equivalent {} ({proven} proven), alive {alive}", proven + listed)?;
    writeln!(out, "score {}, {} s", tally.score_in_words(2), report.seconds)?;
    for outcome in report.unexplained().filter(|_| args.only.is_none()) {
        writeln!(out, "ALIVE:")?;
        describe(outcome, out)?;
    }
    stale.iter().try_for_each(|entry| writeln!(out, "STALE: {entry}"))?;
    let panics = report.outcomes.iter().filter(|o| matches!(&o.fate, Fate::Killed { check, .. } if check == PANIC));
    let panics: Vec<&Outcome> = panics.collect();
    panics.iter().try_for_each(|outcome| writeln!(out, "PANIC:").map_err(Into::into).and(describe(outcome, out)))?;
    json.write_text(Kind::Mutate, provenance().with_seed(args.seed).with_tools(simulators()), &report.json()?)?;
    failure.map_or(Ok(()), Err)?;
    let right = report.unexplained().next().is_none() && stale.is_empty() && panics.is_empty();
    Ok(if right { Verdict::Right } else { Verdict::Wrong })
}

/// The number in `UNIT:ID`. Its unit has the mutants that were chosen, so that what was built for them serves, or else that one.
fn choose(only: &str, subjects: &[Subject], chosen: &mut Vec<(usize, u32)>) -> Result<u32> {
    let (name, id) = only.split_once(':').with_context(|| format!("`{only}` is not UNIT:ID"))?;
    let unit = subjects.iter().position(|subject| subject.name == name);
    let unit = unit.with_context(|| format!("no unit of the campaign is called `{name}`"))?;
    let id = id.parse().with_context(|| format!("`{id}` is no number of a mutant"))?;
    ensure!(subjects[unit].mutants()?.iter().any(|mutant| mutant.id == id), "unit {name} has no mutant {id}");
    chosen.retain(|(of, _)| *of == unit);
    if !chosen.contains(&(unit, id)) {
        *chosen = vec![(unit, id)];
    }
    Ok(id)
}

/// Entries of the list that no survivor needs, after a campaign of all mutants.
fn stale(known: &[Entry], outcomes: &[Outcome]) -> Vec<String> {
    let listed = |how: &str| {
        outcomes.iter().any(|outcome| match &outcome.fate {
            Fate::Equivalent { how: reason } => reason == how,
            Fate::Alive { why } => why.as_deref() == Some(how),
            Fate::Killed { .. } => false,
        })
    };
    let unused = known.iter().filter(|entry| !listed(&entry.reason));
    unused.map(|entry| format!("{}, {}: {}", entry.module, entry.place, entry.change)).collect()
}

fn describe(outcome: &Outcome, out: &mut dyn Write) -> Result<()> {
    let Outcome { unit, id, module, operator, place, change, fate } = outcome;
    writeln!(out, "  {unit}:{id} {module}, {place} ({operator}): {change}")?;
    match fate {
        Fate::Killed { check, fault } => writeln!(out, "  killed by {check}: {fault}")?,
        Fate::Equivalent { how } => writeln!(out, "  equivalent: {how}")?,
        Fate::Alive { why: Some(why) } => writeln!(out, "  alive: {why}")?,
        Fate::Alive { why: None } => writeln!(out, "  alive, and nobody has explained why")?,
    }
    Ok(())
}
