//! The files of a model: plain files, or links to them, with contents of their own.

pub(crate) mod foreign;
pub(crate) mod json;
pub(crate) mod mapped;

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use crate::Error;

impl Error {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn config(path: &Path, reason: impl Into<String>) -> Self {
        Self::Config { path: path.to_owned(), reason: reason.into() }
    }
}

/// The first words of every pointer that Git LFS leaves where a file was not fetched.
const POINTER: &str = "version https://git-lfs";

/// True if a plain file is there, false if nothing is.
///
/// # Errors
/// If a link leads nowhere, or a folder, a pipe or a device has the name.
pub(crate) fn is_there(path: &Path) -> Result<bool, Error> {
    match path.metadata() {
        Ok(found) if found.is_file() => Ok(true),
        Ok(found) => {
            let kind = if found.is_dir() { "a folder" } else { "a pipe or a device" };
            Err(Error::config(path, format!("this is {kind}, not a file; the files of a model are plain files")))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => match path.read_link() {
            Err(_) => Ok(false),
            Ok(target) => {
                let reason =
                    format!("this is a link that leads nowhere (to {}); fetch the file again", target.display());
                Err(Error::config(path, reason))
            }
        },
        Err(error) => Err(Error::io(path)(error)),
    }
}

/// Opens a plain file.
///
/// # Errors
/// As [`is_there`], or if there is no file.
pub(crate) fn open(path: &Path) -> Result<File, Error> {
    is_there(path)?;
    File::open(path).map_err(Error::io(path))
}

/// Reads a plain file with contents of its own.
///
/// # Errors
/// As [`open`] and [`refuse_substitute`].
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    is_there(path)?;
    let bytes = std::fs::read(path).map_err(Error::io(path))?;
    refuse_substitute(path, &bytes)?;
    Ok(bytes)
}

/// Refuses contents that are in the place of those of a file.
pub(crate) fn refuse_substitute(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    substitute(bytes).map_or(Ok(()), |reason| Err(Error::config(path, reason)))
}

/// Names contents that no file of a model has, and the way out; the beginning of a file is enough.
pub(crate) fn substitute(bytes: &[u8]) -> Option<&'static str> {
    let text = |start: &str| {
        let bytes = bytes.trim_ascii_start();
        bytes.len() >= start.len() && bytes[..start.len()].eq_ignore_ascii_case(start.as_bytes())
    };
    if bytes.is_empty() {
        Some("the file is empty; was its download broken off?")
    } else if bytes.iter().take(1 << 16).all(|&byte| byte == 0) {
        Some("the file begins with zeros only; was its download broken off?")
    } else if text(POINTER) {
        Some(
            "this is a pointer of Git LFS, not the file; `git lfs pull` in its folder, or a download of the file itself, \
             puts the file in its place",
        )
    } else if ["<!doctype", "<html", "<?xml", "<head"].into_iter().any(text) {
        Some(
            "this is a web page, not the file; download the file itself (on Hugging Face its address has `/resolve/`, \
             not `/blob/`)",
        )
    } else {
        None
    }
}
