//! A memory of the host's own.

use crate::{Memory, MemoryError};

/// Bytes in the memory of this process, for tests and for devices in software.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ram(Vec<u8>);

impl Ram {
    /// A memory of `bytes` zeros.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self(vec![0; bytes])
    }

    /// The bytes of an access.
    fn range(&mut self, at: u64, count: usize) -> Result<&mut [u8], MemoryError> {
        let (bytes, count) = (self.0.len() as u64, count as u64);
        let end = at.checked_add(count).filter(|end| *end <= bytes);
        let end = end.ok_or(MemoryError::Range { at, count, bytes })?;
        Ok(&mut self.0[at as usize..end as usize])
    }
}

impl Memory for Ram {
    fn bytes(&self) -> u64 {
        self.0.len() as u64
    }

    fn epoch(&self) -> u64 {
        0
    }

    fn store(&mut self, at: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        self.range(at, bytes.len()).map(|room| room.copy_from_slice(bytes))
    }

    fn load(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError> {
        self.range(at, bytes.len()).map(|room| bytes.copy_from_slice(room))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_outside_is_refused_whole() {
        let mut ram = Ram::new(8);
        ram.store(6, &[1, 2]).unwrap();
        let mut bytes = [9; 3];
        let outside = |at, count| Err(MemoryError::Range { at, count, bytes: 8 });
        assert_eq!(ram.load(6, &mut bytes), outside(6, 3));
        assert_eq!((bytes, ram.store(u64::MAX, &[1])), ([9; 3], outside(u64::MAX, 1)));
        ram.load(5, &mut bytes).unwrap();
        assert_eq!(bytes, [0, 1, 2]);
    }
}
