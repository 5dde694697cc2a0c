//! A memory with one write and one read port, read in two cycles.
//!
//! ```text
//!  write_i, write_at_i, data_i ──> [ RAM ] ──[word]──[out]──> word_o
//!                    read_at_i ──>         read_i  next_i, zero_i
//! ```
//! `read_i` fetches the word at `read_at_i`; in the next cycle `next_i` moves it to the output, which `zero_i` clears
//! instead. Block RAMs answer late in a cycle, so the second register makes the clock; the ECP5's is inside the block RAM,
//! where only explicit cells use it. Do not fetch an address in the cycle that writes it. A distributed memory answers early: its
//! first register holds the address, so that the word is what was written until the cycle after `read_i`.

use super::cells;
use crate::lang::{BIT, Errors, Expr, Module, RamStyle, bits, cat, if_else, lit, set, set_to, when};
use std::sync::Arc;
use trine_spec::Style;
use trine_spec::config::clog2;

/// Words of the deepest ECP5 block RAM; deeper memories are left to the tools.
const DEEPEST_BLOCK: usize = 16384;

/// A memory of `depth` words of `width` bits.
///
/// # Errors
/// Structural mistakes, none for valid sizes.
pub fn ram(style: Style, kind: RamStyle, name: &str, width: usize, depth: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new(name, format!("{depth} words of {width} bits, read in two cycles."));
    let ports = Ports::new(&mut m, width, clog2(depth).max(1));
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
        m.drive("word_o", &out_q);
    }
    m.build()
}

/// The inputs of a memory.
struct Ports {
    write: Expr,
    write_at: Expr,
    data: Expr,
    read: Expr,
    read_at: Expr,
    next: Expr,
    zero: Expr,
}

impl Ports {
    fn new(m: &mut Module, width: usize, address: usize) -> Ports {
        Ports {
            write: m.input("write_i", BIT),
            write_at: m.input("write_at_i", bits(address)),
            data: m.input("data_i", bits(width)),
            read: m.input("read_i", BIT),
            read_at: m.input("read_at_i", bits(address)),
            next: m.input("next_i", BIT),
            zero: m.input("zero_i", BIT),
        }
    }

    fn pins<'a>(&'a self, data: &'a Expr) -> [(&'static str, &'a Expr); 7] {
        [
            ("write_i", &self.write),
            ("write_at_i", &self.write_at),
            ("data_i", data),
            ("read_i", &self.read),
            ("read_at_i", &self.read_at),
            ("next_i", &self.next),
            ("zero_i", &self.zero),
        ]
    }
}

/// Side by side as many ECP5 block RAMs as the word is wide.
fn blocks(m: &mut Module, ports: &Ports, name: &str) -> Result<(), Errors> {
    let (address, width) = (ports.read_at.ty.width, ports.data.ty.width);
    let each = [(10, 18), (11, 9), (12, 4), (13, 2)].into_iter().find(|(bits, _)| address <= *bits).map_or(1, |w| w.1);
    let block = block(&format!("{name}_block"), each, address)?;
    let words: Vec<Expr> = (0..width.div_ceil(each))
        .map(|i| {
            let rest = each.min(width - i * each);
            let part = ports.data.slice(i * each, rest);
            let part = if rest < each { cat([part, lit(0, bits(each - rest))]) } else { part };
            m.instance(&format!("block_{i}"), &block, &ports.pins(&part))["word_o"].clone()
        })
        .collect();
    let all = m.name("all", cat(words));
    m.drive("word_o", all.slice(0, width));
    if all.ty.width > width {
        m.unused([all.slice(width, all.ty.width - width)]);
    }
    Ok(())
}

/// One ECP5 block RAM, written through port A and read through port B.
fn block(name: &str, width: usize, address: usize) -> Result<Arc<Module>, Errors> {
    let cell = cells::dp16kd()?;
    let mut m = Module::new(name, format!("A block RAM, {width} bits wide."));
    let ports = Ports::new(&mut m, width, address);
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
    m.drive("word_o", cat((0..width).map(|i| cell[format!("DOB{i}").as_str()].clone())));
    m.unused((0..18).map(|i| cell[format!("DOA{i}").as_str()].clone()));
    m.unused((width..18).map(|i| cell[format!("DOB{i}").as_str()].clone()));
    m.build()
}
