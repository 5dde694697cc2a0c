//! The two phases of a run, as they are printed.

use std::io::{Result, Write};

use trine_perf::memory::Memory;
use trine_perf::report::DeviceReport;
use trine_perf::resident::rates;

use super::{Passes, Phases};
use crate::beside::Beside;
use crate::text::{grouped, interval, si, times};

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

/// Prints what a unit that reads its weights from memory moved, and its rates; nothing for others. `source` is the word for the
/// memory: simulated, or assumed.
///
/// # Errors
/// Those of `out`.
pub fn print_resident(phases: &Phases, device: &DeviceReport, source: &str, out: &mut dyn Write) -> Result<()> {
    let Some(resident) = &device.resident else { return Ok(()) };
    let (memory, peak) = (&device.memory.name, si(device.memory.bytes_per_second, "B/s"));
    let [weights, link] = [resident.memory_bytes, resident.link_bytes].map(|bytes| si(bytes as f64, "B"));
    let fewer = times((resident.memory_bytes + resident.link_bytes) as f64, resident.link_bytes as f64);
    let share = 100.0 * resident.memory_utilization;
    writeln!(out, "weights from {memory}, {source}: {weights}, {share:.1} % of its {peak} while jobs ran")?;
    writeln!(out, "  over the host's link {link}; with weights from the host {fewer} as much")?;
    for (name, _, phase) in phases.of_unit() {
        if let Some([rate, each]) = rates(phase, device.clock_hz, &device.memory) {
            writeln!(out, "  {name:<8}{rate:.2} tokens/s of these layers, {each:.2} for each GB/s")?;
        }
    }
    Ok(())
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
