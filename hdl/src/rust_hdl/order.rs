//! The order of continuous assignments inside one always block.

use crate::lang::{Expr, Module, Node, Stmt};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Continuous assignments of `m`, every signal before what reads it. Where the logic feeds itself no such order exists;
/// rust-hdl's loop check then finds the signal that is read too early.
pub(super) fn ordered(m: &Module) -> Vec<(&Expr, &Expr)> {
    let assignments: Vec<(&Expr, &Expr)> = m.comb.iter().filter_map(assignment).collect();
    let drivers: HashMap<usize, usize> =
        assignments.iter().enumerate().filter_map(|(n, (target, _))| Some((target.target()?, n))).collect();
    let mut seen = vec![false; assignments.len()];
    let mut order = vec![];
    // Depth first on a stack of its own: a chain of assignments may be long
    let mut todo: Vec<(usize, bool)> = (0..assignments.len()).rev().map(|n| (n, false)).collect();
    while let Some((n, complete)) = todo.pop() {
        if complete {
            order.push(assignments[n]);
        } else if !std::mem::replace(&mut seen[n], true) {
            todo.push((n, true));
            todo.extend(reads(assignments[n].1).iter().filter_map(|d| drivers.get(d)).map(|d| (*d, false)));
        }
    }
    order
}

fn assignment(s: &Stmt) -> Option<(&Expr, &Expr)> {
    match s {
        Stmt::Set(target, value) => Some((target, value)),
        _ => None,
    }
}

/// Declarations that `e` reads, each once.
fn reads(e: &Expr) -> Vec<usize> {
    let (mut found, mut seen, mut todo) = (vec![], HashSet::new(), vec![e]);
    while let Some(e) = todo.pop() {
        if let Node::Net(_, number) = *e.node {
            found.push(number);
        } else if seen.insert(Arc::as_ptr(&e.node)) {
            todo.extend(e.children());
        }
    }
    found
}
