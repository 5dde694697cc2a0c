//! Mapping of a dot product on the cells of a library.
//!
//! Modules are mapped one by one and joined afterwards, and the nets of products are kept, so that it can be told what a
//! cell is for. The netlist is written as Verilog and read back before it becomes JSON: both then name nets alike.

use crate::bench::ToolBench;
use crate::error::Error;
use crate::flow::asic::{LIBERTY, Library};
use crate::yosys::{NAME, Yosys};
use trine_hdl::Verilog;

/// The netlist on the bench, for other tools.
pub const MAPPED_VERILOG: &str = "mapped.v";
const MAPPED_JSON: &str = "mapped.json";

/// A mapped dot product.
#[derive(Clone, Debug)]
pub struct Mapped {
    /// The netlist as [`Netlist::parse`](super::Netlist::parse) reads it.
    pub json: String,
    /// Version of Yosys.
    pub yosys: String,
}

/// Maps `design` on `library`.
///
/// # Errors
/// [`Error`] with Yosys's message, or for one that took too long.
pub fn map(bench: &ToolBench<'_>, yosys: &Yosys, library: &Library, design: &Verilog) -> Result<Mapped, Error> {
    for file in &design.files {
        bench.write(&format!("rtl/{}", file.name), &file.text)?;
    }
    let sources: Vec<_> = design.files.iter().map(|file| format!("rtl/{}", file.name)).collect();
    let script = format!(
        "read_verilog {sources}\nhierarchy -check -top {top}\nsetattr -set keep 1 w:{products}*\n\
         proc\nopt\nalumacc\nopt\ntechmap\nopt\n{mapping}flatten -noscopeinfo\nopt_clean\nsplitnets\n\
         write_verilog -noattr -noexpr -simple-lhs {MAPPED_VERILOG}\n\
         design -reset\nread_liberty -lib {LIBERTY}\nread_verilog {MAPPED_VERILOG}\nhierarchy -check -top {top}\n\
         write_json {MAPPED_JSON}\n",
        sources = sources.join(" "),
        top = design.top,
        products = super::parts::PRODUCTS,
        mapping = library.mapping(bench)?,
    );
    bench.write("map.ys", &script)?;
    bench.run(NAME, &format!("mapping {}", design.top), "map.log", &yosys.command("map.ys"))?;
    let json = bench.read(MAPPED_JSON)?;
    let yosys = json.split_once("\"creator\": \"Yosys ").and_then(|(_, rest)| rest.split(' ').next());
    let yosys = yosys.ok_or_else(|| Error::unreadable("Yosys's netlist", "no version"))?.into();
    Ok(Mapped { json, yosys })
}
