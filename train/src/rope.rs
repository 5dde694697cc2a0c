//! Rotary positions: pair `(x[i], x[i + d/2])` of every head turns by `position * theta^(-2i/d)`. A rotation's gradient
//! is turned back by the same angle.

use crate::shape::{ROPE_THETA, Shape};
use crate::vector::vectorised;

/// The rotations of a model.
#[derive(Clone, Debug)]
pub(crate) struct Rope {
    head_dim: usize,
    context: usize,
    cos: Vec<f32>,
    sin: Vec<f32>,
}

/// Which way to turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Turn {
    Forward,
    Back,
}

impl Rope {
    pub(crate) fn new(shape: &Shape) -> Self {
        let d = shape.head_dim();
        let frequency = |i: usize| 1.0 / ROPE_THETA.powf(i as f32 / d as f32);
        let angles: Vec<f32> = (0..shape.context)
            .flat_map(|position| (0..d).step_by(2).map(move |i| position as f32 * frequency(i)))
            .collect();
        Self {
            head_dim: d,
            context: shape.context,
            cos: angles.iter().map(|a| a.cos()).collect(),
            sin: angles.iter().map(|a| a.sin()).collect(),
        }
    }

    /// Turns the heads of every row of `x`, `sequences * context x width`.
    pub(crate) fn turn(&self, x: &mut [f32], width: usize, turn: Turn) {
        turn_rows(self, x, width, if turn == Turn::Forward { 1.0 } else { -1.0 });
    }
}

vectorised! {
    fn turn_rows(rope: &Rope, x: &mut [f32], width: usize, sign: f32) {
        let half = rope.head_dim / 2;
        for (row, x) in x.chunks_exact_mut(width).enumerate() {
            let at = row % rope.context * half;
            let (cos, sin) = (&rope.cos[at..][..half], &rope.sin[at..][..half]);
            for head in x.chunks_exact_mut(rope.head_dim) {
                let (a, b) = head.split_at_mut(half);
                for (((a, b), cos), sin) in a.iter_mut().zip(b).zip(cos).zip(sin) {
                    let sin = sign * sin;
                    (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{Numbers, SMALL, assert_gradient, assert_wrong, inner};

    #[test]
    fn gradients_of_the_rotation() {
        let rope = Rope::new(&SMALL);
        let mut numbers = Numbers::new(5);
        let [x, dy] = [0; 2].map(|_| numbers.around(0.0, SMALL.context * SMALL.hidden));
        let turned = |x: &[f32], turn| {
            let mut x = x.to_vec();
            rope.turn(&mut x, SMALL.hidden, turn);
            x
        };
        let run = |x: &[f32]| inner(&turned(x, Turn::Forward), &dy);
        assert_gradient("x", &x, &turned(&dy, Turn::Back), run);
        assert_wrong(&x, &turned(&dy, Turn::Forward), run);
        assert_wrong(&x, &dy, run);
    }
}
