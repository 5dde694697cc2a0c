//! The registers: storage, triggers and the words that reads give.

use super::Decoded;
use super::ports::port;
use crate::lang::{BIT, Expr, Module, bits, cat, if_else, lit, mux, set, set_to, when};
use trine_spec::Config;
use trine_spec::registers::{
    Access, CTRL, CTRL_SOFT_RESET, CTRL_START, Field, QUEUE, QUEUE_FOLLOW, QUEUE_OPEN, Register, STATUS, STATUS_BUSY,
    WATCHDOG, constant, registers,
};

/// The register file under construction.
pub(super) struct File<'a> {
    pub(super) m: Module,
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
    queue: Option<Queue>,
}

/// A start behind other jobs.
struct Queue {
    open: Expr,
    /// The write asks for such a start.
    follows: Expr,
}

impl File<'_> {
    /// The file in `m`, and whether a write is allowed; `wdata` is the word to write and whether all its bytes are meant.
    pub(super) fn new<'a>(
        mut m: Module,
        c: &'a Config,
        rst: &Expr,
        write: &Expr,
        [wdata, full_q]: [Expr; 2],
    ) -> (File<'a>, Expr) {
        let busy = m.input(&port(&STATUS, &STATUS_BUSY, "i"), BIT);
        m.describe(&busy, STATUS_BUSY.doc);
        let starts = m.wire("starts", BIT);
        let queue = registers(c).any(|r| *r == QUEUE).then(|| {
            let open = m.input(&port(&QUEUE, &QUEUE_OPEN, "i"), BIT);
            m.describe(&open, QUEUE_OPEN.doc);
            Queue { open, follows: m.wire("follows", BIT) }
        });
        let mut refused = &busy & &starts;
        if let Some(Queue { open, follows }) = &queue {
            refused = refused | (!open & follows);
        }
        let refused = m.name("refused", refused);
        let allowed = m.name("allowed", &full_q & !&refused);
        let soft_reset_q = m.reg("soft_reset_q", BIT);
        let reset = m.name("reset", rst | &soft_reset_q);
        // What is written changes a cycle after the request was carried out: the way to all registers is long. Until then
        // nothing can take the place of its address and data.
        let commit = m.register("commit_q", write & &allowed & !&reset);
        (File { m, c, reset, commit, wdata, busy, soft_reset_q, starts, queue }, allowed)
    }

    /// Makes all registers; for each the highest bit that varies, and the word that reads give.
    pub(super) fn words(&mut self, decoded: &Decoded, enter: &Expr, read_word: &Expr) -> Vec<(Option<usize>, Expr)> {
        let mut words = vec![];
        for r in registers(self.c) {
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

    /// The write strobe of register `r`; `hit` is set if a write has its address.
    fn strobe(&mut self, r: &Register, name: &str, hit: &Expr) -> Expr {
        if r.fields.iter().all(|f| matches!(f.access, Access::Constant | Access::ReadOnly)) {
            return lit(0, BIT);
        }
        let hit = self.m.name(&format!("{name}_write"), hit);
        if *r == CTRL {
            self.m.assign(&self.starts, &hit & self.wdata.bit(CTRL_START.lsb));
        }
        if let Some(queue) = self.queue.as_ref().filter(|_| *r == QUEUE) {
            self.m.assign(&queue.follows, &hit & self.wdata.bit(QUEUE_FOLLOW.lsb));
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
            Access::ReadOnly if *f == QUEUE_OPEN => self.queue.as_ref().map_or(lit(0, ty), |q| q.open.clone()),
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
