//! Plain Verilog operators, for every technology.

use super::{Lane, select};
use crate::lang::Module;
use crate::library::{Term, adder_tree};

pub(super) fn sum(m: &mut Module, lanes: Vec<Lane>) -> Term {
    m.note("select 0, x or ~x (= -x - 1)");
    let terms = lanes.iter().enumerate().map(|(i, lane)| select(m, i, lane)).collect();
    adder_tree(m, terms, 1)
}
