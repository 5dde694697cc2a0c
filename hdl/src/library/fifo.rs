//! A first-in first-out buffer around a block RAM.
//!
//! ```text
//!  push_i, data_i ──> [ RAM: depth words ]──[word]──[out] ──> data_o, valid_o
//!                       write_q    read_q                      ready_i, pop_o
//! ```
//! The pushing side has no ready: it must keep count of the room, of which there is `depth` words, and gets `pop_o` for
//! every word that leaves. `valid_o` and `data_o` hold until `ready_i`. A word pushed into an empty buffer can leave
//! three cycles later; after that one word a cycle passes.

use super::ram;
use crate::lang::{BIT, Errors, Module, RamStyle, Ty, bits, cat, if_else, lit, mux, set, set_to, when};
use std::sync::Arc;
use trine_spec::Style;

/// A buffer of `depth` words of type `ty`; `depth` is a power of two.
///
/// # Errors
/// Structural mistakes, none for valid sizes.
pub fn fifo(style: Style, name: &str, ty: Ty, depth: usize) -> Result<Arc<Module>, Errors> {
    let address = depth.next_power_of_two().trailing_zeros().max(1) as usize;
    let mut m = Module::new(name, format!("First in, first out: {depth} words of {} bits.", ty.width));
    let rst = m.input("rst_i", BIT);
    let push = m.input("push_i", BIT);
    let data = m.input("data_i", ty);
    let ready = m.input("ready_i", BIT);
    let write_q = m.reg("write_q", bits(address));
    let read_q = m.reg("read_q", bits(address));
    // Whether there is a word in the RAM, and whether there are more: known ahead, since `ready_i` comes late in a cycle. Their
    // number is told a cycle later.
    let level_q = m.reg("level_q", bits(address + 1));
    let came_q = m.reg("came_q", BIT);
    let left_q = m.reg("left_q", BIT);
    let stored_q = m.reg("stored_q", BIT);
    let more_q = m.reg("more_q", BIT);
    // Which of the two places behind the RAM hold a word.
    let word_valid_q = m.reg("word_valid_q", BIT);
    let out_valid_q = m.reg("out_valid_q", BIT);

    // Both; the blocks of the RAM may lie far apart, and one register is all that is on the way there.
    let both_q = m.reg("both_q", BIT);

    let out_free = m.name("out_free", &ready | !&out_valid_q);
    let word_free = m.name("word_free", &ready | !&both_q);
    let word_next = m.name("word_next", mux(&word_free, &stored_q, &word_valid_q));
    let out_next = m.name("out_next", mux(&out_free, &word_valid_q, &out_valid_q));
    let fetch = m.name("fetch", &stored_q & &word_free);
    let less = m.name("less", &left_q & !&came_q);
    let change = cat([&came_q ^ &left_q, less.repeat(address)]);
    // More than two, so that there are more than one after the next fetch.
    let four = if address > 1 { level_q.slice(2, address - 1).any() } else { lit(0, BIT) };
    let many = m.name("many", four | (level_q.bit(1) & mux(level_q.bit(0), !less, &came_q & !&left_q)));
    // What is fetched from an empty RAM is not marked as a word.
    let words = m.instance(
        "words",
        &ram(style, RamStyle::Block, &format!("{name}_ram"), ty.width, 1 << address)?,
        &[
            ("write_i", &push),
            ("write_at_i", &write_q),
            ("data_i", &data),
            ("read_i", &word_free),
            ("read_at_i", &read_q),
            ("next_i", &out_free),
            ("zero_i", &lit(0, BIT)),
        ],
    );
    m.on_clock([if_else(
        &rst,
        [
            set_to(&level_q, 0),
            set_to(&came_q, 0),
            set_to(&left_q, 0),
            set_to(&more_q, 0),
            set_to(&stored_q, 0),
            set_to(&write_q, 0),
            set_to(&read_q, 0),
            set_to(&word_valid_q, 0),
            set_to(&out_valid_q, 0),
            set_to(&both_q, 0),
        ]
        .to_vec(),
        [
            when(&push, [set(&write_q, write_q.step(1))]),
            when(&fetch, [set(&read_q, read_q.step(1))]),
            set(&level_q, (&level_q + &change).wrap()),
            set(&came_q, &push),
            set(&left_q, &fetch),
            set(&stored_q, mux(&fetch, &more_q, &stored_q) | &push),
            set(&more_q, mux(&fetch, mux(&push, &more_q, many), &more_q | (&push & &stored_q))),
            set(&both_q, &word_next & &out_next),
            set(&word_valid_q, word_next),
            set(&out_valid_q, out_next),
        ]
        .to_vec(),
    )]);
    m.drive("valid_o", &out_valid_q);
    m.drive("data_o", &words["word_o"]);
    m.drive("pop_o", &out_valid_q & &ready);
    m.build()
}
