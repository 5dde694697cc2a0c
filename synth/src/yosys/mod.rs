//! Yosys: found, run with a time limit, and asked whether designs are sound and equal.
//!
//! Yosys is looked for in the variable `TRINE_YOSYS`, on `PATH`, and in the project's `.tools` folder, where it is a
//! Python package without a command of its own. A failed run leaves its script, sources and log in a temporary folder
//! that the error names; `yosys -s script.ys` repeats it there.

mod equivalence;
pub(crate) mod json;
mod run;

pub use equivalence::Proof;
pub use run::Run;

use crate::error::Error;
use crate::tools::{Search, missing};
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use trine_hdl::Verilog;
use trine_tools::{SearchError, output};

pub(crate) const NAME: &str = "Yosys";

/// abc's script for cell libraries: its default script does not end in reasonable time on wide adders and multipliers.
pub const ABC: &str = "strash\ndc2\nstrash\nmap -B 0.9\ntopo\nbuffer -c\nupsize\ndnsize\n";
const VARIABLE: &str = "TRINE_YOSYS";

/// Modules that the Python package needs to run the script that is its argument.
const PYTHON: &str = "import sys; from pyosys import libyosys as ys; ys.run_pass('script ' + sys.argv[1], ys.Design())";

/// A Yosys installation.
#[derive(Clone, Debug)]
pub struct Yosys {
    /// Program and the arguments that come before the script.
    command: Vec<OsString>,
    /// A run that takes longer is stopped.
    pub limit: Duration,
}

/// True if this is a Yosys that can prove modules equal whose instances it does not look into; old ones cannot.
fn usable(program: &Path) -> bool {
    let asked = output(Command::new(program).args(["-Q", "-T", "-p", "help equiv_simple"]), None);
    asked.is_ok_and(|answer| String::from_utf8_lossy(&answer.stdout).contains("-ignore-unknown-cells"))
}

impl Yosys {
    fn new(command: Vec<OsString>) -> Yosys {
        Yosys { command, limit: Duration::from_secs(300) }
    }

    /// Yosys as this process's environment gives it.
    ///
    /// # Errors
    /// As [`Yosys::find_in`].
    pub fn find() -> Result<Yosys, Error> {
        Yosys::find_in(&Search::from_environment(VARIABLE))
    }

    /// The first Yosys in the places of `search`; one on `PATH` that is too old is passed over.
    ///
    /// # Errors
    /// [`Error::ToolUnusable`] when `TRINE_YOSYS` names something else, [`Error::ToolMissing`] when there is none.
    pub fn find_in(search: &Search) -> Result<Yosys, Error> {
        let native = |program: &Path| {
            let command = || vec![program.into(), "-Q".into(), "-T".into(), "-s".into()];
            usable(program).then(command).ok_or("it is too old".to_owned())
        };
        let in_tools = || {
            // `make setup` writes the stamp when the packages are complete
            let tools = search.tools().find(|tools| tools.join("setup.stamp").is_file())?;
            Some(vec![tools.join("bin/python3").into(), "-c".into(), PYTHON.into()])
        };
        let command = match search.find(&["yosys"], "bin", native) {
            Err(error @ SearchError::Missing { .. }) => in_tools().ok_or(error),
            found => found,
        };
        command.map(Yosys::new).map_err(|error| missing(error, NAME, VARIABLE, "make setup"))
    }

    /// The command that runs the script in file `script`.
    pub(crate) fn command(&self, script: &str) -> Vec<OsString> {
        self.command.iter().cloned().chain([script.into()]).collect()
    }

    /// Reads `design` and checks that every module exists, ports match, and no signal is undriven, driven twice or in a
    /// loop.
    ///
    /// # Errors
    /// [`Error`] for a difference that Yosys found, or a Yosys that does not work.
    pub fn check(&self, design: &Verilog) -> Result<(), Error> {
        let script = format!("read_verilog design/*.v\nhierarchy -check -top {}\nproc\ncheck -assert\n", design.top);
        self.run(&design.top, &script, &[("design", design)]).map(drop)
    }
}
