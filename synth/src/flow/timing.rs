//! The report that nextpnr writes: clocks, utilisation, and the paths that limit the clock.

use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Contents of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimingReport {
    /// Highest clock of the slowest clock domain, MHz.
    pub fmax_mhz: f64,
    /// Clocks that the domains had to reach, MHz; none in a report that was kept.
    #[serde(skip)]
    pub constraints_mhz: Vec<f64>,
    /// Cells used and available, those of which any is used.
    pub utilization: BTreeMap<String, Utilization>,
    /// The path that limits the slowest clock.
    pub critical_path: CriticalPath,
}

/// Cells of one kind in the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Utilization {
    /// Cells in use.
    pub used: u64,
    /// Cells in the device.
    pub available: u64,
}

/// A path from one register to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CriticalPath {
    /// Its start: instances, then the register or memory.
    pub from: String,
    /// Its end.
    pub to: String,
    /// Instances it runs through, in order.
    pub through: Vec<String>,
    /// Delay from clock to clock, ns.
    pub delay_ns: f64,
    /// Part of the delay spent in wires, ns.
    pub routing_ns: f64,
    /// Cells between the ends.
    pub levels: usize,
}

#[derive(Deserialize)]
struct Raw {
    fmax: BTreeMap<String, RawClock>,
    utilization: BTreeMap<String, Utilization>,
    critical_paths: Vec<RawPath>,
}

#[derive(Deserialize)]
struct RawClock {
    achieved: f64,
    constraint: Option<f64>,
}

#[derive(Deserialize)]
struct RawPath {
    from: String,
    to: String,
    path: Vec<RawSegment>,
}

#[derive(Deserialize)]
struct RawSegment {
    delay: f64,
    from: RawPin,
    to: RawPin,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct RawPin {
    cell: String,
}

impl TimingReport {
    /// Reads the JSON that nextpnr wrote for `--report`.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when it is cut off, has no clock, or no path for it.
    pub fn parse(text: &str) -> Result<TimingReport, Error> {
        let wrong = |problem: String| Error::unreadable("nextpnr's report", problem);
        let raw: Raw = serde_json::from_str(text).map_err(|e| wrong(e.to_string()))?;
        let slowest = raw.fmax.iter().min_by(|a, b| a.1.achieved.total_cmp(&b.1.achieved));
        let (clock, fmax) = slowest.ok_or_else(|| wrong("no clock".into()))?;
        if fmax.achieved <= 0.0 {
            return Err(wrong(format!("clock {clock} has {} MHz, which is no clock", fmax.achieved)));
        }
        let domain = |end: &str| end.split_once(' ').is_some_and(|(_, name)| name == clock);
        let path = raw.critical_paths.iter().find(|path| domain(&path.from) && domain(&path.to));
        let path = path.ok_or_else(|| wrong(format!("no path of clock {clock}")))?;
        if path.path.iter().any(|segment| !segment.delay.is_finite()) {
            return Err(wrong(format!("the path of clock {clock} has a delay that is no number")));
        }
        Ok(TimingReport {
            fmax_mhz: rounded(fmax.achieved),
            constraints_mhz: raw.fmax.values().filter_map(|clock| clock.constraint).map(rounded).collect(),
            utilization: raw.utilization.into_iter().filter(|(_, cells)| cells.used > 0).collect(),
            critical_path: path.read().ok_or_else(|| wrong(format!("the path of clock {clock} is empty")))?,
        })
    }
}

impl RawPath {
    fn read(&self) -> Option<CriticalPath> {
        let (first, last) = (self.path.first()?, self.path.last()?);
        let sum = |kind: &str| -> f64 {
            self.path.iter().filter(|s| kind.is_empty() || s.kind == kind).map(|s| s.delay).sum()
        };
        let mut through: Vec<String> = vec![];
        for cell in self.path.iter().flat_map(|segment| [&segment.from.cell, &segment.to.cell]) {
            let instance = instance(cell);
            if through.last().is_none_or(|last| last != instance) {
                through.push(instance.into());
            }
        }
        Some(CriticalPath {
            from: place(&first.from.cell).into(),
            to: place(&last.to.cell).into(),
            through,
            delay_ns: rounded(sum("")),
            routing_ns: rounded(sum("routing")),
            levels: self.path.iter().filter(|segment| segment.kind == "logic").count(),
        })
    }
}

/// To a thousandth: the tools compute with fewer digits than they print.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

/// The signal or memory that Yosys named a cell after: what comes before the cell's own type and before numbers.
fn place(cell: &str) -> &str {
    let types = ["_TRELLIS", "_LUT", "_SB_", "_CCU2C", "_PFUMX", "_DFF", "_ALU", "$"];
    let end = types.iter().filter_map(|mark| cell.find(mark)).min().unwrap_or(cell.len());
    cell[..end].trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
}

/// The instance a cell is in; the wrapper's own cells are in none.
fn instance(cell: &str) -> &str {
    place(cell).rsplit_once('.').map_or("", |(instance, _)| instance)
}
