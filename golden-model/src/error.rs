//! Everything that can go wrong, each with its place and what to do about it.

use std::path::PathBuf;

use crate::LinearId;

/// An error of a foreign engine behind [`Matmul`](crate::Matmul).
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A failure of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A configuration asks for something this crate does not implement, or contradicts itself.
    #[error("{}: {reason}", path.display())]
    Config {
        /// The file that holds the configuration.
        path: PathBuf,
        /// The fault, and what would be accepted.
        reason: String,
    },
    /// The structure of a file is broken.
    #[error("{}: at byte {offset}: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Place in the file.
        offset: u64,
        /// The fault.
        reason: String,
    },
    /// A tensor that the configuration calls for is not in the checkpoint.
    #[error("{}: tensor `{tensor}` is missing; the file is incomplete or its config.json belongs to another model", path.display())]
    MissingTensor {
        /// The file or folder.
        path: PathBuf,
        /// The tensor's full name.
        tensor: String,
    },
    /// A tensor is there, but its type, shape or content is wrong.
    #[error("{}: tensor `{tensor}` at byte {offset}: {reason}", path.display())]
    Tensor {
        /// The file.
        path: PathBuf,
        /// The tensor's full name.
        tensor: String,
        /// Place in the file: the tensor's first byte, or the offending one when it is known.
        offset: u64,
        /// The fault.
        reason: String,
    },
    /// A character has no token.
    #[error("character {character:?} at position {position} is not in the vocabulary; {hint}")]
    Vocabulary {
        /// The character.
        character: char,
        /// Its position in the text, in characters from 0.
        position: usize,
        /// Size or contents of the vocabulary.
        hint: String,
    },
    /// The tokenizer's library refused.
    #[error("tokenizer: {0}")]
    Tokenizer(String),
    /// An argument does not fit the model.
    #[error("{0}")]
    Argument(String),
    /// A number that the model computes is infinite or NaN.
    #[error(
        "{place} is {value}: the weights, norms or scales before it make numbers beyond the range of float32; is the \
         checkpoint damaged, or its config.json that of another model?"
    )]
    NotFinite {
        /// The number: a layer and its activation, or a position and its score.
        place: String,
        /// The number itself.
        value: f32,
    },
    /// The engine behind the matmul seam failed.
    #[error("{linear}: {source}")]
    Engine {
        /// The layer that was being computed.
        linear: LinearId,
        /// The engine's message.
        source: BoxError,
    },
}

impl Error {
    pub(crate) fn argument(reason: impl Into<String>) -> Self {
        Self::Argument(reason.into())
    }
}
