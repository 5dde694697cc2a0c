//! Checks of the counters, event by event.

use trine_driver::Counters;
use trine_spec::registers::{self as regs, Access, Register, registers};

use super::feed::Pace;
use super::unit::DrivenUnit;
use super::weights::memory;
use super::work::Work;
use super::{Found, equal, holds};

/// Every beat counts once, when it moves.
pub(super) fn events(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let work = Work::small(c, 1);
    unit.works(&work)?;
    unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
    equal!(unit.counters()?, Counters::default(), "counters after a clear");
    unit.steps(100)?;
    equal!(unit.counters()?, Counters::default(), "counters of an idle unit");
    // Activations alone, weights alone: what the unit takes is what it counts.
    for only in 0..2 {
        unit.drop_streams();
        unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
        let before: Vec<u64> = unit.feeds.iter().map(|feed| feed.taken).collect();
        let none = vec![];
        unit.send(if only == 0 { &work.acts } else { &none }, if only == 1 { &work.weights } else { &none });
        unit.start(work.shape)?;
        unit.steps(200)?;
        let counted = unit.counters()?;
        let taken: Vec<u64> = unit.feeds.iter().zip(&before).map(|(feed, before)| feed.taken - before).collect();
        equal!([counted.act_beats, counted.wgt_beats, counted.res_beats], [taken[0], taken[1], 0], "beats");
        equal!(counted.active, 0, "issues without data");
        unit.drop_streams();
        unit.write(&regs::CTRL, regs::CTRL_ABORT.mask())?;
    }
    unit.works(&work).map(drop)
}

/// A stream that pauses longer costs as many cycles more, and they are counted under its name.
pub(super) fn stalls(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let work = long(unit);
    let late = |unit: &mut DrivenUnit<'_>, which: usize, by: u64| -> Found<Counters> {
        // Long enough for the register accesses that start the job, and for the result buffer to fill up.
        let at = unit.cycle() + 100 + if which == 2 { 2 * work.shape.cycles(c) } else { 0 };
        let pace = |i: usize| Pace::new(if i == which { at + by } else { 0 }, 0.0, 0);
        unit.pace(pace(0), pace(1), pace(2));
        unit.works(&work)
    };
    for which in 0..3 {
        let base = late(unit, which, 100)?;
        for more in [1, 2, 7, 64, 333] {
            let mut expected = base;
            let name = match which {
                0 => &mut expected.stall_act,
                1 => &mut expected.stall_wgt,
                _ => &mut expected.stall_out,
            };
            *name += more;
            expected.cycles += more;
            equal!(late(unit, which, 100 + more)?, expected, "counters with stream {which} {more} cycles later");
        }
    }
    unit.eager();
    // The host never waits: every cycle of the job has a name, but for those of the pipeline.
    for m in 1..=c.max_tokens() {
        let work = Work::new(c, (m, (2 * c.lanes()).min(c.max_depth()), 3 * c.columns()), m as u64);
        let counted = unit.works(&work)?;
        let beats = c.beats_per_tile();
        let between = (work.shape.tiles(c) - 1) * beats.saturating_sub(m) as u64;
        let first = first_stalls(unit, m)?;
        equal!(counted.stall_act, first.0, "waiting for activations, {m} tokens");
        equal!(counted.stall_wgt, first.1 + between, "waiting for weights, {m} tokens");
        equal!(counted.stall_out, 0, "waiting for room, {m} tokens");
    }
    Ok(())
}

/// A unit that waits for activations and for room waits for activations, and one whose results wait waits for nothing.
pub(super) fn precedence(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    // As many results as fit with the two places that the sequencer keeps.
    let work = Work::new(c, (1, 1, (c.result_room() - 2) * c.columns()), 17);
    unit.starts_unread(&work)?;
    unit.steps(work.shape.cycles(c) + 200)?;
    let counted = unit.counters()?;
    equal!((counted.active, counted.stall_out), (work.results.len() as u64, 0), "issues, and cycles without room");
    unit.eager();
    unit.completes(&work)?;
    let room = super::jobs::fill(unit)? as usize;
    if room >= c.max_tokens() {
        return Ok(());
    }
    let work = Work::new(c, (c.max_tokens(), 1, c.columns()), 14);
    unit.pace(Pace::eager(), Pace::eager(), Pace::new(u64::MAX, 0.0, 0));
    unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
    unit.send(&work.acts[..room], &work.weights);
    if let Some((_, marked)) = unit.feeds[0].queue.back_mut() {
        *marked = false;
    }
    unit.start(work.shape)?;
    unit.steps(300)?;
    let first = unit.counters()?;
    unit.steps(100)?;
    let second = unit.counters()?;
    equal!(first.active, room as u64, "issues without room and activations");
    holds!(second.stall_act >= first.stall_act + 100, "waiting for activations is not counted");
    equal!(second, Counters { cycles: second.cycles, stall_act: second.stall_act, ..first }, "other counters");
    unit.eager();
    unit.send(&work.acts[room..], &[]);
    unit.completes(&work)
}

/// Runs a job on a fresh unit in which every counter has something to show: streams come late, one after the other.
pub(super) fn busy(unit: &mut DrivenUnit<'_>, work: &Work) -> Found<Counters> {
    unit.renew(&memory(200, 0.0, 0)?)?;
    let length = work.shape.cycles(unit.config);
    let at = unit.cycle() + 100;
    let pace = |by: u64| Pace::new(at + by, 0.0, 0);
    unit.pace(pace(0), pace(40), pace(40 + 3 * length));
    let counted = unit.works(work)?;
    unit.eager();
    let all = [counted.cycles, counted.active, counted.stall_act, counted.stall_wgt, counted.stall_out];
    holds!(all.iter().all(|count| *count > 0), "a job in which everything waits: {counted:?}");
    Ok(counted)
}

/// A job with more results than there is room for.
pub(super) fn long(unit: &DrivenUnit<'_>) -> Work {
    let c = unit.config;
    let results = 4 * c.result_room();
    let m = c.max_tokens().min(2);
    Work::new(c, (m, c.lanes().min(c.max_depth()), results.div_ceil(m) * c.columns()), 7)
}

/// Events that the first issue of a job waits for: lane chunks, then its tile.
fn first_stalls(unit: &DrivenUnit<'_>, m: usize) -> Found<(u64, u64)> {
    let c = unit.config;
    let chunks = m * (2 * c.lanes()).min(c.max_depth()).div_ceil(c.lanes());
    let acts = chunks.min(4) as u64;
    Ok((acts, (c.beats_per_tile() as u64).saturating_sub(acts)))
}

/// A snapshot keeps what it copied; a clear does not reach it.
pub(super) fn snapshots(unit: &mut DrivenUnit<'_>) -> Found {
    let work = long(unit);
    let counted = busy(unit, &work)?;
    unit.steps(20)?;
    equal!(unit.copies()?, counted, "copies later on");
    let read_only = |register: &&Register| register.fields.iter().all(|field| field.access == Access::ReadOnly);
    for register in registers(unit.config).filter(read_only) {
        unit.write(register, u32::MAX)?;
        equal!(unit.copies()?, counted, "copies after {} was written", register.name);
        equal!(unit.counters()?, counted, "counters after {} was written", register.name);
    }
    unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
    equal!(unit.copies()?, counted, "copies after a clear");
    unit.write(&regs::PERF_CTRL, 0)?;
    unit.write(&regs::PERF_CTRL, !3)?;
    equal!(unit.copies()?, counted, "copies after a write without an action");
    unit.drop_streams();
    unit.send(&work.acts, &work.weights);
    unit.start(work.shape)?;
    unit.collect(work.results.len())?;
    unit.steps(12)?;
    equal!(unit.copies()?, counted, "copies after another job");
    // Both at once: the copy is of before the clear.
    unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask() | regs::PERF_CTRL_SNAPSHOT.mask())?;
    let both = unit.copies()?;
    holds!(both != counted && both.active == counted.active, "copies of a snapshot with a clear: {both:?}");
    equal!(unit.counters()?, Counters::default(), "counters after both");
    equal!(unit.read(&regs::JOBS)?, 0, "JOBS after a clear");
    unit.write(&regs::STATUS, regs::STATUS_DONE.mask())?;
    let counted = unit.works(&work)?;
    equal!(unit.read(&regs::JOBS)?, 1, "JOBS");
    unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
    // Counters go on from job to job.
    unit.works(&work)?;
    let twice = |unit: &mut DrivenUnit<'_>| -> Found<Counters> {
        unit.drop_streams();
        unit.send(&work.acts, &work.weights);
        unit.start(work.shape)?;
        unit.collect(work.results.len())?;
        unit.steps(12)?;
        unit.counters()
    };
    equal!(twice(unit)?, counted * 2, "counters of two jobs");
    equal!(twice(unit)?, counted * 3, "counters of three jobs");
    equal!(unit.read(&regs::JOBS)?, 3, "JOBS of three");
    // A clear while events go on loses none of the later ones: cycles are counted from it on.
    unit.drop_streams();
    unit.start(work.shape)?;
    unit.steps(20)?;
    unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
    let first = unit.counters()?.cycles;
    unit.steps(10)?;
    let second = unit.counters()?.cycles;
    unit.steps(1010)?;
    let third = unit.counters()?.cycles;
    equal!(third - second, second - first + 1000, "cycles between snapshots");
    unit.write(&regs::CTRL, regs::CTRL_SOFT_RESET.mask())?;
    equal!(unit.copies()?, Counters::default(), "copies after a soft reset");
    // Events are counted a cycle late: those of the job's last two cycles come after the reset.
    let after = unit.counters()?;
    let late = [after.cycles, after.active, after.stall_act, after.stall_wgt, after.stall_out];
    holds!(late.iter().all(|events| *events <= 2), "counters after a soft reset: {after:?}");
    unit.steps(50)?;
    equal!(unit.counters()?, after, "counters of an idle unit after a soft reset");
    Ok(())
}
