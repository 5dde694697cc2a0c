//! The result of a synthesis for people.

use std::io::Write;

use anyhow::Result;
use trine_report::text::{grouped, halves};
use trine_synth::flow::{Area, Asic, CriticalPath, Fpga, Placement, Spread, Synthesis, Verification};

use crate::output::table;

pub(super) fn print(result: &Synthesis, out: &mut dyn Write) -> Result<()> {
    if let Some(fpga) = &result.fpga {
        print_fpga(result, fpga, out)?;
    }
    if let Some(asic) = &result.asic {
        print_asic(result, asic, out)?;
    }
    if let (Some(fmax), Some(gmac)) = (result.fmax_mhz, result.gmac_per_s) {
        let seeds = result.placements.len();
        writeln!(out, "clock {} MHz, {} GMAC/s with every lane busy", spread(fmax, seeds), spread(gmac, seeds))?;
    }
    for (seed, problem) in &result.failed_seeds {
        writeln!(out, "seed {seed} gave nothing: {problem}")?;
    }
    if let (Some(mhz), Some(gmac)) = (result.board_clock_mhz, result.board_gmac_per_s()) {
        writeln!(out, "on the board {mhz:.1} MHz, {gmac:.1} GMAC/s")?;
    }
    let best = result.placements.iter().find(|placement| Some(placement.seed) == result.best_seed);
    if let Some(Placement { report, .. }) = best {
        let used = report.utilization.iter();
        let used: Vec<String> = used.map(|(name, u)| format!("{name} {} of {}", u.used, u.available)).collect();
        writeln!(out, "in use: {}", used.join(", "))?;
        print_path(&report.critical_path, out)?;
    }
    if let Some(asic) = &result.asic {
        print_path(&asic.critical_path, out)?;
    }
    Ok(())
}

fn print_fpga(result: &Synthesis, fpga: &Fpga, out: &mut dyn Write) -> Result<()> {
    let package = Some(&fpga.package).filter(|package| !package.is_empty());
    let package = package.iter().map(|package| format!(", package {package}"));
    let speed = fpga.speed.iter().map(|speed| format!(", speed grade {speed}"));
    writeln!(out, "{} ({}{})", result.target, result.device, package.chain(speed).collect::<String>())?;
    let mut area = table(["", "LUT", "registers", "block RAM", "DSP"]);
    let row = |name: &str, a: &Area| [name.to_string(), grouped(a.lut), grouped(a.ff), halves(a.bram), grouped(a.dsp)];
    area.add_row(row("unit", &fpga.area));
    if let Some(shell) = &result.shell {
        area.add_row(row("around it, to place it", &shell.area));
    }
    writeln!(out, "{area}")?;
    writeln!(out, "{:.1} LUT per MAC/cycle; LUT = {}", fpga.lut_per_mac, fpga.lut_formula)?;
    Ok(())
}

fn print_asic(result: &Synthesis, asic: &Asic, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{} ({}), before layout: wires have neither area nor delay", result.target, result.device)?;
    let cells: u64 = result.cells.0.values().sum();
    writeln!(
        out,
        "{} cells, {} µm², of which registers {} µm²; {} µm² per MAC/cycle",
        grouped(cells),
        grouped(asic.area_um2.round()),
        grouped(asic.sequential_um2.round()),
        grouped(asic.um2_per_mac.round())
    )?;
    if !asic.dont_use.is_empty() {
        writeln!(out, "without {}", asic.dont_use.join(", "))?;
    }
    let memories = asic.memories.iter().map(|m| format!("{} {} x {} bits", m.name, grouped(m.words), m.width));
    let memories: Vec<String> = memories.collect();
    if !memories.is_empty() {
        writeln!(out, "memories, in neither area nor clock: {}", memories.join(", "))?;
    }
    Ok(())
}

fn print_path(path: &CriticalPath, out: &mut dyn Write) -> Result<()> {
    writeln!(
        out,
        "critical path: {} to {}, {:.2} ns of which {:.2} ns in wires, {} levels\n  through {}",
        path.from,
        path.to,
        path.delay_ns,
        path.routing_ns,
        path.levels,
        path.through.join(" > ")
    )?;
    Ok(())
}

/// One number of one seed, three of several.
fn spread(s: Spread, seeds: usize) -> String {
    if seeds <= 1 {
        format!("{:.1}", s.max)
    } else {
        format!("{:.1} to {:.1} (median {:.1} of {seeds} seeds)", s.min, s.max, s.median)
    }
}

/// The mapped netlist in simulation.
pub(super) fn print_verification(v: &Verification, out: &mut dyn Write) -> Result<()> {
    writeln!(
        out,
        "mapped netlist in simulation: mismatches {} of {} MACs in {} cases, {} cycles, {} before mapping",
        v.mismatches,
        grouped(v.macs),
        v.cases,
        grouped(v.cycles),
        grouped(v.rtl_cycles)
    )?;
    if let Some(failure) = &v.failure {
        writeln!(out, "FAILED: {failure}")?;
    }
    if v.cycles != v.rtl_cycles {
        writeln!(out, "FAILED: mapping must not change the cycles")?;
    }
    Ok(())
}
