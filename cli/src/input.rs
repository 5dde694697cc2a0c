//! Texts that come from a file or, by the name `-`, from standard input.

use std::io;
use std::path::Path;

use anyhow::{Context, Result};

/// The whole text of `path`.
///
/// # Errors
/// If it cannot be read or is not UTF-8; the sentence begins with the path.
pub fn text(path: &Path) -> Result<String> {
    let text = match path.as_os_str() == "-" {
        true => io::read_to_string(io::stdin()),
        false => std::fs::read_to_string(path),
    };
    text.with_context(|| path.display().to_string())
}
