//! The shell of a board whose unit is in a SoC of LiteX, as a recipe of the board writes it.
//!
//! ```text
//!  manifest of the unit ──> recipe (Python, LiteX) ──> soc/gateware/TOP.v, TOP.lpf ──> Shell
//!                                                 └──> soc/csr.csv, soc/sdram_init.py: for the host
//! ```
//! The recipe sees the unit's ports and none of its modules: those are mapped, counted and placed like those of any board. It
//! runs as `recipe RTL BUILD` with the Python that has LiteX. RTL has the unit's `manifest.json`, as `trine generate` writes it.
//! BUILD gets the SoC. `synth/litex/board.py` is what the recipes of this project share.

use super::shell::{Pins, Shell};
use crate::bench::{ToolBench, command};
use crate::error::Error;
use crate::tools::LITEX;
use std::fs;
use std::path::Path;
use trine_hdl::manifest::Manifest;
use trine_hdl::{SourceFile, design, lang};
use trine_spec::Config;

/// The folder of the bench that gets the SoC.
pub const SOC: &str = "soc";

/// Runs `recipe` in the folder of `bench`, around the unit of configuration `config`; the SoC, whose top module is `top`.
///
/// # Errors
/// [`Error::ToolMissing`] without LiteX, and [`Error::Failed`] with the end of what the recipe printed.
pub fn soc(bench: &ToolBench<'_>, recipe: &Path, top: &str, config: &Config) -> Result<Shell, Error> {
    let python = LITEX.find()?;
    let unit = lang::verilog(&design::unit(config)?)?;
    let manifest = Manifest::new(&unit, None, config, "trine", vec![]);
    let manifest =
        serde_json::to_string(&manifest).map_err(|error| Error::unreadable("the manifest", error.to_string()))?;
    bench.write("rtl/manifest.json", &manifest)?;
    let recipe = std::path::absolute(recipe).map_err(Error::io(format!("finding {}", recipe.display())))?;
    // A script in the folder, as the other tools have: what is recorded of the run has no place of this machine in it
    let script = format!(
        "import runpy, sys\n\nsys.argv = [{recipe:?}, \"rtl\", {SOC:?}]\nrunpy.run_path(sys.argv[0], run_name=\"__main__\")\n"
    );
    bench.write("soc.py", &script)?;
    let file = |ending: &str| format!("{SOC}/gateware/{top}.{ending}");
    for ending in ["v", "lpf"] {
        // Those of an earlier run must not pass for new ones; where there are none nothing is to be done
        let _ = fs::remove_file(bench.folder.join(file(ending)));
    }
    bench.run(LITEX.name, "building the SoC", "soc.log", &command(&python.path, ["-B", "soc.py"]))?;
    let written = |ending: &str| bench.read(&file(ending));
    let source = SourceFile { name: format!("{top}.v"), text: written("v")? };
    let pins = Pins::Given(written("lpf")?);
    let tool_versions = [(python.name.to_string(), python.version)].into();
    Ok(Shell { top: top.into(), sources: vec![source], pins, tool_versions })
}
