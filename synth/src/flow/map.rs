//! Mapping with Yosys: the unit to the cells of a technology, then what goes around it, without touching the unit again.
//!
//! ```text
//!  rtl/*.v ───> map ───> mapped.v, mapped.json (the unit alone: counted, simulated)
//!                            │
//!  shell/*.v ──> wrap ──> routed.json (shell and unit: placed)
//! ```
//! The netlist that is counted and simulated is the one that is placed: the shell is mapped around a black box.

use super::area::Cells;
use super::shell::Shell;
use super::target::Family;
use crate::bench::ToolBench;
use crate::error::Error;
use crate::yosys::json::Netlist;
use crate::yosys::{NAME, Yosys};
use trine_hdl::Verilog;

/// Files that the steps leave in the folder of the bench.
pub mod files {
    /// The mapped unit for simulation.
    pub const MAPPED_VERILOG: &str = "mapped.v";
    /// The mapped unit for Yosys.
    pub const MAPPED_JSON: &str = "mapped.json";
    /// The mapped unit in its shell, for nextpnr.
    pub const WRAPPED_JSON: &str = "wrapped.json";
}

/// The unit in cells of a technology.
#[derive(Clone, Debug)]
pub struct Mapped {
    /// Name of its top module.
    pub top: String,
    /// Its cells.
    pub cells: Cells,
    /// Version of Yosys.
    pub yosys: String,
}

/// Commands that read `design` and check that each of its nets has one driver, while none has been optimised away.
///
/// Cells of a technology are known by their models for that, and forgotten with the Verilog: Yosys would read modules
/// again that instantiate a cell that it meets only while it maps, and lose what it has mapped.
pub(super) fn read(bench: &ToolBench<'_>, design: &Verilog) -> Result<String, Error> {
    let mut script = String::new();
    for (folder, files, options) in [("cells", &design.cells, "-lib "), ("rtl", &design.files, "")] {
        for file in files {
            let name = format!("{folder}/{}", file.name);
            bench.write(&name, &file.text)?;
            script += &format!("read_verilog {options}{name}\n");
        }
    }
    let top = &design.top;
    Ok(script
        + &format!(
            "hierarchy -check -top {top}\nproc\ncheck -assert\ndelete =A:blackbox\n\
             write_rtlil elaborated.il\ndesign -reset\nread_rtlil elaborated.il\n"
        ))
}

/// Maps `unit` to the cells of `family`.
///
/// # Errors
/// [`Error`] with Yosys's message, or for a net of the result that is undriven or driven twice.
pub fn map(bench: &ToolBench<'_>, yosys: &Yosys, family: Family, unit: &Verilog) -> Result<Mapped, Error> {
    let script = format!(
        "{read}{map}\ndelete t:$scopeinfo\ncheck -mapped -assert\n\
         tee -q -o mapped-stat.json stat -json\nwrite_verilog -noattr {verilog}\nwrite_json {json}\n",
        read = read(bench, unit)?,
        map = family.map(&unit.top, false),
        verilog = files::MAPPED_VERILOG,
        json = files::MAPPED_JSON,
    );
    run(bench, yosys, "map", &format!("mapping {}", unit.top), &script)?;
    Netlist::parse(&bench.read(files::MAPPED_JSON)?, &unit.top)?.check()?;
    let stat = bench.read("mapped-stat.json")?;
    Ok(Mapped { top: unit.top.clone(), cells: Cells::parse(&stat, &unit.top)?, yosys: version(&stat)? })
}

/// Maps `shell` around `unit`; the cells of the shell alone.
///
/// # Errors
/// [`Error`] with Yosys's message, or for a net of the result that is undriven or driven twice.
pub fn wrap(
    bench: &ToolBench<'_>,
    yosys: &Yosys,
    family: Family,
    unit: &Mapped,
    shell: &Shell,
) -> Result<Cells, Error> {
    for file in &shell.sources {
        bench.write(&format!("shell/{}", file.name), &file.text)?;
    }
    let sources: Vec<_> = shell.sources.iter().map(|file| format!("shell/{}", file.name)).collect();
    let script = format!(
        "read_json {mapped}\ndesign -save unit\nblackbox {unit}\nselect ={unit}\n\
         write_verilog -blackboxes -selected shell/ports.v\nselect -clear\ndesign -reset\n\
         read_verilog -lib shell/ports.v\nread_verilog {sources}\n{map}\ndelete t:$scopeinfo\n\
         tee -q -o shell-stat.json stat -json\n\
         delete ={unit}\ndesign -copy-from unit {unit}\nflatten -noscopeinfo\nopt_clean\ncheck -mapped -assert\n\
         write_json {wrapped}\n",
        mapped = files::MAPPED_JSON,
        unit = unit.top,
        sources = sources.join(" "),
        map = family.map(&shell.top, true),
        wrapped = files::WRAPPED_JSON,
    );
    run(bench, yosys, "wrap", &format!("mapping {}", shell.top), &script)?;
    Netlist::parse(&bench.read(files::WRAPPED_JSON)?, &shell.top)?.check()?;
    let mut cells = Cells::parse(&bench.read("shell-stat.json")?, &shell.top)?;
    cells.0.remove(&unit.top);
    Ok(cells)
}

/// Runs a script that stays in the folder.
fn run(bench: &ToolBench<'_>, yosys: &Yosys, name: &str, step: &str, script: &str) -> Result<String, Error> {
    let file = format!("{name}.ys");
    bench.write(&file, script)?;
    bench.run(NAME, step, &format!("{name}.log"), &yosys.command(&file))
}

/// The version that made the statistics: `Yosys 0.70 (git …)`.
pub(super) fn version(stat: &str) -> Result<String, Error> {
    let stat: serde_json::Value = serde_json::from_str(stat).unwrap_or_default();
    let version = stat["creator"].as_str().and_then(|creator| creator.split(' ').nth(1));
    version.map(str::to_string).ok_or_else(|| Error::unreadable("Yosys's statistics", "no version"))
}
