//! The golden model's matmul seam, computed on a device.
//!
//! ```text
//! Model -> Matmul::matmul -> Schedule -> shares of the outputs, each on one unit: pack, Device::run, add, compare -> y
//!                        \-> Golden, when checking -------------------------------------------^             \-> Ledger
//! ```

use std::fmt;

use serde::Serialize;
use trine_golden_model::{BoxError, Golden, LinearId, Matmul, TernaryMatrix};
use trine_spec::Config;

use crate::cycles::MatmulShape;
use crate::journal::{self, Entry};
use crate::ledger::{JobRecord, LayerTotals, Ledger, Mismatch, Remedy};
use crate::schedule::{Job, Schedule};
use crate::share::{self, Call, Worker};
use crate::weights::WeightCache;
use crate::{Counters, Device, Error, Journal, Transport};

/// Which layers run on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Gate, up and down projections.
    Ffn,
    /// All seven projections of a layer.
    Linear,
}

impl Scope {
    /// True if layer `id` runs on the device.
    pub fn takes(self, id: LinearId) -> bool {
        self == Scope::Linear || id.kind.is_ffn()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Scope::Ffn { "ffn" } else { "linear" })
    }
}

/// The answer to a job that fails for the second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// The matmul fails.
    Stop,
    /// The golden model computes it on the host, and the ledger says so.
    Golden,
}

/// Reaction to a sum of the device that differs from the golden model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnMismatch {
    /// The matmul fails with [`Error::Mismatch`], which names the first such sum.
    Stop,
    /// The caller gets the sums of the golden model, and the ledger says so.
    Golden,
    /// The caller gets the wrong sums, which the ledger counts: for those who look at it, such as verification.
    Count,
}

/// Options of an offload.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Which layers.
    pub scope: Scope,
    /// Reaction to wrong sums, which the golden model finds by computing every offloaded matmul too; `None` does not
    /// compare, and trusts the device.
    pub check: Option<OnMismatch>,
    /// The answer to a job that fails for the second time.
    pub on_failure: OnFailure,
    /// Bytes of packed weights to keep.
    pub weight_cache: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { scope: Scope::Ffn, check: Some(OnMismatch::Stop), on_failure: OnFailure::Stop, weight_cache: 1 << 30 }
    }
}

/// A matmul engine that runs layers on a device and keeps books.
#[derive(Debug)]
pub struct Offload<T> {
    /// One or more, all equal.
    units: Vec<Worker<T>>,
    config: Config,
    options: Options,
    cache: WeightCache,
    journal: Option<Journal>,
    ledger: Ledger,
}

impl<T: Transport + Send> Offload<T> {
    /// Offloads to `device`.
    pub fn new(device: Device<T>, options: Options) -> Self {
        Self {
            config: device.config().clone(),
            units: vec![Worker::new(device)],
            options,
            cache: WeightCache::new(options.weight_cache),
            journal: None,
            ledger: Ledger::default(),
        }
    }

    /// Adds a unit that shares every matmul which is worth it. Cycles are then the sum over the units: what one unit
    /// counts that does all jobs in turn.
    ///
    /// # Errors
    /// [`Error::Unequal`] when it has another configuration than the first.
    pub fn and(mut self, device: Device<T>) -> Result<Self, Error> {
        if *device.config() != self.config {
            let (first, this) = (format!("{:?}", self.config), format!("{:?}", device.config()));
            return Err(Error::Unequal { first, this });
        }
        self.units.push(Worker::new(device));
        Ok(self)
    }

    /// Keeps finished matmuls in `journal`, and takes from there what a run before has finished.
    #[must_use]
    pub fn keeping(self, journal: Journal) -> Self {
        Self { journal: Some(journal), ..self }
    }

    /// The books so far.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The configuration of the units.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Number of units.
    pub fn units(&self) -> usize {
        self.units.len()
    }

    /// The first unit itself.
    pub fn device_mut(&mut self) -> &mut Device<T> {
        &mut self.units[0].device
    }

    /// One matmul on the units, or from the journal; returns what was counted and the bytes moved.
    fn on_device(&mut self, call: &Call<'_>, schedule: &Schedule, y: &mut [i32]) -> Result<(Counters, u64), Error> {
        let jobs: Vec<Job> = schedule.jobs().collect();
        let place = self.journal.as_mut().map(|journal| journal.next(call, &jobs));
        let kept = place.as_ref().and_then(|place| journal::read(place, y.len(), jobs.len()));
        // What differs from the golden model is not what was kept.
        if let Some(entry) = kept.filter(|entry| call.expected.as_ref().is_none_or(|expected| *expected == entry.y)) {
            return Ok(self.resume(call, &jobs, entry, y));
        }
        let shares: Vec<&[Job]> = jobs.chunk_by(|a, b| a.outputs == b.outputs).collect();
        let done = share::compute(&mut self.units, call, &shares, &self.cache);
        let (mut counters, mut bytes, mut failure, mut clean) = (vec![], 0, None, true);
        let (mut wrong, mut first_wrong) = (0, None);
        for share in done {
            clean &= share.retried.is_empty() && share.mismatches == 0 && share.failure.is_none();
            share.retried.iter().for_each(|error| self.ledger.incident(call.id, error, Remedy::Retry));
            for mut job in share.jobs {
                counters.push(job.counters);
                job.end = job.end.filter(|_| self.units.len() == 1);
                self.ledger.job(job);
            }
            bytes += share.bytes;
            self.ledger.checked_macs += share.compared;
            wrong += share.mismatches;
            first_wrong = first_wrong.or(share.first_mismatch);
            failure = failure.or(share.failure);
            for token in 0..call.shape.m {
                let width = share.outputs.len();
                let row = &share.y[token * width..][..width];
                y[token * call.shape.n..][share.outputs.clone()].copy_from_slice(row);
            }
        }
        // Wrong sums come first: a failure may be answered with a matmul of the golden model, which would hide them.
        if let Some(first) = first_wrong {
            self.mismatch(call, first, wrong, y)?;
        }
        if let Some(error) = failure {
            return Err(error);
        }
        let total = counters.iter().copied().sum();
        if let Some(place) = place
            && clean
            && call.expected.is_some()
        {
            journal::write(&place, &Entry { y: y.to_vec(), counters, bytes })?;
        }
        Ok((total, bytes))
    }

    /// Enters wrong sums, and does about them what the options say; `y` holds what the caller gets.
    fn mismatch(&mut self, call: &Call<'_>, first: Mismatch, wrong: u64, y: &mut [i32]) -> Result<(), Error> {
        self.ledger.mismatches += wrong;
        self.ledger.first_mismatch.get_or_insert_with(|| first.clone());
        let error = Error::Mismatch { first: Box::new(first), wrong, sums: y.len() as u64 };
        match (self.options.check, &call.expected) {
            (Some(OnMismatch::Golden), Some(expected)) => {
                self.ledger.incident(call.id, &error, Remedy::Golden);
                self.ledger.host_macs += call.shape.macs();
                y.copy_from_slice(expected);
                Ok(())
            }
            (Some(OnMismatch::Count), _) => Ok(()),
            _ => Err(error),
        }
    }

    /// Enters what a run before has finished.
    fn resume(&mut self, call: &Call<'_>, jobs: &[Job], entry: Entry, y: &mut [i32]) -> (Counters, u64) {
        y.copy_from_slice(&entry.y);
        for (job, &counters) in jobs.iter().zip(&entry.counters) {
            let (id, tokens, shape) = (call.id, call.shape.m, job.shape());
            self.ledger.job(JobRecord { id, tokens, shape, counters, end: None });
        }
        self.ledger.resumed += 1;
        self.ledger.checked_macs += call.expected.as_ref().map_or(0, |_| call.shape.macs());
        (entry.counters.into_iter().sum(), entry.bytes)
    }

    /// Why no job can be made of a matmul of this shape, if so.
    fn unsupported(&self, MatmulShape { m, k, n }: MatmulShape) -> Option<Error> {
        let reason = if m == 0 || k == 0 || n == 0 {
            "a dimension is zero".to_owned()
        } else if k > i32::MAX as usize >> (self.config.act_bits() - 1) {
            format!("sums of {k} activations of {} bits do not fit the 32 bits of a result", self.config.act_bits())
        } else {
            return None;
        };
        Some(Error::Unsupported { m, k, n, reason })
    }

    fn compute(&mut self, call: &Call<'_>, y: &mut [i32]) -> Result<(), Error> {
        let shape = call.shape;
        if let Some(error) = self.unsupported(shape) {
            return Err(error);
        }
        let schedule = Schedule::shared(&self.config, shape, self.units.len());
        let (counters, bytes) = self.on_device(call, &schedule, y)?;
        self.ledger.call(LayerTotals {
            id: call.id,
            shape,
            calls: 1,
            counters,
            bound: schedule.bound(&self.config),
            modelled: schedule.cycles(&self.config),
            bytes,
            zero_activations: call.x.iter().filter(|x| **x == 0).count() as u64,
            zero_weights: call.w.zeros() as u64,
        });
        Ok(())
    }
}

impl<T: Transport + Send> Matmul for Offload<T> {
    fn matmul(&mut self, id: LinearId, w: &TernaryMatrix, x: &[i8], m: usize, y: &mut [i32]) -> Result<(), BoxError> {
        let shape = MatmulShape { m, k: w.cols(), n: w.rows() };
        if !self.options.scope.takes(id) {
            self.ledger.host_macs += shape.macs();
            return Golden.matmul(id, w, x, m, y);
        }
        expect_length("x", x.len(), m * shape.k, shape)?;
        expect_length("y", y.len(), m * shape.n, shape)?;
        let mut call = Call { id, shape, w, x, expected: self.options.check.map(|_| vec![0; y.len()]) };
        if let Some(expected) = &mut call.expected {
            Golden.matmul(id, w, x, m, expected)?;
        }
        match self.compute(&call, y) {
            Err(error) if error.is_the_units() && self.options.on_failure == OnFailure::Golden => {
                self.ledger.incident(id, &error, Remedy::Golden);
                self.ledger.host_macs += shape.macs();
                Golden.matmul(id, w, x, m, y)
            }
            outcome => Ok(outcome?),
        }
    }
}

fn expect_length(what: &'static str, found: usize, expected: usize, shape: MatmulShape) -> Result<(), Error> {
    let MatmulShape { m, k, n } = shape;
    if found == expected { Ok(()) } else { Err(Error::Length { what, found, expected, m, k, n }) }
}
