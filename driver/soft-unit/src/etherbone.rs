//! The device's end of Etherbone in software: a packet in, accesses of a register space and a memory, a packet out.
//!
//! It takes what LiteEth's core takes, and is stricter where that would go on with wrong addresses or stop: a packet is a probe, or one
//! record of at most 16 words that are all written or all read. It shares no code with the driver's own end.

use std::ops::Range;

use trine_driver::{Memory, MemoryError, TransportError, Words};
use trine_spec::registers::SPACE;

/// Bytes of the header of a packet.
const HEADER: usize = 8;

/// Most words of a record, as many as LiteX's buffer holds.
const RECORD: usize = 16;

/// Registers and memory that packets reach.
#[derive(Debug)]
pub struct EtherboneTarget<W> {
    words: W,
    base: u32,
    memory: Range<u64>,
}

impl<W: Words> EtherboneTarget<W> {
    /// A target whose registers, those of `words`, begin at `base`, and whose memory, that of `words`, has these `addresses`.
    pub fn new(words: W, base: u32, addresses: Range<u64>) -> Self {
        Self { words, base, memory: addresses }
    }

    /// The registers.
    pub fn words_mut(&mut self) -> &mut W {
        &mut self.words
    }

    /// Takes a packet, and returns the one that answers it, if any does.
    ///
    /// # Errors
    /// [`TransportError::Refused`] for a packet that LiteEth's core would not do as it says, any other error when the device fails.
    pub fn take(&mut self, packet: &[u8]) -> Result<Option<Vec<u8>>, TransportError> {
        let refused = |why: &str| Err(TransportError::Refused(format!("{why}: {packet:02x?}")));
        let Some((header, record)) = packet.split_at_checked(HEADER) else { return refused("no header") };
        let flags = header[2] & 0x0f;
        if header[..2] != [0x4e, 0x6f] || header[2] >> 4 != 1 || header[3] != 0x44 {
            return refused("not Etherbone 1 of 32 bits");
        }
        let mut answer = header.to_vec();
        if flags == 1 {
            if record.len() != 4 {
                return refused("a probe with more or less than a word");
            }
            answer[2] = 0x12;
            answer.extend(record);
            return Ok(Some(answer));
        }
        let fields: Vec<u32> = record.as_chunks::<4>().0.iter().map(|bytes| u32::from_be_bytes(*bytes)).collect();
        let [head, first, rest @ ..] = &fields[..] else { return refused("no record") };
        let (written, read) = (*head as usize >> 8 & 0xff, *head as usize & 0xff);
        if flags != 0 || head >> 16 != 0x0f || record.len() % 4 != 0 {
            return refused("other flags, or no whole words");
        }
        if written > 0 && read > 0 || written + read > RECORD || written + read != rest.len() || rest.is_empty() {
            return refused("not one record of one kind that fits");
        }
        if written > 0 {
            for (address, word) in (*first..).step_by(4).zip(rest) {
                self.write(address, *word)?;
            }
            return Ok(None);
        }
        answer.extend([0, 0x0f, read as u8, 0]);
        answer.extend(first.to_be_bytes());
        for address in rest {
            answer.extend(self.read(*address)?.to_be_bytes());
        }
        Ok(Some(answer))
    }

    fn register(&self, address: u32) -> Option<u32> {
        address.checked_sub(self.base).filter(|offset| *offset < SPACE)
    }

    fn read(&mut self, address: u32) -> Result<u32, TransportError> {
        if let Some(offset) = self.register(address) {
            return accepted(self.words.read(offset));
        }
        let mut bytes = [0; 4];
        self.memory(address, |memory, at| memory.load(at, &mut bytes))?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn write(&mut self, address: u32, word: u32) -> Result<(), TransportError> {
        match self.register(address) {
            Some(offset) => accepted(self.words.write(offset, word)),
            None => self.memory(address, |memory, at| memory.store(at, &word.to_le_bytes())),
        }
    }

    /// Accesses the memory where there is one: reads as zero elsewhere.
    fn memory(
        &mut self,
        address: u32,
        access: impl FnOnce(&mut dyn Memory, u64) -> Result<(), MemoryError>,
    ) -> Result<(), TransportError> {
        let address = u64::from(address);
        match self.words.memory() {
            Some(memory) if self.memory.contains(&address) => {
                let at = address - memory.origin();
                access(memory, at).map_err(|error| TransportError::Failed(error.to_string()))
            }
            _ => Ok(()),
        }
    }
}

/// The bus carries no refusals: the unit keeps the reason in its registers.
fn accepted<R: Default>(outcome: Result<R, TransportError>) -> Result<R, TransportError> {
    match outcome {
        Err(TransportError::Refused(_)) => Ok(R::default()),
        outcome => outcome,
    }
}
