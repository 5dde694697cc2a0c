//! What can go wrong.

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
    #[error("the loss is {loss} at step {step}: training diverged; lower the learning rate")]
    Diverged {
        /// Steps done before.
        step: usize,
        /// What came out.
        loss: f64,
    },
    /// A checkpoint that is not one of ours, or is damaged.
    #[error("{path}: {reason}")]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
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
