//! Pointers that Git LFS leaves where a large file was not fetched.

use std::path::Path;

use crate::Error;

/// The first line of every pointer.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1";

/// Refuses the contents of a file that is a pointer.
pub(super) fn refuse(path: &Path, contents: &[u8]) -> Result<(), Error> {
    if contents.starts_with(POINTER) {
        return Err(Error::config(
            path,
            "this is a pointer of Git LFS, not the file; `git lfs pull` in its folder, or a download of the file itself, \
             puts the file in its place",
        ));
    }
    Ok(())
}
