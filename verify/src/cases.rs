//! Cases that look for trouble: odd shapes, extreme weights and activations.

use std::borrow::Cow;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use trine_driver::MatmulShape;
use trine_golden_model::{LinearId, LinearKind, TernaryMatrix};
use trine_spec::Config;

use crate::Result;

/// Matmuls in a random case.
const MATMULS: usize = 3;
/// Most tokens of a matmul.
const MOST_TOKENS: usize = 16;

/// One token in four has the lowest value in all its activations.
const EXTREME: usize = 4;

/// Place in a model that a random matmul has.
const RANDOM: LinearId = LinearId { layer: 0, kind: LinearKind::Up };

/// Matmuls that follow one another on one unit.
pub(crate) struct Case<'a> {
    pub(crate) seed: u64,
    pub(crate) matmuls: Vec<Multiplication<'a>>,
}

/// One matmul.
pub(crate) struct Multiplication<'a> {
    pub(crate) id: LinearId,
    pub(crate) weights: Cow<'a, TernaryMatrix>,
    pub(crate) activations: Vec<i8>,
    m: usize,
}

impl Multiplication<'_> {
    pub(crate) fn shape(&self) -> MatmulShape {
        MatmulShape { m: self.m, k: self.weights.cols(), n: self.weights.rows() }
    }

    /// True if this is no layer of a model.
    pub(crate) fn is_random(&self) -> bool {
        matches!(self.weights, Cow::Owned(_))
    }
}

/// Distribution of random weights.
#[derive(Clone, Copy)]
enum Weights {
    All(i8),
    Random,
    /// Mostly zeros, so that single terms are seen.
    Sparse,
}

const WEIGHTS: [Weights; 5] = [Weights::Random, Weights::All(0), Weights::All(1), Weights::All(-1), Weights::Sparse];

impl Case<'static> {
    /// The case that belongs to `seed`; five consecutive seeds see every kind of weights in every place.
    pub(crate) fn random(config: &Config, seed: u64) -> Result<Self> {
        let mut rng = StdRng::seed_from_u64(seed);
        let matmuls = (0..MATMULS).map(|i| {
            let kind = WEIGHTS[(seed as usize).wrapping_add(i) % WEIGHTS.len()];
            let m = rng.random_range(1..=MOST_TOKENS);
            let (k, n) = (ragged(&mut rng, config.lanes()), ragged(&mut rng, config.columns()));
            let trits: Vec<i8> = (0..n * k).map(|_| trit(&mut rng, kind)).collect();
            let weights = Cow::Owned(TernaryMatrix::from_trits(n, k, &trits)?);
            let mut activations = activations(&mut rng, config, m * k);
            // Random values never add up to the largest sum a column has bits for.
            let lowest = (-(1i16 << (config.act_bits() - 1))) as i8;
            for (token, x) in activations.chunks_mut(k).enumerate() {
                if (seed as usize).wrapping_add(i + token).is_multiple_of(EXTREME) {
                    x.fill(lowest);
                }
            }
            Ok(Multiplication { id: RANDOM, weights, activations, m })
        });
        Ok(Self { seed, matmuls: matmuls.collect::<Result<_>>()? })
    }
}

impl Case<'static> {
    /// One matmul of a given size, of random weights.
    pub(crate) fn shaped(config: &Config, seed: u64, MatmulShape { m, k, n }: MatmulShape) -> Result<Self> {
        let mut rng = StdRng::seed_from_u64(seed);
        let trits: Vec<i8> = (0..n * k).map(|_| rng.random_range(-1..=1)).collect();
        let weights = Cow::Owned(TernaryMatrix::from_trits(n, k, &trits)?);
        let activations = activations(&mut rng, config, m * k);
        Ok(Self { seed, matmuls: vec![Multiplication { id: RANDOM, weights, activations, m }] })
    }
}

impl<'a> Case<'a> {
    /// Matrix number `index` of a model's layers, with 1 to 16 tokens by turns.
    pub(crate) fn layer(config: &Config, seed: u64, index: usize, id: LinearId, weights: &'a TernaryMatrix) -> Self {
        let mut rng = StdRng::seed_from_u64(seed.wrapping_add(index as u64));
        let m = 1 + index % MOST_TOKENS;
        let activations = activations(&mut rng, config, m * weights.cols());
        Self { seed, matmuls: vec![Multiplication { id, weights: Cow::Borrowed(weights), activations, m }] }
    }
}

/// A size of up to a little over three times `unit`, mostly not a multiple of it.
fn ragged(rng: &mut StdRng, unit: usize) -> usize {
    rng.random_range(1..=3 * unit + 2)
}

fn trit(rng: &mut StdRng, kind: Weights) -> i8 {
    match kind {
        Weights::All(trit) => trit,
        Weights::Random => rng.random_range(-1..=1),
        Weights::Sparse => {
            if rng.random_ratio(1, 16) {
                [-1, 1][rng.random_range(0..2)]
            } else {
                0
            }
        }
    }
}

/// Activations in the unit's range: a quarter each are the lowest and the highest value.
fn activations(rng: &mut StdRng, config: &Config, len: usize) -> Vec<i8> {
    let highest = ((1i16 << (config.act_bits() - 1)) - 1) as i8;
    let lowest = -highest - 1;
    let draw = |rng: &mut StdRng| match rng.random_range(0..4) {
        0 => lowest,
        1 => highest,
        _ => rng.random_range(lowest..=highest),
    };
    (0..len).map(|_| draw(rng)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run of usual length covers all that the verb promises.
    #[test]
    fn two_hundred_cases_cover_the_corners() {
        for config in [Config::sized(64, 16).build().unwrap(), Config::sized(7, 3).act_bits(5).build().unwrap()] {
            let (lowest, highest) = (-(1 << (config.act_bits() - 1)), (1 << (config.act_bits() - 1)) - 1);
            let mut tokens = [false; MOST_TOKENS];
            let (mut ragged_k, mut ragged_n, mut exact, mut uniform, mut extreme) = (0, 0, 0, [0; 3], [0; 3]);
            for seed in 1..=200 {
                for x in Case::random(&config, seed).unwrap().matmuls {
                    let MatmulShape { m, k, n } = x.shape();
                    tokens[m - 1] = true;
                    ragged_k += usize::from(k % config.lanes() != 0);
                    ragged_n += usize::from(n % config.columns() != 0);
                    exact += usize::from(n % config.columns() == 0);
                    let first = x.weights.get(0, 0);
                    let mut row = vec![0; k];
                    if (0..n).all(|r| {
                        x.weights.unpack_row(r, &mut row);
                        row.iter().all(|&t| t == first)
                    }) {
                        uniform[(first + 1) as usize] += 1;
                        let low = |x: &&[i8]| x.len() >= config.lanes() && x.iter().all(|&a| i32::from(a) == lowest);
                        extreme[(first + 1) as usize] += x.activations.chunks(k).filter(low).count();
                    }
                    assert!(x.activations.iter().all(|&a| (lowest..=highest).contains(&i32::from(a))));
                    if m > 1 && m * k > 100 {
                        assert!(x.activations.iter().any(|&a| i32::from(a) == lowest));
                        assert!(x.activations.iter().any(|&a| i32::from(a) == highest));
                    }
                }
            }
            assert!(tokens.iter().all(|&seen| seen));
            assert!(ragged_k > 300 && ragged_n > 300 && exact > 10 && uniform.iter().all(|&count| count > 100));
            assert!(extreme.iter().all(|&tokens| tokens > 50), "{extreme:?}");
        }
    }

    #[test]
    fn a_seed_always_makes_the_same_case() {
        let config = Config::sized(8, 4).build().unwrap();
        let (a, b) = (Case::random(&config, 5).unwrap(), Case::random(&config, 5).unwrap());
        for (a, b) in a.matmuls.iter().zip(&b.matmuls) {
            assert_eq!((&a.weights, &a.activations, a.m), (&b.weights, &b.activations, b.m));
        }
        assert_ne!(a.matmuls[0].activations, Case::random(&config, 6).unwrap().matmuls[0].activations);
    }
}
