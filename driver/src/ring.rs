//! Jobs in memory for a unit with a ring, behind a transport of streams.
//!
//! ```text
//!  registers of a job ──> words of a descriptor        memory from its top on:
//!  activations ─────────> slots                          ring of one slot | activations | results
//!  CTRL.start, exchange > RING_HEAD counts on            the rest is for weights
//!  results <──────────── memory, when RING_TAIL has counted on
//! ```
//! The transport keeps writes of TOKENS, DEPTH, OUTPUTS, JOB_TAG and of the place of the weights for the descriptor, and CTRL.start for the next
//! exchange. It hands all other accesses to the unit. It works over any link of words that reaches the memory.

use std::time::Instant;

use trine_memory::{Memory, MemoryError};
use trine_spec::Config;
use trine_spec::registers::{
    self as regs, CTRL, CTRL_ABORT, CTRL_START, DEPTH, DESC_ACT_BASE, DESC_ACT_LENGTH, DESC_DEPTH, DESC_OUTPUTS,
    DESC_RES_BASE, DESC_TAG, DESC_TOKENS, DESC_WGT_BASE, DESC_WGT_LENGTH, DESC_WGT_RUN, DESC_WGT_STRIDE, JOB_TAG,
    MEMORY_SPACE, MEMORY_STEP, OUTPUTS, RING_BASE, RING_HEAD, RING_SIZE, RING_TAIL, RING_TAIL_COUNT, Register, STATUS,
    STATUS_BUSY, STATUS_ERROR, TOKENS, WATCHDOG, WGT_BASE, WGT_LENGTH, WGT_RUN, WGT_STRIDE,
};

use crate::{Exchange, Transport, TransportError, Words};

/// Registers of a job, and the words of a descriptor that have their place.
const WORDS: [(Register, Register); 8] = [
    (TOKENS, DESC_TOKENS),
    (DEPTH, DESC_DEPTH),
    (OUTPUTS, DESC_OUTPUTS),
    (JOB_TAG, DESC_TAG),
    (WGT_BASE, DESC_WGT_BASE),
    (WGT_LENGTH, DESC_WGT_LENGTH),
    (WGT_RUN, DESC_WGT_RUN),
    (WGT_STRIDE, DESC_WGT_STRIDE),
];

/// Bytes at whose multiples the parts begin.
const PAGE: u64 = 4096;
/// Reads of STATUS after which a unit that drains has hung.
const MOST_POLLS: u32 = 1 << 20;
/// Reads of RING_TAIL between two of STATUS.
const TAILS: u32 = 16;

/// A unit that has a ring, behind a link of words.
#[derive(Debug)]
pub struct RingTransport<W> {
    words: W,
    config: Config,
    descriptor: [u32; MEMORY_STEP as usize / 4],
    /// Jobs since the ring began; none before it did.
    jobs: Option<u16>,
    /// CTRL.start was written, and no exchange followed yet.
    asked: bool,
    /// WATCHDOG as it was written last.
    patience: u32,
    deadline: Option<Instant>,
    /// Bytes of the memory that are left for weights, its epoch and its origin, as they were when somebody last asked for it.
    rest: (u64, u64, u64),
}

/// Addresses within the memory.
struct Places {
    ring: u64,
    acts: u64,
    results: u64,
}

/// Bytes of the largest activations, and of the largest results.
fn sizes(c: &Config) -> [u64; 2] {
    let results = 4 * c.max_tokens() as u64 * c.max_outputs() as u64;
    [(c.act_words() * c.act_slot()) as u64, results].map(|bytes| bytes.next_multiple_of(PAGE))
}

/// Bytes at the top of a memory that the ring, activations and results of the largest job of a unit of configuration `config` take.
#[must_use]
pub fn ring_bytes(config: &Config) -> u64 {
    PAGE + sizes(config).iter().sum::<u64>()
}

impl<W: Words> RingTransport<W> {
    /// A unit of configuration `config` behind `words`.
    pub fn new(words: W, config: Config) -> Self {
        let descriptor = [0; MEMORY_STEP as usize / 4];
        Self { words, config, descriptor, jobs: None, asked: false, patience: 0, deadline: None, rest: (0, 0, 0) }
    }

    /// The link.
    pub fn words(&self) -> &W {
        &self.words
    }

    /// The link, for what only it can do.
    pub fn words_mut(&mut self) -> &mut W {
        &mut self.words
    }

    /// The memory, and the places in it.
    fn places(&mut self) -> Result<(&mut dyn Memory, Places), TransportError> {
        let [acts, _] = sizes(&self.config);
        let taken = ring_bytes(&self.config);
        let memory = self.words.memory().ok_or_else(|| failed("the link does not reach the memory of the unit"))?;
        let bytes = memory.bytes().min(MEMORY_SPACE.saturating_sub(memory.origin())) / PAGE * PAGE;
        let Some(ring) = bytes.checked_sub(taken) else {
            let most = memory.bytes();
            return Err(failed(&format!(
                "the ring, activations and results of the largest job take {taken} of the {most} bytes of the unit's memory"
            )));
        };
        Ok((memory, Places { ring, acts: ring + PAGE, results: ring + PAGE + acts }))
    }

    fn time_is_up(&self, begun: Instant) -> Result<(), TransportError> {
        match self.deadline {
            Some(end) if Instant::now() >= end => Err(TransportError::Deadline { after: begun.elapsed() }),
            _ => Ok(()),
        }
    }

    /// Writes the job into memory.
    fn place(&mut self, activations: &[u8], begun: Instant) -> Result<(), TransportError> {
        let (lanes, slot) = (self.config.lanes(), self.config.act_slot());
        let mut descriptor = self.descriptor;
        let (memory, Places { ring, acts, results }) = self.places()?;
        let origin = memory.origin();
        let steps = |at: u64| ((origin + at) / MEMORY_STEP) as u32;
        let beats = activations.len() / lanes;
        let words = [(DESC_ACT_BASE, steps(acts)), (DESC_ACT_LENGTH, beats as u32), (DESC_RES_BASE, steps(results))];
        words.into_iter().for_each(|(word, value)| descriptor[word.offset as usize / 4] = value);
        let mut slots = vec![0; beats * slot];
        for (slot, beat) in slots.chunks_exact_mut(slot).zip(activations.chunks_exact(lanes)) {
            slot[..lanes].copy_from_slice(beat);
        }
        memory.store(acts, &slots).map_err(lost)?;
        let bytes: Vec<u8> = descriptor.iter().flat_map(|word| word.to_le_bytes()).collect();
        memory.store(ring, &bytes).map_err(lost)?;
        let (base, mut polls) = (steps(ring), 0);
        if self.jobs.is_none() {
            // A ring of somebody before, which is still on, would take another head for jobs.
            self.words.write(CTRL.offset, CTRL_ABORT.mask())?;
            while STATUS_BUSY.of(self.words.read(STATUS.offset)?) == 1 {
                self.time_is_up(begun)?;
                polls += 1;
                if polls == MOST_POLLS {
                    return Err(failed("the unit stays busy with a ring of before"));
                }
            }
            let begin = [(RING_BASE, base), (RING_SIZE, 0), (RING_HEAD, 0), (CTRL, CTRL_START.mask())];
            begin.into_iter().try_for_each(|(register, value)| self.words.write(register.offset, value))?;
        }
        Ok(())
    }

    /// Waits until the tail is `count`.
    fn wait(&mut self, count: u16, begun: Instant) -> Result<(), TransportError> {
        let mut polls = 0u32;
        while RING_TAIL_COUNT.of(self.words.read(RING_TAIL.offset)?) != u32::from(count) {
            polls += 1;
            if polls.is_multiple_of(TAILS) {
                self.time_is_up(begun)?;
                if STATUS_ERROR.of(self.words.read(STATUS.offset)?) == 1 {
                    return Err(failed("the unit ended the job"));
                }
            }
            // A poll takes a cycle at least, and the unit ends a job itself that makes no progress for as long.
            if self.patience > 0 && polls == self.patience.max(1 << 20) {
                return Err(TransportError::Timeout { activations: 0, weights: 0, results: 0, limit: polls.into() });
            }
        }
        Ok(())
    }

    /// The result beats, from the real columns of each.
    fn collect(&mut self, beats: &mut [u8]) -> Result<(), TransportError> {
        let word = |register: &Register| self.descriptor[register.offset as usize / 4] as usize;
        let (tokens, outputs, columns) = (word(&DESC_TOKENS), word(&DESC_OUTPUTS), self.config.columns());
        let mut bytes = vec![0; 4 * tokens * outputs];
        let (memory, places) = self.places()?;
        memory.load(places.results, &mut bytes).map_err(lost)?;
        let mut rest = &bytes[..];
        for (i, beat) in beats.chunks_exact_mut(4 * columns).enumerate() {
            let real = columns.min(outputs - (i / tokens * columns).min(outputs));
            let (values, behind) = rest.split_at((4 * real).min(rest.len()));
            beat[..values.len()].copy_from_slice(values);
            rest = behind;
        }
        Ok(())
    }
}

fn failed(problem: &str) -> TransportError {
    TransportError::Failed(problem.to_owned())
}

fn lost(error: MemoryError) -> TransportError {
    failed(&format!("memory of the unit: {error}"))
}

impl<W: Words> Transport for RingTransport<W> {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        match WORDS.iter().find(|(register, _)| register.offset == offset) {
            Some((_, word)) => Ok(self.descriptor[word.offset as usize / 4]),
            None => self.words.read(offset),
        }
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        if let Some((_, word)) = WORDS.iter().find(|(register, _)| register.offset == offset) {
            self.descriptor[word.offset as usize / 4] = value;
            return Ok(());
        }
        match offset {
            _ if offset == CTRL.offset && value == CTRL_START.mask() => {
                self.asked = true;
                return Ok(());
            }
            _ if offset == CTRL.offset => self.jobs = None,
            _ if offset == WATCHDOG.offset => self.patience = value,
            _ => {}
        }
        self.words.write(offset, value)
    }

    fn exchange(&mut self, streams: Exchange<'_>) -> Result<(), TransportError> {
        let Exchange { activations, weights, results } = streams;
        if !weights.is_empty() || !std::mem::take(&mut self.asked) {
            return Err(failed("a unit with a ring takes no weights from its host, and starts a job at once"));
        }
        let begun = Instant::now();
        let jobs = self.jobs;
        self.place(activations, begun)?;
        // Whatever goes wrong from here on ends the ring.
        self.jobs = None;
        let count = jobs.unwrap_or(0).wrapping_add(1);
        self.words.write(RING_HEAD.offset, regs::RING_HEAD_COUNT.at(count.into()))?;
        self.wait(count, begun)?;
        self.collect(results)?;
        self.jobs = Some(count);
        Ok(())
    }

    fn recover(&mut self) -> Result<(), TransportError> {
        (self.jobs, self.asked) = (None, false);
        self.words.recover()
    }

    fn set_deadline(&mut self, end: Option<Instant>) {
        self.deadline = end;
    }

    fn memory(&mut self) -> Option<&mut dyn Memory> {
        let rest = self.places().map_or(0, |(_, places)| places.ring);
        let memory = self.words.memory()?;
        self.rest = (rest, memory.epoch(), memory.origin());
        Some(self)
    }
}

/// The rest of the memory, for weights.
impl<W: Words> Memory for RingTransport<W> {
    fn bytes(&self) -> u64 {
        self.rest.0
    }

    fn epoch(&self) -> u64 {
        self.rest.1
    }

    fn origin(&self) -> u64 {
        self.rest.2
    }

    fn store(&mut self, at: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        self.within(at, bytes.len())?.store(at, bytes)
    }

    fn load(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError> {
        self.within(at, bytes.len())?.load(at, bytes)
    }
}

impl<W: Words> RingTransport<W> {
    /// The memory, for an access to what is left of it.
    fn within(&mut self, at: u64, count: usize) -> Result<&mut dyn Memory, MemoryError> {
        let (bytes, count) = (self.rest.0, count as u64);
        if at.checked_add(count).is_none_or(|end| end > bytes) {
            return Err(MemoryError::Range { at, count, bytes });
        }
        self.words.memory().ok_or_else(|| MemoryError::Failed("the link does not reach the memory".to_owned()))
    }
}
