//! Running external tools: each step in a folder of the caller's, with a time limit, a log, and a word on how it goes.

use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};
use trine_tools::{RunError, logged};

/// Progress of a running step.
#[derive(Clone, Copy, Debug)]
pub struct Tick<'a> {
    /// Description of the step.
    pub step: &'a str,
    /// Time since it began.
    pub elapsed: Duration,
    /// The last line in its log.
    pub line: &'a str,
}

/// A step that was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// Description of the step.
    pub step: String,
    /// The command, as it can be given to a shell in the folder of the run when the program is on `PATH`.
    pub command: String,
    /// Its log, in that folder.
    pub log: String,
    /// Its duration, s.
    pub seconds: f64,
}

/// A folder in which tools run one after the other.
pub struct ToolBench<'a> {
    /// The folder; all file names in commands are relative to it.
    pub folder: PathBuf,
    /// A step that takes longer is stopped.
    pub limit: Duration,
    /// Called several times a second while a step runs.
    pub watch: &'a dyn Fn(&Tick<'_>),
    done: RefCell<Vec<Done>>,
}

impl<'a> ToolBench<'a> {
    /// An existing folder to work in.
    pub fn new(folder: PathBuf, limit: Duration, watch: &'a dyn Fn(&Tick<'_>)) -> ToolBench<'a> {
        ToolBench { folder, limit, watch, done: RefCell::default() }
    }

    /// The steps done so far.
    pub fn done(&self) -> Vec<Done> {
        self.done.borrow().clone()
    }

    /// Runs one command in the folder, its output going to the file `log` there; what it wrote.
    ///
    /// # Errors
    /// [`Error::Failed`] with the last lines of the log, [`Error::TimeOut`] when the limit is reached.
    pub fn run(
        &self,
        tool: &'static str,
        step: &str,
        log: &str,
        command: &[impl AsRef<OsStr>],
    ) -> Result<String, Error> {
        let path = self.folder.join(log);
        let start = Instant::now();
        let status = execute(command, &self.folder, &path, self.limit, &|elapsed, line| {
            (self.watch)(&Tick { step, elapsed, line });
        })
        .map_err(Error::io(format!("running {tool} in {}", self.folder.display())))?;
        let text = self.read(log)?;
        match status {
            Some(status) if status.success() => {}
            Some(_) => {
                return Err(Error::Failed { tool, design: step.into(), last: last_lines(&text), log: path });
            }
            None => return Err(Error::TimeOut { tool, design: step.into(), limit: self.limit, log: path }),
        }
        // Where the program lies is of no interest elsewhere
        let program = Path::new(command[0].as_ref()).file_name().unwrap_or_default();
        let words: Vec<_> =
            std::iter::once(program).chain(command[1..].iter().map(AsRef::as_ref)).map(quoted).collect();
        let seconds = (start.elapsed().as_secs_f64() * 100.0).round() / 100.0;
        self.done.borrow_mut().push(Done { step: step.into(), command: words.join(" "), log: log.into(), seconds });
        Ok(text)
    }

    /// A file of the folder as text.
    ///
    /// # Errors
    /// [`Error::Io`] with its name.
    pub fn read(&self, name: &str) -> Result<String, Error> {
        let path = self.folder.join(name);
        let bytes = fs::read(&path).map_err(Error::io(format!("reading {}", path.display())))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Copies a file from elsewhere into the folder.
    ///
    /// # Errors
    /// [`Error::Io`] with its name.
    pub fn copy(&self, file: &Path, name: &str) -> Result<(), Error> {
        fs::copy(file, self.folder.join(name)).map(drop).map_err(Error::io(format!("reading {}", file.display())))
    }

    /// Writes a file of the folder, making the folders on the way.
    ///
    /// # Errors
    /// [`Error::Io`] with its name.
    pub fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.folder.join(name);
        let folder = path.parent().unwrap_or(&self.folder);
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text));
        written.map_err(Error::io(format!("writing {}", path.display())))
    }
}

/// Runs a command to its end or to its time limit, `None` then; `tick` gets the time and the last line of the log.
pub(crate) fn execute(
    command: &[impl AsRef<OsStr>],
    folder: &Path,
    log: &Path,
    limit: Duration,
    tick: &dyn Fn(Duration, &str),
) -> std::io::Result<Option<ExitStatus>> {
    let mut process = Command::new(&command[0]);
    process.args(&command[1..]).current_dir(folder);
    // A relative one leads elsewhere from that folder.
    process.env("TMPDIR", std::path::absolute(std::env::temp_dir())?);
    match logged(&mut process, File::create(log)?, limit, |elapsed| tick(elapsed, &last_line(log))) {
        Ok(status) => Ok(Some(status)),
        Err(RunError::TimeOut { .. }) => Ok(None),
        Err(RunError::Failed { source, .. }) => Err(source),
    }
}

/// The last line of a file that is being written; empty when there is none.
fn last_line(path: &Path) -> String {
    let read = || {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(400)))?;
        let mut end = vec![];
        file.read_to_end(&mut end)?;
        std::io::Result::Ok(String::from_utf8_lossy(&end).into_owned())
    };
    let end = read().unwrap_or_default();
    end.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_string()
}

/// The error if the tool names one, with the warning before it that Yosys's checks explain it by; else the end of its log.
pub(crate) fn last_lines(log: &str) -> String {
    let lines: Vec<&str> = log.lines().filter(|line| !line.trim().is_empty()).collect();
    let error = lines.iter().rposition(|line| line.contains("ERROR:"));
    let from = error.unwrap_or(lines.len()).saturating_sub(4);
    let explained = lines[from..].iter().position(|line| line.starts_with("Warning:")).map(|at| from + at);
    lines[explained.or(error).unwrap_or(from)..].join("\n")
}

/// A word for a POSIX shell.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=+:,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The command that starts `program` with these words behind it.
pub(crate) fn command<'a>(program: &Path, words: impl IntoIterator<Item = &'a str>) -> Vec<OsString> {
    std::iter::once(program.into()).chain(words.into_iter().map(OsString::from)).collect()
}
