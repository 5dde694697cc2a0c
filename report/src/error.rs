//! The error of reports.

use std::io;
use std::path::PathBuf;

/// The error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A place where no result can be written.
    #[error("{}: {problem}", path.display())]
    Place {
        /// The place, as the user calls it.
        path: PathBuf,
        /// The reason.
        problem: String,
    },
    /// A file or folder that the system does not let us make, write or remove.
    #[error("{what}")]
    Io {
        /// The path, and what was attempted there.
        what: String,
        /// The cause.
        source: io::Error,
    },
    /// A result that has no form as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// A document of another format or kind.
    #[error("{0}")]
    Document(String),
    /// A page that does not come together.
    #[error(transparent)]
    Page(#[from] askama::Error),
}

impl Error {
    /// True if the reader of standard output has left.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
    }
}
