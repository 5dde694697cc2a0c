//! Finding an external tool: an explicit variable, then `PATH`, then the project's own `.tools` folder.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Places in which one tool is looked for; [`Search::from_environment`] gives those of this process.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Value of the tool's own variable.
    pub named: Option<OsString>,
    /// Value of `PATH`.
    pub path: OsString,
    /// Folders from which `.tools` is searched upwards.
    pub starts: Vec<PathBuf>,
}

/// A candidate that does not serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// The executable.
    pub path: PathBuf,
    /// Reason for which it does not serve.
    pub problem: String,
}

/// Reason for which a search found no tool.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The tool that the variable names does not serve.
    #[error("{} cannot be used: {problem}", path.display())]
    Unusable {
        /// The executable.
        path: PathBuf,
        /// The fault in it.
        problem: String,
    },
    /// No place has a tool that serves.
    #[error("it is neither on PATH nor in .tools")]
    Missing {
        /// Candidates, in the order of the search.
        passed_over: Vec<PassedOver>,
        /// A link in `.tools` to an installation that has moved or gone.
        dangling: Option<PathBuf>,
    },
}

impl Search {
    /// The variables of this process, its current folder and the folder of its executable.
    #[must_use]
    pub fn from_environment(variable: &str) -> Self {
        Self {
            named: env::var_os(variable).filter(|value| !value.is_empty()),
            path: env::var_os("PATH").unwrap_or_default(),
            starts: [env::current_dir(), env::current_exe()].into_iter().flatten().collect(),
        }
    }

    /// The first tool that `usable` accepts: the one that the variable names and no other, or one of `names`, best first,
    /// on `PATH` or in the folder `bin` of `.tools`.
    ///
    /// # Errors
    /// [`SearchError`].
    pub fn find<T>(
        &self,
        names: &[&str],
        bin: &str,
        usable: impl Fn(&Path) -> Result<T, String>,
    ) -> Result<T, SearchError> {
        if let Some(path) = self.named() {
            return usable(&path).map_err(|problem| SearchError::Unusable { path, problem });
        }
        let in_tools = || self.tools().flat_map(|tools| names.iter().map(move |name| tools.join(bin).join(name)));
        let mut passed_over = vec![];
        for path in self.in_path(names).chain(in_tools().filter(|file| file.is_file())) {
            match usable(&path) {
                Ok(tool) => return Ok(tool),
                Err(problem) => passed_over.push(PassedOver { path, problem }),
            }
        }
        let dangling = in_tools().find(|link| link.is_symlink() && !link.exists());
        Err(SearchError::Missing { passed_over, dangling })
    }

    /// The program that the variable names.
    #[must_use]
    pub fn named(&self) -> Option<PathBuf> {
        self.named.as_deref().map(|named| self.located(named))
    }

    /// A program by its path or its name on `PATH`, from wherever it is started: tools run in folders of their own. One that
    /// is nowhere stays as it is.
    #[must_use]
    pub fn located(&self, named: &OsStr) -> PathBuf {
        let bare = !named.as_encoded_bytes().contains(&b'/');
        let found = if bare { self.in_path(&[named]).next() } else { std::path::absolute(named).ok() };
        found.unwrap_or_else(|| named.into())
    }

    /// Executables with one of `names` on `PATH`, folder by folder, as absolute paths.
    pub fn in_path<N: AsRef<OsStr>>(&self, names: &[N]) -> impl Iterator<Item = PathBuf> {
        env::split_paths(&self.path)
            .flat_map(move |folder| names.iter().filter_map(move |name| executable(&folder, name)))
    }

    /// The `.tools` folders, nearest first.
    pub fn tools(&self) -> impl Iterator<Item = PathBuf> {
        self.starts.iter().flat_map(|start| start.ancestors()).map(|folder| folder.join(".tools"))
    }
}

/// The executable `name` in a folder of `PATH`.
fn executable(folder: &Path, name: impl AsRef<OsStr>) -> Option<PathBuf> {
    // An empty folder is the current one.
    let folder = std::path::absolute(Path::new(".").join(folder)).ok()?;
    which::which_in_global(name, Some(folder)).ok()?.next()
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn install(file: &Path) -> PathBuf {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "").unwrap();
        fs::set_permissions(file, Permissions::from_mode(0o755)).unwrap();
        file.to_owned()
    }

    #[test]
    fn variables_name_the_same_program_in_every_folder() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a blank");
        install(&place.join("sta"));
        let up: PathBuf = env::current_dir().unwrap().components().skip(1).map(|_| "..").collect();
        let relative = up.join(place.strip_prefix("/").unwrap());
        for path in [&place, &relative] {
            let search = Search { path: path.into(), ..Search::default() };
            let found = |named: &Path| search.located(named.as_os_str());
            let far = found(&relative.join("sta"));
            assert!(far.is_absolute() && far.is_file(), "{far:?}");
            let bare = found(Path::new("sta"));
            assert!(bare.is_absolute() && bare.ends_with("a blank/sta"), "a bare name is one on PATH: {bare:?}");
            assert_eq!(found(&place.join("sta")), place.join("sta"));
            assert_eq!(found(Path::new("nothing")), Path::new("nothing"));
        }
    }

    #[test]
    fn places_come_in_order_and_name_what_does_not_serve() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        let path = env::join_paths([at("first"), at("second")]).unwrap();
        let mut search = Search { named: None, path, starts: vec![at("project/target/release")] };
        let files = ["first/new", "first/old", "second/new", "project/.tools/bin/new"].map(|file| install(&at(file)));
        fs::write(at("second/old"), "not executable").unwrap();
        symlink(at("moved"), at("project/.tools/bin/old")).unwrap();
        let refuse = |_: &Path| Err::<(), _>("no".to_owned());
        match search.find(&["new", "old"], "bin", refuse) {
            Err(SearchError::Missing { passed_over, dangling }) => {
                let found: Vec<PathBuf> = passed_over.into_iter().map(|one| one.path).collect();
                assert_eq!(found, files);
                assert_eq!(dangling, Some(at("project/.tools/bin/old")));
            }
            other => panic!("{other:?}"),
        }
        let taken = search
            .find(&["new"], "bin", |path| path.starts_with(at("second")).then(|| path.to_owned()).ok_or(String::new()));
        assert_eq!(taken.unwrap(), files[2]);
        search.named = Some(at("nowhere").into());
        assert!(matches!(search.find(&["new"], "bin", refuse), Err(SearchError::Unusable { .. })), "no other is taken");
    }
}
