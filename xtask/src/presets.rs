//! `xtask presets`: the table of README.md that says what was done to each preset, from the results in docs/data.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use askama::Template;
use serde::Deserialize;
use trine_cli::Verdict;
use trine_report::text::grouped;
use trine_spec::Config;
use trine_spec::config::PRESETS;
use trine_synth::flow::Synthesis;
use trine_verify::mutation::{MutationReport, Subject, Tally};

/// The table is written between these two lines.
const MARKS: [&str; 2] = ["<!-- presets -->\n", "<!-- /presets -->\n"];

/// Claims of docs/explanation/proofs.md that are proven at the size of a preset.
const PROVEN: [(&str, &str); 3] = [
    ("odd", "the whole unit's results"),
    ("serial", "windows"),
    ("standard", "columns in the styles of hardware, accumulators, register bus"),
];

/// Render the table of presets in README.md from the results of earlier runs
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder of presets/NAME.json of `trine verify`, mutation.json and synth/
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Document whose table is replaced
    #[arg(long, value_name = "FILE")]
    into: PathBuf,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let name = args.into.display();
    let document = std::fs::read_to_string(&args.into).with_context(|| name.to_string())?;
    let new = replaced(&document, &table(&args.from)?).with_context(|| format!("{name}: no marks of the table"))?;
    trine_report::place::Output::open(&args.into)?.write(new.as_bytes())?;
    writeln!(out, "{name}: the table of presets is written")?;
    Ok(Verdict::Right)
}

/// The document with `table` between the marks; absent without marks.
fn replaced(document: &str, table: &str) -> Option<String> {
    let (before, rest) = document.split_once(MARKS[0])?;
    let (_, after) = rest.split_once(MARKS[1])?;
    Some([before, MARKS[0], table, MARKS[1], after].concat())
}

/// The part of a verification that the table shows.
#[derive(Deserialize)]
struct Verified {
    config: Config,
    cases: u64,
    macs: u64,
    mismatches: u64,
    checks: usize,
    seed: u64,
    stalls: f64,
}

#[derive(Template)]
#[template(path = "presets.md")]
struct Table {
    rows: Vec<[String; 6]>,
    cases: u64,
    seed: u64,
    stalls: f64,
}

/// The table and the sentence below it.
fn table(data: &Path) -> Result<String> {
    let kept = Kept::read(data)?;
    let verified = PRESETS.iter().map(|(name, config)| {
        let file = data.join("presets").join(format!("{name}.json"));
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let run: Verified =
            serde_json::from_str(&text).with_context(|| format!("{}: no result of trine verify", file.display()))?;
        ensure!(run.config == *config, "{}: made with another unit than preset {name}", file.display());
        Ok(run)
    });
    let verified: Vec<Verified> = verified.collect::<Result<_>>()?;
    let rows = PRESETS.iter().zip(&verified).map(|((name, config), run)| {
        let proven = PROVEN.iter().find(|(preset, _)| preset == name).map_or("", |(_, claims)| claims);
        [
            format!("`{name}`"),
            format!("{} x {}{}", config.lanes(), config.columns(), if config.windows() { ", windows" } else { "" }),
            format!("{} of {} MACs, {} checks", run.mismatches, grouped(run.macs), run.checks),
            proven.into(),
            kept.mutants(config),
            kept.routed(config),
        ]
    });
    let Verified { cases, seed, stalls, .. } = verified[0];
    ensure!(
        verified.iter().all(|run| (run.cases, run.seed, run.stalls) == (cases, seed, stalls)),
        "the presets were verified with different cases"
    );
    Ok(Table { rows: rows.collect(), cases, seed, stalls }.render()? + "\n")
}

/// Results of the campaign and of syntheses.
struct Kept {
    mutation: MutationReport,
    subjects: Vec<Subject>,
    syntheses: BTreeMap<String, Synthesis>,
}

impl Kept {
    fn read(data: &Path) -> Result<Self> {
        Ok(Self {
            mutation: MutationReport::read(&data.join("mutation.json"))?,
            subjects: Subject::all()?,
            syntheses: crate::area::read(&data.join("synth"))?,
        })
    }

    /// Mutants of a unit that is a subject of the campaign.
    fn mutants(&self, config: &Config) -> String {
        let Some(subject) = self.subjects.iter().find(|subject| subject.config == *config) else {
            return String::new();
        };
        let tally = Tally::of(self.mutation.outcomes.iter().filter(|outcome| outcome.unit == subject.name));
        format!("{} of {}", grouped(tally.killed), grouped(tally.mutants - tally.proven - tally.listed))
    }

    /// Fastest placement of a unit with these lanes and columns.
    fn routed(&self, config: &Config) -> String {
        let size = |c: &Config| (c.lanes(), c.columns());
        let routed = self.syntheses.values().filter(|run| !run.placements.is_empty());
        let same = routed.filter(|run| size(&run.config) == size(config));
        let best = same.filter_map(|run| Some((run.fmax_mhz?.median, run))).max_by(|a, b| a.0.total_cmp(&b.0));
        best.map_or_else(String::new, |(clock, run)| {
            format!("{clock:.0} MHz on {}, {} bits of weights", run.device, run.config.weight_bus())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/data")
    }

    #[test]
    fn the_table_of_the_readme_is_what_the_kept_results_give() {
        let readme = include_str!("../../README.md");
        let new = replaced(readme, &table(&data()).unwrap()).unwrap();
        assert!(new == readme, "run `cargo run --package xtask -- presets --from docs/data --into README.md` again");
        assert!(replaced(readme, "").unwrap() != readme);
    }

    #[test]
    fn every_preset_was_found_right() {
        let table = table(&data()).unwrap();
        assert_eq!(table.matches("| 0 of ").count(), PRESETS.len(), "{table}");
    }
}
