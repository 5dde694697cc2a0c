//! The memory of a device behind the link that reaches its registers.
//!
//! ```text
//! bytes ──> words, byte 0 lowest ──> parts ──> BoneMemory: words written, and read back as far as the link needs it
//! ```
//! A part that could not be written leaves the link in order again and the contents in doubt, so that the epoch changes. A byte
//! that is flipped stays unseen where only a part's last word is read back; whoever placed the bytes finds it by their digest.

use std::ops::Range;

use trine_memory::MemoryError;
use trine_spec::registers::SPACE;

use crate::{Error, TransportError, Words};

/// Bytes of a part, whole words.
const PART: usize = 8160;

/// Boundary at which a memory begins.
const PAGE: u64 = 4096;

/// Addresses of a memory on the bus that a link of words reaches. The device sees it at the same addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemorySpan {
    at: u32,
    bytes: u64,
}

impl MemorySpan {
    /// `bytes` bytes from address `at` on, beside a device whose registers begin at `registers`.
    ///
    /// # Errors
    /// [`Error::Span`] when they do not begin and end at a page of 4 KiB, leave the 32 bits of an address, or meet the registers.
    pub fn new(at: u32, bytes: u64, registers: u32) -> Result<Self, Error> {
        let (first, registers) = (u64::from(at), u64::from(registers));
        let refused = |problem: String| Err(Error::Span { at: first, bytes, problem });
        let Some(end) = first.checked_add(bytes).filter(|end| *end <= 1 << 32) else {
            return refused("they end beyond the 32 bits of an address".into());
        };
        if bytes == 0 {
            return refused("there is none".into());
        }
        if !first.is_multiple_of(PAGE) || !bytes.is_multiple_of(PAGE) {
            return refused(format!("address and length must be multiples of {PAGE}"));
        }
        let space = registers + u64::from(SPACE);
        if first < space && registers < end {
            return refused(format!("the registers lie from {registers:#x} to {space:#x}"));
        }
        Ok(Self { at, bytes })
    }

    /// Addresses on the bus.
    pub fn addresses(&self) -> Range<u64> {
        self.at.into()..u64::from(self.at) + self.bytes
    }

    /// Length.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Address on the bus of byte `at` of the memory, if `count` bytes from there on are inside.
    fn range(&self, at: u64, count: usize) -> Result<u32, MemoryError> {
        let (count, bytes) = (count as u64, self.bytes);
        let inside = at.checked_add(count).is_some_and(|end| end <= bytes);
        let address = u32::try_from(u64::from(self.at) + at.min(bytes)).ok();
        address.filter(|_| inside).ok_or(MemoryError::Range { at, count, bytes })
    }
}

/// A link of words that reaches a memory, at addresses of the bus.
pub(crate) trait BoneMemory: Words {
    /// Addresses of the memory, if there is one.
    fn span(&self) -> Option<MemorySpan>;

    /// Counts that the contents came into doubt.
    fn doubt(&mut self);

    /// Reads words at rising addresses, a multiple of 4.
    ///
    /// # Errors
    /// [`TransportError`] when the link fails.
    fn read_words(&mut self, address: u32, words: &mut [u32]) -> Result<(), TransportError>;

    /// Writes words at rising addresses, and reads back as many as show that they came.
    ///
    /// # Errors
    /// [`TransportError`] when the link fails, or other words are read back.
    fn write_words(&mut self, address: u32, words: &[u32]) -> Result<(), TransportError>;

    /// Bytes of the memory.
    fn memory_bytes(&self) -> u64 {
        self.span().map_or(0, |span| span.bytes)
    }

    /// Address of its first byte.
    fn first_byte(&self) -> u64 {
        self.span().map_or(0, |span| span.at.into())
    }
}

/// Address on the bus of byte `at` of the link's memory; without a memory nothing is inside.
fn range(link: &impl BoneMemory, at: u64, count: usize) -> Result<u32, MemoryError> {
    link.span().unwrap_or(MemorySpan { at: 0, bytes: 0 }).range(at, count)
}

/// Stores bytes from byte `at` of the link's memory on.
///
/// # Errors
/// As [`trine_memory::Memory::store`].
pub(crate) fn store(link: &mut impl BoneMemory, at: u64, bytes: &[u8]) -> Result<(), MemoryError> {
    let mut address = range(link, at, bytes.len())?;
    for part in bytes.chunks(PART) {
        let whole = address.is_multiple_of(4) && part.len().is_multiple_of(4);
        if whole {
            sure_part(link, address, part)?;
        } else {
            // Only words can be written: what lies around the bytes goes with them.
            let (mut around, before) = around(link, address, part.len())?;
            around[before..][..part.len()].copy_from_slice(part);
            sure_part(link, address - before as u32, &around)?;
        }
        address = address.wrapping_add(part.len() as u32);
    }
    Ok(())
}

/// Loads bytes from byte `at` of the link's memory on.
///
/// # Errors
/// As [`trine_memory::Memory::load`].
pub(crate) fn load(link: &mut impl BoneMemory, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError> {
    let mut address = range(link, at, bytes.len())?;
    for part in bytes.chunks_mut(PART) {
        let (around, before) = around(link, address, part.len())?;
        part.copy_from_slice(&around[before..][..part.len()]);
        address = address.wrapping_add(part.len() as u32);
    }
    Ok(())
}

/// Reads the words that hold `count` bytes at `address`; returns them as bytes, and how many come before the first of these.
fn around(link: &mut impl BoneMemory, address: u32, count: usize) -> Result<(Vec<u8>, usize), MemoryError> {
    let before = (address % 4) as usize;
    let mut words = vec![0; (before + count).div_ceil(4)];
    let first = address - before as u32;
    // Reading changes nothing, so that it can be tried again at once.
    if link.read_words(first, &mut words).is_err() {
        link.recover().and_then(|()| link.read_words(first, &mut words)).map_err(failed(first))?;
    }
    Ok((words.iter().flat_map(|word| word.to_le_bytes()).collect(), before))
}

/// Writes whole words at `first`; after a failure with the link in order again, and with the contents in doubt: the rest of a broken
/// write may have gone anywhere.
fn sure_part(link: &mut impl BoneMemory, first: u32, bytes: &[u8]) -> Result<(), MemoryError> {
    let words: Vec<u32> = bytes.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    let Err(error) = link.write_words(first, &words) else { return Ok(()) };
    link.doubt();
    link.recover().map_err(failed(first))?;
    Err(failed(first)(error))
}

fn failed(address: u32) -> impl FnOnce(TransportError) -> MemoryError {
    move |error| MemoryError::Failed(format!("the device's memory, {address:#010x} on the bus: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor, ErrorKind, Read, Write};

    use trine_memory::Memory;

    use super::*;
    use crate::Uartbone;

    /// The bytes that were sent, and those that answer; then silence.
    struct Line(Vec<u8>, Cursor<Vec<u8>>);

    impl Read for Line {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.1.read(buffer)? {
                0 if !buffer.is_empty() => Err(ErrorKind::TimedOut.into()),
                count => Ok(count),
            }
        }
    }

    impl Write for Line {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn bone(answers: &[u8]) -> Uartbone<Line> {
        let span = MemorySpan::new(0x4000_0000, 0x2000, 0x3000_0000).unwrap();
        Uartbone::new(Line(vec![], Cursor::new(answers.to_vec())), 0x3000_0000).with_memory(span)
    }

    fn sent(bone: Uartbone<Line>) -> Vec<u8> {
        bone.into_line().0
    }

    #[test]
    fn words_have_their_first_byte_lowest_and_parts_end_with_a_read() {
        let mut device = bone(&[8, 7, 6, 5]);
        device.store(0x10, &[1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
        let (write, read) = ([1, 2, 0x10, 0, 0, 4, 4, 3, 2, 1, 8, 7, 6, 5], [2, 1, 0x10, 0, 0, 5]);
        assert_eq!((device.epoch(), sent(device)), (0, [&write[..], &read].concat()));
    }

    #[test]
    fn bytes_inside_words_are_written_with_what_lies_around_them() {
        let mut device = bone(&[0xD, 0xC, 0xB, 0xA, 0xD, 9, 8, 0xA]);
        device.store(1, &[8, 9]).unwrap();
        let (first, write) = ([2, 1, 0x10, 0, 0, 0], [1, 1, 0x10, 0, 0, 0, 0xD, 9, 8, 0xA]);
        assert_eq!(sent(device), [&first[..], &write, &first].concat());
        let mut device = bone(&[4, 3, 2, 1, 8, 7, 6, 5]);
        let mut bytes = [0; 3];
        device.load(3, &mut bytes).unwrap();
        assert_eq!(bytes, [4, 5, 6]);
    }

    #[test]
    fn a_read_is_tried_again_and_a_write_leaves_its_contents_in_doubt() {
        // The first answer breaks off.
        let mut device = bone(&[1, 2]);
        let silent = device.load(0, &mut [0; 4]).unwrap_err().to_string();
        assert!(silent.starts_with("the device's memory, 0x40000000 on the bus: serial line, reading at 0x40000000"));
        assert_eq!((device.epoch(), sent(device)), (0, [2, 1, 0x10, 0, 0, 0].repeat(2)));
        let mut device = bone(&[0, 0, 0, 9]);
        let wrong = device.store(0, &[7, 0, 0, 0]).unwrap_err().to_string();
        assert!(wrong.contains("0x00000009 was read back at 0x40000000 where 0x00000007 was written"), "{wrong}");
        assert_eq!(device.epoch(), 1);
    }

    #[test]
    fn what_is_outside_is_refused_before_anything_is_sent() {
        let mut device = bone(&[]);
        let outside = |at, count| Err(MemoryError::Range { at, count, bytes: 0x2000 });
        assert_eq!(device.store(0x1ffc, &[0; 5]), outside(0x1ffc, 5));
        assert_eq!(device.load(u64::MAX, &mut [0]), outside(u64::MAX, 1));
        assert_eq!(device.store(0x2000, &[]), Ok(()));
        assert!(sent(device).is_empty());
        let none = Uartbone::new(Line(vec![], Cursor::new(vec![])), 0).load(0, &mut [0]);
        assert_eq!(none, Err(MemoryError::Range { at: 0, count: 1, bytes: 0 }));
    }

    #[test]
    fn addresses_that_no_memory_can_have_are_named() {
        let refused = |at, bytes| MemorySpan::new(at, bytes, 0x4000_0000).unwrap_err().to_string();
        for (at, bytes, part) in [
            (0x1000, 0, "there is none"),
            (0x1004, 0x1000, "must be multiples of 4096"),
            (0x1000, 0x1004, "must be multiples of 4096"),
            (0xFFFF_F000, 0x2000, "beyond the 32 bits"),
            (0x1000, u64::MAX, "beyond the 32 bits"),
            (0x3000_0000, 0x1000_1000, "the registers lie from 0x40000000 to 0x40001000"),
            (0x4000_0000, 0x1000, "the registers lie from"),
        ] {
            let message = refused(at, bytes);
            assert!(
                message.starts_with(&format!("no memory can have {bytes} bytes at address {at:#x}: ")),
                "{message}"
            );
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(MemorySpan::new(0x4000_1000, 0xBFFF_F000, 0x4000_0000).unwrap().addresses().end, 1 << 32);
        assert!(MemorySpan::new(0x3FFF_F000, 0x1000, 0x4000_0000).is_ok());
    }
}
