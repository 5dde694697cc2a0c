//! A first-in first-out buffer around a RAM.
//!
//! ```text
//!            ┌────────┐
//!   rst_i ──>│        │──> valid_o
//!  push_i ──>│  fifo  │──> data_o
//!  data_i ──>│        │<── ready_i
//!            │        │──> pop_o
//!            └────────┘
//!
//!  push_i, data_i ──> [ RAM: depth words ]──[word]──[out] ──> data_o, valid_o
//!                       write_q    read_q                      ready_i, pop_o
//! ```
//! The pushing side has no ready: it counts the room, which is `depth` words, and gets `pop_o` for
//! every word that leaves. The other side is a [stream](crate::lang::Stream).
//! A word pushed into an empty buffer can leave three cycles later; after that one word passes each cycle.
//!
//! A word may also come in parts ([`fifo_of_parts`]), each a cycle after the one below it, as a pipeline makes them: then a part has its
//! own bit of `push_i` and its own RAM, and the word counts as pushed with its last part.
//!
//! ```
//! use trine_hdl::lang::{Interpreter, RamStyle, Trace, bits};
//! use trine_hdl::library::fifo;
//! let fifo = fifo(trine_spec::Style::Portable, RamStyle::Block, "trine_fifo", bits(8), 4).unwrap();
//! let mut fifo = Interpreter::new(&fifo).unwrap();
//! let mut trace = Trace::of(&["push_i", "data_i", "valid_o", "data_o", "ready_i", "pop_o"]);
//! fifo.set("rst_i", 1);
//! fifo.clock();
//! fifo.set("rst_i", 0);
//! for (push, data, ready) in [(1, 7, 1), (1, 8, 1), (0, 0, 1), (0, 0, 0), (0, 0, 1), (0, 0, 1), (0, 0, 1)] {
//!     fifo.set_all([("push_i", push), ("data_i", data), ("ready_i", ready)]);
//!     trace.cycle(&mut fifo);
//! }
//! assert_eq!(trace.to_string(), "
//! cycle   0 1 2 3 4 5 6
//! push_i  ▔▔▔▔▁▁▁▁▁▁▁▁▁▁
//! data_i  │7│8│0
//! valid_o ▁▁▁▁▁▁▔▔▔▔▔▔▁▁
//! data_o  │0    │7  │8│0
//! ready_i ▔▔▔▔▔▔▁▁▔▔▔▔▔▔
//! pop_o   ▁▁▁▁▁▁▁▁▔▔▔▔▁▁
//! ");
//! ```

use super::{RamPorts, ram};
use crate::interface;
use crate::lang::{BIT, Errors, Module, RamStyle, Stream, Ty, bits, cat, if_else, lit, mux, set, set_to, when};
use std::sync::Arc;
use trine_spec::Style;

interface! {
    /// Ports of a [`fifo()`].
    pub struct FifoPorts(ty: Ty, parts: usize) {
        /// Empties the buffer.
        input rst: BIT,
        /// Stores a word, for which there is room; a bit for each part of it.
        input push: bits(parts),
        /// Word to store.
        input data: ty,
        /// Words in the order they came
        source out as "": Stream::of(ty) => Stream,
        /// A word leaves.
        output pop: BIT,
    }
}

/// A buffer of `depth` words of type `ty` in a RAM of this `kind`; `depth` is a power of two.
///
/// # Errors
/// Structural mistakes, none for valid sizes.
pub fn fifo(style: Style, kind: RamStyle, name: &str, ty: Ty, depth: usize) -> Result<Arc<Module>, Errors> {
    fifo_of_parts(style, kind, name, &[ty.width], depth)
}

/// A buffer of `depth` words that come in parts of these widths, lowest first, each a cycle after the one before; `depth` is a power
/// of two.
///
/// # Errors
/// Structural mistakes, none for valid sizes.
pub fn fifo_of_parts(
    style: Style,
    kind: RamStyle,
    name: &str,
    widths: &[usize],
    depth: usize,
) -> Result<Arc<Module>, Errors> {
    let address = depth.next_power_of_two().trailing_zeros().max(1) as usize;
    let ty = bits(widths.iter().sum());
    let mut m = Module::new(name, format!("First in, first out: {depth} words of {} bits.", ty.width));
    let io = FifoPorts::declare(&mut m, ty, widths.len());
    let ready = &io.out.ready;
    // The first part takes a place, the last one fills it.
    let (begin, push) = (&io.push.bit(0), &io.push.bit(widths.len() - 1));
    let write_q = m.reg("write_q", bits(address));
    let read_q = m.reg("read_q", bits(address));
    // Whether there is a word in the RAM, and whether there are more: known ahead, since `ready_i` comes late in a cycle. Their
    // number follows a cycle later.
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

    let out_free = m.name("out_free", ready | !&out_valid_q);
    let word_free = m.name("word_free", ready | !&both_q);
    let word_next = m.name("word_next", mux(&word_free, &stored_q, &word_valid_q));
    let out_next = m.name("out_next", mux(&out_free, &word_valid_q, &out_valid_q));
    let fetch = m.name("fetch", &stored_q & &word_free);
    let less = m.name("less", &left_q & !&came_q);
    let change = cat([&came_q ^ &left_q, less.repeat(address)]);
    // More than two, so that there are more than one after the next fetch.
    let four = if address > 1 { level_q.slice(2, address - 1).any() } else { lit(0, BIT) };
    let many = m.name("many", four | (level_q.bit(1) & mux(level_q.bit(0), !less, &came_q & !&left_q)));
    // What is fetched from an empty RAM is not marked as a word.
    let (mut words, mut low, mut write_at) = (vec![], 0, write_q.clone());
    let mut rams: Vec<(usize, Arc<Module>)> = vec![];
    for (part, &width) in widths.iter().enumerate() {
        if part > 0 {
            write_at = m.register(&format!("write_{part}_q"), &write_at);
        }
        let made = rams.iter().find(|(of, _)| *of == width).map(|(_, made)| made.clone());
        let of_width = match made {
            Some(made) => made,
            None => {
                let suffix = if part == 0 { String::new() } else { format!("_{width}") };
                let made = ram(style, kind, &format!("{name}_ram{suffix}"), width, 1 << address)?;
                rams.push((width, made.clone()));
                made
            }
        };
        let place = if widths.len() == 1 { "words".into() } else { format!("words_{part}") };
        let ram: RamPorts = m.place(&place, &of_width);
        m.assign_all([
            (&ram.write, &io.push.bit(part)),
            (&ram.write_at, &write_at),
            (&ram.data, &io.data.slice(low, width)),
            (&ram.read, &word_free),
            (&ram.read_at, &read_q),
            (&ram.next, &out_free),
            (&ram.zero, &lit(0, BIT)),
        ]);
        words.push(ram.word);
        low += width;
    }
    m.on_clock([if_else(
        &io.rst,
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
            when(begin, [set(&write_q, write_q.step(1))]),
            when(&fetch, [set(&read_q, read_q.step(1))]),
            set(&level_q, (&level_q + &change).wrap()),
            set(&came_q, push),
            set(&left_q, &fetch),
            set(&stored_q, mux(&fetch, &more_q, &stored_q) | push),
            set(&more_q, mux(&fetch, mux(push, &more_q, many), &more_q | (push & &stored_q))),
            set(&both_q, &word_next & &out_next),
            set(&word_valid_q, word_next),
            set(&out_valid_q, out_next),
        ]
        .to_vec(),
    )]);
    m.assign(&io.out.valid, &out_valid_q);
    m.assign(&io.out.data, cat(words));
    m.assign(&io.pop, &out_valid_q & ready);
    m.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Interpreter, Operator, mutant, mutants};
    use crate::random::Random;
    use std::collections::VecDeque;

    const DEPTH: usize = 16;

    fn sixteen() -> Arc<Module> {
        fifo(Style::Portable, RamStyle::Block, "trine_fifo", bits(8), DEPTH).unwrap()
    }

    /// Pushes whenever there is room, or now and then, against a queue; the first difference.
    fn against_a_queue(fifo: &Arc<Module>, depth: usize, width: usize) -> Result<(), String> {
        let (mut fifo, mut random) = (Interpreter::new(fifo).unwrap(), Random(depth as u64));
        let (mut queue, mut offered) = (VecDeque::new(), None);
        fifo.set("rst_i", 1);
        fifo.clock();
        fifo.set("rst_i", 0);
        for cycle in 0..600 {
            // Now full speed, now a slow source, now a slow sink.
            let (source, sink) = [(16, 16), (5, 16), (16, 5), (9, 9)][cycle / 40 % 4];
            let (push, ready) = (queue.len() < depth && random.chance(source), random.chance(sink));
            let data = random.below(1 << width) as i64;
            fifo.set_all([("push_i", i64::from(push)), ("data_i", data), ("ready_i", i64::from(ready))]);
            let (valid, pop) = (fifo.get("valid_o") == 1, fifo.get("pop_o") == 1);
            let word = valid.then(|| fifo.get("data_o"));
            if pop != (valid && ready) || offered.is_some() && word != offered {
                return Err(format!("cycle {cycle}: pop {pop}, {word:?} after {offered:?}"));
            }
            if valid && word != queue.front().copied() {
                return Err(format!("cycle {cycle}: {word:?} instead of {:?}", queue.front()));
            }
            offered = word.filter(|_| !ready);
            if pop {
                queue.pop_front();
            }
            if push {
                queue.push_back(data);
            }
            fifo.clock();
        }
        for _ in 0..depth + 3 {
            fifo.set_all([("push_i", 0), ("ready_i", 1)]);
            if fifo.get("valid_o") == 1 && Some(fifo.get("data_o")) != queue.pop_front() {
                return Err("the last words differ".into());
            }
            fifo.clock();
        }
        if queue.is_empty() { Ok(()) } else { Err(format!("{} words are left", queue.len())) }
    }

    #[test]
    fn words_leave_in_order_under_random_stalls() {
        for (depth, width, kind) in
            [(1, 3, RamStyle::Block), (2, 8, RamStyle::Block), (4, 8, RamStyle::Distributed), (16, 13, RamStyle::Block)]
        {
            let fifo = fifo(Style::Portable, kind, "trine_fifo", bits(width), depth).unwrap();
            assert_eq!(against_a_queue(&fifo, depth.next_power_of_two(), width), Ok(()), "depth {depth}");
        }
    }

    #[test]
    fn one_word_passes_each_cycle() {
        let mut fifo = Interpreter::new(&sixteen()).unwrap();
        fifo.set_all([("rst_i", 1), ("ready_i", 1)]);
        fifo.clock();
        fifo.set_all([("rst_i", 0), ("push_i", 1)]);
        for cycle in 0..20 {
            fifo.set("data_i", cycle);
            if cycle >= 3 {
                assert_eq!((fifo.get("valid_o"), fifo.get("data_o")), (1, cycle - 3));
            }
            fifo.clock();
        }
    }

    /// The test above finds mistakes: each assignment left out, each sum that is a difference.
    #[test]
    fn a_broken_buffer_is_found() {
        let reset = |change: &str| change.contains("'d0 is left out");
        let all = mutants(&sixteen()).unwrap();
        let wrong = all.iter().filter(|m| match m.operator {
            Operator::Dropped => !reset(&m.change),
            Operator::Arithmetic => true,
            _ => false,
        });
        let mut found = 0;
        for m in wrong {
            let broken = mutant(&sixteen(), m.id).unwrap();
            assert!(against_a_queue(&broken, DEPTH, 8).is_err(), "{}: {}", m.place, m.change);
            found += 1;
        }
        assert!(found >= 14, "{found}");
    }
}
