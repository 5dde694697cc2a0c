//! Files mapped into memory, so that only what is read is loaded.
//!
//! The operating system does not keep others from changing a mapped file. While a checkpoint is mapped, which lasts until
//! the model is loaded and for a streamed model as long as the model lives, no process may change or cut it off. A
//! checkpoint that is replaced by a new file of the same name, as downloads do, stays as it was for this process.
#![allow(unsafe_code)]

use std::ops::Deref;
use std::path::{Path, PathBuf};

use memmap2::{Mmap, UncheckedAdvice};

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
        // SAFETY: the map is read-only, and nothing in this process writes to a checkpoint that is open. Nothing keeps
        // other processes from it: if one cuts the file off, reading a page behind its new end kills this process (SIGBUS),
        // and if one writes to it, the bytes change under references that promise they do not. The documentation of
        // `Model::load` asks the caller to prevent both; reading a whole checkpoint instead would take its size in memory.
        let map = unsafe { Mmap::map(&file) }.map_err(Error::io(path))?;
        Ok(Self { path: path.to_owned(), map })
    }

    /// Gives back the memory of a part of this file, which is read from the file again if it is needed again; bytes that are
    /// not of this file stay.
    pub(crate) fn release(&self, part: &[u8]) {
        let (file, part) = (self.map.as_ptr_range(), part.as_ptr_range());
        if !part.is_empty() && file.start <= part.start && part.end <= file.end {
            let (at, len) = (part.start.addr() - file.start.addr(), part.end.addr() - part.start.addr());
            // SAFETY: the map is of a file and never written, so its pages come back with the same bytes.
            let released = unsafe { self.map.unchecked_advise_range(UncheckedAdvice::DontNeed, at, len) };
            // Memory that is not given back does no harm.
            drop(released);
        }
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
