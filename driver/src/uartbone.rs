//! LiteX's uartbone protocol over any line of bytes.
//!
//! A frame is a command, a length in words, a word address of four bytes and, for writes, the words; all highest byte first.
//! Reads are answered with the words. The line answers nothing else, so that errors of the device are seen in its registers
//! only, and a line that lost a byte takes the next frame for the rest of the one before, until nothing comes for a while.
//!
//! So every part of a memory that is written ends with a read of its last word: bytes that were lost on the way, or came twice,
//! shift the frames behind them, and that read has no answer or a wrong one.

use std::io::{self, ErrorKind, Read, Write};

use trine_memory::{Memory, MemoryError};

use crate::bone_memory::{self, BoneMemory};
use crate::{MemorySpan, TransportError, Words};

const WRITE: u8 = 1;
const READ: u8 = 2;

/// Most words of a frame.
const FRAME: usize = 255;

/// Reads after which a line that should be silent is given up.
const NOISY: usize = 1000;

/// A device whose register space begins at byte address `base` of what a serial line reaches, and perhaps its memory.
#[derive(Debug)]
pub struct Uartbone<L> {
    line: L,
    base: u32,
    memory: Option<MemorySpan>,
    /// Times that the contents of the memory came into doubt.
    doubts: u64,
}

impl<L: Read + Write> Uartbone<L> {
    /// A device behind `line`, whose reads must end with an error when nothing comes.
    pub fn new(line: L, base: u32) -> Self {
        Self { line, base, memory: None, doubts: 0 }
    }

    /// The same with the memory at `span`, which the line reaches too.
    #[must_use]
    pub fn with_memory(self, span: MemorySpan) -> Self {
        Self { memory: Some(span), ..self }
    }

    /// The line, for other uses.
    pub fn into_line(self) -> L {
        self.line
    }

    fn frame(&mut self, command: u8, address: u32, words: usize, payload: &[u32]) -> io::Result<()> {
        let mut frame = vec![command, words as u8];
        frame.extend((address / 4).to_be_bytes());
        frame.extend(payload.iter().flat_map(|word| word.to_be_bytes()));
        self.line.write_all(&frame).and_then(|()| self.line.flush())
    }

    /// Reads at most [`FRAME`] words at `address`.
    fn read_frame(&mut self, address: u32, words: &mut [u32]) -> io::Result<()> {
        let mut bytes = vec![0; 4 * words.len()];
        let asked = self.frame(READ, address, words.len(), &[]);
        let outcome = asked.and_then(|()| self.line.read_exact(&mut bytes));
        self.noted(outcome)?;
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        Ok(())
    }

    /// Writes at most [`FRAME`] words at `address`.
    fn write_frame(&mut self, address: u32, words: &[u32]) -> io::Result<()> {
        let outcome = self.frame(WRITE, address, words.len(), words);
        self.noted(outcome)
    }

    /// A line that is gone takes the power of a board with it, perhaps.
    fn noted<R>(&mut self, outcome: io::Result<R>) -> io::Result<R> {
        let gone = |error: &io::Error| !silent(error) && error.kind() != ErrorKind::Interrupted;
        self.doubts += u64::from(outcome.as_ref().is_err_and(gone));
        outcome
    }
}

fn failed(what: &str, offset: u32, error: &io::Error) -> TransportError {
    let why = match silent(error) {
        true => "nothing comes; does the unit run, and at this speed?".to_owned(),
        false => error.to_string(),
    };
    TransportError::Failed(format!("serial line, {what} at {offset:#05x}: {why}"))
}

/// True if a read ended because nothing came.
fn silent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
}

/// Byte offsets of pieces of at most [`FRAME`] words.
fn offsets(offset: u32) -> impl Iterator<Item = u32> {
    (offset..).step_by(4 * FRAME)
}

impl<L: Read + Write> Words for Uartbone<L> {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        let mut word = [0];
        self.read_burst(offset, &mut word)?;
        Ok(word[0])
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        self.write_burst(offset, &[value])
    }

    fn read_burst(&mut self, offset: u32, words: &mut [u32]) -> Result<(), TransportError> {
        for (offset, words) in offsets(offset).zip(words.chunks_mut(FRAME)) {
            self.read_frame(self.base.wrapping_add(offset), words).map_err(|e| failed("reading", offset, &e))?;
        }
        Ok(())
    }

    fn write_burst(&mut self, offset: u32, words: &[u32]) -> Result<(), TransportError> {
        for (offset, words) in offsets(offset).zip(words.chunks(FRAME)) {
            self.write_frame(self.base.wrapping_add(offset), words).map_err(|e| failed("writing", offset, &e))?;
        }
        Ok(())
    }

    fn memory(&mut self) -> Option<&mut dyn Memory> {
        self.memory.is_some().then_some(self as &mut dyn Memory)
    }

    /// Drops what comes until nothing does: by then a frame that broke off is given up at the other end too.
    fn recover(&mut self) -> Result<(), TransportError> {
        let problem = |what: String| TransportError::Failed(format!("serial line: {what}"));
        for _ in 0..NOISY {
            match self.line.read(&mut [0; 1024]) {
                Ok(0) => return Err(problem("its other end is closed".into())),
                Err(error) if silent(&error) => return Ok(()),
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(problem(error.to_string())),
                _ => {}
            }
        }
        Err(problem("it does not fall silent; is something else than a unit there?".into()))
    }
}

impl<L: Read + Write> BoneMemory for Uartbone<L> {
    fn span(&self) -> Option<MemorySpan> {
        self.memory
    }

    fn doubt(&mut self) {
        self.doubts += 1;
    }

    fn read_words(&mut self, address: u32, words: &mut [u32]) -> Result<(), TransportError> {
        for (address, words) in offsets(address).zip(words.chunks_mut(FRAME)) {
            self.read_frame(address, words).map_err(|error| failed("reading", address, &error))?;
        }
        Ok(())
    }

    fn write_words(&mut self, address: u32, words: &[u32]) -> Result<(), TransportError> {
        for (address, words) in offsets(address).zip(words.chunks(FRAME)) {
            self.write_frame(address, words).map_err(|error| failed("writing", address, &error))?;
        }
        let Some(&written) = words.last() else { return Ok(()) };
        let last = address + 4 * (words.len() as u32 - 1);
        let mut found = [0];
        self.read_words(last, &mut found)?;
        if found[0] == written {
            return Ok(());
        }
        let found = format!("{:#010x} was read back at {last:#010x} where {written:#010x} was written", found[0]);
        Err(TransportError::Failed(format!("{found}; is the memory there, and was it started?")))
    }
}

impl<L: Read + Write> Memory for Uartbone<L> {
    fn bytes(&self) -> u64 {
        self.memory_bytes()
    }

    fn epoch(&self) -> u64 {
        self.doubts
    }

    fn origin(&self) -> u64 {
        self.first_byte()
    }

    fn store(&mut self, at: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        bone_memory::store(self, at, bytes)
    }

    fn load(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError> {
        bone_memory::load(self, at, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// The frame that was sent, and its answer.
    struct Line(Vec<u8>, Cursor<Vec<u8>>);

    impl Read for Line {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.1.read(buffer)
        }
    }

    impl Write for Line {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn frames_by_hand() {
        let answer = Cursor::new(vec![0x54, 0x52, 0x49, 0x4E, 0, 2, 0, 0]);
        let mut device = Uartbone::new(Line(vec![], answer), 0x1000_0000);
        let mut words = [0; 2];
        device.read_burst(0, &mut words).unwrap();
        assert_eq!(words, [0x5452_494E, 0x0002_0000]);
        device.write(0x7C, 0x0102_0304).unwrap();
        assert_eq!(device.line.0, [2, 2, 4, 0, 0, 0, 1, 1, 4, 0, 0, 31, 1, 2, 3, 4]);
        let error = device.read(0x14).unwrap_err().to_string();
        assert_eq!(error, "serial line, reading at 0x014: failed to fill whole buffer");
    }

    #[test]
    fn long_bursts_are_several_frames() {
        let mut device = Uartbone::new(Line(vec![], Cursor::new(vec![])), 0);
        device.write_burst(0x400, &[7; 256]).unwrap();
        let sent = &device.line.0;
        assert_eq!(sent.len(), 2 * 6 + 4 * 256);
        assert_eq!(sent[6 + 4 * 255..][..6], [1, 1, 0, 0, 1, 0xFF]);
    }
}
