//! The mapped netlist in simulation, in place of the unit.

use std::io::Write;

use anyhow::Result;
use trine_hdl::Verilog;
use trine_report::text::grouped;
use trine_spec::Config;
use trine_synth::flow::Verification;
use trine_verify::{Outcome, Plan, verify as run};

use crate::output::progress;

/// Probability that the host pauses, on every stream and in every cycle.
const STALLS: f64 = 0.3;

/// Runs the same cases on the netlist and on the unit that it was mapped from.
pub(super) fn verify(
    netlist: &Verilog,
    unit: &Verilog,
    config: &Config,
    cases: u64,
    seed: u64,
) -> Result<Verification> {
    let plan = Plan { cases, seed, stalls: STALLS, checks: false, ..Plan::default() };
    let bar = progress(2 * cases, "cases");
    let before = run(unit, config, &plan, &|| bar.inc(1))?;
    let after = run(netlist, config, &Plan { gates: true, ..plan }, &|| bar.inc(1))?;
    bar.finish_and_clear();
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

pub(super) fn print(v: &Verification, out: &mut dyn Write) -> Result<()> {
    writeln!(
        out,
        "mapped netlist in simulation: mismatches {} of {} MACs in {} cases, {} cycles, {} before mapping",
        v.mismatches,
        grouped(v.macs),
        v.cases,
        grouped(v.cycles),
        grouped(v.rtl_cycles)
    )?;
    if let Some(failure) = &v.failure {
        writeln!(out, "FAILED: {failure}")?;
    }
    if v.cycles != v.rtl_cycles {
        writeln!(out, "FAILED: mapping must not change the cycles")?;
    }
    Ok(())
}
