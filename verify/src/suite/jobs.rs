//! Whole jobs: shapes at their borders, exact results and cycles, interrupts, tags, pauses and back-pressure.

use trine_spec::config::clog2;
use trine_spec::registers::{self as regs, ErrorCode};

use super::feed::Pace;
use super::unit::DrivenUnit;
use super::weights::memory;
use super::work::Work;
use super::{Found, equal, holds};

/// Sizes around multiples of `unit`, at most `most`.
fn around(unit: usize, most: usize) -> Vec<usize> {
    let mut sizes = vec![1, unit.saturating_sub(1), unit, unit + 1, 2 * unit, 2 * unit + 1, 3 * unit, 4 * unit - 1];
    sizes.retain(|size| (1..=most).contains(size));
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// Number of sizes that are tried one by one.
const ALL: u32 = 128;

/// Shapes out of range are refused at once and leave the unit idle; those at the borders are not.
pub(super) fn shapes(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    // No weights come while a job is looked at.
    unit.renew(&memory(60, 0.0, 0)?)?;
    let (m, k) = (c.max_tokens() as u32, c.max_depth() as u32);
    let beyond = |most: u32, bits: usize| {
        let powers = (0..bits).flat_map(|bit| [1 << bit, (1 << bit) + 1]);
        let near = (most + 1..).take_while(move |size| *size < 1 << bits).take(ALL as usize);
        [0].into_iter().chain(near).chain(powers.filter(move |power| *power > most)).chain([(1 << bits) - 1])
    };
    let tokens = beyond(m, regs::TOKENS_M.width).map(|m| (m, 1, 1));
    let depths = beyond(k, regs::DEPTH_K.width).map(|k| (1, k, 1));
    for (m, k, n) in tokens.chain(depths).chain([(1, 1, 0)]) {
        unit.shape(m, k, n)?;
        unit.write(&regs::CTRL, regs::CTRL_START.mask())?;
        unit.steps(4)?;
        unit.silent()?;
        unit.failed(ErrorCode::Shape)?;
    }
    let bits = |bits: usize| (0..bits).map(|bit| 1u32 << bit);
    let within = |most: u32| bits(32).filter(move |size| *size <= most).chain(1..=most.min(ALL)).chain([most]);
    let tokens = within(m).map(|m| (m, 1, 1));
    let depths = within(k).map(|k| (1, k, 1));
    let outputs = bits(regs::OUTPUTS_N.width).map(|n| (1, 1, n));
    for (m, k, n) in tokens.chain(depths).chain(outputs) {
        unit.shape(m, k, n)?;
        unit.write(&regs::CTRL, regs::CTRL_START.mask())?;
        unit.steps(6)?;
        equal!(unit.status()?, regs::STATUS_BUSY.mask(), "STATUS of a job of {m} x {k} x {n}");
        equal!(unit.read(&regs::ERR_CODE)?, 0, "ERR_CODE of a job under way");
        unit.abort()?;
        equal!(unit.status()?, 0, "STATUS after an abort");
    }
    Ok(())
}

/// All sizes around one, two and three units: results, cycles and beats are exact.
pub(super) fn sizes(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let mut seed = 0;
    for m in around(2, c.max_tokens()) {
        for k in around(c.lanes(), c.max_depth()) {
            for n in around(c.columns(), 4 * c.columns()) {
                seed += 1;
                let work = Work::new(c, (m, k, n), seed);
                let counted = unit.works(&work)?;
                unit.in_time(&counted, &work)?;
                equal!(counted.active, work.shape.tiles(c) * m as u64, "active cycles of {:?}", work.shape);
                let beats = [&work.acts, &work.weights].map(|beats| beats.len() as u64);
                equal!([counted.act_beats, counted.wgt_beats], beats, "beats of {:?}", work.shape);
                equal!(counted.res_beats, work.results.len() as u64, "result beats of {:?}", work.shape);
            }
        }
    }
    Ok(())
}

/// `irq` is high exactly while an enabled interrupt is pending.
pub(super) fn interrupts(unit: &mut DrivenUnit<'_>) -> Found {
    let (done, error) = (regs::IRQ_STAT_DONE.mask(), regs::IRQ_STAT_ERROR.mask());
    let follows = |unit: &mut DrivenUnit<'_>, pending: u32| -> Found {
        for enabled in [0, done, error, done | error] {
            unit.write(&regs::IRQ_EN, enabled)?;
            equal!(unit.irq()?, enabled & pending != 0, "irq, {enabled:#x} of {pending:#x} enabled");
            equal!(unit.read(&regs::IRQ_STAT)?, pending, "IRQ_STAT");
        }
        unit.write(&regs::IRQ_EN, 0)
    };
    follows(unit, 0)?;
    unit.shape(0, 0, 0)?;
    unit.write(&regs::CTRL, regs::CTRL_START.mask())?;
    unit.steps(4)?;
    follows(unit, error)?;
    unit.write(&regs::IRQ_STAT, done)?;
    follows(unit, error)?;
    if !unit.config.windows() {
        let work = Work::small(unit.config, 1);
        unit.send(&work.acts, &work.weights);
        unit.start(work.shape)?;
        unit.collect(work.results.len())?;
        unit.steps(12)?;
        follows(unit, done | error)?;
        equal!(unit.status()?, regs::STATUS_DONE.mask() | regs::STATUS_ERROR.mask(), "STATUS");
        unit.write(&regs::STATUS, regs::STATUS_ERROR.mask())?;
        equal!(unit.status()?, regs::STATUS_DONE.mask(), "STATUS without its error");
        unit.write(&regs::IRQ_STAT, error)?;
        follows(unit, done)?;
        unit.write(&regs::IRQ_STAT, done)?;
    } else {
        unit.write(&regs::IRQ_STAT, error)?;
    }
    follows(unit, 0)
}

/// Whatever the tag, it comes back with its job and with no other.
pub(super) fn tags(unit: &mut DrivenUnit<'_>) -> Found {
    if unit.config.windows() {
        return Ok(());
    }
    let work = Work::new(unit.config, (1, 1, 1), 3);
    let mut done = 0;
    for (jobs, tag) in (0..32).map(|bit| 1u32 << bit).chain([u32::MAX, 0, 0x5555_AAAA]).enumerate() {
        unit.drop_streams();
        unit.write(&regs::JOB_TAG, tag)?;
        unit.begin(&work)?;
        unit.write(&regs::JOB_TAG, !tag)?;
        equal!(unit.read(&regs::DONE_TAG)?, done, "DONE_TAG while the next job runs");
        unit.send(&work.acts, &[]);
        unit.collect(1)?;
        unit.steps(12)?;
        equal!(unit.read(&regs::DONE_TAG)?, tag, "DONE_TAG");
        done = tag;
        unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_SNAPSHOT.mask())?;
        equal!(unit.read(&regs::JOBS)?, jobs as u32 + 1, "JOBS");
    }
    // A job that is dropped leaves the tag of the one before.
    unit.write(&regs::JOB_TAG, 0x1234_5678)?;
    unit.start(work.shape)?;
    unit.write(&regs::CTRL, regs::CTRL_ABORT.mask())?;
    equal!(unit.read(&regs::DONE_TAG)?, done, "DONE_TAG after an abort");
    unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_SNAPSHOT.mask())?;
    equal!(unit.read(&regs::JOBS)?, 35, "JOBS after an abort");
    Ok(())
}

/// Beats are taken only while a job runs, and none after the marked ones.
pub(super) fn idle(unit: &mut DrivenUnit<'_>) -> Found {
    let work = Work::small(unit.config, 4);
    for round in 0..2 {
        unit.drop_streams();
        unit.send(&work.acts, &work.weights);
        for _ in 0..30 {
            unit.silent()?;
            unit.step()?;
        }
        let before: Vec<u64> = unit.feeds.iter().map(|feed| feed.taken).collect();
        unit.start(work.shape)?;
        unit.collect(work.results.len())?;
        let taken: Vec<u64> = unit.feeds.iter().zip(&before).map(|(feed, before)| feed.taken - before).collect();
        equal!(taken, unit.beats(&work), "beats taken in round {round}");
        unit.steps(12)?;
        unit.silent()?;
        // What is offered beyond the marks while results wait is not taken either.
        unit.drop_streams();
        unit.pace(Pace::eager(), Pace::eager(), Pace::new(u64::MAX, 0.0, 0));
        unit.send(&work.acts, &work.weights);
        unit.start(work.shape)?;
        unit.steps(200)?;
        unit.send(&work.acts, &work.weights);
        unit.steps(20)?;
        let taken: Vec<u64> = unit.feeds.iter().zip(&before).map(|(feed, before)| feed.taken - before).collect();
        let twice: Vec<u64> = unit.beats(&work).iter().map(|beats| 2 * beats).collect();
        equal!(taken, twice, "beats taken beyond the marks");
        equal!(unit.status()? & regs::STATUS_BUSY.mask(), 1, "busy while results wait");
        unit.eager();
        unit.collect(work.results.len())?;
        unit.steps(12)?;
        unit.drop_streams();
        unit.write(&regs::STATUS, regs::STATUS_DONE.mask())?;
    }
    Ok(())
}

/// A job is what it was at its start; a second start is refused.
pub(super) fn writes_while_busy(unit: &mut DrivenUnit<'_>) -> Found {
    let work = Work::small(unit.config, 5);
    let gate = |unit: &mut DrivenUnit<'_>| {
        unit.drop_streams();
        unit.send(&work.acts, &work.weights);
        let wait = Pace::new(unit.cycle() + 300, 0.0, 0);
        unit.pace(wait.clone(), wait, Pace::eager());
    };
    let shape = work.shape;
    gate(unit);
    unit.start(shape)?;
    // From the very next cycle on.
    for _ in 0..3 {
        unit.refused(regs::CTRL.offset, Some((regs::CTRL_START.mask(), 0xF)))?;
        holds!(unit.status()? == regs::STATUS_BUSY.mask(), "a refused start ends the job");
    }
    unit.refused(regs::CTRL.offset, Some((u32::MAX, 0xF)))?;
    // Words without an action that this unit has.
    for value in [0, 0xFFFF_FFE0] {
        unit.write(&regs::CTRL, value)?;
        equal!(unit.status()?, regs::STATUS_BUSY.mask(), "STATUS after a write without an action");
    }
    let place = [&regs::WGT_BASE, &regs::WGT_LENGTH].into_iter().filter(|_| unit.config.memory());
    for register in [&regs::TOKENS, &regs::DEPTH, &regs::OUTPUTS, &regs::JOB_TAG].into_iter().chain(place) {
        unit.write(register, 1)?;
        unit.write(register, u32::MAX)?;
    }
    unit.completes(&work)?;
    // Another value in CTRL does nothing.
    unit.write(&regs::CTRL, 0xFFFF_FFE0)?;
    unit.steps(5)?;
    equal!(unit.status()?, 0, "STATUS after a write without an action");
    unit.eager();
    unit.works(&work).map(drop)
}

/// Pauses on any channel change when things happen, never what.
pub(super) fn pauses(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    for seed in 0..60u64 {
        let draw =
            |place: u64, most: usize| 1 + (seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (8 * place)) as usize % most;
        let shape = (draw(1, c.max_tokens()), draw(2, c.max_depth().min(3 * c.lanes() + 1)), draw(4, 4 * c.columns()));
        let work = Work::new(c, shape, seed);
        let rates = [0.0, 0.3, 0.6, 0.9];
        let pace = |place: u64| Pace::new(0, rates[(seed >> (2 * place)) as usize % 4], seed + place);
        unit.pace(pace(0), pace(1), pace(2));
        let counted = unit.works(&work)?;
        equal!(counted.active, work.shape.tiles(c) * shape.0 as u64, "active cycles of {shape:?}");
        equal!(counted.res_beats, work.results.len() as u64, "result beats of {shape:?}");
        holds!(counted.cycles >= work.shape.cycles(c), "{shape:?} took less than its cycles");
    }
    Ok(())
}

/// Issues of a job whose results nobody takes, which is dropped when there is no room any more.
pub(super) fn fill(unit: &mut DrivenUnit<'_>) -> Found<u64> {
    let c = unit.config;
    let (m, room) = (c.max_tokens(), c.result_room());
    let work = Work::new(c, (m, c.lanes().min(c.max_depth()), (room / m + 2) * c.columns()), 7);
    unit.starts_unread(&work)?;
    unit.steps((4 * room * c.beats_per_tile().max(4)) as u64)?;
    let issues = unit.counters()?.active;
    unit.drops(&regs::CTRL_ABORT)?;
    unit.eager();
    Ok(issues)
}

/// Results that nobody takes pile up until there is no room, and none is lost.
pub(super) fn back_pressure(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let room = c.result_room();
    let m = c.max_tokens();
    let passes = (2 * room).div_ceil(m) + 2;
    for (k, open) in [(1, 1), (c.lanes().min(c.max_depth()), 3), ((c.lanes() + 1).min(c.max_depth()), 2)] {
        let work = Work::new(c, (m, k, passes * c.columns() - (clog2(c.columns()).min(c.columns() - 1))), k as u64);
        unit.starts_unread(&work)?;
        unit.steps((4 * room * c.beats_per_tile().max(4)) as u64)?;
        let first = unit.counters()?;
        unit.steps(50)?;
        let second = unit.counters()?;
        equal!(second.active, first.active, "issues while there is no room");
        if k <= c.lanes() {
            // The sequencer keeps two places, which are filled when issues follow one another without a gap.
            let (taken, kept) = (first.active as usize, if c.beats_per_tile() <= m { 0 } else { 2 });
            holds!((room - kept..=room).contains(&taken), "{taken} results where there is room for {room}");
        }
        holds!(second.stall_out > first.stall_out + 50, "waiting for room is not counted");
        equal!((second.stall_act, second.stall_wgt), (first.stall_act, first.stall_wgt), "other stalls");
        unit.pace(Pace::eager(), Pace::eager(), Pace::new(0, 1.0 - 1.0 / f64::from(open), 9));
        unit.completes(&work)?;
        unit.eager();
        unit.works(&Work::small(c, 3))?;
    }
    Ok(())
}
