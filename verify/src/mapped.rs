//! A mapped netlist in simulation, in place of the unit.

use trine_hdl::Verilog;
use trine_spec::Config;
use trine_synth::flow::Verification;

use crate::{Outcome, Plan, Result, verify};

/// Probability that the host pauses, on every stream and in every cycle.
const STALLS: f64 = 0.3;

/// Runs the same cases on the netlist and on the unit that it was mapped from.
///
/// Calls `step` after each of `2 * cases` cases.
///
/// # Errors
/// As [`verify`]; a netlist that is wrong is a [`Verification`] with a failure.
pub fn verify_mapped(
    netlist: &Verilog,
    unit: &Verilog,
    config: &Config,
    cases: u64,
    seed: u64,
    step: &dyn Fn(),
) -> Result<Verification> {
    let plan = Plan { cases, seed, stalls: STALLS, checks: false, ..Plan::default() };
    let before = verify(unit, config, &plan, step)?;
    let after = verify(netlist, config, &Plan { gates: true, ..plan }, step)?;
    Ok(Verification {
        cases: after.cases,
        seed,
        stalls: STALLS,
        macs: after.macs,
        mismatches: after.mismatches,
        cycles: after.cycles,
        rtl_cycles: before.cycles,
        failure: failure(&after).or_else(|| Some(format!("the unit before mapping: {}", failure(&before)?))),
    })
}

/// The first fault, in words.
fn failure(outcome: &Outcome) -> Option<String> {
    let finding = outcome.first_mismatch.as_ref()?;
    let mut text = format!(
        "case {}, seed {}, m = {}, k = {}, n = {}",
        finding.case, finding.seed, finding.m, finding.k, finding.n
    );
    if let Some(x) = &finding.mismatch {
        text += &format!(": beat {}, column {}: expected {}, actual {}", x.beat, x.column, x.expected, x.actual);
    }
    if let Some(error) = &finding.error {
        text += &format!(": {error}");
    }
    Some(text)
}
