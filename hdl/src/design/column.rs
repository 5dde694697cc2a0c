//! One output: `sum_o + owed_o = Σ_lane act[lane] * w[lane]`.
//!
//! ```text
//!  act[i] ──xor neg──and nz──┐
//!                            ├─ adder tree ── sum_o
//!  code[i] = {neg, nz} ──────┘              └ owed_o
//! ```
//! `x * -1 = ~x + 1`: the complement costs nothing beside the select, the one goes into a carry input of the tree
//! ([`crate::library::adder_tree`]). A new set of lanes every cycle, no handshake; results follow after
//! [`LATENCY_PER_LEVEL`] cycles a tree level ([`Config::tree_levels`]).

use crate::lang::{Errors, Module, bits};
use crate::library::{Term, adder_tree};
use std::sync::Arc;
use trine_spec::Config;

/// Registers per adder level.
pub const LATENCY_PER_LEVEL: usize = 1;

/// The column of configuration `c`.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn column(c: &Config) -> Result<Arc<Module>, Errors> {
    let doc = format!("Ternary dot product of {} lanes, {} cycles.", c.lanes, c.tree_levels() * LATENCY_PER_LEVEL);
    let mut m = Module::new("trine_column", doc);
    let act = m.input("act_i", bits(c.lanes * c.act_bits));
    let code = m.input("code_i", bits(2 * c.lanes));
    m.note("select 0, x or ~x (= -x - 1)");
    let terms = (0..c.lanes)
        .map(|i| {
            let nz = code.bit(2 * i).repeat(c.act_bits);
            let negative = code.bit(2 * i + 1);
            let x = act.slice(i * c.act_bits, c.act_bits);
            let value = ((x ^ negative.repeat(c.act_bits)) & nz).signed();
            Term { value: m.name(&format!("lane_{i}"), value), owed: negative }
        })
        .collect();
    let root = adder_tree(&mut m, terms);
    m.drive("sum_o", &root.value);
    m.drive("owed_o", &root.owed);
    m.build()
}
