//! Reads the weights of a job from memory: an AXI4 master in front of the datapath.
//!
//! ```text
//!  base_i, length_i ──[window, beats]──> m_axi AR     bursts of 64 beats, asked for while there is room for all of one
//!  start_i ─────────────┘                  │
//!                                          v (memory)
//!  beats_valid_o, beats_data_o <── fifo <── m_axi R   512 beats; the last one of the job is marked
//! ```
//! Memory is cut into windows of [`Config::BURST_BEATS`] beats, and a burst ends where its window does: the first one of a job may begin within
//! a window, the last one may end within one. A window is part of a page of 4 KiB, so that no burst crosses one. A burst is asked for
//! only while the buffer has room for a whole window that nobody was promised; so every beat is taken at once, and the
//! memory never waits for the unit.
//!
//! AXI has no way to take a request back: `clear_i` drops the job, and `draining_o` is set until all bursts that were asked for have
//! come and gone. No job may start meanwhile, which is why STATUS.busy shows it too. `fault_o` is a pulse for every beat that
//! the memory answers with an error; `response_o` keeps the first such answer of a job.
//!
//! The first beat leaves three cycles after it came; after that one passes each cycle.
//!
//! ```
//! use trine_hdl::lang::Interpreter;
//! use trine_spec::{Config, Weights};
//! let config = Config::sized(8, 8).weights(Weights::Memory).build().unwrap();
//! let mut reader = Interpreter::new(&trine_hdl::design::weight_reader(&config).unwrap()).unwrap();
//! reader.set("rst_i", 1);
//! reader.clock();
//! // Three beats from 0x1040 on: 8 bytes each, one burst.
//! reader.set_all([("rst_i", 0), ("base_i", 0x41), ("length_i", 3), ("axi_arready_i", 1)]);
//! reader.clock();
//! for pulse in ["clear_i", "start_i"] {
//!     reader.set(pulse, 1);
//!     reader.clock();
//!     reader.set(pulse, 0);
//! }
//! reader.clock();
//! assert_eq!((reader.get("axi_arvalid_o"), reader.get("axi_araddr_o"), reader.get("axi_arlen_o")), (1, 0x1040, 2));
//! reader.clock();
//! assert_eq!(reader.get("axi_arvalid_o"), 0);
//! ```

use super::pins::AxiRead;
use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, Stream, bits, cat, if_else, lit, mux, set, set_to, when};
use crate::library::{FifoPorts, fifo};
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::registers::{MEM_STATUS_RESPONSE, MEMORY_SPACE, MEMORY_STEP, WGT_BASE_ADDRESS, WGT_LENGTH_BEATS};

interface! {
    /// Ports of the reader.
    pub(super) struct WeightReaderPorts(c: Config) {
        /// Resets the reader and forgets bursts that are under way.
        input rst: BIT,
        /// Drops the job.
        input clear: BIT,
        /// Begins to read for a job, in the cycle behind a clear; nothing is under way.
        input start: BIT,
        /// Address of the job's first byte, in steps of 64 bytes; in the cycle ahead of the clear ahead of the start.
        input base: bits(WGT_BASE_ADDRESS.width),
        /// Beats of the job, at least 1; in the same cycle.
        input length: bits(WGT_LENGTH_BEATS.width),
        /// Memory
        source axi: AxiRead::of(c.weight_bus()) => AxiRead,
        /// Weights
        source beats: Stream::of(bits(c.weight_bus())).with_last() => Stream,
        /// Bursts of a job that was dropped are under way.
        output draining: BIT,
        /// The memory answers with an error.
        output fault: BIT,
        /// First such answer of the job.
        output response: bits(MEM_STATUS_RESPONSE.width),
    }
}

/// Bits of the number of a beat in its window.
const WITHIN: usize = Config::BURST_BEATS.ilog2() as usize;
/// Windows for which there is room.
const WINDOWS: usize = Config::READ_AHEAD / Config::BURST_BEATS;

/// The reader of configuration `c`, whose weights are in memory.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn weight_reader(c: &Config) -> Result<Arc<Module>, Errors> {
    let bytes = c.weight_bus() / 8;
    let mut m = Module::new("trine_weight_reader", format!("Reads weights from memory, {bytes} bytes a beat."));
    let io = WeightReaderPorts::declare(&mut m, c.clone());
    let job = Job::new(&mut m, &io, bytes);
    let WeightReaderPorts { rst, clear, start, axi, .. } = &io;

    // Places of the buffer that nobody was promised.
    let room_q = m.reg("room_q", bits(Config::READ_AHEAD.ilog2() as usize + 1));
    let pending_q = m.reg("pending_q", bits(WINDOWS.ilog2() as usize + 1));
    let draining_q = m.reg("draining_q", BIT);
    let arvalid_q = m.reg("arvalid_q", BIT);
    let enough = m.name("enough", room_q.slice(WITHIN, room_q.ty.width - WITHIN).any());
    let ask = m.name("ask", &job.active_q & enough & (&axi.arready | !&arvalid_q) & !clear);
    let address = m.reg("address_q", bits(job.window_q.ty.width + WITHIN));
    let arlen_q = m.reg("arlen_q", bits(WITHIN));
    let ends = m.name("ends", mux(&job.final_q, &job.end_q, lit((1 << WITHIN) - 1, bits(WITHIN))));
    m.on_clock([
        when(
            &ask,
            [
                set(&address, cat([job.first_q.clone(), job.window_q.clone()])),
                set(&arlen_q, (ends - &job.first_q).wrap()),
            ],
        ),
        if_else(rst, [set_to(&arvalid_q, 0)], [set(&arvalid_q, &ask | (&arvalid_q & !&axi.arready))]),
    ]);
    job.advance(&mut m, &io, &ask);

    let dropping = m.name("dropping", clear | &draining_q);
    let ended = m.name("ended", &axi.rvalid & &axi.rlast);
    let push = m.name("push", &axi.rvalid & !&dropping);
    let last = m.name("last", &axi.rlast & pending_q.is(1) & !&job.active_q);
    let left = (&pending_q + cat([&ask ^ &ended, (&ended & !&ask).repeat(pending_q.ty.width - 1)])).wrap();
    let left = m.name("pending_next", left);
    let buffer: FifoPorts =
        m.place("buffer", &fifo(c.style(), "trine_weight_fifo", bits(c.weight_bus() + 1), Config::READ_AHEAD)?);
    m.assign_all([
        (&buffer.rst, &(rst | clear)),
        (&buffer.push, &push),
        (&buffer.data, &cat([axi.rdata.clone(), last])),
    ]);
    // A window less, a place more.
    let windows = room_q.ty.width - WITHIN;
    let change = cat([buffer.pop.clone(), lit(0, bits(WITHIN - 1)), ask.repeat(windows)]);
    let room = mux(start, lit(Config::READ_AHEAD as i64, room_q.ty), (&room_q + change).wrap());
    let fault_q = m.register("fault_q", &push & axi.rresp.bit(1) & !rst);
    let response_q = m.reg("response_q", io.response.ty);
    let wrong = &push & axi.rresp.bit(1) & !response_q.bit(1);
    m.on_clock([
        set(&room_q, room),
        if_else(
            rst,
            [set_to(&pending_q, 0), set_to(&draining_q, 0), set_to(&response_q, 0)],
            [
                set(&pending_q, &left),
                set(&draining_q, dropping & left.any()),
                if_else(start, [set_to(&response_q, 0)], [when(wrong, [set(&response_q, &axi.rresp)])]),
            ],
        ),
    ]);

    let low = bytes.ilog2() as usize;
    m.assign(&axi.araddr, if low == 0 { address } else { cat([lit(0, bits(low)), address]) });
    m.assign(&axi.arlen, cat([arlen_q, lit(0, bits(8 - WITHIN))]));
    m.assign(&axi.arsize, lit(low as i64, bits(3)));
    m.assign_all([(&axi.arburst, &lit(1, bits(2))), (&axi.arcache, &lit(3, bits(4))), (&axi.arprot, &lit(0, bits(3)))]);
    m.assign_all([(&axi.arvalid, &arvalid_q), (&axi.rready, &lit(1, BIT))]);
    let word = &buffer.out.data;
    let (data, mark) = (word.slice(0, c.weight_bus()), word.bit(c.weight_bus()));
    let beat = Stream { data, last: Some(mark), ready: io.beats.ready.clone(), ..buffer.out.clone() };
    m.assign(&buffer.out.ready, &io.beats.ready);
    m.send(&io.beats, &beat);
    m.assign_all([(&io.draining, &draining_q), (&io.fault, &fault_q), (&io.response, &response_q)]);
    m.build()
}

/// The bursts that are left to ask for.
struct Job {
    active_q: Expr,
    /// Number of the window that is asked for next.
    window_q: Expr,
    /// First beat within it.
    first_q: Expr,
    /// Last beat within the last window.
    end_q: Expr,
    /// Windows behind this one.
    left_q: Expr,
    /// There are none.
    final_q: Expr,
    /// Window and first beat of a job whose clear is there, windows behind it and last beat of one that starts.
    begin: [Expr; 4],
}

impl Job {
    fn new(m: &mut Module, io: &WeightReaderPorts, bytes: usize) -> Job {
        // Beats of a step of the base.
        let steps = (MEMORY_STEP as usize / bytes).ilog2() as usize;
        // The register may be written again as soon as the start is answered.
        let base = m.register("base_q", &io.base);
        let beat = m.name("beat", if steps == 0 { base } else { cat([lit(0, bits(steps)), base]) });
        debug_assert_eq!(beat.ty.width + bytes.ilog2() as usize, MEMORY_SPACE.ilog2() as usize);
        let first = beat.slice(0, WITHIN);
        let window = beat.slice(WITHIN, beat.ty.width - WITHIN);
        // Beats behind the first one, then counted from the beginning of its window.
        let behind_q = m.register("behind_q", io.length.back(1));
        let first_wide = cat([first.clone(), lit(0, bits(behind_q.ty.width - WITHIN))]);
        let total_q = m.register("total_q", behind_q + first_wide);
        let behind = total_q.slice(WITHIN, total_q.ty.width - WITHIN);
        Job {
            active_q: m.reg("active_q", BIT),
            window_q: m.reg("window_q", window.ty),
            first_q: m.reg("first_q", first.ty),
            end_q: m.reg("end_q", first.ty),
            left_q: m.reg("left_q", behind.ty),
            final_q: m.reg("final_q", BIT),
            begin: [window, first, behind, total_q.slice(0, WITHIN)],
        }
    }

    /// Takes up a job, and moves on with `ask`.
    fn advance(&self, m: &mut Module, io: &WeightReaderPorts, ask: &Expr) {
        let [window, first, behind, end] = &self.begin;
        let fewer = m.name("left_next", self.left_q.back(1));
        m.on_clock([
            if_else(
                &io.clear,
                [set(&self.window_q, window), set(&self.first_q, first)].to_vec(),
                [when(ask, [set(&self.window_q, self.window_q.step(1)), set_to(&self.first_q, 0)])].to_vec(),
            ),
            if_else(
                &io.start,
                [set(&self.left_q, behind), set(&self.final_q, !behind.any()), set(&self.end_q, end)].to_vec(),
                [when(ask, [set(&self.left_q, &fewer), set(&self.final_q, !fewer.any())])].to_vec(),
            ),
            if_else(
                &io.rst | &io.clear,
                [set_to(&self.active_q, 0)],
                [set(&self.active_q, &io.start | (&self.active_q & !(ask & &self.final_q)))],
            ),
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Interpreter, Operator, mutant, mutants};
    use crate::random::Random;
    use std::collections::VecDeque;
    use trine_spec::Weights;

    fn config(bits: usize) -> Config {
        Config::sized(16, 16).weights(Weights::Memory).weight_bus(bits).build().unwrap()
    }

    /// A memory whose every beat holds its own number, and whose answers are late and pause.
    struct Memory {
        random: Random,
        /// Bursts under way: next beat and beats left.
        bursts: VecDeque<(i64, i64)>,
        offered: bool,
        bytes: i64,
        mask: i64,
        /// The beat that is answered with SLVERR.
        broken: Option<i64>,
    }

    impl Memory {
        fn new(bits: usize, seed: u64) -> Memory {
            let (bytes, mask) = (bits as i64 / 8, (1 << bits) - 1);
            Memory { random: Random(seed), bursts: VecDeque::new(), offered: false, bytes, mask, broken: None }
        }

        /// Drives one cycle of the memory's pins, and takes what moves in it; complains of a burst that breaks a rule.
        fn cycle(&mut self, unit: &mut Interpreter, speed: u64) -> Result<(), String> {
            let ready = self.random.chance(speed);
            self.offered |= !self.bursts.is_empty() && self.random.chance(speed);
            let (beat, left) = self.bursts.front().copied().filter(|_| self.offered).unwrap_or((0, 0));
            let response = if Some(beat) == self.broken { 2 } else { 0 };
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
                    Some(burst) if burst.1 > 1 => *burst = (burst.0 + 1, burst.1 - 1),
                    _ => drop(self.bursts.pop_front()),
                }
            }
            if ready && unit.get("axi_arvalid_o") == 1 {
                let (address, length) = (unit.get("axi_araddr_o"), unit.get("axi_arlen_o") + 1);
                if address % self.bytes != 0 || address / 4096 != (address + length * self.bytes - 1) / 4096 {
                    return Err(format!("{length} beats from {address:#x}"));
                }
                self.bursts.push_back((address / self.bytes, length));
            }
            Ok(())
        }
    }

    fn reset(module: &Arc<Module>) -> Interpreter {
        let mut unit = Interpreter::new(module).unwrap();
        unit.set("rst_i", 1);
        unit.clock();
        unit.set("rst_i", 0);
        unit
    }

    /// Starts a job of `length` beats from step `base` on, while the memory offers nothing.
    fn start(unit: &mut Interpreter, base: i64, length: i64) {
        unit.set_all([("base_i", base), ("length_i", length), ("axi_rvalid_i", 0), ("axi_arready_i", 0)]);
        unit.clock();
        // What is written behind the start belongs to the next job.
        unit.set_all([("base_i", base ^ 0x155), ("length_i", length ^ 0x2AA)]);
        for pulse in ["clear_i", "start_i"] {
            unit.set(pulse, 1);
            unit.clock();
            unit.set(pulse, 0);
        }
    }

    /// Reads `length` beats from step `base` on, with a memory and a datapath of such speeds in sixteenths; the first difference.
    fn read(
        unit: &mut Interpreter,
        memory: &mut Memory,
        base: i64,
        length: i64,
        speeds: [u64; 2],
    ) -> Result<(), String> {
        start(unit, base, length);
        let first = base * (MEMORY_STEP as i64 / memory.bytes);
        let mut taken = 0;
        for _ in 0..150 + 8 * length {
            memory.cycle(unit, speeds[0])?;
            let ready = memory.random.chance(speeds[1]);
            unit.set("beats_ready_i", i64::from(ready));
            if ready && unit.get("beats_valid_o") == 1 {
                let found = (unit.get("beats_data_o"), unit.get("beats_last_o"));
                let expected = ((first + taken) & memory.mask, i64::from(taken + 1 == length));
                if found != expected {
                    return Err(format!("beat {taken} of {length}: {found:?} instead of {expected:?}"));
                }
                taken += 1;
            }
            unit.clock();
        }
        if taken == length { Ok(()) } else { Err(format!("{taken} of {length} beats")) }
    }

    /// Jobs of odd places and lengths: base, length, speeds. The second one is read so slowly that the buffer is full.
    const JOBS: [(i64, i64, [u64; 2]); 6] = [
        (0x41, 3, [16, 16]),
        (0x7f, 1500, [16, 3]),
        (0, 64, [5, 16]),
        (0x3ffff, 129, [9, 9]),
        (5, 1, [16, 16]),
        (64, 1200, [16, 16]),
    ];

    /// One job after the other.
    fn in_order(module: &Arc<Module>, bits: usize, jobs: &[(i64, i64, [u64; 2])]) -> Result<(), String> {
        let (mut unit, mut memory) = (reset(module), Memory::new(bits, bits as u64));
        jobs.iter().try_for_each(|(base, length, speeds)| read(&mut unit, &mut memory, *base, *length, *speeds))
    }

    /// A job is dropped under way, and the next one is whole.
    fn drained(module: &Arc<Module>) -> Result<(), String> {
        let (mut unit, mut memory) = (reset(module), Memory::new(32, 4));
        start(&mut unit, 0, 1000);
        unit.set("beats_ready_i", 1);
        for cycle in 0..2000 {
            unit.set("clear_i", i64::from(cycle == 100));
            memory.cycle(&mut unit, 9)?;
            if cycle > 100 && unit.get("draining_o") == 0 {
                break;
            }
            if cycle > 100 && unit.get("beats_valid_o") == 1 {
                return Err("a beat of the job that was dropped".into());
            }
            unit.clock();
        }
        if unit.get("draining_o") == 1 || !memory.bursts.is_empty() || unit.get("axi_arvalid_o") == 1 {
            return Err("bursts are under way".into());
        }
        read(&mut unit, &mut memory, 3, 200, [9, 9])
    }

    /// The faults that are told when beat 70 of 100 is answered with an error, and the answer that is kept.
    fn told(module: &Arc<Module>) -> Result<(i64, i64), String> {
        let (mut unit, mut memory) = (reset(module), Memory::new(32, 5));
        memory.broken = Some(70);
        start(&mut unit, 0, 100);
        let mut faults = 0;
        for _ in 0..150 {
            memory.cycle(&mut unit, 16)?;
            faults += unit.get("fault_o");
            unit.clock();
        }
        let kept = unit.get("response_o");
        start(&mut unit, 0, 1);
        if unit.get("response_o") == 0 { Ok((faults, kept)) } else { Err("the answer of the job before".into()) }
    }

    #[test]
    fn beats_come_in_order_at_any_speed() {
        for bits in [8, 16, 32] {
            assert_eq!(in_order(&weight_reader(&config(bits)).unwrap(), bits, &JOBS), Ok(()), "{bits} bits");
        }
    }

    #[test]
    fn one_beat_passes_each_cycle() {
        let (mut unit, mut memory) = (reset(&weight_reader(&config(32)).unwrap()), Memory::new(32, 1));
        start(&mut unit, 0, 600);
        unit.set("beats_ready_i", 1);
        let mut valid = vec![];
        for _ in 0..620 {
            memory.cycle(&mut unit, 16).unwrap();
            valid.push(unit.get("beats_valid_o"));
            unit.clock();
        }
        let first = valid.iter().position(|&valid| valid == 1).unwrap();
        assert!(first < 8 && valid[first..first + 600].iter().all(|&valid| valid == 1), "from {first} on");
    }

    #[test]
    fn a_job_that_is_dropped_drains_and_the_next_one_is_whole() {
        assert_eq!(drained(&weight_reader(&config(32)).unwrap()), Ok(()));
    }

    #[test]
    fn an_error_of_the_memory_is_told_once_and_its_answer_kept() {
        assert_eq!(told(&weight_reader(&config(32)).unwrap()), Ok((1, 2)));
    }

    /// The checks above find mistakes: each assignment left out, each sum that is a difference.
    #[test]
    fn a_broken_reader_is_found() {
        let module = weight_reader(&config(32)).unwrap();
        let passes = |module: &Arc<Module>| {
            in_order(module, 32, &JOBS[..4]).is_ok() && drained(module).is_ok() && told(module) == Ok((1, 2))
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
}
