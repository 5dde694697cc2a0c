//! Per-layer totals, per-job records and failures of one `Offload`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use serde::Serialize;
use trine_golden_model::LinearId;

use crate::{Counters, Error, cycles::MatmulShape};

/// One layer at one size of a call, summed over its calls. A layer whose inputs are in several ranges is called once for
/// each of them.
#[derive(Clone, Debug)]
pub struct LayerTotals {
    /// The layer.
    pub id: LinearId,
    /// Size of one call.
    pub shape: MatmulShape,
    /// Number of times that it was computed on the device.
    pub calls: u64,
    /// Counters of the unit, one job after the other: where several units shared a matmul, their sum.
    pub counters: Counters,
    /// The least cycles possible.
    pub bound: u64,
    /// The cycles when the host never lets the unit wait.
    pub modelled: u64,
    /// Bytes moved over the three streams.
    pub bytes: u64,
    /// Activations that were zero.
    pub zero_activations: u64,
    /// Weights that are zero.
    pub zero_weights: u64,
}

impl Mark {
    /// The layers as they were computed before.
    pub fn layers(&self) -> &[LayerTotals] {
        &self.layers
    }
}

impl LayerTotals {
    fn since(&self, before: &Self) -> Self {
        Self {
            calls: self.calls - before.calls,
            counters: self.counters - before.counters,
            bound: self.bound - before.bound,
            modelled: self.modelled - before.modelled,
            bytes: self.bytes - before.bytes,
            zero_activations: self.zero_activations - before.zero_activations,
            zero_weights: self.zero_weights - before.zero_weights,
            ..*self
        }
    }
}

/// One job, in the order in which they ran.
#[derive(Clone, Copy, Debug)]
pub struct JobRecord {
    /// The layer.
    pub id: LinearId,
    /// Tokens of the call that it belongs to.
    pub tokens: usize,
    /// Size of the job.
    pub shape: MatmulShape,
    /// Counters of the unit.
    pub counters: Counters,
    /// Device clock cycle of the last result beat, where the transport knows it and one unit did all jobs.
    pub end: Option<u64>,
}

/// The first result that differs from the golden model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// The layer.
    pub layer: String,
    /// The token, from 0.
    pub token: usize,
    /// The output, from 0.
    pub output: usize,
    /// Result beat within its job.
    pub beat: u64,
    /// Column within the beat.
    pub column: usize,
    /// Device clock cycle at which the beat was taken, where the transport knows it; of the last job that contributed
    /// when K was cut.
    pub cycle: Option<u64>,
    /// The golden model's sum.
    pub expected: i32,
    /// The device's sum.
    pub actual: i32,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { layer, token, output, beat, column, expected, actual, .. } = self;
        let cycle = self.cycle.map_or("unknown".into(), |cycle| cycle.to_string());
        write!(
            f,
            "{layer}, token {token}, output {output}: beat {beat}, column {column}, cycle {cycle}, \
             expected {expected}, actual {actual}"
        )
    }
}

/// The answer to a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// The job ran again after a reset.
    Retry,
    /// The golden model's sums of the matmul, computed on the host, took the place of the device's.
    Golden,
}

/// A failure of the device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Incident {
    /// The layer.
    pub layer: String,
    /// The failure.
    pub error: String,
    /// The answer to it.
    pub remedy: Remedy,
}

/// A place in the books, to tell what came before from what came after.
#[derive(Clone, Debug, Default)]
pub struct Mark {
    layers: Vec<LayerTotals>,
    host_macs: u64,
}

/// The books of an [`Offload`](crate::Offload).
#[derive(Debug, Default)]
pub struct Ledger {
    layers: Vec<LayerTotals>,
    jobs: Vec<JobRecord>,
    index: HashMap<(LinearId, MatmulShape), usize>,
    /// Multiply-accumulates done by the device.
    pub macs: u64,
    /// Multiply-accumulates of ternary linears done on the host, because they were not to be offloaded, the device failed, or
    /// its sums were wrong.
    pub host_macs: u64,
    /// Multiply-accumulates of the device whose results were compared with the golden model, also those of a matmul that failed
    /// later and is not in `macs`.
    pub checked_macs: u64,
    /// Results that differ.
    pub mismatches: u64,
    /// The first of them.
    pub first_mismatch: Option<Mismatch>,
    /// Failures of the device, in order.
    pub incidents: Vec<Incident>,
    /// Calls whose results were taken from a journal, counted like the others.
    pub resumed: u64,
}

impl Ledger {
    /// Most jobs that are kept one by one.
    pub const JOBS: usize = 1 << 16;

    /// The layers in the order of their first call.
    pub fn layers(&self) -> &[LayerTotals] {
        &self.layers
    }

    /// The first jobs, in order, at most [`Ledger::JOBS`] of them.
    pub fn jobs(&self) -> &[JobRecord] {
        &self.jobs
    }

    /// The place in the books up to here.
    pub fn mark(&self) -> Mark {
        Mark { layers: self.layers.clone(), host_macs: self.host_macs }
    }

    /// Multiply-accumulates of ternary linears done on the host after `mark`.
    pub fn host_macs_since(&self, mark: &Mark) -> u64 {
        self.host_macs - mark.host_macs
    }

    /// The layers as they were computed after `mark`; those without a call since then are left out.
    pub fn since(&self, mark: &Mark) -> Vec<LayerTotals> {
        // Layers are only added and keep their places.
        let before = mark.layers.iter().map(Some).chain(std::iter::repeat(None));
        let since = self.layers.iter().zip(before).map(|(now, before)| before.map_or(now.clone(), |b| now.since(b)));
        since.filter(|layer| layer.calls > 0).collect()
    }

    /// Enters a job.
    pub(crate) fn job(&mut self, job: JobRecord) {
        if self.jobs.len() < Self::JOBS {
            self.jobs.push(job);
        }
    }

    /// Number of matmuls that came from the golden model because the device failed or computed wrong sums.
    pub fn fallbacks(&self) -> usize {
        self.incidents.iter().filter(|incident| incident.remedy == Remedy::Golden).count()
    }

    /// Enters one call of a layer: the totals of that call alone.
    pub(crate) fn call(&mut self, call: LayerTotals) {
        self.macs += call.shape.macs();
        match self.index.entry((call.id, call.shape)) {
            Entry::Vacant(entry) => {
                entry.insert(self.layers.len());
                self.layers.push(call);
            }
            Entry::Occupied(entry) => {
                let layer = &mut self.layers[*entry.get()];
                layer.calls += call.calls;
                layer.counters += call.counters;
                layer.bound += call.bound;
                layer.modelled += call.modelled;
                layer.bytes += call.bytes;
                layer.zero_activations += call.zero_activations;
                layer.zero_weights += call.zero_weights;
            }
        }
    }

    /// Enters a failure.
    pub(crate) fn incident(&mut self, id: LinearId, error: &Error, remedy: Remedy) {
        self.incidents.push(Incident { layer: id.to_string(), error: error.to_string(), remedy });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trine_golden_model::LinearKind;

    fn call(kind: LinearKind, m: usize, cycles: u64) -> LayerTotals {
        LayerTotals {
            id: LinearId { layer: 0, kind },
            shape: MatmulShape { m, k: 2, n: 3 },
            calls: 1,
            counters: Counters { cycles, active: cycles / 2, ..Counters::default() },
            bound: cycles,
            modelled: cycles + 1,
            bytes: 10 * cycles,
            zero_activations: 1,
            zero_weights: 4,
        }
    }

    /// Also where both sides of the mark have the same layer at the same number of tokens.
    #[test]
    fn what_came_before_a_mark_is_told_from_what_came_after() {
        let mut ledger = Ledger::default();
        ledger.call(call(LinearKind::Up, 1, 100));
        ledger.call(call(LinearKind::Gate, 1, 50));
        ledger.host_macs = 7;
        let mark = ledger.mark();
        assert!(ledger.since(&mark).is_empty());
        ledger.call(call(LinearKind::Up, 1, 30));
        ledger.call(call(LinearKind::Up, 1, 31));
        ledger.call(call(LinearKind::Down, 1, 9));
        ledger.host_macs = 12;
        let since = ledger.since(&mark);
        assert_eq!(ledger.host_macs_since(&mark), 5);
        let seen: Vec<_> = since.iter().map(|l| (l.id.kind, l.calls, l.counters.cycles, l.counters.active)).collect();
        assert_eq!(seen, [(LinearKind::Up, 2, 61, 30), (LinearKind::Down, 1, 9, 4)]);
        assert_eq!((since[0].bound, since[0].modelled, since[0].bytes), (61, 63, 610));
        assert_eq!((since[0].zero_activations, since[0].zero_weights), (2, 8));
        let all: u64 = ledger.since(&Mark::default()).iter().map(|l| l.counters.cycles).sum();
        assert_eq!(all, 220);
    }
}
