//! The same energy by OpenSTA, an independent reading of library and netlist.
//!
//! OpenSTA of 2019 reads no waveforms. It gets the switching of each input and each register, as [`Simulator`] counted
//! it, spreads that through the gates by rules of its own, and multiplies with its own look-ups. It forgets the
//! switching of other pins; its command `set_power_activity -pins` is broken, and what lies beneath it is called directly. Inputs need
//! a clock (`set_input_delay`): without one it takes activities for transitions a second. For each transition it charges the
//! energy of a rise and of a fall inside the cell where one of the two happens, which a single inverter shows; its internal
//! power is halved here for that reason.

use super::map::MAPPED_VERILOG;
use super::{Energy, INPUT_SLEW, MeasuredUnit, NetId, Netlist, Simulator};
use crate::bench::{ToolBench, command};
use crate::error::Error;
use crate::flow::asic::LIBERTY;
use crate::tools::Program;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Energy of one cycle by both, pJ, and the critical path, ns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crosscheck {
    /// Gates, flip-flops and clock pins, by this crate; without the load of inputs and of the clock, which OpenSTA does
    /// not count either.
    #[serde(rename = "ours_pj", alias = "ours")]
    pub ours: Energy,
    /// The same by OpenSTA, internal power halved.
    #[serde(rename = "opensta_pj", alias = "opensta")]
    pub opensta: Energy,
    /// Latest arrival at a register, by this crate.
    pub critical_ns: f64,
    /// The same by OpenSTA.
    pub opensta_critical_ns: f64,
    /// Version of OpenSTA.
    pub version: String,
}

/// Asks OpenSTA about what `simulator` counted for `unit`, whose netlist [`map`](super::map()) left on the bench.
///
/// # Errors
/// [`Error`] with OpenSTA's message.
pub fn crosscheck(
    bench: &ToolBench<'_>,
    sta: &Program,
    unit: &MeasuredUnit<'_>,
    simulator: &Simulator<'_>,
) -> Result<Crosscheck, Error> {
    let netlist = &unit.netlist;
    let clock = netlist.clock.map(|net| netlist.nets[net].clone()).unwrap_or_default();
    let script = format!(
        "read_liberty {LIBERTY}\nread_verilog {MAPPED_VERILOG}\nlink_design {top}\nset_cmd_units -time ns\n\
         create_clock -name {clock} -period {PERIOD} [get_ports {clock}]\n\
         set_clock_transition {INPUT_SLEW} [get_clocks {clock}]\nset_input_transition {INPUT_SLEW} [all_inputs]\n\
         set_input_delay 0 -clock {clock} [all_inputs]\nreport_checks -path_delay max -format full -digits 4\n\
         source {ACTIVITY}\nreport_power\nsource {ACTIVITY}\nreport_power -digits 6\n",
        top = netlist.name,
    );
    bench.write(ACTIVITY, &activity(netlist, simulator))?;
    bench.write("power.tcl", &script)?;
    let command = command(&sta.path, ["-no_splash", "-no_init", "-exit", "power.tcl"]);
    let log = bench.run(sta.name, &format!("power of {}", netlist.name), "power.log", &command)?;
    let (opensta, opensta_critical_ns) = parse(&log)?;
    let ours = unit.cells(simulator);
    let per_cycle = |pj: f64| pj / simulator.cycles() as f64;
    Ok(Crosscheck {
        ours: Energy { internal: per_cycle(ours.internal), load: per_cycle(ours.load) },
        opensta,
        critical_ns: unit.delays.critical,
        opensta_critical_ns,
        version: sta.version.clone(),
    })
}

/// The activities are set and spread twice, since what registers pass on arrives only the second time.
const ACTIVITY: &str = "activity.tcl";

/// Switching of each input and each register, in times a cycle.
fn activity(netlist: &Netlist<'_>, simulator: &Simulator<'_>) -> String {
    let registers = netlist.flip_flops.iter();
    let registers = registers.flat_map(|f| f.outputs.iter().map(move |(pin, net, _)| (&f.name, &pin.name, *net)));
    let rate = |net: NetId| simulator.transitions(net).iter().sum::<u64>() as f64 / simulator.cycles() as f64;
    let mut text = String::new();
    // Writing to a String cannot fail
    for (cell, pin, net) in registers {
        let _ = writeln!(text, "sta::set_power_pin_activity [get_pins {{{cell}/{pin}}}] {} 0.5", rate(net));
    }
    for (port, nets) in &netlist.inputs {
        for (i, net) in nets.iter().enumerate() {
            let bit = if nets.len() == 1 { port.clone() } else { format!("{port}[{i}]") };
            let _ = writeln!(text, "sta::set_power_input_port_activity [get_ports {{{bit}}}] {} 0.5", rate(*net));
        }
    }
    text
}

/// Power and energy differ by it only, ns.
const PERIOD: f64 = 10.0;

/// Energy of a cycle, pJ, and the latest arrival, ns, from OpenSTA's log.
fn parse(log: &str) -> Result<(Energy, f64), Error> {
    let wrong = |problem: &str| Error::unreadable("OpenSTA's report", problem);
    if let Some(error) = log.lines().find(|line| line.starts_with("Error:")) {
        return Err(wrong(error));
    }
    let numbers = |line: &str| line.split_whitespace().filter_map(|word| word.parse::<f64>().ok()).collect::<Vec<_>>();
    let arrival = log.lines().find(|line| line.trim_end().ends_with("data arrival time")).map(numbers);
    let total = log.lines().rfind(|line| line.starts_with("Total ")).map(numbers);
    match (arrival.as_deref(), total.as_deref()) {
        (Some([critical, ..]), Some([internal, switching, ..])) => {
            // A watt for a nanosecond is a thousand pJ
            let pj = |watts: f64| watts * PERIOD * 1000.0;
            let energy = Energy { internal: pj(*internal) / 2.0, load: pj(*switching) };
            Ok((energy, *critical))
        }
        _ => Err(wrong("it has no path or no total")),
    }
}
