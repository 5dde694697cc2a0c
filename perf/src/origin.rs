//! Files of the user's, by name and check sum.

use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

/// A file of prices of the user's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// Its path as it was given.
    pub path: String,
    /// SHA-256 of what it held, in hexadecimal.
    pub sha256: String,
}

impl Origin {
    /// The file at `path` that holds `text`.
    pub fn new(path: &Path, text: &str) -> Self {
        let sha256 = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        Self { path: path.display().to_string(), sha256 }
    }
}
