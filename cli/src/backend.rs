//! Where the ternary linears of a model are computed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::ValueEnum;
use serde::Serialize;
use trine_driver::{Journal, Offload, OnFailure, Options, Scope};
use trine_golden_model::{BoxError, Golden, LinearId, Matmul, Model, TernaryMatrix};
use trine_hdl::lang;
use trine_sim::{BuildOptions, SimOptions};

use crate::args::{UnitArgs, positive};
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
    /// How many units are simulated, each in a process of its own, to share large matmuls; as many as there are
    /// processors where it is not said, one with a waveform
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    units: Option<u16>,
    /// Seconds after which a job is given up and tried again
    #[arg(long, value_name = "SECONDS", default_value_t = 600.0, value_parser = deadline)]
    deadline: f64,
    /// Keep finished matmuls in this folder; a run with the same arguments that was interrupted goes on from there
    #[arg(long, value_name = "DIR")]
    resume: Option<PathBuf>,
    /// The unit has the model's weights in a memory beside it instead of taking them from a stream
    #[arg(long)]
    pub(crate) weights_on_chip: bool,
    #[command(flatten)]
    pub(crate) unit: UnitArgs,
}

fn deadline(text: &str) -> Result<f64, String> {
    positive(text, false)
}

/// What multiplies.
pub(crate) enum Engine {
    Golden,
    Rtl(Box<Offload<simulation::Link>>),
}

impl BackendArgs {
    /// Whether the layers of `model` are made when their turn comes: those of a synthetic one, in front of a simulation
    /// that takes a hundred times longer.
    pub(crate) fn streams(&self, model: &Path) -> bool {
        self.backend == Backend::Rtl && !self.weights_on_chip && model.to_string_lossy().starts_with("synthetic:")
    }

    /// Builds what multiplies the layers of `model`, loaded from `path`; `trace` names the waveform file to write.
    pub(crate) fn engine(&self, path: &Path, model: &Model, trace: Option<&Path>) -> Result<Engine> {
        if self.backend == Backend::Golden {
            return Ok(Engine::Golden);
        }
        let config = self.unit.config()?;
        let scope = if self.offload == Layers::Ffn { Scope::Ffn } else { Scope::Linear };
        // What is streamed to save memory is not kept in another form.
        let weight_cache = if self.streams(path) { 0 } else { Options::default().weight_cache };
        let options = Options { scope, check: true, on_failure: OnFailure::Golden, weight_cache };
        let limit = Duration::try_from_secs_f64(self.deadline).unwrap_or(Duration::MAX);
        let build = BuildOptions { trace: trace.is_some(), ..BuildOptions::default() };
        if self.weights_on_chip {
            let alone = self.units.is_none_or(|units| units == 1) && self.resume.is_none();
            ensure!(alone, "a unit with its weights on the chip works alone: leave out --units and --resume");
            let (unit, image) = simulation::on_chip(&config, model)?;
            let library = simulation::build(&lang::verilog(&unit)?, build)?;
            let simulated = SimOptions { waveform: trace.map(Path::to_owned), ..SimOptions::default() };
            let device = simulation::device_on_chip(&library, &config, &simulated, image)?;
            return Ok(Engine::Rtl(Box::new(Offload::new(device.with_limit(limit), options))));
        }
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let units = match (self.units, trace) {
            (Some(units), _) => units.into(),
            (None, Some(_)) => 1,
            (None, None) => processors,
        };
        ensure!(units == 1 || trace.is_none(), "a waveform is of one unit: leave --units out, or make it 1");
        let verilog = simulation::verilog(&config)?;
        simulation::build(&verilog, build)?;
        let device = || Ok::<_, anyhow::Error>(simulation::isolated(&config, trace)?.with_limit(limit));
        let mut offload = Offload::new(device()?, options);
        for _ in 1..units {
            offload = offload.and(device()?)?;
        }
        if let Some(folder) = &self.resume {
            let files = verilog.with_cells().flat_map(|file| [&*file.name, &*file.text]);
            let run: Vec<u8> = files.chain([&*verilog.top]).flat_map(|text| [text.as_bytes(), &[0]].concat()).collect();
            offload = offload.keeping(Journal::open(folder, &run)?);
        }
        Ok(Engine::Rtl(Box::new(offload)))
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
