//! Rotary position embedding (arXiv 2104.09864).
//!
//! In every head of `d` features, pair `i` turns by `position * theta^(-2i/d)`. The pair is `(x[i], x[i + d/2])` or
//! `(x[2i], x[2i + 1])`, as [`RopePairs`] says.

use crate::RopePairs;

/// The rotation of one model.
#[derive(Clone, Debug)]
pub(crate) struct Rope {
    /// Radians per position, `d / 2` of them.
    frequencies: Vec<f32>,
    pairs: RopePairs,
}

impl Rope {
    pub(crate) fn new(head_dim: usize, theta: f32, pairs: RopePairs) -> Self {
        let frequencies = (0..head_dim).step_by(2).map(|i| 1.0 / theta.powf(i as f32 / head_dim as f32)).collect();
        Self { frequencies, pairs }
    }

    /// Turns every head in `row` to `position`.
    pub(crate) fn rotate(&self, row: &mut [f32], position: usize) {
        let half = self.frequencies.len();
        let angles: Vec<(f32, f32)> = self.frequencies.iter().map(|f| (position as f32 * f).sin_cos()).collect();
        for head in row.chunks_mut(2 * half) {
            for (i, &(sin, cos)) in angles.iter().enumerate() {
                let (a, b) = match self.pairs {
                    RopePairs::Halves => (i, i + half),
                    RopePairs::Neighbours => (2 * i, 2 * i + 1),
                };
                (head[a], head[b]) = (head[a] * cos - head[b] * sin, head[b] * cos + head[a] * sin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_turn_pairs_and_keep_lengths() {
        let rope = Rope::new(4, 100.0, RopePairs::Halves);
        let mut row = [1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0];
        rope.rotate(&mut row, 0);
        assert_eq!(row, [1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0]);
        rope.rotate(&mut row, 3);
        // Pair 0 turns by 3 radians, pair 1 by 3 / sqrt(100).
        let (s, c) = 3f32.sin_cos();
        let (s1, c1) = 0.3f32.sin_cos();
        let expected = [c, 2.0 * c1, s, 2.0 * s1, -s, -2.0 * s1, c, 2.0 * c1];
        assert!(row.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{row:?} is not {expected:?}");
        // The same pairs, side by side.
        let mut row = [1.0, 0.0, 2.0, 0.0];
        Rope::new(4, 100.0, RopePairs::Neighbours).rotate(&mut row, 3);
        let expected = [c, s, 2.0 * c1, 2.0 * s1];
        assert!(row.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{row:?} is not {expected:?}");
    }
}
