//! The golden model's matmul seam, computed on a device.
//!
//! ```text
//! Model -> Matmul::matmuls -> Schedules -> shares of the outputs, each on one unit: pack, Device, add, compare -> y
//!                         \-> Golden, when checking ---------------------------------------^            \-> Ledger
//! ```

use std::path::PathBuf;

use trine_golden_model::{BoxError, Golden, LinearId, Matmul, Product, TernaryMatrix};
use trine_spec::Config;

use crate::cycles::MatmulShape;
use crate::journal::{self, Entry};
use crate::ledger::{JobRecord, LayerTotals, Ledger, Mismatch, Remedy};
use crate::schedule::{Job, Schedule};
use crate::share::{self, Call, Share, Task, Worker};
use crate::weights::WeightCache;
use crate::{Counters, Device, Error, Journal, MemoryCommands, OnFailure, OnMismatch, Options, Transport};

/// Counters of a product and the bytes that it moved.
type Outcome = Result<(Counters, u64), Error>;

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

    /// Commands of the memories of all units; `None` where one does not count them, or matmuls came from a journal.
    pub fn memory_commands(&mut self) -> Option<MemoryCommands> {
        let counted = self.ledger.resumed == 0;
        let units = self.units.iter_mut().map(|unit| unit.device.transport_mut().memory_commands());
        units.sum::<Option<MemoryCommands>>().filter(|_| counted)
    }

    /// Sees that the weights of `matrices` fit the memory of the unit, before the first job needs one of them; others go where they do
    /// not fit beside those. Several units share matrices in their own way, and have no memory that outlasts a run.
    ///
    /// # Errors
    /// [`Error::Memory`] when they do not fit. Whatever else fails is left to the first job, which is tried again.
    pub fn make_room<'a>(&mut self, matrices: impl IntoIterator<Item = &'a TernaryMatrix>) -> Result<(), Error> {
        let [unit] = &mut self.units[..] else { return Ok(()) };
        if !self.config.memory() {
            return Ok(());
        }
        match unit.make_room(&crate::load::contents(&self.config, matrices)) {
            Err(error) if !error.is_transient() => Err(error),
            _ => Ok(()),
        }
    }

    /// The first unit itself.
    pub fn device_mut(&mut self) -> &mut Device<T> {
        &mut self.units[0].device
    }

    /// Products on the units, or from the journal; for each of them what was counted and the bytes moved.
    fn on_device(&mut self, calls: &[Call<'_>], schedules: &[Schedule], sums: &mut [&mut [i32]]) -> Vec<Outcome> {
        let jobs: Vec<Vec<Job>> = schedules.iter().map(|schedule| schedule.jobs().collect()).collect();
        let mut kept = vec![];
        for ((call, jobs), y) in calls.iter().zip(&jobs).zip(&*sums) {
            let place = self.journal.as_mut().map(|journal| journal.next(call, jobs));
            let entry = place.as_ref().and_then(|place| journal::read(place, y.len(), jobs.len()));
            // What differs from the golden model is not what was kept.
            let entry = entry.filter(|entry| call.expected.as_ref().is_none_or(|expected| *expected == entry.y));
            kept.push((place, entry));
        }
        let open = jobs.iter().enumerate().filter(|(call, _)| kept[*call].1.is_none());
        let tasks = open
            .flat_map(|(call, jobs)| jobs.chunk_by(|a, b| a.outputs == b.outputs).map(move |jobs| Task { call, jobs }));
        let tasks: Vec<Task<'_>> = tasks.collect();
        let mut shares = share::compute(&mut self.units, calls, &tasks, &self.cache).into_iter().peekable();
        let mut outcomes = vec![];
        for (at, (place, entry)) in kept.into_iter().enumerate() {
            outcomes.push(match entry {
                Some(entry) => Ok(self.resume(&calls[at], &jobs[at], entry, sums[at])),
                None => {
                    let shares = std::iter::from_fn(|| shares.next_if(|share| share.call == at)).collect();
                    self.put_together(&calls[at], shares, place, sums[at])
                }
            });
        }
        outcomes
    }

    /// The sums of one product from its shares, and its books.
    fn put_together(&mut self, call: &Call<'_>, shares: Vec<Share>, place: Option<PathBuf>, y: &mut [i32]) -> Outcome {
        let (mut counters, mut bytes, mut failure, mut clean) = (vec![], 0, None, true);
        let (mut wrong, mut first_wrong) = (0, None);
        for share in shares {
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

    /// Products that the units can compute, and their books.
    fn compute(&mut self, calls: &[Call<'_>], sums: &mut [&mut [i32]]) -> Vec<Result<(), Error>> {
        let schedule = |call: &Call<'_>| Schedule::shared(&self.config, call.shape, self.units.len());
        let schedules: Vec<Schedule> = calls.iter().map(schedule).collect();
        let outcomes = self.on_device(calls, &schedules, sums);
        let mut enter = |((call, schedule), outcome): ((&Call<'_>, &Schedule), Outcome)| {
            let (counters, bytes) = outcome?;
            self.ledger.call(LayerTotals {
                id: call.id,
                shape: call.shape,
                calls: 1,
                counters,
                bound: schedule.bound(&self.config),
                modelled: schedule.cycles(&self.config),
                bytes,
                zero_activations: call.x.iter().filter(|x| **x == 0).count() as u64,
                zero_weights: call.w.zeros() as u64,
            });
            Ok(())
        };
        calls.iter().zip(&schedules).zip(outcomes).map(&mut enter).collect()
    }

    /// Checks lengths, and computes what the units do not take or what their sums are compared with. `None` if nothing is left
    /// for the units.
    fn prepare<'a>(&mut self, product: &mut Product<'a>) -> Result<Option<Call<'a>>, BoxError> {
        let Product { id, w, x, tokens: m, ref mut y } = *product;
        let shape = MatmulShape { m, k: w.cols(), n: w.rows() };
        if !self.options.scope.takes(id) {
            self.ledger.host_macs += shape.macs();
            return Golden.matmul(id, w, x, m, y).map(|()| None);
        }
        expect_length("x", x.len(), m * shape.k, shape)?;
        expect_length("y", y.len(), m * shape.n, shape)?;
        let mut call = Call { id, shape, w, x, expected: self.options.check.map(|_| vec![0; y.len()]) };
        if let Some(expected) = &mut call.expected {
            Golden.matmul(id, w, x, m, expected)?;
        }
        match self.unsupported(shape) {
            Some(error) => self.answer(&call, Err(error), y).map(|()| None),
            None => Ok(Some(call)),
        }
    }

    /// The end of a product that the units have computed or failed to.
    fn answer(&mut self, call: &Call<'_>, outcome: Result<(), Error>, y: &mut [i32]) -> Result<(), BoxError> {
        match outcome {
            Err(error) if error.is_the_units() && self.options.on_failure == OnFailure::Golden => {
                self.ledger.incident(call.id, &error, Remedy::Golden);
                self.ledger.host_macs += call.shape.macs();
                Golden.matmul(call.id, call.w, call.x, call.shape.m, y)
            }
            outcome => Ok(outcome?),
        }
    }
}

impl<T: Transport + Send> Matmul for Offload<T> {
    fn matmul(&mut self, id: LinearId, w: &TernaryMatrix, x: &[i8], m: usize, y: &mut [i32]) -> Result<(), BoxError> {
        self.matmuls(&mut [Product { id, w, x, tokens: m, y }]).map_err(|(_, error)| error)
    }

    /// All of them on the units together. After a failure that ends one of them, those behind it are in no books.
    fn matmuls(&mut self, products: &mut [Product<'_>]) -> Result<(), (usize, BoxError)> {
        let (mut calls, mut places) = (vec![], vec![]);
        for (at, product) in products.iter_mut().enumerate() {
            if let Some(call) = self.prepare(product).map_err(|error| (at, error))? {
                calls.push(call);
                places.push(at);
            }
        }
        let taken = products.iter_mut().enumerate().filter(|(at, _)| places.contains(at));
        let mut sums: Vec<&mut [i32]> = taken.map(|(_, product)| &mut *product.y).collect();
        let outcomes = self.compute(&calls, &mut sums);
        for (((call, outcome), y), at) in calls.iter().zip(outcomes).zip(sums).zip(places) {
            self.answer(call, outcome, y).map_err(|error| (at, error))?;
        }
        Ok(())
    }
}

fn expect_length(what: &'static str, found: usize, expected: usize, shape: MatmulShape) -> Result<(), Error> {
    let MatmulShape { m, k, n } = shape;
    if found == expected { Ok(()) } else { Err(Error::Length { what, found, expected, m, k, n }) }
}
