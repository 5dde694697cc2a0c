//! Errors of verification itself; a unit that fails is an outcome, not an error.

/// The error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A configuration that no unit has.
    #[error(transparent)]
    Config(#[from] trine_spec::ConfigError),
    /// The golden model refuses a matrix.
    #[error(transparent)]
    Golden(#[from] trine_golden_model::Error),
    /// A unit cannot be generated.
    #[error(transparent)]
    Generate(#[from] trine_hdl::lang::Errors),
    /// A simulation cannot be built or started.
    #[error(transparent)]
    Simulation(#[from] trine_sim::Error),
    /// A synthesis tool fails.
    #[error(transparent)]
    Synthesis(#[from] trine_synth::Error),
    /// A file cannot be read.
    #[error("{name}: {source}")]
    File {
        /// The file.
        name: String,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// A plan, a list or a count is not what it should be.
    #[error("{name}: {problem}")]
    Content {
        /// The file, or the list.
        name: String,
        /// The fault.
        problem: String,
    },
}

impl Error {
    /// True if the cure is to install something.
    #[must_use]
    pub fn is_missing_tool(&self) -> bool {
        match self {
            Self::Simulation(error) => error.is_missing_tool(),
            Self::Synthesis(error) => error.is_missing_tool(),
            _ => false,
        }
    }

    /// A fault in the content of `name`.
    pub(crate) fn content(name: impl Into<String>, problem: impl ToString) -> Self {
        Self::Content { name: name.into(), problem: problem.to_string() }
    }
}
