//! Contents of a checkpoint: shape of the model, and zeros, scales and bytes of its ternary linears.

use std::fmt;

use serde::Serialize;

use crate::{Error, Linear, Model};

/// Shape and ternary linears of a model.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// Architecture that the checkpoint names.
    pub architecture: String,
    /// The way in which the checkpoint stores linears.
    pub linear_convention: &'static str,
    /// Features of a token between layers.
    pub hidden: usize,
    /// Features inside the feed-forward network.
    pub intermediate: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads.
    pub kv_heads: usize,
    /// Tokens of the vocabulary.
    pub vocab: usize,
    /// Positions of a sequence.
    pub context: usize,
    /// True if the head is the embedding.
    pub tied: bool,
    /// Ternary linears.
    pub layers: Vec<InspectedLinear>,
    /// Their sums.
    pub totals: InspectedTotals,
    /// Warnings about the checkpoint and its tokenizer.
    pub notices: Vec<String>,
}

/// One ternary linear.
#[derive(Clone, Debug, Serialize)]
pub struct InspectedLinear {
    /// Its place in the model.
    pub name: String,
    /// Outputs.
    pub rows: usize,
    /// Inputs.
    pub cols: usize,
    /// Weights that are zero.
    pub zeros: usize,
    /// Type of the weights in the checkpoint.
    pub encoding: String,
    /// The factor of all sums; absent where ranges of weights have their own.
    pub scale: Option<f32>,
    /// Its scales.
    pub scales: ScaleRange,
    /// Bytes of the packed weights.
    pub bytes: usize,
}

/// The scales of a linear, by which sums are multiplied whatever the checkpoint holds: that, or its inverse.
#[derive(Clone, Debug, Serialize)]
pub struct ScaleRange {
    /// Ranges of weights with a scale of their own.
    pub count: usize,
    /// Ranges of inputs among them, each a matmul of its own.
    pub input_ranges: usize,
    /// The smallest.
    pub least: f32,
    /// The largest.
    pub largest: f32,
}

impl ScaleRange {
    fn new(linear: &Linear) -> Self {
        Self {
            count: linear.parts.scales().count(),
            input_ranges: linear.parts.iter().count(),
            least: factors(linear).fold(f32::INFINITY, f32::min),
            largest: factors(linear).fold(0.0, f32::max),
        }
    }
}

/// The factor of each range of weights.
fn factors(linear: &Linear) -> impl Iterator<Item = f32> {
    linear.parts.scales().map(|scale| if linear.convention.divides() { 1.0 / scale } else { scale })
}

/// As in `0.070000`, or `0.050000 to 0.070000, 2 of inputs`.
impl fmt::Display for ScaleRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, input_ranges, least, largest } = self;
        match (count, input_ranges) {
            (1, _) => write!(f, "{least:.6}"),
            (_, 1) => write!(f, "{least:.6} to {largest:.6}, {count} of outputs"),
            _ if count == input_ranges => write!(f, "{least:.6} to {largest:.6}, {count} of inputs"),
            _ => write!(f, "{least:.6} to {largest:.6}, {count} in {input_ranges} of inputs"),
        }
    }
}

/// Sums over all ternary linears.
#[derive(Clone, Debug, Default, Serialize)]
pub struct InspectedTotals {
    /// Ternary weights.
    pub weights: usize,
    /// Those that are zero.
    pub zeros: usize,
    /// Their part of all.
    pub zero_fraction: f64,
    /// Bytes of the packed weights.
    pub bytes: usize,
}

impl Inspection {
    /// Looks at every linear of `model`; `notices` are those of its loading.
    ///
    /// # Errors
    /// [`Error`] for a model whose layers are streamed.
    pub fn new(model: &Model, notices: Vec<String>) -> Result<Self, Error> {
        let layers: Vec<InspectedLinear> = model
            .linears()?
            .map(|(id, linear)| InspectedLinear {
                name: id.to_string(),
                rows: linear.parts.outputs(),
                cols: linear.parts.inputs(),
                zeros: linear.parts.zeros(),
                encoding: linear.encoding.clone(),
                scale: factors(linear).next().filter(|_| linear.parts.scales().count() == 1),
                scales: ScaleRange::new(linear),
                bytes: linear.parts.bytes(),
            })
            .collect();
        let mut totals = InspectedTotals::default();
        for layer in &layers {
            totals.weights += layer.rows * layer.cols;
            totals.zeros += layer.zeros;
            totals.bytes += layer.bytes;
        }
        totals.zero_fraction = totals.zeros as f64 / totals.weights as f64;
        let c = model.config();
        Ok(Self {
            architecture: c.architecture.clone(),
            linear_convention: c.convention.name(),
            hidden: c.hidden,
            intermediate: c.intermediate,
            heads: c.heads,
            kv_heads: c.kv_heads,
            vocab: c.vocab,
            context: c.context,
            tied: c.tied,
            layers,
            totals,
            notices,
        })
    }
}
