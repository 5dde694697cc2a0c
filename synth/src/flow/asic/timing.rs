//! Static timing with OpenSTA.

use super::{LIBERTY, TIMED_VERILOG};
use crate::bench::{ToolBench, command};
use crate::error::Error;
use crate::flow::timing::{CriticalPath, rounded};
use crate::tools::Program;

/// Fastest clock of a mapped design.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    /// The shortest clock period, ns: from edge to edge, with set-up time.
    pub delay_ns: f64,
    /// The path that needs it.
    pub critical_path: CriticalPath,
}

/// Times what [`map`](super::map) left on the bench.
///
/// # Errors
/// [`Error`] with OpenSTA's message, or for a design without a path from register to register.
pub fn time(bench: &ToolBench<'_>, sta: &Program, top: &str, clock: &str) -> Result<Timing, Error> {
    let script = format!(
        "read_liberty {LIBERTY}\nread_verilog {TIMED_VERILOG}\nlink_design {top}\nset_cmd_units -time ns\n\
         create_clock -name {clock} -period {PERIOD} [get_ports {clock}]\n\
         report_checks -path_delay max -format full -digits 4\n",
    );
    bench.write("time.tcl", &script)?;
    let command = command(&sta.path, ["-no_splash", "-no_init", "-exit", "time.tcl"]);
    let log = bench.run(sta.name, &format!("timing {top}"), "time.log", &command)?;
    Timing::parse(&log)
}

/// Any period will do: what counts is how far from it the path ends, ns.
const PERIOD: f64 = 10.0;

impl Timing {
    /// Reads what OpenSTA wrote for `report_checks -format full` and a clock of 10 ns.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when it is cut off, or no path runs from register to register.
    pub fn parse(log: &str) -> Result<Timing, Error> {
        let what = "OpenSTA's report";
        let error = log.lines().find(|line| line.starts_with("Error:"));
        if let Some(error) = error {
            return Err(Error::unreadable(what, error));
        }
        let data = log.split_once("data arrival time").map(|(before, _)| before);
        let data = data.ok_or_else(|| Error::unreadable(what, "no path from register to register"))?;
        let points: Vec<Point<'_>> = data.lines().filter_map(Point::parse).collect();
        let slack = log.lines().find_map(|line| line.trim().split_once(" slack (")?.0.trim().parse::<f64>().ok());
        let (Some(slack), [first, .., last]) = (slack, &points[..]) else {
            return Err(Error::unreadable(what, "the path is cut off"));
        };
        // Not `slack >= PERIOD`: no comparison holds of a slack that is no number.
        if !(slack.is_finite() && slack < PERIOD) {
            let problem = format!("a slack of {slack} ns under a clock of {PERIOD} ns leaves no period above 0");
            return Err(Error::unreadable(what, problem));
        }
        let mut through: Vec<String> = vec![];
        for point in &points {
            let instance = point.place().rsplit_once('.').map_or("", |(instance, _)| instance);
            if through.last().is_none_or(|last| last != instance) {
                through.push(instance.into());
            }
        }
        let delay_ns = rounded(PERIOD - slack);
        let critical_path = CriticalPath {
            from: first.place().into(),
            to: last.place().into(),
            through,
            delay_ns,
            routing_ns: 0.0,
            levels: points.len().saturating_sub(3),
        };
        Ok(Timing { delay_ns, critical_path })
    }
}

/// A line of a path: `delay time edge cell/pin (type)`.
struct Point<'a> {
    cell: &'a str,
    kind: &'a str,
}

impl Point<'_> {
    fn parse(line: &str) -> Option<Point<'_>> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, _, "^" | "v", pin, kind] = words[..] else { return None };
        let (cell, _) = pin.rsplit_once('/')?;
        Some(Point { cell, kind: kind.strip_prefix('(')?.strip_suffix(')')? })
    }

    /// The signal that Yosys named the cell after: what comes before the cell's type.
    fn place(&self) -> &str {
        self.cell.find(&format!("_{}_", self.kind)).map_or(self.cell, |end| &self.cell[..end])
    }
}
