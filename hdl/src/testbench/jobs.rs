//! The jobs of the testbench: together they use every lane, column, trit, code, token and end of a pass.

use crate::random::Random;
use std::collections::BTreeSet;
use trine_spec::packing::{base3_decode, from_two_bit};
use trine_spec::registers::ErrorCode;
use trine_spec::{Config, WeightCode};

/// Different activation beats of a job, at most; a prime, so that no power of two is in step with them.
const PERIOD: usize = 61;
/// Bytes of weights that a job may bring, about.
const WEIGHT_BYTES: usize = 1 << 16;
/// Result beats that fill the room of every unit several times over.
const QUEUED: usize = 96;
/// Sums of a job, at most.
const SUMS: usize = 1 << 14;

/// Expected end of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Done,
    Code(ErrorCode),
}

/// Operands in the order of the streams. Shorter than the streams where it repeats itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Operands {
    /// Activation beats, a value a lane.
    pub(super) x: Vec<Vec<i8>>,
    /// Tiles, trit `column * lanes + lane`.
    pub(super) w: Vec<Vec<i8>>,
}

/// A job.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) m: usize,
    pub(super) k: usize,
    pub(super) n: usize,
    pub(super) operands: Operands,
    /// Place and value of a byte of the first weight beat that is no code.
    pub(super) illegal: Option<(usize, u8)>,
    /// Of sixteen cycles, in how many a stream pauses: activations, weights, results.
    pub(super) pauses: [u8; 3],
    pub(super) end: End,
}

impl Job {
    fn new((m, k, n): (usize, usize, usize), operands: Operands) -> Self {
        Self { m, k, n, operands, illegal: None, pauses: [0; 3], end: End::Done }
    }

    fn pausing(self, pauses: [u8; 3]) -> Self {
        Self { pauses, ..self }
    }

    /// Activation of a token at a position of K.
    pub(super) fn activation(&self, c: &Config, token: usize, position: usize) -> i8 {
        let x = &self.operands.x;
        x[(position / c.lanes() * self.m + token) % x.len()][position % c.lanes()]
    }

    /// Weight of an output at a position of K.
    pub(super) fn weight(&self, c: &Config, output: usize, position: usize) -> i8 {
        let w = &self.operands.w;
        let tile = output / c.columns() * self.k.div_ceil(c.lanes()) + position / c.lanes();
        w[tile % w.len()][output % c.columns() * c.lanes() + position % c.lanes()]
    }
}

/// All jobs of a unit.
pub(super) fn jobs(c: &Config) -> Vec<Job> {
    let mut random = Random(1);
    let products = products(c, &mut random);
    let last = products.last().cloned();
    let mut jobs = single_lanes(c);
    jobs.extend(products);
    jobs.extend(queues(c, &mut random));
    jobs.extend(extremes(c));
    jobs.push(every_code(c, &mut random));
    jobs.extend(deepest(c));
    jobs.extend(refused(c));
    jobs.extend(illegal(c));
    // Whatever was refused is over.
    jobs.extend(last);
    jobs
}

/// Each lane alone, with every trit in every column and another one in the lanes and columns beside it.
fn single_lanes(c: &Config) -> Vec<Job> {
    let lanes = c.lanes().min(c.max_depth());
    let values = [highest(c), lowest(c), 1, -1];
    let mut jobs = vec![];
    for shift in 0..3 {
        let tile = (0..c.tile_trits()).map(|i| {
            let (column, lane) = (i / c.lanes(), i % c.lanes());
            if lane < lanes { ((lane + column + shift) % 3) as i8 - 1 } else { 0 }
        });
        let w = vec![tile.collect::<Vec<i8>>()];
        for first in (0..lanes).step_by(c.max_tokens()) {
            let m = c.max_tokens().min(lanes - first);
            let x = (first..first + m).map(|lane| {
                let mut beat = vec![0; c.lanes()];
                beat[lane] = values[lane % values.len()];
                beat
            });
            jobs.push(Job::new((m, lanes, c.columns()), Operands { x: x.collect(), w: w.clone() }));
        }
    }
    jobs
}

/// Shapes that are no multiple of the unit, with several chunks, passes and tokens, and pauses on every stream.
fn products(c: &Config, random: &mut Random) -> Vec<Job> {
    let (lanes, columns) = (c.lanes(), c.columns());
    let tokens: BTreeSet<usize> =
        [1, 2, 3, 4, 5, c.max_tokens()].into_iter().filter(|m| *m <= c.max_tokens()).collect();
    let sizes =
        [(1, 1), (2 * lanes + lanes.div_ceil(2), 2 * columns + 1), (4 * lanes - 1, columns), (3 * lanes, 3 * columns)];
    let pauses = [[0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 13], [6, 6, 6]];
    let mut jobs: Vec<Job> = vec![];
    for (k, n) in sizes {
        let k = k.min(c.max_depth());
        let w = tiles(c, k, n, random);
        for &m in tokens.iter().filter(|m| k > 1 || **m < 3) {
            // A block of columns and a beginning of the next, where all of them would be too many.
            let n = if m * n > SUMS { n.min(c.columns() + 1).min((SUMS / m).max(1)) } else { n };
            let w = if n.div_ceil(columns) * k.div_ceil(lanes) == w.len() { w.clone() } else { tiles(c, k, n, random) };
            let beats = m * k.div_ceil(lanes);
            let x = (0..beats.min(PERIOD)).map(|_| random.beat(c)).collect();
            jobs.push(Job::new((m, k, n), Operands { x, w }).pausing(pauses[jobs.len() % pauses.len()]));
        }
    }
    jobs
}

/// Short products of many tokens with a slow reader, so that finished results fill the room there is for them.
fn queues(c: &Config, random: &mut Random) -> Vec<Job> {
    let (m, k) = (c.max_tokens().min(QUEUED), c.lanes().min(c.max_depth()));
    let n = (QUEUED.div_ceil(m) + 1) * c.columns();
    let pauses = [[0, 0, 14], [0, 0, 11], [3, 2, 10], [2, 3, 13]];
    let job = |pauses| {
        let x = (0..m.min(PERIOD)).map(|_| random.beat(c)).collect();
        Job::new((m, k, n), Operands { x, w: tiles(c, k, n, random) }).pausing(pauses)
    };
    pauses.into_iter().map(job).collect()
}

/// Lowest and highest activations with all weights alike, so that sums are as large as lanes allow.
fn extremes(c: &Config) -> Vec<Job> {
    let k = (2 * c.lanes()).min(c.max_depth());
    let chunks = k.div_ceil(c.lanes());
    let m = c.max_tokens().min(2);
    let mut jobs = vec![];
    for (value, other) in [(lowest(c), highest(c)), (highest(c), lowest(c))] {
        for first in [1, -1] {
            let x = (0..chunks * m).map(|beat| vec![if beat % m == 0 { value } else { other }; c.lanes()]).collect();
            let w = (0..chunks).map(|chunk| {
                let used = c.lanes().min(k - chunk * c.lanes());
                let trit = |i: usize| if (i / c.lanes()).is_multiple_of(2) { first } else { -first };
                (0..c.tile_trits()).map(|i| if i % c.lanes() < used { trit(i) } else { 0 }).collect()
            });
            jobs.push(Job::new((m, k, c.columns()), Operands { x, w: w.collect() }));
        }
    }
    jobs
}

/// Tiles that bring every legal code, to every byte of a tile where that is not too much.
fn every_code(c: &Config, random: &mut Random) -> Job {
    let (places, codes) = (c.weight_code().trits_per_byte(), 3usize.pow(c.weight_code().trits_per_byte() as u32));
    let bytes = c.tile_trits().div_ceil(places);
    // No multiple of three, so that each byte meets all codes.
    let step = if bytes.is_multiple_of(3) { bytes - 1 } else { bytes };
    let most = (WEIGHT_BYTES / (c.beats_per_tile() * c.weight_bus() / 8)).clamp(codes.div_ceil(step), codes);
    let chunks = most.min(c.max_depth() / c.lanes()).max(1);
    let blocks = most.div_ceil(chunks);
    let k = if c.max_depth() < c.lanes() { c.max_depth() } else { chunks * c.lanes() };
    let tile = |tile: usize| {
        let trit = |i: usize| {
            let code = (i / places + tile * step) % codes;
            if i % c.lanes() < k { (code / 3usize.pow((i % places) as u32) % 3) as i8 - 1 } else { 0 }
        };
        (0..c.tile_trits()).map(trit).collect()
    };
    let x = (0..chunks.min(PERIOD)).map(|_| random.beat(c)).collect();
    Job::new((1, k, blocks * c.columns()), Operands { x, w: (0..blocks * chunks).map(tile).collect() })
}

/// The deepest product, each of its sums as large as it gets.
fn deepest(c: &Config) -> Vec<Job> {
    let k = if c.max_depth() < c.lanes() { c.max_depth() } else { c.max_depth() / c.lanes() * c.lanes() };
    let n = c.columns().min(c.tile_trits());
    let job = |trit: i8| {
        let tile = (0..c.tile_trits()).map(|i| if i % c.lanes() < k { trit } else { 0 }).collect();
        Job::new((1, k, n), Operands { x: vec![vec![lowest(c); c.lanes()]], w: vec![tile] })
    };
    vec![job(1), job(-1)]
}

/// Shapes that no job may have.
fn refused(c: &Config) -> Vec<Job> {
    let shapes = [(c.max_tokens() + 1, 1, 1), (1, c.max_depth() + 1, 1), (0, 1, 1), (1, 0, 1), (1, 1, 0)].into_iter();
    let job = |shape| Job { end: End::Code(ErrorCode::Shape), ..Job::new(shape, Operands::default()) };
    shapes.map(job).collect()
}

/// Bytes that are no code, all that there are and in every byte of a beat.
fn illegal(c: &Config) -> Vec<Job> {
    let legal = |byte: u8| match c.weight_code() {
        WeightCode::Base3 => base3_decode(byte).is_some(),
        WeightCode::TwoBit => (0..4).all(|i| from_two_bit(byte >> (2 * i) & 3).is_some()),
    };
    // Of two-bit codes those with one mistake.
    let single = |byte: &u8| c.weight_code() == WeightCode::Base3 || [2, 8, 32, 128].contains(byte);
    let codes: Vec<u8> = (0..=255).filter(|byte| !legal(*byte) && single(byte)).collect();
    let bytes = c.weight_bus() / 8;
    let jobs = (0..codes.len().max(bytes)).map(|i| {
        let operands = Operands { x: vec![vec![0; c.lanes()]], w: vec![vec![0; c.tile_trits()]] };
        Job {
            illegal: Some((i % bytes, codes[i % codes.len()])),
            // Whatever would come is not taken.
            pauses: [0, 0, 16],
            end: End::Code(ErrorCode::IllegalTrit),
            ..Job::new((1, 1, 1), operands)
        }
    });
    jobs.collect()
}

/// Random tiles of a product; positions beyond K and outputs beyond N are zero.
fn tiles(c: &Config, k: usize, n: usize, random: &mut Random) -> Vec<Vec<i8>> {
    let mut tiles = vec![];
    for block in (0..n).step_by(c.columns()) {
        for chunk in (0..k).step_by(c.lanes()) {
            let inside = |i: usize| block + i / c.lanes() < n && chunk + i % c.lanes() < k;
            tiles
                .push((0..c.tile_trits()).map(|i| if inside(i) { (random.next() % 3) as i8 - 1 } else { 0 }).collect());
        }
    }
    tiles
}

fn highest(c: &Config) -> i8 {
    ((1i16 << (c.act_bits() - 1)) - 1) as i8
}

fn lowest(c: &Config) -> i8 {
    -highest(c) - 1
}

impl Random {
    /// A beat of activations, none of them zero, a quarter of them extreme.
    fn beat(&mut self, c: &Config) -> Vec<i8> {
        let mut value = || match self.next() % 8 {
            0 => lowest(c),
            1 => highest(c),
            _ => match (self.next() >> 8) as u8 as i8 >> (8 - c.act_bits()) {
                0 => 1,
                value => value,
            },
        };
        (0..c.lanes()).map(|_| value()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn presets() -> impl Iterator<Item = Config> {
        let more = [
            Config::sized(5, 2).act_bits(5).weight_bus(8).max_depth(24).max_tokens(4).build().unwrap(),
            Config::sized(9, 2).max_depth(3).max_tokens(1).build().unwrap(),
            Config::sized(2, 1).max_tokens(4096).max_depth(1 << 18).build().unwrap(),
        ];
        let all = trine_spec::config::PRESETS.into_iter().map(|(_, config)| config).chain(more);
        all.filter(|config| !config.windows())
    }

    #[test]
    fn jobs_cover_what_a_unit_can_do() {
        for c in presets() {
            let jobs = jobs(&c);
            let done: Vec<&Job> = jobs.iter().filter(|job| job.end == End::Done).collect();
            let has = |of: &dyn Fn(&Job) -> bool| done.iter().any(|job| of(job));
            assert!(has(&|job| job.m == c.max_tokens()) && has(&|job| job.m == 1), "{c:?}");
            assert!(has(&|job| job.n > c.columns() && (c.columns() == 1 || job.n % c.columns() != 0)));
            assert!(has(&|job| job.k > c.max_depth() - c.lanes().min(c.max_depth())));
            assert!(c.max_depth() <= c.lanes() || has(&|job| job.k > c.lanes() && job.m == c.max_tokens()));
            assert!(
                c.max_depth() < 2 * c.lanes()
                    || c.lanes() == 1
                    || has(&|job| job.k > c.lanes() && job.k % c.lanes() != 0)
            );
            assert!((0..3).all(|stream| has(&|job| job.pauses[stream] > 0)));
            for (m, k, n) in done.iter().map(|job| (job.m, job.k, job.n)) {
                assert!((1..=c.max_tokens()).contains(&m) && (1..=c.max_depth()).contains(&k) && n > 0);
            }
            let (least, most) = (lowest(&c), highest(&c));
            let values: HashSet<i8> = done.iter().flat_map(|job| job.operands.x.iter().flatten().copied()).collect();
            assert!(values.contains(&least) && values.contains(&most));
            assert!(values.iter().all(|value| (least..=most).contains(value)));
        }
    }

    /// Every lane of every column has every trit while it alone has a value.
    #[test]
    fn each_lane_is_alone_with_every_trit_in_every_column() {
        for c in presets().filter(|c| c.lanes() < 100) {
            let lanes = c.lanes().min(c.max_depth());
            let mut seen = HashSet::new();
            for job in single_lanes(&c) {
                for token in 0..job.m {
                    let with_value: Vec<usize> = (0..lanes).filter(|&i| job.activation(&c, token, i) != 0).collect();
                    let [lane] = with_value[..] else { panic!("{with_value:?}") };
                    seen.extend((0..c.columns()).map(|column| (lane, column, job.weight(&c, column, lane))));
                }
            }
            assert_eq!(seen.len(), lanes * c.columns() * 3, "{c:?}");
        }
    }

    #[test]
    fn every_legal_code_and_every_illegal_one_is_sent() {
        for c in presets().filter(|c| c.max_depth() >= c.lanes()) {
            let mut random = Random(1);
            let mut codes = HashSet::new();
            let per_byte = c.weight_code().trits_per_byte();
            for tile in every_code(&c, &mut random).operands.w {
                codes.extend(tile.chunks_exact(per_byte).map(<[i8]>::to_vec));
            }
            let expected = if c.tile_trits() < per_byte { 0 } else { 3usize.pow(per_byte as u32) };
            assert_eq!(codes.len(), expected, "{c:?}");
            let wrong: HashSet<u8> = illegal(&c).iter().map(|job| job.illegal.unwrap().1).collect();
            let places: HashSet<usize> = illegal(&c).iter().map(|job| job.illegal.unwrap().0).collect();
            assert_eq!(wrong.len(), if c.weight_code() == WeightCode::Base3 { 13 } else { 4 });
            assert_eq!(places.len(), c.weight_bus() / 8);
        }
    }

    /// A token's word is nowhere mistaken for another's: what repeats itself is no multiple of the tokens.
    #[test]
    fn tokens_differ() {
        for c in presets() {
            for job in jobs(&c).iter().filter(|job| job.end == End::Done && job.m > 1 && job.operands.x.len() > 1) {
                assert!(job.operands.x.len() == PERIOD || job.operands.x.len() == job.m * job.k.div_ceil(c.lanes()));
            }
        }
    }
}
