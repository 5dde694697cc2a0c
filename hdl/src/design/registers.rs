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
//! In a unit with windows, requests for them are handed to [`super::windows`]: they are taken when it does not make them
//! wait, and answered with SLVERR unless it served them.

use crate::interface;
use crate::lang::{
    At, BIT, Errors, Expr, Flow, Interface, Module, Signal, bits, cat, if_else, lit, mux, set, set_to, when,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::registers::{
    ACT_WINDOW, Access, CTRL, CTRL_SOFT_RESET, CTRL_START, Field, REGISTERS, RES_WINDOW, Register, SPACE, STATUS,
    STATUS_BUSY, WATCHDOG, WGT_WINDOW, Window, constant,
};

const SLVERR: i64 = 0b10;

/// Name of a field's port on the register file; `end` is `i`, `o` or `set_i`.
pub(super) fn port(register: &Register, field: &Field, end: &str) -> String {
    format!("{}_{}_{end}", register.name.to_lowercase(), field.name)
}

interface! {
    /// Ports of the register file.
    pub(super) struct RegisterPorts(address: usize) {
        /// Register bus
        source request as "": BusRequest::of(address) => BusRequest,
        /// Windows
        source answers as "": None => Option<WindowAnswers>,
        /// Windows
        source windows as "": None => Option<WindowRequests>,
        /// Fields
        source fields as "": () => Fields,
        /// The watchdog's limit is written.
        output watchdog_written: BIT,
        /// Register bus
        source answer as "": BusAnswer::of() => BusAnswer,
    }
}

interface! {
    /// What the master of the register bus says.
    pub(super) struct BusRequest(address: usize) {
        /// Synchronous reset.
        input rst: BIT,
        /// Write address in bytes.
        input awaddr: bits(address),
        /// A write address is offered.
        input awvalid: BIT,
        /// Word to write.
        input wdata: bits(32),
        /// Bytes of the word to write.
        input wstrb: bits(4),
        /// A word to write is offered.
        input wvalid: BIT,
        /// The answer to a write is taken.
        input bready: BIT,
        /// Read address in bytes.
        input araddr: bits(address),
        /// A read address is offered.
        input arvalid: BIT,
        /// The word read is taken.
        input rready: BIT,
    }
}

interface! {
    /// What the register file says to the master.
    pub(super) struct BusAnswer() {
        /// The write address is taken.
        output awready: BIT,
        /// The word to write is taken.
        output wready: BIT,
        /// A write is answered.
        output bvalid: BIT,
        /// Answer to the write: OKAY or SLVERR.
        output bresp: bits(2),
        /// The read address is taken.
        output arready: BIT,
        /// A read is answered.
        output rvalid: BIT,
        /// Answer to the read: OKAY or SLVERR.
        output rresp: bits(2),
        /// Word read.
        output rdata: bits(32),
    }
}

interface! {
    /// What [`super::windows`] says to a request.
    pub(super) struct WindowAnswers() {
        /// The write to a window waits.
        input write_wait: BIT,
        /// The write to a window is served.
        input write_ok: BIT,
        /// The read of a window waits.
        input read_wait: BIT,
        /// The read of a window is served.
        input read_ok: BIT,
        /// Word read from a window.
        input read_data: bits(32),
    }
}

interface! {
    /// Requests for [`super::windows`].
    pub(super) struct WindowRequests() {
        /// A word is written to the window of activations.
        output write_act: BIT,
        /// A word is written to the window of weights.
        output write_wgt: BIT,
        /// Word that is written.
        output wdata: bits(32),
        /// A word is read from the window of results.
        output read_res: BIT,
    }
}

/// Ports of the fields of all registers, by port name without suffix; [`File`] declares them.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    inputs: BTreeMap<String, Expr>,
    outputs: BTreeMap<String, Expr>,
}

impl Fields {
    /// Output `<register>_<field>`.
    pub(super) fn output(&self, name: &str) -> &Expr {
        self.outputs.get(name).unwrap_or_else(|| panic!("no register output {name}"))
    }

    /// Inputs as [`Fields::input_names`] orders them.
    pub(super) fn input(&self, name: &str) -> &Expr {
        self.inputs.get(name).unwrap_or_else(|| panic!("no register input {name}"))
    }

    /// Names and fields of all inputs, in the order of registers.
    pub(super) fn input_names() -> impl Iterator<Item = (String, &'static Field)> {
        let fields = REGISTERS.iter().flat_map(|r| r.fields.iter().map(move |f| (r, f)));
        fields.filter_map(|(r, f)| {
            let end = match f.access {
                Access::ReadOnly => "",
                Access::WriteOneClears => "_set",
                _ => return None,
            };
            Some((format!("{}_{}{end}", r.name.to_lowercase(), f.name), f))
        })
    }
}

impl Interface for Fields {
    type Shape = ();

    fn signals((): (), _: &At, _: &mut Vec<Signal>) {}

    fn find(at: &At, look: &mut dyn FnMut(&str) -> Option<Expr>) -> Option<Fields> {
        let mut found = |name: String, flow: Flow| {
            let port = <Expr as Interface>::find(&at.part(&name, &[], flow), look)?;
            Some((name, port))
        };
        let inputs = Fields::input_names().filter_map(|(name, _)| found(name, Flow::In)).collect();
        let names = REGISTERS.iter().flat_map(|r| r.fields.iter().map(|f| port(r, f, "o")));
        let names = names.map(|name| name.trim_end_matches("_o").to_string());
        let outputs = names.filter_map(|name| found(name, Flow::Out)).collect();
        Some(Fields { inputs, outputs })
    }

    fn leaves(&self, _: &At, _: &mut Vec<(String, Flow, Expr)>) {}
}

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
    let windows = c.windows.then(|| WindowAnswers::declare(&mut m));
    let (mut writes, mut reads) = (write_request.clone(), read_request.clone());
    if let Some(w) = &windows {
        (writes, reads) = (writes & !&w.write_wait, reads & !&w.read_wait);
    }
    m.assign(&write, writes);
    m.assign(&read, reads);

    let (mut file, allowed) = File::new(m, c, rst, &write, [wdata.clone(), full_q.clone()]);
    let decoded = Decoded::new(&mut file.m, &aw.enter, &write_word);
    let words = file.words(&decoded, &ar.enter, &read_word);
    let mut m = file.m;
    let known_q = m.reg("known_q", BIT);
    let found_q = m.reg("found_q", BIT);
    let known = |word: &Expr| cat(REGISTERS.iter().map(|r| word.is(i64::from(r.offset / 4)))).any();
    m.on_clock([
        when(&aw.enter, [set(&known_q, known(&write_word))]),
        when(&ar.enter, [set(&found_q, known(&read_word))]),
    ]);
    let mut served = known_q & &allowed;
    if let Some(answers) = &windows {
        let asked = Asked { write: &write_request, full: &full_q, read: &read_request, wdata: &wdata };
        ask_windows(&mut m, [&aw, &ar], [&write_word, &read_word], &asked);
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
fn ask_windows(m: &mut Module, [aw, ar]: [&Channel; 2], [write_word, read_word]: [&Expr; 2], asked: &Asked) {
    let io = WindowRequests::declare(m);
    let request = |window: &Window, word: &Expr| word.slice(word.ty.width - 2, 2).is(i64::from(window.index()));
    let hits = [(&io.write_act, "write_act_q", &ACT_WINDOW), (&io.write_wgt, "write_wgt_q", &WGT_WINDOW)];
    for (port, name, window) in hits {
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

    fn new(m: &mut Module, enter: &Expr, word: &Expr) -> Decoded {
        let low = m.reg("write_low_q", bits(1 << Self::LOW));
        let part = word.slice(0, Self::LOW);
        m.on_clock([when(enter, [set(&low, cat((0..1 << Self::LOW).map(|i| part.is(i))))])]);
        let part = word.slice(Self::LOW, word.ty.width - Self::LOW);
        let values: BTreeSet<i64> = REGISTERS.iter().map(|r| i64::from(r.offset / 4) >> Self::LOW).collect();
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

struct File<'a> {
    m: Module,
    c: &'a Config,
    /// Hard or soft reset.
    reset: Expr,
    /// A write that may change something, carried out in the cycle before.
    commit: Expr,
    wdata: Expr,
    busy: Expr,
    soft_reset_q: Expr,
    /// The write asks for a start.
    starts: Expr,
}

impl File<'_> {
    /// The file in `m`, and whether a write is allowed; `wdata` is the word to write and whether all its bytes are meant.
    fn new<'a>(mut m: Module, c: &'a Config, rst: &Expr, write: &Expr, [wdata, full_q]: [Expr; 2]) -> (File<'a>, Expr) {
        let busy = m.input(&port(&STATUS, &STATUS_BUSY, "i"), BIT);
        m.describe(&busy, STATUS_BUSY.doc);
        let starts = m.wire("starts", BIT);
        let refused = m.name("refused", &busy & &starts);
        let allowed = m.name("allowed", &full_q & !&refused);
        let soft_reset_q = m.reg("soft_reset_q", BIT);
        let reset = m.name("reset", rst | &soft_reset_q);
        // What is written changes a cycle after the request was carried out: the way to all registers is long. Until then
        // nothing can take the place of its address and data.
        let commit = m.register("commit_q", write & &allowed & !&reset);
        (File { m, c, reset, commit, wdata, busy, soft_reset_q, starts }, allowed)
    }

    /// Makes all registers; for each the highest bit that varies, and the word that reads give.
    fn words(&mut self, decoded: &Decoded, enter: &Expr, read_word: &Expr) -> Vec<(Option<usize>, Expr)> {
        let mut words = vec![];
        for r in REGISTERS {
            let (name, word) = (r.name.to_lowercase(), i64::from(r.offset / 4));
            let skip = self.m.reg(&format!("{name}_skip_q"), BIT);
            self.m.on_clock([when(enter, [set(&skip, !read_word.is(word))])]);
            let strobe = self.strobe(r, &name, &decoded.is(word));
            if *r == WATCHDOG {
                let port = self.m.drive("watchdog_written_o", &strobe);
                self.m.describe(&port, "The watchdog's limit is written.");
            }
            let value = self.register(r, &strobe);
            let word = self.m.reg(&format!("{name}_word_q"), value.ty);
            self.m.on_clock([set(&word, mux(&skip, lit(0, word.ty), value))]);
            // Constants have few ones.
            let wide = r.fields.iter().filter(|f| f.access != Access::Constant).map(|f| f.lsb + f.width).max();
            words.push((wide, word));
        }
        words
    }

    /// Whether the register `r` is written; `hit` says that a write has its address.
    fn strobe(&mut self, r: &Register, name: &str, hit: &Expr) -> Expr {
        if r.fields.iter().all(|f| matches!(f.access, Access::Constant | Access::ReadOnly)) {
            return lit(0, BIT);
        }
        let hit = self.m.name(&format!("{name}_write"), hit);
        if *r == CTRL {
            self.m.assign(&self.starts, &hit & self.wdata.bit(CTRL_START.lsb));
        }
        self.m.name(&format!("{name}_strobe"), &self.commit & hit)
    }

    /// Drives the output of field `f`.
    fn drive(&mut self, r: &Register, f: &Field, value: &Expr) {
        let port = self.m.drive(&port(r, f, "o"), value);
        self.m.describe(&port, f.doc);
    }

    /// Declares an input of field `f`, a value or an event.
    fn input(&mut self, r: &Register, f: &Field, end: &str) -> Expr {
        let port = self.m.input(&port(r, f, end), bits(f.width));
        self.m.describe(&port, f.doc);
        port
    }

    /// Makes a register's storage and ports; `strobe` says that it is written. Returns the word that reads give, up to its
    /// highest bit that may be set.
    fn register(&mut self, r: &Register, strobe: &Expr) -> Expr {
        if r.fields.iter().all(|f| f.access == Access::Constant) {
            let value = constant(r, self.c);
            return lit(i64::from(value), bits((32 - value.leading_zeros() as usize).max(1)));
        }
        let (mut parts, mut at) = (vec![], 0);
        for f in r.fields {
            if f.lsb > at {
                parts.push(lit(0, bits(f.lsb - at)));
            }
            parts.push(self.field(r, f, strobe));
            at = f.lsb + f.width;
        }
        cat(parts)
    }

    fn field(&mut self, r: &Register, f: &Field, written: &Expr) -> Expr {
        let value = self.wdata.slice(f.lsb, f.width);
        let ty = bits(f.width);
        match f.access {
            Access::Constant => lit(i64::from(f.of(constant(r, self.c))), ty),
            Access::ReadOnly if *f == STATUS_BUSY => self.busy.clone(),
            Access::ReadOnly => self.input(r, f, "i"),
            Access::ReadWrite => {
                let q = self.m.reg(&port(r, f, "q"), ty);
                self.m.on_clock([if_else(&self.reset, [set_to(&q, 0)], [when(written, [set(&q, value)])])]);
                self.drive(r, f, &q);
                q
            }
            Access::WriteOneClears => {
                let event = self.input(r, f, "set_i");
                let q = self.m.reg(&port(r, f, "q"), ty);
                let kept = &q & !(value & written.repeat(f.width));
                self.m.on_clock([if_else(&self.reset, [set_to(&q, 0)], [set(&q, event | kept)])]);
                self.drive(r, f, &q);
                q
            }
            Access::Trigger => {
                let q = match *f == CTRL_SOFT_RESET {
                    true => self.soft_reset_q.clone(),
                    false => self.m.reg(&port(r, f, "q"), ty),
                };
                self.m.on_clock([set(&q, value & written & !&self.reset)]);
                self.drive(r, f, &q);
                lit(0, ty)
            }
        }
    }
}
