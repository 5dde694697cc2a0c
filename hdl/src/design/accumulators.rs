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

use super::sequencer::token_ty;
use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, RamStyle, bits, cat, if_else, int, lit, mux, set, set_to, when};
use crate::library::{RamPorts, carry_chain, ram};
use std::sync::Arc;
use trine_spec::{Config, Style};

interface! {
    /// Ports of the adder of one column.
    struct AccumulatePorts(width: usize, sum_bits: usize) {
        /// Adds to the total of the issue before.
        input forward: BIT,
        /// Total so far from the memory.
        input word: bits(width),
        /// Total of the issue before.
        input last: bits(width),
        /// Total of the issue before that.
        input before: bits(width),
        /// Sum of the column.
        input sum: int(sum_bits),
        /// One that the column owes.
        input owed: BIT,
        /// Total with the sum.
        output total: int(width),
    }
}

/// The adder of one column: `total_o = (forward_i ? last_i : word_i | before_i) + sum_i + owed_i`, combinational.
///
/// # Errors
/// Structural mistakes, none for valid widths.
pub fn accumulate(c: &Config, sum_bits: usize) -> Result<Arc<Module>, Errors> {
    let ty = bits(c.acc_bits());
    let mut m = Module::new("trine_accumulate", "Adds one sum to one accumulator.");
    let io = AccumulatePorts::declare(&mut m, ty.width, sum_bits);
    let AccumulatePorts { forward, word, last, before, sum, owed, total: port } = io;
    let total = match c.style() {
        // D = forward, B = last, C = the rest: A ^ B with it, A ^ C without.
        Style::Ecp5 => {
            let rest = m.name("rest", word | before);
            let sum_bit = |i: usize| sum.bit(i.min(sum_bits - 1));
            let positions = (0..ty.width).map(|i| [sum_bit(i), last.bit(i), rest.bit(i), forward.clone()]);
            carry_chain(&mut m, "16'h665A", &owed, positions.collect())?.signed()
        }
        Style::Portable | Style::Xilinx7 | Style::Packed => {
            let base = m.name("base", mux(&forward, &last, word | before).signed());
            let carry = cat([owed, lit(0, bits(ty.width - 1))]).signed();
            ((base + &sum).wrap() + carry).wrap()
        }
    };
    // The configuration's width holds the sum of a whole pass, so no carry is lost.
    m.assign(&port, total);
    m.build()
}

interface! {
    /// Ports of the accumulators.
    pub(super) struct AccumulatorPorts(c: Config, sum_bits: usize) {
        /// Synchronous reset.
        input rst: BIT,
        /// There is a sum after the next.
        input read: c.style().rests().then_some(BIT) => Option<Expr>,
        /// Token whose total is read for the sum after the next.
        input read_token: token_ty(&c),
        /// The sum of the next cycle is of the first chunk.
        input next_first: BIT,
        /// There is a sum in the next cycle.
        input next_valid: BIT,
        /// The token of the next sum is odd.
        input next_odd: BIT,
        /// The sum of the next cycle is of the last chunk.
        input next_last as "next_last_chunk": BIT,
        /// Token of the sum.
        input token: token_ty(&c),
        /// There is a sum.
        input valid: BIT,
        /// The job has one token.
        input single: BIT,
        /// The job has two tokens.
        input pair: BIT,
        /// Sums of all columns.
        input sums: bits(c.columns() * sum_bits),
        /// Ones that the columns owe.
        input owed: bits(c.columns()),
        /// Totals of all columns, one cycle after the sum.
        output total: bits(c.columns() * c.acc_bits()),
    }
}

/// The accumulators of configuration `c` for sums of `sum_bits` bits.
///
/// `single_i` and `pair_i` say that the job has one or two tokens. Known a cycle ahead of a sum are `next_valid_i`,
/// whether its chunk is the first or the last of a pass, and whether its token is odd.
///
/// # Errors
/// Structural mistakes, none for valid widths.
pub fn accumulators(c: &Config, sum_bits: usize) -> Result<Arc<Module>, Errors> {
    accumulators_of("trine_accumulators", c, sum_bits, &accumulate(c, sum_bits)?)
}

/// The same with this name and adder.
///
/// # Errors
/// As [`accumulators`].
pub(super) fn accumulators_of(
    name: &str,
    c: &Config,
    sum_bits: usize,
    adder: &Arc<Module>,
) -> Result<Arc<Module>, Errors> {
    let width = c.acc_bits();
    let mut m = Module::new(name, format!("{} accumulators for each of {} tokens.", c.columns(), c.max_tokens()));
    let io = AccumulatorPorts::declare(&mut m, c.clone(), sum_bits);
    let AccumulatorPorts { next_first, token, valid, pair, .. } = &io;
    let word_ty = bits(c.columns() * width);
    let total_q = m.reg("total_q", word_ty);
    let before_q = m.reg("before_q", word_ty);
    let total = m.wire("total", word_ty);
    let forward_q = m.register("forward_q", &io.single & !next_first);
    let zero = m.name("zero", next_first | pair);
    // Of two tokens the second ends a chunk, and the last chunk a pass. Known a cycle ahead, since it clears many registers.
    let begins = m.name("begins", &io.next_valid & mux(&io.next_odd, &io.next_last, next_first));
    let clears_q = m.register("clears_q", &io.rst | !pair | begins);
    // On the ECP5 the way to a block RAM and back is longer than a clock cycle.
    let kind = match c.style() {
        Style::Ecp5 if c.max_tokens() <= 32 => RamStyle::Distributed,
        _ => RamStyle::Block,
    };
    // A distributed memory is read a cycle later, so that it can be written a cycle later too, from a register.
    let (write, write_at, data) = match kind {
        RamStyle::Distributed => (m.register("valid_q", valid), m.register("token_q", token), total_q.clone()),
        _ => (valid.clone(), token.clone(), total.clone()),
    };
    let words: RamPorts =
        m.place("words", &ram(c.style(), kind, &format!("{name}_ram"), word_ty.width, c.max_tokens())?);
    m.assign_all([
        (&words.write, &write),
        (&words.write_at, &write_at),
        (&words.data, &data),
        (&words.read, io.read.as_ref().unwrap_or(&lit(1, BIT))),
        (&words.read_at, &io.read_token),
        (&words.next, io.read.as_ref().map_or(&lit(1, BIT), |_| &io.next_valid)),
        (&words.zero, &zero),
    ]);
    let mut totals = vec![];
    for n in 0..c.columns() {
        let adder: AccumulatePorts = m.place(&format!("adder_{n}"), adder);
        let of = |words: &Expr| words.slice(n * width, width);
        m.assign_all([
            (&adder.forward, &forward_q),
            (&adder.word, &of(&words.word)),
            (&adder.last, &of(&total_q)),
            (&adder.before, &of(&before_q)),
            (&adder.sum, &io.sums.slice(n * sum_bits, sum_bits).signed()),
            (&adder.owed, &io.owed.bit(n)),
        ]);
        totals.push(adder.total.unsigned());
    }
    m.assign(&total, cat(totals));
    m.on_clock([
        when(valid, [set(&total_q, &total)]),
        if_else(clears_q, [set_to(&before_q, 0)], [when(valid, [set(&before_q, &total_q)])]),
    ]);
    m.assign(&io.total, &total_q);
    m.build()
}

#[cfg(test)]
mod tests {
    use super::accumulators;
    use crate::lang::Interpreter;
    use crate::random::Random;
    use trine_spec::Config;

    const CHUNKS: usize = 3;
    const SUM_BITS: usize = 9;

    /// Two passes of jobs with one token to four: one and two take other ways than the memory.
    #[test]
    fn totals_are_the_sums_of_a_pass() {
        let config = Config::sized(8, 2).max_depth(24).max_tokens(4).build().unwrap();
        let module = accumulators(&config, SUM_BITS).unwrap();
        for tokens in 1..=4 {
            let mut unit = Interpreter::new(&module).unwrap();
            let mut random = Random(tokens as u64);
            unit.set_all([("rst_i", 1), ("single_i", i64::from(tokens == 1)), ("pair_i", i64::from(tokens == 2))]);
            unit.clock();
            unit.set("rst_i", 0);
            let issues: Vec<(usize, usize)> =
                (0..2 * CHUNKS).flat_map(|chunk| (0..tokens).map(move |token| (chunk % CHUNKS, token))).collect();
            let token = |at: usize| issues.get(at).map_or(0, |(_, token)| *token as i64);
            let chunk = |at: usize, is: usize| i64::from(issues.get(at).is_some_and(|(chunk, _)| *chunk == is));
            let mut totals = [[0i64; 2]; 4];
            // The first issue has two cycles in front of it.
            for cycle in 0..issues.len() + 2 {
                unit.set_all([
                    ("read_token_i", token(cycle)),
                    ("next_valid_i", i64::from(cycle >= 1 && cycle - 1 < issues.len())),
                    ("next_first_i", if cycle >= 1 { chunk(cycle - 1, 0) } else { 0 }),
                    ("next_last_chunk_i", if cycle >= 1 { chunk(cycle - 1, CHUNKS - 1) } else { 0 }),
                    ("next_odd_i", if cycle >= 1 { token(cycle - 1) & 1 } else { 0 }),
                    ("valid_i", i64::from(cycle >= 2)),
                    ("token_i", if cycle >= 2 { token(cycle - 2) } else { 0 }),
                ]);
                let sums = [0, 1].map(|_| random.below(1 << SUM_BITS) as i64 - (1 << (SUM_BITS - 1)));
                let owed = [0, 1].map(|_| random.below(2) as i64);
                let mask = (1 << SUM_BITS) - 1;
                unit.set_all([
                    ("sums_i", sums[0] & mask | (sums[1] & mask) << SUM_BITS),
                    ("owed_i", owed[0] | owed[1] << 1),
                ]);
                unit.clock();
                let Some((chunk, token)) = cycle.checked_sub(2).map(|at| issues[at]) else { continue };
                let found = unit.get("total_o");
                for column in 0..2 {
                    let total = &mut totals[token][column];
                    *total = sums[column] + owed[column] + if chunk == 0 { 0 } else { *total };
                    let bits = config.acc_bits();
                    let word = found >> (bits * column) << (64 - bits) >> (64 - bits);
                    assert_eq!(word, *total, "{tokens} tokens, chunk {chunk}, token {token}, column {column}");
                }
            }
        }
    }
}
