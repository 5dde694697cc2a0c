//! A [`Plan`] as the body of a rust-hdl block.

use super::plan::{Clocked, Plan, Value};
use crate::lang::interpreter::value::raw;
use crate::lang::{Op, Ty};
use num_bigint::BigInt;
use rust_hdl_core::ast::{
    VerilogBlock, VerilogBlockOrConditional as Otherwise, VerilogCase, VerilogConditional,
    VerilogExpression as Expression, VerilogLiteral, VerilogMatch, VerilogOp, VerilogOpUnary,
    VerilogStatement as Statement,
};

/// The statements of `plan`: its steps, then what the next edge does.
pub(super) fn body(plan: &Plan) -> VerilogBlock {
    let mut block = vec![];
    for s in &plan.steps {
        step(plan, s.target, &s.value, &mut block);
    }
    block.extend(plan.clocked.iter().map(|c| clocked(plan, c)));
    block
}

fn net(plan: &Plan, number: usize) -> Box<Expression> {
    Box::new(Expression::Signal(plan.nets[number].name.clone()))
}

fn assign(plan: &Plan, target: usize, value: Expression) -> Statement {
    Statement::Assignment(*net(plan, target), value)
}

fn offset(bit: usize) -> Expression {
    Expression::Literal(VerilogLiteral::from(bit))
}

/// rust-hdl's literals have the widths of Rust's integers, so a constant is written at 64 bits and cut or extended by
/// the assignment; a negative one is written as its bits because rust-hdl prints a sign where Verilog has none.
fn constant(value: i64, ty: Ty) -> Expression {
    let bits = Expression::Literal(value.cast_unsigned().into());
    if ty.signed { Expression::Signed(Box::new(bits)) } else { bits }
}

fn step(plan: &Plan, target: usize, value: &Value, block: &mut VerilogBlock) {
    let unary = |op, a: &usize| Expression::Unary(op, net(plan, *a));
    let value = match value {
        Value::Copy(a) => *net(plan, *a),
        Value::Lit(v) => constant(*v, plan.nets[target].ty),
        Value::Not(a) => unary(VerilogOpUnary::Not, a),
        Value::Any(a) => unary(VerilogOpUnary::Any, a),
        Value::All(a) => unary(VerilogOpUnary::All, a),
        Value::Binary(op, a, b) => Expression::Binary(net(plan, *a), operator(*op), net(plan, *b)),
        Value::Slice(a, low) => Expression::Slice(net(plan, *a), plan.nets[target].ty.width, Box::new(offset(*low))),
        Value::Mux(c, a, b) => {
            return block.push(conditional(
                plan,
                *c,
                vec![assign(plan, target, *net(plan, *a))],
                vec![assign(plan, target, *net(plan, *b))],
            ));
        }
        Value::Cat(parts) if parts.len() == 1 => *net(plan, parts[0]),
        Value::Cat(parts) => {
            let mut low = 0;
            for part in parts {
                let width = plan.nets[*part].ty.width;
                block.push(Statement::SliceAssignment {
                    base: *net(plan, target),
                    width,
                    offset: offset(low),
                    replacement: *net(plan, *part),
                });
                low += width;
            }
            return;
        }
    };
    block.push(assign(plan, target, value));
}

fn operator(op: Op) -> VerilogOp {
    match op {
        Op::Add => VerilogOp::Add,
        Op::Sub => VerilogOp::Sub,
        Op::And => VerilogOp::BitAnd,
        Op::Or => VerilogOp::BitOr,
        Op::Xor => VerilogOp::BitXor,
        Op::Eq => VerilogOp::Eq,
        Op::Lt => VerilogOp::Lt,
    }
}

fn conditional(plan: &Plan, condition: usize, then: VerilogBlock, otherwise: VerilogBlock) -> Statement {
    let otherwise = if otherwise.is_empty() { Otherwise::None } else { Otherwise::Block(otherwise) };
    Statement::If(VerilogConditional { test: *net(plan, condition), then, otherwise })
}

fn clocked(plan: &Plan, c: &Clocked) -> Statement {
    let block = |list: &[Clocked]| -> VerilogBlock { list.iter().map(|c| clocked(plan, c)).collect() };
    match c {
        Clocked::Set(target, value) => assign(plan, *target, *net(plan, *value)),
        Clocked::If(condition, then, otherwise) => conditional(plan, *condition, block(then), block(otherwise)),
        Clocked::Case(on, arms, default) => {
            let ty = plan.nets[*on].ty;
            let label = |value: i64| format!("{}'h{:x}", ty.width, raw(BigInt::from(value), ty));
            let arms = arms.iter().map(|(value, arm)| VerilogCase { condition: label(*value), block: block(arm) });
            let default = VerilogCase { condition: "default".into(), block: block(default) };
            Statement::Match(VerilogMatch { test: *net(plan, *on), cases: arms.chain([default]).collect() })
        }
    }
}
