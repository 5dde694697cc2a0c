//! Memory of a device that this process has mapped.
//!
//! ```text
//! host:  byte 0 ... bytes - 1      words, read and written whole; bytes at the edges go with what lies around them
//!          │
//! unit:  origin ... origin + bytes - 1, the same bytes: what WGT_BASE names
//! ```
//! The map is not cached, so what is read back is what the memory holds, and a store ends when the device can see all of it.
//! Nothing is lost while it is mapped, so its epoch never changes.

use trine_memory::{Memory, MemoryError};
use trine_spec::registers::{MEMORY_SPACE, MEMORY_STEP};

use crate::map::{Map, WORD};
use crate::mapped::PAGE;
use crate::{DeviceFile, Error};

/// Memory that the unit finds at `origin`.
#[derive(Debug)]
pub struct MappedMemory {
    map: Map,
    origin: u64,
}

impl MappedMemory {
    /// `bytes` bytes from byte `at` of `file` on, which the unit finds at address `origin`.
    ///
    /// # Errors
    /// [`Error::Span`] when the unit cannot have a memory there, [`Error::Map`] when the system does not map it.
    pub fn new(file: &DeviceFile, at: u64, origin: u64, bytes: u64) -> Result<Self, Error> {
        check(origin, bytes)?;
        Ok(Self { map: file.map(at, bytes)?, origin })
    }

    /// Place of `count` bytes from byte `at` of the memory on, if they are inside.
    fn range(&self, at: u64, count: usize) -> Result<usize, MemoryError> {
        let (bytes, count) = (self.map.bytes() as u64, count as u64);
        let inside = at.checked_add(count).is_some_and(|end| end <= bytes);
        let place = usize::try_from(at).ok().filter(|_| inside);
        place.ok_or(MemoryError::Range { at, count, bytes })
    }
}

/// Refuses a memory of `bytes` bytes at address `origin` that no unit can use.
///
/// # Errors
/// [`Error::Span`] when they do not begin and end at a page of 4 KiB, or leave the addresses of a unit.
pub(crate) fn check(origin: u64, bytes: u64) -> Result<(), Error> {
    const { assert!(PAGE.is_multiple_of(MEMORY_STEP)) };
    let refused = |problem: String| Err(Error::Span { at: origin, bytes, problem });
    if bytes == 0 {
        return refused("there is none".into());
    }
    if !origin.is_multiple_of(PAGE) || !bytes.is_multiple_of(PAGE) {
        return refused(format!("address and length must be multiples of {PAGE}"));
    }
    match origin.checked_add(bytes) {
        Some(end) if end <= MEMORY_SPACE => Ok(()),
        _ => refused(format!("a unit reads addresses below {MEMORY_SPACE:#x} only")),
    }
}

impl Memory for MappedMemory {
    fn bytes(&self) -> u64 {
        self.map.bytes() as u64
    }

    fn epoch(&self) -> u64 {
        0
    }

    fn origin(&self) -> u64 {
        self.origin
    }

    fn store(&mut self, at: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        let mut place = self.range(at, bytes.len())?;
        let mut left = bytes;
        while !left.is_empty() {
            let (word, skip) = (place / WORD * WORD, place % WORD);
            let (part, rest) = left.split_at(left.len().min(WORD - skip));
            // A whole word takes the place of what was there.
            let mut value = if part.len() == WORD { [0; WORD] } else { self.map.read(word).to_ne_bytes() };
            value[skip..][..part.len()].copy_from_slice(part);
            self.map.write(word, u32::from_ne_bytes(value));
            place += part.len();
            left = rest;
        }
        self.map.settle();
        Ok(())
    }

    fn load(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError> {
        let mut place = self.range(at, bytes.len())?;
        let mut left = bytes;
        while !left.is_empty() {
            let (word, skip) = (place / WORD * WORD, place % WORD);
            let count = left.len().min(WORD - skip);
            let (part, rest) = left.split_at_mut(count);
            part.copy_from_slice(&self.map.read(word).to_ne_bytes()[skip..][..count]);
            place += count;
            left = rest;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_no_unit_can_reach_are_named() {
        for (origin, bytes, part) in [
            (0x1000, 0, "there is none"),
            (0x1040, 0x1000, "must be multiples of 4096"),
            (0x1000, 0x1040, "must be multiples of 4096"),
            (MEMORY_SPACE - 0x1000, 0x2000, "below 0x4000000000 only"),
            (u64::MAX - 0xFFF, 0x1000, "below 0x4000000000 only"),
        ] {
            let message = check(origin, bytes).unwrap_err().to_string();
            let start = format!("no memory can have {bytes} bytes at address {origin:#x}: ");
            assert!(message.starts_with(&start) && message.contains(part), "{message}");
        }
        assert!(check(MEMORY_SPACE - 0x1000, 0x1000).is_ok());
    }
}
