//! The gated feed-forward network: `down(sub_norm(act(gate(x)) * up(x)))`.

use rayon::prelude::*;

use crate::{Activation, Error, Linear, Matmul, RmsNorm};

/// Activations that one task computes.
const CHUNK: usize = 1 << 11;

/// The feed-forward network of one layer.
#[derive(Clone, Debug)]
pub(crate) struct Ffn {
    pub(crate) gate: Linear,
    pub(crate) up: Linear,
    pub(crate) down: Linear,
    pub(crate) sub_norm: Option<RmsNorm>,
    pub(crate) activation: Activation,
}

impl Ffn {
    /// `x` is `M x hidden` for `M` tokens, and so is the result.
    pub(crate) fn forward(&self, engine: &mut dyn Matmul, x: &[f32]) -> Result<Vec<f32>, Error> {
        let [mut gated, up] = Linear::forward_all([&self.gate, &self.up], engine, x)?;
        gated.par_chunks_mut(CHUNK).zip(up.par_chunks(CHUNK)).for_each(|(gated, up)| {
            gated.iter_mut().zip(up).for_each(|(gate, up)| *gate = self.activation.apply(*gate) * up);
        });
        match &self.sub_norm {
            Some(norm) => self.down.forward(engine, &norm.forward(&gated)),
            None => self.down.forward(engine, &gated),
        }
    }
}

impl Activation {
    fn apply(self, x: f32) -> f32 {
        match self {
            // `max` would turn NaN into 0.
            Self::Relu2 if x < 0.0 => 0.0,
            Self::Relu2 => x * x,
            Self::Silu => x / (1.0 + (-x).exp()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activations() {
        assert_eq!([-2.0, 0.0, 3.0].map(|x| Activation::Relu2.apply(x)), [0.0, 0.0, 9.0]);
        assert_eq!(Activation::Silu.apply(0.0), 0.0);
        assert!([Activation::Relu2, Activation::Silu].iter().all(|activation| activation.apply(f32::NAN).is_nan()));
        assert!((Activation::Silu.apply(1.0) - 0.731_058_6).abs() < 1e-6);
        assert_eq!(Activation::Silu.apply(-1e4), 0.0);
    }
}
