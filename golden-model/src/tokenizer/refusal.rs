//! Refusals that several kinds of tokenizers share.

use std::path::Path;

use crate::Error;

/// The way out for a model without a tokenizer.
pub(super) const WITHOUT: &str =
    "name one with --tokenizer, or compute with token ids: `trine logits --ids` needs no tokenizer";

/// The refusal of a rule where there is nothing that it could change.
pub(super) fn no_rule(path: &Path, pre: &str) -> Error {
    Error::config(
        path,
        format!(
            "--pre {pre} does not apply: only the byte-pair vocabulary of a GGUF file is split by a rule with a name"
        ),
    )
}
