//! Measurements as they are kept, and the figures that follow from them.

use serde::{Deserialize, Serialize};
use trine_hdl::design::dot::DotArithmetic;
use trine_synth::gates::{Crosscheck, Measured, Part};

use super::samples::{About, Weights};

/// One measurement of several dot products.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Measurement {
    /// Origin of the figures.
    pub tag: String,
    pub conditions: Conditions,
    pub samples: Vec<About>,
    pub units: Vec<UnitResult>,
    /// The same energy by OpenSTA, for the first unit and sample, where it was asked.
    pub crosscheck: Option<Crosscheck>,
}

/// Under which conditions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Conditions {
    /// Name and SHA-256 of the cell library.
    pub library: String,
    pub library_sha256: String,
    pub volts: f64,
    pub celsius: f64,
    /// Version of Yosys.
    pub yosys: String,
    /// Script with which it had abc map logic.
    pub abc: String,
    /// Cells of the library that were left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dont_use: Vec<String>,
    /// Transition time of inputs and clock, ns.
    pub input_slew_ns: f64,
    pub model: String,
    /// Text that the model read.
    pub text: String,
    /// Clock cycles counted in a run.
    pub cycles: usize,
}

/// One dot product with one kind of weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct UnitResult {
    /// Name of the arithmetic.
    pub arithmetic: String,
    pub lanes: usize,
    pub weights: Weights,
    pub gates: usize,
    pub flip_flops: usize,
    /// Area, µm², and that of the flip-flops in it.
    pub area_um2: f64,
    pub flip_flop_area_um2: f64,
    /// From clock edge to the latest arrival at a register, ns.
    pub critical_ns: f64,
    pub leakage_nw: f64,
    /// One entry a sample.
    pub delayed: Vec<Measured>,
    /// The same without delays.
    pub settled: Vec<Measured>,
}

/// A mean over samples, and the smallest and largest of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub mean: f64,
    pub lo: f64,
    pub hi: f64,
}

impl Spread {
    pub fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let count = values.clone().count().max(1) as f64;
        Self {
            mean: values.clone().sum::<f64>() / count,
            lo: values.clone().fold(f64::INFINITY, f64::min),
            hi: values.fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

impl UnitResult {
    /// pJ of one part for each MAC.
    pub fn part(&self, part: Part) -> Spread {
        Spread::of(self.delayed.iter().map(|run| run.pj_per_mac(part)))
    }

    /// pJ of all parts for each MAC.
    pub fn total(&self) -> Spread {
        Spread::of(self.delayed.iter().map(Measured::total_pj_per_mac))
    }

    /// The same without delays.
    pub fn settled_total(&self) -> Spread {
        Spread::of(self.settled.iter().map(Measured::total_pj_per_mac))
    }

    /// Energy of this over that of `base`, sample by sample.
    pub fn ratio(&self, base: &UnitResult, runs: fn(&UnitResult) -> &[Measured], of: fn(&Measured) -> f64) -> Spread {
        let pairs = runs(self).iter().zip(runs(base));
        Spread::of(pairs.map(|(this, base)| of(this) / of(base)).collect::<Vec<_>>().into_iter())
    }
}

/// Energy of gates only, pJ for each MAC: neither registers nor clock.
pub(super) fn combinational(run: &Measured) -> f64 {
    [Part::Select, Part::Tree, Part::Accumulator].into_iter().map(|part| run.pj_per_mac(part)).sum()
}

impl Measurement {
    /// The result of one dot product.
    pub fn unit(&self, arithmetic: DotArithmetic, lanes: usize, weights: Weights) -> Option<&UnitResult> {
        let name = arithmetic.to_string();
        self.units.iter().find(|u| u.arithmetic == name && u.lanes == lanes && u.weights == weights)
    }

    /// The numbers of lanes measured.
    pub fn lanes(&self) -> Vec<usize> {
        let mut lanes: Vec<usize> = self.units.iter().map(|unit| unit.lanes).collect();
        lanes.dedup();
        lanes
    }

    /// Totals compared, and those that were wrong.
    pub fn totals(&self) -> (u64, u64) {
        let runs = self.units.iter().flat_map(|unit| unit.delayed.iter().chain(&unit.settled));
        runs.fold((0, 0), |(compared, wrong), run| (compared + run.compared, wrong + run.mismatches))
    }
}
