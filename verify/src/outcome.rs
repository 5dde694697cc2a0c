//! The result of a verification, and the first case that fails.

use std::path::PathBuf;

use serde::{Serialize, Serializer};
use trine_driver::Mismatch;
use trine_spec::Config;

/// The result of one verification.
#[derive(Debug, Default, Serialize)]
pub struct Outcome {
    /// Cases that ran.
    pub cases: u64,
    /// Multiply-accumulates compared.
    pub macs: u64,
    /// Results that differ, in the first case that fails.
    pub mismatches: u64,
    /// The first case that fails.
    pub first_mismatch: Option<Finding>,
    /// True if every matmul took exactly the cycles that the model says; unknown when the host pauses, as it does
    /// between the words of windows, and when weights come from memory.
    pub cycles_model_exact: Option<bool>,
    /// Cycles counted by the unit.
    pub cycles: u64,
    /// The least cycles possible.
    pub bound_cycles: u64,
    /// Seed of the first case.
    pub seed: u64,
    /// Probability of the host's pauses.
    pub stalls: f64,
    /// Checks that passed.
    pub checks: usize,
    /// The first check that failed: its name, and what it says.
    pub failed_check: Option<(&'static str, String)>,
    /// The waveform of that check, where one was asked for.
    #[serde(serialize_with = "lossy")]
    pub check_waveform: Option<PathBuf>,
    /// The unit.
    pub config: Config,
}

impl Outcome {
    /// True if no result differs, no check fails, and all cycles are those of the model.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.first_mismatch.is_none() && self.cycles_model_exact != Some(false) && self.failed_check.is_none()
    }
}

/// A case that fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Number of the case.
    pub case: u64,
    /// Seed that repeats it: a random case as case 0, a layer with the same model.
    pub seed: u64,
    /// Size of the matmul that failed.
    pub m: usize,
    /// Its depth.
    pub k: usize,
    /// Its outputs.
    pub n: usize,
    /// The first result that differs; its fields stand beside these.
    #[serde(flatten)]
    pub mismatch: Option<Mismatch>,
    /// Wrong sums of that matmul.
    pub wrong_sums: usize,
    /// Columns with a wrong sum in that matmul.
    pub columns: Vec<usize>,
    /// The lanes and columns that are wrong when one lane alone has a value, or that none is.
    pub lanes: Option<String>,
    /// The unit's or its transport's report instead of a result.
    pub error: Option<String>,
    /// Waveform of the case.
    #[serde(serialize_with = "lossy")]
    pub waveform: Option<PathBuf>,
}

/// A path as JSON has it: one that is not UTF-8 with U+FFFD.
fn lossy<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    path.as_ref().map(|path| path.to_string_lossy()).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_and_a_wrong_cycle_model_are_wrong() {
        let finding = Finding {
            case: 0,
            seed: 1,
            m: 1,
            k: 1,
            n: 1,
            mismatch: None,
            wrong_sums: 0,
            columns: vec![],
            lanes: None,
            error: None,
            waveform: None,
        };
        let outcome =
            |first_mismatch, cycles_model_exact| Outcome { first_mismatch, cycles_model_exact, ..Outcome::default() };
        assert!(outcome(None, None).is_right() && outcome(None, Some(true)).is_right());
        assert!(!outcome(None, Some(false)).is_right() && !outcome(Some(finding), None).is_right());
        let failed_check = Some(("counters", "3 instead of 2".into()));
        assert!(!Outcome { failed_check, ..Outcome::default() }.is_right());
    }
}
