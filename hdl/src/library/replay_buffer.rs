//! Stores a stream once and replays it as often as asked, starting while it still arrives.
//!
//! ```text
//!  in_valid_i, in_data_i ──> [ RAM: depth words ] ──> word_o, valid_o
//!  in_ready_o            <──   write_q    read_q  <── take_i, rewind_i
//! ```
//! `open_i` lets words in. `word_o` is the word to be taken next, valid when `valid_o`; `take_i` moves on, `take_i` with
//! `rewind_i` moves back to the first word. The word that carries the closing mark (`in_last_i`) closes the buffer to the
//! input, and comes out with `last_o`. A word can be taken two cycles after it arrived; one word a cycle passes.

use crate::lang::{BIT, Errors, Module, RamStyle, bits, cat, if_else, lit, mux, set, set_to, when};
use std::sync::Arc;

/// A buffer of up to `depth` words of `width` bits.
///
/// # Errors
/// Structural mistakes, none for valid sizes.
pub fn replay_buffer(name: &str, width: usize, depth: usize) -> Result<Arc<Module>, Errors> {
    let address = depth.next_power_of_two().trailing_zeros().max(1) as usize;
    let mut m = Module::new(name, format!("Stores up to {depth} words of {width} bits and replays them."));
    let rst = m.input("rst_i", BIT);
    let open = m.input("open_i", BIT);
    let in_valid = m.input("in_valid_i", BIT);
    let in_last = m.input("in_last_i", BIT);
    let in_data = m.input("in_data_i", bits(width));
    let take = m.input("take_i", BIT);
    let rewind = m.input("rewind_i", BIT);
    let ram = m.memory("ram", bits(width + 1), depth, RamStyle::Block);
    let write_q = m.reg("write_q", bits(address + 1));
    let read_q = m.reg("read_q", bits(address + 1));
    let closed_q = m.reg("closed_q", BIT);
    let word_q = m.reg("word_q", bits(width + 1));
    let valid_q = m.reg("valid_q", BIT);

    let full = m.name("full", write_q.is(depth as i64));
    let ready = m.name("ready", &open & &!(&closed_q | &full));
    let store = m.name("store", &ready & &in_valid);
    // The RAM is read one step ahead, so that its output register always holds the word to be taken next.
    let next = m.name("next", mux(&take, mux(&rewind, lit(0, read_q.ty), read_q.step(1)), &read_q));
    let write_at = m.name("write_at", write_q.slice(0, address));
    let read_at = m.name("read_at", next.slice(0, address));
    m.on_clock([
        when(&store, [set(&ram.at(&write_at), cat([in_data, in_last.clone()]))]),
        set(&word_q, ram.at(&read_at)),
        if_else(
            &rst,
            [set_to(&write_q, 0), set_to(&read_q, 0), set_to(&closed_q, 0), set_to(&valid_q, 0)],
            [
                when(&store, [set(&write_q, write_q.step(1)), set(&closed_q, &in_last)]),
                set(&read_q, &next),
                set(&valid_q, next.lt(&write_q)),
            ],
        ),
    ]);
    m.drive("in_ready_o", &ready);
    m.drive("word_o", word_q.slice(0, width));
    m.drive("last_o", word_q.bit(width));
    m.drive("valid_o", &valid_q);
    m.build()
}
