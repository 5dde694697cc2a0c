//! Files mapped into memory, so that only what is read is loaded.
//!
//! The operating system does not keep others from changing a mapped file. While a checkpoint is mapped, which lasts as long as
//! a model that was made of it lives, no process may change or cut it off. A checkpoint that is replaced by a new file of the
//! same name, as downloads do, stays as it was for this process.
#![allow(unsafe_code)]

use std::ops::{Deref, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memmap2::{Mmap, UncheckedAdvice};

use crate::{Error, files};

/// The fewest zeros at the end of a file that give a notice: a page, more than any padding.
const TAIL: usize = 4096;

/// A read-only file in memory.
pub(crate) struct Mapped {
    pub(crate) path: PathBuf,
    map: Arc<Mmap>,
}

impl Mapped {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let file = files::open(path)?;
        // SAFETY: the map is read-only, and nothing in this process writes to a checkpoint that is open. Nothing keeps
        // other processes from it: if one cuts the file off, reading a page behind its new end kills this process (SIGBUS),
        // and if one writes to it, the bytes change under references that promise they do not. The documentation of
        // `Model::load` asks the caller to prevent both; reading a whole checkpoint instead would take its size in memory.
        let map = unsafe { Mmap::map(&file) }.map_err(Error::io(path))?;
        Ok(Self { path: path.to_owned(), map: Arc::new(map) })
    }

    /// Gives back the memory of a part of this file, which is read from the file again if it is needed again; bytes that are
    /// not of this file stay.
    pub(crate) fn release(&self, part: &[u8]) {
        if let Some(range) = self.range(part) {
            // SAFETY: the map is of a file and never written, so its pages come back with the same bytes.
            let released =
                unsafe { self.map.unchecked_advise_range(UncheckedAdvice::DontNeed, range.start, range.len()) };
            // Memory that is not given back does no harm.
            drop(released);
        }
    }

    /// A part of this file that stays mapped; `None` for bytes that are not of this file.
    pub(crate) fn keep(&self, part: &[u8]) -> Option<Kept> {
        self.range(part).map(|range| Kept { map: Arc::clone(&self.map), range })
    }

    /// Place of a part in this file, if it is one.
    fn range(&self, part: &[u8]) -> Option<Range<usize>> {
        let (file, part) = (self.map.as_ptr_range(), part.as_ptr_range());
        let inside = !part.is_empty() && file.start <= part.start && part.end <= file.end;
        inside.then(|| part.start.addr() - file.start.addr()..part.end.addr() - file.start.addr())
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

/// Bytes of a file that stay mapped for as long as this lives.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    map: Arc<Mmap>,
    range: Range<usize>,
}

impl Deref for Kept {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.map[self.range.clone()]
    }
}
