//! Verilator's counts: read, added up, and turned into what was not reached.
//!
//! ```text
//! C '^Af^Btrine_job.v^Al^B31^At^Btoggle^Apage^Bv_toggle/trine_job^Ao^Bcode_q[3]:0->1^ah^BTOP.trine.job' 17
//! ```
//! (`^A` before a key, `^B` before its value.) A point is a block or a branch, or one direction in which one bit changes.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use trine_hdl::Verilog;

use crate::{Error, Result};

/// Points of all instances, by module.
#[derive(Debug, Default)]
pub struct Points(BTreeMap<String, Module>);

#[derive(Debug, Default)]
struct Module {
    /// Blocks and branches by line and kind.
    lines: BTreeMap<(usize, String), u64>,
    /// By signal, bit and direction.
    toggles: BTreeMap<(String, usize, bool), u64>,
}

impl Points {
    /// Adds up all files of a folder.
    ///
    /// # Errors
    /// A file that cannot be read, or a line that is no count.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut points = Self::default();
        let unread = |source| Error::File { name: folder.display().to_string(), source };
        for file in std::fs::read_dir(folder).map_err(unread)? {
            let path = file.map_err(unread)?.path();
            let text = std::fs::read_to_string(&path).map_err(unread)?;
            for line in text.lines().filter(|line| line.starts_with("C ")) {
                points
                    .add(line)
                    .ok_or_else(|| Error::content(path.display().to_string(), format!("not a count: {line}")))?;
            }
        }
        Ok(points)
    }

    fn add(&mut self, line: &str) -> Option<()> {
        let (keys, count) = line.strip_prefix("C '")?.rsplit_once("' ")?;
        let keys: BTreeMap<&str, &str> = keys.split('\u{1}').filter_map(|pair| pair.split_once('\u{2}')).collect();
        let (count, (kind, module)) = (count.parse::<u64>().ok()?, keys.get("page")?.split_once('/')?);
        let module = self.0.entry(module.to_owned()).or_default();
        let what = *keys.get("o")?;
        if kind == "v_toggle" {
            let (bit, direction) = what.rsplit_once(':')?;
            // A word of a memory is a signal: `ram[word][bit]`.
            let (signal, index) = match bit.rsplit_once('[') {
                Some((signal, index)) => (signal, index.trim_end_matches(']').parse().ok()?),
                None => (bit, 0),
            };
            *module.toggles.entry((signal.to_owned(), index, direction == "0->1")).or_default() += count;
        } else {
            *module.lines.entry((keys.get("l")?.parse().ok()?, what.to_owned())).or_default() += count;
        }
        Some(())
    }
}

/// Points reached, of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Points reached.
    pub reached: usize,
    /// All points.
    pub all: usize,
}

impl Part {
    fn of<'a>(counts: impl Iterator<Item = &'a u64>) -> Self {
        counts.fold(Self::default(), |part, count| part + Part { reached: usize::from(*count > 0), all: 1 })
    }
}

impl std::ops::Add for Part {
    type Output = Part;
    fn add(self, other: Part) -> Part {
        Part { reached: self.reached + other.reached, all: self.all + other.all }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.all {
            0 => write!(f, "none there"),
            all => write!(f, "{:.1} % ({} of {all})", 100.0 * self.reached as f64 / all as f64, self.reached),
        }
    }
}

/// Coverage of one module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfModule {
    /// The module.
    pub module: String,
    /// Blocks and branches.
    pub lines: Part,
    /// Changes of bits in both directions.
    pub toggles: Part,
    /// Blocks and branches that were not reached.
    pub dead: Vec<String>,
    /// Bits that never changed in one or both directions, a signal each.
    pub still: Vec<String>,
}

/// Coverage of one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The unit.
    pub unit: String,
    /// Its modules.
    pub modules: Vec<OfModule>,
}

impl Coverage {
    /// The coverage of `unit`, whose sources name the lines.
    pub fn new(unit: &str, points: &Points, verilog: &Verilog) -> Self {
        let modules = points.0.iter().map(|(name, module)| {
            let source = |line: usize| {
                let file = verilog.files.iter().find(|file| file.name.strip_suffix(".v") == Some(name));
                let text = file.and_then(|file| file.text.lines().nth(line.saturating_sub(1)));
                text.map_or("", str::trim).to_owned()
            };
            let dead = module.lines.iter().filter(|(_, count)| **count == 0);
            OfModule {
                module: name.clone(),
                lines: Part::of(module.lines.values()),
                toggles: Part::of(module.toggles.values()),
                dead: dead.map(|((line, kind), _)| format!("{kind} of {}", source(*line))).collect(),
                still: still(&module.toggles),
            }
        });
        Self { unit: unit.into(), modules: modules.collect() }
    }

    /// All modules together: blocks and branches, toggles.
    pub fn totals(&self) -> (Part, Part) {
        let sum = |of: fn(&OfModule) -> Part| self.modules.iter().map(of).fold(Part::default(), |a, b| a + b);
        (sum(|module| module.lines), sum(|module| module.toggles))
    }
}

/// Signals with bits that stayed: `count_q[47:30]`.
fn still(toggles: &BTreeMap<(String, usize, bool), u64>) -> Vec<String> {
    let mut bits: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for ((signal, bit, _), _) in toggles.iter().filter(|(_, count)| **count == 0) {
        let bits = bits.entry(signal).or_default();
        if bits.last() != Some(bit) {
            bits.push(*bit);
        }
    }
    let wide = |signal: &str| toggles.keys().any(|(name, bit, _)| name == signal && *bit > 0);
    let name = |(signal, bits): (&str, Vec<usize>)| match wide(signal) {
        false => signal.to_owned(),
        true => format!("{signal}[{}]", ranges(&bits)),
    };
    bits.into_iter().map(name).collect()
}

/// Rising numbers as ranges, highest first.
fn ranges(bits: &[usize]) -> String {
    let runs = bits.chunk_by(|a, b| a + 1 == *b).rev().map(|run| match run {
        [bit] => bit.to_string(),
        _ => format!("{}:{}", run[run.len() - 1], run[0]),
    });
    runs.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use trine_hdl::SourceFile;

    fn point(kind: &str, line: usize, what: &str, count: u64) -> String {
        format!(
            "C '\u{1}f\u{2}m.v\u{1}l\u{2}{line}\u{1}t\u{2}{kind}\u{1}page\u{2}v_{kind}/m\u{1}o\u{2}{what}\u{1}h\u{2}TOP.m' {count}\n"
        )
    }

    #[test]
    fn counts_of_several_runs_add_up_and_holes_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let toggles = |rises: u64| {
            (0..4)
                .map(|bit| {
                    point("toggle", 1, &format!("q[{bit}]:0->1"), if bit == 0 { 1 } else { rises })
                        + &point("toggle", 1, &format!("q[{bit}]:1->0"), 1)
                })
                .collect::<String>()
        };
        let first =
            "# SystemC::Coverage-3\n".to_owned() + &point("branch", 2, "if", 0) + &point("branch", 2, "else", 3);
        std::fs::write(folder.path().join("0.dat"), first + &toggles(0)).unwrap();
        std::fs::write(folder.path().join("1.dat"), point("line", 3, "block", 1) + &point("toggle", 1, "q[2]:0->1", 4))
            .unwrap();
        let file = SourceFile { name: "m.v".into(), text: "module m;\n  if (a) begin\n".into() };
        let verilog =
            Verilog { top: "m".into(), clock: String::new(), files: vec![file], cells: vec![], ports: vec![] };
        let coverage = Coverage::new("odd", &Points::read(folder.path()).unwrap(), &verilog);
        let module = &coverage.modules[0];
        assert_eq!((module.lines, module.toggles), (Part { reached: 2, all: 3 }, Part { reached: 6, all: 8 }));
        assert_eq!(module.dead, ["if of if (a) begin"]);
        assert_eq!(module.still, ["q[3,1]"]);
        assert_eq!(coverage.totals().0.to_string(), "66.7 % (2 of 3)");
    }

    #[test]
    fn a_word_of_a_memory_is_a_signal() {
        let mut points = Points::default();
        for (what, count) in [("ram[3][0]:0->1", 1), ("ram[3][1]:0->1", 0)] {
            points.add(point("toggle", 1, what, count).trim()).unwrap();
        }
        assert_eq!(still(&points.0["m"].toggles), ["ram[3][1]"]);
    }

    #[test]
    fn neighbours_are_ranges() {
        assert_eq!(ranges(&[0, 1, 2, 5, 7, 8]), "8:7,5,2:0");
    }
}
