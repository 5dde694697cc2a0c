//! The machine form of a run.

use serde::Serialize;
use trine_golden_model::ModelSource;
use trine_perf::energy::Origin;
use trine_perf::report::{DeviceReport, HostWork};

use super::Provenance;
use crate::backend::{Backend, Layers};
use crate::phases::{Phases, Stop};

/// Everything that a run found: the fields of `run.json`.
#[derive(Serialize)]
pub(crate) struct Report {
    pub(crate) model: ModelSource,
    pub(crate) prompt: String,
    /// Tokens of the prompt.
    pub(crate) prompt_tokens: usize,
    pub(crate) text: String,
    pub(crate) tokens: Vec<u32>,
    /// Reason of the end.
    pub(crate) stop: Stop,
    /// The pass of the prompt and those of generated tokens, told apart.
    pub(crate) phases: Phases,
    pub(crate) seed: u64,
    pub(crate) temperature: f32,
    pub(crate) backend: Backend,
    /// Layers that the unit computed.
    pub(crate) offload: Option<Layers>,
    /// Number of simulated units that shared the work; cycles are those of one that does all of it.
    pub(crate) units: Option<usize>,
    /// Wall-clock time of the generation, golden model and comparison included.
    pub(crate) seconds: f64,
    /// Technology of the energy estimate.
    pub(crate) die: String,
    /// The file of own prices, if there is one.
    pub(crate) records: Option<Origin>,
    #[serde(flatten)]
    pub(crate) device: Option<DeviceReport>,
    pub(crate) host_work: Vec<HostWork>,
    pub(crate) provenance: Provenance,
}
