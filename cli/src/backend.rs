//! Where the ternary linears of a model are computed.

use std::path::Path;

use anyhow::Result;
use clap::ValueEnum;
use serde::Serialize;
use trine_driver::{Offload, OnFailure, Options, Scope};
use trine_golden_model::{BoxError, Golden, LinearId, Matmul, Model, TernaryMatrix};
use trine_hdl::lang;
use trine_sim::{BuildOptions, SimOptions};

use crate::args::UnitArgs;
use crate::simulation;

/// Who computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Backend {
    /// The golden model, on the CPU
    Golden,
    /// The simulated unit, checked against the golden model
    Rtl,
}

/// Which layers the unit computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Layers {
    /// The feed-forward projections
    Ffn,
    /// All projections
    Linear,
}

/// Flags that choose an engine.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct BackendArgs {
    /// What computes the ternary layers
    #[arg(long, value_enum, default_value = "rtl")]
    pub(crate) backend: Backend,
    /// Which layers go to the unit
    #[arg(long, value_enum, value_name = "LAYERS", default_value = "ffn")]
    pub(crate) offload: Layers,
    /// The unit has the model's weights in a memory beside it instead of taking them from a stream
    #[arg(long)]
    pub(crate) weights_on_chip: bool,
    #[command(flatten)]
    pub(crate) unit: UnitArgs,
}

/// What multiplies.
pub(crate) enum Engine {
    Golden,
    Rtl(Box<Offload<simulation::Link>>),
}

impl BackendArgs {
    /// Builds what multiplies for `model`; `trace` names the waveform file to write.
    pub(crate) fn engine(&self, model: &Model, trace: Option<&Path>) -> Result<Engine> {
        if self.backend == Backend::Golden {
            return Ok(Engine::Golden);
        }
        let config = self.unit.config()?;
        let build = BuildOptions { trace: trace.is_some(), ..BuildOptions::default() };
        let options = SimOptions { waveform: trace.map(Path::to_owned), ..SimOptions::default() };
        let device = if self.weights_on_chip {
            let (unit, image) = simulation::on_chip(&config, model)?;
            let library = simulation::build(&lang::verilog(&unit)?, build)?;
            simulation::device_on_chip(&library, &config, &options, image)?
        } else {
            let library = simulation::build(&simulation::verilog(&config)?, build)?;
            simulation::device(&library, &config, &options)?
        };
        let scope = if self.offload == Layers::Ffn { Scope::Ffn } else { Scope::Linear };
        let options = Options { scope, check: true, on_failure: OnFailure::Golden, ..Options::default() };
        Ok(Engine::Rtl(Box::new(Offload::new(device, options))))
    }
}

impl Matmul for Engine {
    fn matmul(&mut self, id: LinearId, w: &TernaryMatrix, x: &[i8], m: usize, y: &mut [i32]) -> Result<(), BoxError> {
        match self {
            Engine::Golden => Golden.matmul(id, w, x, m, y),
            Engine::Rtl(offload) => offload.matmul(id, w, x, m, y),
        }
    }
}
