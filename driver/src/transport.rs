//! The one seam between the host driver and a device: simulated, emulated or real.
//!
//! A device is a register file and three streams. Registers move one 32-bit word a call; streams move whole
//! jobs a call, so that a simulator or a DMA engine is never asked for one beat at a time.

use std::iter::Sum;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use trine_memory::Memory;

/// Byte-wise contents of the streams of one job.
///
/// Every buffer is a whole number of beats of its stream; a beat is `bus bits / 8` bytes, byte 0 lowest. `tlast` is
/// raised on the last beat of each source.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// Beats for `s_axis_act`.
    pub activations: &'a [u8],
    /// Beats for `s_axis_wgt`; none for a unit that reads its weights from memory.
    pub weights: &'a [u8],
    /// Filled with the beats of `m_axis_res`; bytes whose `tkeep` is low are left as they were.
    pub results: &'a mut [u8],
}

impl Exchange<'_> {
    /// The same streams for a shorter time.
    pub fn reborrow(&mut self) -> Exchange<'_> {
        Exchange { activations: self.activations, weights: self.weights, results: self.results }
    }
}

/// Reason for which a transport did not do what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum TransportError {
    /// The device stopped moving beats before the job's streams were through.
    #[error(
        "the device stalled: {activations} activation, {weights} weight and {results} result beats moved \
         when the limit of {limit} cycles was reached"
    )]
    Timeout {
        /// Activation beats accepted.
        activations: u64,
        /// Weight beats accepted.
        weights: u64,
        /// Result beats returned.
        results: u64,
        /// The limit, in device clock cycles.
        limit: u64,
    },
    /// The call outlasted its deadline.
    #[error("no end after {:.1} s, when the job's time was up", after.as_secs_f64())]
    Deadline {
        /// Duration of the call that was given up.
        after: Duration,
    },
    /// A result stream that breaks the agreed framing.
    #[error("result beat {beat}: {problem}")]
    Framing {
        /// Index of the beat in its job.
        beat: u64,
        /// The fault in it.
        problem: String,
    },
    /// The device answers that it refuses the access; the message comes from the transport.
    #[error("{0}")]
    Refused(String),
    /// The device or its link failed; the message comes from the transport.
    #[error("{0}")]
    Failed(String),
}

/// Failure of one of several accesses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("access {index}: {error}")]
pub struct AccessError {
    /// Index of the access that failed; all before it were made.
    pub index: usize,
    /// Reason of the transport.
    #[source]
    pub error: TransportError,
}

/// One access of a register, at a byte offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegisterOp {
    /// Read it.
    Read(u32),
    /// Write a value.
    Write(u32, u32),
}

/// Commands of the memory of a device since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryCommands {
    /// Rows that were opened.
    pub activates: u64,
    /// Column commands that read.
    pub reads: u64,
    /// Refreshes.
    pub refreshes: u64,
}

/// Sum over devices.
impl Sum for MemoryCommands {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, other| Self {
            activates: sum.activates + other.activates,
            reads: sum.reads + other.reads,
            refreshes: sum.refreshes + other.refreshes,
        })
    }
}

/// A device that the driver can use.
pub trait Transport {
    /// Reads the register at byte `offset`.
    ///
    /// # Errors
    /// [`TransportError`] when the device does not answer.
    fn read(&mut self, offset: u32) -> Result<u32, TransportError>;

    /// Writes the register at byte `offset`.
    ///
    /// # Errors
    /// [`TransportError`] when the device does not answer.
    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError>;

    /// Makes all accesses in order, up to the first that fails; returns what each read, and 0 for each write. For links
    /// on which every call costs a wait.
    ///
    /// # Errors
    /// [`AccessError`] with the index of the access that failed, and its error as from [`read`](Self::read) or
    /// [`write`](Self::write).
    fn access(&mut self, all: &[RegisterOp]) -> Result<Vec<u32>, AccessError> {
        let one = |(index, access): (usize, &RegisterOp)| {
            let outcome = match *access {
                RegisterOp::Read(offset) => self.read(offset),
                RegisterOp::Write(offset, value) => self.write(offset, value).map(|()| 0),
            };
            outcome.map_err(|error| AccessError { index, error })
        };
        all.iter().enumerate().map(one).collect()
    }

    /// Plays both sources and collects the sink until all three are through.
    ///
    /// # Errors
    /// [`TransportError::Timeout`] when the device accepts or returns nothing more, [`TransportError::Framing`] when
    /// `tlast` or `tkeep` of a result beat is wrong.
    fn exchange(&mut self, streams: Exchange<'_>) -> Result<(), TransportError>;

    /// True if [`exchange_all`](Self::exchange_all) plays the jobs of a queue as fast as the unit takes them. The driver then lets
    /// jobs of a unit that reads its weights from memory follow one another (QUEUE.follow); else it plays jobs one by one.
    fn queues(&self) -> bool {
        false
    }

    /// Plays the streams of jobs that follow one another, like [`exchange`](Self::exchange) each. The activations of a job may be
    /// offered at once; the unit takes them when the job before has given its last result.
    ///
    /// # Errors
    /// As [`exchange`](Self::exchange). No results count then.
    fn exchange_all(&mut self, jobs: &mut [Exchange<'_>]) -> Result<(), TransportError> {
        jobs.iter_mut().try_for_each(|job| self.exchange(job.reborrow()))
    }

    /// Brings the link itself back in order after a job that failed, before the unit is reset. There is nothing to do for a link
    /// that cannot be out of step.
    ///
    /// # Errors
    /// [`TransportError`] when the link stays broken.
    fn recover(&mut self) -> Result<(), TransportError> {
        Ok(())
    }

    /// Calls from now on that would go on after `end` fail with [`TransportError::Deadline`]; the driver sets it for every
    /// job. A transport that cannot be interrupted leaves it to the driver, which looks at the clock between calls.
    fn set_deadline(&mut self, end: Option<Instant>) {
        let _ = end;
    }

    /// Device clock cycle at which each result beat of the last exchange was taken, of all jobs after
    /// [`exchange_all`](Self::exchange_all); empty where unknown.
    fn result_cycles(&self) -> &[u64] {
        &[]
    }

    /// The memory from which the device reads its weights; `None` where it has none that the host can reach.
    fn memory(&mut self) -> Option<&mut dyn Memory> {
        None
    }

    /// Commands of that memory since the device began; `None` where nobody counts them.
    fn memory_commands(&mut self) -> Option<MemoryCommands> {
        None
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        (**self).read(offset)
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        (**self).write(offset, value)
    }

    fn exchange(&mut self, streams: Exchange<'_>) -> Result<(), TransportError> {
        (**self).exchange(streams)
    }

    fn queues(&self) -> bool {
        (**self).queues()
    }

    fn exchange_all(&mut self, jobs: &mut [Exchange<'_>]) -> Result<(), TransportError> {
        (**self).exchange_all(jobs)
    }

    fn access(&mut self, all: &[RegisterOp]) -> Result<Vec<u32>, AccessError> {
        (**self).access(all)
    }

    fn recover(&mut self) -> Result<(), TransportError> {
        (**self).recover()
    }

    fn set_deadline(&mut self, end: Option<Instant>) {
        (**self).set_deadline(end);
    }

    fn result_cycles(&self) -> &[u64] {
        (**self).result_cycles()
    }

    fn memory(&mut self) -> Option<&mut dyn Memory> {
        (**self).memory()
    }

    fn memory_commands(&mut self) -> Option<MemoryCommands> {
        (**self).memory_commands()
    }
}
