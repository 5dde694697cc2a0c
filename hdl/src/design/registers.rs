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

use crate::lang::{BIT, Errors, Expr, Module, bits, cat, if_else, lit, mux, set, set_to, when};
use std::collections::BTreeSet;
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

/// The register file of configuration `c`.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn registers(c: &Config) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_registers", "Register file on AXI4-Lite.");
    let address = bits(SPACE.trailing_zeros() as usize);
    let rst = m.input("rst_i", BIT);
    let awaddr = m.input("awaddr_i", address);
    let awvalid = m.input("awvalid_i", BIT);
    let wdata = m.input("wdata_i", bits(32));
    let wstrb = m.input("wstrb_i", bits(4));
    let wvalid = m.input("wvalid_i", BIT);
    let bready = m.input("bready_i", BIT);
    let araddr = m.input("araddr_i", address);
    let arvalid = m.input("arvalid_i", BIT);
    let rready = m.input("rready_i", BIT);
    let bvalid_q = m.reg("bvalid_q", BIT);
    let bresp_q = m.reg("bresp_q", bits(2));
    let rvalid_q = m.reg("rvalid_q", BIT);
    let rresp_q = m.reg("rresp_q", bits(2));
    let rdata_q = m.reg("rdata_q", bits(32));

    let write = m.wire("write", BIT);
    let read = m.wire("read", BIT);
    let aw = capture(&mut m, "aw", &rst, &awvalid, &write);
    let w = capture(&mut m, "w", &rst, &wvalid, &write);
    let ar = capture(&mut m, "ar", &rst, &arvalid, &read);
    let word = |address: &Expr| address.slice(2, address.ty.width - 2);
    let write_word = m.name("write_word", word(&awaddr));
    let wdata_q = m.reg("wdata_q", wdata.ty);
    let full_q = m.reg("strobes_full_q", BIT);
    m.on_clock([when(&w.enter, [set(&wdata_q, &wdata), set(&full_q, wstrb.all())])]);
    let wdata = wdata_q;
    let read_word = m.name("read_word", word(&araddr));
    m.unused([awaddr.slice(0, 2), araddr.slice(0, 2)]);

    let write_request = m.name("write_request", &aw.full & &w.full & !&bvalid_q);
    let settled_q = m.reg("settled_q", BIT);
    let chosen_q = m.reg("chosen_q", BIT);
    m.on_clock([if_else(
        &rst,
        [set_to(&chosen_q, 0), set_to(&settled_q, 0)],
        [set(&chosen_q, &ar.full & !&read), set(&settled_q, &chosen_q)],
    )]);
    let read_request = m.name("read_request", &settled_q & !&rvalid_q);
    let windows = c.windows.then(|| Windows::new(&mut m));
    let (mut writes, mut reads) = (write_request.clone(), read_request.clone());
    if let Some(w) = &windows {
        (writes, reads) = (writes & !&w.write_wait, reads & !&w.read_wait);
    }
    m.assign(&write, writes);
    m.assign(&read, reads);

    let busy = m.input(&port(&STATUS, &STATUS_BUSY, "i"), BIT);
    let starts = m.wire("starts", BIT);
    let refused = m.name("refused", &busy & &starts);
    let allowed = m.name("allowed", &full_q & !&refused);
    let soft_reset_q = m.reg("soft_reset_q", BIT);
    let reset = m.name("reset", &rst | &soft_reset_q);
    // What is written changes a cycle after the request was carried out: the way to all registers is long. Until then
    // nothing can take the place of its address and data.
    let commit = m.register("commit_q", &write & &allowed & !&reset);

    let file_wdata = wdata.clone();
    let decoded = Decoded::new(&mut m, &aw.enter, &write_word);
    let mut file = File { m, c, reset, commit, wdata, busy, soft_reset_q };
    let mut words = vec![];
    for r in REGISTERS {
        let (name, word) = (r.name.to_lowercase(), i64::from(r.offset / 4));
        let skip = file.m.reg(&format!("{name}_skip_q"), BIT);
        file.m.on_clock([when(&ar.enter, [set(&skip, !read_word.is(word))])]);
        let strobe = if r.fields.iter().all(|f| matches!(f.access, Access::Constant | Access::ReadOnly)) {
            lit(0, BIT)
        } else {
            let hit = file.m.name(&format!("{name}_write"), decoded.is(word));
            if *r == CTRL {
                file.m.assign(&starts, &hit & file_wdata.bit(CTRL_START.lsb));
            }
            file.m.name(&format!("{name}_strobe"), &file.commit & hit)
        };
        if *r == WATCHDOG {
            file.m.drive("watchdog_written_o", &strobe);
        }
        let value = file.register(r, &strobe);
        let word = file.m.reg(&format!("{name}_word_q"), value.ty);
        file.m.on_clock([set(&word, mux(&skip, lit(0, word.ty), value))]);
        // Constants have few ones.
        let wide = r.fields.iter().filter(|f| f.access != Access::Constant).map(|f| f.lsb + f.width).max();
        words.push((wide, word));
    }
    let mut m = file.m;
    let known_q = m.reg("known_q", BIT);
    let found_q = m.reg("found_q", BIT);
    let known = |word: &Expr| cat(REGISTERS.iter().map(|r| word.is(i64::from(r.offset / 4)))).any();
    m.on_clock([
        when(&aw.enter, [set(&known_q, known(&write_word))]),
        when(&ar.enter, [set(&found_q, known(&read_word))]),
    ]);
    let mut served = known_q & &allowed;
    if let Some(w) = &windows {
        let request = |window: &Window, word: &Expr| word.slice(word.ty.width - 2, 2).is(i64::from(window.index()));
        for (port, window) in [("write_act_o", &ACT_WINDOW), ("write_wgt_o", &WGT_WINDOW)] {
            let hit = m.reg(&port.replace("_o", "_q"), BIT);
            m.on_clock([when(&aw.enter, [set(&hit, request(window, &write_word))])]);
            m.drive(port, &write_request & &full_q & hit);
        }
        m.drive("wdata_o", &file_wdata);
        let window_q = m.reg("res_window_read_q", BIT);
        m.on_clock([when(&ar.enter, [set(&window_q, request(&RES_WINDOW, &read_word))])]);
        m.drive("read_res_o", &read_request & window_q);
        served = served | &w.write_ok;
    }
    let denied = m.name("denied", !served);
    // Steps of one cycle each: which word, some words, all of them. As many of these as one gate of the FPGA takes, narrow ones
    // together, so that upper bits have fewer.
    words.sort_by_key(|(wide, _)| *wide);
    let words: Vec<Expr> = words.into_iter().map(|(_, word)| word).collect();
    let either = |words: &[Expr]| {
        let width = words.iter().map(|word| word.ty.width).max().unwrap_or(1);
        words.iter().map(|word| widened(word, width)).reduce(|a, b| a | b).unwrap_or_else(|| lit(0, BIT))
    };
    let some: Vec<Expr> =
        words.chunks(4).enumerate().map(|(i, words)| m.register(&format!("words_{i}_q"), either(words))).collect();
    let value = m.name("value", widened(&either(&some), 32));
    m.on_clock([
        when(&write, [set(&bresp_q, mux(&denied, lit(SLVERR, bits(2)), lit(0, bits(2))))]),
        when(&read, [set(&rdata_q, value), set(&rresp_q, mux(found_q, lit(0, bits(2)), lit(SLVERR, bits(2))))]),
    ]);
    if let Some(w) = &windows {
        m.on_clock([when(&w.read_ok, [set(&rdata_q, &w.read_data), set_to(&rresp_q, 0)])]);
    }
    m.on_clock([if_else(
        &rst,
        [set_to(&bvalid_q, 0), set_to(&rvalid_q, 0)],
        [set(&bvalid_q, &write | (&bvalid_q & !bready)), set(&rvalid_q, &read | (&rvalid_q & !rready))],
    )]);
    m.drive("awready_o", !&aw.full);
    m.drive("wready_o", !&w.full);
    m.drive("bvalid_o", &bvalid_q);
    m.drive("bresp_o", &bresp_q);
    m.drive("arready_o", !&ar.full);
    m.drive("rvalid_o", &rvalid_q);
    m.drive("rresp_o", &rresp_q);
    m.drive("rdata_o", &rdata_q);
    m.build()
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

/// What [`super::windows`] says to a request.
struct Windows {
    write_wait: Expr,
    write_ok: Expr,
    read_wait: Expr,
    read_ok: Expr,
    read_data: Expr,
}

impl Windows {
    fn new(m: &mut Module) -> Windows {
        Windows {
            write_wait: m.input("write_wait_i", BIT),
            write_ok: m.input("write_ok_i", BIT),
            read_wait: m.input("read_wait_i", BIT),
            read_ok: m.input("read_ok_i", BIT),
            read_data: m.input("read_data_i", bits(32)),
        }
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
}

impl File<'_> {
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
            Access::ReadOnly => self.m.input(&port(r, f, "i"), ty),
            Access::ReadWrite => {
                let q = self.m.reg(&port(r, f, "q"), ty);
                self.m.on_clock([if_else(&self.reset, [set_to(&q, 0)], [when(written, [set(&q, value)])])]);
                self.m.drive(&port(r, f, "o"), &q);
                q
            }
            Access::WriteOneClears => {
                let event = self.m.input(&port(r, f, "set_i"), ty);
                let q = self.m.reg(&port(r, f, "q"), ty);
                let kept = &q & !(value & written.repeat(f.width));
                self.m.on_clock([if_else(&self.reset, [set_to(&q, 0)], [set(&q, event | kept)])]);
                self.m.drive(&port(r, f, "o"), &q);
                q
            }
            Access::Trigger => {
                let q = match *f == CTRL_SOFT_RESET {
                    true => self.soft_reset_q.clone(),
                    false => self.m.reg(&port(r, f, "q"), ty),
                };
                self.m.on_clock([set(&q, value & written & !&self.reset)]);
                self.m.drive(&port(r, f, "o"), &q);
                lit(0, ty)
            }
        }
    }
}
