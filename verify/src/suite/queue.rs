//! Jobs that wait behind the one that runs: in order, read ahead, and dropped with it when it fails.

use trine_sim::{Fault, FaultKind, MemoryOptions};
use trine_spec::Config;
use trine_spec::packing::place;
use trine_spec::registers::{self as regs, ErrorCode, MEMORY_STEP};

use super::feed::Pace;
use super::unit::DrivenUnit;
use super::weights::{WeightMemory, memory};
use super::work::Work;
use super::{Found, equal, holds, windows};

/// QUEUE as it reads with this number of jobs that wait.
fn queue(open: bool, waiting: usize) -> u32 {
    regs::QUEUE_OPEN.at(open.into()) | regs::QUEUE_WAITING.at(waiting as u32)
}

/// Asks for a job, which starts if it is the first one, or follows; weights are in the memory, activations on their way.
fn asks(unit: &mut DrivenUnit<'_>, work: &Work, tag: u32, first: bool) -> Found {
    let acts: &[Vec<u8>] = if unit.config.windows() { &[] } else { &work.acts };
    unit.send(acts, &work.weights);
    unit.shape(work.shape.m as u32, work.shape.k as u32, work.shape.n as u32)?;
    unit.write(&regs::JOB_TAG, tag)?;
    match first {
        true => unit.write(&regs::CTRL, regs::CTRL_START.mask()),
        false => unit.write(&regs::QUEUE, regs::QUEUE_FOLLOW.mask()),
    }
}

fn follow_refused(unit: &mut DrivenUnit<'_>) -> Found {
    unit.refused(regs::QUEUE.offset, Some((regs::QUEUE_FOLLOW.mask(), 0xF))).map(drop)
}

/// A job follows only where there is room and nothing went wrong.
pub(super) fn room(unit: &mut DrivenUnit<'_>) -> Found {
    let work = Work::small(unit.config, 51);
    for (latency, action) in [(1, regs::CTRL_ABORT), (80, regs::CTRL_ABORT), (80, regs::CTRL_SOFT_RESET)] {
        unit.renew(&memory(latency, 0.0, 0)?)?;
        equal!(unit.read(&regs::QUEUE)?, 0, "QUEUE before the first start");
        follow_refused(unit)?;
        unit.drop_streams();
        // Nobody sends activations.
        unit.begin(&work)?;
        unit.steps(12)?;
        for waiting in 0..Config::QUEUE {
            equal!(unit.read(&regs::QUEUE)?, queue(true, waiting), "QUEUE behind a job that runs");
            unit.refused(regs::CTRL.offset, Some((regs::CTRL_START.mask(), 0xF)))?;
            unit.write(&regs::QUEUE, regs::QUEUE_FOLLOW.mask())?;
        }
        equal!(unit.read(&regs::QUEUE)?, queue(false, Config::QUEUE), "a full QUEUE");
        follow_refused(unit)?;
        unit.write(&regs::CTRL, action.mask())?;
        unit.drained()?;
        equal!((unit.status()?, unit.read(&regs::QUEUE)?), (0, 0), "STATUS and QUEUE after jobs were dropped");
        follow_refused(unit)?;
        unit.drop_streams();
        in_order(unit, std::slice::from_ref(&work), 7)?;
        equal!(unit.read(&regs::QUEUE)?, queue(true, 0), "QUEUE of an idle unit behind a job that went well");
        // A job may follow one that is over.
        unit.drop_streams();
        unit.send(if unit.config.windows() { &[] } else { &work.acts }, &work.weights);
        unit.shape(work.shape.m as u32, work.shape.k as u32, work.shape.n as u32)?;
        unit.write(&regs::QUEUE, regs::QUEUE_FOLLOW.mask())?;
        match unit.config.windows() {
            true => complete(unit, &work)?,
            false => unit.completes(&work)?,
        }
        unit.write(&regs::STATUS, regs::STATUS_DONE.mask())?;
        unit.write(&regs::IRQ_STAT, regs::IRQ_STAT_DONE.mask())?;
    }
    Ok(())
}

/// All accesses to windows of a job.
fn complete(unit: &mut DrivenUnit<'_>, work: &Work) -> Found {
    for (number, step) in windows::steps(unit, work).into_iter().enumerate() {
        holds!(windows::make(unit, step, number)?, "access {number}, {step:x?}, is refused");
    }
    Ok(())
}

/// Runs jobs one behind another, as many waiting as there is room for; results, state, tag and counts have to be right.
fn in_order(unit: &mut DrivenUnit<'_>, works: &[Work], tag: u32) -> Found<u64> {
    ordered(unit, works, tag, false)
}

/// The same, with `runs` of weights in some of the jobs.
fn ordered(unit: &mut DrivenUnit<'_>, works: &[Work], tag: u32, runs: bool) -> Found<u64> {
    let c = unit.config;
    let read = unit.traffic()?.beats;
    unit.drop_streams();
    unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
    let mut done = 0;
    for (i, work) in works.iter().enumerate() {
        while i > 0 && regs::QUEUE_OPEN.of(unit.read(&regs::QUEUE)?) == 0 {
            match works.get(done).filter(|_| c.windows()) {
                Some(work) => complete(unit, work)?,
                None => unit.steps(3)?,
            }
            done += 1;
            holds!(done < 4000, "a full queue never has room");
        }
        if runs && i % 3 == 1 {
            unit.runs(i as u32, 2 * i as u32 + 1);
        }
        asks(unit, work, tag.wrapping_add(i as u32), i == 0)?;
    }
    if c.windows() {
        works[done..].iter().try_for_each(|work| complete(unit, work))?;
        unit.steps(12)?;
    } else {
        let results = works.iter().flat_map(|work| work.results.clone()).collect();
        let last = works.last().map(|work| work.shape).ok_or("no jobs".to_owned())?;
        unit.leaves(&Work { shape: last, acts: vec![], weights: vec![], results })?;
    }
    equal!(unit.status()?, regs::STATUS_DONE.mask(), "STATUS behind {} jobs", works.len());
    equal!(unit.read(&regs::DONE_TAG)?, tag.wrapping_add(works.len() as u32 - 1), "DONE_TAG");
    let counted = unit.counters()?;
    equal!(unit.read(&regs::JOBS)?, works.len() as u32, "JOBS");
    let sum = |beats: fn(&Work) -> usize| works.iter().map(beats).sum::<usize>() as u64;
    let beats = [sum(|w| w.acts.len()), sum(|w| w.weights.len()), sum(|w| w.results.len())];
    equal!([counted.act_beats, counted.wgt_beats, counted.res_beats], beats, "beats of {} jobs", works.len());
    equal!(unit.traffic()?.beats - read, beats[1], "beats read from memory");
    unit.write(&regs::STATUS, regs::STATUS_DONE.mask())?;
    unit.write(&regs::IRQ_STAT, regs::IRQ_STAT_DONE.mask())?;
    Ok(counted.cycles)
}

/// Jobs of many sizes, from memories of many speeds, with results that are taken at once or late.
pub(super) fn sizes(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    for (latency, pauses) in [(1, 0.0), (2, 0.5), (40, 0.0), (90, 0.3), (3, 0.9)] {
        unit.renew(&memory(latency, pauses, latency)?)?;
        for count in 2..=9u64 {
            let works: Vec<Work> = (0..count)
                .map(|i| {
                    let seed = (1000 * latency + 10 * count + i).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                    let draw = |place: u64, most: usize| 1 + (seed >> (12 * place)) as usize % most;
                    let depth = draw(1, c.max_depth().min(2 * c.lanes() + 1));
                    Work::new(c, (draw(2, c.max_tokens()), depth, draw(3, 3 * c.columns())), seed)
                })
                .collect();
            let slow = if count % 2 == 0 { 0.0 } else { 0.7 };
            unit.pace(Pace::new(0, slow, 1), Pace::eager(), Pace::new(0, slow, 2));
            ordered(unit, &works, 0xFFFF_FFFA, c.strides())?;
        }
    }
    Ok(())
}

/// The weights of a job are read while the one before computes: it begins as if the memory had no latency.
pub(super) fn read_ahead(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let shape = (c.max_tokens(), c.lanes().min(c.max_depth()), 100usize.div_ceil(c.beats_per_tile()) * c.columns());
    let works: Vec<Work> = (0..4).map(|seed| Work::new(c, shape, seed)).collect();
    let mut quick = None;
    for latency in [1, 30, 100] {
        unit.renew(&memory(latency, 0.0, 0)?)?;
        unit.eager();
        let first = unit.works(&works[0])?.cycles;
        let alone = *quick.get_or_insert(first);
        let together = in_order(unit, &works, 9)?;
        let most = first + 3 * (alone + 6);
        holds!(together <= most, "{together} cycles of four jobs at latency {latency}, more than {most}");
    }
    Ok(())
}

/// One of five jobs fails: those before it are done, those behind it are dropped.
pub(super) fn failures(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let work = |seed| Work::new(c, (1, c.lanes().min(c.max_depth()), 2 * c.columns()), seed);
    let codes = [ErrorCode::Shape, ErrorCode::Memory, ErrorCode::WeightsEarly, ErrorCode::WeightsLate];
    for (latency, which, code) in [1, 60]
        .into_iter()
        .flat_map(|l| (0..5).flat_map(move |which| codes.into_iter().map(move |code| (l, which, code))))
    {
        let base = 9001u64;
        let first = place(c, base * MEMORY_STEP);
        let faults = vec![Fault { range: first..first + 1, kind: FaultKind::DecodeError }];
        let faults = if code == ErrorCode::Memory { faults } else { vec![] };
        unit.renew(&MemoryOptions { faults, ..memory(latency, 0.2, 7)? })?;
        unit.eager();
        let mut results = 0;
        for i in 0..5 {
            let mut job = work(i as u64);
            match code {
                _ if i != which => {}
                ErrorCode::Shape => job.shape.k = 0,
                ErrorCode::Memory => unit.place(base),
                ErrorCode::WeightsEarly => unit.reads(job.weights.len() - 1),
                _ => unit.reads(job.weights.len() + 70),
            }
            if i < which {
                results += job.results.len();
            }
            let asked = asks(unit, &job, i as u32 + 1, i == 0);
            // What follows a job that has failed by now is refused.
            holds!(asked.is_ok() || i > which, "job {i} is refused");
        }
        unit.collect(results)?;
        unit.steps(200 + 2 * latency)?;
        unit.drop_streams();
        let done = if which > 0 { regs::STATUS_DONE.mask() } else { 0 };
        unit.drained()?;
        equal!(unit.status()?, done | regs::STATUS_ERROR.mask(), "STATUS after job {which} failed with {code:?}");
        equal!(unit.read(&regs::DONE_TAG)?, which as u32, "DONE_TAG after job {which} failed");
        equal!(unit.read(&regs::ERR_CODE)?, code as u32, "ERR_CODE after job {which} failed");
        let response = if code == ErrorCode::Memory { 3 } else { 0 };
        equal!(unit.read(&regs::MEM_STATUS)?, regs::MEM_STATUS_RESPONSE.at(response), "MEM_STATUS after {code:?}");
        equal!(unit.read(&regs::QUEUE)?, 0, "QUEUE after job {which} failed with {code:?}");
        unit.silent()?;
        unit.write(&regs::STATUS, regs::STATUS_ERROR.mask() | done)?;
        unit.write(&regs::IRQ_STAT, regs::IRQ_STAT_ERROR.mask() | regs::IRQ_STAT_DONE.mask())?;
        in_order(unit, &[work(8), work(9)], 77)?;
    }
    Ok(())
}

/// Jobs are dropped in every cycle of a chain, while a slow memory answers, and the next chain is right.
pub(super) fn dropped(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let works: Vec<Work> = (0..3).map(|seed| Work::new(c, (1, 1, c.columns()), seed)).collect();
    for (latency, pauses) in [(25, 0.0), (4, 0.6)] {
        unit.renew(&memory(latency, pauses, 2)?)?;
        unit.eager();
        let length = in_order(unit, &works, 1)? + 60;
        for at in 0..length {
            unit.drop_streams();
            for (i, work) in works.iter().enumerate() {
                asks(unit, work, 40 + i as u32, i == 0)?;
                if i == 0 {
                    unit.steps(at / 2)?;
                }
            }
            unit.steps(at / 2 + at % 2)?;
            unit.drops(if at % 3 == 0 { &regs::CTRL_SOFT_RESET } else { &regs::CTRL_ABORT })?;
            equal!(unit.read(&regs::QUEUE)? & queue(false, 7), 0, "jobs that wait after they were dropped");
            unit.silent()?;
            unit.write(&regs::STATUS, regs::STATUS_DONE.mask())?;
            unit.write(&regs::IRQ_STAT, regs::IRQ_STAT_DONE.mask())?;
            in_order(unit, &works[..2], at as u32)?;
        }
    }
    unit.renew(&WeightMemory::ideal())
}
