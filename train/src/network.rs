//! The whole network over a few sequences: loss, and gradients of all parameters.
//!
//! ```text
//! x = E[tokens]    x = layer(x) …    logits = H · norm(x)    loss = mean cross-entropy
//! ```
//! Tied, `H` is `E`, and its gradient is the sum of both uses.

use crate::effective::Effective;
use crate::layer::{self, Coded, Context, Memory, Room};
use crate::layout::Layout;
use crate::loss::cross_entropy;
use crate::matrix::{Into, View, ViewMut, product};
use crate::rope::Rope;
use crate::{Kind, Shape};

/// A model: shape, master weights, and what follows from them.
#[derive(Clone, Debug)]
pub struct Network {
    /// Arithmetic of its linears.
    pub kind: Kind,
    /// Its sizes.
    pub shape: Shape,
    /// Places of its tensors.
    pub layout: Layout,
    /// All master weights.
    pub masters: Vec<f32>,
    effective: Effective,
    /// Kind whose norm and rounding stand in front of linears; a quantised float model may have those of ternary ones.
    activations: Kind,
    rope: Rope,
}

impl Network {
    /// A model of the given master weights.
    ///
    /// # Panics
    /// If there are not as many as the shape needs.
    pub fn new(kind: Kind, shape: Shape, masters: Vec<f32>) -> Self {
        let layout = Layout::new(&shape);
        assert_eq!(masters.len(), layout.total(), "master weights of the shape");
        let mut network = Self {
            kind,
            shape,
            effective: Effective::new(&layout),
            activations: kind,
            rope: Rope::new(&shape),
            layout,
            masters,
        };
        network.refresh();
        network
    }

    /// Quantises the weights again, after the masters changed.
    pub fn refresh(&mut self) {
        self.effective.update(self.kind, &self.layout, &self.masters);
    }

    /// The same weights with activations rounded to int8, as those of a ternary model are.
    pub(crate) fn with_int8_activations(self) -> Self {
        Self { activations: Kind::Ternary, ..self }
    }

    /// Weights of the linear in `slot`, outputs x inputs, and the value of one of those weights.
    pub(crate) fn linear(&self, slot: usize) -> (&[f32], f32) {
        (&self.effective.values[self.layout.range(slot)], self.effective.units[slot])
    }

    fn context(&self) -> Context<'_> {
        let Self { activations, shape, layout, masters, effective, rope, .. } = self;
        Context { kind: *activations, shape, layout, rope, masters, effective }
    }
}

/// Room for one pass over a fixed number of sequences of the model's context, and their gradients.
#[derive(Clone, Debug)]
pub struct Pass {
    x: Vec<f32>,
    layers: Vec<Memory>,
    last: Coded,
    logits: Vec<f32>,
    room: Room,
    /// Of all parameters, in their layout.
    pub gradient: Vec<f32>,
}

impl Pass {
    /// Room for `sequences` sequences.
    pub fn new(network: &Network, sequences: usize) -> Self {
        let shape = &network.shape;
        let tokens = sequences * shape.context;
        Self {
            x: vec![0.0; tokens * shape.hidden],
            layers: vec![Memory::new(shape, tokens); shape.layers],
            last: Coded::new(tokens, shape.hidden),
            logits: vec![0.0; tokens * shape.vocab],
            room: Room::new(shape, tokens),
            gradient: vec![0.0; network.layout.total()],
        }
    }

    /// Tokens that this is room for.
    pub(crate) fn tokens(&self) -> usize {
        self.last.rows.len()
    }

    /// Inputs of a layer's linears in the last pass: queries, keys and values; output; gate and up; down.
    pub(crate) fn inputs(&self, layer: usize) -> [&[f32]; 4] {
        self.layers[layer].inputs()
    }

    /// The logits of `inputs`: sequences of the model's context, one after the other.
    ///
    /// # Panics
    /// If there are not as many tokens as this is room for, or one is outside the vocabulary.
    pub fn logits(&mut self, network: &Network, inputs: &[u32]) -> &[f32] {
        assert_eq!(inputs.len(), self.tokens(), "tokens of a pass");
        let (c, hidden) = (network.context(), network.shape.hidden);
        let embedding = &network.masters[c.layout.range(c.layout.embedding)];
        for (x, &token) in self.x.chunks_exact_mut(hidden).zip(inputs) {
            x.copy_from_slice(&embedding[token as usize * hidden..][..hidden]);
        }
        for (slots, memory) in c.layout.layers.iter().zip(&mut self.layers) {
            layer::forward(&c, slots, &mut self.x, memory, &mut self.room);
        }
        c.final_norm().forward(&self.x, &mut self.last.codes, &mut self.last.rows);
        let head = View::new(&network.masters[c.layout.range(c.layout.head)], hidden);
        let logits = ViewMut::new(&mut self.logits, network.shape.vocab);
        product(logits, Into::Set, 1.0, View::new(&self.last.codes, hidden), head.t());
        &self.logits
    }

    /// The loss of predicting `targets` from `inputs`, summed over tokens, in nats.
    ///
    /// # Panics
    /// If there are not as many tokens as this is room for, or not a target for each, or one is outside the
    /// vocabulary.
    pub fn loss(&mut self, network: &Network, inputs: &[u32], targets: &[u32]) -> f64 {
        assert_eq!(inputs.len(), targets.len(), "a target for each input");
        self.logits(network, inputs);
        cross_entropy(&mut self.logits, targets, 1.0)
    }

    /// As [`loss`](Self::loss), and fills the gradient of the loss times `weight`.
    ///
    /// # Panics
    /// If there are not as many tokens as this is room for, or not a target for each, or one is outside the
    /// vocabulary.
    pub fn gradients(&mut self, network: &Network, inputs: &[u32], targets: &[u32], weight: f32) -> f64 {
        assert_eq!(inputs.len(), targets.len(), "a target for each input");
        self.logits(network, inputs);
        let loss = cross_entropy(&mut self.logits, targets, weight);

        let (c, hidden) = (network.context(), network.shape.hidden);
        let (layout, gradient) = (c.layout, &mut self.gradient);
        let d_logits = View::new(&self.logits, network.shape.vocab);
        let head = layout.range(layout.head);
        if layout.head != layout.embedding {
            gradient[layout.range(layout.embedding)].fill(0.0);
        }
        let codes = View::new(&self.last.codes, hidden);
        product(ViewMut::new(&mut gradient[head.clone()], hidden), Into::Set, 1.0, d_logits.t(), codes);
        // The last layer's output is still in `x`, and its gradient takes the place of the normed one.
        let dx = &mut self.last.codes;
        product(ViewMut::new(dx, hidden), Into::Set, 1.0, d_logits, View::new(&network.masters[head], hidden));
        let d_gain = &mut gradient[layout.range(layout.norm)];
        d_gain.fill(0.0);
        c.final_norm().backward(&self.x, &self.last.rows, dx, d_gain);
        for (slots, memory) in layout.layers.iter().zip(&self.layers).rev() {
            layer::backward(&c, slots, dx, memory, gradient, &mut self.room);
        }
        let embedding = &mut gradient[layout.range(layout.embedding)];
        for (dx, &token) in dx.chunks_exact(hidden).zip(inputs) {
            let row = &mut embedding[token as usize * hidden..][..hidden];
            row.iter_mut().zip(dx).for_each(|(row, dx)| *row += dx);
        }
        loss
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Activation;
    use crate::gradcheck::{Numbers, SMALL, assert_gradient, assert_wrong};

    fn network(kind: Kind, shape: Shape) -> Network {
        let layout = Layout::new(&shape);
        let mut numbers = Numbers::new(11);
        let mut masters = numbers.around(0.0, layout.total());
        masters.iter_mut().for_each(|w| *w *= 0.4);
        for slot in layout.slots.iter().filter(|slot| slot.rows == 1) {
            masters[slot.range()].iter_mut().for_each(|w| *w += 1.0);
        }
        Network::new(kind, shape, masters)
    }

    const INPUTS: [u32; 12] = [1, 4, 2, 9, 10, 0, 3, 3, 7, 5, 1, 8];
    const TARGETS: [u32; 12] = [4, 2, 9, 10, 0, 6, 3, 7, 5, 1, 8, 2];

    /// Every tensor of the float model, embedding and head tied and apart, by differences of the whole loss.
    #[test]
    fn gradients_of_the_whole_float_model() {
        for (tied, activation) in [(true, Activation::Relu2), (false, Activation::Silu)] {
            let network = network(Kind::Float, Shape { tied, activation, ..SMALL });
            let mut pass = Pass::new(&network, 2);
            pass.gradients(&network, &INPUTS, &TARGETS, 1.0);
            for slot in &network.layout.slots {
                // A few weights of each tensor: all would take minutes.
                let picks: Vec<usize> = slot.range().step_by((slot.rows * slot.cols).div_ceil(5)).collect();
                let at = |values: &[f32]| {
                    let mut other = network.clone();
                    picks.iter().zip(values).for_each(|(&i, v)| other.masters[i] = *v);
                    other.refresh();
                    Pass::new(&other, 2).loss(&other, &INPUTS, &TARGETS)
                };
                let weights: Vec<f32> = picks.iter().map(|&i| network.masters[i]).collect();
                let gradient: Vec<f32> = picks.iter().map(|&i| pass.gradient[i]).collect();
                assert_gradient(&slot.name, &weights, &gradient, at);
                let wrong: Vec<f32> = gradient.iter().map(|d| 0.9 * d).collect();
                if gradient.iter().any(|d| d.abs() > 0.05) {
                    assert_wrong(&weights, &wrong, at);
                }
            }
        }
    }

    /// Passes share rooms, which must not leak from one to the next.
    #[test]
    fn a_second_pass_repeats_the_first() {
        for kind in Kind::ALL {
            let network = network(kind, SMALL);
            let mut pass = Pass::new(&network, 2);
            let first = pass.gradients(&network, &INPUTS, &TARGETS, 0.5);
            let gradient = pass.gradient.clone();
            let other = pass.gradients(&network, &TARGETS, &INPUTS, 1.0);
            assert_ne!(first, other);
            assert_eq!(pass.gradients(&network, &INPUTS, &TARGETS, 0.5), first);
            assert_eq!(pass.gradient, gradient);
            assert_eq!(pass.loss(&network, &INPUTS, &TARGETS), first);
        }
    }
}
