//! Jobs of a unit with windows that end early: faults, the watchdog, and jobs that are dropped.

use trine_spec::Config;
use trine_spec::packing::words;
use trine_spec::registers::{self as regs, ErrorCode, RES_WINDOW};

use super::unit::DrivenUnit;
use super::windows::{Step, make, refused, steps, works};
use super::work::Work;
use super::{Found, equal, holds};

/// Cycles of an access of a host that does one thing at a time, at most.
const ACCESS: u64 = 5;

/// Cycles from a beat to what it causes: its result, or the end of its job.
const PIPELINE: u64 = 32;

/// Cycles without a beat, at most, while a host does one thing at a time: the words of the widest beat, and the wait for a result.
fn quiet(c: &Config) -> u64 {
    let weights = if c.memory() { 0 } else { words(c.weight_bus()) };
    let words = words(c.act_bus()).max(weights).max(c.columns());
    ACCESS * words as u64 + c.max_tokens() as u64 + PIPELINE
}

/// Cycles in which weights from memory may still move though the host sends nothing: a tile and the beats behind it.
fn arriving(c: &Config) -> u64 {
    if c.memory() { c.beats_per_tile() as u64 + PIPELINE } else { 0 }
}

/// An illegal code, and a watchdog that nothing feeds.
pub(super) fn faults(unit: &mut DrivenUnit<'_>) -> Found {
    let work = Work::small(unit.config, 8);
    for beat in 0..work.weights.len() {
        let mut wrong = work.clone();
        // Illegal in either code.
        wrong.weights[beat][0] = 0x7A;
        let accesses = steps(unit, &wrong);
        fails(unit, &wrong, &accesses, &[ErrorCode::IllegalTrit])?;
    }
    for limit in [50, 300, 900, 0x1_0000] {
        unit.write(&regs::WATCHDOG, if unit.config.memory() { 0 } else { limit })?;
        unit.begin(&work)?;
        if unit.config.memory() {
            unit.steps(arriving(unit.config))?;
            unit.write(&regs::WATCHDOG, limit)?;
        }
        unit.steps(u64::from(limit) - 10)?;
        equal!(unit.status()?, regs::STATUS_BUSY.mask(), "STATUS before the watchdog's time");
        unit.steps(30)?;
        unit.failed(ErrorCode::Watchdog)?;
    }
    // The shortest one, and one so far away that only its lower bits are met.
    unit.write(&regs::WATCHDOG, 1)?;
    unit.begin(&work)?;
    unit.steps(20)?;
    unit.failed(ErrorCode::Watchdog)?;
    unit.write(&regs::WATCHDOG, 0x0101_0200)?;
    unit.begin(&work)?;
    unit.steps(1500)?;
    equal!(unit.status()?, regs::STATUS_BUSY.mask(), "STATUS with a watchdog far away");
    unit.abort()?;
    unit.write(&regs::WATCHDOG, 0)?;
    works(unit, &work)?;
    results_that_failed(unit)
}

/// Results of a job that failed are gone; a read before the failure gives one that is right.
fn results_that_failed(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let work = Work::new(c, (1, 1, 2 * c.columns()), 9);
    let mut wrong = work.clone();
    let half = wrong.weights.len() / 2;
    wrong.weights[half..].iter_mut().for_each(|beat| beat.fill(0x7A));
    let (reads, writes): (Vec<Step>, Vec<Step>) =
        steps(unit, &wrong).into_iter().partition(|step| matches!(step, Step::Read(_)));
    // The weights of the second block are there, and no result of the first one has been read.
    let at_once = [&writes[..], &reads[..c.columns()]].concat();
    fails(unit, &wrong, &at_once, &[ErrorCode::IllegalTrit])?;
    fails(unit, &wrong, &writes, &[ErrorCode::IllegalTrit])?;
    refused(unit, RES_WINDOW.offset, None, 0..10)?;
    // The first reason stays.
    unit.failed(ErrorCode::IllegalTrit)?;
    // Other results than those that are gone, and the same ones.
    works(unit, &Work::small(c, 9))?;
    works(unit, &work)
}

/// Makes accesses until the job has failed, with one of these codes.
pub(super) fn fails(unit: &mut DrivenUnit<'_>, work: &Work, accesses: &[Step], codes: &[ErrorCode]) -> Found {
    unit.begin(work)?;
    for (number, step) in accesses.iter().enumerate() {
        if !make(unit, *step, number)? {
            break;
        }
    }
    unit.steps(20)?;
    unit.drained()?;
    let code = unit.read(&regs::ERR_CODE)?;
    let Some(code) = codes.iter().find(|wanted| **wanted as u32 == code) else {
        return Err(format!("ERR_CODE {code} instead of {codes:?}").into());
    };
    unit.failed(*code)?;
    let counted = unit.counters()?;
    unit.steps(20)?;
    equal!(unit.counters()?, counted, "counters after a job that failed");
    Ok(())
}

/// A job dropped after each of its accesses, and reads that wait when it is dropped.
pub(super) fn aborts(unit: &mut DrivenUnit<'_>) -> Found {
    let work = Work::small(unit.config, 6);
    let all = steps(unit, &work);
    for end in 0..all.len() {
        for action in [regs::CTRL_ABORT, regs::CTRL_SOFT_RESET] {
            unit.begin(&work)?;
            for (number, step) in all[..end].iter().enumerate() {
                holds!(make(unit, *step, number)?, "access {number} is refused");
            }
            unit.write(&regs::CTRL, action.mask())?;
            unit.steps(3)?;
            unit.drained()?;
            equal!(unit.status()?, 0, "STATUS after the job was dropped");
        }
        if end % 4 == 0 {
            works(unit, &work)?;
        }
    }
    // A read that waits gives way to an abort and to the watchdog, which a job at work does not meet.
    for watchdog in [0, quiet(unit.config)] {
        unit.write(&regs::WATCHDOG, watchdog as u32)?;
        unit.begin(&work)?;
        unit.bus.request(&mut unit.dut, RES_WINDOW.offset, None)?;
        for _ in 0..30 {
            holds!(unit.bus.look(&mut unit.dut)?.is_none(), "a read of an empty window does not wait");
            unit.step()?;
        }
        let mut answer = None;
        for cycle in 0..watchdog + arriving(unit.config) + PIPELINE {
            if watchdog == 0 && cycle == 0 {
                unit.bus.request(&mut unit.dut, regs::CTRL.offset, Some((regs::CTRL_ABORT.mask(), 0xF)))?;
            }
            let (written, read) = unit.bus.look_both(&mut unit.dut)?;
            holds!(written.is_none_or(|(okay, _)| okay), "an abort is refused");
            answer = answer.or(read);
            unit.step()?;
        }
        holds!(answer.is_some_and(|(okay, _)| !okay), "a read that waited for a dropped job: {answer:?}");
        unit.drained()?;
        equal!(unit.status()? & regs::STATUS_BUSY.mask(), 0, "busy after the job was dropped");
        let found = [unit.status()?, unit.read(&regs::ERR_CODE)?];
        let expected = if watchdog == 0 { [0, 0] } else { [regs::STATUS_ERROR.mask(), ErrorCode::Watchdog as u32] };
        equal!(found, expected, "STATUS and ERR_CODE when a read waited");
        unit.write(&regs::STATUS, regs::STATUS_ERROR.mask())?;
        unit.write(&regs::IRQ_STAT, regs::IRQ_STAT_ERROR.mask())?;
        works(unit, &work)?;
    }
    Ok(())
}
