//! Jobs with data and the results they must give, packed here by hand so that no packing can cancel out.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use trine_driver::MatmulShape;
use trine_spec::Config;
use trine_spec::packing::pack;

use super::feed::Beat;

/// A job.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub shape: MatmulShape,
    pub acts: Vec<Vec<u8>>,
    pub weights: Vec<Vec<u8>>,
    pub results: Vec<Beat>,
}

impl Work {
    /// A job of this shape with data of a seed; half of all activations are extreme, and with
    /// weights all alike those of the first token are all the lowest. Positions beyond K are random too: their
    /// weights are zero.
    pub fn new(c: &Config, (m, k, n): (usize, usize, usize), seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed ^ (m << 40 | k << 20 | n) as u64);
        let (low, high) = (-(1i32 << (c.act_bits() - 1)), (1i32 << (c.act_bits() - 1)) - 1);
        let chunks = k.div_ceil(c.lanes());
        let uniform = random.random_range(0..6);
        let mut x: Vec<Vec<i32>> = (0..m)
            .map(|_| {
                let mut draw = || match random.random_range(0..4) {
                    0 => low,
                    1 => high,
                    _ => random.random_range(low..=high),
                };
                (0..chunks * c.lanes()).map(|_| draw()).collect()
            })
            .collect();
        let w: Vec<Vec<i8>> = (0..n)
            .map(|_| {
                let mut trit = || match uniform {
                    0 => 1,
                    1 => -1,
                    _ => random.random_range(-1..=1),
                };
                (0..k).map(|_| trit()).collect()
            })
            .collect();
        if uniform < 2 {
            x[0].fill(low);
        }
        let at = |n: usize, k: usize| w.get(n).and_then(|row| row.get(k)).copied().unwrap_or(0);
        let mut work = Self { shape: MatmulShape { m, k, n }, acts: vec![], weights: vec![], results: vec![] };
        for chunk in 0..chunks {
            for row in &x {
                work.acts.push(row[chunk * c.lanes()..][..c.lanes()].iter().map(|v| *v as u8).collect());
            }
        }
        for block in (0..n).step_by(c.columns()) {
            for chunk in 0..chunks {
                let place = |i: usize| at(block + i / c.lanes(), chunk * c.lanes() + i % c.lanes());
                let mut trits: Vec<i8> = (0..c.tile_trits()).map(place).collect();
                trits.resize(c.beats_per_tile() * c.trits_per_beat(), 0);
                let mut bytes = vec![];
                pack(c.weight_code(), &trits, &mut bytes);
                work.weights.extend(bytes.chunks(c.weight_bus() / 8).map(<[u8]>::to_vec));
            }
            for (token, row) in x.iter().enumerate() {
                let sum = |n: usize| (0..k).map(|k| row[k] * i32::from(at(n, k))).sum();
                let outputs = block..block + c.columns();
                let values = outputs.clone().map(|o| if o < n { sum(o) } else { 0 }).collect();
                let last = block + c.columns() >= n && token + 1 == m;
                work.results.push(Beat { values, real: outputs.map(|o| o < n).collect(), last });
            }
        }
        work
    }

    /// A job with several tokens, lane chunks and column blocks, none of them full.
    pub fn small(c: &Config, seed: u64) -> Self {
        Self::new(
            c,
            (c.max_tokens().min(3), (2 * c.lanes()).saturating_sub(1).clamp(1, c.max_depth()), c.columns() + 1),
            seed,
        )
    }
}
