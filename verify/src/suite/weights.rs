//! The simulated memory behind a unit that reads its weights from there.

use trine_sim::{Dut, MemoryOptions, MemoryPort, MemoryStatistics, Stalls, Timing};
use trine_spec::Config;
use trine_spec::packing::pack;
use trine_spec::registers::MEMORY_STEP;

use super::Found;

/// The port of the unit.
const PORT: &str = "m_axi_wgt0";

/// The port of a unit with a ring, to the same memory.
const RING_PORT: &str = "m_axi";

/// Bytes of the memory, of which only those that are used cost anything.
const BYTES: u64 = 1 << 26;

/// A byte that is illegal in either weight code, around the weights of every job.
const ILLEGAL: u8 = 0x7A;

/// The memory, and the place of the next job's weights.
#[derive(Debug)]
pub(super) struct WeightMemory {
    pub port: MemoryPort,
    beat_bytes: u64,
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
    /// Place and length of the next job's weights, in steps and beats.
    region: [u32; 2],
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
        let port = dut.attach_memory(PORT, options)?;
        if config.ring() {
            dut.share_memory(RING_PORT, port, options.stalls.for_stream(7))?;
        }
        let beat_bytes = config.weight_bus() as u64 / 8;
        let mut memory =
            Self { port, beat_bytes, end: 0, stored: 0, waiting: None, place: None, length: None, region: [0; 2] };
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

    /// Place and length of the next job's weights, which are stored by then.
    pub fn region(&mut self, dut: &mut Dut) -> Found<[u32; 2]> {
        if let Some(beats) = self.waiting.take() {
            let place = self.place.take();
            let length = self.length.take().unwrap_or(beats.len() as u32);
            let around = self.around();
            let needed = (beats.len() as u64 * self.beat_bytes + around).div_ceil(MEMORY_STEP);
            // A window further and a few steps more, which are different ones every time.
            let first = around / MEMORY_STEP + 1;
            let next = self.end + first + self.stored * 5 % 7;
            let fits = (next + needed) * MEMORY_STEP <= BYTES;
            let at = place.unwrap_or(if fits { next } else { first });
            let illegal = vec![ILLEGAL; around as usize];
            let bytes = [&illegal, &beats.concat(), &illegal].map(Vec::as_slice).concat();
            dut.memory_write(self.port, at * MEMORY_STEP - around, &bytes)?;
            self.region = [at as u32, length];
            if place.is_none() {
                self.end = at + needed;
                self.stored += 1;
            }
        }
        Ok(self.region)
    }

    /// Bytes of a window.
    fn around(&self) -> u64 {
        (Config::BURST_BEATS as u64 * self.beat_bytes).max(MEMORY_STEP)
    }

    pub fn statistics(&self, dut: &mut Dut) -> Found<MemoryStatistics> {
        Ok(dut.memory_statistics(self.port)?)
    }
}
