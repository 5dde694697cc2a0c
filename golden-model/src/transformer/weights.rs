//! The parts of a model by name, and where they come from.

use std::path::Path;

use crate::layers::dense::Dense;
use crate::{Config, Error, Linear, LinearId};

/// The dense parts of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DenseId {
    Embedding,
    Head,
}

/// The norms of a model; those of a layer carry its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NormId {
    /// Before attention.
    Attention(usize),
    /// Before the attention output projection.
    AttentionSub(usize),
    /// Before the feed-forward network.
    Ffn(usize),
    /// Before the FFN down projection.
    FfnSub(usize),
    /// After the last layer.
    Final,
}

impl NormId {
    /// Features that the norm covers.
    pub(crate) fn width(self, config: &Config) -> usize {
        match self {
            Self::Attention(_) | Self::Ffn(_) | Self::Final => config.hidden,
            Self::AttentionSub(_) => config.heads * config.head_dim,
            Self::FfnSub(_) => config.intermediate,
        }
    }
}

/// A part of a model that has a tensor of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartId {
    Dense(DenseId),
    Norm(NormId),
    Linear(LinearId),
}

/// Source of the parts of a model. Each part has the shape that the configuration says, or there is an error.
pub(crate) trait Weights: Send + Sync + 'static {
    fn dense(&self, id: DenseId) -> Result<Dense, Error>;
    fn norm(&self, id: NormId) -> Result<Vec<f32>, Error>;
    fn linear(&self, id: LinearId) -> Result<Linear, Error>;
    /// The name of the tensor of a part.
    fn name(&self, part: PartId) -> String;
    /// The file or folder.
    fn path(&self) -> &Path;
}
