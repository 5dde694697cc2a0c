//! Mapping on a standard cell library in Liberty format, and the clock before layout.
//!
//! ```text
//!  rtl/*.v ──> Yosys, abc ──> mapped.v, mapped.json ──> area
//!                         └─> timed.v ──> OpenSTA ───> clock, critical path
//! ```
//! Block memories become macros `trine_memory`, whose area and delay are no part of the results: cell libraries have none.
//! Wires have no length before layout, so that the clock is an upper bound.

mod library;
mod timing;

pub(crate) use library::LIBERTY;
pub use library::Library;
pub use timing::{Timing, time};

use super::area::Cells;
use super::map::files::{MAPPED_JSON, MAPPED_VERILOG};
use super::simulation::{simulated, with_models};
use crate::bench::ToolBench;
use crate::error::Error;
use crate::yosys::json::Netlist;
use crate::yosys::{NAME, Yosys};
use serde::{Deserialize, Serialize};
use trine_hdl::{SourceFile, Verilog};

/// The netlist in the form that OpenSTA reads.
const TIMED_VERILOG: &str = "timed.v";

/// A design in cells of a library.
#[derive(Clone, Debug)]
pub struct Silicon {
    /// Its cells.
    pub cells: Cells,
    /// Area of the cells, in the library's unit: µm² as a rule.
    pub area_um2: f64,
    /// Part of it that is registers.
    pub sequential_um2: f64,
    /// The memories, which are no part of the area.
    pub memories: Vec<Macro>,
    /// Version of Yosys.
    pub yosys: String,
}

/// A memory macro.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Macro {
    /// Name of the instance.
    pub name: String,
    /// Words.
    pub words: u64,
    /// Bits of a word.
    pub width: u64,
}

/// Maps `design` on `library`; leaves `mapped.v` and `mapped.json`.
///
/// # Errors
/// [`Error`] with Yosys's message, or for a net of the result that is undriven or driven twice.
pub fn map(bench: &ToolBench<'_>, yosys: &Yosys, library: &Library, design: &Verilog) -> Result<Silicon, Error> {
    bench.write("memory_map.v", include_str!("memory_map.v"))?;
    bench.write("memory.v", include_str!("memory.v"))?;
    let script = format!(
        "{read}read_liberty -lib -ignore_miss_func {LIBERTY}\nread_verilog -lib memory.v\n\
         hierarchy -check -top {top}\nsynth -flatten -top {top} -run begin:fine\n\
         techmap -map memory_map.v a:ram_style=block\nsynth -flatten -top {top} -run fine:\n\
         {mapping}delete t:$scopeinfo\nopt_clean\n\
         check -mapped -assert\ntee -q -o mapped-stat.json stat -json -liberty {LIBERTY}\nautoname\n\
         write_verilog -noattr {MAPPED_VERILOG}\nwrite_json {MAPPED_JSON}\n\
         splitnets\nsetparam -unset WORDS -unset WIDTH -unset ADDRESS t:trine_memory\n\
         write_verilog -noattr -noexpr -simple-lhs {TIMED_VERILOG}\n",
        read = super::map::read(bench, design)?,
        top = design.top,
        mapping = library.mapping(bench)?,
    );
    bench.write("map.ys", &script)?;
    bench.run(NAME, &format!("mapping {}", design.top), "map.log", &yosys.command("map.ys"))?;
    let netlist = Netlist::parse(&bench.read(MAPPED_JSON)?, &design.top)?;
    netlist.check()?;
    let stat = bench.read("mapped-stat.json")?;
    let mut cells = Cells::parse(&stat, &design.top)?;
    cells.0.remove("trine_memory");
    let (area_um2, sequential_um2) = areas(&stat, &design.top)?;
    Ok(Silicon { cells, area_um2, sequential_um2, memories: memories(&netlist)?, yosys: super::map::version(&stat)? })
}

/// The netlist that [`map`] left on the bench of `design`, as a design of the same ports; the models come from the library's functions.
///
/// # Errors
/// [`Error`] with Yosys's message.
pub fn simulation(bench: &ToolBench<'_>, yosys: &Yosys, design: &Verilog) -> Result<Verilog, Error> {
    let script = format!(
        "read_liberty -ignore_miss_func {LIBERTY}\nproc\nwrite_verilog -noattr library.v\ndesign -reset\n{}",
        simulated()
    );
    bench.write("models.ys", &script)?;
    bench.run(NAME, "preparing simulation", "models.log", &yosys.command("models.ys"))?;
    let memory = SourceFile { name: "memory.v".into(), text: include_str!("memory.v").into() };
    let library = SourceFile { name: "library.v".into(), text: bench.read("library.v")? };
    with_models(bench, design, vec![library, memory])
}

/// Area of all cells and of the registers among them.
fn areas(stat: &str, top: &str) -> Result<(f64, f64), Error> {
    let what = "Yosys's statistics";
    let stat: serde_json::Value = serde_json::from_str(stat).map_err(|e| Error::unreadable(what, e.to_string()))?;
    let module = &stat["modules"][format!("\\{top}")];
    let area = |name: &str| {
        let area =
            module[name].as_f64().ok_or_else(|| Error::unreadable(what, format!("no {name} of module {top}")))?;
        let fine = area.is_finite() && area >= 0.0;
        fine.then_some(area).ok_or_else(|| Error::unreadable(what, format!("{name} of module {top} is {area}")))
    };
    let (all, sequential) = (area("area")?, area("sequential_area")?);
    if all == 0.0 {
        return Err(Error::unreadable(
            what,
            format!("module {top} has no area: does the library state the area of its cells?"),
        ));
    }
    Ok((all, sequential))
}

fn memories(netlist: &Netlist) -> Result<Vec<Macro>, Error> {
    let macros = netlist.cells.iter().filter(|(_, cell)| cell.kind == "trine_memory");
    let read = |(name, cell): (&String, &crate::yosys::json::Cell)| {
        let number = |parameter: &str| cell.parameters.get(parameter)?.number();
        Some(Macro { name: name.clone(), words: number("WORDS")?, width: number("WIDTH")? })
    };
    let all: Option<Vec<Macro>> = macros.map(read).collect();
    all.ok_or_else(|| Error::unreadable("Yosys's netlist", "a memory without a size"))
}

#[cfg(test)]
mod tests {
    use super::areas;

    #[test]
    fn an_area_is_a_number_above_zero() {
        let stat = |area: &str, registers: &str| {
            let text = format!(r#"{{"modules": {{"\\t": {{"area": {area}, "sequential_area": {registers}}}}}}}"#);
            areas(&text, "t").map_err(|error| error.to_string())
        };
        assert_eq!(stat("12.5", "0"), Ok((12.5, 0.0)));
        for (area, registers, problem) in [
            ("0", "0", "module t has no area"),
            ("-1", "0", "area of module t is -1"),
            ("3", "-0.5", "sequential_area of module t is -0.5"),
            ("null", "0", "no area of module t"),
            ("NaN", "0", "expected value"),
            ("1e999", "0", "number out of range"),
        ] {
            let refused = stat(area, registers).unwrap_err();
            assert!(refused.contains(problem), "{refused}");
        }
    }
}
