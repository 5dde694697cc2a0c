//! Registers by name, and the life of a job.
//!
//! ```text
//! open:  ID, VERSION, every constant of the configuration
//! run:   PERF clear -> WATCHDOG TOKENS DEPTH OUTPUTS JOB_TAG, WGT_BASE WGT_LENGTH from memory -> CTRL.start -> streams -> STATUS.done, DONE_TAG -> PERF snapshot
//! reset: link in order -> CTRL.abort -> CTRL.soft_reset -> STATUS must not be busy
//! ```
//!
//! A job that fails leaves the unit in an unknown state, so the next one starts with a reset. Two clocks run beside a job: the
//! host's, which a [limit](Device::with_limit) sets, and the unit's watchdog, which ends a job whose host has gone: it is never
//! silent for longer than the whole job takes and its host [pauses](Device::with_pause).

use std::time::{Duration, Instant};

use trine_memory::{Memory, Region};
use trine_spec::Config;
use trine_spec::registers::{self as regs, Access, ErrorCode, MEMORY_SPACE, MEMORY_STEP, Register};

use crate::{Counters, Error, Exchange, JobPlace, RegisterOp, Transport, TransportError, cycles::MatmulShape};

/// Most reads of STATUS for a job whose results have all arrived; the unit needs a few cycles at most.
const DONE_POLLS: usize = 1000;

/// Device cycles that a host may pause where nothing else is said: over a second at 200 MHz, for a link as slow as a serial line
/// and an operating system that has other things to do.
const PAUSE: u32 = 1 << 28;

/// The weights of a job.
enum Weights<'a> {
    Beats(&'a [u8]),
    Resident(Region),
}

/// A unit that has been identified and answers as its configuration says.
#[derive(Debug)]
pub struct Device<T> {
    transport: T,
    config: Config,
    tag: u32,
    failed: bool,
    /// Longest time of a job.
    limit: Option<Duration>,
    /// Most device cycles for which the host may leave a job without a beat.
    pause: u32,
}

impl<T: Transport> Device<T> {
    /// Identifies the unit behind `transport` and checks that it was generated with `config`.
    ///
    /// # Errors
    /// [`Error::NotTrine`], [`Error::VersionMismatch`], [`Error::ConfigMismatch`] with the field that differs, or
    /// [`Error::Register`].
    pub fn open(transport: T, config: Config) -> Result<Self, Error> {
        let mut device = Self { transport, config, tag: 0, failed: false, limit: None, pause: PAUSE };
        let id = device.read(&regs::ID)?;
        if id != regs::ID_VALUE {
            return Err(Error::NotTrine { found: id });
        }
        let major = |version| regs::VERSION_MAJOR.of(version);
        let (found, own) = (major(device.read(&regs::VERSION)?), major(regs::VERSION_VALUE));
        if found != own {
            return Err(Error::VersionMismatch { device: found, driver: own });
        }
        let described = |register: &&Register| {
            register.offset != regs::VERSION.offset && register.fields.iter().all(|f| f.access == Access::Constant)
        };
        let config = device.config.clone();
        for register in regs::registers(&config).filter(described) {
            let (word, expected) = (device.read(register)?, regs::constant(register, &config));
            if let Some(field) = register.fields.iter().find(|field| field.of(word) != field.of(expected)) {
                return Err(Error::ConfigMismatch {
                    register: register.name,
                    field: field.name,
                    found: field.of(word),
                    expected: field.of(expected),
                });
            }
        }
        Ok(device)
    }

    /// Gives every job at most this time.
    #[must_use]
    pub fn with_limit(self, limit: Duration) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Lets the unit end a job itself, with [`ErrorCode::Watchdog`], when its host pauses for more than `cycles` device cycles.
    #[must_use]
    pub fn with_pause(self, cycles: u32) -> Self {
        Self { pause: cycles, ..self }
    }

    /// WATCHDOG of a job: no beat comes or goes for no longer than the whole job takes a host that never pauses, and the pause.
    fn watchdog(&self, shape: MatmulShape) -> u32 {
        let cycles = shape.cycles(&self.config).saturating_add(self.pause.into());
        u32::try_from(cycles).unwrap_or(u32::MAX)
    }

    /// The configuration that the unit was generated with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The transport underneath.
    pub fn transport(&self) -> &T {
        &self.transport
    }

    /// The transport underneath, for what only it can do.
    pub fn transport_mut(&mut self) -> &mut T {
        &mut self.transport
    }

    /// The memory from which the unit reads its weights.
    ///
    /// # Errors
    /// [`Error::NoMemory`] for a unit that does not read any, or behind a transport that cannot reach it.
    pub fn memory(&mut self) -> Result<&mut dyn Memory, Error> {
        let reads = self.config.memory();
        self.transport.memory().filter(|_| reads).ok_or(Error::NoMemory)
    }

    /// Runs one job: streams whole beats in, fills `results` with the result beats, and returns what the unit counted.
    ///
    /// # Errors
    /// The unit's own reason when it states one, else that of the transport, or [`Error::NotDone`];
    /// [`Error::StuckBusy`] when the job before failed and a reset does not help; [`Error::NoStream`] for a unit that reads
    /// its weights from memory.
    pub fn run(
        &mut self,
        shape: MatmulShape,
        acts: &[u8],
        weights: &[u8],
        results: &mut [u8],
    ) -> Result<Counters, Error> {
        if self.config.memory() {
            Err(Error::NoStream)
        } else {
            self.job(shape, acts, Weights::Beats(weights), results)
        }
    }

    /// The same with the weights that lie in `region` of the device's [memory](Device::memory).
    ///
    /// # Errors
    /// As [`Device::run`]; [`Error::NoMemory`] for a unit that reads none, [`Error::Region`] for one that no job can have.
    pub fn run_resident(
        &mut self,
        shape: MatmulShape,
        acts: &[u8],
        region: Region,
        results: &mut [u8],
    ) -> Result<Counters, Error> {
        if !self.config.memory() {
            return Err(Error::NoMemory);
        }
        let beat = self.config.weight_bus() as u64 / 8;
        // The unit has addresses of its own for the bytes of its memory.
        let at = self.transport.memory().map_or(0, |memory| memory.origin()).saturating_add(region.at);
        let end = at.checked_add(region.bytes);
        let fits = at.is_multiple_of(MEMORY_STEP) && end.is_some_and(|end| end <= MEMORY_SPACE);
        if !fits || region.bytes == 0 || !region.bytes.is_multiple_of(beat) {
            return Err(Error::Region { at, bytes: region.bytes, beat });
        }
        self.job(shape, acts, Weights::Resident(Region { at, ..region }), results)
    }

    fn job(
        &mut self,
        shape: MatmulShape,
        acts: &[u8],
        weights: Weights<'_>,
        results: &mut [u8],
    ) -> Result<Counters, Error> {
        let begun = Instant::now();
        // A limit beyond the end of time is none.
        self.transport.set_deadline(self.limit.and_then(|limit| begun.checked_add(limit)));
        if self.failed {
            self.reset()?;
        }
        self.failed = true;
        let counters = self.attempt(begun, shape, acts, weights, results)?;
        self.failed = false;
        Ok(counters)
    }

    fn attempt(
        &mut self,
        begun: Instant,
        shape: MatmulShape,
        acts: &[u8],
        weights: Weights<'_>,
        results: &mut [u8],
    ) -> Result<Counters, Error> {
        self.tag = self.tag.wrapping_add(1);
        let job = JobPlace { tag: self.tag, tokens: shape.m, depth: shape.k, outputs: shape.n };
        let (weights, place) = match weights {
            Weights::Beats(beats) => (beats, vec![]),
            Weights::Resident(Region { at, bytes }) => {
                let beats = bytes / (self.config.weight_bus() as u64 / 8);
                let base = (&regs::WGT_BASE, Some((at / MEMORY_STEP) as u32));
                (&[][..], vec![base, (&regs::WGT_LENGTH, Some(beats as u32))])
            }
        };
        let registers = [
            (&regs::PERF_CTRL, Some(regs::PERF_CTRL_CLEAR.mask())),
            (&regs::WATCHDOG, Some(self.watchdog(shape))),
            (&regs::TOKENS, Some(shape.m as u32)),
            (&regs::DEPTH, Some(shape.k as u32)),
            (&regs::OUTPUTS, Some(shape.n as u32)),
            (&regs::JOB_TAG, Some(job.tag)),
        ];
        let start = (&regs::CTRL, Some(regs::CTRL_START.mask()));
        self.access(&[&registers[..], &place, &[start]].concat())?;
        if let Err(source) = self.transport.exchange(Exchange { activations: acts, weights, results }) {
            // A unit that dropped the job knows better why than the link that starved, where it still answers.
            if !matches!(source, TransportError::Deadline { .. })
                && let Ok(status) = self.read(&regs::STATUS)
            {
                self.unless_failed(job, status)?;
            }
            return Err(Error::Streams { job, source });
        }
        self.wait(job, begun)?;
        self.counters()
    }

    /// Copies the counters and reads the copies.
    fn counters(&mut self) -> Result<Counters, Error> {
        let mut accesses = vec![(&regs::PERF_CTRL, Some(regs::PERF_CTRL_SNAPSHOT.mask()))];
        Counters::collect(|register| {
            accesses.push((register, None));
            Ok::<_, Error>(0)
        })?;
        let mut values = self.access(&accesses)?.into_iter().skip(1);
        Counters::collect(|_| Ok(values.next().unwrap_or(0)))
    }

    fn reset(&mut self) -> Result<(), Error> {
        self.transport.recover().map_err(Error::Link)?;
        self.write(&regs::CTRL, regs::CTRL_ABORT.mask())?;
        self.write(&regs::CTRL, regs::CTRL_SOFT_RESET.mask())?;
        // Reads from memory that were under way come to their end first.
        for _ in 0..if self.config.memory() { DONE_POLLS } else { 1 } {
            if regs::STATUS_BUSY.of(self.read(&regs::STATUS)?) == 0 {
                return Ok(());
            }
        }
        Err(Error::StuckBusy)
    }

    fn wait(&mut self, job: JobPlace, begun: Instant) -> Result<(), Error> {
        let (mut status, mut done_tag) = (0, 0);
        for _ in 0..DONE_POLLS {
            status = self.read(&regs::STATUS)?;
            self.unless_failed(job, status)?;
            if regs::STATUS_DONE.of(status) == 1 {
                done_tag = self.read(&regs::DONE_TAG)?;
                if done_tag == job.tag {
                    return self.write(&regs::STATUS, regs::STATUS_DONE.mask());
                }
            }
            let after = begun.elapsed();
            if self.limit.is_some_and(|limit| after >= limit) {
                return Err(Error::Streams { job, source: TransportError::Deadline { after } });
            }
        }
        Err(Error::NotDone { job, polls: DONE_POLLS, status, done_tag })
    }

    fn unless_failed(&mut self, job: JobPlace, status: u32) -> Result<(), Error> {
        if regs::STATUS_ERROR.of(status) == 0 {
            return Ok(());
        }
        let code = regs::ERR_CODE_CODE.of(self.read(&regs::ERR_CODE)?);
        Err(match ErrorCode::from_code(code) {
            Some(code) => Error::Device { job, code },
            None => Error::UnknownCode { job, code },
        })
    }

    /// Accesses registers in order, each with the value to write or to read it.
    fn access(&mut self, all: &[(&'static Register, Option<u32>)]) -> Result<Vec<u32>, Error> {
        let access = |(register, value): &(&Register, Option<u32>)| match *value {
            Some(value) => RegisterOp::Write(register.offset, value),
            None => RegisterOp::Read(register.offset),
        };
        let accesses: Vec<RegisterOp> = all.iter().map(access).collect();
        self.transport.access(&accesses).map_err(|failed| at(all[failed.index].0)(failed.error))
    }

    fn read(&mut self, register: &Register) -> Result<u32, Error> {
        self.transport.read(register.offset).map_err(at(register))
    }

    fn write(&mut self, register: &Register, value: u32) -> Result<(), Error> {
        self.transport.write(register.offset, value).map_err(at(register))
    }
}

fn at(register: &Register) -> impl FnOnce(TransportError) -> Error {
    let (register, offset) = (register.name, register.offset);
    move |source| Error::Register { register, offset, source }
}
