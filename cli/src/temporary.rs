//! The folder for files that nobody keeps, which tools need, too.

use std::path::PathBuf;

use anyhow::{Context, Result};

/// Folder of temporary files, checked before the work that needs it.
///
/// # Errors
/// One sentence when it is not there or nothing can be written to it.
pub(crate) fn folder() -> Result<PathBuf> {
    let folder = std::env::temp_dir();
    let folder = std::path::absolute(&folder).with_context(|| folder.display().to_string())?;
    tempfile::tempfile_in(&folder).with_context(|| {
        let folder = folder.display();
        format!("{folder}: no temporary file can be made there; make the folder, or name another in TMPDIR")
    })?;
    Ok(folder)
}
