//! The ternary linear: optional norm, quantise, exact integer product, scale back.
//!
//! ```text
//! x f32 -> [norm] -> int8 q, a per token -> q . T (engine, int32) -> y = acc / (a * s)   BitLinear
//!                                                                    y = acc / a * s     all others
//! ```

use crate::norm::layer_norm;
use crate::{Convention, Error, LinearId, Matmul, RmsNorm, TernaryMatrix, quant};

/// What a linear does to its input before it quantises it.
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

/// One ternary linear layer of a model.
#[derive(Clone, Debug)]
pub struct Linear {
    /// Where it sits.
    pub id: LinearId,
    /// Its weights, `N x K`.
    pub weights: TernaryMatrix,
    /// Its scale, used as the convention says.
    pub scale: f32,
    /// How the accumulator becomes the output.
    pub convention: Convention,
    /// What happens to the input first.
    pub input_norm: InputNorm,
}

impl Linear {
    /// Applies the layer to `x` (`rows x K`) and returns `rows x N`.
    ///
    /// # Errors
    /// [`Error::Engine`] when the engine fails.
    pub fn forward(&self, engine: &mut dyn Matmul, x: &[f32]) -> Result<Vec<f32>, Error> {
        match &self.input_norm {
            InputNorm::None => self.quantised(engine, x),
            InputNorm::Rms(norm) => self.quantised(engine, &norm.forward(x)),
            InputNorm::Layer { eps } => self.quantised(engine, &layer_norm(x, self.weights.cols(), *eps)),
        }
    }

    fn quantised(&self, engine: &mut dyn Matmul, x: &[f32]) -> Result<Vec<f32>, Error> {
        let (n, k) = (self.weights.rows(), self.weights.cols());
        let mut q = vec![0; x.len()];
        let a: Vec<f32> = x.chunks(k).zip(q.chunks_mut(k)).map(|(x, q)| quant::activations(x, q)).collect();
        let mut accumulators = vec![0; a.len() * n];
        engine
            .matmul(self.id, &self.weights, &q, a.len(), &mut accumulators)
            .map_err(|source| Error::Engine { linear: self.id, source })?;
        let mut y = Vec::with_capacity(accumulators.len());
        for (accumulators, a) in accumulators.chunks(n).zip(a) {
            let outputs = accumulators.iter().map(|&acc| acc as f32);
            if self.convention.divides() {
                let divisor = a * self.scale;
                y.extend(outputs.map(|acc| acc / divisor));
            } else {
                y.extend(outputs.map(|acc| acc / a * self.scale));
            }
        }
        Ok(y)
    }
}
