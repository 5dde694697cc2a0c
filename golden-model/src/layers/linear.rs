//! The ternary linear: optional norm, quantise, exact integer product, scale back.
//!
//! ```text
//! x f32 -> [norm] -> int8 q, a per token -> q . T (engine, int32) -> y = acc / (a * s)   BitLinear
//!                                                                    y = acc / a * s     all others
//! ```
//! If the inputs are in several [`Parts`] with scales of their own, each part is a product, and the outputs are their
//! scaled sums, added in `f64` and rounded once.

use rayon::prelude::*;

use super::norm::layer_norm;
use crate::{Convention, Error, LinearId, Matmul, Part, Parts, Product, RmsNorm, quant};

/// Preparation of a linear's input before it is quantised.
#[derive(Clone, Debug)]
pub enum InputNorm {
    /// Nothing.
    None,
    /// An RMSNorm (`use_rms_norm`).
    Rms(RmsNorm),
    /// A LayerNorm without weights (the original 1-bit BitNet).
    Layer {
        /// Added to the variance.
        eps: f32,
    },
}

/// A linear on its way from its input to its outputs.
struct Step<'a> {
    linear: &'a Linear,
    /// Codes of the input, and a scale for each token.
    q: Vec<i8>,
    a: Vec<f32>,
    /// Exact sums, if all inputs are in one part.
    sums: Vec<i32>,
    /// Outputs, if they are in several.
    y: Vec<f32>,
}

impl Step<'_> {
    /// The product, if all inputs are in one part.
    fn product(&mut self) -> Option<Product<'_>> {
        let (id, part) = (self.linear.id, self.linear.parts.only()?);
        Some(Product { id, w: &part.weights, x: &self.q, tokens: self.a.len(), y: &mut self.sums })
    }
}

/// One ternary linear layer of a model.
#[derive(Clone, Debug)]
pub struct Linear {
    /// Place in the model.
    pub id: LinearId,
    /// Its weights, `N x K`, and their scales, used as the convention says.
    pub parts: Parts,
    /// Rule by which the accumulator becomes the output.
    pub convention: Convention,
    /// Preparation of the input.
    pub input_norm: InputNorm,
    /// Type of the weights in the checkpoint, such as `TQ2_0` or `BF16`.
    pub encoding: String,
}

impl Linear {
    /// Applies the layer to `x` (`M x K`) and returns `M x N`, for `M` tokens, `K` inputs and `N` outputs.
    ///
    /// # Errors
    /// [`Error::Engine`] when the engine fails; [`Error::NotFinite`] when an activation is infinite or NaN.
    pub fn forward(&self, engine: &mut dyn Matmul, x: &[f32]) -> Result<Vec<f32>, Error> {
        let [y] = Self::forward_all([self], engine, x)?;
        Ok(y)
    }

    /// Applies several layers to the same `x`. The engine gets their products together, except those of inputs in several parts.
    pub(crate) fn forward_all<const COUNT: usize>(
        linears: [&Self; COUNT],
        engine: &mut dyn Matmul,
        x: &[f32],
    ) -> Result<[Vec<f32>; COUNT], Error> {
        let mut steps = linears.map(|linear| Step { linear, q: vec![], a: vec![], sums: vec![], y: vec![] });
        for Step { linear, q, a, sums, y } in &mut steps {
            (*q, *a) = match &linear.input_norm {
                InputNorm::None => linear.quantised(x),
                InputNorm::Rms(norm) => linear.quantised(&norm.forward(x)),
                InputNorm::Layer { eps } => linear.quantised(&layer_norm(x, linear.parts.inputs(), *eps)),
            }?;
            match linear.parts.only() {
                Some(part) => sums.resize(a.len() * part.weights.rows(), 0),
                None => *y = linear.added(engine, q, a)?,
            }
        }
        let mut products: Vec<Product<'_>> = steps.iter_mut().filter_map(Step::product).collect();
        let outcome = engine.matmuls(&mut products);
        outcome.map_err(|(at, source)| Error::Engine { linear: products[at].id, source })?;
        Ok(steps.map(|Step { linear, a, sums, y, .. }| match linear.parts.only() {
            Some(part) => linear.scaled(part, &sums, &a),
            None => y,
        }))
    }

    /// The codes of `x`, and a scale for each token.
    fn quantised(&self, x: &[f32]) -> Result<(Vec<i8>, Vec<f32>), Error> {
        let k = self.parts.inputs();
        let mut q = vec![0; x.len()];
        let tokens = x.par_chunks(k).zip(q.par_chunks_mut(k));
        let scales: Vec<Option<f32>> = tokens.map(|(x, q)| quant::activations(x, q)).collect();
        let checked = scales.into_iter().zip(x.chunks(k)).enumerate();
        let a: Vec<f32> =
            checked.map(|(row, (a, x))| a.ok_or_else(|| self.not_finite(row, x))).collect::<Result<_, _>>()?;
        Ok((q, a))
    }

    /// The error about a row of activations, one of which has no code.
    fn not_finite(&self, row: usize, x: &[f32]) -> Error {
        let at = x.iter().position(|x| !x.is_finite()).unwrap_or_default();
        Error::NotFinite { place: format!("{}: activation {at} of row {row}", self.id), value: x[at] }
    }

    /// The exact sums of one part, whose activations `q` are those of the part alone.
    fn sums(&self, engine: &mut dyn Matmul, part: &Part, q: &[i8], tokens: usize) -> Result<Vec<i32>, Error> {
        let mut sums = vec![0; tokens * part.weights.rows()];
        engine
            .matmul(self.id, &part.weights, q, tokens, &mut sums)
            .map_err(|source| Error::Engine { linear: self.id, source })?;
        Ok(sums)
    }

    /// The outputs when all inputs are in one part.
    fn scaled(&self, part: &Part, sums: &[i32], a: &[f32]) -> Vec<f32> {
        let n = part.weights.rows();
        let mut y = vec![0.0; sums.len()];
        y.par_chunks_mut(n).zip(sums.par_chunks(n)).zip(a).for_each(|((y, sums), a)| {
            for (outputs, scale) in part.scales.ranges() {
                let pairs = y[outputs.clone()].iter_mut().zip(&sums[outputs]);
                if self.convention.divides() {
                    let divisor = a * scale;
                    pairs.for_each(|(y, &sum)| *y = sum as f32 / divisor);
                } else {
                    pairs.for_each(|(y, &sum)| *y = sum as f32 / a * scale);
                }
            }
        });
        y
    }

    /// The outputs when the inputs are in several parts.
    fn added(&self, engine: &mut dyn Matmul, q: &[i8], a: &[f32]) -> Result<Vec<f32>, Error> {
        let (n, k) = (self.parts.outputs(), self.parts.inputs());
        let mut totals = vec![0f64; a.len() * n];
        for part in &self.parts {
            let q: Vec<i8> = q.chunks(k).flat_map(|q| &q[part.inputs.clone()]).copied().collect();
            let sums = self.sums(engine, part, &q, a.len())?;
            for (totals, sums) in totals.chunks_mut(n).zip(sums.chunks(n)) {
                for (outputs, scale) in part.scales.ranges() {
                    let scale = if self.convention.divides() { 1.0 / f64::from(scale) } else { scale.into() };
                    let pairs = totals[outputs.clone()].iter_mut().zip(&sums[outputs]);
                    pairs.for_each(|(total, &sum)| *total += f64::from(sum) * scale);
                }
            }
        }
        let tokens = totals.chunks(n).zip(a);
        Ok(tokens.flat_map(|(totals, &a)| totals.iter().map(move |total| (total / f64::from(a)) as f32)).collect())
    }
}
