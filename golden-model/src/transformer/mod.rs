//! The network above the layers: a model, its parts, and the uses of it.

pub(crate) mod assemble;
mod doubts;
pub(crate) mod generate;
mod layer;
pub(crate) mod model;
pub(crate) mod perplexity;
pub(crate) mod sampler;
pub(crate) mod synthetic;
pub(crate) mod weights;
