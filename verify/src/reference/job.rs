//! A running job: the beats that went in, the results that belong to them, and what is wrong with them.

use trine_spec::registers::ErrorCode;
use trine_spec::{Config, WeightCode, packing};

/// A job as its streams tell it.
#[derive(Debug)]
pub(super) struct Job {
    config: Config,
    m: usize,
    chunks: usize,
    blocks: usize,
    n: usize,
    pub(super) tag: u32,
    activations: Vec<Vec<u8>>,
    /// Which activation beat was marked as the last one.
    activations_last: Option<usize>,
    /// The trits of each weight beat, unless one of its codes is illegal.
    weights: Vec<Option<Vec<i8>>>,
    weights_last: Option<usize>,
    results: usize,
}

impl Job {
    /// A job of a shape that the unit accepts.
    pub(super) fn new(config: &Config, (m, k, n): (usize, usize, usize), tag: u32) -> Self {
        Self {
            config: config.clone(),
            m,
            n,
            tag,
            chunks: k.div_ceil(config.lanes()),
            blocks: n.div_ceil(config.columns()),
            activations: vec![],
            activations_last: None,
            weights: vec![],
            weights_last: None,
            results: 0,
        }
    }

    fn activation_beats(&self) -> usize {
        self.m * self.chunks
    }

    fn weight_beats(&self) -> usize {
        self.blocks * self.chunks * self.config.beats_per_tile()
    }

    fn result_beats(&self) -> usize {
        self.m * self.blocks
    }

    /// Lane chunks that the columns take in the whole job.
    pub(super) fn issues(&self) -> u64 {
        (self.m * self.chunks * self.blocks) as u64
    }

    pub(super) fn activation(&mut self, bytes: Vec<u8>, last: bool) -> Result<(), String> {
        if self.activations_last.is_some() {
            return Err("an activation beat was taken after the marked one".into());
        }
        self.activations_last = last.then_some(self.activations.len());
        self.activations.push(bytes);
        Ok(())
    }

    pub(super) fn weight(&mut self, bytes: &[u8], last: bool) -> Result<(), String> {
        if self.weights_last.is_some() {
            return Err("a weight beat was taken after the marked one".into());
        }
        self.weights_last = last.then_some(self.weights.len());
        self.weights.push(trits(self.config.weight_code(), bytes));
        Ok(())
    }

    /// A result beat: its values, which of them are kept, and whether it ends the job.
    pub(super) fn result(&mut self, values: &[i32], kept: &[bool], last: bool) -> Result<(), String> {
        let index = self.results;
        if index >= self.result_beats() {
            return Err("a result came after the last one".into());
        }
        self.results += 1;
        let (block, token) = (index / self.m, index % self.m);
        for (column, (&value, &kept)) in values.iter().zip(kept).enumerate() {
            let output = block * self.config.columns() + column;
            if kept != (output < self.n) {
                return Err(format!("result beat {index}: tkeep of column {column} is {kept}"));
            }
            if !kept {
                continue;
            }
            let expected = self.sum(block, column, token).ok_or_else(|| {
                format!("result beat {index}, column {column}: {value} from operands that never came or are illegal")
            })?;
            if value != expected {
                return Err(format!("result beat {index}, column {column}: {value} instead of {expected}"));
            }
        }
        if last != (index + 1 == self.result_beats()) {
            return Err(format!("result beat {index} of {}: tlast is {last}", self.result_beats()));
        }
        Ok(())
    }

    /// The sum that belongs to the beats, as wide as the accumulators; `None` where one of the operands is none.
    fn sum(&self, block: usize, column: usize, token: usize) -> Option<i32> {
        let (lanes, beats) = (self.config.lanes(), self.config.beats_per_tile());
        let spare = 8 - self.config.act_bits();
        let mut sum = 0_i64;
        for chunk in 0..self.chunks {
            let activations = self.activations.get(chunk * self.m + token)?;
            let tile: Option<Vec<&Vec<i8>>> = (0..beats)
                .map(|beat| self.weights.get((block * self.chunks + chunk) * beats + beat)?.as_ref())
                .collect();
            let tile: Vec<i8> = tile?.into_iter().flatten().copied().collect();
            for (lane, &byte) in activations.iter().enumerate() {
                let activation = (byte << spare).cast_signed() >> spare;
                sum += i64::from(activation) * i64::from(tile[column * lanes + lane]);
            }
        }
        let spare = 64 - self.config.acc_bits();
        i32::try_from(sum << spare >> spare).ok()
    }

    /// The reasons for an end that the beats so far give.
    pub(super) fn defects(&self) -> Vec<ErrorCode> {
        let stream = |taken: usize, last: Option<usize>, needed: usize, early, late| match last {
            Some(at) if at + 1 < needed => Some(early),
            Some(at) if at + 1 == needed => None,
            _ => (taken >= needed).then_some(late),
        };
        use ErrorCode::{ActivationsEarly, ActivationsLate, IllegalTrit, WeightsEarly, WeightsLate};
        let (acts, weights) = (self.activations.len(), self.weights.len());
        let marks = [
            stream(acts, self.activations_last, self.activation_beats(), ActivationsEarly, ActivationsLate),
            stream(weights, self.weights_last, self.weight_beats(), WeightsEarly, WeightsLate),
        ];
        let illegal = self.weights.iter().any(Option::is_none).then_some(IllegalTrit);
        marks.into_iter().flatten().chain(illegal).collect()
    }

    /// True if every result has been taken.
    pub(super) fn is_drained(&self) -> bool {
        self.results == self.result_beats()
    }

    /// True if the unit waits for its host and may: a source has not had all its beats and offers none. Weights may have to
    /// wait for activations, but not the other way round.
    pub(super) fn is_starved(&self, offers: [bool; 2]) -> bool {
        let activations = self.activations_last.is_none() && self.activations.len() < self.activation_beats();
        let weights = self.weights_last.is_none() && self.weights.len() < self.weight_beats();
        if activations { !offers[0] } else { weights && !offers[1] }
    }
}

/// The trits of a weight beat, or `None` when one of its codes is illegal.
fn trits(code: WeightCode, bytes: &[u8]) -> Option<Vec<i8>> {
    let mut trits = vec![];
    for &byte in bytes {
        match code {
            WeightCode::Base3 => trits.extend(packing::base3_decode(byte)?),
            WeightCode::TwoBit => {
                for i in 0..4 {
                    trits.push(packing::from_two_bit(byte >> (2 * i) & 3)?);
                }
            }
        }
    }
    Some(trits)
}
