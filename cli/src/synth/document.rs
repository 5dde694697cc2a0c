//! `docs/area.md`: tables of what syntheses came to, from their machine forms.
//!
//! What a run is there for is the first word of its file's name: `unit-ecp5.json` goes into the table of whole units. A
//! table without runs is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use trine_report::text::grouped;
use trine_spec::Config;
use trine_synth::flow::{Spread, Synthesis};

use crate::markdown::{head, row};

use super::report::memories;

/// Runs by the name of their file.
pub(super) type Runs = BTreeMap<String, Synthesis>;

/// Reads every `.json` file of `folder`.
pub(super) fn read(folder: &Path) -> Result<Runs> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut runs = Runs::new();
    for path in entries.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>()? {
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            let run = serde_json::from_str(&text);
            let run = run.with_context(|| format!("{}: no results of trine synth", path.display()))?;
            runs.insert(path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), run);
        }
    }
    ensure!(!runs.is_empty(), "{}: no results of trine synth", folder.display());
    Ok(runs)
}

/// Adds a table of the chosen ones among all runs to a text.
type Table = fn(&Runs, &[&Synthesis], &mut String);

/// The document.
pub(super) fn markdown(runs: &Runs) -> String {
    let mut text = INTRODUCTION.to_string();
    let sections: [(&str, &str, Table); 8] = [
        ("unit", UNITS, units),
        ("windows", WINDOWS, windows),
        ("clock", CLOCK, clocks),
        ("largest", LARGEST, clocks),
        ("chip", CHIP, placed),
        ("board", BOARDS, placed),
        ("cells", CELLS, cells),
        ("netlist", NETLISTS, netlists),
    ];
    for (kind, heading, table) in sections {
        let chosen = runs.iter().filter(|(name, _)| name.split('-').next() == Some(kind));
        let chosen: Vec<&Synthesis> = chosen.map(|(_, run)| run).collect();
        if !chosen.is_empty() {
            text += heading;
            table(runs, &chosen, &mut text);
        }
    }
    versions(runs, &mut text);
    text
}

const INTRODUCTION: &str = "# Area and clock

Everything here is **measured**, by the tools named at the end; made by `make synth-full` from [data/synth](data/synth), and a
test keeps this text equal to it. LUTs are counted as data sheets do: a carry cell of the ECP5 is two, its 16 x 4 bits of
distributed memory are six. A carry that enters a chain from outside takes one more carry cell at
placement, which these counts do not contain.
";

const UNITS: &str = "
## The complete unit

Registers, counters, decoders, buffers and accumulators included; no DSP block.

";

const WINDOWS: &str = "
## Windows

What `--windows` adds to the same unit; the stream ports are gone then. Words are gathered by shift registers, without a LUT; of
the LUTs most are the multiplexer from the columns to a word. A unit with streams *and* windows would pay a LUT for every bit of
both source streams on top. So windows are off unless asked for, and instead of streams.

";

const CLOCK: &str = "
## Clock

Placed and routed behind a wrapper with few pins, which is among the LUTs in use. Of several seeds the smallest, the median and
the largest.

";

const LARGEST: &str = "
## The largest units

The largest that were routed on their device.

";

const CHIP: &str = "
## Weights on the chip

All ternary weights of a small model in block RAM beside the unit (`--weights-on-chip`), behind the wrapper with few pins, which is counted.

";

const BOARDS: &str = "
## Boards

A unit behind a serial line, as `trine synth --board` makes it, to the bitstream. LUTs and registers are those of all that is on the
board; its clock is fixed, and timing would bear the one that is reached.

";

const CELLS: &str = "
## Standard cells

Before layout: wires have neither area nor delay. Block memories become macros without area or delay.

";

const NETLISTS: &str = "
## Mapped netlists in simulation

The netlist in models of the technology's cells, driven like the unit with random cases and pauses; every result is compared with
the golden model's, and the cycles with those of the unit before mapping.

";

fn size(c: &Config) -> String {
    let windows = if c.windows() { ", windows" } else { "" };
    format!(
        "{} x {}, {} bits, K {}, M {}{windows}",
        c.lanes(),
        c.columns(),
        c.weight_bus(),
        c.max_depth(),
        c.max_tokens()
    )
}

fn units(_: &Runs, chosen: &[&Synthesis], text: &mut String) {
    head(
        text,
        &[
            "target",
            "style",
            "lanes x columns, weight bus",
            "LUTs",
            "counted as",
            "per MAC/cycle",
            "registers",
            "block RAM",
        ],
    );
    for run in chosen {
        let Some(fpga) = &run.fpga else { continue };
        row(
            text,
            &[
                run.target.clone(),
                run.config.style().to_string(),
                size(&run.config),
                grouped(fpga.area.lut),
                fpga.lut_formula.clone(),
                format!("{:.2}", fpga.lut_per_mac),
                grouped(fpga.area.ff),
                memories(&fpga.area),
            ],
        );
    }
}

/// Each beside the unit that differs from it in nothing else.
fn windows(runs: &Runs, chosen: &[&Synthesis], text: &mut String) {
    head(text, &["target", "style", "LUTs", "a MAC/cycle", "registers"]);
    for run in chosen {
        let without = run.config.clone().with_windows(false);
        let base = runs.values().find(|base| base.target == run.target && base.config == without);
        let Some(with) = &run.fpga else { continue };
        let Some(base) = base.and_then(|base| base.fpga.as_ref()) else {
            let without = "no run of this unit without windows".into();
            row(text, &[run.target.clone(), run.config.style().to_string(), without, String::new(), String::new()]);
            continue;
        };
        let more = |with: u64, base: u64| format!("{:+}", with as i64 - base as i64);
        row(
            text,
            &[
                run.target.clone(),
                run.config.style().to_string(),
                more(with.area.lut, base.area.lut),
                format!("{:+.2}", with.lut_per_mac - base.lut_per_mac),
                more(with.area.ff, base.area.ff),
            ],
        );
    }
}

/// The smallest, the median and the largest of several; one number of one.
fn spread(s: Option<Spread>) -> String {
    match s {
        None => String::new(),
        Some(s) if s.min == s.max => format!("{:.1}", s.median),
        Some(s) => format!("{:.1}, **{:.1}**, {:.1}", s.min, s.median, s.max),
    }
}

fn clocks(_: &Runs, chosen: &[&Synthesis], text: &mut String) {
    head(
        text,
        &["target", "style", "lanes x columns, weight bus", "LUTs in use", "seeds", "MHz", "GMAC/s", "slowest path"],
    );
    for run in chosen {
        let (Some(fpga), Some(best)) = (&run.fpga, best(run)) else { continue };
        let used = best
            .report
            .utilization
            .iter()
            .find(|(name, _)| ["TRELLIS_COMB", "ICESTORM_LC", "LUT4"].contains(&&***name));
        let used = used.map_or_else(String::new, |(_, u)| format!("{} of {}", grouped(u.used), grouped(u.available)));
        let grade = fpga.speed.as_ref().map(|speed| format!(", grade {speed}")).unwrap_or_default();
        let path = &best.report.critical_path;
        row(
            text,
            &[
                format!("{}{grade}", run.target),
                run.config.style().to_string(),
                size(&run.config),
                used,
                run.placements.len().to_string(),
                spread(run.fmax_mhz),
                spread(run.gmac_per_s),
                format!("{} to {}", path.from, path.to),
            ],
        );
    }
}

fn best(run: &Synthesis) -> Option<&trine_synth::flow::Placement> {
    run.placements.iter().find(|placement| Some(placement.seed) == run.best_seed)
}

/// With what is around the unit. A board's clock is not the one it could have.
fn placed(_: &Runs, chosen: &[&Synthesis], text: &mut String) {
    head(
        text,
        &[
            "",
            "lanes x columns, weight bus",
            "LUTs",
            "registers",
            "block RAM",
            "clock, MHz",
            "GMAC/s",
            "reached, MHz",
            "bitstream, s",
        ],
    );
    for run in chosen {
        let (Some(whole), Some(fmax), Some(gmac)) = (run.whole(), run.fmax_mhz, run.gmac_per_s) else { continue };
        row(
            text,
            &[
                run.board.clone().or(run.weights_on_chip.clone()).unwrap_or_else(|| run.target.clone()),
                size(&run.config),
                grouped(whole.lut),
                grouped(whole.ff),
                memories(&whole),
                format!("{:.1}", run.board_clock_mhz.unwrap_or(fmax.max)),
                format!("{:.1}", run.board_gmac_per_s().unwrap_or(gmac.max)),
                format!("{:.1}", fmax.max),
                format!("{:.0}", run.commands.iter().map(|done| done.seconds).sum::<f64>()),
            ],
        );
    }
}

fn cells(_: &Runs, chosen: &[&Synthesis], text: &mut String) {
    head(
        text,
        &[
            "library",
            "lanes x columns, weight bus",
            "µm²",
            "of it registers",
            "µm² per MAC/cycle",
            "MHz",
            "memory bits beside it",
        ],
    );
    for run in chosen {
        let Some(asic) = &run.asic else { continue };
        row(
            text,
            &[
                run.device.clone(),
                size(&run.config),
                grouped(asic.area_um2.round()),
                grouped(asic.sequential_um2.round()),
                grouped(asic.um2_per_mac.round()),
                run.fmax_mhz.map_or_else(String::new, |s| format!("{:.0}", s.max)),
                grouped(asic.memories.iter().map(|m| m.words * m.width).sum::<u64>()),
            ],
        );
    }
}

fn netlists(runs: &Runs, _: &[&Synthesis], text: &mut String) {
    head(
        text,
        &["target", "style", "lanes x columns, weight bus", "cases", "mismatches", "MACs", "cycles", "before mapping"],
    );
    for run in runs.values() {
        let Some(v) = &run.verification else { continue };
        row(
            text,
            &[
                run.target.clone(),
                run.config.style().to_string(),
                size(&run.config),
                v.cases.to_string(),
                v.mismatches.to_string(),
                grouped(v.macs),
                grouped(v.cycles),
                grouped(v.rtl_cycles),
            ],
        );
    }
}

/// Each tool with every version of it that took part.
fn versions(runs: &Runs, text: &mut String) {
    let tools: BTreeSet<_> = runs.values().flat_map(|run| &run.tool_versions).collect();
    let named = tools.iter().map(|(tool, version)| match version.as_str() {
        "unknown" => (*tool).clone(),
        version => format!("{tool} {version}"),
    });
    let named: Vec<String> = named.collect();
    // Writing to a String cannot fail
    let _ = writeln!(text, "\nTools: {}.", named.join(", "));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Runs {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/data/synth")).unwrap()
    }

    #[test]
    fn the_document_is_what_the_kept_results_give() {
        let document = include_str!("../../../docs/area.md");
        let mut runs = kept();
        assert!(markdown(&runs) == document, "run `trine synth --document docs/data/synth >docs/area.md` again");
        let mut units = runs.iter_mut().filter(|(name, _)| name.starts_with("unit-"));
        let unit = units.find_map(|(_, run)| run.fpga.as_mut()).unwrap();
        unit.area.ff += 1;
        assert!(markdown(&runs) != document, "a figure of the data is in the document");
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
