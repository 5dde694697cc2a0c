//! Results of a comparison, as they are stored.

use serde::{Deserialize, Serialize};
use trine_perf::energy::Estimate;
use trine_train::{Kind, PowerLaw, Recipe};
use uom::si::energy::joule;

use trine_train::Sweep;

/// A comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Comparison {
    /// Of the float model with the first seed; others differ in kind, learning rate, seed and size.
    pub(crate) recipe: Recipe,
    /// The highest learning rate of BitNet models.
    pub(crate) bitnet_rate: f64,
    /// Parameters of a model, and those in its linears.
    pub(crate) parameters: usize,
    pub(crate) linear_weights: usize,
    /// Windows of the held-out text that are measured.
    pub(crate) windows: usize,
    /// The unit, die, memory and clock of cycles and energies.
    pub(crate) unit: String,
    pub(crate) die: String,
    pub(crate) memory: String,
    pub(crate) clock_hz: f64,
    /// One model or method each.
    pub(crate) rows: Vec<Row>,
    /// Models of several sizes.
    pub(crate) scaling: Vec<Size>,
    /// Their power laws.
    pub(crate) laws: Vec<Law>,
    /// Learning rates that were tried, if they go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sweep: Option<Sweep>,
}

/// A model, or a way to quantise one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// True if it was trained as it is; otherwise it is the float model, quantised afterwards.
    pub(crate) trained: bool,
    pub(crate) weight_bits: f64,
    pub(crate) activation_bits: u32,
    /// Bits per character, one for each seed.
    pub(crate) bits_per_char: Vec<f64>,
    /// Weights with their scales; embedding and norms in 16 bits.
    pub(crate) bytes: u64,
    /// The unit that computes it.
    pub(crate) arithmetic: String,
    /// Linears of one token.
    pub(crate) cycles: u64,
    /// Absent when an event has no price.
    pub(crate) energy_j: Option<Joules>,
}

impl Row {
    pub(crate) fn mean(&self) -> f64 {
        self.bits_per_char.iter().sum::<f64>() / self.bits_per_char.len() as f64
    }

    /// Name in claims and plots.
    pub(crate) fn label(&self) -> String {
        format!("{} W{}A{}", self.name, self.weight_bits, self.activation_bits)
    }

    /// From the least to the largest.
    pub(crate) fn spread(&self) -> f64 {
        let (least, most) =
            self.bits_per_char.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &x| (a.min(x), b.max(x)));
        most - least
    }
}

/// An energy with its interval and tag.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Joules {
    pub(crate) value: f64,
    pub(crate) lo: f64,
    pub(crate) hi: f64,
    pub(crate) tag: String,
}

impl From<Estimate> for Joules {
    fn from(e: Estimate) -> Self {
        let [value, lo, hi] = [e.value, e.lo, e.hi].map(|e| e.get::<joule>());
        Self { value, lo, hi, tag: e.tag.name().into() }
    }
}

/// A model of one size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Size {
    pub(crate) kind: Kind,
    pub(crate) hidden: usize,
    pub(crate) linear_weights: usize,
    pub(crate) bits_per_char: f64,
}

/// The power law of a kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Law {
    pub(crate) kind: Kind,
    pub(crate) law: PowerLaw,
}
