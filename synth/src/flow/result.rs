//! What a synthesis came to.

use super::area::{Area, Cells};
use super::map::Mapped;
use super::route::Device;
use super::timing::Report;
use crate::bench::Done;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use trine_spec::Config;

/// The results of [`synthesize`](super::synthesize); everything is measured, by the tools named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Synthesis {
    /// Name of the target.
    pub target: String,
    /// The vendor's name of the device.
    pub device: String,
    /// Its package; empty when nothing is placed.
    pub package: String,
    /// Its speed grade, where there are several.
    pub speed: Option<String>,
    /// The unit.
    pub config: Config,
    /// The unit alone, without what goes around it.
    #[serde(flatten)]
    pub area: Area,
    /// How `lut` is counted.
    pub lut_formula: String,
    /// Look-up tables for each multiply-accumulate a cycle.
    pub lut_per_mac: f64,
    /// Cells of the unit alone.
    pub cells: Cells,
    /// What was placed around the unit.
    pub shell: Option<ShellCost>,
    /// Clock over the seeds, MHz.
    pub fmax_mhz: Option<Spread>,
    /// Multiply-accumulates a second at that clock with every lane busy, in thousand millions.
    pub gmac_per_s: Option<Spread>,
    /// One entry a seed.
    pub placements: Vec<Placement>,
    /// The seed of the fastest.
    pub best_seed: Option<u64>,
    /// File of its bitstream.
    pub bitstream: Option<String>,
    /// Versions by tool.
    pub tool_versions: BTreeMap<String, String>,
    /// What was run, in order.
    pub commands: Vec<Done>,
}

/// What goes around the unit costs this much, and is not in the unit's area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShellCost {
    /// Its cells.
    pub cells: Cells,
    /// What they come to.
    #[serde(flatten)]
    pub area: Area,
}

/// One seed's outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    /// The seed.
    pub seed: u64,
    /// What nextpnr reports.
    #[serde(flatten)]
    pub report: Report,
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
    /// Mapped and not placed.
    pub(super) fn mapped(config: &Config, device: &Device, mapped: &Mapped) -> Synthesis {
        let family = device.target.family;
        let area = mapped.cells.area(family);
        Synthesis {
            target: device.target.name.into(),
            device: device.target.device.into(),
            package: device.package.clone(),
            speed: device.speed.map(str::to_string),
            config: config.clone(),
            lut_formula: mapped.cells.lut_formula(family),
            lut_per_mac: area.lut as f64 / config.tile_trits() as f64,
            area,
            cells: mapped.cells.clone(),
            shell: None,
            fmax_mhz: None,
            gmac_per_s: None,
            placements: vec![],
            best_seed: None,
            bitstream: None,
            tool_versions: [("yosys".to_string(), mapped.yosys.clone())].into(),
            commands: vec![],
        }
    }

    /// Adds the seeds' outcomes.
    pub(super) fn routed(&mut self, placements: Vec<Placement>) {
        let fmax = |placement: &Placement| placement.report.fmax_mhz;
        self.fmax_mhz = Spread::of(placements.iter().map(fmax));
        let macs = self.config.tile_trits() as f64;
        self.gmac_per_s = self.fmax_mhz.map(|mhz| mhz.scaled(macs * 1e-3));
        let best = placements.iter().max_by(|a, b| fmax(a).total_cmp(&fmax(b)));
        self.best_seed = best.map(|placement| placement.seed);
        self.placements = placements;
    }
}
