//! Files mapped into memory, so that only what is read is loaded.
#![allow(unsafe_code)]

use std::ops::Deref;
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use crate::{Error, files};

/// A read-only file in memory.
pub(super) struct Mapped {
    pub(super) path: PathBuf,
    map: Mmap,
}

impl Mapped {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let file = files::open(path)?;
        // SAFETY: the map is read-only and private to this crate, and nothing here writes checkpoints. Another process
        // that changes the file while it is being read makes the weights wrong, as it would with ordinary reads.
        let map = unsafe { Mmap::map(&file) }.map_err(Error::io(path))?;
        Ok(Self { path: path.to_owned(), map })
    }
}

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.map
    }
}
