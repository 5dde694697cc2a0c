//! Verilog in, loaded simulation out: what to build is decided here, how is in [`crate::recipe`].

use std::process::Command;
use std::sync::{Mutex, PoisonError};

use trine_hdl::Verilog;
use trine_tools::output;

use crate::cache::Cache;
use crate::error::Error;
use crate::library::Library;
use crate::options::BuildOptions;
use crate::recipe::{self, Recipe};
use crate::tools::{Compiler, Verilator};

/// Builds the simulation of a design, or takes it from the cache.
///
/// The cache is the folder `TRINE_CACHE`, else `trine` in the user's cache folder. Entries are keyed by a SHA-256 of
/// Verilog, ports, flags and tool versions, and are never changed once they are there.
///
/// # Errors
/// [`Error::ToolMissing`] without Verilator or a C++ compiler, [`Error::Build`] when one of them refuses its input.
pub fn build(verilog: &Verilog, options: &BuildOptions<'_>) -> Result<Library, Error> {
    build_in(&Cache::open()?, verilog, options)
}

/// [`build`] with a cache of the caller's choice.
pub(crate) fn build_in(cache: &Cache, verilog: &Verilog, options: &BuildOptions<'_>) -> Result<Library, Error> {
    // Builds of one process take turns: each keeps the processors busy alone, and the runtime is compiled only once.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);

    let recipe = Recipe::new(Verilator::find()?, Compiler::find()?, options);
    let progress = |step| options.progress.iter().for_each(|report| report(step));
    let file = recipe.design(cache, verilog, &progress)?;
    Library::open(&file, verilog, options)
}

/// Runs `verilator --lint-only -Wall`.
///
/// # Errors
/// [`Error::Lint`] with the linter's output when there is a single warning.
pub fn lint(verilog: &Verilog) -> Result<(), Error> {
    let verilator = Verilator::find()?;
    let folder = tempfile::tempdir().map_err(Error::io("cannot create a folder in", &std::env::temp_dir()))?;
    let sources = recipe::write_sources(folder.path(), verilog)?;
    let mut command = Command::new(&verilator.executable);
    command
        .env("VERILATOR_ROOT", &verilator.root)
        .current_dir(folder.path())
        .args(["--lint-only", "-Wall", "--quiet-stats", "--top-module", &verilog.top])
        .args(sources);
    let output = output(&mut command, None)?;
    if output.status.success() && output.stderr.is_empty() {
        return Ok(());
    }
    Err(Error::Lint { top: verilog.top.clone(), output: String::from_utf8_lossy(&output.stderr).into_owned() })
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use trine_hdl::{Direction, Port, SourceFile};

    use super::*;
    use crate::{BuildStep, Dut};

    fn inverter(text: &str) -> Verilog {
        let port = |name: &str, direction| Port { name: name.to_owned(), direction, width: 8, signed: false };
        Verilog {
            top: "inverter".to_owned(),
            clock: String::new(),
            files: vec![SourceFile { name: "inverter.v".to_owned(), text: text.to_owned() }],
            cells: vec![],
            ports: vec![port("x", Direction::Input), port("y", Direction::Output)],
        }
    }

    const INVERTER: &str = "module inverter(input [7:0] x, output [7:0] y); assign y = ~x; endmodule\n";

    #[test]
    fn the_second_build_comes_from_the_cache_and_a_changed_design_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path().to_owned()).unwrap();
        let steps = RefCell::new(Vec::new());
        let progress = |step| steps.borrow_mut().push(step);
        let options = BuildOptions { progress: Some(&progress), ..BuildOptions::default() };
        let run = |text: &str| {
            let mut dut = Dut::new(&build_in(&cache, &inverter(text), &options).unwrap()).unwrap();
            dut.poke("x", 0x0f_u64).unwrap();
            (dut.peek("y").unwrap(), steps.take())
        };
        use BuildStep::{Compile, Runtime, Verilate};
        assert_eq!(run(INVERTER), (0xf0, vec![Runtime, Verilate, Compile]));
        assert_eq!(run(INVERTER), (0xf0, vec![]));
        assert_eq!(run(&INVERTER.replace('~', "")), (0x0f, vec![Verilate, Compile]));
    }

    #[test]
    fn a_refused_design_shows_the_tools_words_and_keeps_the_log() {
        let error = build(&inverter("module inverter(input [7:0] x); oops endmodule"), &BuildOptions::default());
        let Error::Build { step: "Verilator", top, tail, log } = error.unwrap_err() else { panic!("wrong error") };
        assert_eq!(top, "inverter");
        assert!(tail.contains("inverter.v:1") && tail.contains("oops"), "{tail}");
        assert!(std::fs::read_to_string(log).unwrap().contains("oops"));
    }

    #[test]
    fn a_port_table_that_does_not_match_is_refused() {
        let mut verilog = inverter(INVERTER);
        verilog.ports[0].name = "z".to_owned();
        let error = build(&verilog, &BuildOptions::default()).unwrap_err();
        assert!(matches!(error, Error::Build { step: "the C++ compiler", .. }), "{error}");
    }

    #[test]
    fn the_linter_passes_clean_designs_only() {
        let clean = inverter(INVERTER);
        lint(&clean).unwrap();
        let narrow = lint(&inverter(&INVERTER.replace("~x", "~x[6:0]"))).unwrap_err().to_string();
        assert!(
            narrow.contains("WIDTHEXPAND") && narrow.starts_with("the Verilog of inverter does not lint"),
            "{narrow}"
        );
    }
}
