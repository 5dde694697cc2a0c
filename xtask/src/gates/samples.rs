//! Inputs of dot products: activations and weights of a model's layers.
//!
//! | arithmetic | activation | weight, the model's | weight, dense |
//! |---|---|---|---|
//! | ternary | as quantised by the model | the trit | – |
//! | int8 | the same | the trit as an integer | normal, the row's largest at 127 |
//! | fp16 | somewhere within its quantisation step, seeded; zero stays zero | trit times scale | normal |
//!
//! A ternary model has no dense weights, so those are drawn from a normal distribution with a seed. Every output of a
//! layer is computed after the other for one token, chunk by chunk, then the next token follows: M = 1, in which weights
//! change with every cycle.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use trine_golden_model::{BoxError, Golden, KvCache, LinearId, LinearKind, Matmul, Model, Scales, TernaryMatrix};
use trine_hdl::design::dot::DotArithmetic;
use trine_hdl::library::float::{FP16, FP32, Format};
use trine_spec::Config;
use trine_spec::packing::two_bit;
use trine_synth::gates::Cycle;

/// Which weights a dot product multiplies with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Weights {
    /// The model's, which are ternary.
    Model,
    /// Normally distributed ones.
    Dense,
}

/// A layer at one place of the text.
#[derive(Debug)]
pub(super) struct Sample {
    pub about: About,
    weights: TernaryMatrix,
    /// Factor or divisor that turns a trit into the weight.
    scales: Scales,
    divides: bool,
    /// Quantised activations, `tokens x K`, and golden sums, `tokens x N`.
    act: Vec<i8>,
    sums: Vec<i32>,
    seed: u64,
}

/// Source of samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct About {
    /// The layer.
    pub layer: String,
    /// Its K and N; of a layer whose inputs have several scales, the K of the first of them.
    pub inputs: usize,
    pub outputs: usize,
    /// The first token used, counted in the text from 0.
    pub token: usize,
    /// Zeros among the layer's weights, and among its activations over the whole text.
    pub zero_weights: f64,
    pub zero_activations: f64,
}

/// Runs `tokens` through `model` and takes `count` samples, from other layers and tokens each.
pub(super) fn capture(model: &Model, tokens: &[u32], count: usize) -> Result<Vec<Sample>> {
    let mut engine = Recorder::default();
    model.forward(&mut engine, tokens, &mut KvCache::new(model.config()))?;
    let kinds = [
        LinearKind::Q,
        LinearKind::O,
        LinearKind::Gate,
        LinearKind::Up,
        LinearKind::Down,
        LinearKind::K,
        LinearKind::V,
    ];
    let sample = |s: usize| {
        let id = LinearId { layer: s * model.config().layers / count, kind: kinds[s % kinds.len()] };
        let linear = model.linears()?.find(|(other, _)| *other == id).map(|(_, linear)| linear);
        let linear = linear.with_context(|| format!("the model has no {id}"))?;
        let (act, sums) = engine.0.remove(&id).with_context(|| format!("{id} is in two samples; take fewer"))?;
        let part = linear.parts.iter().next().with_context(|| format!("{id} has no weights"))?;
        let weights = part.weights.clone();
        let zeros = act.iter().filter(|q| **q == 0).count();
        let about = About {
            layer: id.to_string(),
            inputs: weights.cols(),
            outputs: weights.rows(),
            token: s * tokens.len() / count,
            zero_weights: weights.zeros() as f64 / (weights.rows() * weights.cols()) as f64,
            zero_activations: zeros as f64 / act.len() as f64,
        };
        let (scales, divides) = (part.scales.clone(), linear.convention.divides());
        Ok(Sample { about, weights, scales, divides, act, sums, seed: s as u64 })
    };
    (0..count).map(sample).collect()
}

/// The golden model, remembering what it was asked and what it answered: for each layer the first range of its inputs.
#[derive(Default)]
struct Recorder(HashMap<LinearId, (Vec<i8>, Vec<i32>)>);

impl Matmul for Recorder {
    fn matmul(&mut self, id: LinearId, w: &TernaryMatrix, x: &[i8], m: usize, y: &mut [i32]) -> Result<(), BoxError> {
        Golden.matmul(id, w, x, m, y)?;
        self.0.entry(id).or_insert_with(|| (x.to_vec(), y.to_vec()));
        Ok(())
    }
}

impl Sample {
    /// `count` cycles of a dot product of `lanes` lanes.
    ///
    /// # Errors
    /// When a sum of a ternary row is not the golden model's, or leaves the range of a floating-point format.
    pub fn cycles(
        &self,
        arithmetic: DotArithmetic,
        weights: Weights,
        lanes: usize,
        count: usize,
    ) -> Result<Vec<Cycle>> {
        let (k, n) = (self.about.inputs, self.about.outputs);
        let tokens = self.act.len() / k;
        let mut cycles = Vec::with_capacity(count);
        let mut row = vec![0; k];
        for (token, output) in (0..).flat_map(|i| (0..n).map(move |output| ((self.about.token + i) % tokens, output))) {
            let act = self.activations(arithmetic, token);
            self.weights.unpack_row(output, &mut row);
            let wgt = self.row(arithmetic, weights, output, &row);
            let mut total = Total::new(arithmetic, lanes)?;
            for (chunk, (act, wgt)) in act.chunks(lanes).zip(wgt.chunks(lanes)).enumerate() {
                if cycles.len() == count {
                    return Ok(cycles);
                }
                let padded = |values: &[u64]| [values, &vec![0; lanes - values.len()]].concat();
                let (act, wgt, macs) = (padded(act), padded(wgt), act.len());
                total.add(&act, &wgt)?;
                cycles.push(Cycle { act, wgt, first: chunk == 0, total: total.bits(), macs });
            }
            if weights == Weights::Model
                && let Total::Integer { value, .. } = total
            {
                let golden = i64::from(self.sums[token * n + output]);
                ensure!(value == golden, "{}: sum {value} of output {output}, golden {golden}", self.about.layer);
            }
        }
        Ok(cycles)
    }

    /// Bits of one token's activations.
    fn activations(&self, arithmetic: DotArithmetic, token: usize) -> Vec<u64> {
        let k = self.about.inputs;
        let quantised = &self.act[token * k..][..k];
        let mut rng = StdRng::seed_from_u64(self.seed << 32 | token as u64);
        let bits = |q: &i8| match arithmetic {
            DotArithmetic::Ternary | DotArithmetic::Int8 => u64::from(*q as u8),
            DotArithmetic::Fp16 | DotArithmetic::Fp16Fp32 => {
                let within: f32 = rng.random_range(-0.5..0.5);
                let x = if *q == 0 { 0.0 } else { f32::from(*q) + within };
                FP16.round(x).unwrap_or_default()
            }
        };
        quantised.iter().map(bits).collect()
    }

    /// Bits of one output's weights.
    fn row(&self, arithmetic: DotArithmetic, weights: Weights, output: usize, trits: &[i8]) -> Vec<u64> {
        let mut rng = StdRng::seed_from_u64(!(self.seed << 32 | output as u64));
        let dense: Vec<f32> = trits.iter().map(|_| normal(&mut rng)).collect();
        let largest = dense.iter().fold(0.0f32, |largest, w| largest.max(w.abs()));
        let pairs = trits.iter().zip(&dense);
        let scale = self.scales.of(output);
        let scale = if self.divides { 1.0 / scale } else { scale };
        let half = |x: f32| FP16.round(x).unwrap_or_default();
        let bits = |(trit, dense): (&i8, &f32)| match (arithmetic, weights) {
            (DotArithmetic::Ternary, _) => u64::from(two_bit(*trit)),
            (DotArithmetic::Int8, Weights::Model) => u64::from(*trit as u8),
            (DotArithmetic::Int8, Weights::Dense) => u64::from((dense / largest * 127.0).round() as i8 as u8),
            (_, Weights::Model) => half(f32::from(*trit) * scale),
            (_, Weights::Dense) => half(dense * scale),
        };
        pairs.map(bits).collect()
    }
}

/// A number of the standard normal distribution, by Box and Muller.
fn normal(rng: &mut StdRng) -> f32 {
    let (u, v): (f32, f32) = (rng.random_range(f32::EPSILON..1.0), rng.random());
    (-2.0 * u.ln()).sqrt() * (std::f32::consts::TAU * v).cos()
}

/// Contents that an accumulator must have.
enum Total {
    Integer { value: i64, width: usize, ternary: bool },
    Float { value: Option<f32>, sums: Format },
}

impl Total {
    fn new(arithmetic: DotArithmetic, lanes: usize) -> Result<Self> {
        Ok(match arithmetic {
            DotArithmetic::Ternary => {
                Self::Integer { value: 0, width: Config::sized(lanes, 1).build()?.acc_bits(), ternary: true }
            }
            DotArithmetic::Int8 => Self::Integer { value: 0, width: 32, ternary: false },
            DotArithmetic::Fp16 => Self::Float { value: None, sums: FP16 },
            DotArithmetic::Fp16Fp32 => Self::Float { value: None, sums: FP32 },
        })
    }

    /// Adds the products of one cycle.
    fn add(&mut self, act: &[u64], wgt: &[u64]) -> Result<()> {
        let pairs = act.iter().zip(wgt);
        match self {
            Self::Integer { value, ternary, .. } => {
                // A trit's code is two's complement in two bits
                let shift = if *ternary { 6 } else { 0 };
                let signed = |bits: u64, shift: u32| i64::from((bits << shift) as u8 as i8) >> shift;
                *value += pairs.map(|(a, w)| signed(*a, 0) * signed(*w, shift)).sum::<i64>();
            }
            Self::Float { value, sums } => {
                let rounded = |x: f32| {
                    let bits = sums.round(x).with_context(|| format!("{x} is outside {sums}"))?;
                    anyhow::Ok(sums.value(bits))
                };
                let mut terms =
                    pairs.map(|(a, w)| rounded(FP16.value(*a) * FP16.value(*w))).collect::<Result<Vec<f32>>>()?;
                // Neighbours first, as in the tree
                while terms.len() > 1 {
                    let joined =
                        terms.chunks(2).map(|pair| if let [a, b] = pair { rounded(a + b) } else { Ok(pair[0]) });
                    terms = joined.collect::<Result<_>>()?;
                }
                *value = Some(rounded(value.unwrap_or(0.0) + terms[0])?);
            }
        }
        Ok(())
    }

    fn bits(&self) -> u64 {
        match self {
            Self::Integer { value, width, .. } => *value as u64 & ((1 << width) - 1),
            Self::Float { value, sums } => sums.round(value.unwrap_or(0.0)).unwrap_or_default(),
        }
    }
}
