//! Checks of faulty streams: each ends a job, with its code and without a result.

use trine_spec::WeightCode;
use trine_spec::packing::{base3_decode, pack};
use trine_spec::registers::{self as regs, ErrorCode};

use super::feed::Pace;
use super::unit::DrivenUnit;
use super::work::Work;
use super::{Found, equal, holds};

/// Streams beats as they are, with their marks, and waits until the job is over.
pub(super) fn ends(unit: &mut DrivenUnit<'_>, work: &Work, marks: [Option<usize>; 2], code: ErrorCode) -> Found {
    streams(unit, work, marks);
    over(unit, work, code)
}

/// Gives beats to the sources, marked where it is said.
fn streams(unit: &mut DrivenUnit<'_>, work: &Work, marks: [Option<usize>; 2]) {
    unit.drop_streams();
    unit.eager();
    for ((feed, beats), mark) in unit.feeds.iter_mut().zip([&work.acts, &work.weights]).zip(marks) {
        feed.queue.extend(beats.iter().enumerate().map(|(i, beat)| (beat.clone(), Some(i) == mark)));
    }
    // From memory the last beat is the marked one.
    if let Some(memory) = &mut unit.memory {
        memory.give(work.weights.clone());
    }
    unit.reads(marks[1].unwrap_or(work.weights.len()) + 1);
}

/// Starts the job, which has to end for this reason.
fn over(unit: &mut DrivenUnit<'_>, work: &Work, code: ErrorCode) -> Found {
    unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
    unit.start(work.shape)?;
    for _ in 0..400 {
        if unit.status()? & regs::STATUS_BUSY.mask() == 0 {
            break;
        }
    }
    let results = unit.drain.as_ref().map_or(0, |drain| drain.beats.len());
    holds!(results < work.results.len(), "the last result came in spite of {code:?}");
    unit.drop_streams();
    unit.step_unwatched()?;
    unit.steps(8)?;
    unit.silent()?;
    unit.failed(code)?;
    let (issues, most) = (unit.counters()?.active, work.shape.tiles(unit.config) * work.shape.m as u64);
    holds!(issues <= most, "{issues} issues of a job of {most}");
    Ok(())
}

/// The same with activations that come when weights have waited for a while.
fn ends_late(unit: &mut DrivenUnit<'_>, work: &Work, marks: [Option<usize>; 2], code: ErrorCode) -> Found {
    // The job's registers are written before.
    let late = Pace::new(unit.cycle() + 150, 0.0, 0);
    streams(unit, work, marks);
    unit.pace(late, Pace::eager(), Pace::eager());
    over(unit, work, code)
}

/// A mark on any beat but the last one ends the job, and so does a last beat without one.
pub(super) fn marks(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let shapes = [
        (c.max_tokens().min(2), (2 * c.lanes()).min(c.max_depth()), c.columns() + 1),
        (1, 1, c.columns()),
        (c.max_tokens(), (3 * c.lanes()).min(c.max_depth()), 2 * c.columns()),
    ];
    for (shape, seed) in shapes.into_iter().zip(1..) {
        let work = Work::new(c, shape, seed);
        let last = [work.acts.len() - 1, work.weights.len() - 1];
        for early in 0..last[0] {
            ends(unit, &work, [Some(early), Some(last[1])], ErrorCode::ActivationsEarly)?;
            // Of a source that is slow too.
            streams(unit, &work, [Some(early), Some(last[1])]);
            unit.pace(Pace::new(0, 0.8, early as u64), Pace::eager(), Pace::eager());
            over(unit, &work, ErrorCode::ActivationsEarly)?;
        }
        for early in 0..last[1] {
            ends(unit, &work, [Some(last[0]), Some(early)], ErrorCode::WeightsEarly)?;
            ends_late(unit, &work, [Some(last[0]), Some(early)], ErrorCode::WeightsEarly)?;
        }
        // What follows the last tile does not make it early.
        for beyond in 1..=c.beats_per_tile() {
            let mut more = work.clone();
            more.weights.extend(work.weights[..beyond].to_vec());
            ends(unit, &more, [Some(last[0]), Some(last[1] + beyond)], ErrorCode::WeightsLate)?;
            ends_late(unit, &more, [Some(last[0]), Some(last[1] + beyond)], ErrorCode::WeightsLate)?;
        }
        ends(unit, &work, [None, Some(last[1])], ErrorCode::ActivationsLate)?;
        ends(unit, &work, [Some(last[0]), None], ErrorCode::WeightsLate)?;
        unit.works(&work)?;
    }
    Ok(())
}

/// Every illegal code, in every place of a beat, in any beat.
pub(super) fn illegal_codes(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let work = Work::small(c, 6);
    let last = [work.acts.len() - 1, work.weights.len() - 1].map(Some);
    let bytes: Vec<u8> = match c.weight_code() {
        WeightCode::Base3 => (0..=255).filter(|byte| base3_decode(*byte).is_none()).collect(),
        WeightCode::TwoBit => vec![0b10, 0b1000, 0b10_0000, 0b1000_0000],
    };
    for place in 0..c.weight_bus() / 8 {
        for byte in &bytes {
            let mut wrong = work.clone();
            let beat = (place * 3 + usize::from(*byte)) % work.weights.len();
            wrong.weights[beat][place] = *byte;
            ends(unit, &wrong, last, ErrorCode::IllegalTrit)?;
        }
    }
    for beat in 0..work.weights.len() {
        let mut wrong = work.clone();
        wrong.weights[beat][0] = bytes[0];
        ends(unit, &wrong, last, ErrorCode::IllegalTrit)?;
    }
    // Behind a tile that waits for activations the bench learns when it moves on.
    let mut wrong = Work::new(c, (1, 1, 3 * c.columns()), 16);
    wrong.weights[c.beats_per_tile()][0] = bytes[0];
    streams(unit, &wrong, [Some(0), Some(3 * c.beats_per_tile() - 1)]);
    let acts = std::mem::take(&mut unit.feeds[0].queue);
    unit.start(wrong.shape)?;
    unit.steps(100)?;
    equal!(unit.status()?, regs::STATUS_BUSY.mask(), "STATUS with an illegal code behind a tile that waits");
    unit.feeds[0].queue = acts;
    unit.steps(100)?;
    unit.drop_streams();
    unit.failed(ErrorCode::IllegalTrit)?;
    // Every legal byte is legal, and means what it says: all codes of five trits or four, in one column after another.
    let trits = c.weight_code().trits_per_byte();
    let combinations = 3usize.pow(trits as u32);
    for first in (0..combinations).step_by(c.columns()) {
        let mut work = Work::new(c, (1, trits.min(c.lanes()).min(c.max_depth()), c.columns()), first as u64);
        let k = work.shape.k;
        let trit = |n: usize, k: usize| ((first + n) % combinations / 3usize.pow(k as u32) % 3) as i8 - 1;
        let place = |i: usize| if i % c.lanes() < k { trit(i / c.lanes(), i % c.lanes()) } else { 0 };
        let mut tile: Vec<i8> = (0..c.tile_trits()).map(place).collect();
        tile.resize(c.beats_per_tile() * c.trits_per_beat(), 0);
        let mut bytes = vec![];
        pack(c.weight_code(), &tile, &mut bytes);
        work.weights = bytes.chunks(c.weight_bus() / 8).map(<[u8]>::to_vec).collect();
        let sum = |n: usize| (0..k).map(|k| i32::from(work.acts[0][k] as i8) * i32::from(trit(n, k))).sum();
        work.results[0].values = (0..c.columns()).map(sum).collect();
        unit.works(&work)?;
    }
    unit.works(&work).map(drop)
}

/// The watchdog ends a job after exactly its number of cycles without a beat, and each stream keeps it quiet.
pub(super) fn watchdog(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let work = Work::new(c, (1, 1, c.columns() + 1), 8);
    // Off: silence does not matter.
    unit.start(work.shape)?;
    unit.steps(700)?;
    equal!(unit.status()?, regs::STATUS_BUSY.mask(), "STATUS without a watchdog");
    unit.write(&regs::CTRL, regs::CTRL_ABORT.mask())?;
    let mut slack = None;
    for limit in [20, 21, 22, 24, 28, 36, 52, 84, 148, 255, 256, 257, 511, 513, 1025, 2049, 4097] {
        unit.write(&regs::WATCHDOG, limit)?;
        unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
        unit.start(work.shape)?;
        unit.steps(u64::from(limit) + 20)?;
        unit.failed(ErrorCode::Watchdog)?;
        let over = unit.counters()?.cycles as i64 - i64::from(limit);
        equal!(over, *slack.get_or_insert(over), "cycles beyond a limit of {limit}");
    }
    equal!(slack, Some(WATCHDOG_SLACK), "cycles beyond the limit");
    // Beats of one stream in every 30 cycles keep a watchdog of 40 quiet; then the job is right.
    unit.write(&regs::WATCHDOG, 60)?;
    for which in 0..3 {
        // One tile after which only activations move, or several behind one another.
        let shape = if which == 0 {
            (c.max_tokens(), c.lanes().min(c.max_depth()), c.columns())
        } else {
            (1, 1, 4 * c.columns())
        };
        let work = Work::new(c, shape, which);
        unit.drop_streams();
        unit.eager();
        unit.start(work.shape)?;
        let (acts, weights) = (work.acts.clone(), work.weights.clone());
        if which == 2 {
            let last = [acts.len() - 1, weights.len() - 1];
            for ((feed, beats), last) in unit.feeds.iter_mut().zip([acts, weights]).zip(last) {
                feed.queue.extend(beats.into_iter().enumerate().map(|(i, beat)| (beat, i == last)));
            }
            for result in 0..work.results.len() {
                unit.pace(Pace::eager(), Pace::eager(), Pace::new(unit.cycle() + 40, 0.0, 0));
                unit.collect(result + 1)?;
            }
        } else {
            // The other stream has sent all that it can before, and results wait.
            unit.pace(Pace::eager(), Pace::eager(), Pace::new(u64::MAX, 0.0, 0));
            let (own, other) = if which == 0 { (acts, weights) } else { (weights, acts) };
            let (own_feed, other_feed) = (which as usize, 1 - which as usize);
            let last = other.len() - 1;
            unit.feeds[other_feed].queue.extend(other.into_iter().enumerate().map(|(i, beat)| (beat, i == last)));
            let last = own.len() - 1;
            for (i, beat) in own.into_iter().enumerate() {
                unit.feeds[own_feed].queue.push_back((beat, i == last));
                unit.steps(40)?;
            }
            unit.eager();
            unit.collect(work.results.len())?;
        }
        unit.steps(12)?;
        equal!(unit.drain.as_ref().map(|drain| &drain.beats), Some(&work.results), "results with slow stream {which}");
        equal!(unit.status()?, regs::STATUS_DONE.mask(), "STATUS with slow stream {which}");
        unit.write(&regs::STATUS, regs::STATUS_DONE.mask())?;
        unit.write(&regs::IRQ_STAT, regs::IRQ_STAT_DONE.mask())?;
    }
    // A job that ends while a watchdog expires is done or is not, never both.
    let work = Work::new(c, (1, 1, 1), 9);
    for at in 0..work.shape.cycles(c) + 20 {
        unit.write(&regs::WATCHDOG, 0)?;
        unit.drop_streams();
        unit.send(&work.acts, &work.weights);
        unit.start(work.shape)?;
        unit.steps(at)?;
        unit.write(&regs::WATCHDOG, 1)?;
        // Beats of a large tile keep it quiet until they have come.
        for _ in 0..10 + work.shape.cycles(c) {
            unit.step_unwatched()?;
        }
        let expected = match unit.status()? {
            status if status == regs::STATUS_DONE.mask() => 0,
            status if status == regs::STATUS_ERROR.mask() => ErrorCode::Watchdog as u32,
            status => return Err(format!("STATUS {status:#x} with a watchdog that expires at the end of a job").into()),
        };
        equal!(unit.read(&regs::ERR_CODE)?, expected, "ERR_CODE with a watchdog that expires at the end of a job");
        unit.write(&regs::STATUS, u32::MAX)?;
        unit.write(&regs::IRQ_STAT, u32::MAX)?;
    }
    unit.drop_streams();
    // An idle unit has no watchdog.
    unit.eager();
    unit.write(&regs::WATCHDOG, 1)?;
    unit.steps(100)?;
    equal!(unit.status()?, 0, "STATUS of an idle unit");
    unit.write(&regs::WATCHDOG, 0)?;
    unit.works(&work).map(drop)
}

/// Cycles that a job which waits for everything counts beyond the watchdog's limit.
pub(super) const WATCHDOG_SLACK: i64 = 3;
