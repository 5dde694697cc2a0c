//! The beats of a stream, and what is wrong with them.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use trine_spec::{Config, WeightCode, packing};

use super::bench::Beat;
use super::command::{Defect, Feed};

/// Most beats of a stream: a host with more than this to send is as good as one that stops.
const MOST: usize = 2000;

/// Activation beats of a job, with anything behind K.
pub(super) fn activations(config: &Config, (m, k, _): (usize, usize, usize), feed: &Feed) -> Vec<Beat> {
    let mut random = StdRng::seed_from_u64(feed.seed.into());
    let beats = (m * k.div_ceil(config.lanes())).min(MOST);
    let beats = (0..beats).map(|_| (0..config.lanes()).map(|_| random.random()).collect()).collect();
    marked(beats, feed.defect, &mut random)
}

/// Weight beats of a job, with zeros behind K and N.
pub(super) fn weights(config: &Config, (_, k, n): (usize, usize, usize), feed: &Feed) -> Vec<Beat> {
    let mut random = StdRng::seed_from_u64(feed.seed.into());
    let (chunks, blocks) = (k.div_ceil(config.lanes()), n.div_ceil(config.columns()));
    let bytes = config.weight_bus() / 8;
    let most = MOST.div_ceil(config.beats_per_tile());
    let mut beats: Vec<Vec<u8>> = vec![];
    for tile in 0..(chunks * blocks).min(most) {
        let (block, chunk) = (tile / chunks, tile % chunks);
        let trit = |place: usize, random: &mut StdRng| {
            let (output, position) =
                (block * config.columns() + place / config.lanes(), chunk * config.lanes() + place % config.lanes());
            if place < config.tile_trits() && output < n && position < k { random.random_range(-1..=1) } else { 0 }
        };
        let places = config.beats_per_tile() * config.trits_per_beat();
        let trits: Vec<i8> = (0..places).map(|place| trit(place, &mut random)).collect();
        let mut packed = vec![];
        packing::pack(config.weight_code(), &trits, &mut packed);
        beats.extend(packed.chunks(bytes).map(<[u8]>::to_vec));
    }
    match feed.defect {
        Defect::Noise => beats.iter_mut().flatten().for_each(|byte| *byte = random.random()),
        Defect::Illegal(at) if !beats.is_empty() => {
            let beat = place(at, beats.len());
            let byte = random.random_range(0..bytes);
            beats[beat][byte] = illegal(config.weight_code(), &mut random);
        }
        _ => {}
    }
    marked(beats, feed.defect, &mut random)
}

fn place(at: u8, of: usize) -> usize {
    usize::from(at) * of / 256
}

/// A byte that holds an illegal code.
fn illegal(code: WeightCode, random: &mut StdRng) -> u8 {
    let legal = |byte: u8| match code {
        WeightCode::Base3 => packing::base3_decode(byte).is_some(),
        WeightCode::TwoBit => (0..4).all(|i| packing::from_two_bit(byte >> (2 * i) & 3).is_some()),
    };
    loop {
        let byte = random.random();
        if !legal(byte) {
            return byte;
        }
    }
}

/// Marks the last beat, or does not.
fn marked(mut beats: Vec<Vec<u8>>, defect: Defect, random: &mut StdRng) -> Vec<Beat> {
    let mut mark = beats.len().checked_sub(1);
    match defect {
        Defect::Early(at) => mark = Some(place(at, beats.len())),
        Defect::Unmarked(more) => {
            // A stream without beats has no width either.
            let bytes = beats.first().map(Vec::len);
            for bytes in bytes.into_iter().flat_map(|bytes| vec![bytes; usize::from(more % 8)]) {
                beats.push((0..bytes).map(|_| random.random()).collect());
            }
            mark = None;
        }
        Defect::Cut(at) => {
            beats.truncate(place(at, beats.len()));
            mark = None;
        }
        Defect::None | Defect::Illegal(_) | Defect::Noise => {}
    }
    beats.into_iter().enumerate().map(|(index, bytes)| (bytes, Some(index) == mark)).collect()
}
