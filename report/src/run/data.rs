//! The machine form of a run.

use serde::Serialize;
use trine_driver::Scope;
use trine_perf::dram_power::DramEnergy;
use trine_perf::energy::Origin;
use trine_perf::report::{DeviceReport, HostWork};
use trine_perf::resident::WeightSource;

use super::phases::{Phases, Stop};
use super::provenance::Provenance;

/// Everything that a run found: the fields of `run.json`.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The model, as the command line has it.
    pub model: String,
    /// Text to continue.
    pub prompt: String,
    /// Tokens of the prompt.
    pub prompt_tokens: usize,
    /// Generated text.
    pub text: String,
    /// Generated tokens.
    pub tokens: Vec<u32>,
    /// Reason of the end.
    pub stop: Stop,
    /// The pass of the prompt and those of generated tokens, told apart.
    pub phases: Phases,
    /// Weights from the unit's memory, and the same on a stream; empty for a unit without one.
    pub weight_sources: Vec<WeightSource>,
    /// Energy of the memory by its commands, where they were counted and its currents are known.
    pub dram_energy: Option<DramEnergy>,
    /// Seed of the sampler.
    pub seed: u64,
    /// Temperature of the sampler.
    pub temperature: f32,
    /// Name of what computed, as the command line has it.
    pub backend: String,
    /// Layers that the unit computed.
    pub offload: Option<Scope>,
    /// Number of simulated units that shared the work; cycles are those of one that does all of it.
    pub units: Option<usize>,
    /// Wall-clock time of the generation, golden model and comparison included.
    pub seconds: f64,
    /// Name of the board that the unit is on or made for, if one is named.
    pub board: Option<String>,
    /// Technology of the energy estimate.
    pub die: String,
    /// The file of own prices, if there is one.
    pub records: Option<Origin>,
    /// Figures of the unit, if one took part.
    #[serde(flatten)]
    pub device: Option<DeviceReport>,
    /// Work that the unit does not do.
    pub host_work: Vec<HostWork>,
    /// Versions and command line, which are in the head of the document.
    #[serde(skip)]
    pub provenance: Provenance,
}

/// The layers of a unit in words, with the flag that chose them.
pub fn layers_in_words(scope: Scope) -> &'static str {
    match scope {
        Scope::Ffn => "the FFN alone (--offload ffn, without the projections of attention)",
        Scope::Linear => "all linear layers (--offload linear)",
    }
}
