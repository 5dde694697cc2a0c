//! The golden model's matmul seam, computed on a device.
//!
//! ```text
//! Model -> Matmul::matmul -> Schedule -> for each job: pack, Device::run, add -> y
//!                        \-> Golden -> compare (when checking) --------------> Ledger
//! ```

use std::fmt;
use std::ops::Range;

use trine_golden_model::{BoxError, Golden, LinearId, Matmul, TernaryMatrix};
use trine_spec::Config;

use crate::cycles::Shape;
use crate::ledger::{JobRecord, LayerTotals, Ledger, Mismatch, Remedy};
use crate::packing;
use crate::schedule::{Job, Schedule};
use crate::weights::WeightCache;
use crate::{Counters, Device, Error, Transport};

/// Which layers run on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Gate, up and down projections.
    Ffn,
    /// All seven projections of a layer.
    Linear,
}

impl Scope {
    /// Whether layer `id` runs on the device.
    pub fn takes(self, id: LinearId) -> bool {
        self == Scope::Linear || id.kind.is_ffn()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Scope::Ffn { "ffn" } else { "linear" })
    }
}

/// What to do when a job fails for the second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// The matmul fails.
    Stop,
    /// The golden model computes it on the host, and the ledger says so.
    Golden,
}

/// How layers are offloaded.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Which layers.
    pub scope: Scope,
    /// Whether the golden model computes every offloaded matmul too, to compare.
    pub check: bool,
    /// What to do when a job fails for the second time.
    pub on_failure: OnFailure,
    /// Bytes of packed weights to keep.
    pub weight_cache: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { scope: Scope::Ffn, check: true, on_failure: OnFailure::Stop, weight_cache: 1 << 30 }
    }
}

/// A matmul engine that runs layers on a device and keeps books.
#[derive(Debug)]
pub struct Offload<T> {
    device: Device<T>,
    options: Options,
    cache: WeightCache,
    ledger: Ledger,
}

/// One matmul on its way through the device.
struct Call<'a> {
    id: LinearId,
    shape: Shape,
    x: &'a [i8],
    /// What the golden model says, when checking.
    expected: Option<Vec<i32>>,
}

impl<T: Transport> Offload<T> {
    /// Offloads to `device`.
    pub fn new(device: Device<T>, options: Options) -> Self {
        Self { device, options, cache: WeightCache::new(options.weight_cache), ledger: Ledger::default() }
    }

    /// The books so far.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The configuration of the device.
    pub fn config(&self) -> &Config {
        self.device.config()
    }

    /// The device itself.
    pub fn device_mut(&mut self) -> &mut Device<T> {
        &mut self.device
    }

    /// All jobs of one matmul; returns what the unit counted and the bytes moved.
    fn on_device(&mut self, call: &Call<'_>, w: &TernaryMatrix, y: &mut [i32]) -> Result<(Counters, u64), Error> {
        let config = self.device.config().clone();
        let schedule = Schedule::new(&config, call.shape);
        let weights = self.cache.get(&config, call.id, w);
        let (mut total, mut bytes) = (Counters::default(), 0);
        let (mut acts, mut results) = (Vec::new(), Vec::new());
        y.fill(0);
        for job in schedule.jobs() {
            acts.clear();
            packing::activations(&config, &job, call.x, call.shape.k, &mut acts)?;
            let weights = &weights.pieces[job.piece];
            results.clear();
            results.resize(packing::result_bytes(&config, job.shape()), 0);
            let counters = self.run(call.id, &job, &acts, weights, &mut results)?;
            total += counters;
            let end = self.device.transport().result_cycles().last().copied();
            self.ledger.job(JobRecord { id: call.id, tokens: call.shape.m, shape: job.shape(), counters, end });
            bytes += (acts.len() + weights.len() + results.len()) as u64;
            packing::add_results(&config, &job, &results, y, call.shape.n);
            if schedule.completes(&job) {
                self.compare(call, &job, y);
            }
        }
        Ok((total, bytes))
    }

    /// One job, and once more after a reset when it fails for a reason that may pass.
    fn run(&mut self, id: LinearId, job: &Job, acts: &[u8], weights: &[u8], out: &mut [u8]) -> Result<Counters, Error> {
        match self.device.run(job.shape(), acts, weights, out) {
            Err(error) if error.is_transient() => {
                self.ledger.incident(id, &error, Remedy::Retry);
                self.device.run(job.shape(), acts, weights, out)
            }
            outcome => outcome,
        }
    }

    /// Compares the part of `y` that `job` completed.
    fn compare(&mut self, call: &Call<'_>, job: &Job, y: &[i32]) {
        let Some(expected) = &call.expected else { return };
        let n = call.shape.n;
        for token in job.tokens.clone() {
            let Range { start, end } = job.outputs.clone();
            let row = token * n + start..token * n + end;
            if y[row.clone()] == expected[row.clone()] {
                continue;
            }
            for at in row.filter(|&at| y[at] != expected[at]) {
                self.ledger.mismatches += 1;
                let output = at - token * n;
                let (beat, column) = packing::result_place(self.device.config(), job, token, output);
                let cycle = self.device.transport().result_cycles().get(beat as usize).copied();
                self.ledger.first_mismatch.get_or_insert_with(|| Mismatch {
                    layer: call.id.to_string(),
                    token,
                    output,
                    beat,
                    column,
                    cycle,
                    expected: expected[at],
                    actual: y[at],
                });
            }
        }
    }
}

impl<T: Transport> Matmul for Offload<T> {
    fn matmul(&mut self, id: LinearId, w: &TernaryMatrix, x: &[i8], m: usize, y: &mut [i32]) -> Result<(), BoxError> {
        let shape = Shape { m, k: w.cols(), n: w.rows() };
        if !self.options.scope.takes(id) {
            self.ledger.host_macs += shape.macs();
            return Golden.matmul(id, w, x, m, y);
        }
        expect_length("x", x.len(), m * shape.k, shape)?;
        expect_length("y", y.len(), m * shape.n, shape)?;
        let expected = self.options.check.then(|| vec![0; y.len()]);
        let mut call = Call { id, shape, x, expected };
        if let Some(expected) = &mut call.expected {
            Golden.matmul(id, w, x, m, expected)?;
        }
        match self.on_device(&call, w, y) {
            Ok((counters, bytes)) => {
                let config = self.device.config();
                let schedule = Schedule::new(config, shape);
                let (bound, modelled) = (schedule.bound(config), schedule.cycles(config));
                self.ledger.call(LayerTotals {
                    id,
                    shape,
                    calls: 1,
                    counters,
                    bound,
                    modelled,
                    bytes,
                    zero_activations: x.iter().filter(|x| **x == 0).count() as u64,
                    zero_weights: w.zeros() as u64,
                });
                if call.expected.is_some() {
                    self.ledger.checked_macs += shape.macs();
                }
                Ok(())
            }
            Err(error) if error.is_transient() && self.options.on_failure == OnFailure::Golden => {
                self.ledger.incident(id, &error, Remedy::Golden);
                self.ledger.host_macs += shape.macs();
                Golden.matmul(id, w, x, m, y)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn expect_length(what: &'static str, found: usize, expected: usize, shape: Shape) -> Result<(), Error> {
    let Shape { m, k, n } = shape;
    if found == expected { Ok(()) } else { Err(Error::Length { what, found, expected, m, k, n }) }
}
