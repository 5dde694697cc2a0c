//! The device's end of LiteX's uartbone without wires: bytes in, accesses of a register space, bytes out.
//!
//! A frame is a byte of command, a byte of length in words, a word address of four bytes and, for writes, the words, all highest
//! byte first. This does what the module `trine_uartbone` does with the same bytes, refused accesses, addresses beyond the space and
//! words before a frame breaks off included, except that a line without wires takes what comes while it answers.
//!
//! A bridge [with memory](Bridge::with_memory) stands in for one on the bus of a SoC, which reaches the unit's memory too.

use std::ops::Range;
use std::time::Duration;

use trine_driver::{Memory, MemoryError, TransportError, Words};
use trine_spec::registers::SPACE;

use crate::terminal::FarEnd;

/// A pause after which the rest of a frame does not come any more: longer than a program is kept waiting for its turn, shorter
/// than the driver waits for a line to fall silent.
const GAP: Duration = Duration::from_millis(500);

/// Bytes in front of the words.
const HEADER: usize = 6;

/// A word at the far end.
enum Place {
    Register(u32),
    Memory(u64),
}

/// Registers that bytes of a line reach.
#[derive(Debug)]
pub struct Bridge<W> {
    words: W,
    /// Addresses of the memory.
    memory: Range<u64>,
    /// The header of the frame under way, so far.
    header: Vec<u8>,
    /// The word of it that arrives, so far.
    word: Vec<u8>,
    /// Words still to come.
    left: u8,
    /// Word address of the next one; a burst that leaves the space does not come in again.
    place: u64,
}

impl<W: Words> Bridge<W> {
    /// A bridge to `words`, at word address 0.
    pub fn new(words: W) -> Self {
        Self { words, memory: 0..0, header: vec![], word: vec![], left: 0, place: 0 }
    }

    /// The same, with the device's memory at its own `addresses`; they lie beyond the registers.
    #[must_use]
    pub fn with_memory(self, addresses: Range<u64>) -> Self {
        Self { memory: addresses, ..self }
    }

    fn byte(&mut self, byte: u8, answer: &mut Vec<u8>) -> Result<(), TransportError> {
        if self.header.len() < HEADER {
            // What is no command does not begin a frame.
            if !self.header.is_empty() || (1..=4).contains(&byte) {
                self.header.push(byte);
            }
            if let [_, left, address @ ..] = &self.header[..]
                && let Ok(address) = <[u8; 4]>::try_from(address)
            {
                (self.left, self.place) = (*left, u32::from_be_bytes(address).into());
                self.begin(answer)?;
            }
            return Ok(());
        }
        self.word.push(byte);
        if let Ok(word) = <[u8; 4]>::try_from(&self.word[..]) {
            self.word.clear();
            let word = u32::from_be_bytes(word);
            match self.next() {
                Some(Place::Register(offset)) => _ = accepted(self.words.write(offset, word))?,
                Some(Place::Memory(at)) => self.memory(|memory| memory.store(at, &word.to_le_bytes()))?,
                None => {}
            }
            self.end_if_done();
        }
        Ok(())
    }

    /// Does what a complete header asks for: all of it, if it reads.
    fn begin(&mut self, answer: &mut Vec<u8>) -> Result<(), TransportError> {
        let reads = self.header[0].is_multiple_of(2);
        while reads && self.left > 0 {
            let word = match self.next() {
                Some(Place::Register(offset)) => accepted(self.words.read(offset))?.unwrap_or(0),
                Some(Place::Memory(at)) => {
                    let mut bytes = [0; 4];
                    self.memory(|memory| memory.load(at, &mut bytes))?;
                    u32::from_le_bytes(bytes)
                }
                None => 0,
            };
            answer.extend(word.to_be_bytes());
        }
        self.end_if_done();
        Ok(())
    }

    fn memory<R>(
        &mut self,
        access: impl FnOnce(&mut dyn Memory) -> Result<R, MemoryError>,
    ) -> Result<R, TransportError> {
        let memory = self.words.memory().ok_or_else(|| TransportError::Failed("the device has no memory".into()))?;
        access(memory).map_err(|error| TransportError::Failed(error.to_string()))
    }

    /// The next word, where there is one at its address.
    fn next(&mut self) -> Option<Place> {
        let offset = 4 * self.place;
        self.left -= 1;
        // Commands 3 and 4 stay where they are.
        self.place += u64::from(self.header[0] <= 2);
        match u32::try_from(offset) {
            Ok(register) if register < SPACE => Some(Place::Register(register)),
            _ => self.memory.contains(&offset).then_some(Place::Memory(offset)),
        }
    }

    fn end_if_done(&mut self) {
        if self.left == 0 {
            self.header.clear();
        }
    }
}

/// The line carries no refusals: the unit keeps the reason in its registers.
fn accepted<R>(outcome: Result<R, TransportError>) -> Result<Option<R>, TransportError> {
    match outcome {
        Err(TransportError::Refused(_)) => Ok(None),
        outcome => outcome.map(Some),
    }
}

impl<W: Words> FarEnd for Bridge<W> {
    fn take(&mut self, bytes: &[u8], answer: &mut Vec<u8>) -> Result<Duration, TransportError> {
        bytes.iter().try_for_each(|byte| self.byte(*byte, answer)).map(|()| GAP)
    }

    /// Gives up a frame that stands still.
    fn rest(&mut self, _answer: &mut Vec<u8>) -> Result<Duration, TransportError> {
        self.header.clear();
        self.word.clear();
        self.left = 0;
        Ok(GAP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads as its address; refuses the second word.
    #[derive(Default)]
    struct Log(Vec<(u32, u32)>);

    impl Words for Log {
        fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
            if offset == 4 { Err(TransportError::Refused("no".into())) } else { Ok(offset) }
        }

        fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
            self.0.push((offset, value));
            if offset == 8 { Err(TransportError::Failed("broken".into())) } else { Ok(()) }
        }
    }

    fn answer(bridge: &mut Bridge<Log>, bytes: &[u8]) -> Vec<u8> {
        let mut answer = vec![];
        bridge.take(bytes, &mut answer).unwrap();
        answer
    }

    #[test]
    fn reads_rise_or_stay_and_end_at_the_space() {
        let mut bridge = Bridge::new(Log::default());
        assert_eq!(answer(&mut bridge, &[2, 2, 0, 0, 0, 3]), [0, 0, 0, 12, 0, 0, 0, 16]);
        assert_eq!(answer(&mut bridge, &[4, 2, 0, 0, 0, 3]), [0, 0, 0, 12, 0, 0, 0, 12]);
        assert_eq!(answer(&mut bridge, &[2, 2, 0, 0, 3, 0xFF]), [0, 0, 0x0F, 0xFC, 0, 0, 0, 0]);
        assert_eq!(answer(&mut bridge, &[2, 2, 0xFF, 0xFF, 0xFF, 0xFF]), [0; 8], "nor does it come round");
        assert_eq!(answer(&mut bridge, &[2, 1, 0, 0, 0, 1]), [0; 4], "a refused read is answered all the same");
        assert!(answer(&mut bridge, &[2, 0, 0, 0, 0, 0]).is_empty());
    }

    #[test]
    fn words_are_written_as_they_arrive_and_half_ones_never() {
        let mut bridge = Bridge::new(Log::default());
        answer(&mut bridge, &[0, 9, 3, 3, 0, 0, 0, 5, 1, 2, 3, 4, 5, 6]);
        bridge.rest(&mut vec![]).unwrap();
        answer(&mut bridge, &[1, 2, 0, 0, 0, 31, 0, 0, 0, 7, 0, 0, 0, 8]);
        assert_eq!(bridge.words.0, [(20, 0x0102_0304), (124, 7), (128, 8)]);
    }

    #[test]
    fn a_link_that_fails_is_not_taken_for_a_refusal() {
        let mut bridge = Bridge::new(Log::default());
        let error = bridge.take(&[1, 1, 0, 0, 0, 2, 0, 0, 0, 0], &mut vec![]).unwrap_err();
        assert!(matches!(error, TransportError::Failed(_)), "{error}");
    }
}
