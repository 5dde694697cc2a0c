//! Sums over the chunks of a pass, one word of `columns` accumulators per token.
//!
//! ```text
//!  token_i (a cycle ahead) ──> [ RAM: max_tokens words ] ──> word ──┐
//!                                  ^                                ├─ first ? 0 : single ? total : word ── + ──[total_q]──> total_o
//!                                  └── total_q ── when valid        │                                      sum + owed
//!                                                     total_q ──────┘
//! ```
//! The RAM is read one cycle before the sum arrives. With a single token the word needed is the one just made, which is
//! still in `total_q`; with two or more the RAM has it. `total_o` follows its sum by one cycle, no handshake.

use crate::lang::{BIT, Errors, Module, RamStyle, bits, cat, int, lit, mux, set, when};
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::config::clog2;

/// The adder of one column: `total_o = (first_i ? 0 : single_i ? last_i : word_i) + sum_i + owed_i`, combinational.
///
/// # Errors
/// Structural mistakes, none for valid widths.
pub fn accumulate(c: &Config, sum_bits: usize) -> Result<Arc<Module>, Errors> {
    let ty = int(c.acc_bits());
    let mut m = Module::new("trine_accumulate", "Adds one sum to one accumulator.");
    let first = m.input("first_i", BIT);
    let single = m.input("single_i", BIT);
    let word = m.input("word_i", ty);
    let last = m.input("last_i", ty);
    let sum = m.input("sum_i", int(sum_bits));
    let owed = m.input("owed_i", BIT);
    let base = m.name("base", mux(&first, lit(0, ty), mux(&single, &last, &word)));
    let carry = cat([owed, lit(0, bits(ty.width - 1))]).signed();
    // The configuration's width holds the sum of a whole pass, so no carry is lost.
    m.drive("total_o", ((base + &sum).wrap() + carry).wrap());
    m.build()
}

/// The accumulators of configuration `c` for sums of `sum_bits` bits.
///
/// # Errors
/// Structural mistakes, none for valid widths.
pub fn accumulators(c: &Config, sum_bits: usize) -> Result<Arc<Module>, Errors> {
    let adder = accumulate(c, sum_bits)?;
    let width = c.acc_bits();
    let address = bits(clog2(c.max_tokens).max(1));
    let mut m =
        Module::new("trine_accumulators", format!("{} accumulators for each of {} tokens.", c.columns, c.max_tokens));
    let read_token = m.input("read_token_i", address);
    let token = m.input("token_i", address);
    let valid = m.input("valid_i", BIT);
    let first = m.input("first_i", BIT);
    let single = m.input("single_i", BIT);
    let sums = m.input("sums_i", bits(c.columns * sum_bits));
    let owed = m.input("owed_i", bits(c.columns));
    let ram = m.memory("ram", bits(c.columns * width), c.max_tokens, RamStyle::Block);
    let word_q = m.reg("word_q", ram.ty);
    let total_q = m.reg("total_q", ram.ty);
    let mut totals = vec![];
    for n in 0..c.columns {
        let instance = m.instance(
            &format!("adder_{n}"),
            &adder,
            &[
                ("first_i", &first),
                ("single_i", &single),
                ("word_i", &word_q.slice(n * width, width).signed()),
                ("last_i", &total_q.slice(n * width, width).signed()),
                ("sum_i", &sums.slice(n * sum_bits, sum_bits).signed()),
                ("owed_i", &owed.bit(n)),
            ],
        );
        totals.push(instance["total_o"].clone().unsigned());
    }
    let total = m.name("total", cat(totals));
    m.on_clock([
        set(&word_q, ram.at(&read_token)),
        when(&valid, [set(&total_q, &total), set(&ram.at(&token), &total)]),
    ]);
    m.drive("total_o", &total_q);
    m.build()
}
