//! Equivalence of two Verilog forms of one design.
//!
//! Both forms of each module are laid side by side with every signal of equal name presumed equal, and each presumption
//! is proven from the others: registers and words of memories by induction over time, instances by the equality of what
//! goes into them. Because only one step between named signals is solved at a time, this holds for complete units,
//! where one question to a SAT solver about all outputs would not end. What is proven: once all signals of common name
//! have agreed for a few cycles, they agree for ever.
//!
//! A module with a signal that cannot be proven so is flattened in both forms and started with all registers and
//! memories at zero, and the solver looks for inputs that make its outputs differ within a number of cycles.

use super::Yosys;
use super::run::Run;
use crate::error::Error;
use std::collections::HashMap;
use std::fmt::Write;
use trine_hdl::{MEMORY_BLOCK, Verilog};

/// The solver takes one step for one clock edge and never looks at clocks, so that a wrong clock or edge would pass.
/// Here a clock becomes an input like any other: a register takes its next value in a step in which its clock is at the
/// level after the active edge, and keeps its value in the others.
const CLOCKS: &str = "\
read_verilog -icells <<EOT
module \\$dff (CLK, D, Q);
  parameter WIDTH = 1;
  parameter CLK_POLARITY = 1;
  input CLK;
  input [WIDTH-1:0] D;
  output [WIDTH-1:0] Q;
  wire [WIDTH-1:0] next = (CLK == CLK_POLARITY) ? D : Q;
  \\$ff #(.WIDTH(WIDTH)) _TECHMAP_REPLACE_ (.D(next), .Q(Q));
endmodule
EOT
design -stash clocks
";

/// Puts [`CLOCKS`] to use, and makes sure that no register escaped.
const EDGES: &str = "techmap -map %clocks\nselect -assert-none t:$*dff* t:$*latch*";

/// Result of [`Yosys::equivalent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Equal for ever, once they are.
    Unbounded {
        /// Bits of signals proven equal.
        bits: usize,
    },
    /// Some modules for that long only: no output of theirs differs within a number of cycles from the all-zero state.
    Bounded {
        /// Cycles looked at.
        cycles: usize,
    },
}

impl Yosys {
    /// Proves that `gold` and `gate` behave the same; falls back to a search over `cycles` cycles.
    ///
    /// # Errors
    /// [`Error::Different`] with inputs that show it, or that Yosys is out of order.
    pub fn equivalent(&self, gold: &Verilog, gate: &Verilog, cycles: usize) -> Result<Proof, Error> {
        let designs = [("gold", gold), ("gate", gate)];
        let units = units(gold, gate);
        if !units.contains(&gold.top.as_str()) || gold.top != gate.top {
            return Err(Error::Other { module: gold.top.clone(), other: gate.top.clone() });
        }
        let run = self.run(&gold.top, &by_signal(&units, gold, gate), &designs)?;
        let reports = reports(&run);
        let (mut bits, mut bounded) = (0, false);
        for unit in units {
            let report = reports.get(unit).cloned().unwrap_or_default();
            if report.bits > 0 && report.unproven.is_empty() {
                bits += report.bits;
                continue;
            }
            bounded = true;
            let run = self.run(unit, &by_search(unit, cycles), &designs)?;
            if !run.log.contains("proved base case") {
                let (module, signals, trace) = (unit.to_string(), report.unproven, trace(&run.log));
                return Err(Error::Different { module, signals, trace, log: run.keep() });
            }
        }
        Ok(if bounded { Proof::Bounded { cycles } } else { Proof::Unbounded { bits } })
    }
}

/// Modules that both designs have; whatever else they contain belongs to the inside of these.
fn units<'a>(gold: &'a Verilog, gate: &Verilog) -> Vec<&'a str> {
    let shared = gold.files.iter().filter(|f| gate.files.iter().any(|g| g.name == f.name));
    shared.filter_map(|f| f.name.strip_suffix(".v")).collect()
}

/// One equivalence problem for each unit, all in one design: `equiv.<unit>`.
fn by_signal(units: &[&str], gold: &Verilog, gate: &Verilog) -> String {
    let mut s = String::from(CLOCKS);
    // Writing to a String cannot fail
    for (side, design) in [("gold", gold), ("gate", gate)] {
        let _ = writeln!(s, "read_verilog {side}/*.v\nhierarchy -check -top {}\nproc", design.top);
        let _ = writeln!(s, "setattr -mod -set keep_hierarchy 1 {}\nflatten\nmemory_collect", units.join(" "));
        for (unit, memory) in memories(design) {
            // The words have the name of their block in front; without it, both sides call them the same
            let _ = writeln!(s, "setparam -set MEMID \"\\{memory}\" {unit}/{memory}{}.mem", MEMORY_BLOCK);
        }
        let _ = writeln!(s, "memory_map\n{EDGES}\ndesign -stash {side}");
    }
    // Instances need to know the modules they are of; which side's is the same, their insides are not looked at
    s += "design -copy-from gold *\n";
    for unit in units {
        let _ =
            writeln!(s, "design -copy-from gold -as gold.{unit} {unit}\ndesign -copy-from gate -as gate.{unit} {unit}");
        let _ = writeln!(s, "equiv_make gold.{unit} gate.{unit} equiv.{unit}");
    }
    s + "select equiv.*\nequiv_simple -ignore-unknown-cells\nequiv_induct -ignore-unknown-cells\nequiv_status\n"
}

/// Unit and name of every memory that has a block of its own, as rust-hdl prints them.
fn memories(design: &Verilog) -> impl Iterator<Item = (&str, &str)> {
    design.files.iter().flat_map(|file| {
        let unit = file.name.trim_end_matches(".v");
        let blocks =
            file.text.lines().filter_map(move |l| l.strip_prefix("module ")?.strip_prefix(unit)?.strip_prefix('$'));
        blocks.filter_map(move |rest| Some((unit, rest.split_once('(')?.0.strip_suffix(MEMORY_BLOCK)?)))
    })
}

/// Yosys's verdict on one unit.
#[derive(Clone, Debug, Default)]
struct UnitStatus {
    /// Bits proven equal.
    bits: usize,
    /// Signals with bits that were not.
    unproven: Vec<String>,
}

fn reports(run: &Run) -> HashMap<&str, UnitStatus> {
    let mut reports: HashMap<&str, UnitStatus> = HashMap::new();
    let mut unit = "";
    // The report comes after the attempts, which use similar words
    let start = run.log.rfind("Executing EQUIV_STATUS").unwrap_or(run.log.len());
    for line in run.log[start..].lines().map(str::trim) {
        if let Some((_, of)) = line.strip_prefix("Found ").and_then(|l| l.split_once(" $equiv cells in equiv.")) {
            unit = of.trim_end_matches(':');
        }
        let report = reports.entry(unit).or_default();
        if let Some(count) = line.strip_prefix("Of those cells ").and_then(|l| l.split(' ').next()) {
            report.bits = count.parse().unwrap_or(0);
        } else if line.starts_with("Unproven $equiv ") {
            let signal = line.rsplit_once(": ").map_or("", |(_, pair)| pair.split(' ').next().unwrap_or_default());
            let signal = signal.trim_start_matches('\\').trim_end_matches("_gold").to_string();
            if !report.unproven.contains(&signal) {
                report.unproven.push(signal);
            }
        }
    }
    reports
}

/// The outputs of both forms of one unit, compared from the all-zero state on.
fn by_search(unit: &str, cycles: usize) -> String {
    let mut s = String::from(CLOCKS);
    for side in ["gold", "gate"] {
        let _ = writeln!(s, "read_verilog {side}/*.v\nhierarchy -check -top {unit}\nproc\nflatten");
        let _ =
            writeln!(s, "memory_collect\nmemory_map\n{EDGES}\nopt_clean\nrename {unit} {side}\ndesign -stash {side}");
    }
    s += "design -copy-from gold gold\ndesign -copy-from gate gate\n";
    s += "miter -equiv -flatten -make_outputs gold gate miter\n";
    let _ =
        writeln!(s, "sat -tempinduct-baseonly -maxsteps {cycles} -set-init-zero -prove trigger 0 -show-ports miter");
    s
}

/// The solver's table of inputs and outputs.
fn trace(log: &str) -> String {
    let table = log.lines().skip_while(|line| !line.trim_start().starts_with("Time Signal Name"));
    table.take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n")
}
