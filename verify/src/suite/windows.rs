//! Units whose beats go through the register space.

use trine_spec::Config;
use trine_spec::packing::words;
use trine_spec::registers::{
    self as regs, ACT_WINDOW, CTRL_ACT_LAST, CTRL_WGT_LAST, ErrorCode, Field, RES_WINDOW, WGT_WINDOW, WINDOW_BYTES,
    Window,
};

use super::unit::DrivenUnit;
use super::weights::{WeightMemory, memory};
pub(super) use super::window_ends::fails;
use super::work::Work;
use super::{Found, equal, holds};

/// One access of a host that does one thing at a time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// Announces the last beat.
    Mark(Field),
    Write(Window, u32),
    /// Reads a result, which has to be this one.
    Read(i32),
}

/// Windows that take beats, the bits of a beat, and its mark; one if the weights come from memory.
fn inputs(c: &Config) -> Vec<(Window, usize, Field, ErrorCode)> {
    let acts = (ACT_WINDOW, c.act_bus(), CTRL_ACT_LAST, ErrorCode::ActivationsEarly);
    let weights = (WGT_WINDOW, c.weight_bus(), CTRL_WGT_LAST, ErrorCode::WeightsEarly);
    [acts].into_iter().chain((!c.memory()).then_some(weights)).collect()
}

/// All accesses of a job, in the order of R27.
pub(super) fn steps(unit: &DrivenUnit<'_>, work: &Work) -> Vec<Step> {
    let c = unit.config;
    let mut steps = vec![];
    let send = |steps: &mut Vec<Step>, window: Window, bus: usize, beats: &[Vec<u8>], mark: Option<Field>| {
        for (i, beat) in beats.iter().enumerate() {
            if let Some(mark) = mark.filter(|_| i + 1 == beats.len()) {
                steps.push(Step::Mark(mark));
            }
            let word = |w: usize| {
                // What lies beyond the beat may be anything.
                let byte = |b: usize| beat.get(4 * w + b).copied().unwrap_or(0xC3);
                u32::from_le_bytes([byte(0), byte(1), byte(2), byte(3)])
            };
            steps.extend((0..words(bus)).map(|w| Step::Write(window, word(w))));
        }
    };
    send(&mut steps, ACT_WINDOW, c.act_bus(), &work.acts, Some(CTRL_ACT_LAST));
    let blocks = work.shape.n.div_ceil(c.columns());
    let (weights, results) = (work.weights.len() / blocks, work.results.len() / blocks);
    for block in 0..blocks {
        let mark = (block + 1 == blocks).then_some(CTRL_WGT_LAST);
        if !c.memory() {
            send(&mut steps, WGT_WINDOW, c.weight_bus(), &work.weights[block * weights..][..weights], mark);
        }
        let beats = &work.results[block * results..][..results];
        steps.extend(beats.iter().flat_map(|beat| beat.values.iter().map(|value| Step::Read(*value))));
    }
    steps
}

/// Makes one access at some address of its window; whether it was answered with OKAY.
pub(super) fn make(unit: &mut DrivenUnit<'_>, step: Step, number: usize) -> Found<bool> {
    let at = |window: Window| window.offset + (4 * number as u32) % WINDOW_BYTES;
    Ok(match step {
        Step::Mark(field) => {
            unit.write(&regs::CTRL, field.mask())?;
            true
        }
        Step::Write(window, word) => unit.access(at(window), Some((word, 0xF)))?.okay,
        Step::Read(expected) => {
            let answer = unit.access(at(RES_WINDOW), None)?;
            if answer.okay {
                equal!(answer.data as i32, expected, "result word, access {number}");
            }
            answer.okay
        }
    })
}

/// Runs a whole job; everything has to be answered with OKAY.
pub(super) fn works(unit: &mut DrivenUnit<'_>, work: &Work) -> Found {
    unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
    unit.write(&regs::JOB_TAG, 0x8765_4321)?;
    unit.begin(work)?;
    equal!(unit.status()?, regs::STATUS_BUSY.mask(), "STATUS after a start");
    unit.write(&regs::JOB_TAG, 0)?;
    complete(unit, work, 0)?;
    equal!(unit.read(&regs::DONE_TAG)?, 0x8765_4321, "DONE_TAG");
    Ok(())
}

/// Makes all accesses of a job that was started; STATUS has flags of before beside its own.
pub(super) fn complete(unit: &mut DrivenUnit<'_>, work: &Work, before: u32) -> Found {
    for (number, step) in steps(unit, work).into_iter().enumerate() {
        holds!(make(unit, step, number)?, "access {number}, {step:x?}, is refused");
    }
    finished(unit, work, before)
}

/// Counters were cleared before a job that is done; clears its flags.
pub(super) fn finished(unit: &mut DrivenUnit<'_>, work: &Work, before: u32) -> Found {
    equal!(unit.status()?, regs::STATUS_DONE.mask() | before, "STATUS after a job");
    equal!(unit.read(&regs::ERR_CODE)?, 0, "ERR_CODE after a job");
    let counted = unit.counters()?;
    let beats = [work.acts.len(), work.weights.len(), work.results.len()].map(|beats| beats as u64);
    equal!([counted.act_beats, counted.wgt_beats, counted.res_beats], beats, "beats");
    unit.write(&regs::STATUS, regs::STATUS_DONE.mask())?;
    unit.write(&regs::IRQ_STAT, regs::IRQ_STAT_DONE.mask())
}

/// An access that has to be refused within a number of cycles.
pub(super) fn refused(
    unit: &mut DrivenUnit<'_>,
    offset: u32,
    value: Option<(u32, u32)>,
    within: std::ops::Range<u64>,
) -> Found {
    let answer = unit.refused(offset, value)?;
    holds!(within.contains(&answer.cycles), "refused after {} cycles, not in {within:?}", answer.cycles);
    // Until the unit says so.
    unit.steps(3)
}

/// Sizes around one, two and three units.
pub(super) fn sizes(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let mut seed = 0;
    for m in [1, 2, 3, c.max_tokens()] {
        for k in [1, c.lanes(), c.lanes() + 1, 3 * c.lanes(), c.max_depth().min(5 * c.lanes())] {
            for n in [1, c.columns(), c.columns() + 1, 2 * c.columns() + 1] {
                seed += 1;
                let work = Work::new(c, (m.min(c.max_tokens()), k.min(c.max_depth()), n), seed);
                works(unit, &work)?;
            }
        }
    }
    // A host with pauses of its own.
    for seed in 0..8 {
        (unit.bus.write.delays, unit.bus.read.delays) = ([seed % 3, seed % 2, seed % 4], [seed % 5, 0, seed % 3]);
        works(unit, &Work::small(c, seed))?;
    }
    Ok(())
}

/// Windows go one way, take whole words, and do nothing without a job.
pub(super) fn access(unit: &mut DrivenUnit<'_>) -> Found {
    let work = Work::small(unit.config, 3);
    let inputs: Vec<Window> = inputs(unit.config).into_iter().map(|(window, ..)| window).collect();
    let reads = inputs.iter().map(|window| (*window, None));
    let writes = [(RES_WINDOW, Some((1, 0xF))), (ACT_WINDOW, Some((1, 0x7))), (WGT_WINDOW, Some((1, 0xE)))];
    unit.begin(&work)?;
    for (window, value) in reads.chain(writes) {
        refused(unit, window.offset + 0x3FC, value, 0..10)?;
        equal!(unit.status()?, regs::STATUS_BUSY.mask(), "STATUS after a refused access");
    }
    unit.abort()?;
    unit.steps(5)?;
    for _ in 0..2 {
        for window in &inputs {
            refused(unit, window.offset + 0x3FC, Some((1, 0xF)), 0..10)?;
            unit.failed(ErrorCode::WindowFull)?;
            works(unit, &work)?;
        }
        refused(unit, RES_WINDOW.offset, None, 0..10)?;
        unit.failed(ErrorCode::WindowEmpty)?;
        // The first reason stays.
        refused(unit, ACT_WINDOW.offset, Some((1, 0xF)), 0..10)?;
        unit.failed(ErrorCode::WindowEmpty)?;
        works(unit, &work)?;
    }
    Ok(())
}

/// Cycles of a write and of a read beside those for which they wait.
const WRITE: u64 = 2;
const READ: u64 = 4;

/// A full or an empty window waits for exactly so long.
pub(super) fn patience(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let (patience, work) = (c.window_patience() as u64, Work::small(c, 4));
    // Accesses take cycles of their own.
    let (writes, reads) = (patience + WRITE..patience + WRITE + 1, patience + READ..patience + READ + 1);
    for (window, bus, ..) in inputs(c) {
        // No weights come while the buffer fills.
        let most = (c.act_words() + 4) * words(bus);
        let latency = 4000 + 10 * most as u64;
        unit.renew(&memory(latency, 0.0, 0)?)?;
        unit.begin(&work)?;
        let mut taken = 0;
        loop {
            let answer = unit.access(window.offset, Some((0, 0xF)))?;
            if !answer.okay {
                holds!(writes.contains(&answer.cycles), "a full window waits {} cycles", answer.cycles);
                unit.steps(3)?;
                break;
            }
            taken += 1;
            holds!(taken <= most, "a window is never full");
        }
        holds!(taken >= words(bus), "a window takes no whole beat");
        // What was asked for has come by then.
        unit.steps(if c.memory() { latency } else { 0 })?;
        unit.failed(ErrorCode::WindowFull)?;
        refused(unit, window.offset, Some((0, 0xF)), 0..10)?;
        unit.failed(ErrorCode::WindowFull)?;
        unit.renew(&WeightMemory::ideal())?;
        works(unit, &work)?;
    }
    unit.begin(&work)?;
    // Until the unit has taken what it takes of weights from memory, of which every beat begins the wait anew.
    unit.steps(if c.memory() { 60 } else { 0 })?;
    refused(unit, RES_WINDOW.offset, None, reads.clone())?;
    unit.failed(ErrorCode::WindowEmpty)?;
    works(unit, &work)?;
    // Waits do not add up: a word that comes in between begins a new one.
    unit.begin(&work)?;
    unit.steps(patience / 2)?;
    refused(unit, RES_WINDOW.offset, None, reads)?;
    unit.failed(ErrorCode::WindowEmpty)
}

/// Marks on every beat but the last, and none at all.
pub(super) fn marks(unit: &mut DrivenUnit<'_>) -> Found {
    let work = Work::small(unit.config, 5);
    let plain: Vec<Step> = steps(unit, &work);
    for (window, bus, mark, early) in inputs(unit.config) {
        let is_mark = |step: &Step| matches!(step, Step::Mark(field) if *field == mark);
        let places: Vec<usize> =
            (0..plain.len()).filter(|i| matches!(plain[*i], Step::Write(w, _) if w == window)).collect();
        for (i, place) in places[..places.len() - words(bus)].iter().enumerate() {
            let mut wrong = plain.clone();
            let shift = wrong[..*place].iter().filter(|step| is_mark(step)).count();
            wrong.retain(|step| !is_mark(step));
            let at = place - shift;
            wrong.insert(at, Step::Mark(mark));
            // The window takes no more, whatever the job makes of it.
            fails(unit, &work, &wrong, &[early, ErrorCode::WindowFull])?;
            // A host that sends no more words behind the mark hears of the mark.
            let end = at + 1 + words(bus) - i % words(bus);
            let rest = wrong[end..].iter().filter(|step| !matches!(step, Step::Write(w, _) if *w == window));
            let short: Vec<Step> = wrong[..end].iter().chain(rest).copied().collect();
            fails(unit, &work, &short, &[early])?;
        }
        let mut late = plain.clone();
        late.retain(|step| !is_mark(step));
        let code = if mark == CTRL_ACT_LAST { ErrorCode::ActivationsLate } else { ErrorCode::WeightsLate };
        fails(unit, &work, &late, &[code])?;
    }
    works(unit, &work)
}

/// A link that loses or doubles a word and hears no answers: the job is never done as if nothing had happened.
pub(super) fn lost_or_doubled(unit: &mut DrivenUnit<'_>) -> Found {
    let work = Work::small(unit.config, 7);
    let all = steps(unit, &work);
    let words: Vec<usize> = (0..all.len()).filter(|i| !matches!(all[*i], Step::Mark(_))).collect();
    for place in words {
        for times in [0, 2] {
            unit.begin(&work)?;
            for (number, step) in all.iter().enumerate() {
                for _ in 0..if number == place { times } else { 1 } {
                    match *step {
                        Step::Read(_) => drop(unit.access(RES_WINDOW.offset, None)?),
                        step => drop(make(unit, step, number)?),
                    }
                }
            }
            let status = unit.status()?;
            holds!(status != regs::STATUS_DONE.mask(), "word {place} came {times} times and nobody noticed");
            unit.write(&regs::CTRL, regs::CTRL_SOFT_RESET.mask())?;
            unit.steps(3)?;
            unit.drained()?;
        }
    }
    works(unit, &work)
}
