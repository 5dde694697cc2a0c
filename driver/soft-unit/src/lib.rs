//! A unit in software: a functional [`Transport`] that needs no tools.
//!
//! Tests of the driver and of what stands on it use it in place of hardware. It implements the register map and the stream orders of `trine-spec` and shares no code with the driver but the
//! transport trait: it decodes position by position what the driver packs row by row.
//!
//! ```
//! use trine_driver::{Device, Offload, Options, Scope};
//! use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix};
//! use trine_soft_unit::SoftUnit;
//! use trine_spec::Config;
//!
//! let config = Config::preset("small").unwrap();
//! let device = Device::open(SoftUnit::new(&config), config).unwrap();
//! let mut offload = Offload::new(device, Options { scope: Scope::Linear, ..Options::default() });
//! let weights = TernaryMatrix::from_trits(2, 3, &[1, 0, -1, 1, 1, 1]).unwrap();
//! let mut sums = [0; 2];
//! offload.matmul(LinearId { layer: 0, kind: LinearKind::Up }, &weights, &[5, 6, 7], 1, &mut sums).unwrap();
//! assert_eq!(sums, [-2, 18]);
//! ```

#![forbid(unsafe_code)]

mod etherbone;
mod windows;

use std::collections::{HashMap, VecDeque};

use trine_driver::{Exchange, Memory, Ram, Transport, TransportError};
use trine_spec::registers::{self as regs, Access, ErrorCode};
use trine_spec::{Config, WeightCode, packing};

pub use etherbone::EtherboneTarget;
pub use windows::WindowedUnit;

/// A fault of one job.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// The streams stop half way.
    Stall,
    /// The unit drops the job with this code.
    Drop(u32),
    /// All results arrive, but the job is never done.
    NeverDone,
    /// DONE_TAG keeps the tag of another job.
    WrongTag,
    /// One bit of a result is wrong.
    Flip {
        /// Beat of the result stream.
        beat: usize,
        /// Column in the beat.
        column: usize,
    },
    /// The job stalls, and no reset ever helps again.
    Hang,
}

/// Registers as a start takes them.
#[derive(Clone, Copy, Debug)]
struct Job {
    /// M, K and N.
    shape: (usize, usize, usize),
    tag: u32,
    /// First step and number of beats of its weights in memory.
    weights: (usize, usize),
    /// Beats of a run of them, and from one run to the next.
    runs: (usize, usize),
}

/// A unit of one configuration, with faults on demand.
///
/// Its cycles are no model of the hardware's: ten more than the busiest of columns and weight bus.
#[derive(Debug)]
pub struct SoftUnit {
    config: Config,
    words: HashMap<u32, u32>,
    /// Values of the constant registers, by byte offset.
    pub constants: HashMap<u32, u32>,
    /// Faults of the next jobs; a job takes the first.
    pub faults: VecDeque<Fault>,
    /// True if jobs follow one another; the driver then submits them together.
    pub queue: bool,
    /// The job that runs, then those that wait.
    jobs_taken: VecDeque<Job>,
    /// True if a job may follow.
    open: bool,
    hung: bool,
    counters: [u64; 8],
    cycles: Vec<u64>,
    /// The memory of a unit that reads its weights from there.
    pub ram: Ram,
    /// Number of exchanges.
    pub jobs: usize,
    /// Number of soft resets.
    pub resets: usize,
}

impl SoftUnit {
    /// A unit of configuration `config` after reset.
    pub fn new(config: &Config) -> Self {
        let constants = regs::registers(config)
            .filter(|r| r.fields.iter().all(|f| f.access == Access::Constant))
            .map(|r| (r.offset, regs::constant(r, config)))
            .collect();
        Self {
            config: config.clone(),
            words: HashMap::new(),
            constants,
            faults: VecDeque::new(),
            queue: false,
            jobs_taken: VecDeque::new(),
            open: false,
            hung: false,
            counters: [0; 8],
            cycles: Vec::new(),
            ram: Ram::new(if config.memory() { 1 << 20 } else { 0 }),
            jobs: 0,
            resets: 0,
        }
    }

    fn word(&self, register: &regs::Register) -> usize {
        self.words.get(&register.offset).copied().unwrap_or(0) as usize
    }

    fn set(&mut self, register: &regs::Register, value: u32) {
        self.words.insert(register.offset, value);
    }

    fn start(&mut self) {
        assert!(self.jobs_taken.is_empty(), "start while busy");
        assert!(self.word(&regs::STATUS) == 0, "the last job's status was not cleared");
        self.open = true;
        self.take();
    }

    /// Takes a job behind those that run or wait.
    fn take(&mut self) {
        let shape = (self.word(&regs::TOKENS), self.word(&regs::DEPTH), self.word(&regs::OUTPUTS));
        let weights = (self.word(&regs::WGT_BASE), self.word(&regs::WGT_LENGTH));
        let runs = (self.word(&regs::WGT_RUN), self.word(&regs::WGT_STRIDE));
        self.jobs_taken.push_back(Job { shape, tag: self.word(&regs::JOB_TAG) as u32, weights, runs });
        if self.jobs_taken.len() == 1 {
            self.begin();
        }
    }

    /// Looks at the shape of the job that is next.
    fn begin(&mut self) {
        let Some(Job { shape: (m, k, n), .. }) = self.jobs_taken.front() else { return };
        let fits = (1..=self.config.max_tokens()).contains(m) && (1..=self.config.max_depth()).contains(k) && *n > 0;
        if !fits {
            self.fail(ErrorCode::Shape as u32);
        }
    }

    /// Ends the job that runs, and drops those that wait.
    fn fail(&mut self, code: u32) {
        self.drop_jobs();
        self.set(&regs::ERR_CODE, code);
        let done = self.word(&regs::STATUS) as u32 & regs::STATUS_DONE.mask();
        self.set(&regs::STATUS, done | regs::STATUS_ERROR.mask());
    }

    fn drop_jobs(&mut self) {
        self.open = false;
        self.jobs_taken.clear();
    }

    /// The trits of the weight stream as an N x K matrix, or the error the unit reports.
    fn decode(&self, bytes: &[u8], (_, k, n): (usize, usize, usize)) -> Result<Vec<Vec<i8>>, ErrorCode> {
        let (lanes, columns) = (self.config.lanes(), self.config.columns());
        let beat_bytes = self.config.weight_bus() / 8;
        let tile_bytes = self.config.beats_per_tile() * beat_bytes;
        let chunks = k.div_ceil(lanes);
        match bytes.len().cmp(&(n.div_ceil(columns) * chunks * tile_bytes)) {
            std::cmp::Ordering::Less => return Err(ErrorCode::WeightsEarly),
            std::cmp::Ordering::Greater => return Err(ErrorCode::WeightsLate),
            std::cmp::Ordering::Equal => {}
        }
        let mut w = vec![vec![0; k]; n];
        for (tile, bytes) in bytes.chunks(tile_bytes).enumerate() {
            let (block, chunk) = (tile / chunks, tile % chunks);
            let mut trits = Vec::new();
            for &byte in bytes {
                match self.config.weight_code() {
                    WeightCode::Base3 => trits.extend(packing::base3_decode(byte).ok_or(ErrorCode::IllegalTrit)?),
                    WeightCode::TwoBit => {
                        for i in 0..4 {
                            let trit = packing::from_two_bit(byte >> (2 * i) & 3);
                            trits.push(trit.ok_or(ErrorCode::IllegalTrit)?);
                        }
                    }
                }
            }
            for (i, trit) in trits.into_iter().enumerate() {
                let (output, position) = (block * columns + i / lanes, chunk * lanes + i % lanes);
                if i < lanes * columns && output < n && position < k {
                    w[output][position] = trit;
                } else {
                    assert_eq!(trit, 0, "trit {i} of tile {tile} is padding");
                }
            }
        }
        Ok(w)
    }

    fn compute(&mut self, job: Job, streams: &mut Exchange<'_>) -> Result<(), ErrorCode> {
        let (m, k, n) = job.shape;
        let (lanes, columns) = (self.config.lanes(), self.config.columns());
        let (chunks, blocks) = (k.div_ceil(lanes), n.div_ceil(columns));
        match streams.activations.len().cmp(&(chunks * m * lanes)) {
            std::cmp::Ordering::Less => return Err(ErrorCode::ActivationsEarly),
            std::cmp::Ordering::Greater => return Err(ErrorCode::ActivationsLate),
            std::cmp::Ordering::Equal => {}
        }
        let mut resident = vec![];
        if self.config.memory() {
            let beat = self.config.weight_bus() / 8;
            resident.resize(job.weights.1 * beat, 0);
            let at = job.weights.0 as u64 * regs::MEMORY_STEP;
            let (run, stride) = job.runs;
            let run = if run == 0 { resident.len().max(beat) } else { run * beat };
            for (number, part) in (0u64..).zip(resident.chunks_mut(run)) {
                let at = at + number * (stride * beat) as u64;
                for (byte, at) in part.iter_mut().zip(at..) {
                    let at = packing::place(&self.config, at);
                    self.ram.load(at, std::slice::from_mut(byte)).map_err(|_| ErrorCode::Memory)?;
                }
            }
        }
        let w = self.decode(if self.config.memory() { &resident } else { streams.weights }, job.shape)?;
        let act = |token: usize, position: usize| {
            streams.activations[(position / lanes * m + token) * lanes + position % lanes] as i8
        };
        for token in 0..m {
            for position in k..chunks * lanes {
                assert_eq!(act(token, position), 0, "position {position} is padding");
            }
        }
        assert_eq!(streams.results.len(), blocks * m * columns * 4, "room for results");
        for (output, w) in w.iter().enumerate() {
            for token in 0..m {
                let sum: i32 = (0..k).map(|i| i32::from(act(token, i)) * i32::from(w[i])).sum();
                let place = (output / columns * m + token) * columns + output % columns;
                streams.results[4 * place..][..4].copy_from_slice(&sum.to_le_bytes());
            }
        }
        let act_beats = chunks * m;
        let wgt_beats = blocks * chunks * self.config.beats_per_tile();
        let active = blocks * chunks * m;
        let cycles = blocks * chunks * m.max(self.config.beats_per_tile()) + 10;
        let before = self.cycles.last().map_or(100, |last| last + cycles as u64);
        self.cycles.extend((0..blocks * m).map(|beat| before + beat as u64));
        for (counter, events) in
            self.counters.iter_mut().zip([cycles, active, 1, 2, 3, act_beats, wgt_beats, blocks * m])
        {
            *counter += events as u64;
        }
        Ok(())
    }
}

impl SoftUnit {
    /// The job that is next.
    fn play(&mut self, mut streams: Exchange<'_>) -> Result<(), TransportError> {
        let stalled = || TransportError::Timeout { activations: 1, weights: 2, results: 0, limit: 99 };
        self.jobs += 1;
        let fault = self.faults.pop_front();
        let Some(&job) = self.jobs_taken.front() else { return Err(stalled()) };
        match fault {
            Some(Fault::Drop(code)) => {
                self.fail(code);
                return Err(stalled());
            }
            Some(Fault::Stall) => return Err(stalled()),
            Some(Fault::Hang) => {
                self.hung = true;
                return Err(stalled());
            }
            _ => {}
        }
        if let Err(code) = self.compute(job, &mut streams) {
            self.fail(code as u32);
            return Err(stalled());
        }
        match fault {
            Some(Fault::Flip { beat, column }) => {
                streams.results[4 * (beat * self.config.columns() + column)] ^= 1;
            }
            Some(Fault::NeverDone) => return Ok(()),
            _ => {}
        }
        self.jobs_taken.pop_front();
        self.set(&regs::STATUS, regs::STATUS_DONE.mask());
        self.set(&regs::DONE_TAG, if matches!(fault, Some(Fault::WrongTag)) { job.tag ^ 1 } else { job.tag });
        self.begin();
        Ok(())
    }
}

/// # Panics
/// The exchange and the write of CTRL panic on a mistake of the host: a start while busy or before the status of the last
/// job is cleared, padding that is not zero, a result buffer of the wrong size.
impl Transport for SoftUnit {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        if self.hung && offset == regs::STATUS.offset {
            return Ok(regs::STATUS_BUSY.mask());
        }
        let constant = self.constants.get(&offset).copied();
        Ok(constant.unwrap_or_else(|| self.words.get(&offset).copied().unwrap_or(0)))
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        if offset == regs::CTRL.offset {
            if regs::CTRL_ABORT.of(value) == 1 {
                self.drop_jobs();
            }
            if regs::CTRL_SOFT_RESET.of(value) == 1 {
                self.drop_jobs();
                self.resets += 1;
                self.words.clear();
            }
            if regs::CTRL_START.of(value) == 1 {
                self.start();
            }
        } else if offset == regs::QUEUE.offset && regs::QUEUE_FOLLOW.of(value) == 1 {
            if !self.open || self.jobs_taken.len() > Config::QUEUE {
                return Err(TransportError::Refused("no job may follow".into()));
            }
            self.take();
        } else if offset == regs::PERF_CTRL.offset {
            if regs::PERF_CTRL_CLEAR.of(value) == 1 {
                self.counters = [0; 8];
            }
            if regs::PERF_CTRL_SNAPSHOT.of(value) == 1 {
                let lows = [
                    regs::CYCLES_LO,
                    regs::ACTIVE_LO,
                    regs::STALL_ACT_LO,
                    regs::STALL_WGT_LO,
                    regs::STALL_OUT_LO,
                    regs::ACT_BEATS,
                    regs::WGT_BEATS,
                    regs::RES_BEATS,
                ];
                for (register, value) in lows.iter().zip(self.counters) {
                    self.set(register, value as u32);
                }
            }
        } else if offset == regs::STATUS.offset {
            let cleared = self.word(&regs::STATUS) as u32 & !value;
            self.set(&regs::STATUS, cleared);
        } else {
            self.words.insert(offset, value);
        }
        Ok(())
    }

    fn exchange(&mut self, streams: Exchange<'_>) -> Result<(), TransportError> {
        self.cycles.clear();
        self.play(streams)
    }

    fn queues(&self) -> bool {
        self.queue
    }

    fn exchange_all(&mut self, jobs: &mut [Exchange<'_>]) -> Result<(), TransportError> {
        self.cycles.clear();
        jobs.iter_mut().try_for_each(|job| self.play(job.reborrow()))
    }

    fn result_cycles(&self) -> &[u64] {
        &self.cycles
    }

    fn memory(&mut self) -> Option<&mut dyn Memory> {
        self.config.memory().then_some(&mut self.ram as &mut dyn Memory)
    }
}
