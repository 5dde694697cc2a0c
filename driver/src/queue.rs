//! Jobs that are submitted together: in the unit's queue, or one by one.
//!
//! ```text
//! submit: PERF clear -> WATCHDOG, shape, tag, WGT_BASE WGT_LENGTH (WGT_RUN WGT_STRIDE) from memory -> CTRL.start
//!                    -> shape, tag, WGT_BASE WGT_LENGTH (WGT_RUN WGT_STRIDE) of each job behind it  -> QUEUE.follow
//! wait:   streams of all of them -> STATUS.done, DONE_TAG of the last one -> PERF snapshot
//! ```
//!
//! The unit reads the weights of a job that waits while another one runs. One snapshot counts all jobs of a row: host accesses
//! between them would let the unit wait. [`Counters::split`] says what each job has of it.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Instant;

use trine_memory::Region;
use trine_spec::Config;
use trine_spec::packing::window_bytes;
use trine_spec::registers::{self as regs, ErrorCode, MEMORY_SPACE, MEMORY_STEP, Register};

use crate::device::DONE_POLLS;
use crate::packing::{self, Runs};
use crate::{Counters, Device, Error, Exchange, JobPlace, Transport, TransportError, cycles::MatmulShape};

/// A job whose weights lie in the device's memory.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Size of the job, or of the matrix of which it has a part.
    whole: MatmulShape,
    /// Positions of the part.
    depth: Option<Range<usize>>,
    /// Place of all weights.
    region: Region,
}

impl Submission {
    /// A job of size `shape` with all weights in `region`.
    pub fn new(shape: MatmulShape, region: Region) -> Self {
        Self { whole: shape, depth: None, region }
    }

    /// A job with the positions `depth` of the matrix in `region`, as of [`Device::run_resident_depth`].
    pub fn of_depth(whole: MatmulShape, depth: Range<usize>, region: Region) -> Self {
        Self { whole, depth: Some(depth), region }
    }

    /// Size of the job.
    pub fn shape(&self) -> MatmulShape {
        MatmulShape { k: self.depth.as_ref().map_or(self.whole.k, ExactSizeIterator::len), ..self.whole }
    }
}

/// Failure of one of several jobs. Those behind it were dropped.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Failed {
    /// Counters of the jobs whose results are right. There may be fewer than were done.
    pub done: Vec<Counters>,
    /// Index of the job that failed.
    pub at: usize,
    /// Its failure.
    #[source]
    pub error: Error,
}

/// A failure that no job behind the first can have.
impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { done: vec![], at: 0, error }
    }
}

/// Jobs that were submitted and are not done.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    waiting: VecDeque<Job>,
    /// Start of the row that runs.
    begun: Option<Instant>,
    /// For each job of the last row, the index behind its last result beat.
    ends: Vec<usize>,
}

/// Registers that say where weights lie, with their values.
type Place = [u32; 4];

#[derive(Clone, Copy, Debug)]
struct Job {
    shape: MatmulShape,
    place: JobPlace,
    /// WGT_BASE, WGT_LENGTH, WGT_RUN and WGT_STRIDE; the last two only of a unit that has them.
    weights: Option<Place>,
}

impl<T: Transport> Device<T> {
    /// Most jobs that run in a row, each behind the one before: those that the unit's queue holds and the one that runs, or a
    /// single one where the unit has no queue or the transport makes no use of it.
    pub fn row(&self) -> usize {
        // A ring has the queue to itself.
        let queue = self.config().memory() && !self.config().ring();
        if queue && self.transport.queues() { 1 + Config::QUEUE } else { 1 }
    }

    /// Starts the first jobs, as many as [run in a row](Device::row). [`Device::wait`] has to follow. Jobs that were submitted
    /// before and not waited for are dropped.
    ///
    /// # Errors
    /// As [`Device::run_resident`].
    pub fn submit(&mut self, jobs: &[Submission]) -> Result<(), Failed> {
        let place = |job: &Submission| self.registers(job).map(|weights| (job.shape(), Some(weights)));
        let jobs = jobs.iter().map(place).collect::<Result<_, _>>()?;
        self.enter(jobs)
    }

    /// Plays the streams of all submitted jobs, row by row, and returns what the unit counted for each.
    ///
    /// # Errors
    /// The first job that failed, as from [`Device::run_resident`].
    ///
    /// # Panics
    /// If there are not as many streams as jobs.
    pub fn wait(&mut self, streams: &mut [Exchange<'_>]) -> Result<Vec<Counters>, Failed> {
        assert_eq!(streams.len(), self.jobs.waiting.len(), "streams for the jobs that were submitted");
        let (mut done, row) = (vec![], self.row());
        for streams in streams.chunks_mut(row) {
            match self.begin().and_then(|begun| self.complete(begun, streams)) {
                Ok(counters) => done.extend(counters),
                Err(Failed { at, error, .. }) => return Err(Failed { at: done.len() + at, done, error }),
            }
        }
        Ok(done)
    }

    /// Device clock cycle of each result beat of a job of the last row; empty where unknown.
    pub(crate) fn result_cycles(&self, job: usize) -> &[u64] {
        let (cycles, ends) = (self.transport.result_cycles(), &self.jobs.ends);
        let Some(&end) = ends.get(job).filter(|_| ends.last() == Some(&cycles.len())) else { return &[] };
        &cycles[job.checked_sub(1).map_or(0, |before| ends[before])..end]
    }

    /// WGT_BASE, WGT_LENGTH, WGT_RUN and WGT_STRIDE of a job.
    fn registers(&mut self, job: &Submission) -> Result<Place, Error> {
        let Submission { whole, depth, region } = job;
        if !self.config().memory() {
            return Err(Error::NoMemory);
        }
        let runs = match depth {
            // Where the region is no size for the job, the unit says so.
            None => Runs { first: 0, beats: region.bytes / self.beat_bytes(), run: 0, stride: 0 },
            Some(depth) => self.runs(*whole, depth, *region)?,
        };
        let at = self.placed(*region, runs.first)?;
        Ok([(at / MEMORY_STEP) as u32, runs.beats as u32, runs.run as u32, runs.stride as u32])
    }

    /// The weights of a range of depth.
    fn runs(&self, whole: MatmulShape, depth: &Range<usize>, region: Region) -> Result<Runs, Error> {
        let config = self.config();
        let widest = [regs::WGT_RUN_BEATS, regs::WGT_STRIDE_BEATS].map(|field| u64::from(field.mask()));
        let within = |runs: &Runs| {
            let strides = config.strides() || runs.run == 0;
            strides && runs.first.is_multiple_of(MEMORY_STEP) && runs.run <= widest[0] && runs.stride <= widest[1]
        };
        packing::runs(config, whole, depth)
            .filter(|runs| within(runs) && region.bytes == packing::weight_bytes(config, whole))
            .ok_or(Error::Range { start: depth.start, end: depth.end, depth: whole.k })
    }

    /// The unit's own address of the byte `first` of a region.
    fn placed(&mut self, region: Region, first: u64) -> Result<u64, Error> {
        let beat = self.beat_bytes();
        // The unit has addresses of its own for the bytes of its memory.
        let at = self.transport.memory().map_or(0, |memory| memory.origin()).saturating_add(region.at);
        let end = at.checked_add(region.bytes);
        let several = self.config().weight_ports() > 1;
        let step = if several { MEMORY_STEP.max(window_bytes(self.config())) } else { MEMORY_STEP };
        let fits = at.is_multiple_of(step) && end.is_some_and(|end| end <= MEMORY_SPACE);
        if !fits || region.bytes == 0 || !region.bytes.is_multiple_of(beat) {
            return Err(Error::Region { at, bytes: region.bytes, beat });
        }
        Ok(at + first)
    }

    fn beat_bytes(&self) -> u64 {
        self.config().weight_bus() as u64 / 8
    }

    /// Submits jobs of shapes and places of weights, which come from a stream where there is no place.
    pub(crate) fn enter(&mut self, jobs: Vec<(MatmulShape, Option<Place>)>) -> Result<(), Failed> {
        let job = |(shape, weights): (MatmulShape, _)| {
            self.tag = self.tag.wrapping_add(1);
            let place = JobPlace { tag: self.tag, tokens: shape.m, depth: shape.k, outputs: shape.n };
            Job { shape, place, weights }
        };
        self.jobs = Jobs { waiting: jobs.into_iter().map(job).collect(), ..Jobs::default() };
        if !self.jobs.waiting.is_empty() {
            self.begin()?;
        }
        Ok(())
    }

    /// Starts the first row, unless it runs; returns when that was.
    fn begin(&mut self) -> Result<Instant, Failed> {
        if let Some(begun) = self.jobs.begun {
            return Ok(begun);
        }
        let begun = Instant::now();
        let row: Vec<Job> = self.jobs.waiting.iter().take(self.row()).copied().collect();
        // A limit beyond the end of time is none.
        let end = self.limit.and_then(|limit| begun.checked_add(limit.saturating_mul(row.len() as u32)));
        self.transport.set_deadline(end);
        if self.failed {
            self.reset()?;
        }
        self.failed = true;
        let watchdog = row.iter().map(|job| self.watchdog(job.shape)).max();
        let mut accesses = vec![(&regs::PERF_CTRL, Some(regs::PERF_CTRL_CLEAR.mask())), (&regs::WATCHDOG, watchdog)];
        let (strides, mut before) = (self.config().strides(), None);
        for job in &row {
            accesses.extend(job.accesses(before, strides));
            before = Some(job.shape);
        }
        if let Err(error) = self.access(&accesses) {
            // A job that failed lets no other follow, and says why.
            if row.len() > 1
                && let Ok(status) = self.read(&regs::STATUS)
            {
                self.unless_failed(&row, status)?;
            }
            return Err(error.into());
        }
        self.jobs.begun = Some(begun);
        Ok(begun)
    }

    /// Plays the streams of the row that runs.
    fn complete(&mut self, begun: Instant, streams: &mut [Exchange<'_>]) -> Result<Vec<Counters>, Failed> {
        self.jobs.begun = None;
        let row: Vec<Job> = self.jobs.waiting.drain(..streams.len()).collect();
        let outcome = match &mut *streams {
            [only] => self.transport.exchange(only.reborrow()),
            all => self.transport.exchange_all(all),
        };
        if let Err(source) = outcome {
            if matches!(source, TransportError::Deadline { .. }) {
                return Err(Error::Streams { job: row[0].place, source }.into());
            }
            // A unit that dropped the job knows better why than the link that starved, where it still answers.
            if let Ok(status) = self.read(&regs::STATUS) {
                self.unless_failed(&row, status)?;
            }
            let at = self.failed_job(&row).unwrap_or(0);
            return Err(Failed { at, ..Error::Streams { job: row[at].place, source }.into() });
        }
        self.done(&row, begun)?;
        let beat = self.config().res_bus() / 8;
        let ends = streams.iter().scan(0, |end, job| {
            *end += job.results.len() / beat;
            Some(*end)
        });
        self.jobs.ends = ends.collect();
        let total = self.counters()?;
        self.failed = false;
        Ok(self.split(&row, total))
    }

    /// The counters of each job of the last row.
    fn split(&self, row: &[Job], total: Counters) -> Vec<Counters> {
        if row.len() == 1 {
            return vec![total];
        }
        let mut each: Vec<Counters> = row.iter().map(|job| Counters::expected(self.config(), job.shape)).collect();
        let ends = |job| self.result_cycles(job).last().copied();
        let all: Option<Vec<u64>> = (0..row.len()).map(ends).collect();
        if let Some([first, .., last]) = all.as_deref() {
            each[0].cycles = total.cycles.saturating_sub(last.saturating_sub(*first));
            for (job, pair) in each[1..].iter_mut().zip(all.iter().flatten().zip(all.iter().flatten().skip(1))) {
                job.cycles = pair.1.saturating_sub(*pair.0);
            }
        }
        total.split(&each)
    }

    /// Waits until the last job of a row is done.
    fn done(&mut self, row: &[Job], begun: Instant) -> Result<(), Failed> {
        let (mut status, mut done_tag) = (0, 0);
        let last = row[row.len() - 1].place;
        for _ in 0..DONE_POLLS {
            status = self.read(&regs::STATUS)?;
            self.unless_failed(row, status)?;
            if regs::STATUS_DONE.of(status) == 1 {
                done_tag = self.read(&regs::DONE_TAG)?;
                if done_tag == last.tag {
                    return Ok(self.write(&regs::STATUS, regs::STATUS_DONE.mask())?);
                }
            }
            let after = begun.elapsed();
            if self.limit.is_some_and(|limit| after >= limit.saturating_mul(row.len() as u32)) {
                return Err(Error::Streams { job: last, source: TransportError::Deadline { after } }.into());
            }
        }
        let at = self.failed_job(row).unwrap_or(0);
        Err(Failed { at, ..Error::NotDone { job: row[at].place, polls: DONE_POLLS, status, done_tag }.into() })
    }

    fn unless_failed(&mut self, row: &[Job], status: u32) -> Result<(), Failed> {
        if regs::STATUS_ERROR.of(status) == 0 {
            return Ok(());
        }
        let code = regs::ERR_CODE_CODE.of(self.read(&regs::ERR_CODE)?);
        let at = self.failed_job(row)?;
        let job = row[at].place;
        let error = match ErrorCode::from_code(code) {
            Some(code) => Error::Device { job, code },
            None => Error::UnknownCode { job, code },
        };
        Err(Failed { at, ..error.into() })
    }

    /// The job behind the last one that was done, the last of the row at most.
    fn failed_job(&mut self, row: &[Job]) -> Result<usize, Error> {
        let [first, .., last] = row else { return Ok(0) };
        let done = self.read(&regs::DONE_TAG)?.wrapping_sub(first.place.tag).wrapping_add(1) as usize;
        let last = last.place.tag.wrapping_sub(first.place.tag) as usize;
        // Another tag is that of a job before this row.
        Ok(if done <= last + 1 { done.min(last) } else { 0 })
    }
}

impl Job {
    /// Writes of registers that start the job, behind one of shape `before` where there is one. The unit has taken that shape,
    /// and its registers keep it. `strides`: it has registers for runs.
    fn accesses(&self, before: Option<MatmulShape>, strides: bool) -> Vec<(&'static Register, Option<u32>)> {
        let MatmulShape { m, k, n } = self.shape;
        let sizes = [
            (&regs::TOKENS, m, before.map(|shape| shape.m)),
            (&regs::DEPTH, k, before.map(|shape| shape.k)),
            (&regs::OUTPUTS, n, before.map(|shape| shape.n)),
        ];
        let changed = sizes.into_iter().filter(|(_, size, before)| Some(*size) != *before);
        let mut accesses: Vec<_> = changed.map(|(register, size, _)| (register, Some(size as u32))).collect();
        accesses.push((&regs::JOB_TAG, Some(self.place.tag)));
        if let Some(values) = self.weights {
            let place = [&regs::WGT_BASE, &regs::WGT_LENGTH, &regs::WGT_RUN, &regs::WGT_STRIDE];
            let known = if strides { 4 } else { 2 };
            accesses.extend(place.into_iter().zip(values.map(Some)).take(known));
        }
        accesses.push(match before {
            None => (&regs::CTRL, Some(regs::CTRL_START.mask())),
            Some(_) => (&regs::QUEUE, Some(regs::QUEUE_FOLLOW.mask())),
        });
        accesses
    }
}
