//! Result of a synthesis.

use super::area::{Area, Cells};
use super::asic::{Library, Macro, Silicon, Timing};
use super::route::Device;
use super::timing::{CriticalPath, TimingReport};
use crate::bench::Done;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use trine_spec::Config;

/// The results of [`synthesize`](super::synthesize); everything is measured, by the tools named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Synthesis {
    /// Name of the target.
    pub target: String,
    /// The vendor's name of the device, or the cell library's of itself.
    pub device: String,
    /// The board it is on, if it is on one.
    pub board: Option<String>,
    /// The clock it has there, MHz.
    pub board_clock_mhz: Option<f64>,
    /// The model whose weights are in block RAM beside the unit, if one's are.
    pub weights_on_chip: Option<String>,
    /// The unit.
    pub config: Config,
    /// Cells of the unit alone, without what goes around it.
    pub cells: Cells,
    /// Area on an FPGA.
    #[serde(flatten)]
    pub fpga: Option<Fpga>,
    /// Area in a cell library.
    #[serde(flatten)]
    pub asic: Option<Asic>,
    /// Hardware that was placed around the unit.
    pub shell: Option<ShellCost>,
    /// Clock over the seeds, MHz.
    pub fmax_mhz: Option<Spread>,
    /// Multiply-accumulates a second at that clock with every lane busy, in thousand millions.
    #[serde(rename = "gmacs_per_second", alias = "gmac_per_s")]
    pub gmac_per_s: Option<Spread>,
    /// One entry a seed.
    pub placements: Vec<Placement>,
    /// Failures of seeds that gave no result.
    pub failed_seeds: BTreeMap<u64, String>,
    /// The seed of the fastest.
    pub best_seed: Option<u64>,
    /// File of its bitstream.
    pub bitstream: Option<String>,
    /// The mapped netlist in simulation, when it was asked for.
    pub verification: Option<Verification>,
    /// Versions by tool.
    pub tool_versions: BTreeMap<String, String>,
    /// Commands that were run, in order.
    pub commands: Vec<Done>,
}

/// The unit in the terms of an FPGA.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fpga {
    /// Package; empty when nothing is placed.
    pub package: String,
    /// Speed grade, where there are several.
    pub speed: Option<String>,
    /// Tables, registers, memories.
    #[serde(flatten)]
    pub area: Area,
    /// Formula of `lut`.
    pub lut_formula: String,
    /// Look-up tables for each multiply-accumulate a cycle.
    pub lut_per_mac: f64,
}

/// The unit in the terms of a cell library, before layout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asic {
    /// Area of the cells, µm².
    pub area_um2: f64,
    /// Part of it that is registers, µm².
    pub sequential_um2: f64,
    /// Area for each multiply-accumulate a cycle, µm².
    pub um2_per_mac: f64,
    /// Cells of the library that were left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dont_use: Vec<String>,
    /// Memory macros: no part of the area, and no path through them is timed.
    pub memories: Vec<Macro>,
    /// The shortest clock period without any wire, ns.
    pub delay_ns: f64,
    /// The path that needs it.
    pub critical_path: CriticalPath,
}

/// Area of the hardware around the unit, which is not in the unit's area.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShellCost {
    /// Its cells.
    pub cells: Cells,
    /// Their area.
    #[serde(flatten)]
    pub area: Area,
}

/// One seed's outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    /// The seed.
    pub seed: u64,
    /// Report of nextpnr.
    #[serde(flatten)]
    pub report: TimingReport,
}

/// The mapped netlist against the golden model and against the unit it was mapped from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// Random cases.
    pub cases: u64,
    /// Seed of the first.
    pub seed: u64,
    /// Probability of a pause on every stream.
    pub stalls: f64,
    /// Multiply-accumulates compared.
    pub macs: u64,
    /// Results that differ from the golden model's.
    pub mismatches: u64,
    /// Cycles that the netlist counted.
    pub cycles: u64,
    /// Cycles that the unit before mapping counted: the same when all is well.
    pub rtl_cycles: u64,
    /// The first failure.
    pub failure: Option<String>,
}

impl Verification {
    /// True if nothing was found.
    pub fn passed(&self) -> bool {
        self.mismatches == 0 && self.failure.is_none() && self.cycles == self.rtl_cycles
    }
}

/// A quantity over the seeds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The least.
    pub min: f64,
    /// The middle one, or the mean of the middle two.
    pub median: f64,
    /// The greatest.
    pub max: f64,
}

impl Spread {
    /// Of some values; `None` of none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Spread> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median = (values[middle] + values[(values.len() - 1) / 2]) / 2.0;
        Some(Spread { min, median, max })
    }

    fn scaled(self, by: f64) -> Spread {
        Spread { min: self.min * by, median: self.median * by, max: self.max * by }
    }
}

impl Synthesis {
    /// Multiply-accumulates a second at the board's clock with every lane busy, in thousand millions.
    pub fn board_gmac_per_s(&self) -> Option<f64> {
        self.board_clock_mhz.map(|mhz| mhz * self.config.tile_trits() as f64 * 1e-3)
    }

    /// The unit with what goes around it, on an FPGA.
    pub fn whole(&self) -> Option<Area> {
        let unit = self.fpga.as_ref()?.area;
        Some(self.shell.as_ref().map_or(unit, |shell| unit + shell.area))
    }

    /// Mapped and nothing more.
    pub(super) fn mapped(target: &str, device: &str, config: &Config, cells: Cells, yosys: String) -> Synthesis {
        Synthesis {
            target: target.into(),
            device: device.into(),
            board: None,
            board_clock_mhz: None,
            weights_on_chip: None,
            config: config.clone(),
            cells,
            fpga: None,
            asic: None,
            shell: None,
            fmax_mhz: None,
            gmac_per_s: None,
            placements: vec![],
            failed_seeds: BTreeMap::new(),
            best_seed: None,
            bitstream: None,
            verification: None,
            tool_versions: [("yosys".to_string(), yosys)].into(),
            commands: vec![],
        }
    }

    /// Adds what the cells come to on `device`.
    pub(super) fn on_fpga(&mut self, device: &Device) {
        let family = device.target.family;
        let area = self.cells.area(family);
        let lut_per_mac = area.lut as f64 / self.config.tile_trits() as f64;
        self.fpga = Some(Fpga {
            package: device.package.clone(),
            speed: device.speed.map(str::to_string),
            area,
            lut_formula: self.cells.lut_formula(family),
            lut_per_mac,
        });
    }

    /// Adds area and clock in a cell library.
    pub(super) fn in_silicon(&mut self, library: &Library, silicon: Silicon, timing: Timing) {
        self.clocked(Spread::of([1e3 / timing.delay_ns]));
        self.asic = Some(Asic {
            area_um2: silicon.area_um2,
            sequential_um2: silicon.sequential_um2,
            um2_per_mac: silicon.area_um2 / self.config.tile_trits() as f64,
            dont_use: library.dont_use.clone(),
            memories: silicon.memories,
            delay_ns: timing.delay_ns,
            critical_path: timing.critical_path,
        });
    }

    fn clocked(&mut self, fmax_mhz: Option<Spread>) {
        let macs = self.config.tile_trits() as f64;
        self.gmac_per_s = fmax_mhz.map(|mhz| mhz.scaled(macs * 1e-3));
        self.fmax_mhz = fmax_mhz;
    }

    /// Adds the seeds' outcomes.
    pub(super) fn routed(&mut self, placements: Vec<Placement>) {
        let fmax = |placement: &Placement| placement.report.fmax_mhz;
        self.clocked(Spread::of(placements.iter().map(fmax)));
        let best = placements.iter().max_by(|a, b| fmax(a).total_cmp(&fmax(b)));
        self.best_seed = best.map(|placement| placement.seed);
        self.placements = placements;
    }
}
