//! Windows in the cycles around the start and around the end of a job, and when there is no room for results.

use trine_spec::registers::{self as regs, ACT_WINDOW, CTRL_ACT_LAST, ErrorCode, RES_WINDOW};

use super::bus::Taken;
use super::unit::DrivenUnit;
use super::windows::{Step, complete, finished, make, steps};
use super::work::Work;
use super::{Found, equal, holds};

/// Cycles around a start or an end in which something might go wrong.
const AROUND: u64 = 12;

/// A read of a window that waits for a result waits for longer than this.
const AT_ONCE: u64 = 16;

/// Words that follow the answer to a start, however closely, belong to that job; a read in the same cycle may, and the job is right.
pub(super) fn starts(unit: &mut DrivenUnit<'_>) -> Found {
    let work = Work::small(unit.config, 12);
    let (start, abort) = (regs::CTRL_START.mask(), regs::CTRL_ABORT.mask());
    for pause in 0..AROUND {
        unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
        unit.begin(&work)?;
        unit.steps(pause)?;
        complete(unit, &work, 0)?;
    }
    for after in 0..AROUND {
        unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
        unit.send(&[], &work.weights);
        unit.shape(work.shape.m as u32, work.shape.k as u32, work.shape.n as u32)?;
        let (started, read) = beside(unit, (regs::CTRL.offset, start), RES_WINDOW.offset, after)?;
        equal!(started, Some((true, 0)), "a start with a read beside it");
        let Some((okay, _)) = read else {
            // It waits for the job's first result, and is over with the job.
            unit.bus.request(&mut unit.dut, regs::CTRL.offset, Some((abort, 0xF)))?;
            let (_, read) = answers(unit)?;
            holds!(read.is_some_and(|(okay, _)| !okay), "a read that waited for a dropped job: {read:?}");
            unit.drained()?;
            equal!(unit.status()?, 0, "STATUS after an abort");
            continue;
        };
        holds!(!okay, "a result is read before the job has any");
        complete(unit, &work, regs::STATUS_ERROR.mask())?;
        unit.write(&regs::STATUS, regs::STATUS_ERROR.mask())?;
        unit.write(&regs::IRQ_STAT, regs::IRQ_STAT_ERROR.mask())?;
    }
    Ok(())
}

/// An error shows when its job is over, not before.
pub(super) fn ends(unit: &mut DrivenUnit<'_>) -> Found {
    let work = Work::small(unit.config, 13);
    let is_act = |step: &Step| matches!(step, Step::Mark(CTRL_ACT_LAST) | Step::Write(ACT_WINDOW, _));
    let acts: Vec<Step> = steps(unit, &work).into_iter().filter(is_act).collect();
    let (busy, over) = (regs::STATUS_BUSY.mask(), regs::STATUS_ERROR.mask());
    for after in 0..AROUND {
        unit.begin(&work)?;
        for (number, step) in acts.iter().enumerate() {
            holds!(make(unit, *step, number)?, "access {number} is refused");
        }
        // A word more than the job has.
        let (_, read) = beside(unit, (ACT_WINDOW.offset, 0), regs::STATUS.offset, after)?;
        let status = read.map(|(_, status)| status);
        // Reads from memory may still be under way when it has failed.
        let drains = unit.config.memory() && status == Some(busy | over);
        holds!(status == Some(busy) || status == Some(over) || drains, "STATUS {status:x?} while a job fails");
        unit.failed(ErrorCode::WindowFull)?;
    }
    Ok(())
}

/// A host that reads no result before all weights are sent: the unit waits for room, counts so, and loses nothing.
pub(super) fn piles(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let m = c.max_tokens();
    // Blocks whose results have room, the tile that waits, and those that fit into the two beats behind it.
    let blocks = c.result_room() / m + 1 + 2 / c.beats_per_tile();
    let work = Work::new(c, (m, 1, blocks * c.columns()), 15);
    let (reads, writes): (Vec<Step>, Vec<Step>) =
        steps(unit, &work).into_iter().partition(|step| matches!(step, Step::Read(_)));
    unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
    unit.begin(&work)?;
    for (number, step) in writes.into_iter().enumerate() {
        holds!(make(unit, step, number)?, "access {number} is refused");
    }
    if c.memory() {
        // Until all weights that find a place have come.
        unit.steps((blocks * c.beats_per_tile()) as u64 + AT_ONCE)?;
    }
    let first = unit.counters()?.stall_out;
    unit.steps(100)?;
    holds!(unit.counters()?.stall_out >= first + 100, "waiting for room is not counted");
    for (number, step) in reads.into_iter().enumerate() {
        holds!(make(unit, step, number)?, "result word {number} is refused");
    }
    finished(unit, &work, 0)
}

/// A write of `(offset, value)`, and `after` cycles a read; what each is answered at once.
fn beside(unit: &mut DrivenUnit<'_>, (offset, value): (u32, u32), read: u32, after: u64) -> Found<(Taken, Taken)> {
    unit.bus.request(&mut unit.dut, offset, Some((value, 0xF)))?;
    let mut written = None;
    for _ in 0..after {
        written = written.or(unit.bus.look(&mut unit.dut)?);
        unit.step()?;
    }
    unit.bus.request(&mut unit.dut, read, None)?;
    let answers = answers(unit)?;
    Ok((written.or(answers.0), answers.1))
}

/// Answers that come at once to a write and a read.
fn answers(unit: &mut DrivenUnit<'_>) -> Found<(Taken, Taken)> {
    let mut all = (None, None);
    for _ in 0..AT_ONCE {
        let (written, read) = unit.bus.look_both(&mut unit.dut)?;
        all = (all.0.or(written), all.1.or(read));
        unit.step()?;
    }
    Ok(all)
}
