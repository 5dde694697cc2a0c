//! The changes of one node of an expression.

use super::super::expr::{Expr, Node, Op, expr, lit};
use super::super::ty::BIT;
use super::Operator;
use super::Operator::{Arithmetic, Comparison, Constant, Guard, Logic, Negation, Order, Select, Slice};

/// Operands of a node that are expressions of their own; a sum that loses its carry is one operator.
pub(super) fn operands(e: &Expr) -> Vec<Expr> {
    match &*e.node {
        // Verilog slices and indexes names only.
        Node::Slice(..) | Node::Word(..) => vec![],
        Node::Cast(sum) if sum.ty.width != e.ty.width => operands(sum),
        _ => e.children().into_iter().cloned().collect(),
    }
}

/// The node over other operands.
pub(super) fn with(e: &Expr, mut operands: Vec<Expr>) -> Expr {
    let mut next = || operands.remove(0);
    let node = match &*e.node {
        Node::Net(..) | Node::Lit(_) | Node::Pin(..) | Node::Bad(_) | Node::Slice(..) | Node::Word(..) => {
            return e.clone();
        }
        Node::Not(_) => Node::Not(next()),
        Node::Binary(op, ..) => Node::Binary(*op, next(), next()),
        Node::Mux(..) => Node::Mux(next(), next(), next()),
        Node::Cat(_) => Node::Cat(operands),
        Node::Repeat(_, count) => Node::Repeat(next(), *count),
        Node::Any(_) => Node::Any(next()),
        Node::All(_) => Node::All(next()),
        Node::Count(..) => return next().count_ones(),
        Node::Cast(sum) if sum.ty.width != e.ty.width => Node::Cast(with(sum, operands)),
        Node::Cast(_) => Node::Cast(next()),
    };
    expr(node, e.ty)
}

/// Expressions that the node can become by one mistake, over the operands given. None is wider than the node.
pub(super) fn changes(e: &Expr, operands: &[Expr]) -> Vec<(Operator, Expr)> {
    let node = |node: Node| expr(node, e.ty);
    let binary = |op: Op, a: &Expr, b: &Expr| node(Node::Binary(op, a.clone(), b.clone()));
    match (&*e.node, operands) {
        (Node::Binary(Op::Add, ..), [a, b]) => vec![(Arithmetic, binary(Op::Sub, a, b))],
        (Node::Binary(Op::Sub, ..), [a, b]) => {
            vec![(Arithmetic, binary(Op::Add, a, b)), (Order, binary(Op::Sub, b, a))]
        }
        (Node::Binary(Op::And, ..), [a, b]) => {
            vec![(Logic, binary(Op::Or, a, b)), (Guard, a.clone()), (Guard, b.clone())]
        }
        (Node::Binary(Op::Or, ..), [a, b]) => {
            vec![(Logic, binary(Op::And, a, b)), (Guard, a.clone()), (Guard, b.clone())]
        }
        (Node::Binary(Op::Xor, ..), [a, b]) => vec![(Logic, binary(Op::Or, a, b))],
        (Node::Binary(Op::Eq, ..), [a, b]) => vec![(Comparison, node(Node::Not(binary(Op::Eq, a, b))))],
        (Node::Binary(Op::Lt, ..), [a, b]) => vec![
            (Comparison, node(Node::Not(binary(Op::Lt, a, b)))),
            (Comparison, node(Node::Not(binary(Op::Lt, b, a)))),
            (Order, binary(Op::Lt, b, a)),
        ],
        (Node::Not(_), [a]) => vec![(Negation, a.clone())],
        (Node::Mux(..), [c, a, b]) => {
            vec![(Select, node(Node::Mux(c.clone(), b.clone(), a.clone()))), (Select, a.clone()), (Select, b.clone())]
        }
        (Node::Any(_), [a]) if a.ty.width > 1 => vec![(Logic, node(Node::All(a.clone())))],
        (Node::All(_), [a]) if a.ty.width > 1 => vec![(Logic, node(Node::Any(a.clone())))],
        (Node::Cat(_), [a, b, rest @ ..]) if a.ty == b.ty && !same(a, b) => {
            let swapped = [b, a].into_iter().chain(rest).cloned().collect();
            vec![(Order, node(Node::Cat(swapped)))]
        }
        (Node::Cast(sum), _) if sum.ty.width != e.ty.width => {
            let cast = |(operator, changed)| (operator, node(Node::Cast(changed)));
            changes(sum, operands).into_iter().map(cast).collect()
        }
        (Node::Lit(value), _) => {
            let near = [1, -1].into_iter().filter_map(|by| value.checked_add(by)).map(|value| lit(value, e.ty));
            near.filter(|near| !matches!(*near.node, Node::Bad(_))).map(|near| (Constant, near)).collect()
        }
        (Node::Slice(of, low), _) => {
            let fits = |low: &usize| low + e.ty.width <= of.ty.width;
            let near = [low.checked_add(1), low.checked_sub(1)].into_iter().flatten().filter(fits);
            near.map(|low| (Slice, node(Node::Slice(of.clone(), low)))).collect()
        }
        _ => vec![],
    }
}

/// True if both are the same constant.
fn same(a: &Expr, b: &Expr) -> bool {
    matches!((&*a.node, &*b.node), (Node::Lit(a), Node::Lit(b)) if a == b)
}

/// Expressions that a condition can become besides those of the node.
pub(super) fn conditions(c: &Expr) -> Vec<Expr> {
    vec![!c, lit(1, BIT), lit(0, BIT)]
}

/// A named value with its lowest or its highest bit stuck; a single bit has only one.
pub(super) fn stuck(net: &Expr) -> Vec<Expr> {
    let (width, whole) = (net.ty.width, |e: Expr| if net.ty.signed { e.signed() } else { e });
    let bits = [lit(0, BIT), lit(1, BIT)];
    if width == 1 {
        return bits.map(whole).to_vec();
    }
    let low = bits.clone().map(|bit| super::super::expr::cat([bit, net.slice(1, width - 1)]));
    let high = bits.map(|bit| super::super::expr::cat([net.slice(0, width - 1), bit]));
    low.into_iter().chain(high).map(whole).collect()
}
