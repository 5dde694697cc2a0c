//! Cycles of a matmul.
//!
//! ```text
//! tiles  = ceil(N / columns) * ceil(K / lanes)
//! bound  = tiles * max(M, beats per tile)
//! first  = 1 + max(beats per tile, min(M * ceil(K / lanes), 4))
//! cycles = first + (tiles - 1) * max(M, beats per tile) + M + EDGES + latency
//! ```
//!
//! Every lane chunk of every column block is applied to `M` tokens, one a cycle, and meanwhile the next tile is loaded,
//! one beat a cycle: the longer of the two decides. The first tile has nothing to hide behind, the last one hides nothing,
//! and the first lane chunk waits for two more, or for the last one. `cycles` is exact for a unit whose host never lets it
//! wait.

use trine_spec::Config;

/// Cycles from the start of a job to its first beat and from the push of its last sum to its end, as measured.
const EDGES: u64 = 5;

/// Size of a matmul or of a part of one: `y[m x n] = x[m x k] · W[k x n]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MatmulShape {
    /// Tokens, rows of the activation matrix.
    pub m: usize,
    /// Depth of the dot products.
    pub k: usize,
    /// Outputs a token.
    pub n: usize,
}

impl MatmulShape {
    /// Multiply-accumulates.
    pub fn macs(&self) -> u64 {
        self.m as u64 * self.k as u64 * self.n as u64
    }

    /// Tiles of the weight matrix.
    pub fn tiles(&self, config: &Config) -> u64 {
        self.n.div_ceil(config.columns()) as u64 * self.k.div_ceil(config.lanes()) as u64
    }

    /// The least cycles that one job of this shape can take.
    pub fn bound(&self, config: &Config) -> u64 {
        self.tiles(config) * self.m.max(config.beats_per_tile()) as u64
    }

    /// The cycles that one job of this shape takes, as long as the host never lets the unit wait.
    pub fn cycles(&self, config: &Config) -> u64 {
        let (m, beats) = (self.m as u64, config.beats_per_tile() as u64);
        let chunks = m * self.k.div_ceil(config.lanes()) as u64;
        1 + beats.max(chunks.min(4))
            + self.tiles(config).saturating_sub(1) * m.max(beats)
            + m
            + EDGES
            + config.latency() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_by_hand() {
        let config = Config::sized(64, 16).build().unwrap();
        // 4 beats a tile: a single token waits for weights, sixteen do not.
        assert_eq!(MatmulShape { m: 1, k: 128, n: 32 }.bound(&config), 2 * 2 * 4);
        assert_eq!(MatmulShape { m: 16, k: 128, n: 32 }.bound(&config), 2 * 2 * 16);
        assert_eq!(MatmulShape { m: 16, k: 129, n: 33 }.bound(&config), 3 * 3 * 16);
    }

    #[test]
    fn the_cycles_by_hand() {
        let config = Config::sized(64, 16).build().unwrap();
        // The first tile takes five cycles, as the first lane chunk does; 15 tiles behind it, the last one's tokens, 15
        // cycles of pipeline.
        assert_eq!(MatmulShape { m: 5, k: 128, n: 128 }.cycles(&config), 5 + 15 * 5 + 5 + 15);
        assert_eq!(MatmulShape { m: 1, k: 128, n: 128 }.cycles(&config), 5 + 15 * 4 + 1 + 15);
    }
}
