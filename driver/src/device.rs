//! Registers by name, and one job at a time.
//!
//! ```text
//! open:  ID, VERSION, every constant of the configuration
//! run:   submit one job and wait for it (queue.rs)
//! reset: link in order -> CTRL.abort -> CTRL.soft_reset -> STATUS must not be busy
//! ```
//!
//! A job that fails leaves the unit in an unknown state, so the next one starts with a reset. Two clocks run beside a job: the
//! host's, which a [limit](Device::with_limit) sets, and the unit's watchdog, which ends a job whose host has gone: it is never
//! silent for longer than the whole job takes and its host [pauses](Device::with_pause).

use std::ops::Range;
use std::time::Duration;

use trine_memory::{Memory, Region};
use trine_spec::Config;
use trine_spec::registers::{self as regs, Access, Register};

use crate::queue::{Jobs, Submission};
use crate::{Counters, Error, Exchange, RegisterOp, Transport, TransportError, cycles::MatmulShape};

/// Most reads of STATUS for a job whose results have all arrived; the unit needs a few cycles at most.
pub(crate) const DONE_POLLS: usize = 1000;

/// Device cycles that a host may pause where nothing else is said: over a second at 200 MHz, for a link as slow as a serial line
/// and an operating system that has other things to do.
const PAUSE: u32 = 1 << 28;

/// A unit that has been identified and answers as its configuration says.
#[derive(Debug)]
pub struct Device<T> {
    pub(crate) transport: T,
    config: Config,
    pub(crate) tag: u32,
    pub(crate) failed: bool,
    /// Longest time of a job.
    pub(crate) limit: Option<Duration>,
    /// Most device cycles for which the host may leave a job without a beat.
    pause: u32,
    /// Jobs that are not done.
    pub(crate) jobs: Jobs,
}

impl<T: Transport> Device<T> {
    /// Identifies the unit behind `transport` and checks that it was generated with `config`.
    ///
    /// # Errors
    /// [`Error::NotTrine`], [`Error::VersionMismatch`], [`Error::ConfigMismatch`] with the field that differs, or
    /// [`Error::Register`].
    pub fn open(transport: T, config: Config) -> Result<Self, Error> {
        let mut device =
            Self { transport, config, tag: 0, failed: false, limit: None, pause: PAUSE, jobs: Jobs::default() };
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
        // A host before this one may have left in the middle of a job.
        let status = device.read(&regs::STATUS)?;
        device.failed = regs::STATUS_BUSY.of(status) == 1 || regs::STATUS_ERROR.of(status) == 1;
        Ok(device)
    }

    /// Gives every job at most this time.
    #[must_use]
    pub fn with_limit(self, limit: Duration) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Lets the unit end a job itself, with [`ErrorCode::Watchdog`](trine_spec::registers::ErrorCode::Watchdog), when its host pauses for more than `cycles` device cycles.
    #[must_use]
    pub fn with_pause(self, cycles: u32) -> Self {
        Self { pause: cycles, ..self }
    }

    /// WATCHDOG of a job: no beat comes or goes for no longer than the whole job takes a host that never pauses, and the pause.
    pub(crate) fn watchdog(&self, shape: MatmulShape) -> u32 {
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
            return Err(Error::NoStream);
        }
        self.enter(vec![(shape, None)]).map_err(|failed| failed.error)?;
        self.completed(&mut [Exchange { activations: acts, weights, results }])
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
        self.submit(&[Submission::new(shape, region)]).map_err(|failed| failed.error)?;
        self.completed(&mut [Exchange { activations: acts, weights: &[], results }])
    }

    /// The same with the positions `depth` of the matrix in `region`, all of it, of which `whole` is the shape: the job's sums are those of
    /// these positions. The range begins at a multiple of [`Config::lanes`], and ends at one or at the end of the matrix. It also begins
    /// at a multiple of 64 bytes: any does if a tile has a multiple of 64 bytes.
    ///
    /// # Errors
    /// As [`Device::run_resident`]; [`Error::Range`] for a range that no job can have, or that lies in pieces which this unit cannot
    /// [put together](Config::strides).
    pub fn run_resident_depth(
        &mut self,
        acts: &[u8],
        region: Region,
        whole: MatmulShape,
        depth: Range<usize>,
        results: &mut [u8],
    ) -> Result<Counters, Error> {
        self.submit(&[Submission::of_depth(whole, depth, region)]).map_err(|failed| failed.error)?;
        self.completed(&mut [Exchange { activations: acts, weights: &[], results }])
    }

    /// The outcome of a job that was submitted alone.
    fn completed(&mut self, streams: &mut [Exchange<'_>]) -> Result<Counters, Error> {
        self.wait(streams).map(|counters| counters.into_iter().sum()).map_err(|failed| failed.error)
    }

    /// Copies the counters and reads the copies.
    pub(crate) fn counters(&mut self) -> Result<Counters, Error> {
        let mut accesses = vec![(&regs::PERF_CTRL, Some(regs::PERF_CTRL_SNAPSHOT.mask()))];
        Counters::collect(|register| {
            accesses.push((register, None));
            Ok::<_, Error>(0)
        })?;
        let mut values = self.access(&accesses)?.into_iter().skip(1);
        Counters::collect(|_| Ok(values.next().unwrap_or(0)))
    }

    pub(crate) fn reset(&mut self) -> Result<(), Error> {
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

    /// Accesses registers in order, each with the value to write or to read it.
    pub(crate) fn access(&mut self, all: &[(&'static Register, Option<u32>)]) -> Result<Vec<u32>, Error> {
        let access = |(register, value): &(&Register, Option<u32>)| match *value {
            Some(value) => RegisterOp::Write(register.offset, value),
            None => RegisterOp::Read(register.offset),
        };
        let accesses: Vec<RegisterOp> = all.iter().map(access).collect();
        self.transport.access(&accesses).map_err(|failed| at(all[failed.index].0)(failed.error))
    }

    pub(crate) fn read(&mut self, register: &Register) -> Result<u32, Error> {
        self.transport.read(register.offset).map_err(at(register))
    }

    pub(crate) fn write(&mut self, register: &Register, value: u32) -> Result<(), Error> {
        self.transport.write(register.offset, value).map_err(at(register))
    }
}

fn at(register: &Register) -> impl FnOnce(TransportError) -> Error {
    let (register, offset) = (register.name, register.offset);
    move |source| Error::Register { register, offset, source }
}
