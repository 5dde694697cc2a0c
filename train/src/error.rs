//! Failures of training and export.

use std::io;
use std::path::{Path, PathBuf};

/// An error of training, export or comparison.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Sizes that no model can have.
    #[error("the model's shape is impossible: {0}")]
    Shape(String),
    /// A recipe that cannot be followed.
    #[error("the recipe is impossible: {0}")]
    Recipe(String),
    /// A text that cannot be trained on.
    #[error("the text cannot be used: {0}")]
    Text(String),
    /// Training that came to infinite or undefined numbers.
    #[error("the {what} is {value} after {step} steps: training diverged; lower the learning rate")]
    Diverged {
        /// Steps done.
        step: usize,
        /// The invalid number.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// A folder in which another process trains.
    #[error("{folder}: another process trains in this folder; wait for its end, or name another folder")]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// A folder in which a new training would replace files.
    #[error("{folder}: the folder holds {holds}")]
    Occupied {
        /// The folder.
        folder: PathBuf,
        /// Its files, in words.
        holds: String,
    },
    /// A disk without room for checkpoints and models.
    #[error(
        "{folder}: {:.1} MB are needed on this disk and {:.1} MB are free; make room, or name another folder",
        *.needed as f64 / 1e6, *.free as f64 / 1e6
    )]
    Room {
        /// The folder.
        folder: PathBuf,
        /// Bytes of two checkpoints and the exported models.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// A checkpoint that is not one of ours, or is damaged.
    #[error("{path}: {reason}")]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// The fault, and what to do.
        reason: String,
    },
    /// A model that a format cannot hold.
    #[error("the model cannot be exported: {0}")]
    Export(String),
    /// A file that cannot be read or written.
    #[error("{path}: it cannot be read or written")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The golden model's complaint.
    #[error(transparent)]
    Model(#[from] trine_golden_model::Error),
}

impl Error {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn checkpoint(path: &Path, reason: impl Into<String>) -> Self {
        Self::Checkpoint { path: path.to_owned(), reason: reason.into() }
    }
}
