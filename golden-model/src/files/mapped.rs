//! Files mapped into memory, so that only what is read is loaded.
#![allow(unsafe_code)]

use std::ops::Deref;
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use crate::{Error, files};

/// The fewest zeros at the end of a file that give a notice: a page, more than any padding.
const TAIL: usize = 4096;

/// A read-only file in memory.
pub(crate) struct Mapped {
    pub(crate) path: PathBuf,
    map: Mmap,
}

impl Mapped {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let file = files::open(path)?;
        // SAFETY: the map is read-only and private to this crate, and nothing here writes checkpoints. Another process
        // that changes the file while it is being read makes the weights wrong, as it would with ordinary reads.
        let map = unsafe { Mmap::map(&file) }.map_err(Error::io(path))?;
        Ok(Self { path: path.to_owned(), map })
    }

    /// A notice if the file ends in 4,096 zeros or more: its end is probably missing.
    pub(crate) fn zero_tail(&self) -> Option<String> {
        let count = self.map.iter().rev().take_while(|&&byte| byte == 0).count();
        (count >= TAIL)
            .then(|| format!("{}: the last {count} bytes are zeros; was the download broken off?", self.path.display()))
    }
}

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.map
    }
}
