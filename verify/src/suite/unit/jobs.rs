//! Jobs of a driven unit: begun, dropped, and what they leave.

use trine_driver::{Counters, MatmulShape};
use trine_spec::registers::{self as regs, ErrorCode, Field};

use super::super::feed::{Feed, Pace};
use super::super::work::Work;
use super::super::{Found, equal, holds};
use super::{DrivenUnit, PATIENCE, STROBES};

impl DrivenUnit<'_> {
    pub fn shape(&mut self, m: u32, k: u32, n: u32) -> Found {
        for (register, value) in [(&regs::TOKENS, m), (&regs::DEPTH, k), (&regs::OUTPUTS, n)] {
            self.write(register, value)?;
        }
        if let Some(memory) = &mut self.memory {
            let [base, length, run, stride] = memory.region(&mut self.dut)?;
            self.write(&regs::WGT_BASE, base)?;
            self.write(&regs::WGT_LENGTH, length)?;
            if self.config.strides() {
                self.write(&regs::WGT_RUN, run)?;
                self.write(&regs::WGT_STRIDE, stride)?;
            }
        }
        Ok(())
    }

    /// Describes and starts a job, whose beats may go at once.
    pub fn start(&mut self, shape: MatmulShape) -> Found {
        self.shape(shape.m as u32, shape.k as u32, shape.n as u32)?;
        self.write(&regs::CTRL, regs::CTRL_START.mask())
    }

    /// The same for a unit with windows, whose beats follow; weights from memory are there at once.
    pub fn begin(&mut self, work: &Work) -> Found {
        self.send(&[], &work.weights);
        self.start(work.shape)
    }

    /// Runs a whole job on a unit with streams; results, state and tag have to be right.
    pub fn works(&mut self, work: &Work) -> Found<Counters> {
        let before: Vec<u64> = self.feeds.iter().map(|feed| feed.taken).collect();
        let read = self.traffic()?;
        self.drop_streams();
        self.tag = self.tag.wrapping_mul(5).wrapping_add(0x9E37_79B9);
        self.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
        self.write(&regs::JOB_TAG, self.tag)?;
        self.send(&work.acts, &work.weights);
        self.start(work.shape)?;
        self.collect(work.results.len())?;
        self.finished(work)?;
        let taken: Vec<u64> = self.feeds.iter().zip(before).map(|(feed, before)| feed.taken - before).collect();
        equal!(taken, self.beats(work), "beats taken");
        let beats = if self.memory.is_some() { work.weights.len() as u64 } else { 0 };
        equal!(self.traffic()?.beats - read.beats, beats, "beats read from memory");
        self.counters()
    }

    /// A job counts the cycles of the model, or more if its weights come from memory.
    pub fn in_time(&self, counted: &Counters, work: &Work) -> Found {
        let (actual, expected) = (counted.cycles, work.shape.cycles(self.config));
        let right = if self.config.memory() { actual >= expected } else { actual == expected };
        holds!(right, "{actual} cycles instead of {expected} for {:?}", work.shape);
        Ok(())
    }

    /// Starts a job whose results nobody takes, with counters at zero.
    pub fn starts_unread(&mut self, work: &Work) -> Found {
        self.drop_streams();
        self.pace(Pace::eager(), Pace::eager(), Pace::new(u64::MAX, 0.0, 0));
        self.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
        self.send(&work.acts, &work.weights);
        self.start(work.shape)
    }

    /// Drops the job by an action of CTRL, and what sources still offer.
    pub fn drops(&mut self, action: &Field) -> Found {
        // What waits is withdrawn a few cycles after the write was taken.
        self.bus.request(&mut self.dut, regs::CTRL.offset, Some((action.mask(), STROBES)))?;
        for _ in 0..8 {
            self.bus.look(&mut self.dut)?;
            self.step_unwatched()?;
        }
        self.feeds.iter_mut().for_each(Feed::drop_all);
        self.drained()
    }

    /// Drops the job by an abort.
    pub fn abort(&mut self) -> Found {
        self.write(&regs::CTRL, regs::CTRL_ABORT.mask())?;
        self.drained()
    }

    /// Waits until no read of a job that was dropped is under way; then nothing more comes from memory.
    pub fn drained(&mut self) -> Found {
        if self.memory.is_none() {
            return Ok(());
        }
        // Until the unit says so.
        self.steps(2)?;
        let begun = self.cycle();
        while self.status()? & regs::STATUS_BUSY.mask() != 0 {
            holds!(self.cycle() - begun < 4 * PATIENCE, "reads of a job that was dropped never end");
        }
        equal!(self.read(&regs::MEM_STATUS)? & regs::MEM_STATUS_DRAINING.mask(), 0, "MEM_STATUS of an idle unit");
        let before = self.traffic()?;
        self.steps(4)?;
        let after = self.traffic()?;
        equal!(
            (after.bursts, after.beats, after.busy),
            (before.bursts, before.beats, before.busy),
            "bursts, beats and busy cycles of the memory behind an idle unit"
        );
        Ok(())
    }

    /// Lets the running job end, with its results; clears STATUS.
    pub fn completes(&mut self, work: &Work) -> Found {
        self.leaves(work)?;
        equal!(self.status()?, regs::STATUS_DONE.mask(), "STATUS after a job");
        self.write(&regs::STATUS, regs::STATUS_DONE.mask())
    }

    /// The results of jobs come, and nothing else.
    pub fn leaves(&mut self, work: &Work) -> Found {
        self.collect(work.results.len())?;
        self.steps(12)?;
        self.results(work)
    }

    /// The job has left its results and nothing else.
    fn finished(&mut self, work: &Work) -> Found {
        self.steps(12)?;
        self.results(work)?;
        if self.drain.is_some() { self.done() } else { Ok(()) }
    }

    /// The results that came are those of the job.
    fn results(&self, work: &Work) -> Found {
        let Some(drain) = &self.drain else { return Ok(()) };
        equal!(drain.beats.len(), work.results.len(), "result beats of {:?}", work.shape);
        for (i, (actual, expected)) in drain.beats.iter().zip(&work.results).enumerate() {
            if let Some(difference) = actual.difference(expected) {
                let MatmulShape { m, k, n } = work.shape;
                return Err(format!("result beat {i} of {m} x {k} x {n}: {difference}").into());
            }
        }
        Ok(())
    }

    /// STATUS, error code and tag of a job that went well; clears the flag.
    pub fn done(&mut self) -> Found {
        equal!(self.status()?, regs::STATUS_DONE.mask(), "STATUS after a job");
        equal!(self.read(&regs::ERR_CODE)?, 0, "ERR_CODE after a job");
        equal!(self.read(&regs::DONE_TAG)?, self.tag, "DONE_TAG");
        self.write(&regs::STATUS, regs::STATUS_DONE.mask())?;
        equal!(self.status()?, 0, "STATUS after done was cleared");
        self.write(&regs::IRQ_STAT, regs::IRQ_STAT_DONE.mask())
    }

    /// The unit has dropped its job for this reason; clears the flags.
    pub fn failed(&mut self, code: ErrorCode) -> Found {
        self.drained()?;
        equal!(self.status()?, regs::STATUS_ERROR.mask(), "STATUS after {code:?}");
        equal!(self.read(&regs::ERR_CODE)?, code as u32, "ERR_CODE after {code:?}");
        equal!(self.read(&regs::IRQ_STAT)?, regs::IRQ_STAT_ERROR.mask(), "IRQ_STAT after {code:?}");
        self.write(&regs::STATUS, regs::STATUS_ERROR.mask())?;
        self.write(&regs::IRQ_STAT, regs::IRQ_STAT_ERROR.mask())?;
        equal!(self.status()?, 0, "STATUS after error was cleared");
        equal!(self.read(&regs::ERR_CODE)?, code as u32, "ERR_CODE is kept");
        Ok(())
    }
}
