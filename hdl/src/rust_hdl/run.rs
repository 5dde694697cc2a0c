//! A [`Plan`] executed on whole numbers, for rust-hdl's simulator.

use super::plan::{Clocked, Plan, Value};
use super::signal::{Signal, fit, raw};
use crate::lang::Op;
use num_bigint::BigInt;

/// Gives every net of `plan` the value that follows from the ports and the parts' outputs.
pub(super) fn run(plan: &mut Plan) {
    let Plan { nets, steps, clocked, .. } = plan;
    for s in steps {
        nets[s.target].value = fit(&value(nets, s.target, &s.value), nets[s.target].ty);
    }
    clocked.iter().for_each(|c| decide(nets, c));
}

/// Exact; the caller fits the result into the target's type.
fn value(nets: &[Signal], target: usize, value: &Value) -> BigInt {
    let at = |n: &usize| &nets[*n].value;
    let bits = |n: &usize| raw(at(n), nets[*n].ty);
    match value {
        Value::Copy(a) => at(a).clone(),
        Value::Lit(v) => BigInt::from(*v),
        Value::Not(a) => !at(a),
        Value::Mux(c, a, b) => at(if holds(nets, *c) { a } else { b }).clone(),
        Value::Any(a) => BigInt::from(*at(a) != BigInt::ZERO),
        Value::All(a) => BigInt::from(bits(a) == raw(&BigInt::from(-1), nets[*a].ty)),
        Value::Slice(a, low) => raw(&(bits(a) >> *low), nets[target].ty),
        Value::Cat(parts) => parts.iter().rev().fold(BigInt::ZERO, |high, p| (high << nets[*p].ty.width) | bits(p)),
        Value::Binary(op, a, b) => match op {
            Op::Add => at(a) + at(b),
            Op::Sub => at(a) - at(b),
            Op::And => at(a) & at(b),
            Op::Or => at(a) | at(b),
            Op::Xor => at(a) ^ at(b),
            Op::Eq => BigInt::from(at(a) == at(b)),
            Op::Lt => BigInt::from(at(a) < at(b)),
        },
    }
}

fn holds(nets: &[Signal], condition: usize) -> bool {
    nets[condition].value != BigInt::ZERO
}

fn decide(nets: &mut [Signal], c: &Clocked) {
    match c {
        Clocked::Set(target, source) => nets[*target].value = fit(&nets[*source].value, nets[*target].ty),
        Clocked::If(condition, then, otherwise) => {
            let chosen = if holds(nets, *condition) { then } else { otherwise };
            chosen.iter().for_each(|c| decide(nets, c));
        }
        Clocked::Case(on, arms, default) => {
            let arm = arms.iter().find(|(label, _)| nets[*on].value == BigInt::from(*label));
            arm.map_or(default, |(_, arm)| arm).iter().for_each(|c| decide(nets, c));
        }
    }
}
