//! A [`Plan`] executed for rust-hdl's simulator, on the arithmetic of the [interpreter](crate::lang::Interpreter).

use super::plan::{Clocked, Plan};
use super::signal::Signal;
use crate::lang::interpreter::value::{evaluate, fit};
use num_bigint::BigInt;

/// Gives every net of `plan` the value that follows from the ports and the parts' outputs.
pub(super) fn run(plan: &mut Plan) {
    let Plan { nets, steps, clocked, .. } = plan;
    for s in steps {
        nets[s.target].value = evaluate(&s.value, nets[s.target].ty, |n| (nets[n].value.clone(), nets[n].ty));
    }
    clocked.iter().for_each(|c| decide(nets, c));
}

fn holds(nets: &[Signal], condition: usize) -> bool {
    nets[condition].value != BigInt::ZERO
}

fn decide(nets: &mut [Signal], c: &Clocked) {
    match c {
        Clocked::Set(target, source) => nets[*target].value = fit(nets[*source].value.clone(), nets[*target].ty),
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
