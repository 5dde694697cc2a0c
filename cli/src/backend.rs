//! Places where the ternary linears of a model are computed.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::ValueEnum;
use serde::Serialize;
use trine_driver::{Journal, Offload, OnFailure, OnMismatch, Options, Scope};
use trine_golden_model::{BoxError, Golden, LinearId, Matmul, Model, ModelSource, Product, TernaryMatrix};
use trine_hdl::lang;
use trine_report::place::check_folder;
use trine_report::places::Places;
use trine_sim::{BuildOptions, SimOptions, Timing};
use trine_spec::Config;

use crate::args::{UnitArgs, flags, within};
use crate::board::BoardArg;
use crate::line::{LineArgs, Place, Port};
use crate::output::warn;
use crate::simulation;

/// Bits of an activation as a model's quantisation makes it; every token that is not all zero takes them.
const QUANTISED_BITS: usize = 8;

/// The device that computes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub(crate) enum Backend {
    /// The golden model, on the CPU.
    Golden,
    /// The simulated unit, checked against the golden model.
    Rtl,
    /// A unit behind the serial port of this path, checked against the golden model.
    Uart(String),
    /// A unit behind Etherbone at this host and port, checked against the golden model.
    Etherbone(String),
    /// A unit in the memory map of this machine, through the device of this path, checked against the golden model.
    Mem(String),
}

impl Backend {
    /// The port, where a unit is behind one.
    pub(crate) fn port(&self) -> Option<Port<'_>> {
        match self {
            Backend::Golden | Backend::Rtl => None,
            Backend::Uart(path) => Some(Port::Serial(path)),
            Backend::Etherbone(host) => Some(Port::Network(host)),
            Backend::Mem(path) => Some(Port::Mapped(path)),
        }
    }
}

impl FromStr for Backend {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.split_once(':')) {
            ("golden", _) => Ok(Backend::Golden),
            ("rtl", _) => Ok(Backend::Rtl),
            (_, Some(("uart", path))) if !path.is_empty() => Ok(Backend::Uart(path.to_owned())),
            (_, Some(("etherbone", host))) if !host.is_empty() => Ok(Backend::Etherbone(host.to_owned())),
            (_, Some(("mem", path))) if !path.is_empty() => Ok(Backend::Mem(path.to_owned())),
            _ => Err("it is golden, rtl, uart: and the path of a serial port, etherbone: and a host, or mem: and the path of a device".into()),
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Backend::Golden => f.write_str("golden"),
            Backend::Rtl => f.write_str("rtl"),
            Backend::Uart(path) => write!(f, "uart:{path}"),
            Backend::Etherbone(host) => write!(f, "etherbone:{host}"),
            Backend::Mem(path) => write!(f, "mem:{path}"),
        }
    }
}

impl From<Backend> for String {
    fn from(backend: Backend) -> Self {
        backend.to_string()
    }
}

/// Which layers the unit computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Layers {
    /// The feed-forward projections
    Ffn,
    /// All projections
    Linear,
}

impl From<Layers> for Scope {
    fn from(layers: Layers) -> Self {
        match layers {
            Layers::Ffn => Scope::Ffn,
            Layers::Linear => Scope::Linear,
        }
    }
}

/// Reaction to a sum of the unit that is not that of the golden model; the command ends with exit code 1 in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum WrongSums {
    /// Stop and name the first one
    Stop,
    /// Use the golden model's sums instead
    Golden,
    /// Use the wrong sums and count them
    Count,
}

impl From<WrongSums> for OnMismatch {
    fn from(wrong: WrongSums) -> Self {
        match wrong {
            WrongSums::Stop => OnMismatch::Stop,
            WrongSums::Golden => OnMismatch::Golden,
            WrongSums::Count => OnMismatch::Count,
        }
    }
}

/// Flags that choose an engine.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Engine")]
pub(crate) struct BackendArgs {
    /// Engine of the ternary layers: golden, rtl, uart:PATH, etherbone:HOST or mem:PATH
    ///
    /// golden is the golden model on the CPU, rtl the simulated unit, and uart:PATH a unit behind that serial port: a board's, or
    /// one of `trine serve`. etherbone:HOST[:PORT] is a unit in a LiteX SoC with Etherbone, at UDP port 1234 if PORT is left out.
    /// mem:PATH is a unit in the memory map of this machine, through /dev/mem or a device of UIO
    /// (docs/how-to/zynq.md).
    #[arg(long, value_name = "BACKEND", default_value = "rtl")]
    pub(crate) backend: Backend,
    /// Layers that the unit computes
    #[arg(long, value_enum, value_name = "LAYERS", default_value = "ffn")]
    pub(crate) offload: Layers,
    /// Simulated units, one process each, that share large matmuls [default: one per CPU, 1 with --trace]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    units: Option<u16>,
    /// Time limit of a job, after which it is tried again
    #[arg(long, value_name = "SECONDS", default_value_t = 600.0, value_parser = deadline)]
    deadline: f64,
    /// Reaction to a wrong sum of the unit; the exit code is 1 in any case
    #[arg(long, value_enum, value_name = "ACTION", default_value = "count")]
    on_mismatch: WrongSums,
    /// Folder for finished matmuls, from which the same command continues after an interruption
    #[arg(long, value_name = "DIR")]
    pub(crate) resume: Option<PathBuf>,
    /// Keep the model's weights in a memory beside the unit instead of streaming them
    #[arg(long)]
    pub(crate) weights_on_chip: bool,
    #[command(flatten)]
    line: LineArgs,
    #[command(flatten)]
    pub(crate) board: BoardArg,
    #[command(flatten)]
    unit: UnitArgs,
}

fn deadline(text: &str) -> Result<f64, String> {
    within(text, [1e-3, 1e9], "seconds")
}

/// The engine that multiplies.
pub(crate) enum Engine {
    Golden,
    Rtl(Box<Offload<trine_sim::Link>>),
}

impl BackendArgs {
    /// True if the layers of `model` are made when their turn comes: those of a synthetic one, in front of a simulation
    /// that takes a hundred times longer.
    pub(crate) fn streams(&self, model: &ModelSource) -> bool {
        self.backend != Backend::Golden && !self.weights_on_chip && matches!(model, ModelSource::Synthetic(_))
    }

    /// Adds the files of the engine's options to `places`.
    pub(crate) fn add_to(&self, places: &mut Places) -> Result<()> {
        self.resume.iter().for_each(|folder| places.writes_in("--resume", folder, &[".matmul"]));
        self.line.add_to(self.backend.port(), places);
        self.board.add_to(&self.unit, places)
    }

    /// The unit that board and flags describe.
    pub(crate) fn config(&self) -> Result<Config> {
        self.board.unit(&self.unit)
    }

    /// The memory behind the port, if weights lie there; refuses flags of a port without one, before anything is loaded.
    pub(crate) fn memory(&self) -> Result<Option<Place>> {
        match self.backend.port() {
            Some(port) => self.line.place(port, &self.config()?),
            None => self.line.none(&format!("--backend {}", self.backend)).map(|()| None),
        }
    }

    /// Builds what multiplies the layers of `model`, loaded from `source`; `trace` names the waveform file to write, and a memory
    /// with the weights answers as `timing` says.
    pub(crate) fn engine(
        &self,
        source: &ModelSource,
        model: &Model,
        trace: Option<&Path>,
        timing: Option<&Timing>,
    ) -> Result<Engine> {
        self.resume.as_deref().map_or(Ok(()), |folder| check_folder(folder, &[]))?;
        let memory = self.memory()?;
        if self.backend == Backend::Golden {
            let idle = self.units.is_some() || self.weights_on_chip || self.resume.is_some();
            ensure!(!idle, "the golden model has no unit or job: leave out --units, --weights-on-chip and --resume");
            let given = self.unit.given();
            if !given.is_empty() {
                warn(&[format!("the golden model has no unit: {} changes nothing", given.join(", "))]);
            }
            return self.config().map(|_| Engine::Golden);
        }
        let config = self.config()?;
        if config.act_bits() < QUANTISED_BITS {
            let (bits, wanted) = (config.act_bits(), format!("the {QUANTISED_BITS} bits of a model's activations"));
            let problem = format!("act-bits = {bits} is below {wanted}; a narrower unit cannot take them");
            return Err(self.board.refusal(&self.unit, "act-bits", &problem));
        }
        let scope = self.offload.into();
        // What is streamed to save memory is not kept in another form.
        let weight_cache = if self.streams(source) { 0 } else { Options::default().weight_cache };
        let options =
            Options { scope, check: Some(self.on_mismatch.into()), on_failure: OnFailure::Golden, weight_cache };
        let limit = Duration::from_secs_f64(self.deadline);
        let build = BuildOptions { trace: trace.is_some(), ..BuildOptions::default() };
        if let Some(port) = self.backend.port() {
            ensure!(
                self.units.is_none() && !self.weights_on_chip && trace.is_none(),
                "behind a port is one unit as it is: leave out --units, --weights-on-chip and --trace"
            );
            let mut offload =
                Offload::new(self.line.device(port, &self.board, config.clone(), memory)?.with_limit(limit), options);
            if !self.streams(source) {
                let linears = model.linears()?.filter(|(id, _)| scope.takes(*id)).flat_map(|(_, linear)| &linear.parts);
                offload.make_room(linears.map(|part| &part.weights))?;
            }
            if let Some(folder) = &self.resume {
                let way = match port {
                    Port::Serial(_) => "uart",
                    Port::Network(_) => "etherbone",
                    Port::Mapped(_) => "mem",
                };
                offload = offload.keeping(Journal::open(folder, format!("{way} {}", flags(&config)).as_bytes())?);
            }
            return Ok(Engine::Rtl(Box::new(offload)));
        }
        let asked = self.board.names_style(&self.unit)? || trace.is_some();
        let config = if asked { config } else { trine_sim::stand_in(config) };
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
        let verilog = trine_sim::verilog(&config)?;
        simulation::build(&verilog, build)?;
        let device = || Ok::<_, anyhow::Error>(simulation::isolated(&config, trace, timing)?.with_limit(limit));
        let mut offload = Offload::new(device()?, options);
        for _ in 1..units {
            offload = offload.and(device()?)?;
        }
        if let Some(folder) = &self.resume {
            // Cycles that were counted with another memory are not those of this run.
            let memory = timing.filter(|_| config.memory()).map(serde_json::to_string).transpose()?;
            let files = verilog.with_cells().flat_map(|file| [&*file.name, &*file.text]);
            let run = files.chain([&*verilog.top]).chain(memory.as_deref());
            let run: Vec<u8> = run.flat_map(|text| [text.as_bytes(), &[0]].concat()).collect();
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

    fn matmuls(&mut self, products: &mut [Product<'_>]) -> Result<(), (usize, BoxError)> {
        match self {
            Engine::Golden => Golden.matmuls(products),
            Engine::Rtl(offload) => offload.matmuls(products),
        }
    }
}
