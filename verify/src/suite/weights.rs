//! The simulated memory behind a unit that reads its weights from there.

use trine_sim::{Dut, MemoryOptions, MemoryPort, MemoryStatistics, Stalls, Timing, attach_weights, weights_statistics};
use trine_spec::Config;
use trine_spec::packing::{interleave, pack, window_bytes};
use trine_spec::registers::MEMORY_STEP;

use super::Found;

/// The port of a unit with a ring, to the same memory.
const RING_PORT: &str = "m_axi";

/// Bytes of the memory, of which only those that are used cost anything.
const BYTES: u64 = 1 << 26;

/// A byte that is illegal in either weight code, around the weights of every job.
const ILLEGAL: u8 = 0x7A;

/// The memory, and the place of the next job's weights.
#[derive(Debug)]
pub(super) struct WeightMemory {
    config: Config,
    pub ports: Vec<MemoryPort>,
    beat_bytes: u64,
    /// Bytes of the memory that weights may take.
    bytes: u64,
    /// Bytes before and behind the weights that nobody may read: a window or a step.
    around: u64,
    /// Behind the weights that were stored last, in steps.
    end: u64,
    /// Number of regions stored so far.
    stored: u64,
    /// Weights of the next job that are not stored yet.
    waiting: Option<Vec<Vec<u8>>>,
    /// Place of the weights that are stored next, in steps; `None` for any.
    pub place: Option<u64>,
    /// Beats that the next job reads, unless all of its weights.
    pub length: Option<u32>,
    /// Beats of a run of the weights that are stored next, and from one run to the next; `None` for weights in one piece.
    pub runs: Option<[u32; 2]>,
    /// Place and length of the next job's weights, in steps and beats, then run and stride.
    region: [u32; 4],
}

/// A memory that answers after `latency` cycles and pauses with some probability on both channels.
pub(super) fn memory(latency: u64, pauses: f64, seed: u64) -> Found<MemoryOptions> {
    let (timing, stalls) = (Timing::Ideal { latency }, Stalls::new(pauses, seed)?);
    Ok(MemoryOptions { timing, stalls, ..WeightMemory::ideal() })
}

impl WeightMemory {
    /// A memory of 64 MiB that answers in the next cycle.
    pub fn ideal() -> MemoryOptions {
        MemoryOptions::new(BYTES)
    }

    /// Puts a memory behind the unit; the first region is one beat of zero trits.
    pub fn attach(dut: &mut Dut, config: &Config, options: &MemoryOptions) -> Found<Self> {
        let ports = attach_weights(dut, options)?;
        if let Some(&port) = ports.first().filter(|_| config.ring()) {
            dut.share_memory(RING_PORT, port, options.stalls.for_stream(7))?;
        }
        let beat_bytes = config.weight_bus() as u64 / 8;
        let around = window_bytes(config).max(MEMORY_STEP);
        let mut memory = Self {
            config: config.clone(),
            ports,
            beat_bytes,
            // The rest is for jobs.
            bytes: if config.ring() { BYTES / 2 } else { BYTES },
            around,
            end: 0,
            stored: 0,
            waiting: None,
            place: None,
            length: None,
            runs: None,
            region: [0; 4],
        };
        let mut zeros = vec![];
        pack(config.weight_code(), &vec![0; config.trits_per_beat()], &mut zeros);
        memory.give(vec![zeros]);
        memory.region(dut)?;
        Ok(memory)
    }

    /// Weights of the next job.
    pub fn give(&mut self, beats: Vec<Vec<u8>>) {
        self.waiting = Some(beats);
    }

    /// Place, length, run and stride of the next job's weights, which are stored by then.
    pub fn region(&mut self, dut: &mut Dut) -> Found<[u32; 4]> {
        if let Some(beats) = self.waiting.take() {
            let place = self.place.take();
            let length = self.length.take().unwrap_or(beats.len() as u32);
            let around = self.around;
            let runs = self.runs.take();
            let bytes = spread(&beats, runs, self.beat_bytes as usize);
            let needed = (bytes.len() as u64 + around).div_ceil(MEMORY_STEP);
            // A window further and a few steps more, which are different ones every time.
            // Of several ports whole windows are stored.
            let windows = if self.config.weight_ports() == 1 { 1 } else { 2 };
            let first = windows * around / MEMORY_STEP + 1;
            let next = self.end + first + self.stored * 5 % 7;
            let fits = (next + needed) * MEMORY_STEP <= self.bytes;
            let at = place.unwrap_or(if fits { next } else { first });
            let illegal = vec![ILLEGAL; around as usize];
            let bytes = [&illegal, &bytes, &illegal].map(Vec::as_slice).concat();
            self.write(dut, at * MEMORY_STEP - around, &bytes)?;
            let [run, stride] = runs.unwrap_or([0; 2]);
            self.region = [at as u32, length, run, stride];
            if place.is_none() {
                self.end = at + needed;
                self.stored += 1;
            }
        }
        Ok(self.region)
    }

    /// Stores bytes of the weight stream from address `at` of it on.
    fn write(&self, dut: &mut Dut, at: u64, bytes: &[u8]) -> Found {
        let Some(&port) = self.ports.first() else { return Ok(()) };
        let window = window_bytes(&self.config);
        if self.config.weight_ports() == 1 {
            return Ok(dut.memory_write(port, at, bytes)?);
        }
        // Whole windows, with illegal bytes before and behind.
        let before = at % window;
        let mut whole = vec![ILLEGAL; before as usize];
        whole.extend(bytes);
        whole.resize(whole.len().next_multiple_of(window as usize), ILLEGAL);
        Ok(dut.memory_write(port, at - before, &interleave(&self.config, &whole))?)
    }

    pub fn statistics(&self, dut: &mut Dut) -> Found<MemoryStatistics> {
        Ok(weights_statistics(dut, &self.ports)?.unwrap_or_default())
    }
}

/// Beats as they lie in memory, with illegal bytes between their runs.
fn spread(beats: &[Vec<u8>], runs: Option<[u32; 2]>, beat: usize) -> Vec<u8> {
    let Some([run, stride]) = runs.map(|runs| runs.map(|beats| beats as usize)) else { return beats.concat() };
    let mut bytes = vec![];
    for (number, beats) in beats.chunks(run).enumerate() {
        bytes.resize(number * stride * beat, ILLEGAL);
        bytes.extend(beats.concat());
    }
    bytes
}
