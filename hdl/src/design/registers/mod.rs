//! The register file behind AXI4-Lite, made from [`trine_spec::registers`].
//!
//! ```text
//!  s_axil_aw* ── decode ──[one bit a register]──┬─> storage, triggers ──> <register>_<field>_o
//!  s_axil_w*  ──[wdata_q]───────────────────────┘
//!  s_axil_ar* ── decode ──[one bit a register]──> [words] ──> or      storage, constants, <register>_<field>_i ──> [words]
//! ```
//! A word that is not read is held at zero by its register's reset, so that only an OR is left of the multiplexer.
//!
//! Each channel takes a request into its register while that is free. A write is carried out when address and data are
//! both there and no response is pending, a read a cycle later when none is pending; the response follows in the next
//! cycle. Each request is answered exactly once. SLVERR answers a write with partial strobes, an address without a register, and a
//! start while busy, and nothing changes then.
//!
//! In a unit with windows, requests for them are handed to [the windows](super::windows()): they are taken when it does not make them
//! wait, and answered with SLVERR unless it served them.

mod file;
mod ports;

pub(super) use ports::{BusAnswer, BusRequest, Fields, RegisterPorts, WindowAnswers};

use crate::lang::{BIT, Errors, Expr, Module, bits, cat, if_else, lit, mux, set, set_to, when};
use file::File;
use ports::WindowRequests;
use std::collections::BTreeSet;
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::registers::{self as map, ACT_WINDOW, RES_WINDOW, SPACE, WGT_WINDOW, Window};

const SLVERR: i64 = 0b10;

/// The register file of configuration `c`.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn registers(c: &Config) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_registers", "Register file on AXI4-Lite.");
    let bus = BusRequest::declare(&mut m, SPACE.trailing_zeros() as usize);
    let rst = &bus.rst;
    let bvalid_q = m.reg("bvalid_q", BIT);
    let bresp_q = m.reg("bresp_q", bits(2));
    let rvalid_q = m.reg("rvalid_q", BIT);
    let rresp_q = m.reg("rresp_q", bits(2));
    let rdata_q = m.reg("rdata_q", bits(32));

    let Requests { write, read, aw, w, ar, write_word, read_word, wdata, full_q } = Requests::new(&mut m, &bus);
    let write_request = m.name("write_request", &aw.full & &w.full & !&bvalid_q);
    let settled_q = m.reg("settled_q", BIT);
    let chosen_q = m.reg("chosen_q", BIT);
    m.on_clock([if_else(
        rst,
        [set_to(&chosen_q, 0), set_to(&settled_q, 0)],
        [set(&chosen_q, &ar.full & !&read), set(&settled_q, &chosen_q)],
    )]);
    let read_request = m.name("read_request", &settled_q & !&rvalid_q);
    let windows = c.windows().then(|| WindowAnswers::declare(&mut m));
    let (mut writes, mut reads) = (write_request.clone(), read_request.clone());
    if let Some(w) = &windows {
        (writes, reads) = (writes & !&w.write_wait, reads & !&w.read_wait);
    }
    m.assign(&write, writes);
    m.assign(&read, reads);

    let (mut file, allowed) = File::new(m, c, rst, &write, [wdata.clone(), full_q.clone()]);
    let decoded = Decoded::new(&mut file.m, c, &aw.enter, &write_word);
    let words = file.words(&decoded, &ar.enter, &read_word);
    let mut m = file.m;
    let known_q = m.reg("known_q", BIT);
    let found_q = m.reg("found_q", BIT);
    let known = |word: &Expr| cat(map::registers(c).map(|r| word.is(i64::from(r.offset / 4)))).any();
    m.on_clock([
        when(&aw.enter, [set(&known_q, known(&write_word))]),
        when(&ar.enter, [set(&found_q, known(&read_word))]),
    ]);
    let mut served = known_q & &allowed;
    if let Some(answers) = &windows {
        let asked = Asked { write: &write_request, full: &full_q, read: &read_request, wdata: &wdata };
        ask_windows(&mut m, c, [&aw, &ar], [&write_word, &read_word], &asked);
        served = served | &answers.write_ok;
    }
    let denied = m.name("denied", !served);
    let value = either_word(&mut m, words);
    let answer = |fails: Expr| mux(fails, lit(SLVERR, bits(2)), lit(0, bits(2)));
    m.on_clock([
        when(&write, [set(&bresp_q, answer(denied))]),
        when(&read, [set(&rdata_q, value), set(&rresp_q, mux(found_q, lit(0, bits(2)), lit(SLVERR, bits(2))))]),
    ]);
    if let Some(w) = &windows {
        m.on_clock([when(&w.read_ok, [set(&rdata_q, &w.read_data), set_to(&rresp_q, 0)])]);
    }
    m.on_clock([if_else(
        rst,
        [set_to(&bvalid_q, 0), set_to(&rvalid_q, 0)],
        [set(&bvalid_q, &write | (&bvalid_q & !&bus.bready)), set(&rvalid_q, &read | (&rvalid_q & !&bus.rready))],
    )]);
    let out = BusAnswer::declare(&mut m);
    m.assign(&out.awready, !&aw.full);
    m.assign(&out.wready, !&w.full);
    m.assign_all([(&out.bvalid, &bvalid_q), (&out.bresp, &bresp_q)]);
    m.assign(&out.arready, !&ar.full);
    m.assign_all([(&out.rvalid, &rvalid_q), (&out.rresp, &rresp_q), (&out.rdata, &rdata_q)]);
    m.build()
}

/// The request channels.
struct Requests {
    /// A write and a read are carried out.
    write: Expr,
    read: Expr,
    aw: Channel,
    w: Channel,
    ar: Channel,
    write_word: Expr,
    read_word: Expr,
    /// Word to write, and whether all its bytes are meant.
    wdata: Expr,
    full_q: Expr,
}

impl Requests {
    fn new(m: &mut Module, bus: &BusRequest) -> Requests {
        let write = m.wire("write", BIT);
        let read = m.wire("read", BIT);
        let aw = capture(m, "aw", &bus.rst, &bus.awvalid, &write);
        let w = capture(m, "w", &bus.rst, &bus.wvalid, &write);
        let ar = capture(m, "ar", &bus.rst, &bus.arvalid, &read);
        let word = |address: &Expr| address.slice(2, address.ty.width - 2);
        let write_word = m.name("write_word", word(&bus.awaddr));
        let wdata = m.reg("wdata_q", bus.wdata.ty);
        let full_q = m.reg("strobes_full_q", BIT);
        m.on_clock([when(&w.enter, [set(&wdata, &bus.wdata), set(&full_q, bus.wstrb.all())])]);
        let read_word = m.name("read_word", word(&bus.araddr));
        m.unused([bus.awaddr.slice(0, 2), bus.araddr.slice(0, 2)]);
        Requests { write, read, aw, w, ar, write_word, read_word, wdata, full_q }
    }
}

/// Requests that may be for windows: a write, of which all bytes are meant, and a read.
struct Asked<'a> {
    write: &'a Expr,
    full: &'a Expr,
    read: &'a Expr,
    wdata: &'a Expr,
}

/// Hands requests for windows on.
fn ask_windows(
    m: &mut Module,
    c: &Config,
    [aw, ar]: [&Channel; 2],
    [write_word, read_word]: [&Expr; 2],
    asked: &Asked,
) {
    let io = WindowRequests::declare(m, c.clone());
    let request = |window: &Window, word: &Expr| word.slice(word.ty.width - 2, 2).is(i64::from(window.index()));
    let hits = [(Some(&io.write_act), "write_act_q", &ACT_WINDOW), (io.write_wgt.as_ref(), "write_wgt_q", &WGT_WINDOW)];
    for (port, name, window) in hits {
        let Some(port) = port else { continue };
        let hit = m.reg(name, BIT);
        m.on_clock([when(&aw.enter, [set(&hit, request(window, write_word))])]);
        m.assign(port, asked.write & asked.full & hit);
    }
    m.assign(&io.wdata, asked.wdata);
    let window_q = m.reg("res_window_read_q", BIT);
    m.on_clock([when(&ar.enter, [set(&window_q, request(&RES_WINDOW, read_word))])]);
    m.assign(&io.read_res, asked.read & window_q);
}

/// The word that is not held at zero, of words with the number of their bits that vary.
///
/// Steps of one cycle each: which word, some words, all of them. As many of these as one gate of the FPGA takes, narrow
/// ones together, so that upper bits have fewer.
fn either_word(m: &mut Module, mut words: Vec<(Option<usize>, Expr)>) -> Expr {
    words.sort_by_key(|(wide, _)| *wide);
    let words: Vec<Expr> = words.into_iter().map(|(_, word)| word).collect();
    let either = |words: &[Expr]| {
        let width = words.iter().map(|word| word.ty.width).max().unwrap_or(1);
        words.iter().map(|word| widened(word, width)).reduce(|a, b| a | b).unwrap_or_else(|| lit(0, BIT))
    };
    let some: Vec<Expr> =
        words.chunks(4).enumerate().map(|(i, words)| m.register(&format!("words_{i}_q"), either(words))).collect();
    m.name("value", widened(&either(&some), 32))
}

/// A request channel's register: whether it holds a request, and whether one enters.
struct Channel {
    full: Expr,
    enter: Expr,
}

/// Takes a request when there is none, and gives it up when it is `done`.
fn capture(m: &mut Module, name: &str, rst: &Expr, valid: &Expr, done: &Expr) -> Channel {
    let full = m.reg(&format!("{name}_full_q"), BIT);
    let enter = m.name(&format!("{name}_enter"), valid & !&full);
    m.on_clock([if_else(rst, [set_to(&full, 0)], [set(&full, &enter | (&full & !done))])]);
    Channel { full, enter }
}

/// A word's number, taken apart into one bit for each value of its lower and upper part that a register has: two registers and
/// a gate away from any of them, and quick to fill.
struct Decoded {
    low: Expr,
    high: Vec<(i64, Expr)>,
}

impl Decoded {
    /// Bits of the lower part.
    const LOW: usize = 3;

    fn new(m: &mut Module, c: &Config, enter: &Expr, word: &Expr) -> Decoded {
        let low = m.reg("write_low_q", bits(1 << Self::LOW));
        let part = word.slice(0, Self::LOW);
        m.on_clock([when(enter, [set(&low, cat((0..1 << Self::LOW).map(|i| part.is(i))))])]);
        let part = word.slice(Self::LOW, word.ty.width - Self::LOW);
        let values: BTreeSet<i64> = map::registers(c).map(|r| i64::from(r.offset / 4) >> Self::LOW).collect();
        let high = values.into_iter().map(|value| {
            let q = m.reg(&format!("write_high_{value}_q"), BIT);
            m.on_clock([when(enter, [set(&q, part.is(value))])]);
            (value, q)
        });
        Decoded { low, high: high.collect() }
    }

    fn is(&self, word: i64) -> Expr {
        let high = self.high.iter().find(|(value, _)| *value == word >> Self::LOW);
        let low = self.low.bit((word & ((1 << Self::LOW) - 1)) as usize);
        high.map_or(lit(0, BIT), |(_, high)| low & high)
    }
}

/// A word of `width` bits, with zeros above what it has.
fn widened(word: &Expr, width: usize) -> Expr {
    match width - word.ty.width {
        0 => word.clone(),
        above => cat([word.clone(), lit(0, bits(above))]),
    }
}

#[cfg(test)]
mod tests {
    use super::{SLVERR, registers};
    use crate::lang::Interpreter;
    use trine_spec::Config;
    use trine_spec::registers::{CTRL, CTRL_START, ID, ID_VALUE, REGISTERS, SCRATCH};

    fn unit() -> Interpreter {
        let config = Config::sized(8, 2).build().unwrap();
        let mut unit = Interpreter::new(&registers(&config).unwrap()).unwrap();
        unit.set_all([("rst_i", 1), ("bready_i", 1), ("rready_i", 1)]);
        unit.clock();
        unit.set("rst_i", 0);
        unit
    }

    /// Cycles on until `output` is set, ten at most.
    fn wait(unit: &mut Interpreter, output: &str) {
        for _ in 0..10 {
            if unit.get(output) == 1 {
                return;
            }
            unit.clock();
        }
        panic!("no {output}");
    }

    /// The answer to a write.
    fn write(unit: &mut Interpreter, offset: u32, word: i64, strobes: i64) -> i64 {
        unit.set_all([("awaddr_i", i64::from(offset)), ("wdata_i", word), ("wstrb_i", strobes)]);
        unit.set_all([("awvalid_i", 1), ("wvalid_i", 1)]);
        unit.clock();
        unit.set_all([("awvalid_i", 0), ("wvalid_i", 0)]);
        wait(unit, "bvalid_o");
        let answer = unit.get("bresp_o");
        unit.clock();
        answer
    }

    /// Word and answer of a read.
    fn read(unit: &mut Interpreter, offset: u32) -> (i64, i64) {
        unit.set_all([("araddr_i", i64::from(offset)), ("arvalid_i", 1)]);
        unit.clock();
        unit.set("arvalid_i", 0);
        wait(unit, "rvalid_o");
        let answer = (unit.get("rdata_o"), unit.get("rresp_o"));
        unit.clock();
        answer
    }

    #[test]
    fn words_are_kept_and_constants_read() {
        let mut unit = unit();
        assert_eq!(read(&mut unit, ID.offset), (i64::from(ID_VALUE), 0));
        assert_eq!(write(&mut unit, SCRATCH.offset, 0xDEAD_BEEF, 15), 0);
        assert_eq!(write(&mut unit, ID.offset, 0, 15), 0);
        assert_eq!(read(&mut unit, SCRATCH.offset), (0xDEAD_BEEF, 0));
        assert_eq!(read(&mut unit, ID.offset), (i64::from(ID_VALUE), 0));
    }

    #[test]
    fn requests_that_change_nothing_are_answered_with_slverr() {
        let mut unit = unit();
        assert_eq!(write(&mut unit, SCRATCH.offset, 1, 7), SLVERR);
        assert_eq!(read(&mut unit, SCRATCH.offset), (0, 0));
        let beyond = 4 * REGISTERS.len() as u32;
        assert_eq!((write(&mut unit, beyond, 1, 15), read(&mut unit, beyond).1), (SLVERR, SLVERR));
        unit.set("status_busy_i", 1);
        assert_eq!(write(&mut unit, CTRL.offset, i64::from(CTRL_START.at(1)), 15), SLVERR);
        unit.set("status_busy_i", 0);
        assert_eq!(write(&mut unit, CTRL.offset, i64::from(CTRL_START.at(1)), 15), 0);
    }
}
