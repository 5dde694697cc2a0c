//! From a unit to cells, clock and bitstream of a device.
//!
//! | step | tool | leaves |
//! |---|---|---|
//! | [`map`] | Yosys | the unit in cells of the technology |
//! | [`wrap`] | Yosys | the same inside a [`Shell`] |
//! | [`route`], once a seed | nextpnr | clock, utilisation, critical path |
//! | [`pack`] | the family's own | the bitstream |
//!
//! [`synthesize`] does them all and gives a [`Synthesis`]; each can be used alone.

mod area;
pub mod asic;
mod board;
pub mod litex;
mod map;
mod netlist;
mod result;
mod route;
mod shell;
mod simulation;
mod target;
mod timing;

pub use crate::yosys::json::{Cell, Netlist, Parameter};
pub use area::{Area, Cells};
pub use board::{Board, KEYS, Key, Manifest, SHELL_KEYS};
pub use map::{Mapped, files, map, wrap};
pub use result::{Asic, Fpga, Placement, ShellCost, Spread, Synthesis, Verification};
pub use route::{Constraints, Device, pack, route};
pub use shell::{Pins, Shell};
pub use simulation::simulation;
pub use target::{Family, OSU018, TARGETS, Target};
pub use timing::{CriticalPath, TimingReport, Utilization};

use crate::bench::ToolBench;
use crate::error::Error;
use crate::tools::OPENSTA;
use crate::yosys::Yosys;
use trine_hdl::Verilog;
use trine_spec::{Config, Style};

/// Description of a synthesis.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The unit's configuration.
    pub config: &'a Config,
    /// The unit.
    pub unit: &'a Verilog,
    /// The target.
    pub device: &'a Device,
    /// Hardware around it; without it nothing is placed.
    pub shell: Option<&'a Shell>,
    /// False to stop after the unit and what is around it are mapped.
    pub place: bool,
    /// The clock that nextpnr works towards, MHz.
    pub mhz: f64,
    /// Placements to try, from seed 1 on.
    pub seeds: u64,
}

/// Does all steps of `job`, in the folder of `bench`.
///
/// # Errors
/// The first step that fails, or a tool that is missing: those are looked for before the first step. A seed that fails is
/// an error only when no other succeeds.
pub fn synthesize(bench: &ToolBench<'_>, job: &Job<'_>) -> Result<Synthesis, Error> {
    let family = job.device.target.family;
    if job.config.style() == Style::Packed {
        return Err(Error::SimulationOnly);
    }
    if !family.has(job.config.style()) {
        return Err(Error::OtherStyle { style: job.config.style(), target: job.device.target.name.into() });
    }
    let mut yosys = Yosys::find()?;
    yosys.limit = bench.limit;
    let placing = if job.place && job.shell.is_some() {
        let (nextpnr, packer) = family.placing().ok_or(Error::NotPlaced { target: job.device.target.name })?;
        Some((nextpnr.find()?, packer.find()?))
    } else {
        None
    };

    let mapped = map(bench, &yosys, family, job.unit)?;
    let Target { name, device, .. } = job.device.target;
    let mut result = Synthesis::mapped(name, device, job.config, mapped.cells.clone(), mapped.yosys.clone());
    result.on_fpga(job.device);
    if let Some(shell) = job.shell {
        let cells = wrap(bench, &yosys, family, &mapped, shell)?;
        result.tool_versions.extend(shell.tool_versions.clone());
        result.shell = Some(ShellCost { area: cells.area(family), cells });
    }
    if let Some(((nextpnr, packer), shell)) = placing.zip(job.shell) {
        let constraints = match &shell.pins {
            Pins::Chosen => Constraints { file: PINS, complete: false },
            Pins::Given(_) => Constraints { file: PINS, complete: true },
        };
        bench.write(PINS, if let Pins::Given(text) = &shell.pins { text } else { family.narrow_pins() })?;
        let mut placements = vec![];
        for seed in 1..=job.seeds {
            match route(bench, &nextpnr, job.device, constraints, job.mhz, seed) {
                Ok(report) => placements.push(Placement { seed, report }),
                // No seed makes another clock.
                Err(error @ Error::OtherClock { .. }) => return Err(error),
                // Hours of other seeds are not thrown away for one
                Err(error) if seed == job.seeds && placements.is_empty() => return Err(error),
                Err(error) => _ = result.failed_seeds.insert(seed, error.to_string()),
            }
        }
        result.routed(placements);
        if let Some(best) = result.best_seed {
            result.bitstream = Some(pack(bench, &packer, job.device, best)?);
        }
        result.tool_versions.extend([nextpnr, packer].map(|tool| (tool.name.to_string(), tool.version)));
    }
    result.commands = bench.done();
    Ok(result)
}

/// Maps `unit` on the cells of `library` and times it, in the folder of `bench`.
///
/// # Errors
/// As [`synthesize`].
pub fn synthesize_asic(
    bench: &ToolBench<'_>,
    config: &Config,
    unit: &Verilog,
    library: &asic::Library,
) -> Result<Synthesis, Error> {
    if config.style() == Style::Packed {
        return Err(Error::SimulationOnly);
    }
    if config.style() != Style::Portable {
        return Err(Error::OtherStyle { style: config.style(), target: library.name.clone() });
    }
    let mut yosys = Yosys::find()?;
    yosys.limit = bench.limit;
    let sta = OPENSTA.find()?;
    let silicon = asic::map(bench, &yosys, library, unit)?;
    let timing = asic::time(bench, &sta, &unit.top, &unit.clock)?;
    let (cells, version) = (silicon.cells.clone(), silicon.yosys.clone());
    let mut result = Synthesis::mapped(&library.target, &library.name, config, cells, version);
    result.in_silicon(library, silicon, timing);
    result.tool_versions.insert(sta.name.into(), sta.version);
    result.commands = bench.done();
    Ok(result)
}

const PINS: &str = "shell/constraints";
