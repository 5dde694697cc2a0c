//! Stores a stream once and replays it as often as asked, starting while it still arrives.
//!
//! ```text
//!  in_valid_i, in_data_i ──> [ RAM: depth words ]──[word]──[out]──> word_o, last_o   (two cycles after take_i)
//!  in_ready_o            <──   write_q    read_q  <── take_i, rewind_i; valid_o
//!                                        └─ two more behind it? ──[ahead_q]──> valid_next_o
//! ```
//! `open_i` lets words in until the one that carries the closing mark `in_last_i`. While `valid_o` there is a word to
//! take, and in the next cycle while `valid_next_o`: `take_i` moves on, `take_i` with `rewind_i` moves back to the first
//! word; the marked one must be taken with `rewind_i`. The word and its mark follow two cycles after `take_i`.
//!
//! Whether there is a word is known ahead, with hardly a look at `take_i`, which comes late in a cycle: a word can be taken
//! when two more have followed it, when the marked one has arrived, or when for a while none came and none was taken. So
//! the first word can be taken two to five cycles after it arrived; one word a cycle passes.

use super::ram;
use crate::lang::{BIT, Errors, Expr, Module, RamStyle, bits, cat, lit, set, set_to, when};
use std::sync::Arc;
use trine_spec::Style;

/// A buffer of up to `depth` words of `width` bits.
///
/// # Errors
/// Structural mistakes, none for valid sizes.
pub fn replay_buffer(style: Style, name: &str, width: usize, depth: usize) -> Result<Arc<Module>, Errors> {
    let address = depth.next_power_of_two().trailing_zeros().max(1) as usize;
    let mut m = Module::new(name, format!("Stores up to {depth} words of {width} bits and replays them."));
    let rst = m.input("rst_i", BIT);
    let open = m.input("open_i", BIT);
    let in_valid = m.input("in_valid_i", BIT);
    let in_last = m.input("in_last_i", BIT);
    let in_data = m.input("in_data_i", bits(width));
    let take = m.input("take_i", BIT);
    let rewind = m.input("rewind_i", BIT);
    let write_q = m.reg("write_q", bits(address + 1));
    let read_q = m.reg("read_q", bits(address + 1));
    // Two words on from both: what is compared stays away from the memory, which spreads.
    let probe_q = m.reg("probe_q", bits(address + 2));
    let goal_q = m.reg("goal_q", bits(address + 2));
    let closed_q = m.reg("closed_q", BIT);
    let ahead_q = m.reg("ahead_q", BIT);
    let quiet_q = m.reg("quiet_q", BIT);
    let lone_q = m.reg("lone_q", BIT);
    let valid_q = m.reg("valid_q", BIT);

    let full_q = m.reg("full_q", BIT);
    let ready = m.name("ready", &open & !(&closed_q | &full_q));
    let store = m.name("store", &ready & &in_valid);
    // A word is on its way to all blocks of the RAM for a cycle, and counts as stored after it.
    let marked_q = m.register("marked_q", cat([in_data, in_last.clone()]));
    let write_at_q = m.register("write_at_q", write_q.slice(0, address));
    let store_q = m.reg("store_q", BIT);
    let valid_next = m.name("valid_next", &ahead_q | &closed_q | (&lone_q & !&take));
    let quiet = m.name("quiet", !(&take | &store));
    // Group by group: a comparison of all bits is a long way for one cycle.
    let groups = (0..address + 2).step_by(4).map(|i| {
        let group = |q: &Expr| q.slice(i, 4.min(address + 2 - i));
        group(&probe_q).eq(group(&goal_q))
    });
    let same_q = m.register("same_q", cat(groups));
    let read_at = m.name("read_at", read_q.slice(0, address));
    let words = m.instance(
        "words",
        &ram(style, RamStyle::Block, &format!("{name}_ram"), width + 1, depth)?,
        &[
            ("write_i", &store_q),
            ("write_at_i", &write_at_q),
            ("data_i", &marked_q),
            ("read_i", &lit(1, BIT)),
            ("read_at_i", &read_at),
            ("next_i", &lit(1, BIT)),
            ("zero_i", &lit(0, BIT)),
        ],
    );
    let word = &words["word_o"];
    m.on_clock([
        when(&take, [set(&read_q, read_q.step(1)), set(&probe_q, probe_q.step(1))]),
        set(&store_q, &store),
        set(&ahead_q, probe_q.lt(cat([write_q.clone(), lit(0, BIT)]))),
        set(&quiet_q, &quiet),
        set(&lone_q, !same_q.all() & &quiet_q & quiet),
        when(
            &store,
            [
                set(&write_q, write_q.step(1)),
                set(&goal_q, goal_q.step(1)),
                set(&closed_q, &in_last),
                set(&full_q, write_q.is(depth as i64 - 1)),
            ],
        ),
        set(&valid_q, &valid_next),
        when(&rst | (&take & &rewind), [set_to(&read_q, 0), set_to(&probe_q, 2)]),
        when(
            &rst,
            [
                set_to(&store_q, 0),
                set_to(&write_q, 0),
                set_to(&goal_q, 2),
                set_to(&full_q, 0),
                set_to(&closed_q, 0),
                set_to(&ahead_q, 0),
                set_to(&quiet_q, 0),
                set_to(&lone_q, 0),
                set_to(&valid_q, 0),
            ],
        ),
    ]);
    m.drive("in_ready_o", &ready);
    m.drive("word_o", word.slice(0, width));
    m.drive("last_o", word.bit(width));
    m.drive("valid_o", &valid_q);
    m.drive("valid_next_o", &valid_next);
    m.build()
}
