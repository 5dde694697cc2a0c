//! Beats of memory become beats of activations.
//!
//! ```text
//!  beats_data_i ──[hold_q]──> act_data_o      a beat of memory holds several slots: they leave lowest first
//!  beats_data_i ──[hold_q]<─┐                 or several beats make a slot
//!                     └─────┘
//! ```
//! A beat of activations lies in a slot of [`Config::act_slot`] bytes. `count_i` is the number of those of a job; it is looked at with the
//! first beat of memory. The last one has the stream's mark, and what lies behind it in its beat of memory is left out.
//!
//! A slot leaves the cycle after its last byte came, and one each cycle after that.
//!
//! ```
//! use trine_hdl::lang::Interpreter;
//! use trine_spec::{Config, Weights};
//! let config = Config::sized(4, 16).weights(Weights::Memory).weight_bus(64).ring(true).build().unwrap();
//! let mut feed = Interpreter::new(&trine_hdl::design::ring_feed(&config).unwrap()).unwrap();
//! feed.set("rst_i", 1);
//! feed.clock();
//! // Three slots of four bytes in two beats of eight.
//! feed.set_all([("rst_i", 0), ("count_i", 3), ("act_ready_i", 1), ("beats_valid_i", 1)]);
//! let mut came = vec![];
//! for beat in [0x2222_2222_1111_1111_i64, 0x3333_3333] {
//!     feed.set("beats_data_i", beat);
//!     while feed.get("beats_ready_o") == 0 { feed.clock(); came.push((feed.get("act_data_o"), feed.get("act_last_o"))); }
//!     feed.clock();
//!     came.push((feed.get("act_data_o"), feed.get("act_last_o")));
//! }
//! assert_eq!(came, [(0x1111_1111, 0), (0x2222_2222, 0), (0x3333_3333, 1)]);
//! ```

use crate::interface;
use crate::lang::{BIT, Errors, Module, Stream, bits, cat, if_else, lit, mux, set, set_to, when};
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::registers::DESC_ACT_LENGTH_BEATS;

interface! {
    /// Ports of the feeder.
    pub(in crate::design) struct FeedPorts(c: Config) {
        /// Empties it.
        input rst: BIT,
        /// Activation beats of the job whose first beat comes next.
        input count: bits(DESC_ACT_LENGTH_BEATS.width),
        /// Beats of memory
        sink beats: Stream::of(bits(c.ring_bus())) => Stream,
        /// Activations
        source act: Stream::of(bits(c.act_bus())).with_last() => Stream,
    }
}

/// The feeder of configuration `c`, a unit with a ring.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn ring_feed(c: &Config) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_ring_feed", "Cuts beats of memory into beats of activations.");
    let io = FeedPorts::declare(&mut m, c.clone());
    let (bus, slot) = (c.ring_bus(), 8 * c.act_slot());
    let hold_q = m.reg("hold_q", bits(bus.max(slot)));
    let full_q = m.reg("full_q", BIT);
    let fresh_q = m.reg("fresh_q", BIT);
    let left_q = m.reg("left_q", io.count.ty);
    let moves = m.name("moves", &full_q & &io.act.ready);
    let last = m.name("last", left_q.is(1));
    let ends = m.name("ends", &moves & &last);
    let begins = m.name("begins", &fresh_q | &ends);

    // Which part of the wider of the two it is.
    let parts = bus.max(slot) / bus.min(slot);
    let part_q = (parts > 1).then(|| m.reg("part_q", bits(parts.ilog2() as usize)));
    let last_part = part_q.as_ref().map_or(lit(1, BIT), |part_q| part_q.all());
    let cuts = bus >= slot;
    let frees = if cuts { m.name("frees", &moves & (&last | &last_part)) } else { moves.clone() };
    let ready = m.name("ready", !&full_q | &frees);
    let takes = m.name("takes", &io.beats.valid & &ready);
    let fills = if cuts { takes.clone() } else { m.name("fills", &takes & &last_part) };
    let held = match (cuts, parts) {
        (_, 1) => io.beats.data.clone(),
        (true, _) => mux(&takes, &io.beats.data, cat([hold_q.slice(slot, bus - slot), hold_q.slice(bus - slot, slot)])),
        (false, _) => cat([hold_q.slice(bus, slot - bus), io.beats.data.clone()]),
    };
    let changes = if cuts && parts > 1 { &takes | &moves } else { takes.clone() };
    m.on_clock([when(changes, [set(&hold_q, held)])]);
    if let Some(part_q) = &part_q {
        let (restart, step) = if cuts { (&takes | &io.rst, moves.clone()) } else { (io.rst.clone(), takes.clone()) };
        m.on_clock([if_else(restart, [set_to(part_q, 0)], [when(step, [set(part_q, part_q.step(1))])])]);
    }
    m.on_clock([
        if_else(
            &io.rst,
            [set_to(&full_q, 0), set_to(&fresh_q, 1)],
            [set(&full_q, &fills | (&full_q & !&frees)), set(&fresh_q, &begins & !&takes)],
        ),
        if_else(&takes & &begins, [set(&left_q, &io.count)], [when(&moves, [set(&left_q, left_q.back(1))])]),
    ]);
    m.assign(&io.beats.ready, ready);
    let beat = Stream { valid: full_q, data: hold_q.slice(0, c.act_bus()), last: Some(last), ..io.act.clone() };
    m.send(&io.act, &beat);
    m.build()
}
