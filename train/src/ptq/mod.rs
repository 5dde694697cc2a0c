//! Quantisation after training, of a float model: what BitNet is compared with.
//!
//! | method | weights | activations | source |
//! |---|---|---|---|
//! | absmax | round to the nearest of a symmetric grid per row | int8 or float | as in LLM.int8(), arXiv 2208.07339 |
//! | ternary | BitNet b1.58's absmean, applied afterwards | int8 | arXiv 2402.17764 |
//! | SmoothQuant | absmax after moving outliers from activations to weights | int8 | arXiv 2211.10438 |
//! | GPTQ | column by column, later columns make up for the error | float | arXiv 2210.17323 |
//! | QuIP | GPTQ's rounding between two random rotations | float | arXiv 2307.13304 |
//!
//! Activations are per token, absmax, as everywhere here. Embedding, head and norms stay as they are.

mod absmax;
mod gptq;
mod groups;
mod hessian;
mod linalg;
mod quip;
mod smoothquant;

use serde::{Deserialize, Serialize};

use crate::corpus::Corpus;
use crate::layout::{Layout, Role, Slot};
use crate::{Kind, Network};

/// A way to quantise a trained float model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "method")]
pub enum Method {
    /// Round to nearest; with int8 activations, too, or without.
    Absmax {
        /// Of a weight.
        bits: u32,
        /// True if activations are int8.
        int8_activations: bool,
    },
    /// The trits of BitNet b1.58, of weights that were not trained for them; int8 activations.
    Ternary,
    /// SmoothQuant, weights and activations in 8 bits.
    SmoothQuant,
    /// GPTQ.
    Gptq {
        /// Of a weight.
        bits: u32,
    },
    /// QuIP.
    Quip {
        /// Of a weight.
        bits: u32,
    },
}

impl Method {
    /// Those of the comparison.
    pub const ALL: [Self; 10] = [
        Self::Absmax { bits: 8, int8_activations: true },
        Self::SmoothQuant,
        Self::Absmax { bits: 4, int8_activations: false },
        Self::Gptq { bits: 4 },
        Self::Quip { bits: 4 },
        Self::Gptq { bits: 3 },
        Self::Absmax { bits: 2, int8_activations: false },
        Self::Gptq { bits: 2 },
        Self::Quip { bits: 2 },
        Self::Ternary,
    ];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Absmax { .. } => "absmax",
            Self::Ternary => "ternary, rounded",
            Self::SmoothQuant => "SmoothQuant",
            Self::Gptq { .. } => "GPTQ",
            Self::Quip { .. } => "QuIP",
        }
    }

    /// Bits of a weight in memory; a trit at five to a byte.
    pub fn weight_bits(self) -> f64 {
        match self {
            Self::Absmax { bits, .. } | Self::Gptq { bits } | Self::Quip { bits } => f64::from(bits),
            Self::SmoothQuant => 8.0,
            Self::Ternary => 1.6,
        }
    }

    /// Floats beside the weights: a scale for each row; with GPTQ a zero, too; a scale for each tensor, and with QuIP one
    /// for each column. QuIP's rotations are made from a seed.
    pub fn scales(self, layout: &Layout) -> usize {
        let per_linear = |slot: &Slot| match self {
            Self::Absmax { .. } | Self::SmoothQuant => slot.rows,
            Self::Ternary => 1,
            Self::Gptq { .. } => 2 * slot.rows,
            Self::Quip { .. } => 1 + slot.cols,
        };
        layout.linears().map(per_linear).sum()
    }

    /// Bits of an activation.
    pub fn activation_bits(self) -> u32 {
        match self {
            Self::Absmax { int8_activations: true, .. } | Self::SmoothQuant | Self::Ternary => 8,
            _ => 16,
        }
    }
}

/// Quantises a float model, with sequences of the corpus that it was trained on for those methods that need examples;
/// `seed` picks those, and QuIP's rotations.
///
/// # Panics
/// If the model is not float.
pub fn quantise(float: &Network, method: Method, corpus: &Corpus, seed: u64) -> Network {
    assert_eq!(float.kind, Kind::Float, "what is quantised after training was trained in float");
    match method {
        Method::Absmax { bits, int8_activations } => {
            let mut masters = float.masters.clone();
            for slot in float.layout.slots.iter().filter(|slot| slot.role == Role::Linear) {
                absmax::round(&mut masters[slot.range()], slot.cols, bits);
            }
            let network = Network::new(Kind::Float, float.shape, masters);
            if int8_activations { network.with_int8_activations() } else { network }
        }
        Method::Ternary => Network::new(Kind::Ternary, float.shape, float.masters.clone()),
        Method::SmoothQuant => {
            let smooth = smoothquant::smooth(float, corpus, seed);
            quantise(&smooth, Method::Absmax { bits: 8, int8_activations: true }, corpus, seed)
        }
        Method::Gptq { bits } => hessian::layer_by_layer(float, corpus, seed, |weights, cols, hessian, _| {
            gptq::quantise(weights, cols, hessian, bits);
        }),
        Method::Quip { bits } => hessian::layer_by_layer(float, corpus, seed, |weights, cols, hessian, slot| {
            quip::quantise(weights, cols, hessian, bits, seed ^ (slot as u64) << 32);
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, Pass, Recipe, Schedule, Shape, Trainer, VocabularyKind, held_out};

    /// A float model that learnt something, and its corpus.
    pub(super) fn trained() -> (Network, Corpus) {
        let text: String = (0..6000u32).map(|i| char::from(b'a' + (i * i % 97 % 26) as u8)).collect();
        let corpus = Corpus::new(&text, VocabularyKind::Characters).unwrap();
        let vocab = corpus.vocabulary.size();
        let shape = Shape {
            hidden: 32,
            intermediate: 48,
            layers: 2,
            heads: 2,
            kv_heads: 1,
            vocab,
            context: 16,
            tied: true,
            activation: Activation::Relu2,
        };
        let schedule = Schedule { peak: 1e-2, warmup: 5, steps: 120, landing: None };
        let recipe = Recipe { kind: Kind::Float, shape, schedule, batch: 8, shards: 2, seed: 5 };
        let mut trainer = Trainer::new(recipe).unwrap();
        while !trainer.finished() {
            trainer.step(&corpus).unwrap();
        }
        (trainer.network, corpus)
    }

    /// Eight bits cost nearly nothing, fewer cost more, and each method is better than plain rounding to as many.
    #[test]
    fn methods_fall_in_their_order() {
        let (float, corpus) = trained();
        let bits = |network: &Network| held_out(network, &mut [Pass::new(network, 1)], &corpus, usize::MAX);
        let after = |method| bits(&quantise(&float, method, &corpus, 1));
        let (own, w8a8) = (bits(&float), after(Method::Absmax { bits: 8, int8_activations: true }));
        assert!((w8a8 - own).abs() < 0.05 * own, "{w8a8} {own}");
        assert!((after(Method::SmoothQuant) - own).abs() < 0.05 * own);
        let absmax = |bits| after(Method::Absmax { bits, int8_activations: false });
        assert!(absmax(2) > absmax(4) && absmax(4) > own, "{} {} {own}", absmax(2), absmax(4));
        for method in [Method::Gptq { bits: 2 }, Method::Quip { bits: 2 }] {
            assert!(after(method) < absmax(2), "{method:?}: {} {}", after(method), absmax(2));
        }
        assert!(after(Method::Gptq { bits: 4 }) < after(Method::Gptq { bits: 2 }));
    }
}
