//! The two phases of a run, as they are printed.

use std::io::{Result, Write};

use trine_perf::memory::Memory;
use trine_perf::report::DeviceReport;

use super::{Passes, Phases, Report};
use crate::beside::Beside;
use crate::text::{grouped, interval, si};

/// Prints the cycles of each, of the unit alone and, where it is slower, behind its memory.
///
/// # Errors
/// Those of `out`.
pub fn print_cycles(phases: &Phases, memory: &Memory, clock_hz: f64, out: &mut dyn Write) -> Result<()> {
    for (name, Passes { passes, tokens, .. }, phase) in phases.of_unit() {
        let Some(each) = phase.cycles_per_token else {
            writeln!(out, "  {name:<8}no pass: the pass of the prompt gives the first token")?;
            continue;
        };
        let work = match name {
            "prefill" => format!("{} tokens of the prompt in one pass", grouped(tokens)),
            _ => format!("{} passes of one token", grouped(passes)),
        };
        let (cycles, seconds) = (grouped(phase.cycles), si(phase.seconds, "s"));
        writeln!(out, "  {name:<8}{cycles} cycles, {seconds}: {work}, {} a token", grouped(each.round()))?;
        let slower = phase.cycles_with_memory;
        if slower > phase.cycles {
            let (cycles, seconds) = (grouped(slower), si(slower as f64 / clock_hz, "s"));
            let each = grouped((slower as f64 / *tokens as f64).round());
            writeln!(out, "          behind {}: {cycles} cycles, {seconds}, {each} a token (projected)", memory.name)?;
        }
    }
    Ok(())
}

/// Prints notes under the table of weights from memory and on a stream; nothing for a unit without memory.
///
/// # Errors
/// Those of `out`.
pub fn print_weight_notes(report: &Report, device: &DeviceReport, out: &mut dyn Write) -> Result<()> {
    let [own, stream] = &report.weight_sources[..] else { return Ok(()) };
    if let Some(rate) = own.decode_tokens_per_second {
        let each = rate / (device.memory.bytes_per_second / 1e9);
        writeln!(out, "  decode  {each:.2} tokens/s for each GB/s of {} (projected)", device.memory.name)?;
    }
    let link = si(stream.link_rate(device.clock_hz), "B/s");
    writeln!(out, "  stream: closed forms, for a host that never lets the unit wait and sends {link}")
}

/// Prints the energy of a DRAM by its commands, or that its commands have no energy; nothing for a unit without memory.
///
/// # Errors
/// Those of `out`.
pub fn print_dram(report: &Report, device: &DeviceReport, out: &mut dyn Write) -> Result<()> {
    if device.resident.is_none() {
        return Ok(());
    }
    let Some(energy) = &report.dram_energy else {
        return writeln!(out, "  DRAM above by bytes; commands of {} have no energy here", device.memory.name);
    };
    writeln!(out, "  {} by its commands {}", device.memory.name, interval(&energy.all))?;
    for command in &energy.commands {
        let (count, each, all) =
            (grouped(command.count), si(command.each.joules(), "J"), si(command.all.joules(), "J"));
        writeln!(out, "    {:<9}{count} x {each} = {all}", command.name)?;
    }
    writeln!(out, "    standby  {}", si(energy.standby.joules(), "J"))?;
    writeln!(out, "    {}; without data lines and termination", energy.source)
}

/// Prints the energy of each, where there is one.
///
/// # Errors
/// Those of `out`.
pub fn print_energy(phases: &Phases, out: &mut dyn Write) -> Result<()> {
    for (name, _, phase) in phases.of_unit() {
        if let (Some(energy), Some(each)) = (&phase.energy_j, &phase.joules_per_token) {
            writeln!(out, "  {name:<8}{}, {} a token", interval(energy), interval(each))?;
        }
    }
    Ok(())
}

/// Prints other hardware beside each.
///
/// # Errors
/// Those of `out`.
pub fn print_beside(phases: &Phases, out: &mut dyn Write) -> Result<()> {
    for (name, _, phase) in phases.of_unit().filter(|(.., phase)| phase.cycles > 0) {
        writeln!(out, "{name} beside other hardware:")?;
        Beside::from(phase).print(out)?;
    }
    Ok(())
}
