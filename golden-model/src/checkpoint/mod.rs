//! Checkpoints of all kinds in, one [`Model`](crate::Model) out.
//!
//! A format knows how to find the [parts](crate::transformer::weights::Weights) of a model. Putting them together is the
//! same for all.

mod cuts;
pub(crate) mod folder;
mod generation;
pub(crate) mod gguf;
mod huggingface;
pub(crate) mod keys;
mod load;
pub(crate) mod options;
pub(crate) mod source;
mod ternary_floats;
