//! One run of Yosys in a folder of its own.

use super::{NAME, Yosys};
use crate::bench::{execute, last_lines};
use crate::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use trine_hdl::Verilog;

/// A finished run; its folder vanishes with it unless kept.
#[derive(Debug)]
pub struct Run {
    folder: TempDir,
    /// Everything Yosys wrote.
    pub log: String,
}

impl Run {
    /// Keeps the folder with script, sources and log; the path of the log.
    pub fn keep(self) -> PathBuf {
        self.folder.keep().join(LOG)
    }
}

const LOG: &str = "yosys.log";

impl Yosys {
    /// Runs `script` where the files of each design lie in the folder named with it; `subject` is for error messages.
    ///
    /// # Errors
    /// [`Error::Failed`] with the last lines Yosys wrote, [`Error::TimeOut`] when it took longer than allowed.
    pub fn run(&self, subject: &str, script: &str, designs: &[(&str, &Verilog)]) -> Result<Run, Error> {
        let failed = |what: &str| {
            let what = format!("{what} for {NAME}");
            move |source| Error::Io { what, source }
        };
        let folder = TempDir::with_prefix("trine-yosys-").map_err(failed("making a folder"))?;
        write(folder.path(), script, designs).map_err(failed("writing files"))?;
        let path = folder.path();
        let status = execute(&self.command("script.ys"), path, &path.join(LOG), self.limit, &|_, _| ())
            .map_err(failed("starting a process"))?;
        let log = fs::read(folder.path().join(LOG)).map_err(failed("reading the log"))?;
        let run = Run { folder, log: String::from_utf8_lossy(&log).into_owned() };
        let design = subject.to_string();
        match status {
            Some(status) if status.success() => Ok(run),
            Some(_) => Err(Error::Failed { tool: NAME, design, last: last_lines(&run.log), log: run.keep() }),
            None => Err(Error::TimeOut { tool: NAME, design, limit: self.limit, log: run.keep() }),
        }
    }
}

fn write(folder: &Path, script: &str, designs: &[(&str, &Verilog)]) -> std::io::Result<()> {
    fs::write(folder.join("script.ys"), script)?;
    for (name, design) in designs {
        let sources = folder.join(name);
        fs::create_dir(&sources)?;
        for file in design.with_cells() {
            fs::write(sources.join(&file.name), &file.text)?;
        }
    }
    Ok(())
}
