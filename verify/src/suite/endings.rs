//! Jobs that are dropped in every cycle of their life: the unit is empty at once and the next job is right.

use trine_driver::Counters;
use trine_spec::registers::{self as regs, constant, registers};

use super::feed::Pace;
use super::unit::DrivenUnit;
use super::work::Work;
use super::{Found, equal, holds};

/// Ways to drop a job.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ending {
    Abort,
    SoftReset,
    Reset,
}

/// Drops a job in every cycle, with results taken and with results that wait; where the unit `fills` in a limited time, that it
/// has room for as many results as before.
pub(super) fn everywhere(unit: &mut DrivenUnit<'_>, ending: Ending, fills: bool) -> Found {
    let c = unit.config;
    let work = Work::small(c, 11);
    let length = unit.works(&work)?.cycles + 40;
    let room = if fills { super::jobs::fill(unit)? } else { 0 };
    for waiting in [false, true] {
        for at in 0..length {
            unit.drop_streams();
            unit.eager();
            if waiting {
                unit.pace(Pace::eager(), Pace::eager(), Pace::new(u64::MAX, 0.0, 0));
            }
            unit.send(&work.acts, &work.weights);
            unit.start(work.shape)?;
            unit.steps(at)?;
            drop_job(unit, ending)?;
            let status = unit.status()?;
            let done = unit.drain.as_ref().is_some_and(|drain| drain.beats.len() == work.results.len());
            match ending {
                Ending::Abort => {
                    holds!(
                        status == 0 || done && status == regs::STATUS_DONE.mask(),
                        "STATUS {status:#x} after an abort"
                    );
                    holds!(!waiting || status == 0, "a job whose results wait is done");
                    equal!(unit.read(&regs::ERR_CODE)?, 0, "ERR_CODE after an abort");
                    unit.write(&regs::STATUS, status)?;
                    unit.write(&regs::IRQ_STAT, regs::IRQ_STAT_DONE.mask())?;
                    equal!(unit.read(&regs::IRQ_STAT)?, 0, "IRQ_STAT after an abort");
                }
                Ending::SoftReset | Ending::Reset => equal!(status, 0, "STATUS after a reset"),
            }
            unit.silent()?;
            // Beats of the dropped job that are still offered stay where they are.
            let before: Vec<u64> = unit.feeds.iter().map(|feed| feed.taken).collect();
            unit.send(&work.acts, &work.weights);
            unit.steps(5)?;
            equal!(unit.feeds.iter().map(|feed| feed.taken).collect::<Vec<_>>(), before, "beats taken by an idle unit");
            unit.eager();
            let next = Work::new(c, (1 + at as usize % c.max_tokens(), c.lanes().min(c.max_depth()), c.columns()), at);
            let counted = unit.works(&next)?;
            unit.in_time(&counted, &next)?;
            if fills && ending == Ending::Abort {
                equal!(super::jobs::fill(unit)?, room, "issues for which there is room after an abort");
            }
        }
    }
    Ok(())
}

fn drop_job(unit: &mut DrivenUnit<'_>, ending: Ending) -> Found {
    let action = match ending {
        Ending::Abort => regs::CTRL_ABORT,
        Ending::SoftReset => regs::CTRL_SOFT_RESET,
        Ending::Reset => return unit.reset(),
    };
    unit.drops(&action)
}

pub(super) fn abort(unit: &mut DrivenUnit<'_>) -> Found {
    everywhere(unit, Ending::Abort, true)?;
    // Without a job it does nothing, and registers stay.
    unit.write(&regs::SCRATCH, 0x1234_5678)?;
    unit.abort()?;
    unit.steps(5)?;
    equal!((unit.status()?, unit.read(&regs::SCRATCH)?), (0, 0x1234_5678), "after an abort without a job");
    // With a start beside it, the job is dropped or runs, and the unit lives on.
    unit.write(&regs::CTRL, regs::CTRL_ABORT.mask() | regs::CTRL_START.mask())?;
    unit.steps(10)?;
    unit.abort()?;
    unit.steps(5)?;
    unit.write(&regs::STATUS, u32::MAX)?;
    unit.write(&regs::IRQ_STAT, u32::MAX)?;
    unit.works(&Work::small(unit.config, 1)).map(drop)
}

pub(super) fn soft_reset(unit: &mut DrivenUnit<'_>) -> Found {
    everywhere(unit, Ending::SoftReset, true)?;
    all_registers(unit, |unit| unit.write(&regs::CTRL, regs::CTRL_SOFT_RESET.mask()))
}

pub(super) fn reset(unit: &mut DrivenUnit<'_>) -> Found {
    everywhere(unit, Ending::Reset, true)?;
    beside_start(unit)?;
    all_registers(unit, |unit| unit.reset())
}

/// A start that is on its way when a reset comes is no start, however short the reset is.
fn beside_start(unit: &mut DrivenUnit<'_>) -> Found {
    for at in 0..8 {
        unit.drop_streams();
        unit.shape(1, 1, 1)?;
        unit.bus.request(&mut unit.dut, regs::CTRL.offset, Some((regs::CTRL_START.mask(), 0xF)))?;
        for _ in 0..at {
            unit.bus.look(&mut unit.dut)?;
            unit.step()?;
        }
        unit.bus.idle(&mut unit.dut)?;
        unit.dut.poke("aresetn", false)?;
        unit.step_unwatched()?;
        unit.dut.poke("aresetn", true)?;
        unit.steps(4)?;
        equal!(unit.status()?, 0, "STATUS after a reset beside a start");
    }
    unit.works(&Work::small(unit.config, 2)).map(drop)
}

/// After a reset every register reads its reset value, whatever it held: storage, flags, code, tag, counters.
fn all_registers(unit: &mut DrivenUnit<'_>, reset: fn(&mut DrivenUnit<'_>) -> Found) -> Found {
    let c = unit.config;
    let long = super::counters::long(unit);
    super::counters::busy(unit, &long)?;
    // An error and a success on top of each other, everything enabled.
    unit.shape(0, 0, 0)?;
    unit.write(&regs::CTRL, regs::CTRL_START.mask())?;
    unit.steps(4)?;
    for register in registers(c).filter(|r| **r != regs::CTRL && **r != regs::STATUS && **r != regs::IRQ_STAT) {
        unit.write(register, super::registers::quiet(register, u32::MAX))?;
    }
    let work = Work::small(c, 4);
    unit.drop_streams();
    unit.send(&work.acts, &work.weights);
    unit.start(work.shape)?;
    unit.collect(work.results.len())?;
    unit.steps(12)?;
    let flags = [&regs::STATUS, &regs::IRQ_STAT].map(|register| unit.read(register));
    equal!(flags, [Ok(6), Ok(3)], "STATUS and IRQ_STAT with all flags set");
    reset(unit)?;
    unit.steps(3)?;
    for register in registers(c) {
        equal!(unit.read(register)?, constant(register, c), "{} after a reset", register.name);
    }
    equal!(unit.irq()?, false, "irq after a reset");
    equal!(unit.counters()?, Counters::default(), "counters after a reset");
    equal!(unit.read(&regs::JOBS)?, 0, "JOBS after a reset");
    unit.works(&Work::small(c, 3)).map(drop)
}
