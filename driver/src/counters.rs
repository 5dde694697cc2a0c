//! Counters of the unit during a job.

use std::iter::Sum;
use std::ops::{AddAssign, Mul, Sub};

use serde::{Deserialize, Serialize};
use trine_spec::registers::{self as regs, Register};

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
}
