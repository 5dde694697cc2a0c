//! Jobs and waits that take many cycles.

use trine_spec::registers::{self as regs, ErrorCode};

use super::faults::WATCHDOG_SLACK;
use super::feed::Pace;
use super::unit::DrivenUnit;
use super::work::Work;
use super::{Found, equal};

/// As many tokens and as deep as the unit takes, so that every word of its memories is used.
pub(super) fn jobs(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let sizes = [
        (c.max_tokens(), c.max_depth(), 2 * c.columns() + 1),
        (c.max_tokens(), c.max_depth().saturating_sub(1).max(1), c.columns()),
        (1, c.max_depth(), c.columns()),
        (2.min(c.max_tokens()), c.max_depth(), c.columns()),
        (c.max_tokens(), 1, 9 * c.columns()),
    ];
    for (shape, seed) in sizes.into_iter().zip(21..) {
        for kind in 0..6 {
            let work = Work::new(c, shape, seed + 100 * kind);
            let counted = unit.works(&work)?;
            unit.in_time(&counted, &work)?;
        }
    }
    Ok(())
}

/// The unit takes as many lane chunks as it has room for, marked or not.
pub(super) fn overflow(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let work = Work::new(c, (c.max_tokens(), c.max_depth(), 1), 31);
    for (pauses, seed) in [0.0, 0.0, 0.3, 0.6, 0.9].into_iter().zip(0..) {
        let before = unit.feeds[0].taken;
        unit.drop_streams();
        unit.pace(Pace::new(0, pauses, seed), Pace::eager(), Pace::eager());
        unit.feeds[0].queue.extend(work.acts.iter().chain(&work.acts).map(|beat| (beat.clone(), false)));
        unit.start(work.shape)?;
        unit.steps(((4 * c.act_words()) as f64 / (1.0 - pauses)) as u64 + 50)?;
        equal!(unit.feeds[0].taken - before, c.act_words() as u64, "lane chunks taken without a mark");
        unit.drop_streams();
        unit.abort()?;
        unit.steps(3)?;
        unit.eager();
        unit.works(&work)?;
    }
    Ok(())
}

/// Activations that come with pauses, that are offered on and on behind their mark, or whose last one is kept back.
pub(super) fn sources(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let work = Work::new(c, (c.max_tokens(), c.max_depth(), 2 * c.columns()), 33);
    let last = work.acts.len() - 1;
    for (pauses, seed) in [0.2, 0.5, 0.8].into_iter().zip(0..) {
        unit.pace(Pace::new(0, pauses, seed), Pace::eager(), Pace::eager());
        unit.works(&work)?;
    }
    unit.eager();
    unit.drop_streams();
    unit.send(&work.acts, &work.weights);
    let (acts, illegal) = (work.acts.iter().rev().cloned(), vec![vec![0x7A; c.weight_bus() / 8]; work.weights.len()]);
    unit.feeds[0].queue.extend(acts.map(|beat| (beat, false)));
    unit.feeds.iter_mut().skip(1).for_each(|feed| feed.queue.extend(illegal.iter().map(|beat| (beat.clone(), false))));
    unit.start(work.shape)?;
    unit.completes(&work)?;
    unit.drop_streams();
    unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
    unit.send(&work.acts, &work.weights);
    let kept = unit.feeds[0].queue.pop_back();
    // Weights wait until all the others are there.
    unit.pace(Pace::eager(), Pace::new(unit.cycle() + last as u64 + 100, 0.0, 0), Pace::eager());
    unit.start(work.shape)?;
    unit.steps(work.shape.cycles(c) + 2 * last as u64 + 100)?;
    equal!(unit.counters()?.active, last as u64, "issues without the last lane chunk");
    unit.feeds[0].queue.extend(kept);
    unit.completes(&work)?;
    unit.eager();
    unit.works(&work).map(drop)
}

/// Limits that need more than a few bits.
pub(super) fn watchdog(unit: &mut DrivenUnit<'_>) -> Found {
    let work = Work::new(unit.config, (1, 1, 1), 8);
    for limit in [0x0101, 0x2000, 0x4001, 0x8000, 0x1_0000, 0x1_8001] {
        unit.write(&regs::WATCHDOG, limit)?;
        unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
        unit.start(work.shape)?;
        unit.steps(u64::from(limit) + 20)?;
        unit.failed(ErrorCode::Watchdog)?;
        let counted = unit.counters()?;
        equal!(counted.cycles as i64, i64::from(limit) + WATCHDOG_SLACK, "cycles of a limit of {limit}");
        equal!(counted.stall_act + 1, counted.cycles, "cycles waiting for activations");
    }
    // A limit far away does not come near because of its lower bits.
    for limit in [0x0100_0200, 0x0001_0300, 0xFF00_0201, 0x8000_0400, 0x4000_0180, 0x8000_0000] {
        unit.write(&regs::WATCHDOG, limit)?;
        unit.start(work.shape)?;
        unit.steps(3000)?;
        equal!(unit.status()?, regs::STATUS_BUSY.mask(), "STATUS with a watchdog of {limit:#x}");
        unit.write(&regs::CTRL, regs::CTRL_ABORT.mask())?;
    }
    unit.write(&regs::WATCHDOG, 0)?;
    unit.works(&work).map(drop)
}

/// Passes by the thousand.
pub(super) fn outputs(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    // Largest N that still simulates in seconds; it also covers the last pass.
    let most = if c.tile_trits() > 2000 { 1 << 16 } else { (1 << 19) + c.columns() + 1 };
    for n in [1 << 10, (1 << 12) + 1, (1 << 14) - 1, 1 << 15, most] {
        let work = Work::new(c, (1, 1, n), n as u64);
        let counted = unit.works(&work)?;
        unit.in_time(&counted, &work)?;
    }
    Ok(())
}
