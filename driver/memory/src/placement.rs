//! Regions of a memory by their keys.

use std::collections::HashMap;
use std::hash::Hash;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Memory, MemoryError};

/// Boundary at which every region begins: a page, which no burst of AXI crosses.
const PAGE: u64 = 4096;

/// Bytes that are read back at a time.
const PART: usize = 1 << 20;

/// A piece of a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// Address of the first byte.
    pub at: u64,
    /// Length.
    pub bytes: u64,
}

/// Regions of one memory by their keys; `K` tells contents apart.
#[derive(Clone, Debug)]
pub struct Placement<K> {
    epoch: Option<u64>,
    /// First byte that is free.
    next: u64,
    regions: HashMap<K, (Region, [u8; 32])>,
}

impl<K> Default for Placement<K> {
    fn default() -> Self {
        Self { epoch: None, next: 0, regions: HashMap::new() }
    }
}

impl<K: Eq + Hash> Placement<K> {
    /// The region of `key`, if it was placed and `memory` has kept its contents.
    pub fn find(&self, memory: &dyn Memory, key: &K) -> Option<Region> {
        let known = self.epoch == Some(memory.epoch());
        self.regions.get(key).filter(|_| known).map(|(region, _)| *region)
    }

    /// Writes `bytes` to a region of their own, or to the one that `key` has if it is of this length.
    ///
    /// # Errors
    /// [`MemoryError::Full`] when there is no room; then nothing is written. Otherwise as [`Memory::store`].
    pub fn place(&mut self, memory: &mut dyn Memory, key: K, bytes: &[u8]) -> Result<Region, MemoryError> {
        if self.epoch != Some(memory.epoch()) {
            *self = Self { epoch: Some(memory.epoch()), ..Self::default() };
        }
        let length = bytes.len() as u64;
        let region = match self.find(memory, &key).filter(|region| region.bytes == length) {
            Some(region) => region,
            None => Region { at: self.next, bytes: length },
        };
        let size = memory.bytes();
        if region.at.checked_add(length).is_none_or(|end| end > size) {
            return Err(MemoryError::Full { bytes: size, used: self.next, more: length });
        }
        memory.store(region.at, bytes)?;
        self.next = self.next.max((region.at + length).next_multiple_of(PAGE));
        self.regions.insert(key, (region, Sha256::digest(bytes).into()));
        Ok(region)
    }

    /// True if the region of `key` does not hold what was placed there, or was never placed.
    ///
    /// # Errors
    /// As [`Memory::load`].
    pub fn damaged(&self, memory: &mut dyn Memory, key: &K) -> Result<bool, MemoryError> {
        let known = self.epoch == Some(memory.epoch());
        let Some((region, digest)) = self.regions.get(key).filter(|_| known) else { return Ok(true) };
        let (mut found, mut part) = (Sha256::new(), vec![0; PART.min(region.bytes as usize)]);
        let mut at = region.at;
        while at < region.at + region.bytes {
            let count = (region.at + region.bytes - at).min(part.len() as u64) as usize;
            memory.load(at, &mut part[..count])?;
            found.update(&part[..count]);
            at += count as u64;
        }
        Ok(found.finalize()[..] != digest[..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ram;

    /// A memory that forgets.
    struct Forgetful(Ram, u64);

    impl Memory for Forgetful {
        fn bytes(&self) -> u64 {
            self.0.bytes()
        }

        fn epoch(&self) -> u64 {
            self.1
        }

        fn store(&mut self, at: u64, bytes: &[u8]) -> Result<(), MemoryError> {
            self.0.store(at, bytes)
        }

        fn load(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError> {
            self.0.load(at, bytes)
        }
    }

    #[test]
    fn a_memory_that_began_anew_holds_nothing() {
        let mut memory = Forgetful(Ram::new(3 << 12), 1);
        let mut placement = Placement::default();
        placement.place(&mut memory, 1, &[5; 4097]).unwrap();
        let second = placement.place(&mut memory, 2, &[6; 10]).unwrap();
        assert_eq!(second.at, 2 << 12);
        assert_eq!((placement.damaged(&mut memory, &2), placement.damaged(&mut memory, &3)), (Ok(false), Ok(true)));
        memory.1 = 2;
        assert_eq!((placement.find(&memory, &2), placement.damaged(&mut memory, &2)), (None, Ok(true)));
        assert_eq!(placement.place(&mut memory, 2, &[6; 10]).unwrap().at, 0);
        assert_eq!(placement.find(&memory, &1), None);
    }

    #[test]
    fn what_is_damaged_is_placed_where_it_was() {
        let (mut memory, mut placement) = (Ram::new(1 << 14), Placement::default());
        let bytes: Vec<u8> = (0..5000u32).map(|i| i as u8).collect();
        let region = placement.place(&mut memory, 'a', &bytes).unwrap();
        placement.place(&mut memory, 'b', &[1]).unwrap();
        memory.store(4999, &[0xff]).unwrap();
        assert_eq!(placement.damaged(&mut memory, &'a'), Ok(true));
        assert_eq!(placement.place(&mut memory, 'a', &bytes), Ok(region));
        assert_eq!(
            (placement.damaged(&mut memory, &'a'), placement.damaged(&mut memory, &'b')),
            (Ok(false), Ok(false))
        );
    }

    #[test]
    fn what_does_not_fit_writes_nothing() {
        let (mut memory, mut placement) = (Ram::new(4096), Placement::default());
        let full = MemoryError::Full { bytes: 4096, used: 0, more: 4097 };
        assert_eq!(placement.place(&mut memory, 'a', &[1; 4097]), Err(full));
        let mut first = [9];
        memory.load(0, &mut first).unwrap();
        assert_eq!((first, placement.find(&memory, &'a')), ([0], None));
    }
}
