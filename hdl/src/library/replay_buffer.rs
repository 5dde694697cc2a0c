//! Stores a stream once and replays it as often as asked, starting while it still arrives.
//!
//! ```text
//!                 ┌────────┐
//!        rst_i ──>│        │<── take_i
//!  open_next_i ──>│        │<── rewind_i
//!   in_valid_i ──>│ replay │──> valid_o
//!    in_last_i ──>│ buffer │──> valid_next_o
//!    in_data_i ──>│        │──> word_o
//!   in_ready_o <──│        │──> last_o
//!                 └────────┘
//!
//!  in_valid_i, in_data_i ──[marked_q]──> [ banks: depth words ]──[word]──[out]──> word_o, last_o   (two cycles after take_i)
//!  in_ready_o            <──   write_q        probe_q  <── take_i, rewind_i; valid_o
//!                                └──[gap_q]── two more behind it? ──> valid_next_o
//! ```
//! `open_next_i` with `rst_i` lets words in from the next cycle on, until it ends, the buffer is full or the word with the
//! closing mark `in_last_i` is in. While `valid_o` there is a word to take, and in the next cycle while `valid_next_o`:
//! `take_i` moves on, `take_i` with `rewind_i` moves back to the first word; the marked one must be taken with `rewind_i`. The
//! word and its mark follow two cycles after `take_i`.
//!
//! The buffer knows ahead that it has a word, almost without `take_i`, which comes late in a cycle: a word can be taken
//! when two more have followed it, when the marked one has arrived, or when for a while none came and none was taken. So
//! the first word can be taken two to six cycles after it arrived; one word a cycle passes.
//!
//! A bank is a part of the width. Where there are several, each has registers of its own for where and when to write and where
//! to read, so that what moves them on is all that has to reach it.
//!
//! ```
//! use trine_hdl::lang::{Interpreter, Trace};
//! use trine_hdl::library::replay_buffer;
//! let buffer = replay_buffer(trine_spec::Style::Portable, "trine_replay", 8, 4).unwrap();
//! let mut buffer = Interpreter::new(&buffer).unwrap();
//! let signals = ["in_valid_i", "in_last_i", "in_data_i", "valid_o", "take_i", "rewind_i", "word_o", "last_o"];
//! let mut trace = Trace::of(&signals);
//! buffer.set_all([("rst_i", 1), ("open_next_i", 1)]);
//! (0..2).for_each(|_| buffer.clock());
//! buffer.set("rst_i", 0);
//! // Two words, 5 and 6, are stored once and taken twice.
//! for (valid, last, data) in [(1, 0, 5), (1, 1, 6)].into_iter().chain([(0, 0, 0); 9]) {
//!     buffer.set_all([("in_valid_i", valid), ("in_last_i", last), ("in_data_i", data)]);
//!     let taken = trace.cycles();
//!     let take = i64::from(buffer.get("valid_o") == 1 && taken < 8);
//!     buffer.set_all([("take_i", take), ("rewind_i", (taken as i64 + 1) % 2)]);
//!     trace.cycle(&mut buffer);
//! }
//! assert_eq!(trace.to_string(), "
//! cycle      0  1  2  3  4  5  6  7  8  9  10
//! in_valid_i ▔▔▔▔▔▔▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
//! in_last_i  ▁▁▁▔▔▔▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
//! in_data_i  │5 │6 │0
//! valid_o    ▁▁▁▁▁▁▁▁▁▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔
//! take_i     ▁▁▁▁▁▁▁▁▁▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▁▁▁▁▁▁▁▁▁
//! rewind_i   ▔▔▔▁▁▁▔▔▔▁▁▁▔▔▔▁▁▁▔▔▔▁▁▁▔▔▔▁▁▁▔▔▔
//! word_o     │0          │5    │6 │5 │6 │5 │6
//! last_o     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▔▔▔▁▁▁▔▔▔▁▁▁▔▔▔
//! ");
//! ```

use super::{RamPorts, ram};
use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, RamStyle, Stream, bits, cat, if_else, lit, set, set_to, when};
use std::sync::Arc;
use trine_spec::Style;
use trine_spec::config::clog2;

/// Bits of a bank of the ECP5: eight block RAMs.
const BANK: usize = 144;

interface! {
    /// Ports of a [`replay_buffer()`].
    pub struct ReplayPorts(width: usize) {
        /// Empties the buffer.
        input rst: BIT,
        /// Lets words in from the cycle after a reset on.
        input open_next: BIT,
        /// Words to store
        sink words as "in": Stream::of(bits(width)).with_last() => Stream,
        /// Moves on to the next word.
        input take: BIT,
        /// Moves back to the first word instead.
        input rewind: BIT,
        /// Word taken two cycles ago.
        output word: bits(width),
        /// That word has the closing mark.
        output last: BIT,
        /// There is a word to take.
        output valid: BIT,
        /// There will be a word to take in the next cycle.
        output valid_next: BIT,
    }
}

/// A buffer of up to `depth` words of `width` bits.
///
/// # Errors
/// Structural mistakes, none for valid sizes.
pub fn replay_buffer(style: Style, name: &str, width: usize, depth: usize) -> Result<Arc<Module>, Errors> {
    let address = clog2(depth).max(1);
    let mut m = Module::new(name, format!("Stores up to {depth} words of {width} bits and replays them."));
    let io = ReplayPorts::declare(&mut m, width);
    let control = Control::new(&mut m, &io, address, depth);
    let each = if style == Style::Ecp5 { BANK.min(width + 1) } else { width + 1 };
    let whole = ram(style, RamStyle::Block, &format!("{name}_ram"), each, depth)?;
    let (read_place, write_place) = (read_place(address)?, write_place(address)?);
    let mut word = vec![];
    for (i, low) in (0..width + 1).step_by(each).enumerate() {
        let each_now = each.min(width + 1 - low);
        let bank = match each_now == each {
            true => whole.clone(),
            false => ram(style, RamStyle::Block, &format!("{name}_last_ram"), each_now, depth)?,
        };
        let read: ReadPlacePorts = m.place(&format!("read_{i}"), &read_place);
        m.assign_all([(&read.back, &control.back), (&read.step, &io.take)]);
        let (write, write_at) = match each == width + 1 {
            true => (control.store_q.clone(), m.name("write_at", control.write_q.slice(0, address))),
            false => {
                let place: WritePlacePorts = m.place(&format!("write_{i}"), &write_place);
                m.assign_all([(&place.rst, &io.rst), (&place.store, &control.store)]);
                (place.write, place.at)
            }
        };
        let bank: RamPorts = m.place(&format!("bank_{i}"), &bank);
        m.assign_all([
            (&bank.write, &write),
            (&bank.write_at, &write_at),
            (&bank.data, &control.marked_q.slice(low, each_now)),
            (&bank.read, &lit(1, BIT)),
            (&bank.read_at, &read.at),
            (&bank.next, &lit(1, BIT)),
            (&bank.zero, &lit(0, BIT)),
        ]);
        word.push(bank.word);
    }
    let word = m.name("word", cat(word));
    m.unused([control.gap_q.slice(0, 2)]);
    m.assign(&io.words.ready, &control.admits_q);
    m.assign(&io.word, word.slice(0, width));
    m.assign(&io.last, word.bit(width));
    m.assign(&io.valid, &control.valid_q);
    m.assign(&io.valid_next, &control.valid_next);
    m.build()
}

/// Counts the words and knows ahead whether there is one.
struct Control {
    /// Words stored, without the one on its way.
    write_q: Expr,
    /// From the words stored to two words behind the one that is taken next, in halves: negative when there are more than
    /// two words.
    gap_q: Expr,
    admits_q: Expr,
    valid_q: Expr,
    /// A word is on its way to all blocks of the RAM for a cycle, and is counted and stored in the next.
    store_q: Expr,
    marked_q: Expr,
    store: Expr,
    valid_next: Expr,
    back: Expr,
}

impl Control {
    fn new(m: &mut Module, io: &ReplayPorts, address: usize, depth: usize) -> Control {
        let (rst, take, in_last) = (&io.rst, &io.take, io.words.last.clone().unwrap_or_else(|| lit(0, BIT)));
        let write_q = m.reg("write_q", bits(clog2(depth + 1).max(address)));
        let probe_q = m.reg("probe_q", bits(clog2(depth + 3)));
        let gap_q = m.reg("gap_q", bits(probe_q.ty.width + 2));
        let closed_q = m.reg("closed_q", BIT);
        let admits_q = m.reg("admits_q", BIT);
        // The next word fills the buffer.
        let brink_q = m.reg("brink_q", BIT);
        let quiet_q = m.reg("quiet_q", BIT);
        let lone_q = m.reg("lone_q", BIT);
        let valid_q = m.reg("valid_q", BIT);
        let store_q = m.reg("store_q", BIT);
        let marked_q = m.register("marked_q", cat([io.words.data.clone(), in_last.clone()]));

        // Nothing is taken until long after a reset, which so has a cycle more to reach all banks.
        let rst_1_q = m.register("rst_1_q", rst);
        let store = m.name("store", &admits_q & &io.words.valid);
        let ahead = m.name("ahead", gap_q.bit(gap_q.ty.width - 1));
        let valid_next = m.name("valid_next", ahead | &closed_q | (&lone_q & !take));
        let back = m.name("back", &rst_1_q | (take & &io.rewind));
        let quiet = m.name("quiet", !(take | &store_q | &rst_1_q));
        // One or two words: a gap of none or one, and whole ones only after a while without another.
        let few = m.name("few", !gap_q.slice(2, gap_q.ty.width - 2).any());
        // With the word on its way counted below the last bit.
        let counted = cat([store_q.clone(), write_q.clone()]);
        let above = bits(gap_q.ty.width - counted.ty.width);
        let gap = (cat([lit(0, BIT), probe_q.clone(), lit(0, BIT)]) - cat([counted.clone(), lit(0, above)])).wrap();
        let words = depth as i64;
        let brink = match depth {
            1 => lit(0, BIT),
            2 => counted.is(0),
            _ => counted.is(2 * words - 4) | counted.is(2 * words - 5),
        };
        let ends = m.name("ends", &store & (&in_last | &brink_q));
        m.on_clock([
            when(take, [set(&probe_q, probe_q.step(1))]),
            when(&store_q, [set(&write_q, write_q.step(1))]),
            set(&store_q, &store),
            set(&gap_q, gap),
            set(&quiet_q, &quiet),
            set(&lone_q, few & &quiet_q & quiet),
            set(&admits_q, &io.open_next & (rst | (&admits_q & !&ends))),
            when(&store, [set(&closed_q, &in_last), set(&brink_q, brink)]),
            set(&valid_q, &valid_next),
            when(&back, [set_to(&probe_q, 2)]),
            when(
                rst,
                [
                    set_to(&store_q, 0),
                    set_to(&write_q, 0),
                    set_to(&brink_q, i64::from(depth == 1)),
                    set_to(&closed_q, 0),
                    set_to(&gap_q, 4),
                    set_to(&quiet_q, 0),
                    set_to(&lone_q, 0),
                    set_to(&valid_q, 0),
                ],
            ),
        ]);
        Control { write_q, gap_q, admits_q, valid_q, store_q, marked_q, store, valid_next, back }
    }
}

interface! {
    /// Ports of the write address of one bank.
    struct WritePlacePorts(address: usize) {
        /// Moves back to the first word.
        input rst: BIT,
        /// A word is stored in the next cycle.
        input store: BIT,
        /// Writes the word.
        output write: BIT,
        /// Address to write at.
        output at: bits(address),
    }
}

/// Write address of one bank, one cycle after `store_i`. Each bank keeps its own copy, so that synthesis does not merge them.
fn write_place(address: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_write_place", "Where and when a bank is written: a word later after each store_i.");
    m.keep_registers();
    let io = WritePlacePorts::declare(&mut m, address);
    let write_q = m.reg("write_q", BIT);
    let at_q = m.reg("at_q", bits(address));
    m.on_clock([if_else(
        &io.rst,
        [set_to(&write_q, 0), set_to(&at_q, 0)],
        [set(&write_q, &io.store), when(&write_q, [set(&at_q, at_q.step(1))])],
    )]);
    m.assign(&io.write, &write_q);
    m.assign(&io.at, &at_q);
    m.build()
}

interface! {
    /// Ports of the read address of one bank.
    struct ReadPlacePorts(address: usize) {
        /// Moves back to the first word.
        input back: BIT,
        /// Moves on to the next word.
        input step: BIT,
        /// Address to read at.
        output at: bits(address),
    }
}

/// Read address of one bank, again a copy of its own.
fn read_place(address: usize) -> Result<Arc<Module>, Errors> {
    let mut m =
        Module::new("trine_read_place", "Where a bank is read: the next word with step_i, the first with back_i.");
    m.keep_registers();
    let io = ReadPlacePorts::declare(&mut m, address);
    let at_q = m.reg("at_q", bits(address));
    m.on_clock([if_else(&io.back, [set_to(&at_q, 0)], [when(&io.step, [set(&at_q, at_q.step(1))])])]);
    m.assign(&io.at, &at_q);
    m.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Interpreter;
    use crate::random::Random;

    /// Stores words under random stalls while they are taken, over and over, each with its mark.
    fn replays(depth: usize, count: usize, source: u64, sink: u64) {
        let buffer = replay_buffer(Style::Portable, "trine_replay", 12, depth).unwrap();
        let (mut buffer, mut random) = (Interpreter::new(&buffer).unwrap(), Random(depth as u64));
        let words: Vec<i64> = (0..count).map(|_| random.below(1 << 12) as i64).collect();
        buffer.set_all([("rst_i", 1), ("open_next_i", 1)]);
        (0..2).for_each(|_| buffer.clock());
        buffer.set("rst_i", 0);
        let (mut stored, mut taken, mut due) = (0, 0, [None; 2]);
        for cycle in 0..500 {
            let valid = stored < count && random.chance(source);
            buffer.set_all([("in_valid_i", i64::from(valid)), ("in_last_i", i64::from(stored + 1 == count))]);
            buffer.set("in_data_i", words.get(stored).copied().unwrap_or(0));
            if let Some(n) = due[1] {
                let expected = (words[n], i64::from(n + 1 == count));
                assert_eq!((buffer.get("word_o"), buffer.get("last_o")), expected, "cycle {cycle}, word {n}");
            }
            let take = buffer.get("valid_o") == 1 && random.chance(sink);
            let at = taken % count;
            assert!(!take || at < stored, "cycle {cycle}: word {at} of {stored} is offered");
            buffer.set_all([("take_i", i64::from(take)), ("rewind_i", i64::from(at + 1 == count))]);
            stored += usize::from(valid && buffer.get("in_ready_o") == 1);
            due = [take.then_some(at), due[0]];
            taken += usize::from(take);
            buffer.clock();
        }
        assert!(taken >= 3 * count, "{taken} words of {count} were taken");
        assert_eq!((stored, buffer.get("in_ready_o")), (count, 0));
    }

    #[test]
    fn words_are_replayed_under_random_stalls() {
        for (depth, count) in [(1, 1), (2, 1), (2, 2), (4, 3), (8, 8), (32, 20)] {
            for (source, sink) in [(16, 16), (4, 16), (16, 4), (8, 8)] {
                replays(depth, count, source, sink);
            }
        }
    }

    #[test]
    fn a_full_buffer_lets_nothing_in() {
        let buffer = replay_buffer(Style::Portable, "trine_replay", 12, 4).unwrap();
        let mut buffer = Interpreter::new(&buffer).unwrap();
        buffer.set_all([("rst_i", 1), ("open_next_i", 1)]);
        buffer.clock();
        buffer.set_all([("rst_i", 0), ("in_valid_i", 1)]);
        let mut stored = 0;
        for _ in 0..20 {
            stored += buffer.get("in_ready_o");
            buffer.clock();
        }
        assert_eq!(stored, 4);
    }
}
