//! Turns matrices into beats and beats into matrices, in the orders of [`trine_spec::packing`].

use std::ops::Range;

use trine_golden_model::TernaryMatrix;
use trine_spec::{Config, packing::pack};

use crate::{Error, cycles::MatmulShape, schedule::Job};

/// The activation beats of a job, appended to `out`: for each lane chunk, for each token, one byte a lane.
///
/// `x` is the whole `m x k` matrix of the matmul, row-major. Lanes beyond the job's depth are zero.
///
/// # Errors
/// [`Error::Activation`] when a value does not fit the configuration's `act_bits`.
///
/// # Panics
/// When the job reaches beyond `x`.
pub fn activations(config: &Config, job: &Job, x: &[i8], k: usize, out: &mut Vec<u8>) -> Result<(), Error> {
    let limit = 1i16 << (config.act_bits() - 1);
    for start in job.depth.clone().step_by(config.lanes()) {
        let end = job.depth.end.min(start + config.lanes());
        for token in job.tokens.clone() {
            let chunk = &x[token * k + start..token * k + end];
            if let Some(i) = chunk.iter().position(|&v| !(-limit..limit).contains(&i16::from(v))) {
                return Err(Error::Activation { token, position: start + i, value: chunk[i], bits: config.act_bits() });
            }
            out.extend(chunk.iter().map(|&v| v as u8));
            out.resize(out.len() + config.lanes() - chunk.len(), 0);
        }
    }
    Ok(())
}

/// The weight beats of one piece of `w`, appended to `out`: for each column block, for each lane chunk, one tile.
///
/// A tile is `lanes * columns` trits, trit `column * lanes + lane`, padded with zero trits to whole beats; positions
/// outside the piece are zero trits.
///
/// # Panics
/// When the piece reaches beyond `w`.
pub fn weights(config: &Config, w: &TernaryMatrix, outputs: &Range<usize>, depth: &Range<usize>, out: &mut Vec<u8>) {
    let shape = MatmulShape { m: 1, k: depth.len(), n: outputs.len() };
    let (lanes, columns) = (config.lanes(), config.columns());
    out.reserve(shape.tiles(config) as usize * config.beats_per_tile() * config.weight_bus() / 8);
    let mut rows = vec![vec![0i8; w.cols()]; columns];
    let mut tile = vec![0i8; config.beats_per_tile() * config.trits_per_beat()];
    for block in outputs.clone().step_by(columns) {
        let used = columns.min(outputs.end - block);
        rows.iter_mut().take(used).enumerate().for_each(|(column, row)| w.unpack_row(block + column, row));
        for start in depth.clone().step_by(lanes) {
            let end = depth.end.min(start + lanes);
            tile.fill(0);
            for (row, trits) in rows.iter().take(used).zip(tile.chunks_mut(lanes)) {
                trits[..end - start].copy_from_slice(&row[start..end]);
            }
            pack(config.weight_code(), &tile, out);
        }
    }
}

/// Adds the result beats of a job to `y`, the whole `m x n` matrix of the matmul.
///
/// # Panics
/// When the job reaches beyond `y`.
pub fn add_results(config: &Config, job: &Job, beats: &[u8], y: &mut [i32], n: usize) {
    let mut beats = beats.chunks_exact(config.res_bus() / 8);
    for block in job.outputs.clone().step_by(config.columns()) {
        let used = config.columns().min(job.outputs.end - block);
        for (token, beat) in job.tokens.clone().zip(&mut beats) {
            for (y, sum) in y[token * n + block..][..used].iter_mut().zip(beat.as_chunks::<4>().0) {
                *y += i32::from_le_bytes(*sum);
            }
        }
    }
}

/// Bytes of the result beats of a job of this shape.
pub fn result_bytes(config: &Config, shape: MatmulShape) -> usize {
    shape.n.div_ceil(config.columns()) * shape.m * config.res_bus() / 8
}

/// Bytes of the weight beats of a job of this shape.
pub fn weight_bytes(config: &Config, shape: MatmulShape) -> u64 {
    shape.tiles(config) * (config.beats_per_tile() * config.weight_bus() / 8) as u64
}

/// The weight beats of a piece as they lie in the memory of a device from a multiple of 4 KiB on.
pub fn resident(config: &Config, beats: &[u8]) -> Vec<u8> {
    trine_spec::packing::interleave(config, beats)
}

/// Bytes that they take there.
pub fn resident_bytes(config: &Config, shape: MatmulShape) -> u64 {
    let bytes = weight_bytes(config, shape);
    if config.weight_ports() == 1 { bytes } else { bytes.next_multiple_of(trine_spec::packing::window_bytes(config)) }
}

/// The weights of a job within those of a whole matrix in the memory of a device: runs of beats, one for each column block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runs {
    /// Bytes of the whole matrix before the first beat.
    pub first: u64,
    /// Beats of the job.
    pub beats: u64,
    /// Beats of a run; 0 if all beats lie one behind another.
    pub run: u64,
    /// Beats from the first one of a run to the first one of the next.
    pub stride: u64,
}

/// The weights of positions `depth` of all outputs, where those of a `whole` matrix lie one behind another; `None` for a range that
/// is not one of whole tiles.
///
/// ```
/// use trine_driver::{MatmulShape, packing};
/// let config = trine_spec::Config::sized(64, 20).build()?;
/// // Four beats of 64 bytes a tile, ten tiles a block, two blocks; the last four tiles of each.
/// let whole = MatmulShape { m: 1, k: 640, n: 40 };
/// let runs = packing::runs(&config, whole, &(384..640)).unwrap();
/// assert_eq!((runs.first, runs.beats, runs.run, runs.stride), (6 * 4 * 64, 32, 16, 40));
/// # Ok::<(), trine_spec::ConfigError>(())
/// ```
pub fn runs(config: &Config, whole: MatmulShape, depth: &Range<usize>) -> Option<Runs> {
    let (lanes, tile) = (config.lanes(), config.beats_per_tile() as u64);
    let ends = depth.end == whole.k || depth.end.is_multiple_of(lanes);
    if depth.is_empty() || depth.end > whole.k || !depth.start.is_multiple_of(lanes) || !ends {
        return None;
    }
    let (run, stride) = (depth.len().div_ceil(lanes) as u64 * tile, whole.k.div_ceil(lanes) as u64 * tile);
    let (first, blocks) = ((depth.start / lanes) as u64 * tile, whole.n.div_ceil(config.columns()) as u64);
    let apart = blocks > 1 && run < stride;
    let [run_or_none, stride] = if apart { [run, stride] } else { [0; 2] };
    let first = first * config.weight_bus() as u64 / 8;
    Some(Runs { first, beats: blocks * run, run: run_or_none, stride })
}

/// Result beat and column that carry output `output` of token `token`, both as numbers within the job.
///
/// # Panics
/// When the job starts behind the token or the output.
pub fn result_place(config: &Config, job: &Job, token: usize, output: usize) -> (u64, usize) {
    let (token, output) = (token - job.tokens.start, output - job.outputs.start);
    ((output / config.columns() * job.tokens.len() + token) as u64, output % config.columns())
}

#[cfg(test)]
mod tests {
    use super::*;
    use trine_spec::WeightCode;

    fn unit() -> Config {
        // Six trits a tile on an 8-bit bus of four trits a beat: two beats a tile.
        Config::sized(3, 2).weight_code(WeightCode::TwoBit).weight_bus(8).act_bits(4).build().unwrap()
    }

    #[test]
    fn activation_beats_by_hand() {
        let x = [1, 2, 3, 4, -5, 6, 7, -8];
        let job = Job { piece: 0, tokens: 0..2, depth: 0..4, outputs: 0..1 };
        let mut beats = Vec::new();
        activations(&unit(), &job, &x, 4, &mut beats).unwrap();
        assert_eq!(beats, [1, 2, 3, 0xFB, 6, 7, 4, 0, 0, 0xF8, 0, 0]);
    }

    #[test]
    fn an_activation_that_does_not_fit_is_named() {
        let x = [0, 0, 0, 0, 0, 0, 8, 0];
        let job = Job { piece: 0, tokens: 0..2, depth: 0..4, outputs: 0..1 };
        let error = activations(&unit(), &job, &x, 4, &mut Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "activation 8 of token 1, position 2 does not fit 4 bits");
    }

    #[test]
    fn weight_beats_by_hand() {
        // Rows are outputs: three outputs of four positions.
        let w = TernaryMatrix::from_trits(3, 4, &[1, -1, 0, 1, 0, 1, 1, -1, -1, -1, -1, 0]).unwrap();
        let expected = [
            // outputs 0 and 1, positions 0..3: trits 1 -1 0 | 0 1 1
            [0b00_00_11_01, 0b00_00_01_01],
            // position 3: trits 1 0 0 | -1 0 0
            [0b11_00_00_01, 0],
            // output 2 and a column that does not exist: -1 -1 -1 | 0 0 0
            [0b00_11_11_11, 0],
            // position 3: all zero
            [0, 0],
        ];
        let packed = |outputs, depth| {
            let mut beats = vec![];
            weights(&unit(), &w, &outputs, &depth, &mut beats);
            beats
        };
        assert_eq!(packed(0..3, 0..4), expected.concat());
        assert_eq!(packed(2..3, 3..4), [0, 0]);
    }

    #[test]
    fn runs_are_the_tiles_of_a_range_of_positions() {
        let w = TernaryMatrix::random(5, 11, 3).unwrap();
        let whole = MatmulShape { m: 1, k: 11, n: 5 };
        let pack = |depth: Range<usize>| {
            let mut beats = vec![];
            weights(&unit(), &w, &(0..5), &depth, &mut beats);
            beats
        };
        let all = pack(0..11);
        for (start, end) in [(0, 3), (0, 11), (3, 9), (6, 11), (9, 11)] {
            let Runs { first, beats, run, stride } = runs(&unit(), whole, &(start..end)).unwrap();
            let run = if run == 0 { beats } else { run };
            let place = |beat: u64| first + beat / run * stride + beat % run;
            let found: Vec<u8> = (0..beats).map(|beat| all[place(beat) as usize]).collect();
            assert_eq!(found, pack(start..end), "{start}..{end}");
        }
        for depth in [0..0, 0..4, 1..3, 9..12] {
            assert_eq!(runs(&unit(), whole, &depth), None, "{depth:?}");
        }
    }

    #[test]
    fn results_by_hand() {
        let job = Job { piece: 0, tokens: 1..3, depth: 0..1, outputs: 0..3 };
        let beats: Vec<u8> = [1, -2, 3, 4, 5, 0, 7, 0].iter().flat_map(|v: &i32| v.to_le_bytes()).collect();
        assert_eq!(beats.len(), result_bytes(&unit(), job.shape()));
        let mut y = [100; 9];
        add_results(&unit(), &job, &beats, &mut y, 3);
        assert_eq!(y, [100, 100, 100, 101, 98, 105, 103, 104, 107]);
        assert_eq!(result_place(&unit(), &job, 2, 2), (3, 0));
        assert_eq!(result_place(&unit(), &job, 1, 1), (0, 1));
    }
}
