//! Statistics for GPTQ, QuIP and SmoothQuant from examples: the inputs of linears, and `H = X^T X` of them.
//!
//! Layers are quantised one after the other, each from inputs that the quantised ones before it produce, as the published
//! code of GPTQ does.

use super::groups::groups;
use crate::corpus::Corpus;
use crate::matrix::{Into, View, ViewMut, product};
use crate::{Kind, Network, Pass};

/// Sequences that are looked at, and those at a time.
const SEQUENCES: usize = 64;
const BATCH: usize = 8;

/// Runs examples from the text that was trained on, and shows `visit` the pass after each batch.
pub(super) fn for_each_batch(network: &Network, corpus: &Corpus, seed: u64, mut visit: impl FnMut(&Pass)) {
    let mut pass = Pass::new(network, BATCH);
    for step in 0..SEQUENCES / BATCH {
        let (inputs, _) = corpus.batch(seed, step, BATCH, network.shape.context);
        pass.logits(network, &inputs);
        visit(&pass);
    }
}

/// Quantises all linears; `quantise` gets weights, their columns, `H` of their inputs, and their slot.
pub(super) fn layer_by_layer(
    float: &Network,
    corpus: &Corpus,
    seed: u64,
    mut quantise: impl FnMut(&mut [f32], usize, &[f64], usize),
) -> Network {
    let mut network = Network::new(Kind::Float, float.shape, float.masters.clone());
    for layer in 0..float.shape.layers {
        let mut hessians: [Vec<f32>; 4] = Default::default();
        for_each_batch(&network, corpus, seed, |pass| {
            for (inputs, h) in pass.inputs(layer).into_iter().zip(&mut hessians) {
                let width = inputs.len() / pass.tokens();
                h.resize(width * width, 0.0);
                let x = View::new(inputs, width);
                product(ViewMut::new(h, width), Into::Add, 1.0, x.t(), x);
            }
        });
        for ((_, linears), h) in groups(&float.layout.layers[layer]).into_iter().zip(&hessians) {
            let h: Vec<f64> = h.iter().map(|&h| f64::from(h)).collect();
            for linear in linears {
                let slot = &float.layout.slots[linear];
                quantise(&mut network.masters[slot.range()], slot.cols, &h, linear);
            }
        }
        network.refresh();
    }
    network
}
