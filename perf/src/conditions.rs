//! Conditions of a figure: tokens at a time, zeros, and the code of weights on the bus.

use std::fmt;

use serde::Serialize;
use trine_spec::{Config, WeightCode};

use crate::layer::LayerReport;

/// The conditions that decide how far a figure carries over to other work.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Conditions {
    /// Every number of tokens that a call had.
    pub tokens: Vec<usize>,
    /// Code of weights on the bus.
    pub weight_code: WeightCode,
    /// Bits on the weight bus for a weight of a full tile; beats are whole.
    pub bits_per_weight: f64,
    /// Share of the weights of all calls that are zero; absent where only shapes are known.
    pub zero_weights: Option<f64>,
    /// Share of the activations of all calls that were zero; absent where none were seen.
    pub zero_activations: Option<f64>,
}

impl Conditions {
    /// The conditions of these layers together.
    pub fn new(layers: &[LayerReport], config: &Config) -> Self {
        let mut tokens: Vec<usize> = layers.iter().map(|l| l.m).collect();
        tokens.sort_unstable();
        tokens.dedup();
        Self {
            tokens,
            weight_code: config.weight_code(),
            bits_per_weight: config.density().bits_per_weight,
            zero_weights: share(layers, |l| l.zero_weights, |l| l.k * l.n),
            zero_activations: share(layers, |l| l.zero_activations, |l| l.m * l.k),
        }
    }
}

/// The mean of `part` over all calls, each weighted by its `size`; absent as soon as one is.
fn share(
    layers: &[LayerReport],
    part: impl Fn(&LayerReport) -> Option<f64>,
    size: impl Fn(&LayerReport) -> usize,
) -> Option<f64> {
    let (mut sum, mut all) = (0.0, 0.0);
    for layer in layers {
        let size = layer.calls as f64 * size(layer) as f64;
        sum += part(layer)? * size;
        all += size;
    }
    (all > 0.0).then(|| sum / all)
}

/// As one line: `m = 1, 5; base3 weights, 2.00 bits each on the bus; zeros: 33.1 % of weights, 12.0 % of activations`.
impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tokens: Vec<String> = self.tokens.iter().map(usize::to_string).collect();
        let (code, bits) = (self.weight_code, self.bits_per_weight);
        write!(f, "m = {}; {code} weights, {bits:.2} bits each on the bus; ", tokens.join(", "))?;
        match (self.zero_weights, self.zero_activations) {
            (Some(weights), Some(activations)) => {
                write!(f, "zeros: {:.1} % of weights, {:.1} % of activations", 100.0 * weights, 100.0 * activations)
            }
            _ => f.write_str("zeros: unknown, only the shape is read"),
        }
    }
}
