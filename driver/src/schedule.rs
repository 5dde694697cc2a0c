//! Cuts a matmul of any shape into jobs that a unit can take.
//!
//! A job holds at most `max_tokens` rows, `max_depth` positions and [`Config::max_outputs`] outputs. A matmul is cut
//! along all three:
//!
//! ```text
//! for outputs in pieces(N)           whole column blocks
//!   for depth in pieces(K)           whole lane chunks; the int32 sums of all depth pieces are added on the host
//!     for tokens in pieces(M)        pieces of equal size, because a short one still waits for its weights
//!       one job
//! ```
//!
//! so that the weights of one (outputs, depth) piece serve all token pieces.

use std::ops::Range;

use trine_spec::Config;

use crate::cycles::MatmulShape;

/// A part of a matmul that runs as one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Number of the (outputs, depth) piece, which is also the number of its packed weights.
    pub piece: usize,
    /// Rows of the activation matrix.
    pub tokens: Range<usize>,
    /// Positions along K.
    pub depth: Range<usize>,
    /// Outputs.
    pub outputs: Range<usize>,
}

impl Job {
    /// Size of the job.
    pub fn shape(&self) -> MatmulShape {
        MatmulShape { m: self.tokens.len(), k: self.depth.len(), n: self.outputs.len() }
    }

    /// True if it adds the last partial sums of a matmul of depth `k`.
    pub fn completes(&self, k: usize) -> bool {
        self.depth.end == k
    }
}

/// The jobs of one matmul.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    tokens: Vec<Range<usize>>,
    depth: Vec<Range<usize>>,
    outputs: Vec<Range<usize>>,
}

impl Schedule {
    /// Cuts `shape` for a unit of configuration `config`; a dimension of zero yields no jobs.
    pub fn new(config: &Config, shape: MatmulShape) -> Self {
        let whole = |most: usize, unit: usize| if most < unit { most } else { most - most % unit };
        Self {
            tokens: even(shape.m, config.max_tokens()),
            depth: full(shape.k, whole(config.max_depth(), config.lanes())),
            outputs: full(shape.n, whole(config.max_outputs(), config.columns())),
        }
    }

    /// The same for several units that share the matmul: outputs are cut into as many ranges of whole column blocks, as
    /// long as each keeps its unit busy for [`Schedule::SHARE`] cycles.
    ///
    /// Every cut costs the ends of a job, some ten cycles.
    pub fn shared(config: &Config, shape: MatmulShape, units: usize) -> Self {
        let whole = Self::new(config, shape);
        let blocks = shape.n.div_ceil(config.columns());
        let worth = usize::try_from(whole.bound(config) / Self::SHARE).unwrap_or(usize::MAX);
        let ranges = units.min(worth).min(blocks);
        if ranges <= whole.outputs.len() {
            return whole;
        }
        let outputs =
            |blocks: Range<usize>| blocks.start * config.columns()..shape.n.min(blocks.end * config.columns());
        let cut = even(blocks, blocks.div_ceil(ranges)).into_iter().map(outputs).collect();
        Self { outputs: cut, ..whole }
    }

    /// Cycles below which a part of a matmul is not worth a unit of its own.
    pub const SHARE: u64 = 2048;

    /// The jobs in the order in which they run.
    pub fn jobs(&self) -> impl Iterator<Item = Job> + '_ {
        self.pieces().enumerate().flat_map(move |(piece, (outputs, depth))| {
            self.tokens.iter().map(move |tokens| Job {
                piece,
                tokens: tokens.clone(),
                depth: depth.clone(),
                outputs: outputs.clone(),
            })
        })
    }

    /// The parts (outputs, positions) of the weight matrix whose weights are streamed as one, in running order.
    pub fn pieces(&self) -> impl Iterator<Item = (Range<usize>, Range<usize>)> + '_ {
        self.outputs.iter().flat_map(|outputs| self.depth.iter().map(move |depth| (outputs.clone(), depth.clone())))
    }

    /// The least cycles of all jobs together.
    pub fn bound(&self, config: &Config) -> u64 {
        self.jobs().map(|job| job.shape().bound(config)).sum()
    }

    /// The cycles of all jobs together, as long as the host never lets the unit wait.
    pub fn cycles(&self, config: &Config) -> u64 {
        self.jobs().map(|job| job.shape().cycles(config)).sum()
    }
}

/// `0..total` in the fewest pieces of at most `most`, sizes differing by at most one.
fn even(total: usize, most: usize) -> Vec<Range<usize>> {
    let pieces = total.div_ceil(most);
    (0..pieces).map(|i| total * i / pieces..total * (i + 1) / pieces).collect()
}

/// `0..total` in pieces of `size`, the last one shorter.
fn full(total: usize, size: usize) -> Vec<Range<usize>> {
    (0..total).step_by(size).map(|start| start..total.min(start + size)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pieces_by_hand() {
        let config = Config::sized(7, 3).max_depth(100).max_tokens(5).build().unwrap();
        let schedule = Schedule::new(&config, MatmulShape { m: 11, k: 200, n: Config::MAX_OUTPUTS + 1 });
        assert_eq!(schedule.tokens, [0..3, 3..7, 7..11]);
        assert_eq!(schedule.depth, [0..98, 98..196, 196..200], "14 chunks of 7 lanes are the most that fit 100");
        assert_eq!(schedule.outputs, [0..1048575, 1048575..1048576]);
        assert_eq!(schedule.jobs().count(), 18);
    }

    #[test]
    fn a_unit_wider_than_its_buffer_is_deep_still_gets_jobs() {
        let config = Config::sized(8, 1).max_depth(3).build().unwrap();
        assert_eq!(Schedule::new(&config, MatmulShape { m: 1, k: 7, n: 1 }).depth, [0..3, 3..6, 6..7]);
    }

    #[test]
    fn shares_are_whole_column_blocks_that_are_worth_it() {
        let config = Config::sized(64, 16).build().unwrap();
        let outputs = |m, n, units| Schedule::shared(&config, MatmulShape { m, k: 2560, n }, units).outputs;
        // Forty tiles a block, four beats each: 160 cycles.
        assert_eq!(outputs(1, 640, 1).len(), 1);
        assert_eq!(outputs(1, 640, 2), [0..320, 320..640]);
        assert_eq!(outputs(1, 640, 16), [0..208, 208..416, 416..640], "6400 cycles are three times 2048");
        assert_eq!(outputs(1, 400, 2).len(), 1, "4000 cycles are not twice 2048");
        assert_eq!(outputs(16, 120, 2), [0..64, 64..120], "the last block has eight outputs");
        let cycles = |units| Schedule::shared(&config, MatmulShape { m: 1, k: 2560, n: 640 }, units).cycles(&config);
        let ends = MatmulShape { m: 1, k: 1, n: 1 }.cycles(&config) - config.beats_per_tile() as u64;
        assert!(cycles(2) > cycles(1) && cycles(2) - cycles(1) <= ends + config.beats_per_tile() as u64);
    }

    #[test]
    fn nothing_to_do_is_no_jobs() {
        let config = Config::default();
        for shape in
            [MatmulShape { m: 0, k: 4, n: 4 }, MatmulShape { m: 4, k: 0, n: 4 }, MatmulShape { m: 4, k: 4, n: 0 }]
        {
            assert_eq!(Schedule::new(&config, shape).jobs().count(), 0, "{shape:?}");
        }
    }

    proptest! {
        /// Every product is computed exactly once, in jobs the unit takes, sums complete last.
        #[test]
        fn jobs_cover_the_matmul_once(
            (m, k, n) in (1..40usize, 1..60usize, 1..20usize),
            (lanes, columns) in (1..9usize, 1..5usize),
            (max_depth, max_tokens, ranges) in (1..30usize, 1..9usize, 1..9usize),
        ) {
            let config = Config::sized(lanes, columns).max_depth(max_depth).max_tokens(max_tokens).build().unwrap();
            let mut schedule = Schedule::new(&config, MatmulShape { m, k, n });
            // As `shared` cuts, whether it is worth it or not.
            schedule.outputs = even(n, n.div_ceil(ranges));
            let mut seen = vec![0; m * k * n];
            let mut complete = vec![false; m * n];
            for job in schedule.jobs() {
                let shape = job.shape();
                prop_assert!((1..=max_tokens).contains(&shape.m) && (1..=max_depth).contains(&shape.k));
                for token in job.tokens.clone() {
                    for output in job.outputs.clone() {
                        prop_assert!(!complete[token * n + output]);
                        complete[token * n + output] = job.completes(k);
                        job.depth.clone().for_each(|position| seen[(token * k + position) * n + output] += 1);
                    }
                }
            }
            prop_assert!(seen.iter().all(|&times| times == 1) && complete.iter().all(|&c| c));
        }
    }
}
