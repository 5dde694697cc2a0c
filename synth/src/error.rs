//! Failures of external tools.

use std::path::PathBuf;
use std::time::Duration;
use trine_spec::Style;

/// A tool that is missing, failed, took too long, or found a difference.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The tool is not on this machine.
    #[error("{tool} is not installed: run `{install}`, or name one in {variable}")]
    ToolMissing {
        /// Name of the tool.
        tool: &'static str,
        /// The variable that names an installation.
        variable: &'static str,
        /// The command that installs it.
        install: &'static str,
    },
    /// The variable names something else.
    #[error("{variable} names {path}, which is no {tool}, or one too old", path = .path.display())]
    ToolUnusable {
        /// Name of the tool.
        tool: &'static str,
        /// The variable.
        variable: &'static str,
        /// Its value.
        path: PathBuf,
    },
    /// Files could not be written or the tool could not be started.
    #[error("{what}: {source}")]
    Io {
        /// The attempt.
        what: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The tool refused its input.
    #[error("{tool} failed on {design}: {last}\nlog: {log}", log = .log.display())]
    Failed {
        /// Name of the tool.
        tool: &'static str,
        /// The design it was working on.
        design: String,
        /// The last lines it wrote.
        last: String,
        /// Its complete log; script and sources lie beside it.
        log: PathBuf,
    },
    /// The tool was stopped.
    #[error("{tool} was stopped after {} s on {design}\nlog: {log}", .limit.as_secs(), log = .log.display())]
    TimeOut {
        /// Name of the tool.
        tool: &'static str,
        /// The design it was working on.
        design: String,
        /// The time it was given.
        limit: Duration,
        /// Its log so far; script and sources lie beside it.
        log: PathBuf,
    },
    /// A name that is not known.
    #[error("unknown {what} `{value}`; known: {known}")]
    Unknown {
        /// Kind of the name.
        what: &'static str,
        /// The given name.
        value: String,
        /// The names there are.
        known: String,
    },
    /// A cell that cannot be simulated.
    #[error("there is no simulation model of cell {cell}")]
    NoModel {
        /// Its type.
        cell: String,
    },
    /// A mapped netlist that is no circuit.
    #[error("the mapped netlist has {total} faults: {first}")]
    BadNetlist {
        /// Number of faults.
        total: usize,
        /// The first few.
        first: String,
    },
    /// No open tool for it.
    #[error("{target} is mapped only: nothing is placed, and there is no clock and no bitstream")]
    NotPlaced {
        /// Name of the target.
        target: &'static str,
    },
    /// A board none of whose clocks is the one its manifest names.
    #[error(
        "no clock of the board has the {asked} MHz of `clock-mhz`; by its constraints and PLL there are {} MHz: the serial line \
         would not work; correct one of them",
        .found.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    )]
    OtherClock {
        /// Clock of the manifest, MHz.
        asked: f64,
        /// Clocks that nextpnr found, MHz.
        found: Vec<f64>,
    },
    /// Columns of cells that the technology has not.
    #[error("{target} has no cells for style {style}: `--style portable` is for every technology")]
    OtherStyle {
        /// The style asked for.
        style: Style,
        /// Name of the target or of the cell library.
        target: String,
    },
    /// Columns that no technology has.
    #[error(
        "--style packed is for simulation only and cannot be synthesised: `--style portable` is for every technology"
    )]
    SimulationOnly,
    /// The wrapper around the unit is not well formed.
    #[error(transparent)]
    Hardware(#[from] trine_hdl::lang::Errors),
    /// A tool's output is not as expected: cut off, or of another version.
    #[error("{what} cannot be read: {problem}")]
    Unreadable {
        /// The file or log.
        what: String,
        /// The missing or wrong part.
        problem: String,
    },
    /// A folder or a `board.toml` that describes no board.
    #[error("{place}: {problem}")]
    Manifest {
        /// The folder, or the file and the line.
        place: String,
        /// The wrong or missing part.
        problem: String,
    },
    /// A cell library that is cut off, damaged or lacks something.
    #[error("{file}, line {line}: {problem}")]
    Liberty {
        /// The file.
        file: String,
        /// Line of the group or of the first thing that makes no sense.
        line: usize,
        /// The fault there.
        problem: String,
    },
    /// A cell of a netlist that cannot be simulated.
    #[error("cell {cell} of instance {instance} is not supported: {problem}")]
    UnsupportedCell {
        /// Kind of the cell.
        cell: String,
        /// Name of the instance.
        instance: String,
        /// Why.
        problem: String,
    },
    /// A claim about a text that is not there.
    #[error("{module} has no text `{text}`")]
    NoSuchText {
        /// The module it should be in.
        module: String,
        /// The path that was looked for.
        text: String,
    },
    /// Two designs that do not claim to be the same one.
    #[error("{module} and {other} are not two forms of one design: their top modules differ in name")]
    Other {
        /// Top module of the first.
        module: String,
        /// Top module of the second.
        other: String,
    },
    /// Two forms of one design behave differently.
    #[error(
        "module {module}: the two forms differ; not equal: {}\n{trace}\nlog: {log}",
        .signals.join(", "),
        log = .log.display()
    )]
    Different {
        /// The innermost module that differs.
        module: String,
        /// Its signals that could not be proven equal.
        signals: Vec<String>,
        /// Inputs and outputs, cycle by cycle, until the outputs differ.
        trace: String,
        /// The solver's log; script and sources lie beside it.
        log: PathBuf,
    },
}

impl Error {
    /// True if the cure is to install something.
    pub fn is_missing_tool(&self) -> bool {
        matches!(self, Error::ToolMissing { .. } | Error::ToolUnusable { .. })
    }

    /// Adds what was attempted to the system's reason.
    pub(crate) fn io(what: String) -> impl FnOnce(std::io::Error) -> Error {
        move |source| Error::Io { what, source }
    }

    /// Something wrong in a cell library.
    pub(crate) fn liberty(file: &str, line: usize, problem: impl Into<String>) -> Error {
        Error::Liberty { file: file.into(), line, problem: problem.into() }
    }

    /// Something that a tool wrote and that does not make sense.
    pub(crate) fn unreadable(what: &str, problem: impl Into<String>) -> Error {
        Error::Unreadable { what: what.into(), problem: problem.into() }
    }
}
