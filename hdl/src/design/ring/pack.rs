//! Results become beats of memory, in bursts.
//!
//! ```text
//!  res_data_i ──[hold_q]──int32──> [word_0_q … word_n_q] ──> beats ──[ 32 beats ]──> out_*
//!                                                            bursts ─[ 32 bursts ]─> bursts_*
//! ```
//! The real columns of the result beats of a job are its words in memory, one behind the other. A burst ends with
//! [`Config::WRITE_BEATS`] beats, or with the last result, and is offered when it is complete; so a burst that was begun never waits
//! for results. Words that are missing in the last beat are not marked.
//!
//! A word passes each cycle. A burst can be taken four cycles after its last word.
//!
//! ```
//! use trine_hdl::lang::Interpreter;
//! use trine_spec::{Config, Weights};
//! let config = Config::sized(8, 5).weights(Weights::Memory).weight_bus(64).ring(true).build().unwrap();
//! let width = config.acc_bits() as i64;
//! let mut pack = Interpreter::new(&trine_hdl::design::ring_pack(&config).unwrap()).unwrap();
//! pack.set("rst_i", 1);
//! pack.clock();
//! // A result of five columns, two of which count, 7 and 9: one beat, one burst.
//! pack.set_all([("rst_i", 0), ("res_valid_i", 1), ("res_last_i", 1), ("out_ready_i", 1), ("bursts_ready_i", 1)]);
//! pack.set("res_data_i", 0b00011_i128 << (5 * width) | 9 << width | 7);
//! pack.clock();
//! pack.set("res_valid_i", 0);
//! // The second word passes, and four cycles.
//! let cycles = (1..12).find(|_| { pack.clock(); pack.get("bursts_valid_o") == 1 });
//! assert_eq!((cycles, pack.get("bursts_data_o")), (Some(5), 1 << 4), "the last burst of the job, of one beat");
//! assert_eq!(pack.get_bits("out_data_o"), (((9_i128 << 32 | 7) << 2) | 0b11).into(), "both words are marked");
//! ```

use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, RamStyle, Stream, bits, cat, if_else, int, lit, mux, set, set_to, when};
use crate::library::{FifoPorts, fifo};
use std::sync::Arc;
use trine_spec::Config;

/// Bits of the beats of a burst, minus one.
pub(super) const LENGTH_BITS: usize = Config::WRITE_BEATS.ilog2() as usize;
/// Beats that are kept: two bursts, so that one fills while the other leaves.
const ROOM: usize = 2 * Config::WRITE_BEATS;

interface! {
    /// Ports of the packer.
    pub(in crate::design) struct PackPorts(c: Config) {
        /// Empties it.
        input rst: BIT,
        /// Results, an accumulator and a mark a column
        sink res: Stream::of(bits(c.columns() * (c.acc_bits() + 1))).with_last() => Stream,
        /// Beats, behind a mark for each of their words
        source out: Stream::of(bits(c.ring_bus() + c.ring_bus() / 32)) => Stream,
        /// Complete bursts: their beats minus one, and the mark of the last one of a job
        source bursts: Stream::of(bits(LENGTH_BITS + 1)) => Stream,
    }
}

/// The packer of configuration `c`, a unit with a ring.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn ring_pack(c: &Config) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_ring_pack", "Packs results into bursts of beats of memory.");
    let io = PackPorts::declare(&mut m, c.clone());
    let words = c.ring_bus() / 32;
    let room = m.wire("room", BIT);
    let Word { word, valid, ends } = columns(&mut m, c, &io, &room);

    // The words of a beat, and which of them came.
    let place_q = (words > 1).then(|| m.reg("place_q", bits(words.ilog2() as usize)));
    let complete = place_q.as_ref().map_or(lit(1, BIT), Expr::all);
    let closes = m.name("closes", &valid & (&complete | &ends));
    if let Some(place_q) = &place_q {
        m.on_clock([if_else(&io.rst | &closes, [set_to(place_q, 0)], [when(&valid, [set(place_q, place_q.step(1))])])]);
    }
    let (mut beat, mut marks) = (vec![], vec![]);
    for i in 0..words {
        let here = place_q.as_ref().map_or(valid.clone(), |place_q| &valid & place_q.is(i as i64));
        let [q, mark_q] = [m.reg(&format!("word_{i}_q"), bits(32)), m.reg(&format!("mark_{i}_q"), BIT)];
        // The first word of a beat takes the marks of the one before away.
        let kept = if i == 0 { mark_q.clone() } else { &mark_q & !(&valid & place_is_zero(place_q.as_ref())) };
        m.on_clock([when(&here, [set(&q, &word)]), set(&mark_q, &here | kept)]);
        beat.push(q);
        marks.push(mark_q);
    }
    let push_q = m.register("push_q", &closes & !&io.rst);
    let last_q = m.register("last_q", &ends);

    let burst_q = m.reg("burst_q", bits(LENGTH_BITS));
    let ended = m.name("ended", &push_q & (&last_q | burst_q.all()));
    m.on_clock([if_else(&io.rst | &ended, [set_to(&burst_q, 0)], [when(&push_q, [set(&burst_q, burst_q.step(1))])])]);
    let beat = cat(marks.into_iter().chain(beat));
    let beats: FifoPorts = m.place("beats", &fifo(c.style(), RamStyle::Block, "trine_ring_beats", beat.ty, ROOM)?);
    m.assign_all([(&beats.rst, &io.rst), (&beats.push, &push_q), (&beats.data, &beat)]);
    let length = cat([burst_q.clone(), last_q.clone()]);
    let bursts: FifoPorts =
        m.place("lengths", &fifo(c.style(), RamStyle::Distributed, "trine_ring_lengths", length.ty, ROOM)?);
    m.assign_all([(&bursts.rst, &io.rst), (&bursts.push, &ended), (&bursts.data, &length)]);
    m.unused([bursts.pop.clone()]);

    // A place is taken as soon as a beat closes.
    let free_q = m.reg("free_q", bits(ROOM.ilog2() as usize + 1));
    let fewer = m.name("fewer", &closes & !&beats.pop);
    let change = cat([&closes ^ &beats.pop, fewer.repeat(free_q.ty.width - 1)]);
    m.on_clock([if_else(&io.rst, [set_to(&free_q, ROOM as i64)], [set(&free_q, (&free_q + change).wrap())])]);
    m.assign(&room, free_q.any());
    m.connect(&beats.out, &io.out);
    m.connect(&bursts.out, &io.bursts);
    m.build()
}

fn place_is_zero(place_q: Option<&Expr>) -> Expr {
    place_q.map_or(lit(1, BIT), |place_q| place_q.is(0))
}

/// The words of results, one a cycle.
struct Word {
    word: Expr,
    valid: Expr,
    /// It is the last one of its job.
    ends: Expr,
}

/// Takes result beats, and gives their real columns while there is `room`.
fn columns(m: &mut Module, c: &Config, io: &PackPorts, room: &Expr) -> Word {
    let (columns, acc) = (c.columns(), c.acc_bits());
    let (values, keep) = (io.res.data.slice(0, columns * acc), io.res.data.slice(columns * acc, columns));
    let hold_q = m.reg("hold_q", values.ty);
    let keep_q = m.reg("keep_q", keep.ty);
    let final_q = m.reg("final_q", BIT);
    let full_q = m.reg("full_q", BIT);
    let valid = m.name("valid", &full_q & room);
    let only = if columns == 1 { lit(1, BIT) } else { !keep_q.slice(1, columns - 1).any() };
    let frees = m.name("frees", &valid & only);
    let ready = m.name("ready", !&full_q | &frees);
    let takes = m.name("takes", &io.res.valid & &ready);
    let last = io.res.last.clone().unwrap_or_else(|| lit(1, BIT));
    m.on_clock([
        when(&takes, [set(&hold_q, values), set(&final_q, last)]),
        if_else(&io.rst, [set_to(&full_q, 0)], [set(&full_q, &takes | (&full_q & !&frees))]),
    ]);
    let mut words: Vec<Expr> = (0..columns).map(|n| hold_q.slice(acc * n, acc)).collect();
    if columns == 1 {
        m.on_clock([when(&takes, [set(&keep_q, keep)])]);
        m.unused([keep_q.clone()]);
    } else {
        // Marks move; values stay, since a shift register costs a LUT a bit and a choice among them less.
        let column_q = m.reg("column_q", bits((columns - 1).ilog2() as usize + 1));
        let moved = cat([keep_q.slice(1, columns - 1), lit(0, BIT)]);
        m.on_clock([if_else(
            &takes,
            [set(&keep_q, keep), set_to(&column_q, 0)],
            [when(&valid, [set(&keep_q, moved), set(&column_q, column_q.step(1))])],
        )]);
        for level in 0..column_q.ty.width {
            let mut pick = |(i, pair): (usize, &[Expr])| match pair {
                [low, high] => m.name(&format!("pick_{level}_{i}"), mux(column_q.bit(level), high, low)),
                _ => cat(pair.to_vec()),
            };
            words = words.chunks(2).enumerate().map(&mut pick).collect();
        }
    }
    m.assign(&io.res.ready, ready);
    let widened = m.wire("widened", int(32));
    m.assign(&widened, words[0].clone().signed());
    let ends = m.name("ends", &frees & final_q);
    Word { word: widened.unsigned(), valid, ends }
}
