//! Units that read their weights from memory: any place, any length, and whatever the memory does.

use trine_driver::Counters;
use trine_sim::{Fault, FaultKind, MemoryOptions};
use trine_spec::Config;
use trine_spec::packing::place;
use trine_spec::registers::{self as regs, ErrorCode, MEMORY_STEP};

use super::bus::pipelined;
use super::endings::{Ending, everywhere};
use super::faults::WATCHDOG_SLACK;
use super::feed::Pace;
use super::unit::DrivenUnit;
use super::weights::{WeightMemory, memory};
use super::work::Work;
use super::{Found, equal, holds, windows};

/// Runs a job on a unit of either kind.
fn run(unit: &mut DrivenUnit<'_>, work: &Work) -> Found<Counters> {
    if !unit.config.windows() {
        return unit.works(work);
    }
    let before = unit.traffic()?.beats;
    windows::works(unit, work)?;
    equal!(unit.traffic()?.beats - before, work.weights.len() as u64, "beats read from memory");
    unit.copies()
}

/// A job of one token whose weights are at least `beats` beats.
fn long(c: &Config, beats: usize, seed: u64) -> Work {
    Work::new(c, (1, 1, beats.div_ceil(c.beats_per_tile()) * c.columns()), seed)
}

/// WGT_LENGTH is checked at a start, and what is written behind a start belongs to the next job.
pub(super) fn registers(unit: &mut DrivenUnit<'_>) -> Found {
    let work = Work::small(unit.config, 41);
    unit.renew(&memory(60, 0.0, 0)?)?;
    for bit in 0..regs::WGT_LENGTH_BEATS.width {
        unit.reads(1 << bit);
        unit.begin(&work)?;
        unit.steps(6)?;
        equal!(unit.status()?, regs::STATUS_BUSY.mask(), "STATUS of a job of {} weight beats", 1u64 << bit);
        unit.abort()?;
        let before = unit.traffic()?;
        unit.reads(0);
        unit.begin(&work)?;
        unit.steps(4)?;
        unit.failed(ErrorCode::Shape)?;
        equal!(unit.traffic()?.bursts, before.bursts, "bursts of a job that was refused");
    }
    unit.renew(&WeightMemory::ideal())?;
    for pace in [(0, 1), (1, 1), (2, 1), (3, 1), (5, 2)] {
        for (base, length) in [(3, 1), (u32::MAX, u32::MAX), (0, 0)] {
            unit.drop_streams();
            unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
            unit.send(&work.acts, &work.weights);
            unit.shape(work.shape.m as u32, work.shape.k as u32, work.shape.n as u32)?;
            let start = (regs::CTRL.offset, regs::CTRL_START.mask());
            let mut next = [(regs::WGT_BASE.offset, base), (regs::WGT_LENGTH.offset, length)];
            if base == 0 {
                next.reverse();
            }
            let written = pipelined(unit, &[start, next[0], next[1]], &[], pace)?.0;
            equal!(written, [true; 3], "a start and writes behind it");
            match unit.config.windows() {
                true => windows::complete(unit, &work, 0)?,
                false => unit.completes(&work)?,
            }
            unit.write(&regs::IRQ_STAT, regs::IRQ_STAT_DONE.mask())?;
        }
    }
    run(unit, &work).map(drop)
}

/// Jobs of many sizes, at places of which few begin a window, from fast and slow memories with and without pauses.
pub(super) fn sizes(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    for (latency, pauses) in [(1, 0.0), (2, 0.5), (40, 0.0), (90, 0.3), (3, 0.9)] {
        unit.renew(&memory(latency, pauses, latency)?)?;
        for seed in 0..12u64 {
            let draw = |place: u64, most: usize| {
                1 + ((seed + latency).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (8 * place)) as usize % most
            };
            let depth = draw(2, c.max_depth().min(3 * c.lanes() + 1));
            run(unit, &Work::new(c, (draw(1, c.max_tokens()), depth, draw(4, 4 * c.columns())), seed))?;
        }
        for beats in [c.burst_beats(), Config::READ_AHEAD + 1, 2 * Config::READ_AHEAD + 70] {
            let work = long(c, beats, latency);
            let counted = run(unit, &work)?;
            equal!(counted.wgt_beats, work.weights.len() as u64, "weight beats counted");
        }
    }
    Ok(())
}

/// A length that is not the job's ends it.
pub(super) fn lengths(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let tile = Work::new(c, (1, 1, 1), 42);
    let beats = tile.weights.len();
    let lengths = (1..beats).chain(beats + 1..beats + 4).chain([beats + 63, beats + 64, beats + 65, beats + 5000]);
    for length in lengths {
        let code = if length < beats { ErrorCode::WeightsEarly } else { ErrorCode::WeightsLate };
        if c.windows() {
            unit.reads(length);
            let accesses = windows::steps(unit, &tile);
            windows::fails(unit, &tile, &accesses, &[code])?;
        } else {
            super::faults::ends(unit, &tile, [Some(tile.acts.len() - 1), Some(length - 1)], code)?;
        }
        run(unit, &tile)?;
    }
    if c.windows() {
        return Ok(());
    }
    let work = long(c, 3 * c.burst_beats(), 43);
    let beats = work.weights.len();
    let window = c.burst_beats();
    for less in [1, 2, window - 1, window, window + 1, 2 * window - 1, 2 * window, 2 * window + 1] {
        for (mark, code) in [(beats - 1 - less, ErrorCode::WeightsEarly), (beats - 1 + less, ErrorCode::WeightsLate)] {
            super::faults::ends(unit, &work, [Some(work.acts.len() - 1), Some(mark)], code)?;
        }
        unit.works(&work)?;
    }
    Ok(())
}

/// Every step of a window, lengths around one and two windows, and every bit of the address.
pub(super) fn places(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let (step, beat) = (MEMORY_STEP as usize, c.weight_bus() / 8);
    let window = c.burst_beats();
    // A step may be several windows.
    let steps = (window * beat / step).max(1) as u64;
    for at in 0..steps {
        let left = window - at as usize * step / beat;
        for beats in [1, left - 1, left, left + 1, left + window, left + window + 1] {
            let work = long(c, beats.max(1), at);
            unit.place(9 * steps + at);
            let before = unit.traffic()?.bursts;
            run(unit, &work)?;
            let behind = work.weights.len().saturating_sub(left).div_ceil(window) as u64;
            equal!(
                unit.traffic()?.bursts - before,
                1 + behind,
                "bursts of {} beats from step {at}",
                work.weights.len()
            );
        }
    }
    let [valid, address] = ["m_axi_wgt0_arvalid", "m_axi_wgt0_araddr"].map(|name| unit.dut.port(name));
    let (valid, address) = (valid?, address?);
    for base in (0..regs::WGT_BASE_ADDRESS.width).map(|bit| 1u32 << bit).chain([u32::MAX, 0x5555_5555, 0xAAAA_AAAA]) {
        // Beyond the memory: looked at before the memory does.
        unit.renew(&WeightMemory::ideal())?;
        unit.shape(1, 1, 1)?;
        unit.write(&regs::WGT_BASE, base)?;
        unit.write(&regs::CTRL, regs::CTRL_START.mask())?;
        let mut waits = 0;
        while unit.dut.peek(valid)? == 0 {
            waits += 1;
            holds!(waits < 20, "no burst is asked for");
            unit.step()?;
        }
        equal!(unit.dut.peek(address)?, place(c, u64::from(base) * MEMORY_STEP), "address of the first burst");
    }
    unit.renew(&WeightMemory::ideal())
}

/// An answer that is not OKAY, on any beat, ends the job, is kept, and concerns no other job.
pub(super) fn errors(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let work = long(c, c.burst_beats() + 9, 44);
    let (base, beat) = (1001u64, c.weight_bus() as u64 / 8);
    let fault = |at: usize, kind| {
        // On one port after another.
        let port = (at % c.weight_ports() * c.port_bus() / 8) as u64;
        let first = place(c, base * MEMORY_STEP + at as u64 * beat + port);
        Fault { range: first..first + 1, kind }
    };
    let last = work.weights.len() - 1;
    let (slave, decode) = (FaultKind::SlaveError, FaultKind::DecodeError);
    let mut cases: Vec<(Vec<Fault>, u32)> = vec![];
    for at in [0, 1, last / 2, c.burst_beats(), last] {
        cases.extend([(vec![fault(at, slave)], 2), (vec![fault(at, decode)], 3)]);
    }
    cases.extend([(vec![fault(0, slave), fault(3, decode)], 2), (vec![fault(2, decode), fault(last, slave)], 3)]);
    for (pauses, (faults, response)) in [0.0, 0.6].into_iter().flat_map(|p| cases.iter().map(move |case| (p, case))) {
        unit.renew(&MemoryOptions { faults: faults.clone(), ..memory(5, pauses, 1)? })?;
        unit.place(base);
        if c.windows() {
            let accesses = windows::steps(unit, &work);
            windows::fails(unit, &work, &accesses, &[ErrorCode::Memory])?;
        } else {
            unit.eager();
            unit.send(&work.acts, &work.weights);
            unit.start(work.shape)?;
            for _ in 0..20 * work.weights.len() {
                unit.step_unwatched()?;
            }
            unit.drop_streams();
            unit.failed(ErrorCode::Memory)?;
            unit.silent()?;
        }
        equal!(unit.read(&regs::MEM_STATUS)?, regs::MEM_STATUS_RESPONSE.at(*response), "MEM_STATUS after {faults:?}");
        // Once more without looking at it: the next job is right.
        run(unit, &work)?;
        equal!(unit.read(&regs::MEM_STATUS)?, 0, "MEM_STATUS after a job that went well");
    }
    Ok(())
}

/// Weights in runs are read as if they lay in one piece, wherever a run begins and ends; a job behind them lies in one.
pub(super) fn runs(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let lengths = [(1, 1), (1, 2), (1, 70), (3, 3), (4, 10), (5, 64), (63, 100), (64, 64), (64, 129), (65, 300)];
    for (latency, pauses) in [(1, 0.0), (30, 0.4)] {
        unit.renew(&memory(latency, pauses, 7)?)?;
        for (run, stride) in lengths.into_iter().chain([(150, 151), (0xFF_FFFF, 9)]) {
            let work = long(c, 150, run.into());
            unit.runs(run, stride);
            self::run(unit, &work)?;
            self::run(unit, &Work::small(c, 49))?;
        }
    }
    // What is written behind a start belongs to the next job.
    let work = Work::small(c, 50);
    unit.drop_streams();
    unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
    unit.begin(&work)?;
    for register in [&regs::WGT_RUN, &regs::WGT_STRIDE] {
        unit.write(register, 1)?;
    }
    match c.windows() {
        true => windows::complete(unit, &work, 0)?,
        false => {
            unit.send(&work.acts, &[]);
            unit.completes(&work)?;
        }
    }
    unit.write(&regs::IRQ_STAT, regs::IRQ_STAT_DONE.mask())
}

/// A memory that never answers: the watchdog ends the job, and the unit is busy until the memory is reset with it.
pub(super) fn silence(unit: &mut DrivenUnit<'_>) -> Found {
    let work = Work::small(unit.config, 45);
    let base = 1003u64;
    let first = place(unit.config, base * MEMORY_STEP);
    let range = first..first + 1;
    unit.renew(&MemoryOptions { faults: vec![Fault { range, kind: FaultKind::Silent }], ..memory(1, 0.0, 0)? })?;
    let busy = regs::STATUS_BUSY.mask();
    for limit in [20, 77, 300] {
        unit.write(&regs::WATCHDOG, limit)?;
        unit.write(&regs::PERF_CTRL, regs::PERF_CTRL_CLEAR.mask())?;
        unit.place(base);
        unit.begin(&work)?;
        unit.steps(u64::from(limit) + 20)?;
        equal!(unit.status()?, busy | regs::STATUS_ERROR.mask(), "STATUS behind a memory that never answers");
        equal!(unit.read(&regs::ERR_CODE)?, ErrorCode::Watchdog as u32, "ERR_CODE behind such a memory");
        equal!(unit.counters()?.cycles as i64, i64::from(limit) + WATCHDOG_SLACK, "cycles of a limit of {limit}");
        for action in [regs::CTRL_ABORT, regs::CTRL_SOFT_RESET] {
            unit.write(&regs::CTRL, action.mask())?;
            unit.steps(300)?;
            equal!(unit.status()? & busy, busy, "busy while reads are under way");
            equal!(unit.read(&regs::MEM_STATUS)?, regs::MEM_STATUS_DRAINING.mask(), "MEM_STATUS");
            unit.refused(regs::CTRL.offset, Some((regs::CTRL_START.mask(), 0xF)))?;
        }
        unit.reset()?;
        equal!((unit.status()?, unit.read(&regs::MEM_STATUS)?), (0, 0), "STATUS and MEM_STATUS after a reset");
        unit.drop_streams();
        run(unit, &work)?;
    }
    Ok(())
}

/// A memory that is slower by some cycles costs as many, and all of them are waits for weights.
pub(super) fn stalls(unit: &mut DrivenUnit<'_>) -> Found {
    let work = long(unit.config, 4 * unit.config.burst_beats(), 46);
    let mut base = None;
    for more in [0, 1, 2, 7, 64, 333] {
        unit.renew(&memory(20 + more, 0.0, 0)?)?;
        let counted = unit.works(&work)?;
        let mut expected = *base.get_or_insert(counted);
        (expected.cycles, expected.stall_wgt) = (expected.cycles + more, expected.stall_wgt + more);
        equal!(counted, expected, "counters with a memory {more} cycles slower");
    }
    Ok(())
}

/// While the datapath waits, the unit reads ahead until its buffer is full, takes every beat at once and loses none.
pub(super) fn read_ahead(unit: &mut DrivenUnit<'_>) -> Found {
    let c = unit.config;
    let work = long(c, 3 * Config::READ_AHEAD, 47);
    let most = Config::READ_AHEAD as u64;
    for (latency, pauses) in [(1, 0.0), (30, 0.0), (64, 0.5), (700, 0.0), (2, 0.8)] {
        unit.renew(&memory(latency, pauses, 3)?)?;
        let ready = unit.dut.port("m_axi_wgt0_rready")?;
        unit.drop_streams();
        unit.send(&work.acts, &work.weights);
        let wait = unit.cycle() + 8 * most + 4 * latency;
        unit.pace(Pace::new(wait, 0.0, 0), Pace::eager(), Pace::eager());
        unit.start(work.shape)?;
        while unit.cycle() + 100 < wait {
            holds!(unit.dut.peek(ready)? == 1, "a beat from memory has to wait");
            unit.step()?;
        }
        let kept = unit.traffic()?.beats - unit.counters()?.wgt_beats;
        let least = most - 2 * c.burst_beats() as u64;
        holds!((least + 1..=most).contains(&kept), "{kept} beats read ahead where there is room for {most}");
        unit.completes(&work)?;
        unit.eager();
    }
    Ok(())
}

/// Beats from memory keep the watchdog quiet, and a memory that is slower than the limit does not.
pub(super) fn watchdog(unit: &mut DrivenUnit<'_>) -> Found {
    let work = long(unit.config, 64, 48);
    unit.renew(&memory(1, 0.9, 5)?)?;
    unit.write(&regs::WATCHDOG, 300)?;
    let counted = unit.works(&work)?;
    holds!(counted.cycles > 300, "a slow job takes {} cycles only", counted.cycles);
    unit.renew(&memory(500, 0.0, 0)?)?;
    for limit in [50, 200, 400] {
        unit.drop_streams();
        unit.write(&regs::WATCHDOG, limit)?;
        unit.send(&work.acts, &work.weights);
        unit.start(work.shape)?;
        unit.steps(u64::from(limit) + 60)?;
        unit.drop_streams();
        unit.failed(ErrorCode::Watchdog)?;
        unit.write(&regs::WATCHDOG, 0)?;
        unit.works(&work)?;
    }
    Ok(())
}

/// Drops a job in every cycle, while a slow memory answers.
fn dropped(unit: &mut DrivenUnit<'_>, ending: Ending) -> Found {
    for (latency, pauses) in [(30, 0.0), (5, 0.6)] {
        unit.renew(&memory(latency, pauses, 2)?)?;
        everywhere(unit, ending, false)?;
    }
    Ok(())
}

pub(super) fn abort(unit: &mut DrivenUnit<'_>) -> Found {
    dropped(unit, Ending::Abort)
}

pub(super) fn soft_reset(unit: &mut DrivenUnit<'_>) -> Found {
    dropped(unit, Ending::SoftReset)
}

pub(super) fn reset(unit: &mut DrivenUnit<'_>) -> Found {
    dropped(unit, Ending::Reset)
}
