//! All of verification for one unit, in the order in which it finds mistakes quickly.

use trine_sim::Library;
use trine_spec::Config;

use crate::Result;
use crate::check::{Plan, fails};
use crate::suite::{Check, checks};

/// Random cases before the checks and behind them: name, number, probability of pauses.
const CASES: [(&str, u64, f64); 2] = [("matmuls without pauses", 2, 0.0), ("matmuls with pauses", 25, 0.3)];

enum Judge {
    Cases(u64, f64),
    Check(Check),
}

/// The first fault of a unit some of whose inputs are `held` at values: the name of the check, and its words.
///
/// # Errors
/// When the simulation cannot run.
pub fn judge(library: &Library, config: &Config, held: &[(String, u64)]) -> Result<Option<(&'static str, String)>> {
    let [before, after] = CASES.map(|(name, cases, stalls)| (name, Judge::Cases(cases, stalls)));
    let checks = checks(config).into_iter().map(|check| (check.name, Judge::Check(check)));
    for (name, judge) in [before].into_iter().chain(checks).chain([after]) {
        let fault = match judge {
            Judge::Check(check) => check.run(library, config, held).err().map(|fault| fault.to_string()),
            Judge::Cases(cases, stalls) => {
                let plan = Plan { cases, stalls, checks: false, ..Plan::default() };
                fails(library, config, &plan, held)?
            }
        };
        if let Some(fault) = fault {
            return Ok(Some((name, fault)));
        }
    }
    Ok(None)
}
