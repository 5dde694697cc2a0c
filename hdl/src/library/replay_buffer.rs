//! Stores a stream once and replays it as often as asked, starting while it still arrives.
//!
//! ```text
//!  in_valid_i, in_data_i ──[marked_q]──> [ banks: depth words ]──[word]──[out]──> word_o, last_o   (two cycles after take_i)
//!  in_ready_o            <──   write_q        probe_q  <── take_i, rewind_i; valid_o
//!                                └──[gap_q]── two more behind it? ──> valid_next_o
//! ```
//! `open_i` lets words in until the one that carries the closing mark `in_last_i`. While `valid_o` there is a word to
//! take, and in the next cycle while `valid_next_o`: `take_i` moves on, `take_i` with `rewind_i` moves back to the first
//! word; the marked one must be taken with `rewind_i`. The word and its mark follow two cycles after `take_i`.
//!
//! Whether there is a word is known ahead, with hardly a look at `take_i`, which comes late in a cycle: a word can be taken
//! when two more have followed it, when the marked one has arrived, or when for a while none came and none was taken. So
//! the first word can be taken two to six cycles after it arrived; one word a cycle passes.
//!
//! A bank is a part of the width. Where there are several, each has counters of its own for where to write and read, so that
//! what moves them on is all that has to reach it.

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
    let open = m.input("open_i", BIT);
    let in_valid = m.input("in_valid_i", BIT);
    let in_last = m.input("in_last_i", BIT);
    let in_data = m.input("in_data_i", bits(width));
    let take = m.input("take_i", BIT);
    let rewind = m.input("rewind_i", BIT);
    // Words stored, without the one on its way, and two words on from the one that is taken next.
    let write_q = m.reg("write_q", bits(address + 1));
    let probe_q = m.reg("probe_q", bits(address + 2));
    // From the one to the other, in halves: negative when there are more than two words.
    let gap_q = m.reg("gap_q", bits(address + 4));
    let closed_q = m.reg("closed_q", BIT);
    let full_q = m.reg("full_q", BIT);
    let quiet_q = m.reg("quiet_q", BIT);
    let lone_q = m.reg("lone_q", BIT);
    let valid_q = m.reg("valid_q", BIT);
    // A word is on its way to all blocks of the RAM for a cycle, and is counted and stored in the next.
    let store_q = m.reg("store_q", BIT);
    let marked_q = m.register("marked_q", cat([in_data, in_last.clone()]));

    let ready = m.name("ready", &open & !(&closed_q | &full_q));
    let store = m.name("store", &ready & &in_valid);
    let ahead = m.name("ahead", gap_q.bit(address + 3));
    let valid_next = m.name("valid_next", ahead | &closed_q | (&lone_q & !&take));
    let back = m.name("back", &rst | (&take & &rewind));
    let quiet = m.name("quiet", !(&take | &store_q));
    // One or two words: a gap of none or one.
    let few = m.name("few", !(gap_q.bit(0) | gap_q.slice(2, address + 2).any()));
    // With the word on its way counted below the last bit.
    let counted = cat([store_q.clone(), write_q.clone()]);
    let gap = (cat([lit(0, BIT), probe_q.clone(), lit(0, BIT)]) - cat([counted.clone(), lit(0, bits(2))])).wrap();
    let fills = counted.is(2 * depth as i64 - 2);
    let fills = if depth > 1 { fills | counted.is(2 * depth as i64 - 3) } else { fills };
    m.on_clock([
        when(&take, [set(&probe_q, probe_q.step(1))]),
        when(&store_q, [set(&write_q, write_q.step(1))]),
        set(&store_q, &store),
        set(&gap_q, gap),
        set(&quiet_q, &quiet),
        set(&lone_q, few & &quiet_q & quiet),
        when(&store, [set(&closed_q, &in_last), set(&full_q, fills)]),
        set(&valid_q, &valid_next),
        when(&back, [set_to(&probe_q, 2)]),
        when(
            &rst,
            [
                set_to(&store_q, 0),
                set_to(&write_q, 0),
                set_to(&full_q, 0),
                set_to(&closed_q, 0),
                set_to(&gap_q, 4),
                set_to(&quiet_q, 0),
                set_to(&lone_q, 0),
                set_to(&valid_q, 0),
            ],
        ),
    ]);
    let each = if style == Style::Ecp5 { BANK.min(width + 1) } else { width + 1 };
    let place = place(address)?;
    let whole = ram(style, RamStyle::Block, &format!("{name}_ram"), each, depth)?;
    let mut word = vec![];
    for (i, low) in (0..width + 1).step_by(each).enumerate() {
        let each_now = each.min(width + 1 - low);
        let bank = match each_now == each {
            true => whole.clone(),
            false => ram(style, RamStyle::Block, &format!("{name}_last_ram"), each_now, depth)?,
        };
        let read_at = m.instance(&format!("read_{i}"), &place, &[("back_i", &back), ("step_i", &take)])["at_o"].clone();
        let write_at = match each == width + 1 {
            true => m.name("write_at", write_q.slice(0, address)),
            false => {
                m.instance(&format!("write_{i}"), &place, &[("back_i", &rst), ("step_i", &store_q)])["at_o"].clone()
            }
        };
        let pins = [
            ("write_i", &store_q),
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
    m.unused([gap_q.bit(1)]);
    m.drive("in_ready_o", &ready);
    m.drive("word_o", word.slice(0, width));
    m.drive("last_o", word.bit(width));
    m.drive("valid_o", &valid_q);
    m.drive("valid_next_o", &valid_next);
    m.build()
}

/// Where a bank is written or read. Others count the same, and tools shall not make one of them.
fn place(address: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_place", "A place in a bank: the next one with step_i, the first one with back_i.");
    m.keep_registers();
    let back = m.input("back_i", BIT);
    let step = m.input("step_i", BIT);
    let at_q = m.reg("at_q", bits(address));
    m.on_clock([if_else(back, [set_to(&at_q, 0)], [when(step, [set(&at_q, at_q.step(1))])])]);
    m.drive("at_o", &at_q);
    m.build()
}
