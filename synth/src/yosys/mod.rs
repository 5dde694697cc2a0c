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
use crate::tools::Search;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use trine_hdl::Verilog;

pub(crate) const NAME: &str = "Yosys";

/// How abc maps logic on cell libraries: its default script does not end in reasonable time on wide adders and multipliers.
pub const ABC: &str = "strash\ndc2\nstrash\nmap -B 0.9\ntopo\nbuffer -c\nupsize\ndnsize\n";
const VARIABLE: &str = "TRINE_YOSYS";

/// What the Python package needs to run the script that is its argument.
const PYTHON: &str = "import sys; from pyosys import libyosys as ys; ys.run_pass('script ' + sys.argv[1], ys.Design())";

/// A Yosys installation.
#[derive(Clone, Debug)]
pub struct Yosys {
    /// Program and the arguments that come before the script.
    command: Vec<OsString>,
    /// A run that takes longer is stopped.
    pub limit: Duration,
}

impl Search {
    /// The first Yosys there is; one on `PATH` that is too old is passed over.
    ///
    /// # Errors
    /// [`Error::ToolUnusable`] when `TRINE_YOSYS` names something else, [`Error::ToolMissing`] when there is none.
    pub fn yosys(&self) -> Result<Yosys, Error> {
        let native = |program: PathBuf| vec![program.into(), "-Q".into(), "-T".into(), "-s".into()];
        if let Some(named) = &self.named {
            let path = PathBuf::from(named);
            return if usable(&path) {
                Ok(Yosys::new(native(path)))
            } else {
                Err(Error::ToolUnusable { tool: NAME, variable: VARIABLE, path })
            };
        }
        let in_path = env::split_paths(&self.path).map(|folder| folder.join("yosys")).find(|program| usable(program));
        let in_tools = || {
            // `make setup` writes the stamp when the packages are complete
            self.tools().find(|tools| tools.join("setup.stamp").is_file()).map(|tools| tools.join("bin/python3"))
        };
        let python = |program: PathBuf| vec![program.into(), "-c".into(), PYTHON.into()];
        let command = in_path.map(native).or_else(|| in_tools().map(python));
        command.map(Yosys::new).ok_or(Error::ToolMissing { tool: NAME, variable: VARIABLE, install: "make setup" })
    }
}

/// Whether this is a Yosys that can prove modules equal whose instances it does not look into; old ones cannot.
fn usable(program: &Path) -> bool {
    let asked = Command::new(program).args(["-Q", "-T", "-p", "help equiv_simple"]).output();
    asked.is_ok_and(|answer| String::from_utf8_lossy(&answer.stdout).contains("-ignore-unknown-cells"))
}

impl Yosys {
    fn new(command: Vec<OsString>) -> Yosys {
        Yosys { command, limit: Duration::from_secs(300) }
    }

    /// Yosys as this process's environment gives it.
    ///
    /// # Errors
    /// See [`Search::yosys`].
    pub fn find() -> Result<Yosys, Error> {
        Search::from_environment(VARIABLE).yosys()
    }

    /// The command that runs the script in file `script`.
    pub(crate) fn command(&self, script: &str) -> Vec<OsString> {
        self.command.iter().cloned().chain([script.into()]).collect()
    }

    /// Reads `design` and checks that every module exists, ports match, and no signal is undriven, driven twice or in a
    /// loop.
    ///
    /// # Errors
    /// What Yosys found, or that it is out of order.
    pub fn check(&self, design: &Verilog) -> Result<(), Error> {
        let script = format!("read_verilog design/*.v\nhierarchy -check -top {}\nproc\ncheck -assert\n", design.top);
        self.run(&design.top, &script, &[("design", design)]).map(drop)
    }
}
