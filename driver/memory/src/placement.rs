//! Regions of a memory by their keys.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::directory::{Directory, PAGE, Slot};
use crate::{Key, Memory, MemoryError};

/// Bytes that are moved at a time.
const PART: usize = 1 << 16;

/// A piece of a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// Address of the first byte.
    pub at: u64,
    /// Length.
    pub bytes: u64,
}

/// Trust in the contents of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    /// They are as they were placed.
    Sure,
    /// The memory may have lost them: they are read back before they are used.
    Doubted,
    /// They are not what was placed.
    Broken,
}

/// A region that the directory names.
#[derive(Clone, Debug)]
struct Entry {
    index: usize,
    region: Region,
    contents: Key,
    trust: Trust,
    /// True if somebody asked for it or placed it since the directory was read.
    used: bool,
}

/// The directory as it was read, and changed since.
#[derive(Clone, Debug)]
struct Known {
    epoch: u64,
    directory: Directory,
    /// True if the directory is in the memory.
    there: bool,
    entries: HashMap<Key, Entry>,
    /// First slot and first byte that are free.
    slot: usize,
    next: u64,
}

/// Regions of one memory by their keys, which tell contents apart. The memory holds contents of one purpose at a time.
#[derive(Clone, Debug)]
pub struct Placement {
    purpose: Key,
    known: Option<Known>,
    /// Epoch of the memory when its directory was first read.
    began: Option<u64>,
}

impl Placement {
    /// Regions for contents of this purpose: whatever else they depend on besides their keys.
    #[must_use]
    pub fn new(purpose: Key) -> Self {
        Self { purpose, known: None, began: None }
    }

    /// The directory, read where it is not known or the memory began anew.
    fn known(&mut self, memory: &mut dyn Memory) -> Result<&mut Known, MemoryError> {
        let (epoch, bytes) = (memory.epoch(), memory.bytes());
        let known = match self.known.take().filter(|known| known.epoch == epoch) {
            Some(known) => known,
            None => {
                let trust = if *self.began.get_or_insert(epoch) == epoch { Trust::Sure } else { Trust::Doubted };
                let directory = Directory::new(bytes, &self.purpose);
                let slots = directory.read(memory)?;
                Known::new(epoch, directory, slots, trust)
            }
        };
        Ok(self.known.insert(known))
    }

    /// The region of `key`, if it was placed and `memory` has kept its contents.
    ///
    /// # Errors
    /// As [`Memory::load`].
    pub fn find(&mut self, memory: &mut dyn Memory, key: &Key) -> Result<Option<Region>, MemoryError> {
        let Some(entry) = self.known(memory)?.entries.get_mut(key) else { return Ok(None) };
        entry.used = true;
        let (trust, region) = (entry.trust, entry.region);
        let lost = trust == Trust::Broken || trust == Trust::Doubted && self.damaged(memory, key)?;
        Ok((!lost).then_some(region))
    }

    /// Writes `bytes` to a region of their own, or to the one that `key` has if it is of this length. Where there is no room,
    /// regions that nobody asked for go, and all others with them.
    ///
    /// # Errors
    /// [`MemoryError::Full`] and [`MemoryError::Slots`] when there is no room; then nothing is written. Otherwise as
    /// [`Memory::store`].
    pub fn place(&mut self, memory: &mut dyn Memory, key: Key, bytes: &[u8]) -> Result<Region, MemoryError> {
        self.place_with(memory, key, bytes, &mut |_| {})
    }

    /// The same; `progress` learns how many bytes were written, again and again.
    ///
    /// # Errors
    /// As [`Placement::place`].
    pub fn place_with(
        &mut self,
        memory: &mut dyn Memory,
        key: Key,
        bytes: &[u8],
        progress: &mut dyn FnMut(u64),
    ) -> Result<Region, MemoryError> {
        let known = self.known(memory)?;
        let length = bytes.len() as u64;
        if !known.has(&key, length)
            && let Err(full) = known.room(&[length])
        {
            known.room_when_empty(&[length])?;
            if known.entries.values().all(|entry| entry.used) {
                return Err(full);
            }
            self.clear(memory)?;
        }
        let known = self.known(memory)?;
        let region = known.write(memory, key, bytes, progress)?;
        match memory.epoch() == known.epoch {
            true => Ok(region),
            false => Err(MemoryError::Failed("the device's memory began anew while it was written".into())),
        }
    }

    /// True if the region of `key` does not hold what was placed there, or was never placed.
    ///
    /// # Errors
    /// As [`Memory::load`].
    pub fn damaged(&mut self, memory: &mut dyn Memory, key: &Key) -> Result<bool, MemoryError> {
        let Some(entry) = self.known(memory)?.entries.get_mut(key) else { return Ok(true) };
        let (region, mut found, mut part) = (entry.region, Sha256::new(), vec![0; PART]);
        for at in (region.at..region.at + region.bytes).step_by(PART) {
            let part = &mut part[..(region.at + region.bytes - at).min(PART as u64) as usize];
            memory.load(at, part)?;
            found.update(part);
        }
        let right = found.finalize()[..] == entry.contents;
        entry.trust = if right { Trust::Sure } else { Trust::Broken };
        Ok(!right)
    }

    /// Makes room for the contents with these keys and lengths: where what is missing of them does not fit behind what is there,
    /// everything goes. Returns true if it does.
    ///
    /// # Errors
    /// [`MemoryError::Full`] and [`MemoryError::Slots`] when they do not fit an empty memory; then nothing is changed. Otherwise as
    /// [`Memory::store`].
    pub fn make_room(&mut self, memory: &mut dyn Memory, contents: &[(Key, u64)]) -> Result<bool, MemoryError> {
        let known = self.known(memory)?;
        let all: Vec<u64> = contents.iter().map(|(_, length)| *length).collect();
        known.room_when_empty(&all)?;
        let missing: Vec<u64> =
            contents.iter().filter(|(key, length)| !known.has(key, *length)).map(|(_, length)| *length).collect();
        let full = known.room(&missing).is_err();
        if full {
            self.clear(memory)?;
        }
        Ok(full)
    }

    /// Forgets all regions, here and in the memory.
    ///
    /// # Errors
    /// As [`Memory::store`].
    pub fn clear(&mut self, memory: &mut dyn Memory) -> Result<(), MemoryError> {
        let known = self.known(memory)?;
        *known = Known::new(known.epoch, known.directory.clone(), None, Trust::Sure);
        known.create(memory)
    }
}

impl Known {
    fn new(epoch: u64, directory: Directory, slots: Option<Vec<Slot>>, trust: Trust) -> Self {
        let there = slots.is_some();
        let slots = slots.unwrap_or_default();
        let end = slots.last().map_or(directory.table(), |last| last.region.at + last.region.bytes);
        let (slot, next) = (slots.len(), end.next_multiple_of(PAGE));
        let entry =
            |(index, Slot { key, region, contents })| (key, Entry { index, region, contents, trust, used: false });
        Self { epoch, directory, there, entries: slots.into_iter().enumerate().map(entry).collect(), slot, next }
    }

    fn has(&self, key: &Key, length: u64) -> bool {
        self.entries.get(key).is_some_and(|entry| entry.region.bytes == length)
    }

    /// Looks whether further regions of these lengths fit.
    fn room(&self, lengths: &[u64]) -> Result<(), MemoryError> {
        fits(self.directory.bytes(), self.directory.slots(), self.slot, self.next, lengths)
    }

    fn room_when_empty(&self, lengths: &[u64]) -> Result<(), MemoryError> {
        fits(self.directory.bytes(), self.directory.slots(), 0, self.directory.table(), lengths)
    }

    fn create(&mut self, memory: &mut dyn Memory) -> Result<(), MemoryError> {
        self.there = false;
        self.directory.create(memory)?;
        self.there = true;
        Ok(())
    }

    /// Writes a region for which there is room, then its slot.
    fn write(
        &mut self,
        memory: &mut dyn Memory,
        key: Key,
        bytes: &[u8],
        progress: &mut dyn FnMut(u64),
    ) -> Result<Region, MemoryError> {
        if !self.there {
            self.create(memory)?;
        }
        let length = bytes.len() as u64;
        let old = self.entries.get_mut(&key).filter(|entry| entry.region.bytes == length);
        let again = old.is_some();
        let (index, region) = match old {
            Some(entry) => {
                entry.trust = Trust::Broken;
                (entry.index, entry.region)
            }
            None => (self.slot, Region { at: self.next, bytes: length }),
        };
        if again {
            // Nobody may find in the list what is being written.
            self.directory.clear(memory, index)?;
        }
        for (at, part) in (region.at..).step_by(PART).zip(bytes.chunks(PART)) {
            memory.store(at, part)?;
            progress(part.len() as u64);
        }
        if !again {
            self.directory.clear(memory, index + 1)?;
        }
        let contents = Sha256::digest(bytes).into();
        self.directory.write(memory, index, &Slot { key, region, contents })?;
        self.entries.insert(key, Entry { index, region, contents, trust: Trust::Sure, used: true });
        if !again {
            self.slot += 1;
            self.next = (region.at + length).next_multiple_of(PAGE);
        }
        Ok(region)
    }
}

/// Looks whether regions of these lengths fit a memory of `bytes` behind `slot` of `slots` and from `next` on.
fn fits(bytes: u64, slots: usize, slot: usize, next: u64, lengths: &[u64]) -> Result<(), MemoryError> {
    let mut end = Some(next);
    for length in lengths {
        end = end.map(|end| end.next_multiple_of(PAGE)).and_then(|end| end.checked_add(*length));
    }
    if end.is_none_or(|end| end > bytes) {
        // Regions begin at pages.
        let more =
            lengths.iter().fold(0, |sum: u64, length| sum.saturating_add(length.div_ceil(PAGE).saturating_mul(PAGE)));
        return Err(MemoryError::Full { bytes, used: next.min(bytes), more });
    }
    match lengths.len() <= slots - slot {
        true => Ok(()),
        false => Err(MemoryError::Slots { slots, used: slot, more: lengths.len() }),
    }
}
