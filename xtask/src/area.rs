//! `xtask area`: docs/results/area.md from the results of syntheses; its text lies in `templates/area.md`.
//!
//! The purpose of a run is the first word of its file's name: `unit-ecp5.json` goes into the table of whole units. A
//! table without runs is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use askama::Template;
use trine_cli::Verdict;
use trine_report::document::{self, Kind};
use trine_report::text::{grouped, halves};
use trine_spec::Config;
use trine_synth::flow::{Spread, Synthesis};

/// Render docs/results/area.md from the results of syntheses
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder of the files that `trine synth --json` wrote
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    out.write_all(markdown(&read(&args.from)?)?.as_bytes())?;
    Ok(Verdict::Right)
}

/// Runs by the name of their file.
pub(crate) type Runs = BTreeMap<String, Synthesis>;

/// Reads every `.json` file of `folder`.
pub(crate) fn read(folder: &Path) -> Result<Runs> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut runs = Runs::new();
    for path in entries.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>()? {
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            let run = document::read(&text, Kind::Synth);
            let run = run.with_context(|| format!("{}: no results of trine synth", path.display()))?;
            runs.insert(path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), run);
        }
    }
    ensure!(!runs.is_empty(), "{}: no results of trine synth", folder.display());
    Ok(runs)
}

#[derive(Template)]
#[template(path = "area.md")]
struct Document {
    units: Option<Vec<[String; 8]>>,
    windows: Option<Vec<[String; 5]>>,
    memory: Option<Vec<[String; 7]>>,
    clocks: Option<Vec<[String; 8]>>,
    largest: Option<Vec<[String; 8]>>,
    chips: Option<Vec<[String; 9]>>,
    boards: Option<Vec<[String; 9]>>,
    cells: Option<Vec<[String; 7]>>,
    netlists: Option<Vec<[String; 8]>>,
    tools: String,
}

/// The document.
fn markdown(runs: &Runs) -> Result<String> {
    let document = Document {
        units: table(runs, "unit", unit),
        windows: table(runs, "windows", |run| windows(runs, run)),
        memory: table(runs, "memory", |run| memory(runs, run)),
        clocks: table(runs, "clock", clock),
        largest: table(runs, "largest", clock),
        chips: table(runs, "chip", placed),
        boards: table(runs, "board", placed),
        cells: table(runs, "cells", cells),
        netlists: of(runs, "netlist").next().map(|_| runs.values().filter_map(netlist).collect()),
        tools: versions(runs),
    };
    Ok(document.render()? + "\n")
}

/// The runs of a purpose.
fn of<'a>(runs: &'a Runs, purpose: &str) -> impl Iterator<Item = &'a Synthesis> {
    runs.iter().filter(move |(name, _)| name.split('-').next() == Some(purpose)).map(|(_, run)| run)
}

/// The rows of the runs of a purpose; absent without any.
fn table<const N: usize>(
    runs: &Runs,
    purpose: &str,
    row: impl Fn(&Synthesis) -> Option<[String; N]>,
) -> Option<Vec<[String; N]>> {
    of(runs, purpose).next().map(|_| of(runs, purpose).filter_map(row).collect())
}

fn size(c: &Config) -> String {
    let groups = if c.groups() > 1 { format!(", groups of {}", c.group()) } else { String::new() };
    let windows = if c.windows() { ", windows" } else { "" };
    let memory = match (c.memory(), c.ring()) {
        (_, true) => ", ring",
        (true, _) => ", memory",
        _ => "",
    };
    format!(
        "{} x {}, {} bits, K {}, M {}{groups}{windows}{memory}",
        c.lanes(),
        c.columns(),
        c.weight_bus(),
        c.max_depth(),
        c.max_tokens()
    )
}

fn unit(run: &Synthesis) -> Option<[String; 8]> {
    let fpga = run.fpga.as_ref()?;
    Some([
        run.target.clone(),
        run.config.style().to_string(),
        size(&run.config),
        grouped(fpga.area.lut),
        fpga.lut_formula.clone(),
        format!("{:.2}", fpga.lut_per_mac),
        grouped(fpga.area.ff),
        halves(fpga.area.bram),
    ])
}

/// LUTs, LUTs a MAC/cycle, registers and block RAM that a unit has more than `base`, which differs from it in one thing.
fn more(runs: &Runs, run: &Synthesis, base: &Config) -> Option<[String; 4]> {
    let with = run.fpga.as_ref()?;
    let base = runs.values().find(|other| other.target == run.target && other.config == *base);
    let Some(base) = base.and_then(|base| base.fpga.as_ref()) else {
        return Some(["no run of the unit without it".into(), String::new(), String::new(), String::new()]);
    };
    let counted = |with: u64, base: u64| format!("{:+}", with as i64 - base as i64);
    Some([
        counted(with.area.lut, base.area.lut),
        format!("{:+.2}", with.lut_per_mac - base.lut_per_mac),
        counted(with.area.ff, base.area.ff),
        format!("{:+}", with.area.bram - base.area.bram),
    ])
}

fn windows(runs: &Runs, run: &Synthesis) -> Option<[String; 5]> {
    let [lut, each, ff, _] = more(runs, run, &run.config.clone().with_windows(false))?;
    Some([run.target.clone(), run.config.style().to_string(), lut, each, ff])
}

fn memory(runs: &Runs, run: &Synthesis) -> Option<[String; 7]> {
    let [lut, each, ff, bram] = more(runs, run, &run.config.clone().with_weight_stream())?;
    let kind = if run.config.ring() { "weights, and jobs from a ring" } else { "weights" };
    Some([run.target.clone(), run.config.style().to_string(), kind.into(), lut, each, ff, bram])
}

/// The smallest, the median and the largest of several; one number of one.
fn spread(s: Option<Spread>) -> String {
    match s {
        None => String::new(),
        Some(s) if s.min == s.max => format!("{:.1}", s.median),
        Some(s) => format!("{:.1}, **{:.1}**, {:.1}", s.min, s.median, s.max),
    }
}

fn clock(run: &Synthesis) -> Option<[String; 8]> {
    let (fpga, best) = (run.fpga.as_ref()?, best(run)?);
    let used =
        best.report.utilization.iter().find(|(name, _)| ["TRELLIS_COMB", "ICESTORM_LC", "LUT4"].contains(&&***name));
    let used = used.map_or_else(String::new, |(_, u)| format!("{} of {}", grouped(u.used), grouped(u.available)));
    let grade = fpga.speed.as_ref().map(|speed| format!(", grade {speed}")).unwrap_or_default();
    let path = &best.report.critical_path;
    Some([
        format!("{}{grade}", run.target),
        run.config.style().to_string(),
        size(&run.config),
        used,
        run.placements.len().to_string(),
        spread(run.fmax_mhz),
        spread(run.gmac_per_s),
        format!("{} to {}", path.from, path.to),
    ])
}

fn best(run: &Synthesis) -> Option<&trine_synth::flow::Placement> {
    run.placements.iter().find(|placement| Some(placement.seed) == run.best_seed)
}

/// A unit with its surroundings. A board's clock is not the one it could have.
fn placed(run: &Synthesis) -> Option<[String; 9]> {
    let (whole, fmax, gmac) = (run.whole()?, run.fmax_mhz?, run.gmac_per_s?);
    Some([
        run.board.clone().or(run.weights_on_chip.clone()).unwrap_or_else(|| run.target.clone()),
        size(&run.config),
        grouped(whole.lut),
        grouped(whole.ff),
        halves(whole.bram),
        format!("{:.1}", run.board_clock_mhz.unwrap_or(fmax.max)),
        format!("{:.1}", run.board_gmac_per_s().unwrap_or(gmac.max)),
        format!("{:.1}", fmax.max),
        format!("{:.0}", run.commands.iter().map(|done| done.seconds).sum::<f64>()),
    ])
}

fn cells(run: &Synthesis) -> Option<[String; 7]> {
    let asic = run.asic.as_ref()?;
    Some([
        run.device.clone(),
        size(&run.config),
        grouped(asic.area_um2.round()),
        grouped(asic.sequential_um2.round()),
        grouped(asic.um2_per_mac.round()),
        run.fmax_mhz.map_or_else(String::new, |s| format!("{:.0}", s.max)),
        grouped(asic.memories.iter().map(|m| m.words * m.width).sum::<u64>()),
    ])
}

fn netlist(run: &Synthesis) -> Option<[String; 8]> {
    let v = run.verification.as_ref()?;
    Some([
        run.target.clone(),
        run.config.style().to_string(),
        size(&run.config),
        v.cases.to_string(),
        v.mismatches.to_string(),
        grouped(v.macs),
        grouped(v.cycles),
        grouped(v.rtl_cycles),
    ])
}

/// Each tool with every version of it that took part.
fn versions(runs: &Runs) -> String {
    let tools: BTreeSet<_> = runs.values().flat_map(|run| &run.tool_versions).collect();
    let named = tools.iter().map(|(tool, version)| match version.as_str() {
        "unknown" => (*tool).clone(),
        version => format!("{tool} {version}"),
    });
    named.collect::<Vec<String>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Runs {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/data/synth")).unwrap()
    }

    #[test]
    fn the_document_is_what_the_kept_results_give() {
        let document = include_str!("../../docs/results/area.md");
        let mut runs = kept();
        assert!(
            markdown(&runs).unwrap() == document,
            "run `xtask area --from docs/data/synth >docs/results/area.md` again"
        );
        let mut units = runs.iter_mut().filter(|(name, _)| name.starts_with("unit-"));
        let unit = units.find_map(|(_, run)| run.fpga.as_mut()).unwrap();
        unit.area.ff += 1;
        assert!(markdown(&runs).unwrap() != document, "a figure of the data is in the document");
    }

    #[test]
    fn the_kept_results_are_sound() {
        let runs = kept();
        assert!(runs.values().filter_map(|run| run.verification.as_ref()).all(|v| v.passed() && v.macs > 1000));
        assert!(runs.values().all(|run| !run.commands.is_empty() && run.tool_versions.contains_key("yosys")));
    }

    #[test]
    fn what_is_no_result_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let complaint = || format!("{:#}", read(folder.path()).unwrap_err());
        assert!(complaint().contains("no results of trine synth"));
        std::fs::write(folder.path().join("unit-cut.json"), "{\"target\": ").unwrap();
        assert!(complaint().contains("unit-cut.json: no results of trine synth: EOF"), "{}", complaint());
    }
}
