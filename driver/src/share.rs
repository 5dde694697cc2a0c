//! One share of a matmul: all jobs of one range of outputs, on one unit.
//!
//! ```text
//! shares ─┬─> unit 0: pack, run, add, compare ─┬─> put together in the order of the outputs
//!         └─> unit 1:          ...             ┘
//! ```
//! A share is complete in itself, so units never wait for each other, and what comes out does not depend on who did it. A unit
//! that reads its weights from memory takes the jobs of all its shares in rows ([`Device::row`]), whichever product they are of.

use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use trine_golden_model::{LinearId, TernaryMatrix};
use trine_memory::{Key, Placement};
use trine_spec::Config;

use crate::ledger::{JobRecord, Mismatch};
use crate::resident::Resident;
use crate::schedule::{Job, Schedule};
use crate::weights::WeightCache;
use crate::{Counters, Device, Error, Exchange, Failed, Submission, Transport, cycles::MatmulShape, packing, resident};

/// One matmul on its way through the units.
pub(crate) struct Call<'a> {
    pub(crate) id: LinearId,
    pub(crate) shape: MatmulShape,
    pub(crate) w: &'a TernaryMatrix,
    pub(crate) x: &'a [i8],
    /// The golden model's sums, when checking.
    pub(crate) expected: Option<Vec<i32>>,
}

/// The jobs of one range of outputs of a product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task<'a> {
    /// Index of the product among those that are computed together.
    pub(crate) call: usize,
    pub(crate) jobs: &'a [Job],
}

/// The streams of a job.
#[derive(Debug, Default)]
struct Streams {
    activations: Vec<u8>,
    results: Vec<u8>,
}

/// A unit with the buffers of its jobs, which are large and used again.
#[derive(Debug)]
pub(crate) struct Worker<T> {
    pub(crate) device: Device<T>,
    streams: Vec<Streams>,
    weights: Vec<u8>,
    /// Contents of the memory of a unit that reads its weights from there.
    placement: Placement,
}

/// Outcome of a share.
#[derive(Debug)]
pub(crate) struct Share {
    /// Index of the product.
    pub(crate) call: usize,
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

/// A job of a task, with the index of that task.
#[derive(Clone, Copy)]
struct Step<'a> {
    task: usize,
    call: &'a Call<'a>,
    job: &'a Job,
}

impl<T: Transport> Worker<T> {
    pub(crate) fn new(device: Device<T>) -> Self {
        let placement = resident::placement(device.config());
        Self { device, streams: vec![], weights: vec![], placement }
    }

    /// Makes room for weights with these keys and lengths in the memory of the unit.
    pub(crate) fn make_room(&mut self, contents: &[(Key, u64)]) -> Result<(), Error> {
        let Self { device, placement, .. } = self;
        placement.make_room(device.memory()?, contents)?;
        Ok(())
    }

    /// Runs the jobs of several tasks, except those of a product that has failed.
    fn compute(
        &mut self,
        calls: &[Call<'_>],
        tasks: &[Task<'_>],
        cache: &WeightCache,
        failed: &[AtomicBool],
    ) -> Vec<Share> {
        let mut shares: Vec<Share> = tasks.iter().map(|task| Share::new(task, &calls[task.call])).collect();
        let steps = tasks.iter().enumerate().flat_map(|(task, Task { call, jobs })| {
            jobs.iter().map(move |job| Step { task, call: &calls[*call], job })
        });
        let steps: Vec<Step<'_>> = steps.collect();
        // Jobs of one piece follow one another, so its weights are packed once for all of them.
        let pieces = || steps.chunk_by(|a, b| (a.task, a.job.piece) == (b.task, b.job.piece));
        let parts: Vec<&[Step<'_>]> = match self.device.config().memory() {
            true => steps.chunks(self.device.row()).collect(),
            false => pieces().collect(),
        };
        for part in parts {
            let open = |step: &&Step<'_>| !failed[tasks[step.task].call].load(Ordering::Relaxed);
            let part: Vec<Step<'_>> = part.iter().filter(open).copied().collect();
            match self.device.config().memory() {
                true => self.row(&part, &mut shares),
                false => self.piece(&part, cache, &mut shares),
            }
            for share in shares.iter().filter(|share| share.failure.is_some()) {
                failed[share.call].store(true, Ordering::Relaxed);
            }
        }
        if self.device.config().memory() {
            self.heal(calls, tasks, &mut shares);
        }
        shares
    }

    /// Computes once more what is wrong because its weights in memory are.
    fn heal(&mut self, calls: &[Call<'_>], tasks: &[Task<'_>], shares: &mut [Share]) {
        for (task, Task { call, jobs }) in tasks.iter().enumerate() {
            let (call, wrong) = (&calls[*call], shares[task].mismatches);
            if wrong == 0 || shares[task].failure.is_some() {
                continue;
            }
            let regions =
                jobs.chunk_by(|a, b| a.piece == b.piece).filter(|piece| self.damaged(call, &piece[0])).count();
            if regions > 0 {
                shares[task] = Share::new(&tasks[task], call);
                shares[task].retried.push(Error::Damaged { regions, wrong });
                let steps: Vec<Step<'_>> = jobs.iter().map(|job| Step { task, call, job }).collect();
                steps.chunks(self.device.row()).for_each(|part| self.row(part, shares));
            }
        }
    }

    /// True if the weights of a job are in memory, and are not what was placed there; a link that fails says nothing.
    fn damaged(&mut self, call: &Call<'_>, job: &Job) -> bool {
        let key = resident::key(call.w, &job.outputs, &job.depth);
        let Self { device, placement, .. } = self;
        let Ok(memory) = device.memory() else { return false };
        matches!(placement.find(memory, &key), Ok(Some(_))) && placement.damaged(memory, &key).unwrap_or(false)
    }

    /// Runs the jobs of one piece, whose weights are streamed.
    fn piece(&mut self, steps: &[Step<'_>], cache: &WeightCache, shares: &mut [Share]) {
        let Some(Step { task, call, job: first }) = steps.first() else { return };
        let share = &mut shares[*task];
        let config = self.device.config().clone();
        let weights = cache.get(&config, call.w, &first.outputs, &first.depth, &mut self.weights);
        self.streams.resize_with(1, Streams::default);
        let streams = &mut self.streams[0];
        for Step { job, .. } in steps {
            let device = &mut self.device;
            let done = streams.pack(&config, call, job).and_then(|()| {
                let Streams { activations, results } = &mut *streams;
                let mut run = |_| device.run(job.shape(), activations, &weights, results);
                retried(None, &mut run, &mut share.retried)
            });
            match done {
                Ok(counters) => share.take(call, job, counters, streams, &self.device, 0),
                Err(error) => return share.failure = Some(error),
            }
        }
    }

    /// Runs jobs in a row, whose weights lie in the unit's memory. Where one fails, each of them runs alone.
    fn row(&mut self, steps: &[Step<'_>], shares: &mut [Share]) {
        let config = self.device.config().clone();
        self.streams.resize_with(self.streams.len().max(steps.len()), Streams::default);
        let mut packed = vec![];
        for step in steps {
            match self.streams[packed.len()].pack(&config, step.call, step.job) {
                Ok(()) => packed.push(*step),
                Err(error) => shares[step.task].failure = Some(error),
            }
        }
        let Failed { at, error, .. } = match self.together(&packed) {
            Ok(all) => {
                for (at, (step, counters)) in packed.iter().zip(all).enumerate() {
                    shares[step.task].take(step.call, step.job, counters, &self.streams[at], &self.device, at);
                }
                return;
            }
            Err(failed) => failed,
        };
        let mut error = Some(error);
        for (place, step) in packed.iter().enumerate() {
            let share = &mut shares[step.task];
            if share.failure.is_some() {
                continue;
            }
            let Self { device, streams, placement, .. } = self;
            let Streams { activations, results } = &mut streams[place];
            let mut room = vec![];
            let mut run = |again| {
                let mut resident = Resident { placement, w: step.call.w, job: step.job, room: &mut room };
                let region = resident.region(device, again)?;
                device.run_resident(step.job.shape(), activations, region, results)
            };
            let first = error.take_if(|_| place == at);
            match retried(first, &mut run, &mut share.retried) {
                Ok(counters) => share.take(step.call, step.job, counters, &self.streams[place], &self.device, 0),
                Err(error) => share.failure = Some(error),
            }
        }
    }

    /// Jobs in a row, for the first time.
    fn together(&mut self, steps: &[Step<'_>]) -> Result<Vec<Counters>, Failed> {
        let Self { device, streams, weights, placement } = self;
        let mut submissions = vec![];
        // Where there was no room for a region, those placed before may be gone: the second time all of them are in use.
        for last in [steps.len() == 1, true] {
            submissions.clear();
            for (at, step) in steps.iter().enumerate() {
                let mut resident = Resident { placement, w: step.call.w, job: step.job, room: weights };
                let region = resident.region(device, false).map_err(|error| Failed { at, ..error.into() })?;
                submissions.push(Submission::new(step.job.shape(), region));
            }
            if last {
                break;
            }
        }
        device.submit(&submissions)?;
        let streams = streams.iter_mut().take(steps.len());
        let mut streams: Vec<Exchange<'_>> =
            streams.map(|Streams { activations, results }| Exchange { activations, weights: &[], results }).collect();
        device.wait(&mut streams)
    }
}

impl Streams {
    /// The activations of a job, and room for its results.
    fn pack(&mut self, config: &Config, call: &Call<'_>, job: &Job) -> Result<(), Error> {
        self.activations.clear();
        packing::activations(config, job, call.x, call.shape.k, &mut self.activations)?;
        self.results.clear();
        self.results.resize(packing::result_bytes(config, job.shape()), 0);
        Ok(())
    }
}

/// One job, and once more after a failure that may pass, when the unit is reset. `failed` is a first attempt that failed. The
/// attempt learns whether it is the second one.
fn retried(
    failed: Option<Error>,
    attempt: &mut dyn FnMut(bool) -> Result<Counters, Error>,
    failures: &mut Vec<Error>,
) -> Result<Counters, Error> {
    match failed.map_or_else(|| attempt(false), Err) {
        Err(error) if error.is_transient() => {
            failures.push(error);
            attempt(true)
        }
        outcome => outcome,
    }
}

impl Share {
    fn new(task: &Task<'_>, call: &Call<'_>) -> Self {
        let outputs = task.jobs.first().map_or(0..0, |job| job.outputs.clone());
        Self {
            call: task.call,
            y: vec![0; call.shape.m * outputs.len()],
            outputs,
            jobs: vec![],
            bytes: 0,
            retried: vec![],
            compared: 0,
            mismatches: 0,
            first_mismatch: None,
            failure: None,
        }
    }

    /// Enters a job that went well, which is number `at` of the device's last row.
    fn take<T: Transport>(
        &mut self,
        call: &Call<'_>,
        job: &Job,
        counters: Counters,
        Streams { activations, results }: &Streams,
        device: &Device<T>,
        at: usize,
    ) {
        let (config, shape) = (device.config(), job.shape());
        let cycles = device.result_cycles(at);
        self.jobs.push(JobRecord { id: call.id, tokens: call.shape.m, shape, counters, end: cycles.last().copied() });
        self.bytes += (activations.len() + results.len()) as u64 + packing::weight_bytes(config, shape);
        let within = Job { outputs: 0..self.outputs.len(), ..job.clone() };
        packing::add_results(config, &within, results, &mut self.y, self.outputs.len());
        if job.completes(call.shape.k) {
            self.compare(call, job, config, cycles);
        }
    }

    /// Compares the tokens that `job` completed with what the golden model says. Its result beats were taken in `cycles`.
    fn compare(&mut self, call: &Call<'_>, job: &Job, config: &Config, cycles: &[u64]) {
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
                let (beat, column) = packing::result_place(config, job, token, output);
                let cycle = cycles.get(beat as usize).copied();
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

/// Computes the tasks on all units, each unit taking the next chain of tasks as soon as it is free; returns the shares in order.
/// The tasks of a product behind one that failed may have no jobs done.
pub(crate) fn compute<T: Transport + Send>(
    units: &mut [Worker<T>],
    calls: &[Call<'_>],
    tasks: &[Task<'_>],
    cache: &WeightCache,
) -> Vec<Share> {
    let Some(first) = units.first() else { return vec![] };
    let chains = chains(first.device.config(), tasks, units.len());
    let next = AtomicUsize::new(0);
    let failed: Vec<AtomicBool> = calls.iter().map(|_| AtomicBool::new(false)).collect();
    let work = |unit: &mut Worker<T>| {
        let mut done = vec![];
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some(tasks) = chains.get(at)
        {
            done.push((at, unit.compute(calls, tasks, cache, &failed)));
        }
        done
    };
    let mut done = match units {
        // A thread costs more than a small matmul.
        [first, ..] if chains.len() == 1 => work(first),
        [only] => work(only),
        _ => thread::scope(|scope| {
            let working: Vec<_> = units.iter_mut().map(|unit| scope.spawn(|| work(unit))).collect();
            working.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        }),
    };
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().flat_map(|(_, shares)| shares).collect()
}

/// Cuts tasks into as many chains of about equal cycles as there are units, as long as each is worth a unit of its own.
fn chains<'a, 'b>(config: &Config, tasks: &'a [Task<'b>], units: usize) -> Vec<&'a [Task<'b>]> {
    let bound = |task: &Task<'_>| task.jobs.iter().map(|job| job.shape().bound(config)).sum::<u64>();
    let total: u64 = tasks.iter().map(bound).sum();
    let count = (units as u64).min(total / Schedule::SHARE).max(1);
    let mut reached = 0;
    let mut chain = |task: &Task<'_>| {
        let middle = 2 * reached + bound(task);
        reached += bound(task);
        (u128::from(middle) * u128::from(count) / u128::from(2 * total.max(1))) as u64
    };
    let of: Vec<u64> = tasks.iter().map(&mut chain).collect();
    let mut rest = tasks;
    let lengths = of.chunk_by(|a, b| a == b).map(<[u64]>::len);
    lengths.map(|length| rest.split_off(..length).unwrap_or_default()).collect()
}
