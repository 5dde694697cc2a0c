//! A reader in front of a memory that is late and pauses, and behind it a datapath that pauses.

use super::*;
use crate::lang::{Interpreter, Operator, mutant, mutants};
use crate::random::Random;
use std::collections::VecDeque;
use trine_spec::Weights;
use trine_spec::registers::MEMORY_STEP;

fn config(bits: usize) -> Config {
    bursts(bits, 64)
}

/// A unit with bursts of up to this number of beats.
fn bursts(bits: usize, beats: usize) -> Config {
    Config::sized(16, 16).weights(Weights::Memory).weight_bus(bits).burst_beats(beats).build().unwrap()
}

/// A memory whose every beat holds its own number, and whose answers are late and pause.
struct Memory {
    random: Random,
    /// Bursts under way: next beat, beats left, and the cycle of the first beat.
    bursts: VecDeque<(i64, i64, i64)>,
    /// Cycles so far, and from a request to its first beat.
    now: i64,
    latency: i64,
    /// Beats of a window.
    window: i64,
    offered: bool,
    bytes: i64,
    mask: i64,
    /// The beat that is answered with SLVERR, or with DECERR behind it.
    broken: Option<i64>,
}

impl Memory {
    fn new(bits: usize, seed: u64) -> Memory {
        let (bytes, mask) = (bits as i64 / 8, (1 << bits) - 1);
        let random = Random(seed);
        Memory {
            random,
            bursts: VecDeque::new(),
            now: 0,
            latency: 0,
            window: 64,
            offered: false,
            bytes,
            mask,
            broken: None,
        }
    }

    /// Drives one cycle of the memory's pins, and takes what moves in it; complains of a burst that breaks a rule.
    fn cycle(&mut self, unit: &mut Interpreter, speed: u64) -> Result<(), String> {
        let ready = self.random.chance(speed);
        self.now += 1;
        let due = self.bursts.front().is_some_and(|burst| burst.2 <= self.now);
        self.offered |= due && self.random.chance(speed);
        let (beat, left, _) = self.bursts.front().copied().filter(|_| self.offered).unwrap_or((0, 0, 0));
        let response = self.broken.map_or(0, |broken| match beat - broken {
            0 => 2,
            1 => 3,
            _ => 0,
        });
        unit.set_all([("axi_arready_i", i64::from(ready)), ("axi_rvalid_i", i64::from(self.offered))]);
        unit.set_all([
            ("axi_rdata_i", beat & self.mask),
            ("axi_rlast_i", i64::from(left == 1)),
            ("axi_rresp_i", response),
        ]);
        if unit.get("axi_rready_o") != 1 {
            return Err("a beat has no room".into());
        }
        if self.offered {
            self.offered = false;
            match self.bursts.front_mut() {
                Some(burst) if burst.1 > 1 => *burst = (burst.0 + 1, burst.1 - 1, 0),
                _ => drop(self.bursts.pop_front()),
            }
        }
        if ready && unit.get("axi_arvalid_o") == 1 {
            let (address, length) = (unit.get("axi_araddr_o"), unit.get("axi_arlen_o") + 1);
            let window = self.window * self.bytes;
            if address % self.bytes != 0 || address / window != (address + length * self.bytes - 1) / window {
                return Err(format!("{length} beats from {address:#x}"));
            }
            self.bursts.push_back((address / self.bytes, length, self.now + self.latency));
        }
        Ok(())
    }
}

fn reset(module: &Arc<Module>) -> Interpreter {
    let mut unit = Interpreter::new(module).unwrap();
    unit.set_all([("rst_i", 1), ("clear_i", 1)]);
    unit.clock();
    unit.set_all([("rst_i", 0), ("clear_i", 0)]);
    unit
}

/// Data of jobs that wait for the reader, and whether the first one is offered.
struct Jobs(VecDeque<i128>, bool);

impl Jobs {
    /// Jobs of first steps and beats.
    fn new(jobs: &[(i64, i64)]) -> Jobs {
        Jobs(jobs.iter().map(|(base, length)| i128::from(length << 32 | base)).collect(), false)
    }

    /// Offers the first one sooner or later, until it is taken; before that the data are garbage. Call it last in a cycle.
    fn cycle(&mut self, unit: &mut Interpreter, random: &mut Random) {
        self.1 |= !self.0.is_empty() && random.chance(5);
        unit.set("job_data_i", self.0.front().copied().filter(|_| self.1).unwrap_or(0x2AA << 32 | 0x155));
        unit.set("job_valid_i", i64::from(self.1));
        if self.1 && unit.get("job_ready_o") == 1 {
            self.0.pop_front();
            self.1 = false;
        }
    }
}

/// Reads jobs of first step and beats one behind another, with a memory and a datapath of such speeds in sixteenths; the first
/// difference, or the beats that were read ahead of the datapath's first one.
fn read(
    unit: &mut Interpreter,
    memory: &mut Memory,
    jobs: &[(i64, i64)],
    speeds: [u64; 2],
    wait: i64,
) -> Result<i64, String> {
    let per_step = MEMORY_STEP as i64 / memory.bytes;
    let beats = |&(base, length): &(i64, i64)| (0..length).map(move |i| (base * per_step + i, i + 1 == length));
    let expected: Vec<(i64, bool)> = jobs.iter().flat_map(beats).collect();
    read_those(unit, memory, Jobs::new(jobs), &expected, speeds, wait)
}

/// The same for any jobs, whose beats and marks are expected.
fn read_those(
    unit: &mut Interpreter,
    memory: &mut Memory,
    mut jobs: Jobs,
    expected: &[(i64, bool)],
    speeds: [u64; 2],
    wait: i64,
) -> Result<i64, String> {
    let (mut taken, mut came, mut ahead, mut idle) = (0, 0, 0, 0);
    let mut random = Random(expected.len() as u64);
    for cycle in 0..wait + 200 + 12 * expected.len() as i64 {
        idle += i32::from(taken == expected.len());
        if idle > 100 {
            break;
        }
        memory.cycle(unit, speeds[0])?;
        came += unit.get("axi_rvalid_i");
        let ready = cycle >= wait && random.chance(speeds[1]);
        unit.set("beats_ready_i", i64::from(ready));
        if ready && unit.get("beats_valid_o") == 1 {
            ahead = if taken == 0 { came } else { ahead };
            let found = (unit.get("beats_data_o"), unit.get("beats_last_o") == 1);
            let next = expected.get(taken).map(|(beat, last)| (beat & memory.mask, *last));
            if Some(found) != next {
                return Err(format!("beat {taken} of {}: {found:?} instead of {next:?}", expected.len()));
            }
            taken += 1;
        }
        jobs.cycle(unit, &mut random);
        unit.clock();
    }
    if taken == expected.len() { Ok(ahead) } else { Err(format!("{taken} of {} beats", expected.len())) }
}

/// Jobs of odd places and lengths: first step and beats.
const JOBS: [(i64, i64); 8] = [(0x41, 3), (0x7f, 700), (0, 64), (0x3ffff, 129), (5, 1), (6, 1), (63, 2), (64, 600)];

/// All of them, with memory and datapath of several speeds.
fn in_order(module: &Arc<Module>, [bits, window]: [usize; 2], speeds: &[[u64; 2]]) -> Result<(), String> {
    let memory = Memory::new(bits, bits as u64);
    let (mut unit, mut memory) = (reset(module), Memory { window: window as i64, ..memory });
    speeds.iter().try_for_each(|speeds| read(&mut unit, &mut memory, &JOBS, *speeds, 0).map(drop))
}

/// Jobs are dropped under way, and the next ones are whole.
fn drained(module: &Arc<Module>) -> Result<(), String> {
    let (mut unit, mut memory) = (reset(module), Memory::new(32, 4));
    let (mut jobs, mut random) = (Jobs::new(&[(0, 100), (200, 1000)]), Random(8));
    unit.set("beats_ready_i", 1);
    for cycle in 0..2000 {
        unit.set("clear_i", i64::from(cycle == 100));
        memory.cycle(&mut unit, 9)?;
        if cycle > 100 && unit.get("draining_o") == 0 {
            break;
        }
        if cycle > 100 && unit.get("beats_valid_o") == 1 {
            return Err("a beat of a job that was dropped".into());
        }
        match cycle {
            0..99 => jobs.cycle(&mut unit, &mut random),
            _ => unit.set("job_valid_i", 0),
        }
        unit.clock();
    }
    unit.set("clear_i", 0);
    if unit.get("draining_o") == 1 || !memory.bursts.is_empty() || unit.get("axi_arvalid_o") == 1 {
        return Err("bursts are under way".into());
    }
    read(&mut unit, &mut memory, &[(3, 200), (9, 600)], [9, 9], 0).map(drop)
}

/// Faults and the answer that is kept, before and behind the taking of beat 70 of 100, which is answered with an error; then the
/// answer behind the beginning of a job.
fn told(module: &Arc<Module>) -> Result<[i64; 5], String> {
    let (mut unit, mut memory) = (reset(module), Memory::new(32, 5));
    memory.broken = Some(70);
    let (mut jobs, mut random) = (Jobs::new(&[(0, 100)]), Random(9));
    let mut told = [0; 5];
    let mut taken = 0;
    for cycle in 0..700 {
        memory.cycle(&mut unit, 16)?;
        unit.set("beats_ready_i", i64::from(cycle > 200 && taken < 100));
        taken += unit.get("beats_valid_o") & unit.get("beats_ready_i");
        told[if taken <= 70 { 0 } else { 2 }] += unit.get("fault_o");
        jobs.cycle(&mut unit, &mut random);
        unit.clock();
        told[if taken <= 70 { 1 } else { 3 }] = unit.get("response_o");
    }
    unit.set("start_i", 1);
    unit.clock();
    told[4] = unit.get("response_o");
    Ok(told)
}

/// The faults of both beats; DECERR came second.
const TOLD: [i64; 5] = [0, 0, 2, 2, 0];

#[test]
fn beats_come_in_order_at_any_speed() {
    for [bits, beats] in [[8, 64], [16, 64], [32, 64], [32, 16], [8, 32]] {
        let speeds = [[16, 16], [16, 3], [5, 16], [9, 9]];
        let found = in_order(&weight_reader(&bursts(bits, beats)).unwrap(), [bits, beats], &speeds);
        assert_eq!(found, Ok(()), "{bits} bits, {beats} beats");
    }
}

/// Pieces of first beat, beats and mark: within a window, over its end, of one beat, at any beat.
fn pieces(module: &Arc<Module>) -> Result<(), String> {
    let (mut unit, mut memory) = (reset(module), Memory::new(32, 7));
    let pieces = [(0x41, 3, 0), (61, 9, 0), (7, 1, 1), (9, 1, 1), (5, 200, 0), (300, 4, 0), (310, 64, 1), (3, 2, 1)];
    let data = |&(at, beats, last): &(i64, i64, i64)| i128::from(last) << 68 | i128::from(beats) << 36 | i128::from(at);
    let beats = |(at, beats, last)| (0..beats).map(move |i| (at + i, last == 1 && i + 1 == beats));
    let expected: Vec<(i64, bool)> = pieces.into_iter().flat_map(beats).collect();
    [[16, 16], [9, 4], [5, 16]].into_iter().try_for_each(|speeds| {
        let jobs = Jobs(pieces.iter().map(data).collect(), false);
        read_those(&mut unit, &mut memory, jobs, &expected, speeds, 0).map(drop)
    })
}

fn strides() -> Arc<Module> {
    weight_reader(&Config::builder().strides(true).or(&config(32)).build().unwrap()).unwrap()
}

#[test]
fn only_the_last_piece_ends_a_job() {
    assert_eq!(pieces(&strides()), Ok(()));
    let module = strides();
    let all = mutants(&module).unwrap();
    let wrong = all.iter().filter(|m| matches!(m.operator, Operator::Dropped | Operator::Arithmetic));
    let of_marks: Vec<_> = wrong.filter(|m| m.change.contains("closes")).collect();
    assert!(!of_marks.is_empty());
    for m in of_marks {
        assert!(pieces(&mutant(&module, m.id).unwrap()).is_err(), "{}: {}", m.place, m.change);
    }
}

#[test]
fn jobs_are_read_while_the_datapath_waits() {
    let (mut unit, mut memory) = (reset(&weight_reader(&config(32)).unwrap()), Memory::new(32, 6));
    let jobs = [(0, 100), (3000, 1), (77, 300), (9000, 5)];
    assert_eq!(read(&mut unit, &mut memory, &jobs, [16, 16], 800), Ok(406), "all beats, and none is left for the rest");
    let jobs = [(0, 400), (3000, 1000)];
    let ahead = read(&mut unit, &mut memory, &jobs, [16, 16], 2000).unwrap();
    assert!((Config::READ_AHEAD as i64 - 63..=Config::READ_AHEAD as i64).contains(&ahead), "{ahead}");
}

/// The first cycle with a beat over two jobs, from a memory of this latency, if all cycles behind it have one too.
fn flows(module: &Arc<Module>, latency: i64) -> Option<usize> {
    let memory = Memory::new(32, 1);
    let (mut unit, mut memory) = (reset(module), Memory { latency, ..memory });
    unit.set_all([("beats_ready_i", 1), ("job_valid_i", 1), ("job_data_i", 300 << 32)]);
    let mut valid = vec![];
    for _ in 0..650 + latency {
        memory.cycle(&mut unit, 16).ok()?;
        valid.push(unit.get("beats_valid_o"));
        unit.clock();
    }
    let first = valid.iter().position(|&valid| valid == 1)?;
    valid[first..].iter().all(|&valid| valid == 1).then_some(first)
}

#[test]
fn one_beat_passes_each_cycle() {
    assert_eq!(flows(&weight_reader(&config(32)).unwrap(), 0), Some(9));
}

/// Bursts of any length fill the buffer: there are more under way of short ones.
#[test]
fn a_latency_is_hidden_whatever_the_length_of_bursts() {
    for beats in [64, 32, 16] {
        assert_eq!(flows(&weight_reader(&bursts(32, beats)).unwrap(), 380), Some(388), "bursts of {beats} beats");
    }
}

#[test]
fn jobs_that_are_dropped_drain_and_the_next_ones_are_whole() {
    assert_eq!(drained(&weight_reader(&config(32)).unwrap()), Ok(()));
}

#[test]
fn errors_of_the_memory_are_told_when_their_beats_are_taken() {
    assert_eq!(told(&weight_reader(&config(32)).unwrap()), Ok(TOLD));
}

/// The checks above find mistakes: each assignment left out, each sum that is a difference.
#[test]
fn a_broken_reader_is_found() {
    let module = weight_reader(&config(32)).unwrap();
    let passes = |module: &Arc<Module>| {
        let speeds = [[16, 3], [9, 9]];
        flows(module, 0).is_some()
            && drained(module).is_ok()
            && told(module) == Ok(TOLD)
            && in_order(module, [32, 64], &speeds).is_ok()
    };
    assert!(passes(&module));
    let all = mutants(&module).unwrap();
    let wrong = all.iter().filter(|m| matches!(m.operator, Operator::Dropped | Operator::Arithmetic));
    let survivors: Vec<String> = wrong
        .filter(|m| !m.change.contains("'d0 is left out") && passes(&mutant(&module, m.id).unwrap()))
        .map(|m| format!("{}: {}", m.place, m.change))
        .collect();
    assert_eq!(survivors, Vec::<String>::new());
}
