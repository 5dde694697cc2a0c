//! Units that fetch their jobs from memory: any size, in order, and whatever the memory does.

use trine_sim::{Fault, FaultKind, MemoryOptions};
use trine_spec::Config;
use trine_spec::registers::{self as regs, ErrorCode, MEMORY_STEP};

use super::ring_host::{Job, Ring, Words, word};
use super::unit::DrivenUnit;
use super::weights::{WeightMemory, memory};
use super::work::Work;
use super::{Found, equal, holds};

/// A ring for most checks, in steps: slots cross a boundary of 4 KiB, between weights and jobs.
const BASE: u32 = 0x7_F0FF;

fn as_it_is(_: &mut Words) {}

/// A small job that depends on `seed`.
fn job(c: &Config, seed: u64) -> Work {
    let seed = (seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let draw = |place: u64, most: usize| 1 + (seed >> (12 * place)) as usize % most;
    let depth = draw(1, c.max_depth().min(2 * c.lanes() + 1));
    Work::new(c, (draw(2, c.max_tokens()), depth, draw(3, 3 * c.columns())), seed)
}

/// Ends what the flags still say of jobs that were done.
fn clears(unit: &mut DrivenUnit<'_>) -> Found {
    unit.write(&regs::STATUS, regs::STATUS_DONE.mask() | regs::STATUS_ERROR.mask())?;
    unit.write(&regs::IRQ_STAT, regs::IRQ_STAT_DONE.mask() | regs::IRQ_STAT_ERROR.mask())
}

/// Runs jobs of these works in a ring, up to `most` of them known to the unit at a time; all have to go well.
fn runs(unit: &mut DrivenUnit<'_>, ring: &mut Ring, works: &[Work], most: usize, tag: u32) -> Found<Vec<u32>> {
    unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
    let first = ring.head;
    let mut jobs: Vec<Job> = vec![];
    let mut cycles = vec![];
    for (i, work) in works.iter().enumerate() {
        let tag = tag.wrapping_add(i as u32);
        jobs.push(ring.put(unit, work.clone(), tag, as_it_is)?);
        if jobs.len() - cycles.len() < most && i + 1 < works.len() {
            // One by one, or some at once.
            if i % 3 == 0 {
                ring.bell(unit)?;
            }
            continue;
        }
        ring.bell(unit)?;
        while cycles.len() < jobs.len() {
            ring.reaches(unit, first.wrapping_add(cycles.len() as u16 + 1))?;
            cycles.push(ring.done(unit, &jobs[cycles.len()])?);
        }
    }
    unit.steps(12)?;
    equal!(unit.status()?, regs::STATUS_DONE.mask(), "STATUS behind {} jobs", works.len());
    equal!(unit.read(&regs::DONE_TAG)?, tag.wrapping_add(works.len() as u32 - 1), "DONE_TAG");
    equal!(unit.read(&regs::ERR_CODE)?, 0, "ERR_CODE behind jobs that went well");
    let counted = unit.counters()?;
    equal!(unit.read(&regs::JOBS)?, works.len() as u32, "JOBS");
    let sum = |beats: fn(&Work) -> usize| works.iter().map(beats).sum::<usize>() as u64;
    let beats = [sum(|w| w.acts.len()), sum(|w| w.weights.len()), sum(|w| w.results.len())];
    equal!([counted.act_beats, counted.wgt_beats, counted.res_beats], beats, "beats of {} jobs", works.len());
    let each: u64 = cycles.iter().map(|cycles| u64::from(*cycles)).sum();
    // A job's own cycles begin with its first and end with its last result in memory; starts and ends lie between.
    let spent = 10 * works.len() as u64;
    holds!(counted.cycles >= each && counted.cycles <= each + spent, "{} cycles of jobs with {each}", counted.cycles);
    clears(unit)?;
    Ok(cycles)
}

/// Jobs of many sizes in rings of many sizes, from memories of many speeds.
pub(super) fn sizes(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    for (latency, pauses) in [(1, 0.0), (2, 0.5), (40, 0.0), (90, 0.3), (3, 0.9)] {
        unit.renew(&memory(latency, pauses, latency)?)?;
        for log2 in [0, 1, 3, 4] {
            let mut ring = Ring::begin(unit, BASE + latency as u32, log2)?;
            let works: Vec<Work> = (0..11).map(|i| job(c, 100 * latency + 20 * u64::from(log2) + i)).collect();
            runs(unit, &mut ring, &works, 1 << log2, 0xFFFF_FFFA)?;
            // Where the ring goes on, it goes on.
            runs(unit, &mut ring, &works[..3], 1 << log2, 7)?;
        }
    }
    unit.renew(&WeightMemory::ideal())?;
    let largest = Work::new(c, (c.max_tokens(), c.max_depth(), 2 * c.columns() + 1), 3);
    let mut ring = Ring::begin(unit, BASE, 2)?;
    runs(unit, &mut ring, &[largest, job(c, 5)], 2, 1)?;
    Ok(())
}

/// A job whose descriptor has a fence reads what the one before has written; interrupts come where they are asked for.
pub(super) fn fences(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    for (latency, pauses) in [(1, 0.0), (70, 0.2)] {
        unit.renew(&memory(latency, pauses, 1)?)?;
        let mut ring = Ring::begin(unit, BASE, 3)?;
        let works = [job(c, 1), job(c, 2), job(c, 3)];
        let first = ring.put(unit, works[0].clone(), 1, as_it_is)?;
        let results = ring.put(unit, works[1].clone(), 2, |words| {
            *word(words, &regs::DESC_FLAGS) = regs::DESC_FLAGS_INTERRUPT.mask();
        })?;
        let fenced = ring.put(unit, works[2].clone(), 3, |words| {
            *word(words, &regs::DESC_FLAGS) = regs::DESC_FLAGS_FENCE.mask();
        })?;
        unit.write(&regs::IRQ_EN, regs::IRQ_EN_DONE.mask())?;
        ring.bell(unit)?;
        ring.reaches(unit, 1)?;
        let mut tail = 1;
        while tail < 3 {
            // What is seen before the tail is read belongs to a job that the tail counts.
            let early = unit.irq()?;
            tail = unit.read(&regs::RING_TAIL)?;
            holds!(tail >= 2 || !early, "an interrupt behind job 1, which asks for none");
            holds!(tail < 2 || unit.irq()?, "no interrupt behind job 2");
        }
        for job in [&first, &results, &fenced] {
            ring.done(unit, job)?;
        }
        unit.write(&regs::IRQ_EN, 0)?;
        clears(unit)?;
    }
    after_a_fence(unit)
}

/// The activations behind a fence are read after the results before it were written.
fn after_a_fence(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    unit.renew(&memory(60, 0.0, 0)?)?;
    let mut ring = Ring::begin(unit, BASE, 3)?;
    let long = Work::new(c, (c.max_tokens(), c.max_depth().min(40), 3 * c.columns()), 9);
    let before = ring.put(unit, long, 1, as_it_is)?;
    let fenced =
        ring.put(unit, job(c, 4), 2, |words| *word(words, &regs::DESC_FLAGS) = regs::DESC_FLAGS_FENCE.mask())?;
    let [valid, address] = [unit.dut.port("m_axi_arvalid")?, unit.dut.port("m_axi_araddr")?];
    ring.bell(unit)?;
    let mut seen = 0;
    for _ in 0..20_000 {
        if unit.dut.peek(valid)? == 1 && unit.dut.peek(address)? == fenced.acts {
            seen += 1;
            ring.done(unit, &before)?;
        }
        unit.step()?;
        if seen > 0 && unit.dut.peek(valid)? == 0 {
            break;
        }
    }
    holds!(seen > 0, "activations behind a fence are never read");
    ring.reaches(unit, 2)?;
    ring.done(unit, &fenced)?;
    clears(unit)
}

/// A change of a descriptor.
type Change = fn(&mut Words);

/// Mistakes in a descriptor, with the code that ends its job.
fn wrongs(c: &Config) -> Vec<(ErrorCode, Change)> {
    use ErrorCode::{ActivationsEarly, ActivationsLate, Shape, WeightsEarly, WeightsLate};
    let no_runs: [(ErrorCode, Change); 2] = [
        (Shape, |words| *word(words, &regs::DESC_WGT_RUN) = 1),
        (Shape, |words| *word(words, &regs::DESC_WGT_RUN) = 1 << 23),
    ];
    let everywhere: [(ErrorCode, Change); 13] = [
        (Shape, |words| *word(words, &regs::DESC_DEPTH) = 0),
        (Shape, |words| *word(words, &regs::DESC_TOKENS) = 0x1FFF),
        (Shape, |words| *word(words, &regs::DESC_OUTPUTS) = 0),
        (Shape, |words| *word(words, &regs::DESC_FLAGS) = 1 << 2),
        (Shape, |words| *word(words, &regs::DESC_FLAGS) = 1 << 31),
        (Shape, |words| *word(words, &regs::DESC_RES_BASE) |= 1),
        (Shape, |words| *word(words, &regs::DESC_RES_BASE) |= 8),
        (Shape, |words| *word(words, &regs::DESC_ACT_LENGTH) = 0),
        (Shape, |words| *word(words, &regs::DESC_WGT_LENGTH) = 0),
        (ActivationsEarly, |words| *word(words, &regs::DESC_ACT_LENGTH) -= 1),
        (ActivationsLate, |words| *word(words, &regs::DESC_ACT_LENGTH) += 1),
        (WeightsEarly, |words| *word(words, &regs::DESC_WGT_LENGTH) -= 1),
        (WeightsLate, |words| *word(words, &regs::DESC_WGT_LENGTH) += 70),
    ];
    everywhere.into_iter().chain(no_runs.into_iter().filter(|_| !c.strides())).collect()
}

/// One of four jobs fails: those before it are done, its status says why, and those behind it are left alone.
pub(super) fn failures(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let work = |seed| Work::new(c, (c.max_tokens().min(2), c.max_depth().min(2 * c.lanes()), 2 * c.columns()), seed);
    let mut turn = 0;
    for (code, wrong) in wrongs(c) {
        if code == ErrorCode::ActivationsEarly && work(0).acts.len() == 1 {
            // One less is none, which is no shape.
            continue;
        }
        for which in 0..4 {
            turn += 1;
            let latency = [1, 60, 7][turn % 3];
            unit.renew(&memory(latency, 0.2, turn as u64)?)?;
            let mut ring = Ring::begin(unit, BASE, 3)?;
            let mut jobs = vec![];
            for i in 0..4 {
                let change = if i == which { wrong } else { as_it_is };
                jobs.push(ring.put(unit, work(i as u64), i as u32 + 1, change)?);
            }
            ring.bell(unit)?;
            ends(unit, &ring, &jobs, which, (code, 0, true))?;
        }
    }
    memory_errors(unit, work)
}

/// The same with a memory that answers with errors.
fn memory_errors(unit: &mut DrivenUnit<'_>, work: impl Fn(u64) -> Work) -> Found {
    let mut turn = 0;
    for which in 0..4 {
        for part in 0..4 {
            turn += 1;
            let kind = if turn % 2 == 0 { FaultKind::SlaveError } else { FaultKind::DecodeError };
            // Where things lie does not depend on the memory.
            unit.renew(&WeightMemory::ideal())?;
            let mut ring = Ring::begin(unit, BASE, 3)?;
            let mut places = vec![];
            for i in 0..4 {
                let job = ring.put(unit, work(i), i as u32 + 1, as_it_is)?;
                let length = 4 * job.work.shape.m * job.work.shape.n;
                // Within the first beat of weights, which may be a byte.
                let weight = job.weights + 2.min(unit.config.port_bus() as u64 / 8 - 1);
                places.push([job.slot + 4, job.acts + 1, weight, job.results + length as u64 - 1]);
            }
            let at = places[which][part];
            let faults = vec![Fault { range: at..at + 1, kind }];
            unit.renew(&MemoryOptions { faults, ..memory([3, 50][turn / 2 % 2], 0.3, turn as u64)? })?;
            let mut ring = Ring::begin(unit, BASE, 3)?;
            let jobs: Vec<Job> =
                (0..4).map(|i| ring.put(unit, work(i), i as u32 + 1, as_it_is)).collect::<Found<_>>()?;
            ring.bell(unit)?;
            // Where a beat is a whole slot, its status cannot be written either.
            let told = part > 0 || unit.config.ring_bus() < 8 * MEMORY_STEP as usize;
            let response = if kind == FaultKind::SlaveError { 2 } else { 3 };
            ends(unit, &ring, &jobs, which, (ErrorCode::Memory, response, told))?;
        }
    }
    unit.renew(&WeightMemory::ideal())
}

/// The ring of four jobs ends with job `which`, with this code and answer of the memory, and may be able to tell so; then another one
/// goes well.
fn ends(
    unit: &mut DrivenUnit<'_>,
    ring: &Ring,
    jobs: &[Job],
    which: usize,
    (code, response, told): (ErrorCode, u32, bool),
) -> Found {
    let begun = unit.cycle();
    while unit.status()? & regs::STATUS_ERROR.mask() == 0 {
        holds!(unit.cycle() - begun < 100_000, "job {which} never ends with {code:?}");
    }
    unit.drained()?;
    let done = if which > 0 { regs::STATUS_DONE.mask() } else { 0 };
    equal!(unit.status()?, done | regs::STATUS_ERROR.mask(), "STATUS after job {which} failed with {code:?}");
    equal!(unit.read(&regs::ERR_CODE)?, code as u32, "ERR_CODE after job {which} failed");
    equal!(unit.read(&regs::MEM_STATUS)?, regs::MEM_STATUS_RESPONSE.at(response), "MEM_STATUS after {code:?}");
    equal!(unit.read(&regs::RING_TAIL)?, which as u32, "RING_TAIL after job {which} failed with {code:?}");
    for (i, job) in jobs.iter().enumerate() {
        match i.cmp(&which) {
            std::cmp::Ordering::Less => ring.done(unit, job).map(drop)?,
            std::cmp::Ordering::Equal => {
                let status = ring.status(unit, job)? & !regs::DESC_STATUS_CYCLES.mask();
                let word = regs::DESC_STATUS_ENDED.mask() | regs::DESC_STATUS_CODE.at(code as u32);
                equal!(status, if told { word } else { 0 }, "status of a job that failed with {code:?}");
            }
            std::cmp::Ordering::Greater => ring.untouched(unit, job)?,
        }
    }
    clears(unit)?;
    let mut ring = Ring::begin(unit, BASE + 64, 2)?;
    // Elsewhere: what the memory had wrong is still there.
    ring.free += 1 << 24;
    let works = [job(unit.config, 8), job(unit.config, 9)];
    runs(unit, &mut ring, &works, 2, 77).map(drop)
}

/// A memory that stops to answer anywhere: the watchdog ends the job, and the unit is busy until both are reset.
pub(super) fn silence(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    for part in 0..4 {
        unit.renew(&WeightMemory::ideal())?;
        let mut ring = Ring::begin(unit, BASE, 3)?;
        let placed = ring.put(unit, job(c, 1), 1, as_it_is)?;
        let at = [placed.slot, placed.acts, placed.weights, placed.results][part];
        let faults = vec![Fault { range: at..at + 1, kind: FaultKind::Silent }];
        let options = MemoryOptions { faults, ..memory(2, 0.0, 0)? };
        for limit in [150, 400] {
            unit.renew(&options)?;
            unit.write(&regs::WATCHDOG, limit)?;
            let mut ring = Ring::begin(unit, BASE, 3)?;
            ring.put(unit, job(c, 1), 1, as_it_is)?;
            ring.bell(unit)?;
            let begun = unit.cycle();
            // Results go on until there is no room for more of them.
            while unit.status()? & regs::STATUS_ERROR.mask() == 0 {
                holds!(unit.cycle() - begun < 100_000, "the watchdog never ends a job, part {part} is silent");
            }
            equal!(
                unit.status()?,
                regs::STATUS_BUSY.mask() | regs::STATUS_ERROR.mask(),
                "STATUS, part {part} is silent"
            );
            equal!(unit.read(&regs::ERR_CODE)?, ErrorCode::Watchdog as u32, "ERR_CODE behind such a memory");
            equal!(unit.read(&regs::MEM_STATUS)?, regs::MEM_STATUS_DRAINING.mask(), "MEM_STATUS behind such a memory");
            unit.write(&regs::CTRL, regs::CTRL_SOFT_RESET.mask())?;
            unit.steps(300)?;
            equal!(unit.status()? & regs::STATUS_BUSY.mask(), 1, "busy while an access is under way");
            unit.refused(regs::CTRL.offset, Some((regs::CTRL_START.mask(), 0xF)))?;
            unit.reset()?;
            equal!((unit.status()?, unit.read(&regs::MEM_STATUS)?), (0, 0), "STATUS and MEM_STATUS after a reset");
        }
    }
    unit.renew(&WeightMemory::ideal())?;
    let mut ring = Ring::begin(unit, BASE, 1)?;
    runs(unit, &mut ring, &[job(c, 2)], 1, 5).map(drop)
}

/// A ring is dropped in every cycle; it drains, nothing is written any more, and the next one is right.
pub(super) fn dropped(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let works: Vec<Work> = (0..3).map(|seed| Work::new(c, (1, 1, c.columns() + 1), seed)).collect();
    for (latency, pauses) in [(25, 0.0), (4, 0.6)] {
        unit.renew(&memory(latency, pauses, 2)?)?;
        let begun = unit.cycle();
        let mut ring = Ring::begin(unit, BASE, 3)?;
        runs(unit, &mut ring, &works, 8, 1)?;
        let length = unit.cycle() - begun;
        for at in 0..length.min(500) {
            let mut ring = Ring::begin(unit, BASE, 3)?;
            let jobs: Vec<Job> = works
                .iter()
                .enumerate()
                .map(|(i, work)| ring.put(unit, work.clone(), i as u32, as_it_is))
                .collect::<Found<_>>()?;
            ring.bell(unit)?;
            unit.steps(at)?;
            unit.drops(if at % 3 == 0 { &regs::CTRL_SOFT_RESET } else { &regs::CTRL_ABORT })?;
            let tail = unit.read(&regs::RING_TAIL)? as usize;
            holds!(tail <= works.len(), "RING_TAIL {tail} of {} jobs", works.len());
            for job in &jobs[..tail] {
                ring.done(unit, job)?;
            }
            for job in jobs.iter().skip(tail) {
                ring.dropped(unit, job)?;
            }
            clears(unit)?;
            let mut ring = Ring::begin(unit, BASE + 32, 1)?;
            runs(unit, &mut ring, &works[..1], 1, at as u32)?;
        }
    }
    unit.renew(&WeightMemory::ideal())
}
