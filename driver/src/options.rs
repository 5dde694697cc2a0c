//! Choices of an [`Offload`](crate::Offload): its layers, and its answers to failures and wrong sums.

use std::fmt;

use serde::Serialize;
use trine_golden_model::LinearId;

/// Which layers run on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Gate, up and down projections.
    Ffn,
    /// All seven projections of a layer.
    Linear,
}

impl Scope {
    /// True if layer `id` runs on the device.
    pub fn takes(self, id: LinearId) -> bool {
        self == Scope::Linear || id.kind.is_ffn()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Scope::Ffn { "ffn" } else { "linear" })
    }
}

/// The answer to a job that fails for the second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// The matmul fails.
    Stop,
    /// The golden model computes it on the host, and the ledger says so.
    Golden,
}

/// Reaction to a sum of the device that differs from the golden model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnMismatch {
    /// The matmul fails with [`Error::Mismatch`](crate::Error::Mismatch), which names the first such sum.
    Stop,
    /// The caller gets the sums of the golden model, and the ledger says so.
    Golden,
    /// The caller gets the wrong sums, which the ledger counts: for those who look at it, such as verification.
    Count,
}

/// Options of an offload.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Which layers.
    pub scope: Scope,
    /// Reaction to wrong sums, which the golden model finds by computing every offloaded matmul too; `None` does not
    /// compare, and trusts the device.
    pub check: Option<OnMismatch>,
    /// The answer to a job that fails for the second time.
    pub on_failure: OnFailure,
    /// Bytes of packed weights to keep.
    pub weight_cache: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { scope: Scope::Ffn, check: Some(OnMismatch::Stop), on_failure: OnFailure::Stop, weight_cache: 1 << 30 }
    }
}
