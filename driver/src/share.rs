//! One share of a matmul: all jobs of one range of outputs, on one unit.
//!
//! ```text
//! shares ─┬─> unit 0: pack, run, add, compare ─┬─> put together in the order of the outputs
//!         └─> unit 1:          ...             ┘
//! ```
//! A share is complete in itself, so units never wait for each other, and what comes out does not depend on who did it.

use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use trine_golden_model::{LinearId, TernaryMatrix};
use trine_memory::{Placement, Region};

use crate::ledger::{JobRecord, Mismatch};
use crate::schedule::Job;
use crate::weights::{Beats, WeightCache};
use crate::{Counters, Device, Error, Transport, cycles::MatmulShape, packing, resident};

/// One matmul on its way through the units.
pub(crate) struct Call<'a> {
    pub(crate) id: LinearId,
    pub(crate) shape: MatmulShape,
    pub(crate) w: &'a TernaryMatrix,
    pub(crate) x: &'a [i8],
    /// The golden model's sums, when checking.
    pub(crate) expected: Option<Vec<i32>>,
}

/// A unit with the buffers of its jobs, which are large and used again.
#[derive(Debug)]
pub(crate) struct Worker<T> {
    pub(crate) device: Device<T>,
    activations: Vec<u8>,
    weights: Vec<u8>,
    results: Vec<u8>,
    /// Contents of the memory of a unit that reads its weights from there.
    placement: Placement,
}

/// Outcome of a share.
#[derive(Debug)]
pub(crate) struct Share {
    pub(crate) outputs: Range<usize>,
    /// Tokens x outputs.
    pub(crate) y: Vec<i32>,
    pub(crate) jobs: Vec<JobRecord>,
    /// Bytes moved over the streams.
    pub(crate) bytes: u64,
    /// Failures that a second attempt overcame, or at least followed.
    pub(crate) retried: Vec<Error>,
    /// Multiply-accumulates of the sums that were compared.
    pub(crate) compared: u64,
    pub(crate) mismatches: u64,
    pub(crate) first_mismatch: Option<Mismatch>,
    /// Why it is not complete.
    pub(crate) failure: Option<Error>,
}

impl<T: Transport> Worker<T> {
    pub(crate) fn new(device: Device<T>) -> Self {
        let placement = resident::placement(device.config());
        Self { device, activations: vec![], weights: vec![], results: vec![], placement }
    }

    /// Runs the jobs of one range of outputs.
    pub(crate) fn compute(&mut self, call: &Call<'_>, jobs: &[Job], cache: &WeightCache) -> Share {
        let outputs = jobs.first().map_or(0..0, |job| job.outputs.clone());
        let mut share = Share {
            y: vec![0; call.shape.m * outputs.len()],
            outputs,
            jobs: vec![],
            bytes: 0,
            retried: vec![],
            compared: 0,
            mismatches: 0,
            first_mismatch: None,
            failure: None,
        };
        // Jobs of one piece follow one another, so its weights are packed once for all of them.
        for piece in jobs.chunk_by(|a, b| a.piece == b.piece) {
            if let Err(error) = self.piece(call, piece, cache, &mut share) {
                share.failure = Some(error);
                break;
            }
        }
        share
    }

    fn piece(&mut self, call: &Call<'_>, jobs: &[Job], cache: &WeightCache, share: &mut Share) -> Result<(), Error> {
        let Self { device, activations, weights, results, placement } = self;
        let config = device.config().clone();
        let Some(first) = jobs.first() else { return Ok(()) };
        let mut resident = config.memory().then(|| Resident { placement, w: call.w, job: first, room: vec![] });
        let weights = match &resident {
            Some(_) => Beats::Made(&[]),
            None => cache.get(&config, call.w, &first.outputs, &first.depth, weights),
        };
        for job in jobs {
            activations.clear();
            packing::activations(&config, job, call.x, call.shape.k, activations)?;
            results.clear();
            results.resize(packing::result_bytes(&config, job.shape()), 0);
            let mut attempt = |again| match &mut resident {
                None => device.run(job.shape(), activations, &weights, results),
                Some(resident) => {
                    let region = resident.region(device, again)?;
                    device.run_resident(job.shape(), activations, region, results)
                }
            };
            let counters = retried(&mut attempt, &mut share.retried)?;
            let end = device.transport().result_cycles().last().copied();
            share.jobs.push(JobRecord { id: call.id, tokens: call.shape.m, shape: job.shape(), counters, end });
            share.bytes += (activations.len() + results.len()) as u64 + packing::weight_bytes(&config, job.shape());
            let within = Job { outputs: 0..share.outputs.len(), ..job.clone() };
            packing::add_results(&config, &within, results, &mut share.y, share.outputs.len());
            if job.completes(call.shape.k) {
                share.compare(call, job, device);
            }
        }
        Ok(())
    }
}

/// The weights of one piece in the memory of a unit.
struct Resident<'a> {
    placement: &'a mut Placement,
    w: &'a TernaryMatrix,
    /// A job of the piece.
    job: &'a Job,
    room: Vec<u8>,
}

impl Resident<'_> {
    /// The region of the piece, placed if it is not there; after a failure also if it is damaged.
    fn region<T: Transport>(&mut self, device: &mut Device<T>, failed: bool) -> Result<Region, Error> {
        let config = device.config().clone();
        let memory = device.memory()?;
        let key = resident::key(self.w, &self.job.outputs, &self.job.depth);
        let kept = self.placement.find(memory, &key)?;
        if let Some(region) = kept
            && !(failed && self.placement.damaged(memory, &key)?)
        {
            return Ok(region);
        }
        self.room.clear();
        packing::weights(&config, self.w, &self.job.outputs, &self.job.depth, &mut self.room);
        Ok(self.placement.place(memory, key, &self.room)?)
    }
}

/// One job, and once more after a failure that may pass, when the unit is reset. The attempt learns whether it is the second one.
fn retried(
    attempt: &mut dyn FnMut(bool) -> Result<Counters, Error>,
    failures: &mut Vec<Error>,
) -> Result<Counters, Error> {
    match attempt(false) {
        Err(error) if error.is_transient() => {
            failures.push(error);
            attempt(true)
        }
        outcome => outcome,
    }
}

impl Share {
    /// Compares the tokens that `job` completed with what the golden model says.
    fn compare<T: Transport>(&mut self, call: &Call<'_>, job: &Job, device: &Device<T>) {
        let Some(expected) = &call.expected else { return };
        self.compared += (job.tokens.len() * call.shape.k * self.outputs.len()) as u64;
        for token in job.tokens.clone() {
            let expected = &expected[token * call.shape.n..][self.outputs.clone()];
            let actual = &self.y[token * self.outputs.len()..][..self.outputs.len()];
            if actual == expected {
                continue;
            }
            for (output, (&actual, &expected)) in self.outputs.clone().zip(actual.iter().zip(expected)) {
                if actual == expected {
                    continue;
                }
                self.mismatches += 1;
                let (beat, column) = packing::result_place(device.config(), job, token, output);
                let cycle = device.transport().result_cycles().get(beat as usize).copied();
                let layer = || call.id.to_string();
                self.first_mismatch.get_or_insert_with(|| Mismatch {
                    layer: layer(),
                    token,
                    output,
                    beat,
                    column,
                    cycle,
                    expected,
                    actual,
                });
            }
        }
    }
}

/// Computes all shares on all units, each unit taking the next one as soon as it is free, up to a failure; returns those
/// that were begun, in order.
pub(crate) fn compute<T: Transport + Send>(
    units: &mut [Worker<T>],
    call: &Call<'_>,
    shares: &[&[Job]],
    cache: &WeightCache,
) -> Vec<Share> {
    let next = AtomicUsize::new(0);
    let work = |unit: &mut Worker<T>| {
        let mut done = vec![];
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some(jobs) = shares.get(at)
        {
            let share = unit.compute(call, jobs, cache);
            if share.failure.is_some() {
                next.store(shares.len(), Ordering::Relaxed);
            }
            done.push((at, share));
        }
        done
    };
    let mut done = match units {
        // A thread costs more than a small matmul.
        [first, ..] if shares.len() == 1 => work(first),
        [only] => work(only),
        _ => thread::scope(|scope| {
            let working: Vec<_> = units.iter_mut().map(|unit| scope.spawn(|| work(unit))).collect();
            working.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        }),
    };
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, share)| share).collect()
}
