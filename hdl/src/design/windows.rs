//! Beats through the register space: 32-bit words gathered into beats, and beats taken apart into words.
//!
//! ```text
//!  data_i ──[word_q]──> [shift register, bus bits] ─> act_data_o, act_valid_o, act_last_o     (the same for weights)
//!  write_act_i ──[step_q]──┘   [place_q]  one bit a word of the beat
//!
//!  res_data_i ──> column n, if its turn ─[word_n_q]─┐
//!                 0 otherwise                       or ─> sign-extended ─> data_o
//! ```
//! A word is shifted in from the top, so that the first one ends up lowest; a beat that is complete waits for its stream
//! and keeps further words out. The beat that `act_last_i` or `wgt_last_i` announced
//! carries the stream's mark and closes its window. A result word waits in the `word_n_q`: the resets of those that are not in turn are what selects, so
//! that only an OR is left of the multiplexer.
//!
//! A request is on while `write_*_i` or `read_i` is, and is over in the first cycle without `write_wait_o` or
//! `read_wait_o`; it was served if `write_ok_o` or `read_ok_o` is set then. It waits only while a job runs, and not longer
//! than [`Config::window_patience`] since weights last came from memory, or for the few cycles of `starting_i`, in which a job is checked and the datapath emptied for
//! it. Requests that are never served are told by `full_o` and `empty_o`, a cycle later.

use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, Stream, bits, cat, if_else, lit, set, set_to, when};
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::packing::words;

interface! {
    /// Ports of the windows.
    pub(super) struct WindowsPorts(c: Config) {
        /// Job and word
        source control as "": WindowsControl::of(c.memory()) => WindowsControl,
        /// Window of activations
        source act: WriteWindow::of(c.act_bus()) => WriteWindow,
        /// Window of weights
        source wgt: (!c.memory()).then(|| WriteWindow::of(c.weight_bus())) => Option<WriteWindow>,
        /// Window of results
        source res as "": ReadWindow::of(c.columns() * c.acc_bits()) => ReadWindow,
        /// Answers
        source answers as "": WindowsAnswers::of() => WindowsAnswers,
    }
}

interface! {
    /// The job, and the word that is written.
    pub(super) struct WindowsControl(memory: bool) {
        /// Empties the windows.
        input rst: BIT,
        /// A job runs.
        input busy: BIT,
        /// A job is checked or the datapath emptied for it: requests wait.
        input starting: BIT,
        /// Word that is written.
        input data: bits(32),
        /// A beat of weights comes from memory: whoever waits has longer to wait.
        input moved: memory.then_some(BIT) => Option<Expr>,
    }
}

interface! {
    /// A window that is written: words become beats.
    pub(super) struct WriteWindow(bus: usize) {
        /// A word is written to it.
        input write as "write_{}": BIT,
        /// The next beat is the last one.
        input mark as "last": BIT,
        /// Beats
        source beats as "": Stream::of(bits(bus)).with_last() => Stream,
    }
}

interface! {
    /// The window that is read: beats become words.
    pub(super) struct ReadWindow(values: usize) {
        /// A word is read.
        input read: BIT,
        /// Word of the request before.
        output data: bits(32),
        /// Results, an accumulator a column
        sink res: Stream::of(bits(values)) => Stream,
    }
}

interface! {
    /// State of the requests of this cycle.
    pub(super) struct WindowsAnswers() {
        /// The write waits.
        output write_wait: BIT,
        /// The write is served.
        output write_ok: BIT,
        /// The read waits.
        output read_wait: BIT,
        /// The read is served.
        output read_ok: BIT,
        /// A write was not served.
        output full: BIT,
        /// A read was not served.
        output empty: BIT,
    }
}

/// The windows of configuration `c`.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn windows(c: &Config) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_windows", "Turns words of the register space into beats, and beats into words.");
    let WindowsControl { rst, busy, starting, data, moved } = WindowsControl::declare(&mut m, c.memory());
    let job = Job { busy, starting };
    let word_q = m.register("word_q", data);
    let act = source(&mut m, "act", c.act_bus(), &rst, &job, &word_q);
    let wgt = (!c.memory()).then(|| source(&mut m, "wgt", c.weight_bus(), &rst, &job, &word_q));
    let write = wgt.into_iter().fold(act, Request::or);
    let blocked = m.name("write_blocked", write.blocked);
    let patience = c.window_patience();
    let counted = |waits: &Expr| moved.iter().fold(waits.clone(), |waits, moved| waits & !moved);
    let write_expired = expiry(&mut m, "write", &counted(&blocked), patience);
    let sink = sink(&mut m, c, &rst, &job);
    let read_expired = expiry(&mut m, "read", &counted(&sink.blocked), patience);

    let full = (&write_expired & &blocked) | write.stray;
    let full = m.register("full_q", full & !&rst);
    let empty = m.register("empty_q", ((&read_expired & &sink.blocked) | sink.stray) & !&rst);
    let answers = WindowsAnswers::declare(&mut m);
    m.assign(&answers.write_wait, blocked & !write_expired);
    m.assign(&answers.write_ok, write.taken);
    m.assign(&answers.read_wait, sink.blocked & !read_expired);
    m.assign(&answers.read_ok, sink.taken);
    m.assign(&answers.full, full);
    m.assign(&answers.empty, empty);
    m.build()
}

/// Conditions that requests wait for.
struct Job {
    busy: Expr,
    starting: Expr,
}

impl Job {
    /// Requests are heard.
    fn runs(&self) -> Expr {
        &self.busy & !&self.starting
    }
}

/// State of a request in this cycle.
struct Request {
    /// It is served.
    taken: Expr,
    /// It can be served later.
    blocked: Expr,
    /// It can never be served: without a job, or after the last beat.
    stray: Expr,
}

impl Request {
    /// The state of two windows of which one is asked.
    fn or(self, other: Request) -> Request {
        Request {
            taken: self.taken | other.taken,
            blocked: self.blocked | other.blocked,
            stray: self.stray | other.stray,
        }
    }
}

/// A window that is written: words become the beats of `bus` bits of a stream.
fn source(m: &mut Module, name: &str, bus: usize, rst: &Expr, job: &Job, word: &Expr) -> Request {
    let doc = if name == "act" { "Window of activations" } else { "Window of weights" };
    let WriteWindow { write, mark, beats } = m.source(name, doc, WriteWindow::of(bus));
    let ready = &beats.ready;
    let count = words(bus);
    // Every word but a lone one passes in full through the place of the last one.
    let beat_q = m.reg(&format!("{name}_beat_q"), bits(if count == 1 { bus } else { 32 * count }));
    let step_q = m.reg(&format!("{name}_step_q"), BIT);
    // A beat has all its words; a cycle later they are in place.
    let full_q = m.reg(&format!("{name}_full_q"), BIT);
    let ended_q = m.reg(&format!("{name}_ended_q"), BIT);
    let valid_q = m.reg(&format!("{name}_valid_q"), BIT);
    let marked_q = m.reg(&format!("{name}_marked_q"), BIT);
    let last_q = m.reg(&format!("{name}_last_q"), BIT);
    let closed_q = m.reg(&format!("{name}_closed_q"), BIT);

    let request = m.name(&format!("{name}_request"), &write & job.runs());
    let taken = m.name(&format!("{name}_taken"), &request & !(&full_q | &closed_q));
    let turns = ring(m, &format!("{name}_place"), count, rst, &taken);
    let complete = m.name(&format!("{name}_complete"), &taken & &turns[count - 1]);
    let marked = m.name(&format!("{name}_marked"), mark | &marked_q);
    let shifted = match count {
        1 if bus < 32 => word.slice(0, bus),
        1 => word.clone(),
        _ => cat([beat_q.slice(32, 32 * (count - 1)), word.clone()]),
    };
    m.on_clock([
        set(&step_q, &taken),
        when(&step_q, [set(&beat_q, shifted)]),
        when(&complete, [set(&last_q, &marked)]),
        if_else(
            rst,
            [set_to(&full_q, 0), set_to(&ended_q, 0), set_to(&valid_q, 0), set_to(&marked_q, 0), set_to(&closed_q, 0)],
            [
                set(&full_q, &complete | (&full_q & !(&valid_q & ready))),
                set(&ended_q, &complete),
                set(&valid_q, &ended_q | (&valid_q & !ready)),
                set(&marked_q, &marked & !&complete),
                when(&complete, [set(&closed_q, &marked)]),
            ],
        ),
    ]);
    let beat = Stream { data: beat_q.slice(0, bus), valid: valid_q, last: Some(last_q), ..beats.clone() };
    m.send(&beats, &beat);
    let beyond = beat_q.ty.width - bus;
    if beyond > 0 {
        m.unused([beat_q.slice(bus, beyond)]);
    }
    if count == 1 && bus < 32 {
        m.unused([word.slice(bus, 32 - bus)]);
    }
    let blocked = m.name(&format!("{name}_blocked"), (&request & &full_q & !&closed_q) | (&write & &job.starting));
    Request { taken, blocked, stray: write & !&job.starting & (!&job.busy | closed_q) }
}

/// The window that is read: the beats of the result stream become words, one a column.
fn sink(m: &mut Module, c: &Config, rst: &Expr, job: &Job) -> Request {
    let ReadWindow { read, data, res } = m.source("", "Window of results", ReadWindow::of(c.columns() * c.acc_bits()));
    let Stream { valid, data: beat, ready, .. } = res;
    let have_q = m.reg("have_q", BIT);
    let request = m.name("res_request", &read & job.runs());
    let taken = m.name("res_taken", &request & &have_q);
    let turns = ring(m, "res_place", c.columns(), rst, &taken);
    m.on_clock([set(&have_q, &valid & !(&taken | rst))]);
    let mut word: Vec<Expr> = vec![];
    for (n, turn) in turns.iter().enumerate() {
        let q = m.reg(&format!("word_{n}_q"), bits(c.acc_bits()));
        let value = set(&q, beat.slice(n * c.acc_bits(), c.acc_bits()));
        m.on_clock([if c.columns() == 1 { value } else { if_else(turn, [value], [set_to(&q, 0)]) }]);
        word.push(q);
    }
    while word.len() > 1 {
        word = word.chunks(2).filter_map(|pair| pair.iter().cloned().reduce(|a, b| a | b)).collect();
    }
    let word = m.name("word", &word[0]);
    let widened = m.wire("widened", crate::lang::int(32));
    m.assign(&widened, word.signed());
    m.assign(&data, widened.unsigned());
    m.assign(&ready, &taken & &turns[c.columns() - 1]);
    let blocked = m.name("res_blocked", (request & !have_q) | (&read & &job.starting));
    Request { taken, blocked, stray: read & !&job.starting & !&job.busy }
}

/// Whose turn it is of `count`: one bit each, moving on with `step`.
fn ring(m: &mut Module, name: &str, count: usize, rst: &Expr, step: &Expr) -> Vec<Expr> {
    if count == 1 {
        return vec![lit(1, BIT)];
    }
    let q = m.reg(&format!("{name}_q"), bits(count));
    let next = cat([q.bit(count - 1), q.slice(0, count - 1)]);
    m.on_clock([if_else(rst, [set_to(&q, 1)], [when(step, [set(&q, next)])])]);
    (0..count).map(|n| q.bit(n)).collect()
}

/// Set when `waits` has been on for `cycles` cycles, a power of two.
fn expiry(m: &mut Module, name: &str, waits: &Expr, cycles: usize) -> Expr {
    let bit = cycles.trailing_zeros() as usize;
    let q = m.reg(&format!("{name}_waited_q"), bits(bit + 1));
    m.on_clock([if_else(waits, [set(&q, q.step(1))], [set_to(&q, 0)])]);
    q.bit(bit)
}

#[cfg(test)]
mod tests {
    use super::windows;
    use crate::lang::Interpreter;
    use trine_spec::Config;

    /// Windows of a unit with activation beats of two words, and a job that runs if it is `busy`.
    fn unit(busy: i64) -> Interpreter {
        let config = Config::sized(6, 2).windows(true).build().unwrap();
        let mut unit = Interpreter::new(&windows(&config).unwrap()).unwrap();
        unit.set("rst_i", 1);
        unit.clock();
        unit.set_all([("rst_i", 0), ("busy_i", busy)]);
        unit.clock();
        unit
    }

    #[test]
    fn two_words_make_a_beat_of_activations() {
        let mut unit = unit(1);
        for (word, mark) in [(0x4433_2211, 0), (0x6655, 1)] {
            unit.set_all([("write_act_i", 1), ("data_i", word), ("act_last_i", mark)]);
            assert_eq!((unit.get("write_ok_o"), unit.get("write_wait_o")), (1, 0));
            unit.clock();
        }
        unit.set_all([("write_act_i", 0), ("act_last_i", 0)]);
        let arrives = (0..4).find(|_| {
            let valid = unit.get("act_valid_o") == 1;
            if !valid {
                unit.clock();
            }
            valid
        });
        assert!(arrives.is_some());
        assert_eq!((unit.get("act_data_o"), unit.get("act_last_o")), (0x6655_4433_2211, 1));
        unit.set("act_ready_i", 1);
        unit.clock();
        assert_eq!((unit.get("act_valid_o"), unit.get("wgt_valid_o")), (0, 0));
    }

    #[test]
    fn a_word_without_a_job_is_told() {
        let mut unit = unit(0);
        unit.set("write_act_i", 1);
        assert_eq!((unit.get("write_ok_o"), unit.get("write_wait_o"), unit.get("full_o")), (0, 0, 0));
        unit.clock();
        unit.set("write_act_i", 0);
        assert_eq!((unit.get("full_o"), unit.get("empty_o")), (1, 0));
    }
}
