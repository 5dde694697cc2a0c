//! A memory with one write and one read port, read in two cycles.
//!
//! ```text
//!             ┌─────────┐
//!   write_i ─>│         │
//!  write_at_i>│         │
//!    data_i ─>│   ram   │─> word_o
//!    read_i ─>│         │
//!  read_at_i >│         │
//!    next_i ─>│         │
//!    zero_i ─>│         │
//!             └─────────┘
//!
//!  write_i, write_at_i, data_i ──> [ RAM ] ──[word]──[out]──> word_o
//!                    read_at_i ──>         read_i  next_i, zero_i
//! ```
//! No handshake: every input counts in its cycle. A word is at the output two cycles after `read_i`.
//!
//! `read_i` fetches the word at `read_at_i`; in the next cycle `next_i` moves it to the output, which `zero_i` clears
//! instead. Block RAMs answer late in a cycle, so the second register makes the clock; the ECP5's is inside the block RAM,
//! where only explicit cells use it. Do not fetch an address in the cycle that writes it. A distributed memory answers early: its
//! first register holds the address, so that the word is what was written until the cycle after `read_i`.
//!
//! ```
//! use trine_hdl::lang::{Interpreter, RamStyle, Trace};
//! use trine_hdl::library::ram;
//! let ram = ram(trine_spec::Style::Portable, RamStyle::Block, "trine_ram", 8, 16).unwrap();
//! let mut ram = Interpreter::new(&ram).unwrap();
//! let mut trace = Trace::of(&["write_i", "data_i", "read_i", "next_i", "word_o"]);
//! ram.set_all([("write_at_i", 3), ("read_at_i", 3)]);
//! for (write, data, read, next) in [(1, 77, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (0, 0, 0, 0)] {
//!     ram.set_all([("write_i", write), ("data_i", data), ("read_i", read), ("next_i", next)]);
//!     trace.cycle(&mut ram);
//! }
//! assert_eq!(trace.to_string(), "
//! cycle   0  1  2  3
//! write_i ▔▔▔▁▁▁▁▁▁▁▁▁
//! data_i  │77│0
//! read_i  ▁▁▁▔▔▔▁▁▁▁▁▁
//! next_i  ▁▁▁▁▁▁▔▔▔▁▁▁
//! word_o  │0       │77
//! ");
//! ```

use super::cells;
use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, RamStyle, bits, cat, if_else, lit, set, set_to, when};
use std::sync::Arc;
use trine_spec::Style;
use trine_spec::config::clog2;

/// Words of the deepest ECP5 block RAM; deeper memories are left to the tools.
const DEEPEST_BLOCK: usize = 16384;

interface! {
    /// Ports of a [`ram()`].
    pub struct RamPorts(width: usize, address: usize) {
        /// Writes the word.
        input write: BIT,
        /// Address to write at.
        input write_at: bits(address),
        /// Word to write.
        input data: bits(width),
        /// Fetches a word.
        input read: BIT,
        /// Address to read at.
        input read_at: bits(address),
        /// Moves the fetched word to the output.
        input next: BIT,
        /// Clears the output instead.
        input zero: BIT,
        /// Word at the output.
        output word: bits(width),
    }
}

/// A memory of `depth` words of `width` bits.
///
/// # Errors
/// Structural mistakes, none for valid sizes.
pub fn ram(style: Style, kind: RamStyle, name: &str, width: usize, depth: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new(name, format!("{depth} words of {width} bits, read in two cycles."));
    let ports = RamPorts::declare(&mut m, width, clog2(depth).max(1));
    if style == Style::Ecp5 && kind == RamStyle::Block && depth <= DEEPEST_BLOCK {
        blocks(&mut m, &ports, name)?;
    } else {
        let ram = m.memory("ram", bits(width), depth, kind);
        let out_q = m.reg("out_q", bits(width));
        let word_q = match kind {
            RamStyle::Distributed => {
                let at_q = m.reg("at_q", ports.read_at.ty);
                m.on_clock([when(&ports.read, [set(&at_q, &ports.read_at)])]);
                ram.at(&at_q)
            }
            _ => {
                let word_q = m.reg("word_q", bits(width));
                m.on_clock([when(&ports.read, [set(&word_q, ram.at(&ports.read_at))])]);
                word_q
            }
        };
        m.on_clock([
            when(&ports.write, [set(&ram.at(&ports.write_at), &ports.data)]),
            if_else(&ports.zero, [set_to(&out_q, 0)], [when(&ports.next, [set(&out_q, &word_q)])]),
        ]);
        m.assign(&ports.word, &out_q);
    }
    m.build()
}

/// ECP5 block RAMs side by side, for all bits of a word.
fn blocks(m: &mut Module, ports: &RamPorts, name: &str) -> Result<(), Errors> {
    let (address, width) = (ports.read_at.ty.width, ports.data.ty.width);
    let each = [(10, 18), (11, 9), (12, 4), (13, 2)].into_iter().find(|(bits, _)| address <= *bits).map_or(1, |w| w.1);
    let block = block(&format!("{name}_block"), each, address)?;
    let words: Vec<Expr> = (0..width.div_ceil(each))
        .map(|i| {
            let rest = each.min(width - i * each);
            let part = ports.data.slice(i * each, rest);
            let part = if rest < each { cat([part, lit(0, bits(each - rest))]) } else { part };
            let block: RamPorts = m.place(&format!("block_{i}"), &block);
            m.assign_all([
                (&block.write, &ports.write),
                (&block.write_at, &ports.write_at),
                (&block.data, &part),
                (&block.read, &ports.read),
                (&block.read_at, &ports.read_at),
                (&block.next, &ports.next),
                (&block.zero, &ports.zero),
            ]);
            block.word
        })
        .collect();
    let all = m.name("all", cat(words));
    m.assign(&ports.word, all.slice(0, width));
    if all.ty.width > width {
        m.unused([all.slice(width, all.ty.width - width)]);
    }
    Ok(())
}

/// One ECP5 block RAM, written through port A and read through port B.
fn block(name: &str, width: usize, address: usize) -> Result<Arc<Module>, Errors> {
    let cell = cells::dp16kd()?;
    let mut m = Module::new(name, format!("A block RAM, {width} bits wide."));
    let ports = RamPorts::declare(&mut m, width, address);
    let (zero, one) = (lit(0, BIT), lit(1, BIT));
    // Narrow words start at lower address pins; of 18 bits the lowest pins enable the two bytes of a write.
    let low = 14 - [(18, 10), (9, 11), (4, 12), (2, 13), (1, 14)].into_iter().find(|w| w.0 == width).map_or(0, |w| w.1);
    let pin = |port: &Expr, i: usize| match i.checked_sub(low) {
        Some(bit) if bit < address => port.bit(bit),
        None if width == 18 && i < 2 => one.clone(),
        _ => zero.clone(),
    };
    let mut pins: Vec<(String, Expr)> = vec![];
    for i in 0..14 {
        pins.push((format!("ADA{i}"), pin(&ports.write_at, i)));
        pins.push((format!("ADB{i}"), pin(&ports.read_at, i)));
    }
    for i in 0..18 {
        pins.push((format!("DIA{i}"), if i < width { ports.data.bit(i) } else { zero.clone() }));
        pins.push((format!("DIB{i}"), zero.clone()));
    }
    let rest = [
        ("CEA", &one),
        ("OCEA", &zero),
        ("WEA", &ports.write),
        ("RSTA", &zero),
        ("CEB", &ports.read),
        ("OCEB", &ports.next),
        ("WEB", &zero),
        ("RSTB", &ports.zero),
    ];
    pins.extend(rest.map(|(pin, e)| (pin.to_string(), e.clone())));
    pins.extend((0..3).flat_map(|i| [(format!("CSA{i}"), zero.clone()), (format!("CSB{i}"), zero.clone())]));
    let pins: Vec<(&str, &Expr)> = pins.iter().map(|(pin, e)| (pin.as_str(), e)).collect();
    let bits_of = width.to_string();
    let settings = [
        ("DATA_WIDTH_A", bits_of.as_str()),
        ("DATA_WIDTH_B", &bits_of),
        ("REGMODE_A", "\"NOREG\""),
        ("REGMODE_B", "\"OUTREG\""),
        ("RESETMODE", "\"SYNC\""),
        ("WRITEMODE_A", "\"NORMAL\""),
        ("WRITEMODE_B", "\"NORMAL\""),
        ("GSR", "\"AUTO\""),
    ];
    let cell = m.instance_with("block", &cell, &settings, &pins);
    m.assign(&ports.word, cat((0..width).map(|i| cell[format!("DOB{i}").as_str()].clone())));
    m.unused((0..18).map(|i| cell[format!("DOA{i}").as_str()].clone()));
    m.unused((width..18).map(|i| cell[format!("DOB{i}").as_str()].clone()));
    m.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Interpreter;
    use crate::random::Random;

    /// Random writes and reads; an address being written is not read.
    fn matches_an_array(kind: RamStyle, width: usize, depth: usize) {
        let ram = ram(Style::Portable, kind, "trine_ram", width, depth).unwrap();
        let (mut ram, mut random) = (Interpreter::new(&ram).unwrap(), Random(depth as u64));
        let (mut words, mut fetched, mut out) = (vec![0; depth], 0, 0);
        for cycle in 0..400 {
            let (write_at, read_at) = (random.below(depth), random.below(depth));
            let (write, next, zero) = (random.chance(8), random.chance(10), random.chance(2));
            let (read, data) = (random.chance(11) && !(write && read_at == write_at), random.below(1 << width) as i64);
            ram.set_all([("write_at_i", write_at as i64), ("read_at_i", read_at as i64), ("data_i", data)]);
            ram.set_all([("write_i", i64::from(write)), ("read_i", i64::from(read))]);
            ram.set_all([("next_i", i64::from(next)), ("zero_i", i64::from(zero))]);
            ram.clock();
            out = if zero {
                0
            } else if next {
                fetched
            } else {
                out
            };
            // A distributed memory gives what the word is in the cycle after the fetch.
            fetched = if read { words[read_at] } else { fetched };
            if write {
                words[write_at] = data;
            }
            assert_eq!(ram.get("word_o"), out, "cycle {cycle}");
            if kind == RamStyle::Distributed && !read && write {
                // Its fetched word may have been written over: fetch anew.
                ram.set_all([("read_i", 1), ("read_at_i", write_at as i64), ("write_i", 0)]);
                ram.set_all([("next_i", 0), ("zero_i", 0)]);
                ram.clock();
                fetched = words[write_at];
            }
        }
    }

    #[test]
    fn it_holds_what_was_written() {
        matches_an_array(RamStyle::Block, 7, 6);
        matches_an_array(RamStyle::Auto, 1, 1);
        matches_an_array(RamStyle::Distributed, 9, 32);
    }
}
