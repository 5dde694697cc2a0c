//! A linear on codes: `acc = codes · T^T`, worth `unit of the token x unit of the weights`.
//!
//! Codes and trits are small integers in floats, so `acc` is exact: the accelerator's int32. Backwards, both operands
//! count as what they stand for, `x = codes * token unit` and `W = T * weight unit`:
//!
//! ```text
//! dx = dy · W        dW = dy^T · x
//! ```

use crate::Kind;
use crate::matrix::{Into, View, ViewMut, product};
use crate::norm::Row;
use crate::vector::vectorised;

/// The weights of a linear, outputs x inputs.
#[derive(Clone, Copy)]
pub(crate) struct Linear<'a> {
    pub(crate) kind: Kind,
    pub(crate) weights: &'a [f32],
    /// Value of a weight.
    pub(crate) unit: f32,
    pub(crate) inputs: usize,
}

impl Linear<'_> {
    fn outputs(&self) -> usize {
        self.weights.len() / self.inputs
    }

    /// Fills `y`, `tokens x outputs`.
    pub(crate) fn forward(&self, codes: &[f32], rows: &[Row], y: &mut [f32]) {
        let outputs = self.outputs();
        let weights = View::new(self.weights, self.inputs);
        product(ViewMut::new(y, outputs), Into::Set, 1.0, View::new(codes, self.inputs), weights.t());
        if self.kind != Kind::Float {
            scale(y, rows, outputs, self.unit);
        }
    }

    /// Puts the inputs' gradient into `dx` or adds it, and fills the weights'. `dy` is used up.
    pub(crate) fn backward(
        &self,
        codes: &[f32],
        rows: &[Row],
        dy: &mut [f32],
        (dx, into): (&mut [f32], Into),
        d_weights: &mut [f32],
    ) {
        let outputs = self.outputs();
        let weights = View::new(self.weights, self.inputs);
        product(ViewMut::new(dx, self.inputs), into, self.unit, View::new(dy, outputs), weights);
        if self.kind != Kind::Float {
            scale(dy, rows, outputs, 1.0);
        }
        let (dy, codes) = (View::new(dy, outputs), View::new(codes, self.inputs));
        product(ViewMut::new(d_weights, self.inputs), Into::Set, 1.0, dy.t(), codes);
    }
}

vectorised! {
    /// Multiplies every row by its token's unit and by `unit`.
    fn scale(y: &mut [f32], rows: &[Row], width: usize, unit: f32) {
        for (y, row) in y.chunks_exact_mut(width).zip(rows) {
            let factor = row.unit * unit;
            for y in y {
                *y *= factor;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effective::Effective;
    use crate::gradcheck::{Numbers, SMALL, assert_gradient, assert_wrong, inner};
    use crate::layout::Layout;
    use crate::norm::Entry;

    const TOKENS: usize = 5;

    /// The surrogate of a quantised linear: its gradients are those of `y = x W^T` where `x` is what the codes stand for
    /// and `W` what the trits stand for. That function is smooth, so differences can check it, and its gradient in `W` is
    /// passed to the masters as it is.
    #[test]
    fn gradients_of_linears_straight_through() {
        let layout = Layout::new(&SMALL);
        let mut numbers = Numbers::new(10);
        let masters = numbers.around(0.02, layout.total());
        let slot = &layout.slots[layout.layers[1].gate];
        let (inputs, outputs) = (slot.cols, slot.rows);
        for kind in Kind::ALL {
            let mut effective = Effective::new(&layout);
            effective.update(kind, &layout, &masters);
            let unit = effective.units[layout.layers[1].gate];
            let linear = Linear { kind, weights: &effective.values[slot.range()], unit, inputs };
            let raw = numbers.around(0.0, TOKENS * inputs);
            let (mut codes, mut rows) = (vec![0.0; raw.len()], vec![Row::default(); TOKENS]);
            Entry { kind, gain: &vec![1.0; inputs] }.forward(&raw, &mut codes, &mut rows);
            let dy = numbers.around(0.0, TOKENS * outputs);

            let x: Vec<f32> = codes.iter().enumerate().map(|(i, c)| c * rows[i / inputs].unit).collect();
            let w: Vec<f32> = linear.weights.iter().map(|t| t * unit).collect();
            let smooth = |x: &[f32], w: &[f32]| {
                let y = |i: usize| inner(&x[i / outputs * inputs..][..inputs], &w[i % outputs * inputs..][..inputs]);
                dy.iter().enumerate().map(|(i, dy)| f64::from(*dy) * y(i)).sum::<f64>()
            };
            let mut y = vec![0.0; dy.len()];
            linear.forward(&codes, &rows, &mut y);
            assert!((inner(&y, &dy) / smooth(&x, &w) - 1.0).abs() < 1e-5, "{kind:?}: what codes and trits stand for");

            let (mut dx, mut dw) = (vec![0.0; x.len()], vec![9.0; w.len()]);
            linear.backward(&codes, &rows, &mut dy.clone(), (&mut dx, Into::Set), &mut dw);
            assert_gradient("x", &x, &dx, |x| smooth(x, &w));
            assert_gradient("W", &w, &dw, |w| smooth(&x, w));

            // Units left out, as if codes and trits were numbers; there are none to leave out in float.
            if kind != Kind::Float {
                let without = Linear { unit: 1.0, ..linear };
                without.backward(&codes, &rows, &mut dy.clone(), (&mut dx, Into::Set), &mut dw);
                assert_wrong(&x, &dx, |x| smooth(x, &w));
                linear.backward(&codes, &[Row::default(); TOKENS], &mut dy.clone(), (&mut dx, Into::Set), &mut dw);
                assert_wrong(&w, &dw, |w| smooth(&x, w));
            }
            let negated = Linear { unit: -unit, ..linear };
            negated.backward(&codes, &rows, &mut dy.clone(), (&mut dx, Into::Set), &mut dw);
            assert_wrong(&x, &dx, |x| smooth(x, &w));
        }
    }
}
