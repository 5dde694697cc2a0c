//! Everything that one command reads and writes, compared before the work: no result replaces an input or another result.
//!
//! ```
//! use trine_report::places::Places;
//!
//! let mut places = Places::default();
//! places.reads("--text", "Cargo.toml".as_ref());
//! places.writes_in("--report", "out".as_ref(), &["report.html", ".csv"]);
//! places.writes("--json", "./Cargo.toml".as_ref());
//! let refused = places.check().unwrap_err().to_string();
//! assert_eq!(refused, "Cargo.toml: this is the file of --text too; name another file for --json");
//! ```

use std::path::{Path, PathBuf};

use crate::Error;
use crate::place::{Result, canonical, is_standard, plain, refused};

/// Inputs and outputs of a command, each with the option that names it.
#[derive(Debug, Default)]
pub struct Places {
    inputs: Vec<(&'static str, PathBuf)>,
    outputs: Vec<Output>,
}

#[derive(Debug)]
struct Output {
    option: &'static str,
    path: PathBuf,
    /// Names of the files in the folder `path`; absent for a file.
    names: Option<&'static [&'static str]>,
}

impl Places {
    /// Adds an input: a file, or a folder, all of whose files are inputs.
    pub fn reads(&mut self, option: &'static str, path: &Path) {
        self.inputs.push((option, path.to_owned()));
    }

    /// Adds a file to write.
    pub fn writes(&mut self, option: &'static str, path: &Path) {
        self.outputs.push(Output { option, path: path.to_owned(), names: None });
    }

    /// Adds a folder in which files of these `names` are written; a name that begins with a dot is that of all files with this
    /// ending.
    pub fn writes_in(&mut self, option: &'static str, folder: &Path, names: &'static [&'static str]) {
        self.outputs.push(Output { option, path: folder.to_owned(), names: Some(names) });
    }

    /// The files and folders to write.
    pub fn outputs(&self) -> impl Iterator<Item = &Path> {
        self.outputs.iter().map(|output| &*output.path)
    }

    /// Refuses an output that is the file of another output or of an input, or lies where the files of an input folder lie.
    ///
    /// # Errors
    /// [`Error::Place`] with both options.
    pub fn check(&self) -> Result<()> {
        for (at, output) in self.outputs.iter().enumerate() {
            self.outputs[..at].iter().try_for_each(|other| output.expect_apart(other))?;
            self.inputs.iter().try_for_each(|(option, input)| output.expect_kept(option, input))?;
        }
        Ok(())
    }
}

impl Output {
    /// Refuses this output where `other` is written to the same place.
    fn expect_apart(&self, other: &Self) -> Result<()> {
        let is_standard = |output: &Self| output.names.is_none() && is_standard(&output.path);
        if is_standard(self) && is_standard(other) {
            let problem = format!("it takes one of {} and {}; name a file for the other", other.option, self.option);
            return Err(refused("standard output".as_ref(), problem));
        }
        if other.names.is_some() && other.holds(&self.path) {
            return Err(self.refused(&self.path, format!("{} writes a file like this here", other.option)));
        }
        if self.holds(&other.path) {
            return Err(self.refused(&self.path, format!("this is the file of {} too", other.option)));
        }
        Ok(())
    }

    /// Refuses this output where it replaces the file `input` of `option`, or lies in that folder.
    fn expect_kept(&self, option: &str, input: &Path) -> Result<()> {
        let inside = || self.folder().is_some_and(|folder| canonical(input) == Some(folder));
        if input.is_dir() && inside() {
            return Err(self.refused(&self.path, format!("the files of {option} lie in this folder, and are inputs")));
        }
        if self.holds(input) {
            return Err(self.refused(input, format!("this is the file of {option} too")));
        }
        Ok(())
    }

    /// The folder in which files are written.
    fn folder(&self) -> Option<PathBuf> {
        match self.names {
            Some(_) => canonical(&self.path),
            None => plain(&self.path)?.parent().map(Path::to_owned),
        }
    }

    /// True if writing here replaces the plain file at `path`.
    fn holds(&self, path: &Path) -> bool {
        let Some(file) = plain(path) else { return false };
        let Some(names) = self.names else { return plain(&self.path) == Some(file) };
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let is_own = |own: &&str| if own.starts_with('.') { name.ends_with(own) } else { name == *own };
        file.parent() == self.folder().as_deref() && names.iter().any(is_own)
    }

    fn refused(&self, path: &Path, problem: String) -> Error {
        let kind = if self.names.is_some() { "folder" } else { "file" };
        refused(path, format!("{problem}; name another {kind} for {}", self.option))
    }
}
