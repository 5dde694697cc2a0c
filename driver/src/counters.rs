//! Counters of the unit during a job.

use std::iter::Sum;
use std::ops::{AddAssign, Mul, Sub};

use serde::{Deserialize, Serialize};
use trine_spec::Config;
use trine_spec::registers::{self as regs, Register};

use crate::cycles::MatmulShape;

/// Values of the performance counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Cycles with a job running.
    pub cycles: u64,
    /// Cycles in which the columns took a lane chunk.
    pub active: u64,
    /// Cycles waiting for activations.
    pub stall_act: u64,
    /// Cycles waiting for weights.
    pub stall_wgt: u64,
    /// Cycles waiting for room in the result buffer.
    pub stall_out: u64,
    /// Beats taken from the activation stream.
    pub act_beats: u64,
    /// Beats taken from the weight stream.
    pub wgt_beats: u64,
    /// Beats handed to the result stream.
    pub res_beats: u64,
}

impl Counters {
    /// Collects all counters through `read`, which is given one register at a time.
    pub(crate) fn collect<E>(mut read: impl FnMut(&'static Register) -> Result<u32, E>) -> Result<Self, E> {
        // A unit that is out of order may show anything in bits that no counter has; sums of counts must not overflow.
        let mut wide =
            |low, high| Ok(u64::from(read(low)?) | (u64::from(read(high)?) << 32 & ((1 << regs::COUNTER_BITS) - 1)));
        Ok(Self {
            cycles: wide(&regs::CYCLES_LO, &regs::CYCLES_HI)?,
            active: wide(&regs::ACTIVE_LO, &regs::ACTIVE_HI)?,
            stall_act: wide(&regs::STALL_ACT_LO, &regs::STALL_ACT_HI)?,
            stall_wgt: wide(&regs::STALL_WGT_LO, &regs::STALL_WGT_HI)?,
            stall_out: wide(&regs::STALL_OUT_LO, &regs::STALL_OUT_HI)?,
            act_beats: read(&regs::ACT_BEATS)?.into(),
            wgt_beats: read(&regs::WGT_BEATS)?.into(),
            res_beats: read(&regs::RES_BEATS)?.into(),
        })
    }
}

impl Counters {
    /// Events of a job of this shape, and its cycles if the host never lets it wait.
    #[must_use]
    pub fn expected(config: &Config, shape: MatmulShape) -> Self {
        let (chunks, blocks) = (shape.k.div_ceil(config.lanes()), shape.n.div_ceil(config.columns()));
        Self {
            cycles: shape.cycles(config),
            active: shape.tiles(config) * shape.m as u64,
            act_beats: (chunks * shape.m) as u64,
            wgt_beats: shape.tiles(config) * config.beats_per_tile() as u64,
            res_beats: (blocks * shape.m) as u64,
            ..Self::default()
        }
    }

    /// Shares out what jobs in a row counted together. `each` has the events of every job, which add up to those counted, and its
    /// cycles. Stalls, which no job is known to have of its own, are shared out by the cycles in which a job did not work.
    pub(crate) fn split(self, each: &[Self]) -> Vec<Self> {
        let field = |total: u64, of: fn(&Self) -> u64| shares(total, each.iter().map(of));
        let cycles = field(self.cycles, |job| job.cycles);
        let active = field(self.active, |job| job.active);
        let beats = [
            field(self.act_beats, |job| job.act_beats),
            field(self.wgt_beats, |job| job.wgt_beats),
            field(self.res_beats, |job| job.res_beats),
        ];
        let idle = || cycles.iter().zip(&active).map(|(cycles, active)| cycles.saturating_sub(*active));
        let stalls = [self.stall_act, self.stall_wgt, self.stall_out].map(|total| shares(total, idle()));
        let job = |at: usize| Self {
            cycles: cycles[at],
            active: active[at],
            stall_act: stalls[0][at],
            stall_wgt: stalls[1][at],
            stall_out: stalls[2][at],
            act_beats: beats[0][at],
            wgt_beats: beats[1][at],
            res_beats: beats[2][at],
        };
        (0..each.len()).map(job).collect()
    }
}

/// `total` in parts that add up to it, in the proportion of `weights`; all of it is the first one's where these are 0.
fn shares(total: u64, weights: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut weights: Vec<u64> = weights.collect();
    let mut sum: u64 = weights.iter().sum();
    if sum == 0
        && let Some(first) = weights.first_mut()
    {
        (*first, sum) = (1, 1);
    }
    let (mut reached, mut given) = (0, 0);
    let share = |weight| {
        reached += weight;
        let up_to = (u128::from(total) * u128::from(reached) / u128::from(sum)) as u64;
        up_to - std::mem::replace(&mut given, up_to)
    };
    weights.into_iter().map(share).collect()
}

impl AddAssign for Counters {
    fn add_assign(&mut self, other: Self) {
        self.cycles += other.cycles;
        self.active += other.active;
        self.stall_act += other.stall_act;
        self.stall_wgt += other.stall_wgt;
        self.stall_out += other.stall_out;
        self.act_beats += other.act_beats;
        self.wgt_beats += other.wgt_beats;
        self.res_beats += other.res_beats;
    }
}

/// Difference of two readings.
impl Sub for Counters {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            cycles: self.cycles - earlier.cycles,
            active: self.active - earlier.active,
            stall_act: self.stall_act - earlier.stall_act,
            stall_wgt: self.stall_wgt - earlier.stall_wgt,
            stall_out: self.stall_out - earlier.stall_out,
            act_beats: self.act_beats - earlier.act_beats,
            wgt_beats: self.wgt_beats - earlier.wgt_beats,
            res_beats: self.res_beats - earlier.res_beats,
        }
    }
}

impl Sum for Counters {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut sum, counters| {
            sum += counters;
            sum
        })
    }
}

/// The counters of as many equal jobs.
impl Mul<u64> for Counters {
    type Output = Self;

    fn mul(self, times: u64) -> Self {
        Self {
            cycles: self.cycles * times,
            active: self.active * times,
            stall_act: self.stall_act * times,
            stall_wgt: self.stall_wgt * times,
            stall_out: self.stall_out * times,
            act_beats: self.act_beats * times,
            wgt_beats: self.wgt_beats * times,
            res_beats: self.res_beats * times,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mutant of the unit did that, and its sums overflowed.
    #[test]
    fn bits_that_no_counter_has_are_ignored() {
        let counters = Counters::collect(|_| Ok::<_, ()>(u32::MAX)).unwrap();
        assert_eq!((counters.cycles, counters.act_beats), ((1 << 48) - 1, u64::from(u32::MAX)));
        assert_eq!([counters; 3].into_iter().sum::<Counters>().cycles, 3 * ((1 << 48) - 1));
    }

    #[test]
    fn what_jobs_count_together_is_shared_out_whole() {
        let config = Config::sized(4, 5).build().unwrap();
        let shapes =
            [MatmulShape { m: 2, k: 9, n: 11 }, MatmulShape { m: 1, k: 4, n: 5 }, MatmulShape { m: 3, k: 5, n: 1 }];
        let each = shapes.map(|shape| Counters::expected(&config, shape));
        let exact: Counters = each.into_iter().sum();
        let total = Counters { cycles: 1000, stall_wgt: 701, stall_act: 5, stall_out: 1, ..exact };
        let split = total.split(&each);
        assert_eq!(split.iter().copied().sum::<Counters>(), total);
        for (job, expected) in split.iter().zip(each) {
            let events = |c: &Counters| [c.active, c.act_beats, c.wgt_beats, c.res_beats];
            assert_eq!(events(job), events(&expected));
            assert!(job.active + job.stall_wgt <= job.cycles && job.stall_wgt > 0, "{job:?}");
        }
        // 9 and 11 are three chunks and three blocks: nine tiles of two tokens.
        assert_eq!((each[0].active, each[0].act_beats, each[0].res_beats), (18, 6, 6));
        assert_eq!(shares(7, [0, 0].into_iter()), [7, 0]);
        assert_eq!(shares(10, [1, 1, 1].into_iter()), [3, 3, 4]);
    }
}
