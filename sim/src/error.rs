//! Everything that can go wrong between a design and its simulation.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use trine_tools::RunError;

use crate::mismatch::Mismatch;
use crate::monitor::StreamRule;

/// Why a simulation could not be built, or what was found wrong while it ran.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A tool is nowhere to be found.
    #[error("{tool} is missing: {hint}")]
    ToolMissing {
        /// Name of the tool.
        tool: &'static str,
        /// The remedy.
        hint: String,
    },
    /// A tool that was named explicitly does not serve.
    #[error("{tool} at {} cannot be used: {problem}", path.display())]
    ToolUnusable {
        /// Name of the tool.
        tool: &'static str,
        /// The place that was named.
        path: PathBuf,
        /// The fault in it.
        problem: String,
    },
    /// There is no folder to keep built simulations in.
    #[error("no cache folder: set TRINE_CACHE to a folder of yours (HOME and XDG_CACHE_HOME are unset)")]
    NoCacheFolder,
    /// A file operation failed.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// The action that failed.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The path of a terminal is taken.
    #[error("{}: there is {there}; or name another path", link.display())]
    Occupied {
        /// The path.
        link: PathBuf,
        /// The file that is there, and the way out.
        there: String,
    },
    /// A tool refused its input.
    #[error("{step} of {top} failed (log: {}):\n{tail}", log.display())]
    Build {
        /// Which step.
        step: &'static str,
        /// Name of the top module.
        top: String,
        /// The tool's last lines.
        tail: String,
        /// Complete output of all steps.
        log: PathBuf,
    },
    /// A disk is full.
    #[error(
        "{step} found no space left: make room in the cache folder {} or in {}, or name others in TRINE_CACHE and TMPDIR",
        folder.display(), temporary.display()
    )]
    DiskFull {
        /// Which step.
        step: &'static str,
        /// The folder of the cache.
        folder: PathBuf,
        /// The folder of the tool's temporary files.
        temporary: PathBuf,
    },
    /// The linter has something to say about the Verilog.
    #[error("the Verilog of {top} does not lint:\n{output}")]
    Lint {
        /// Name of the top module.
        top: String,
        /// The linter's output.
        output: String,
    },
    /// Verilog from elsewhere is not Verilog.
    #[error("the Verilog of {top} cannot be read: {problem}")]
    Text {
        /// Name of the top module.
        top: String,
        /// Verilator's first message: file, line and reason.
        problem: String,
    },
    /// Verilog from elsewhere has other ports than its description says.
    #[error("the ports of {top} are not those described: {problem}")]
    Ports {
        /// Name of the top module.
        top: String,
        /// Verilator's first message.
        problem: String,
    },
    /// A built simulation cannot be loaded.
    #[error("the simulation {} cannot be loaded: {problem}", path.display())]
    Load {
        /// The dynamic library.
        path: PathBuf,
        /// The fault in it.
        problem: String,
    },
    /// The design ended the simulation (`$fatal`, `$stop`, `$finish`), or the simulator itself failed.
    #[error("{top}: {message}")]
    Design {
        /// Name of the top module.
        top: String,
        /// The simulator's message, with file, line and cycle.
        message: String,
    },
    /// The design has no such port, or it points the other way.
    #[error("{top} has no {wanted} port {port}")]
    NoSuchPort {
        /// Name of the top module.
        top: String,
        /// `input`, `output` or empty.
        wanted: &'static str,
        /// The name asked for.
        port: String,
    },
    /// A value or buffer does not fit the port.
    #[error("port {port} is {width} bits wide: {problem}")]
    Width {
        /// Name of the port.
        port: String,
        /// Its width in bits.
        width: usize,
        /// The misfit.
        problem: String,
    },
    /// A memory cannot be as its options say, or an access lies outside it.
    #[error("memory behind {port}: {problem}")]
    Memory {
        /// Prefix of the port.
        port: String,
        /// The misfit.
        problem: String,
    },
    /// A stall probability outside 0 <= p < 1.
    #[error("a stall probability must be at least 0 and below 1, not {0}")]
    StallProbability(f64),
    /// The streams came to rest before all beats were through.
    #[error("{top}: no beat moved for {limit} cycles, up to cycle {cycle}; {progress}")]
    Idle {
        /// Name of the top module.
        top: String,
        /// The limit that was reached, in cycles.
        limit: u64,
        /// Cycle at which it was reached.
        cycle: u64,
        /// Beats moved and expected, stream by stream.
        progress: String,
    },
    /// The design broke a rule of a stream that it drives.
    #[error("{stream}, beat {beat}, cycle {cycle}: {rule}")]
    Stream {
        /// Prefix of the stream's ports.
        stream: String,
        /// Index of the beat in its exchange.
        beat: u64,
        /// Clock cycle.
        cycle: u64,
        /// The rule.
        rule: StreamRule,
    },
    /// The design broke a rule of its register port, or did not answer.
    #[error("{bus}, {access} of register {offset:#x}, cycle {cycle}: {problem}")]
    Bus {
        /// Prefix of the bus.
        bus: String,
        /// `read` or `write`.
        access: &'static str,
        /// Byte offset of the register.
        offset: u32,
        /// Clock cycle.
        cycle: u64,
        /// The fault.
        problem: String,
    },
    /// The design answers an access of its register port with an error.
    #[error("{bus}, {access} of register {offset:#x}, cycle {cycle}: the answer is not OKAY")]
    Refused {
        /// Prefix of the bus.
        bus: String,
        /// `read` or `write`.
        access: &'static str,
        /// Byte offset of the register.
        offset: u32,
        /// Clock cycle.
        cycle: u64,
    },
    /// A configuration of which no unit can be generated.
    #[error(transparent)]
    Generate(#[from] trine_hdl::lang::Errors),
    /// The driver does not accept the simulated unit.
    #[error(transparent)]
    Device(#[from] Box<trine_driver::Error>),
    /// A result differs from what was expected.
    #[error(transparent)]
    Mismatch(#[from] Box<Mismatch>),
}

impl From<RunError> for Error {
    fn from(error: RunError) -> Self {
        let (path, source) = match error {
            RunError::Failed { program, source } => (program, source),
            RunError::TimeOut { program, .. } => (program, ErrorKind::TimedOut.into()),
        };
        Self::Io { action: "cannot run", path, source }
    }
}

impl Error {
    /// True if the cure is to install something.
    #[must_use]
    pub fn is_missing_tool(&self) -> bool {
        matches!(self, Self::ToolMissing { .. } | Self::ToolUnusable { .. })
    }

    /// Adds the place to an operating-system error.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}
