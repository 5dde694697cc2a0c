//! Names of tensors outside of the layers.

/// The embedding's tensor.
pub(crate) const EMBEDDING: &str = "model.embed_tokens.weight";
/// The head's tensor.
pub(crate) const HEAD: &str = "lm_head.weight";
