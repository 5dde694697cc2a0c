//! The host of a unit that fetches its jobs: puts them into memory, rings the bell, and looks at what came of them.

use trine_sim::MemoryPort;
use trine_spec::packing::place;
use trine_spec::registers::{self as regs, MEMORY_STEP, Register};

use super::unit::DrivenUnit;
use super::work::Work;
use super::{Found, equal, holds};

/// Bytes at whose multiples results begin, and which are left around them.
const GUARD: u64 = 1024;
/// Bytes of memory that nobody should write.
const UNTOUCHED: u8 = 0xEE;
/// First address of jobs; rings lie below, and weights below those.
const JOBS: u64 = 1 << 25;
/// Cycles after which a ring of small jobs has hung.
const PATIENCE: u64 = 200_000;
/// Times that a paused memory may take for what a unit computes.
const SLOWER: usize = 20;

/// A descriptor, word by word.
pub(super) type Words = [u32; MEMORY_STEP as usize / 4];

/// The word of `register` in a descriptor.
pub(super) fn word<'a>(words: &'a mut Words, register: &Register) -> &'a mut u32 {
    &mut words[register.offset as usize / 4]
}

/// A job in memory.
pub(super) struct Job {
    pub work: Work,
    /// Its slot.
    pub slot: u64,
    pub words: Words,
    /// First byte of its parts; of its weights through the first port.
    pub acts: u64,
    pub weights: u64,
    pub results: u64,
}

/// A ring of descriptors.
pub(super) struct Ring {
    port: MemoryPort,
    base: u64,
    log2: u32,
    /// Descriptors that were written.
    pub head: u16,
    /// First byte of what is free.
    pub free: u64,
}

impl Ring {
    /// A ring of 2^`log2` slots from step `base` on, which the unit begins.
    pub fn begin(unit: &mut DrivenUnit<'_>, base: u32, log2: u32) -> Found<Ring> {
        let Some(&port) = unit.memory.as_ref().and_then(|memory| memory.ports.first()) else {
            return Err("no memory".to_owned().into());
        };
        // A ring that is still on would take another head for jobs.
        unit.write(&regs::CTRL, regs::CTRL_ABORT.mask())?;
        unit.drained()?;
        unit.write(&regs::RING_BASE, base)?;
        unit.write(&regs::RING_SIZE, log2)?;
        unit.write(&regs::RING_HEAD, 0)?;
        unit.write(&regs::CTRL, regs::CTRL_START.mask())?;
        unit.steps(2)?;
        equal!((unit.status()?, unit.read(&regs::RING_TAIL)?), (0, 0), "STATUS and RING_TAIL of a ring that begins");
        Ok(Ring { port, base: u64::from(base) * MEMORY_STEP, log2, head: 0, free: JOBS })
    }

    /// Bytes of memory from `at` on.
    fn load(&self, unit: &mut DrivenUnit<'_>, at: u64, count: usize) -> Found<Vec<u8>> {
        let mut bytes = vec![0; count];
        unit.dut.memory_read(self.port, at, &mut bytes)?;
        Ok(bytes)
    }

    /// Stores `bytes` where memory is free, with untouched bytes around.
    fn store(&mut self, unit: &mut DrivenUnit<'_>, bytes: &[u8]) -> Found<u64> {
        let at = self.free + GUARD;
        let room = (bytes.len() as u64).next_multiple_of(GUARD);
        unit.dut.memory_write(self.port, self.free, &vec![UNTOUCHED; (room + 2 * GUARD) as usize])?;
        unit.dut.memory_write(self.port, at, bytes)?;
        self.free = at + room;
        Ok(at)
    }

    /// Puts a job into memory, its descriptor as `change` leaves it; the unit does not know of it yet.
    pub fn put(&mut self, unit: &mut DrivenUnit<'_>, work: Work, tag: u32, change: impl Fn(&mut Words)) -> Found<Job> {
        let slot_bytes = unit.config.act_slot();
        let mut slots = vec![UNTOUCHED; work.acts.len() * slot_bytes];
        for (slot, beat) in slots.chunks_mut(slot_bytes).zip(&work.acts) {
            slot[..beat.len()].copy_from_slice(beat);
        }
        // Another place within a page for each.
        self.free += MEMORY_STEP * u64::from(self.head % 7);
        let acts = self.store(unit, &slots)?;
        let [weights, length, run, stride] = self.weights(unit, &work)?;
        self.free = self.free.next_multiple_of(GUARD);
        let results = self.store(unit, &vec![UNTOUCHED; 4 * work.shape.m * work.shape.n])?;
        let mut words = [0; 16];
        let steps = |at: u64| (at / MEMORY_STEP) as u32;
        for (register, value) in [
            (regs::DESC_TOKENS, work.shape.m as u32),
            (regs::DESC_DEPTH, work.shape.k as u32),
            (regs::DESC_OUTPUTS, work.shape.n as u32),
            (regs::DESC_TAG, tag),
            (regs::DESC_WGT_BASE, weights),
            (regs::DESC_WGT_LENGTH, length),
            (regs::DESC_WGT_RUN, run),
            (regs::DESC_WGT_STRIDE, stride),
            (regs::DESC_ACT_BASE, steps(acts)),
            (regs::DESC_ACT_LENGTH, work.acts.len() as u32),
            (regs::DESC_RES_BASE, steps(results)),
        ] {
            *word(&mut words, &register) = value;
        }
        change(&mut words);
        let slot = self.base + u64::from(self.head) % (1 << self.log2) * MEMORY_STEP;
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        unit.dut.memory_write(self.port, slot, &bytes)?;
        self.head = self.head.wrapping_add(1);
        let weights = place(unit.config, u64::from(weights) * MEMORY_STEP);
        Ok(Job { work, slot, words, acts, weights, results })
    }

    /// Stores the weights of a job, every other time in runs if the unit knows them: place in steps, beats, run and stride.
    fn weights(&self, unit: &mut DrivenUnit<'_>, work: &Work) -> Found<[u32; 4]> {
        let Some(memory) = &mut unit.memory else { return Err("no memory".to_owned().into()) };
        let run = 1 + u32::from(self.head % 5);
        memory.runs = (unit.config.strides() && self.head % 2 == 1).then_some([run, 3 * run + 1]);
        memory.give(work.weights.clone());
        memory.region(&mut unit.dut)
    }

    /// Tells the unit of the descriptors that were written.
    pub fn bell(&self, unit: &mut DrivenUnit<'_>) -> Found {
        unit.write(&regs::RING_HEAD, self.head.into())
    }

    /// Waits until the tail is `count`, while nothing fails.
    pub fn reaches(&self, unit: &mut DrivenUnit<'_>, count: u16) -> Found {
        let (begun, c) = (unit.cycle(), unit.config);
        let largest = 3 * c.max_tokens() * c.max_depth().div_ceil(c.lanes()) * c.beats_per_tile();
        let patience = PATIENCE + (SLOWER * largest) as u64;
        while unit.read(&regs::RING_TAIL)? != u32::from(count) {
            equal!(unit.status()? & regs::STATUS_ERROR.mask(), 0, "STATUS.error of a ring that goes well");
            holds!(unit.cycle() - begun < patience, "RING_TAIL never is {count}");
        }
        Ok(())
    }

    /// The bytes of results of a job, and what is around them.
    fn results(&self, unit: &mut DrivenUnit<'_>, job: &Job) -> Found<Vec<u8>> {
        let count = (4 * job.work.shape.m * job.work.shape.n).next_multiple_of(GUARD as usize) + 2 * GUARD as usize;
        self.load(unit, job.results - GUARD, count)
    }

    /// The status of a job, whose slot is otherwise as it was written.
    pub fn status(&self, unit: &mut DrivenUnit<'_>, job: &Job) -> Found<u32> {
        let bytes = self.load(unit, job.slot, MEMORY_STEP as usize)?;
        let mut words: Words = [0; 16];
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        let status = std::mem::replace(word(&mut words, &regs::DESC_STATUS), job.words[12]);
        equal!(words, job.words, "a descriptor whose job has ended");
        Ok(status)
    }

    /// The bytes that were found around the results of a job, and those that it should leave.
    fn compared(&self, unit: &mut DrivenUnit<'_>, job: &Job) -> Found<[Vec<u8>; 2]> {
        let values = job.work.results.iter().flat_map(|beat| beat.values.iter().zip(&beat.real));
        let mut expected = vec![UNTOUCHED; GUARD as usize];
        expected.extend(values.filter(|(_, real)| **real).flat_map(|(value, _)| value.to_le_bytes()));
        let found = self.results(unit, job)?;
        expected.resize(found.len(), UNTOUCHED);
        Ok([found, expected])
    }

    /// A job that was dropped: each of its results is there or was never written, and nothing says that it ended.
    pub fn dropped(&self, unit: &mut DrivenUnit<'_>, job: &Job) -> Found {
        let [found, expected] = self.compared(unit, job)?;
        let wrong = found
            .chunks(4)
            .zip(expected.chunks(4))
            .position(|(found, expected)| found != expected && found.iter().any(|byte| *byte != UNTOUCHED));
        holds!(wrong.is_none(), "a dropped job of {:?} has written word {wrong:?} wrong", job.work.shape);
        equal!(self.status(unit, job)?, job.words[12], "status of a job that was dropped");
        Ok(())
    }

    /// A job that is done: all results and no more are in memory, and its status.
    pub fn done(&self, unit: &mut DrivenUnit<'_>, job: &Job) -> Found<u32> {
        let [found, expected] = self.compared(unit, job)?;
        if let Some(at) = found.iter().zip(&expected).position(|(found, expected)| found != expected) {
            let (shape, at) = (job.work.shape, at as i64 - GUARD as i64);
            return Err(format!("results of {shape:?} differ at byte {at} of {}", 4 * shape.m * shape.n).into());
        }
        let status = self.status(unit, job)?;
        equal!(
            status & !regs::DESC_STATUS_CYCLES.mask(),
            regs::DESC_STATUS_ENDED.mask(),
            "status of a job that is done"
        );
        Ok(regs::DESC_STATUS_CYCLES.of(status))
    }

    /// A job that nobody ran: neither its results nor its status were written.
    pub fn untouched(&self, unit: &mut DrivenUnit<'_>, job: &Job) -> Found {
        holds!(self.results(unit, job)?.iter().all(|byte| *byte == UNTOUCHED), "results of a job that never ran");
        equal!(self.status(unit, job)?, job.words[12], "status of a job that never ran");
        Ok(())
    }
}
