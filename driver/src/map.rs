//! Words of a file or device that this process has mapped: the only unsafe code of the driver.
//!
//! ```text
//! file or device   0 ─────── at ──────────────────── at + bytes
//!                            │ word 0 │ word 1 │ ...   each read and written whole, in the order of the program
//! ```
//! Behind the words may be registers, where a read takes a result away and a write starts a job, or memory that is not cached,
//! where some processors refuse accesses that are not aligned. So there is no slice of the bytes: every access is one of an
//! aligned word that the compiler neither leaves out nor merges.
#![allow(unsafe_code)]

use std::fs::File;
use std::io::{self, ErrorKind};
use std::sync::atomic::{Ordering, fence};

use memmap2::{MmapOptions, MmapRaw};

/// Bytes of a word.
pub(crate) const WORD: usize = 4;

/// Words of a mapped range.
#[derive(Debug)]
pub(crate) struct Map {
    map: MmapRaw,
}

impl Map {
    /// `bytes` bytes of `file` from byte `at` on; both are multiples of [`WORD`].
    ///
    /// # Errors
    /// That of the system, when it does not map them.
    pub(crate) fn new(file: &File, at: u64, bytes: usize) -> io::Result<Self> {
        if !at.is_multiple_of(WORD as u64) || !bytes.is_multiple_of(WORD) || bytes == 0 {
            return Err(io::Error::new(ErrorKind::InvalidInput, "not whole words"));
        }
        MmapOptions::new().offset(at).len(bytes).map_raw(file).map(|map| Self { map })
    }

    /// Length in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.map.len()
    }

    /// The word at byte `at` as it is now.
    ///
    /// # Panics
    /// If it is no word of the range.
    pub(crate) fn read(&self, at: usize) -> u32 {
        // SAFETY: `place` gives an aligned word of the mapping, which lives as long as `self`. Every bit pattern is a `u32`. The
        // device or another process may change the word at any time, which a volatile read allows, and no reference to the
        // mapping exists. A file that somebody cuts off ends this process with SIGBUS, and so does a bus that answers with an
        // error.
        unsafe { self.place(at).read_volatile() }
    }

    /// Writes the word at byte `at`.
    ///
    /// # Panics
    /// If it is no word of the range.
    pub(crate) fn write(&mut self, at: usize, value: u32) {
        // SAFETY: as in `read`; the mapping is shared and can be written, and memory of this process is not in it.
        unsafe { self.place(at).write_volatile(value) }
    }

    /// Returns when all that was written is where a device finds it.
    pub(crate) fn settle(&self) {
        fence(Ordering::SeqCst);
        // The fence orders what processors see; a device behind another port of the memory is no processor. On 32-bit ARM,
        // accesses of strongly ordered memory, as which Linux maps what is not cached, are in order by themselves.
        // SAFETY: the instruction waits and changes neither registers nor memory.
        #[cfg(target_arch = "aarch64")]
        unsafe {
            std::arch::asm!("dsb sy", options(nostack, preserves_flags));
        }
    }

    /// Pointer to the word at byte `at`.
    fn place(&self, at: usize) -> *mut u32 {
        let inside = at.is_multiple_of(WORD) && at < self.map.len();
        assert!(inside, "byte {at} is no word of {} mapped bytes", self.map.len());
        self.map.as_mut_ptr().wrapping_add(at).cast()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn words_are_those_of_the_file_at_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, [0; 3 * 4096]).unwrap();
        let file = File::options().read(true).write(true).open(&path).unwrap();
        let mut map = Map::new(&file, 4096, 4096).unwrap();
        map.write(8, 0x0403_0201);
        map.settle();
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes[4096 + 8..][..4], 0x0403_0201_u32.to_ne_bytes());
        assert_eq!(bytes.iter().filter(|byte| **byte != 0).count(), 4);
        std::os::unix::fs::FileExt::write_all_at(&file, &[9; 4], 4096 + 4092).unwrap();
        assert_eq!((map.read(8), map.read(4092), map.bytes()), (0x0403_0201, 0x0909_0909, 4096));
        for (at, bytes) in [(2, 4), (0, 6), (0, 0)] {
            assert_eq!(Map::new(&file, at, bytes).unwrap_err().kind(), ErrorKind::InvalidInput);
        }
    }

    #[test]
    #[should_panic(expected = "byte 4096 is no word of 4096 mapped bytes")]
    fn what_is_outside_is_never_reached() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(8192).unwrap();
        Map::new(&file, 0, 4096).unwrap().read(4096);
    }
}
