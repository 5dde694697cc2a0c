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
