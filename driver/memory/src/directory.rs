//! The list of what lies in a memory, kept in the memory itself.
//!
//! ```text
//! 0       header: magic, version, slots, bytes of the memory, purpose; digest of these
//! 128     slot 0: key, place, length, digest of the contents; digest of header, number of the slot and these
//! 256     slot 1, and so on; the first slot that is not right ends the list
//! table   regions
//! ```
//! Numbers are little-endian. A slot is written after its region, and the slot behind it is cleared before, so that the list never
//! names what is not there, wherever writing breaks off. The digest of the header is part of every slot: slots of an earlier list
//! do not count.

use sha2::{Digest, Sha256};

use crate::{Key, Memory, MemoryError, Region};

const MAGIC: &[u8; 8] = b"trinedir";
const VERSION: u32 = 1;

/// Bytes of the header, and of a slot.
const ENTRY: u64 = 128;

/// Bytes of a digest.
const DIGEST: usize = 32;

/// Slots that are read at a time.
const PART: usize = 32;

/// Boundary at which every region begins: a page, which no burst of AXI crosses.
pub(crate) const PAGE: u64 = 4096;

/// Most bytes of header and slots.
const MOST: u64 = 1 << 20;

/// A region with its key and the digest of its contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) key: Key,
    pub(crate) region: Region,
    /// Digest of the contents.
    pub(crate) contents: Key,
}

/// A directory of one purpose, in a memory of one size.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    header: [u8; ENTRY as usize],
    bytes: u64,
    /// First byte behind the slots.
    table: u64,
}

impl Directory {
    /// The directory that a memory of `bytes` would have, for contents of this purpose.
    pub(crate) fn new(bytes: u64, purpose: &Key) -> Self {
        // A slot for every 32 KiB.
        let table = (bytes / 256 / PAGE * PAGE).clamp(PAGE, MOST);
        let slots = (table / ENTRY - 1) as u32;
        let fields = [&MAGIC[..], &VERSION.to_le_bytes(), &slots.to_le_bytes(), &bytes.to_le_bytes(), purpose].concat();
        Self { header: sealed(&fields, &fields), bytes, table }
    }

    /// First byte behind the slots.
    pub(crate) fn table(&self) -> u64 {
        self.table
    }

    /// Bytes of the memory.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Number of slots.
    pub(crate) fn slots(&self) -> usize {
        (self.table / ENTRY - 1) as usize
    }

    /// The slots of the directory in `memory`; `None` where there is none of this purpose.
    pub(crate) fn read(&self, memory: &mut dyn Memory) -> Result<Option<Vec<Slot>>, MemoryError> {
        let mut found = [0; ENTRY as usize];
        if self.bytes < self.table {
            return Ok(None);
        }
        memory.load(0, &mut found)?;
        if found != self.header {
            return Ok(None);
        }
        let (mut slots, mut part, mut free) = (vec![], vec![], self.table);
        while slots.len() < self.slots() {
            part.resize(PART.min(self.slots() - slots.len()) * ENTRY as usize, 0);
            memory.load(place(slots.len()), &mut part)?;
            for bytes in part.as_chunks::<{ ENTRY as usize }>().0 {
                let Some(slot) = self.slot(slots.len(), bytes, free) else { return Ok(Some(slots)) };
                free = slot.region.at + slot.region.bytes;
                slots.push(slot);
            }
        }
        Ok(Some(slots))
    }

    /// Makes an empty directory, in a memory that is as large as it was said to be.
    pub(crate) fn create(&self, memory: &mut dyn Memory) -> Result<(), MemoryError> {
        // Nobody may find an older list whose regions are written over from here on.
        memory.store(0, &[0; ENTRY as usize])?;
        self.measure(memory)?;
        self.clear(memory, 0)?;
        memory.store(0, &self.header)
    }

    /// Sees that bytes at each power of two and at the end are not the same ones.
    fn measure(&self, memory: &mut dyn Memory) -> Result<(), MemoryError> {
        let powers = (PAGE.ilog2()..u64::BITS).map(|power| 1 << power);
        let places: Vec<u64> =
            powers.take_while(|at| at + 8 < self.bytes).chain([0, self.bytes.saturating_sub(8)]).collect();
        let mark = |at: u64| (at ^ u64::from_le_bytes(*MAGIC)).to_le_bytes();
        for at in &places {
            memory.store(*at, &mark(*at))?;
        }
        for at in &places {
            let mut found = [0; 8];
            memory.load(*at, &mut found)?;
            if found != mark(*at) {
                return Err(MemoryError::Aliased { bytes: self.bytes });
            }
        }
        places.iter().try_for_each(|at| memory.store(*at, &[0; 8]))
    }

    /// Ends the list in front of slot `index`, if there is such a slot.
    pub(crate) fn clear(&self, memory: &mut dyn Memory, index: usize) -> Result<(), MemoryError> {
        if index < self.slots() { memory.store(place(index), &[0; ENTRY as usize]) } else { Ok(()) }
    }

    /// Writes slot `index`.
    pub(crate) fn write(&self, memory: &mut dyn Memory, index: usize, slot: &Slot) -> Result<(), MemoryError> {
        memory.store(place(index), &self.encoded(index, slot))
    }

    fn encoded(&self, index: usize, slot: &Slot) -> [u8; ENTRY as usize] {
        let Slot { key, region, contents } = slot;
        let fields = [&key[..], &region.at.to_le_bytes(), &region.bytes.to_le_bytes(), contents].concat();
        let place = (index as u64).to_le_bytes();
        sealed(&fields, &[&self.header[..], &place, &fields].concat())
    }

    /// Slot `index` from its bytes, if it is one whose region lies behind `free`.
    fn slot(&self, index: usize, bytes: &[u8; ENTRY as usize], free: u64) -> Option<Slot> {
        let digest = |at: usize| bytes[at..].first_chunk::<DIGEST>().copied();
        let number = |at: usize| bytes[at..].first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes));
        let region = Region { at: number(DIGEST)?, bytes: number(DIGEST + 8)? };
        let slot = Slot { key: digest(0)?, region, contents: digest(DIGEST + 16)? };
        let end = region.at.checked_add(region.bytes)?;
        let right = self.encoded(index, &slot) == *bytes && end <= self.bytes;
        (right && region.at >= free && region.at.is_multiple_of(PAGE)).then_some(slot)
    }
}

/// Byte at which slot `index` begins.
fn place(index: usize) -> u64 {
    ENTRY * (index as u64 + 1)
}

/// `fields`, the digest of `all` behind them, and zeros.
fn sealed(fields: &[u8], all: &[u8]) -> [u8; ENTRY as usize] {
    let mut entry = [0; ENTRY as usize];
    entry[..fields.len()].copy_from_slice(fields);
    entry[fields.len()..][..DIGEST].copy_from_slice(&Sha256::digest(all));
    entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ram;

    const BYTES: u64 = 1 << 16;

    fn slot(key: u8, at: u64) -> Slot {
        Slot { key: [key; 32], region: Region { at, bytes: 5000 }, contents: [key ^ 0xFF; 32] }
    }

    /// A directory with three slots.
    fn written() -> (Directory, Ram, Vec<Slot>) {
        let (directory, mut memory) = (Directory::new(BYTES, &[7; 32]), Ram::new(BYTES as usize));
        let slots: Vec<Slot> = (0..3).map(|i| slot(i, 4096 + 8192 * u64::from(i))).collect();
        directory.create(&mut memory).unwrap();
        slots.iter().enumerate().for_each(|(index, slot)| directory.write(&mut memory, index, slot).unwrap());
        (directory, memory, slots)
    }

    #[test]
    fn a_header_by_hand() {
        let (_, mut memory, _) = written();
        let mut start = [0; 56];
        memory.load(0, &mut start).unwrap();
        assert_eq!(start[..24], *b"trinedir\x01\0\0\0\x1f\0\0\0\0\0\x01\0\0\0\0\0");
        assert_eq!(start[24..], [7; 32]);
    }

    /// A memory that is said to be larger than it is: its addresses wrap.
    struct Wrapped(Ram, u64);

    impl Memory for Wrapped {
        fn bytes(&self) -> u64 {
            self.1
        }

        fn epoch(&self) -> u64 {
            self.0.epoch()
        }

        fn store(&mut self, at: u64, bytes: &[u8]) -> Result<(), MemoryError> {
            self.0.store(at % self.0.bytes(), bytes)
        }

        fn load(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError> {
            self.0.load(at % self.0.bytes(), bytes)
        }
    }

    #[test]
    fn a_memory_that_is_smaller_than_it_is_said_to_be_gets_no_directory() {
        let made = |real: u64, said: u64| {
            let mut memory = Wrapped(Ram::new(real as usize), said);
            Directory::new(said, &[7; 32]).create(&mut memory)
        };
        for said in [2 * BYTES, 2 * BYTES - 4096, 3 * BYTES, 64 * BYTES] {
            assert_eq!(made(BYTES, said), Err(MemoryError::Aliased { bytes: said }), "{said}");
        }
        assert_eq!((made(BYTES, BYTES), made(3 * BYTES, 3 * BYTES)), (Ok(()), Ok(())));
    }

    #[test]
    fn every_damaged_bit_is_noticed_and_ends_the_list_there() {
        let (directory, memory, slots) = written();
        assert_eq!(directory.read(&mut memory.clone()).unwrap(), Some(slots.clone()));
        for byte in 0..4 * ENTRY {
            let mut damaged = memory.clone();
            let mut value = [0];
            damaged.load(byte, &mut value).unwrap();
            damaged.store(byte, &[value[0] ^ 0x10]).unwrap();
            let expected = (byte / ENTRY).checked_sub(1).map(|whole| slots[..whole as usize].to_vec());
            assert_eq!(directory.read(&mut damaged).unwrap(), expected, "byte {byte}");
        }
    }

    #[test]
    fn another_purpose_or_size_finds_no_directory_and_no_slots_of_an_earlier_one() {
        let (directory, mut memory, slots) = written();
        assert_eq!(Directory::new(BYTES, &[8; 32]).read(&mut memory).unwrap(), None);
        assert_eq!(Directory::new(BYTES - 4096, &[7; 32]).read(&mut memory).unwrap(), None);
        let other = Directory::new(BYTES, &[8; 32]);
        other.create(&mut memory).unwrap();
        assert_eq!((other.read(&mut memory).unwrap(), directory.read(&mut memory).unwrap()), (Some(vec![]), None));
        // The next slot of the first directory is still there.
        other.write(&mut memory, 0, &slots[0]).unwrap();
        assert_eq!(other.read(&mut memory).unwrap(), Some(slots[..1].to_vec()));
    }

    #[test]
    fn regions_that_cannot_be_are_no_slots() {
        let (directory, mut memory, slots) = written();
        for region in [
            Region { at: 0, bytes: 4096 },
            Region { at: 4096, bytes: 1 },
            Region { at: 12288 + 64, bytes: 1 },
            Region { at: BYTES - 4096, bytes: 4097 },
            Region { at: u64::MAX - 4095, bytes: 4096 },
        ] {
            directory.write(&mut memory, 1, &Slot { region, ..slots[1].clone() }).unwrap();
            assert_eq!(directory.read(&mut memory).unwrap(), Some(slots[..1].to_vec()), "{region:?}");
        }
    }

    #[test]
    fn a_memory_has_a_slot_for_every_32_kib_up_to_a_limit() {
        let of = |bytes| Directory::new(bytes, &[0; 32]);
        assert_eq!((of(BYTES).table(), of(BYTES).slots()), (4096, 31));
        assert_eq!((of(64 << 20).table(), of(64 << 20).slots()), (1 << 18, 2047));
        assert_eq!((of(1 << 40).table(), of(1 << 40).slots()), (1 << 20, 8191));
        assert_eq!(of(100).read(&mut Ram::new(100)).unwrap(), None);
        // All of them can be used.
        let (directory, mut memory) = (of(BYTES), Ram::new(BYTES as usize));
        directory.create(&mut memory).unwrap();
        let small = |index: usize| Slot { region: Region { at: 4096, bytes: 0 }, ..slot(index as u8, 0) };
        (0..31).for_each(|index| directory.write(&mut memory, index, &small(index)).unwrap());
        assert_eq!(directory.read(&mut memory).unwrap().unwrap().len(), 31);
        directory.clear(&mut memory, 31).unwrap();
        let mut behind = [9];
        memory.load(4096, &mut behind).unwrap();
        assert_eq!(behind, [0]);
    }
}
