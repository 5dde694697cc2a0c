//! Stores a stream once and replays it as often as asked, starting while it still arrives.
//!
//! ```text
//!  in_valid_i, in_data_i ──[marked_q]──> [ banks: depth words ]──[word]──[out]──> word_o, last_o   (two cycles after take_i)
//!  in_ready_o            <──   write_q        probe_q  <── take_i, rewind_i; valid_o
//!                                └──[gap_q]── two more behind it? ──> valid_next_o
//! ```
//! `open_next_i` with `rst_i` lets words in from the next cycle on, until it ends, the buffer is full or the word with the
//! closing mark `in_last_i` is in. While `valid_o` there is a word to take, and in the next cycle while `valid_next_o`:
//! `take_i` moves on, `take_i` with `rewind_i` moves back to the first word; the marked one must be taken with `rewind_i`. The
//! word and its mark follow two cycles after `take_i`.
//!
//! Whether there is a word is known ahead, with hardly a look at `take_i`, which comes late in a cycle: a word can be taken
//! when two more have followed it, when the marked one has arrived, or when for a while none came and none was taken. So
//! the first word can be taken two to six cycles after it arrived; one word a cycle passes.
//!
//! A bank is a part of the width. Where there are several, each has registers of its own for where and when to write and where
//! to read, so that what moves them on is all that has to reach it.

use super::ram;
use crate::lang::{BIT, Errors, Module, RamStyle, bits, cat, if_else, lit, set, set_to, when};
use std::sync::Arc;
use trine_spec::Style;
use trine_spec::config::clog2;

/// Bits of a bank of the ECP5: eight block RAMs.
const BANK: usize = 144;

/// A buffer of up to `depth` words of `width` bits.
///
/// # Errors
/// Structural mistakes, none for valid sizes.
pub fn replay_buffer(style: Style, name: &str, width: usize, depth: usize) -> Result<Arc<Module>, Errors> {
    let address = clog2(depth).max(1);
    let mut m = Module::new(name, format!("Stores up to {depth} words of {width} bits and replays them."));
    let rst = m.input("rst_i", BIT);
    let open_next = m.input("open_next_i", BIT);
    let in_valid = m.input("in_valid_i", BIT);
    let in_last = m.input("in_last_i", BIT);
    let in_data = m.input("in_data_i", bits(width));
    let take = m.input("take_i", BIT);
    let rewind = m.input("rewind_i", BIT);
    // Words stored, without the one on its way, and two words on from the one that is taken next.
    let write_q = m.reg("write_q", bits(clog2(depth + 1).max(address)));
    let probe_q = m.reg("probe_q", bits(clog2(depth + 3)));
    // From the one to the other, in halves: negative when there are more than two words.
    let gap_q = m.reg("gap_q", bits(probe_q.ty.width + 2));
    let closed_q = m.reg("closed_q", BIT);
    let admits_q = m.reg("admits_q", BIT);
    // The next word fills the buffer.
    let brink_q = m.reg("brink_q", BIT);
    let quiet_q = m.reg("quiet_q", BIT);
    let lone_q = m.reg("lone_q", BIT);
    let valid_q = m.reg("valid_q", BIT);
    // A word is on its way to all blocks of the RAM for a cycle, and is counted and stored in the next.
    let store_q = m.reg("store_q", BIT);
    let marked_q = m.register("marked_q", cat([in_data, in_last.clone()]));

    // Nothing is taken until long after a reset, which so has a cycle more to reach all banks.
    let rst_1_q = m.register("rst_1_q", &rst);
    let store = m.name("store", &admits_q & &in_valid);
    let ahead = m.name("ahead", gap_q.bit(gap_q.ty.width - 1));
    let valid_next = m.name("valid_next", ahead | &closed_q | (&lone_q & !&take));
    let back = m.name("back", &rst_1_q | (&take & &rewind));
    let quiet = m.name("quiet", !(&take | &store_q | &rst_1_q));
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
        when(&take, [set(&probe_q, probe_q.step(1))]),
        when(&store_q, [set(&write_q, write_q.step(1))]),
        set(&store_q, &store),
        set(&gap_q, gap),
        set(&quiet_q, &quiet),
        set(&lone_q, few & &quiet_q & quiet),
        set(&admits_q, open_next & (&rst | (&admits_q & !&ends))),
        when(&store, [set(&closed_q, &in_last), set(&brink_q, brink)]),
        set(&valid_q, &valid_next),
        when(&back, [set_to(&probe_q, 2)]),
        when(
            &rst,
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
    let each = if style == Style::Ecp5 { BANK.min(width + 1) } else { width + 1 };
    let (read_place, write_place) = (read_place(address)?, write_place(address)?);
    let whole = ram(style, RamStyle::Block, &format!("{name}_ram"), each, depth)?;
    let mut word = vec![];
    for (i, low) in (0..width + 1).step_by(each).enumerate() {
        let each_now = each.min(width + 1 - low);
        let bank = match each_now == each {
            true => whole.clone(),
            false => ram(style, RamStyle::Block, &format!("{name}_last_ram"), each_now, depth)?,
        };
        let pins = [("back_i", &back), ("step_i", &take)];
        let read_at = m.instance(&format!("read_{i}"), &read_place, &pins)["at_o"].clone();
        let (write, write_at) = match each == width + 1 {
            true => (store_q.clone(), m.name("write_at", write_q.slice(0, address))),
            false => {
                let pins = [("rst_i", &rst), ("store_i", &store)];
                let place = m.instance(&format!("write_{i}"), &write_place, &pins);
                (place["write_o"].clone(), place["at_o"].clone())
            }
        };
        let pins = [
            ("write_i", &write),
            ("write_at_i", &write_at),
            ("data_i", &marked_q.slice(low, each_now)),
            ("read_i", &lit(1, BIT)),
            ("read_at_i", &read_at),
            ("next_i", &lit(1, BIT)),
            ("zero_i", &lit(0, BIT)),
        ];
        word.push(m.instance(&format!("bank_{i}"), &bank, &pins)["word_o"].clone());
    }
    let word = m.name("word", cat(word));
    m.unused([gap_q.slice(0, 2)]);
    m.drive("in_ready_o", &admits_q);
    m.drive("word_o", word.slice(0, width));
    m.drive("last_o", word.bit(width));
    m.drive("valid_o", &valid_q);
    m.drive("valid_next_o", &valid_next);
    m.build()
}

/// Where a bank is written, in the cycle after `store_i`. Others count the same, and tools shall not make one of them.
fn write_place(address: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_write_place", "Where and when a bank is written: a word later after each store_i.");
    m.keep_registers();
    let rst = m.input("rst_i", BIT);
    let store = m.input("store_i", BIT);
    let write_q = m.reg("write_q", BIT);
    let at_q = m.reg("at_q", bits(address));
    m.on_clock([if_else(
        rst,
        [set_to(&write_q, 0), set_to(&at_q, 0)],
        [set(&write_q, store), when(&write_q, [set(&at_q, at_q.step(1))])],
    )]);
    m.drive("write_o", &write_q);
    m.drive("at_o", &at_q);
    m.build()
}

/// Where a bank is read, again one of several.
fn read_place(address: usize) -> Result<Arc<Module>, Errors> {
    let mut m =
        Module::new("trine_read_place", "Where a bank is read: the next word with step_i, the first with back_i.");
    m.keep_registers();
    let back = m.input("back_i", BIT);
    let step = m.input("step_i", BIT);
    let at_q = m.reg("at_q", bits(address));
    m.on_clock([if_else(back, [set_to(&at_q, 0)], [when(step, [set(&at_q, at_q.step(1))])])]);
    m.drive("at_o", &at_q);
    m.build()
}
