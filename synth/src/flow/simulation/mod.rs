//! The mapped netlist with models of its cells, to be simulated in place of the unit.
//!
//! The models are Yosys's own, from the files it maps with, with two exceptions. Of block RAMs Yosys knows only the pins: the
//! models beside this file stand for them, and end the simulation when they meet a mode that they do not know. And
//! Verilator stumbles over the strings in Yosys's model of CCU2C, for which the unit's own stands, proven equal in a test.

use super::Netlist;
use super::map::files::MAPPED_JSON;
use super::target::Family;
use crate::bench::ToolBench;
use crate::error::Error;
use crate::yosys::{NAME, Yosys};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use trine_hdl::{SourceFile, Verilog, library};

/// The mapped unit as it is simulated.
const SIMULATED: &str = "simulated.v";

/// Text of a model that is replaced by the parameters with initial contents.
const INITIAL: &str = "  // initial contents\n";

/// The carry chain of the ECP5.
const CCU2C: &str = "CCU2C";

/// The netlist that [`map`](super::map) left on the bench of `unit`, as a design of the same ports.
///
/// # Errors
/// [`Error::NoModel`] for a cell that nothing describes, or what Yosys says.
pub fn simulation(bench: &ToolBench<'_>, yosys: &Yosys, family: Family, unit: &Verilog) -> Result<Verilog, Error> {
    let netlist = Netlist::parse(&bench.read(MAPPED_JSON)?, &unit.top)?;
    let used: BTreeSet<&str> = netlist.cells.values().map(|cell| cell.kind.as_str()).collect();
    let ours = family.block_rams();
    let mut cells = vec![];
    if let Some(ours) = ours.iter().find(|ours| ours.cells.iter().any(|cell| used.contains(cell))) {
        cells.push(SourceFile { name: "block_ram.v".into(), text: include_str!("block_ram.v").into() });
        cells.push(SourceFile { name: ours.file.into(), text: ours.with_contents() });
    }
    if used.contains(CCU2C) {
        let cell = library::cells::ccu2c()?;
        let text = cell.cell_model.unwrap_or_default().to_string();
        cells.push(SourceFile { name: "ccu2c.v".into(), text });
    }
    let described = |cell: &&str| *cell != CCU2C && !ours.iter().any(|ours| ours.cells.contains(cell));
    let theirs: Vec<&str> = used.iter().copied().filter(described).collect();
    let text = read(Path::new(&prepare(bench, yosys, family)?))?;
    cells.push(SourceFile { name: "cells_sim.v".into(), text: extract(&text, &theirs)? });
    with_models(bench, unit, cells)
}

/// Commands that write the netlist of the bench for simulation. Yosys names cells after all that lies behind them, and
/// Verilator loses track of names much longer than a hundred letters: such ones are replaced by numbers.
pub(super) fn simulated() -> String {
    format!("read_json {MAPPED_JSON}\nrename -hide */{}*\nwrite_verilog -noattr {SIMULATED}\n", "?".repeat(100))
}

/// The netlist that [`simulated`] wrote, and these models.
pub(super) fn with_models(bench: &ToolBench<'_>, unit: &Verilog, cells: Vec<SourceFile>) -> Result<Verilog, Error> {
    let netlist = SourceFile { name: format!("{}.v", unit.top), text: bench.read(SIMULATED)? };
    Ok(Verilog { files: vec![netlist], cells, ..unit.clone() })
}

/// Our model of block RAMs.
struct BlockRam {
    file: &'static str,
    text: &'static str,
    cells: &'static [&'static str],
    /// Parameters with initial contents: what their names begin with, and how many.
    contents: &'static [(&'static str, usize)],
}

impl Family {
    fn library(self) -> &'static str {
        match self {
            Family::Ecp5 => "+/lattice/cells_sim_ecp5.v",
            Family::Ice40 => "+/ice40/cells_sim.v",
            Family::Gowin => "+/gowin/cells_sim.v",
            Family::Xilinx7 => "+/xilinx/cells_sim.v",
        }
    }

    fn block_rams(self) -> Option<BlockRam> {
        match self {
            Family::Ecp5 => Some(BlockRam {
                file: "dp16kd.v",
                text: include_str!("dp16kd.v"),
                cells: &["DP16KD"],
                contents: &[("INITVAL_", 0x40)],
            }),
            Family::Gowin => Some(BlockRam {
                file: "gowin_ram.v",
                text: include_str!("gowin_ram.v"),
                cells: &["SDPX9B", "SDPB", "DPX9B"],
                contents: &[("INIT_RAM_", 0x40)],
            }),
            Family::Xilinx7 => Some(BlockRam {
                file: "ramb_e1.v",
                text: include_str!("ramb_e1.v"),
                cells: &["RAMB18E1", "RAMB36E1"],
                contents: &[("INIT_", 0x80), ("INITP_", 0x10)],
            }),
            Family::Ice40 => None,
        }
    }
}

impl BlockRam {
    /// The text with the parameters that netlists set; what they say is not looked at: memories hold anything at first.
    fn with_contents(&self) -> String {
        let names = self.contents.iter().flat_map(|(name, count)| (0..*count).map(move |i| format!("{name}{i:02X}")));
        let parameters: Vec<String> = names.map(|name| format!("  parameter {name} = 0")).collect();
        self.text.replace(INITIAL, &(parameters.join(",\n") + "\n"))
    }
}

/// Writes the netlist of the bench for simulation; where Yosys keeps the models of `family`: it says so when it reads them.
fn prepare(bench: &ToolBench<'_>, yosys: &Yosys, family: Family) -> Result<String, Error> {
    let script = format!("read_verilog -lib {}\ndesign -reset\n{}", family.library(), simulated());
    bench.write("models.ys", &script)?;
    let log = bench.run(NAME, "preparing simulation", "models.log", &yosys.command("models.ys"))?;
    let path = log.split_once("Parsing Verilog input from `").and_then(|(_, rest)| rest.split_once('\''));
    path.map(|(path, _)| path.to_string()).ok_or_else(|| Error::unreadable("Yosys's log", "no path of its models"))
}

/// A file of Yosys's and what it includes.
fn read(path: &Path) -> Result<String, Error> {
    let text = fs::read_to_string(path).map_err(Error::io(format!("reading {}", path.display())))?;
    let mut whole = String::new();
    for line in text.lines() {
        match line.trim().strip_prefix("`include \"").and_then(|rest| rest.split_once('"')) {
            Some((name, _)) => whole += &read(&path.with_file_name(name))?,
            None => whole += line,
        }
        whole.push('\n');
    }
    Ok(whole)
}

/// The modules of `library` that describe `cells`, and all text between modules, which holds macros.
fn extract(library: &str, cells: &[&str]) -> Result<String, Error> {
    let mut pieces: Vec<(Option<&str>, String)> = vec![(None, String::new())];
    for line in library.lines() {
        if let Some(name) = line.strip_prefix("module ").map(|rest| rest.trim_start()) {
            let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(name.len());
            pieces.push((Some(&name[..end]), String::new()));
        }
        if let Some((_, text)) = pieces.last_mut() {
            *text += line;
            text.push('\n');
        }
        if line.contains("endmodule") {
            pieces.push((None, String::new()));
        }
    }
    // Models are made of other models
    let words = |text: &str| -> BTreeSet<String> {
        text.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(str::to_string).collect()
    };
    let mut needed: BTreeSet<String> = cells.iter().map(|cell| (*cell).to_string()).collect();
    loop {
        let there = pieces.iter().filter_map(|(name, text)| name.filter(|name| needed.contains(*name)).map(|_| text));
        let mentioned: BTreeSet<String> = there.flat_map(|text| words(text)).collect();
        let known = |word: &String| pieces.iter().any(|(name, _)| name.is_some_and(|name| name == word));
        let before = needed.len();
        needed.extend(mentioned.into_iter().filter(known));
        if needed.len() == before {
            break;
        }
    }
    for cell in cells {
        let behaves = |text: &String| ["assign", "always", "<="].iter().any(|word| text.contains(word));
        let found = pieces.iter().any(|(name, text)| *name == Some(cell) && behaves(text));
        if !found {
            return Err(Error::NoModel { cell: (*cell).to_string() });
        }
    }
    let kept = pieces.iter().filter(|(name, _)| name.is_none_or(|name| needed.contains(name)));
    Ok(kept.map(|(_, text)| text.as_str()).collect())
}
