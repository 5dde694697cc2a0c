//! Sums over the chunks of a pass, one word of `columns` accumulators per token.
//!
//! ```text
//!  read_token_i ──> [ RAM: max_tokens words ]──[word]──[out]── word ─┐    zero in the first chunk, and if M = 2
//!  (two cycles ahead)        ^                                       │
//!                            │            ┌── total_q (M = 1) ───────┼─ or ── + ──[total_q]──> total_o
//!                            │            └──[before_q] (M = 2) ─────┘   sum + owed
//!                            └── total, when valid_i
//! ```
//! The sum so far of a token comes from the RAM, which is read two cycles before the sum arrives and shows what was written
//! until then: the words of all but the last two issues. With one token the word needed is that of the last issue, with two
//! that of the issue before; these two are kept in registers. With two tokens the RAM's word is held at zero, otherwise that of
//! the issue before, so that a plain OR joins them; that of the last issue is chosen. `total_o` follows its sum by one cycle, no handshake.

use crate::lang::{BIT, Errors, Module, RamStyle, bits, cat, if_else, int, lit, mux, set, set_to, when};
use crate::library::{carry_chain, ram};
use std::sync::Arc;
use trine_spec::config::clog2;
use trine_spec::{Config, Style};

/// The adder of one column: `total_o = (forward_i ? last_i : word_i | before_i) + sum_i + owed_i`, combinational.
///
/// # Errors
/// Structural mistakes, none for valid widths.
pub fn accumulate(c: &Config, sum_bits: usize) -> Result<Arc<Module>, Errors> {
    let ty = bits(c.acc_bits());
    let mut m = Module::new("trine_accumulate", "Adds one sum to one accumulator.");
    let forward = m.input("forward_i", BIT);
    let word = m.input("word_i", ty);
    let last = m.input("last_i", ty);
    let before = m.input("before_i", ty);
    let sum = m.input("sum_i", int(sum_bits));
    let owed = m.input("owed_i", BIT);
    let total = match c.style {
        // D = forward, B = last, C = the rest: A ^ B with it, A ^ C without.
        Style::Ecp5 => {
            let rest = m.name("rest", word | before);
            let sum_bit = |i: usize| sum.bit(i.min(sum_bits - 1));
            let positions = (0..ty.width).map(|i| [sum_bit(i), last.bit(i), rest.bit(i), forward.clone()]);
            carry_chain(&mut m, "16'h665A", &owed, positions.collect())?.signed()
        }
        Style::Portable | Style::Xilinx7 => {
            let base = m.name("base", mux(&forward, &last, word | before).signed());
            let carry = cat([owed, lit(0, bits(ty.width - 1))]).signed();
            ((base + &sum).wrap() + carry).wrap()
        }
    };
    // The configuration's width holds the sum of a whole pass, so no carry is lost.
    m.drive("total_o", total);
    m.build()
}

/// The accumulators of configuration `c` for sums of `sum_bits` bits.
///
/// `single_i` and `pair_i` say that the job has one or two tokens; what is told of the next cycle's sum is `next_valid_i`,
/// whether its chunk is the first or the last of a pass, and whether its token is odd.
///
/// # Errors
/// Structural mistakes, none for valid widths.
pub fn accumulators(c: &Config, sum_bits: usize) -> Result<Arc<Module>, Errors> {
    let adder = accumulate(c, sum_bits)?;
    let width = c.acc_bits();
    let address = bits(clog2(c.max_tokens).max(1));
    let mut m =
        Module::new("trine_accumulators", format!("{} accumulators for each of {} tokens.", c.columns, c.max_tokens));
    let rst = m.input("rst_i", BIT);
    let read_token = m.input("read_token_i", address);
    let next_first = m.input("next_first_i", BIT);
    let next_valid = m.input("next_valid_i", BIT);
    let next_odd = m.input("next_odd_i", BIT);
    let next_last = m.input("next_last_chunk_i", BIT);
    let token = m.input("token_i", address);
    let valid = m.input("valid_i", BIT);
    let single = m.input("single_i", BIT);
    let pair = m.input("pair_i", BIT);
    let sums = m.input("sums_i", bits(c.columns * sum_bits));
    let owed = m.input("owed_i", bits(c.columns));
    let word_ty = bits(c.columns * width);
    let total_q = m.reg("total_q", word_ty);
    let before_q = m.reg("before_q", word_ty);
    let total = m.wire("total", word_ty);
    let forward_q = m.register("forward_q", &single & !&next_first);
    let zero = m.name("zero", &next_first | &pair);
    // Of two tokens the second ends a chunk, and the last chunk a pass. Known a cycle ahead, since it clears many registers.
    let begins = m.name("begins", next_valid & mux(next_odd, next_last, &next_first));
    let clears_q = m.register("clears_q", &rst | !&pair | begins);
    // On the ECP5 the way to a block RAM and back is longer than a clock cycle.
    let kind = match c.style {
        Style::Ecp5 if c.max_tokens <= 32 => RamStyle::Distributed,
        _ => RamStyle::Block,
    };
    // A distributed memory is read a cycle later, so that it can be written a cycle later too, from a register.
    let (write, write_at, data) = match kind {
        RamStyle::Distributed => (m.register("valid_q", &valid), m.register("token_q", &token), total_q.clone()),
        _ => (valid.clone(), token.clone(), total.clone()),
    };
    let words = m.instance(
        "words",
        &ram(c.style, kind, "trine_accumulators_ram", word_ty.width, c.max_tokens)?,
        &[
            ("write_i", &write),
            ("write_at_i", &write_at),
            ("data_i", &data),
            ("read_i", &lit(1, BIT)),
            ("read_at_i", &read_token),
            ("next_i", &lit(1, BIT)),
            ("zero_i", &zero),
        ],
    );
    let mut totals = vec![];
    for n in 0..c.columns {
        let instance = m.instance(
            &format!("adder_{n}"),
            &adder,
            &[
                ("forward_i", &forward_q),
                ("word_i", &words["word_o"].slice(n * width, width)),
                ("last_i", &total_q.slice(n * width, width)),
                ("before_i", &before_q.slice(n * width, width)),
                ("sum_i", &sums.slice(n * sum_bits, sum_bits).signed()),
                ("owed_i", &owed.bit(n)),
            ],
        );
        totals.push(instance["total_o"].clone().unsigned());
    }
    m.assign(&total, cat(totals));
    m.on_clock([
        when(&valid, [set(&total_q, &total)]),
        if_else(clears_q, [set_to(&before_q, 0)], [when(&valid, [set(&before_q, &total_q)])]),
    ]);
    m.drive("total_o", &total_q);
    m.build()
}
