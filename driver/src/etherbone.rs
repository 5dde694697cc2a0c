//! Etherbone over UDP: the words of a device behind a network.
//!
//! ```text
//! Etherbone ──┬─ write ──────────> LiteEth's core ── bus ──> registers, windows, memory
//!             ├─ read, number ───>
//!             └─ number, words <──
//! ```
//! A network loses, doubles and reorders packets. Every read has a number of its own, which its answer carries, and reads that
//! change nothing are sent again until an answer comes. Writes are not answered, so a read follows each of them before the next
//! packet is sent:
//!
//! | write to | the read | if it is not as it should be |
//! |---|---|---|
//! | memory, registers that keep their value | the same words | read again, then write again |
//! | STATUS and others that a one clears | the same register | the same |
//! | PERF_CTRL | ID | every write is sent [`REPEATS`] times |
//! | windows, CTRL | ID | not seen here: the unit counts beats, and the job fails |
//!
//! A packet is one record, either of writes or of reads: LiteEth's core reads wrong addresses where both are in one. A write and its read
//! fit into the core's buffer together.

use std::time::Duration;

use trine_memory::{Memory, MemoryError};
use trine_spec::registers::{ACT_WINDOW, Access, ID, PERF_CTRL, SPACE, every};

use crate::bone_memory::{self, BoneMemory};
use crate::etherbone_packet::{self as packet, PAIR, RECORD};
use crate::etherbone_requests::{Requests, TRIES};
use crate::{Error, MemorySpan, TransportError, Words};

/// Longest time of an answer. A board needs less than a millisecond; a simulation under load may take longer.
const ANSWER: Duration = Duration::from_millis(500);

/// Times that PERF_CTRL is written. Its actions can be repeated, and no register shows whether they came.
const REPEATS: usize = 3;

/// A device whose register space begins at byte address `base` of what an Etherbone core reaches, and perhaps its memory.
///
/// ```no_run
/// use trine_driver::{Device, Etherbone, WindowTransport};
/// use trine_spec::Config;
///
/// let config = Config::sized(32, 8).windows(true).build().unwrap();
/// let words = Etherbone::open("192.168.1.50", 0x3000_0000)?;
/// let device = Device::open(WindowTransport::new(words, config.clone()), config)?;
/// # Ok::<(), trine_driver::Error>(())
/// ```
#[derive(Debug)]
pub struct Etherbone {
    requests: Requests,
    base: u32,
    memory: Option<MemorySpan>,
    /// Times that the contents of the memory came into doubt.
    doubts: u64,
}

impl Etherbone {
    /// The device at `place`, `HOST` or `HOST:PORT` with port 1234 by default, which must answer a probe.
    ///
    /// LiteEth's core sends every answer to its own port number, so that this end has the same. Where the host is this machine,
    /// a program answers, to whatever port asks.
    ///
    /// # Errors
    /// [`Error::Network`] when there is no such host, this machine's port is in use, or nobody answers.
    pub fn open(place: &str, base: u32) -> Result<Self, Error> {
        Self::open_with_patience(place, base, ANSWER)
    }

    /// The same, waiting `patience` for each answer.
    ///
    /// # Errors
    /// As [`Etherbone::open`].
    pub fn open_with_patience(place: &str, base: u32, patience: Duration) -> Result<Self, Error> {
        Ok(Self { requests: Requests::open(place, patience)?, base, memory: None, doubts: 0 })
    }

    /// The same with the memory at `span`, which the core reaches too.
    #[must_use]
    pub fn with_memory(self, span: MemorySpan) -> Self {
        Self { memory: Some(span), ..self }
    }

    /// Reads at most [`RECORD`] words whose reading changes nothing, behind `write` if there is one.
    fn read_record(&mut self, write: Option<&[u8]>, address: u32, words: &mut [u32]) -> Result<(), TransportError> {
        let outcome = self.requests.ask_again(write, address, words);
        // A board that does not answer may have lost its power.
        self.doubts += u64::from(outcome.is_err());
        outcome
    }

    /// Reads at most [`RECORD`] words of a window, which does not give them twice.
    fn take_record(&mut self, address: u32, words: &mut [u32]) -> Result<(), TransportError> {
        let why = match self.requests.ask(None, address, words, self.requests.patience * TRIES) {
            Ok(true) => return Ok(()),
            Ok(false) => "no answer".to_owned(),
            Err(error) => error.to_string(),
        };
        Err(self.requests.failed(&format!("reading the window at {address:#010x}: {why}")))
    }

    /// Writes at most [`PAIR`] words once, and returns when the core has them or they are lost.
    fn once(&mut self, address: u32, words: &[u32]) -> Result<(), TransportError> {
        self.read_record(Some(&packet::write(address, words)), self.base.wrapping_add(ID.offset), &mut [0])
    }

    /// Writes at most [`PAIR`] words, again until `right` accepts what is read back: of what was
    /// written and what was found, word by word. `hint` ends the message where it never does.
    fn until(
        &mut self,
        address: u32,
        words: &[u32],
        hint: &str,
        right: impl Fn(u32, u32) -> bool,
    ) -> Result<(), TransportError> {
        let (write, mut found) = (packet::write(address, words), vec![0; words.len()]);
        for attempt in 0..2 * TRIES {
            // A write that was overtaken has come when the second read has.
            let write = attempt.is_multiple_of(2).then_some(&write[..]);
            self.read_record(write, address, &mut found)?;
            if words.iter().zip(&found).all(|(written, found)| right(*written, *found)) {
                return Ok(());
            }
        }
        let wrong =
            (0..).step_by(4).zip(words.iter().zip(&found)).find(|(_, (written, found))| !right(**written, **found));
        let said = wrong.map_or_else(String::new, |(offset, (written, found))| {
            let at = address.wrapping_add(offset);
            format!("{found:#010x} was read back at {at:#010x} where {written:#010x} was written{hint}")
        });
        Err(self.requests.failed(&said))
    }

    fn write_register(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        let address = self.base.wrapping_add(offset);
        let register = every().find(|register| register.offset == offset);
        let fields = register.map_or(&[][..], |register| register.fields);
        let mask = |access| fields.iter().filter(|f| f.access == access).fold(0, |mask, f| mask | f.mask());
        match (mask(Access::ReadWrite), mask(Access::WriteOneClears)) {
            (0, 0) if offset == PERF_CTRL.offset => (0..REPEATS).try_for_each(|_| self.once(address, &[value])),
            (0, 0) => self.once(address, &[value]),
            (0, cleared) => self.until(address, &[value], "", |written, found| written & found & cleared == 0),
            (kept, _) => self.until(address, &[value], "", |written, found| (written ^ found) & kept == 0),
        }
    }
}

/// Addresses of records of `words` words each, from `address` on.
fn records(address: u32, words: usize) -> impl Iterator<Item = u32> {
    (0..).map(move |record| address.wrapping_add(4 * words as u32 * record))
}

impl Words for Etherbone {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        let mut word = [0];
        self.read_burst(offset, &mut word)?;
        Ok(word[0])
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        self.write_burst(offset, &[value])
    }

    fn read_burst(&mut self, offset: u32, words: &mut [u32]) -> Result<(), TransportError> {
        for (words, offset) in words.chunks_mut(RECORD).zip(records(offset, RECORD)) {
            let address = self.base.wrapping_add(offset);
            match (ACT_WINDOW.offset..SPACE).contains(&offset) {
                true => self.take_record(address, words)?,
                false => self.read_record(None, address, words)?,
            }
        }
        Ok(())
    }

    fn write_burst(&mut self, offset: u32, words: &[u32]) -> Result<(), TransportError> {
        if offset < ACT_WINDOW.offset {
            return words.iter().zip((offset..).step_by(4)).try_for_each(|(word, at)| self.write_register(at, *word));
        }
        let address = self.base.wrapping_add(offset);
        words.chunks(PAIR).zip(records(address, PAIR)).try_for_each(|(words, address)| self.once(address, words))
    }

    fn memory(&mut self) -> Option<&mut dyn Memory> {
        self.memory.is_some().then_some(self as &mut dyn Memory)
    }

    /// Lets what is under way arrive, and drops it. Then somebody must be there.
    fn recover(&mut self) -> Result<(), TransportError> {
        self.requests.settle()
    }
}

impl BoneMemory for Etherbone {
    fn span(&self) -> Option<MemorySpan> {
        self.memory
    }

    fn doubt(&mut self) {
        self.doubts += 1;
    }

    fn read_words(&mut self, address: u32, words: &mut [u32]) -> Result<(), TransportError> {
        let mut parts = words.chunks_mut(RECORD).zip(records(address, RECORD));
        parts.try_for_each(|(words, address)| self.read_record(None, address, words))
    }

    fn write_words(&mut self, address: u32, words: &[u32]) -> Result<(), TransportError> {
        let mut parts = words.chunks(PAIR).zip(records(address, PAIR));
        let hint = "; is the memory there, and was it started?";
        parts.try_for_each(|(words, address)| self.until(address, words, hint, |written, found| written == found))
    }
}

impl Memory for Etherbone {
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
