//! The ternary linears of GGUF: floats that are ternary already, and the ternary block encodings.
//!
//! | type | bytes | element |
//! |---|---|---|
//! | TQ1_0, TQ2_0 | 54, 66 per 256 | see [`trits`](crate::gguf::trits) |
//! | I2_S | 32 per 128, over the whole tensor | as one of three [orders](super::i2_s) says |
//!
//! I2_S ends in 32 bytes that begin with an f32 scale. Blocks whose scale is 0 hold zeros. Where other scales differ, they
//! make ranges of outputs and of inputs.
//!
//! F32, F16, BF16 and Q8_0 hold exact multiples of a scale, so a ternary linear survives in them: `127 d` is its magnitude
//! in Q8_0. It does not in the others, whose codes hold no `-q, 0, q` for the largest weight `q`.

use half::f16;

use crate::checkpoint::cuts::{self, Cut, Flaw, MOST};
use crate::checkpoint::ternary_floats::unpacked;
use crate::gguf::Encoding;
use crate::gguf::trits::{self, BLOCK};
use crate::tensor::{Kind, Tensor};
use crate::ternary::{Block, illegal, pack};
use crate::{Error, I2sPacking, Part, Parts, Scales, TernaryMatrix};

/// Reads a ternary tensor of `rows x cols`.
pub(crate) fn read(tensor: &Tensor, rows: usize, cols: usize, packing: I2sPacking) -> Result<Parts, Error> {
    tensor.expect_shape(&[rows, cols])?;
    match tensor.kind {
        Kind::Tq1_0 => scaled_blocks(tensor, rows, cols, |codes| packed(codes, trits::tq1_0)),
        Kind::Tq2_0 => scaled_blocks(tensor, rows, cols, |codes| {
            let block = codes.first_chunk().and_then(trits::repacked);
            block.map_or_else(|| packed(codes, trits::tq2_0), Ok)
        }),
        Kind::I2S => i2_s(tensor, rows, cols, packing),
        Kind::F32 | Kind::F16 | Kind::Bf16 | Kind::Blocks(Encoding::Q8_0) => {
            unpacked(tensor, rows, cols).map_err(|error| with_way_out(error, tensor.kind))
        }
        kind => Err(tensor.error(0, format!("the type is {kind}, and {kind} weights are not ternary; {WAY_OUT}"))),
    }
}

const WAY_OUT: &str = "make the file anew from the original checkpoint of a ternary model, with `convert_hf_to_gguf.py \
                       --outtype f16`, and then `llama-quantize IN OUT TQ2_0` if it is to be small";

/// The error of a float linear that is not ternary, with the way out.
fn with_way_out(error: Error, kind: Kind) -> Error {
    match error {
        Error::Tensor { path, tensor, offset, reason } => {
            Error::Tensor { path, tensor, offset, reason: format!("{reason} (the type is {kind}); {WAY_OUT}") }
        }
        other => other,
    }
}

/// Packs the trits of a block, or names the first element that is no trit.
fn packed(codes: &[u8], decode: fn(&[u8], &mut [i8])) -> Result<Block, usize> {
    let mut trits = [0; BLOCK];
    decode(codes, &mut trits);
    illegal(&trits).map_or_else(|| Ok(pack(&trits)), Err)
}

/// Reads blocks that end in an f16 scale; `repacked` makes the weights of one from its codes, or names an element that is no trit.
fn scaled_blocks(
    tensor: &Tensor,
    rows: usize,
    cols: usize,
    repacked: impl Fn(&[u8]) -> Result<Block, usize>,
) -> Result<Parts, Error> {
    let (size, stride) = (tensor.data.len() / (rows * cols / BLOCK), cols / BLOCK);
    let scale = |row: usize, block: usize| {
        let end = (row * stride + block + 1) * size;
        f16::from_le_bytes([tensor.data[end - 2], tensor.data[end - 1]]).to_f32()
    };
    let error = |row: usize, block: usize, reason: String| tensor.error((row * stride + block + 1) * size - 2, reason);
    // Most tensors have one scale, which is found without looking at numbers.
    let bytes = |block: &[u8]| [block[size - 2], block[size - 1]];
    let uniform = tensor.data.chunks(size).all(|block| bytes(block) == bytes(tensor.data));
    let checked = if uniform { (1, 1) } else { (rows, stride) };
    for (row, block) in (0..checked.0).flat_map(|row| (0..checked.1).map(move |block| (row, block))) {
        let d = scale(row, block);
        if !(d.is_finite() && d >= 0.0) {
            return Err(error(row, block, format!("the scale is {d}; it must be a positive number")));
        }
    }
    let cuts = match uniform {
        true => vec![Cut { columns: 0..stride, magnitudes: vec![scale(0, 0); rows] }],
        false => cuts::cut(rows, stride, 1, scale).map_err(|flaw| {
            let (Flaw::Odd { row, column, .. } | Flaw::Many { row, column }) = flaw;
            let reason = format!("the scales of blocks change along the inputs more than {MOST} times; scales of small groups are not implemented");
            error(row, column, reason)
        })?,
    };
    let part = |Cut { columns, magnitudes }: Cut| {
        let weights = TernaryMatrix::from_blocks(rows, columns.len() * BLOCK, |row, block| {
            let at = (row * stride + columns.start + block) * size;
            let (codes, scale) = tensor.data[at..][..size].split_at(size - 2);
            if matches!(scale, [0, 0 | 0x80]) {
                return Ok(Block::ZERO);
            }
            repacked(codes).map_err(|e| tensor.error(at, format!("code 3 for element {e} of this block is not a trit")))
        })?;
        let inputs = columns.start * BLOCK..columns.end * BLOCK;
        Ok(Part { inputs, weights, scales: Scales::of_outputs(&magnitudes) })
    };
    Parts::new(cuts.into_iter().map(part).collect::<Result<_, Error>>()?)
}

fn i2_s(tensor: &Tensor, rows: usize, cols: usize, packing: I2sPacking) -> Result<Parts, Error> {
    if packing == I2sPacking::Rows && !rows.is_multiple_of(4) {
        return Err(
            tensor.error(0, format!("{rows} rows cannot be packed four to a byte; choose another I2_S packing"))
        );
    }
    let codes = rows * cols / 4;
    let scale = f32::from_le_bytes(std::array::from_fn(|i| tensor.data[codes + i]));
    if !(scale.is_finite() && scale >= 0.0) {
        return Err(tensor.error(codes, format!("the scale is {scale}; it must be a positive number")));
    }
    let weights = TernaryMatrix::from_rows(rows, cols, |row, out| {
        let mut col = 0;
        while col < cols {
            let (byte, shift) = packing.place(cols, row, col);
            let run = packing.run(cols, row, col);
            let pairs = out[col..][..run].iter_mut().zip(&tensor.data[byte..]);
            pairs.for_each(|(out, byte)| *out = (byte >> shift & 3) as i8 - 1);
            col += run;
        }
        if let Some(col) = illegal(out) {
            let (byte, _) = packing.place(cols, row, col);
            return Err(tensor.error(byte, format!("code 3 for weight [{row}, {col}] is not a trit")));
        }
        Ok(())
    })?;
    if scale > 0.0 {
        return Ok(Parts::one(weights, scale));
    }
    // A scale of zero beside weights that are not is that of another layout, or of a damaged file.
    match weights.zeros() == rows * cols {
        true => Ok(Parts::one(weights, 1.0)),
        false => Err(tensor.error(codes, "the scale is 0, but not all weights are; it must be a positive number")),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn npy<T: npyz::Deserialize>(name: &str) -> Vec<T> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gguf_blocks").join(name);
        npyz::NpyFile::new(&std::fs::read(path).unwrap()[..]).unwrap().into_vec().unwrap()
    }

    fn tensor(kind: Kind, shape: [usize; 2], data: &[u8]) -> Tensor<'_> {
        assert_eq!(kind.bytes(&shape).unwrap(), data.len());
        Tensor { path: Path::new("a.gguf"), name: "w".into(), offset: 1000, kind, shape: shape.into(), data }
    }

    /// Weights and scale of parts that are one part under one scale.
    fn whole(parts: Parts) -> (TernaryMatrix, f32) {
        assert_eq!(parts.scales().count(), 1);
        let (part, scale) = (parts.iter().next().unwrap(), parts.scales().next().unwrap());
        (part.weights.clone(), scale)
    }

    fn trits(matrix: &TernaryMatrix) -> Vec<i8> {
        let mut all = vec![0; matrix.rows() * matrix.cols()];
        all.chunks_mut(matrix.cols()).enumerate().for_each(|(row, out)| matrix.unpack_row(row, out));
        all
    }

    /// The same four rows in each encoding, written by the `gguf` package (I2_S by hand).
    #[test]
    fn the_three_encodings_hold_the_same_weights() {
        let expected: Vec<i8> = npy("ternary_i8.npy");
        let scale = npy::<f32>("scale_f32.npy")[0];
        for (kind, file) in [(Kind::Tq1_0, "TQ1_0.npy"), (Kind::Tq2_0, "TQ2_0.npy"), (Kind::I2S, "I2_S_x86.npy")] {
            let data: Vec<u8> = npy(file);
            let (weights, read_scale) = whole(read(&tensor(kind, [4, 512], &data), 4, 512, I2sPacking::X86).unwrap());
            assert_eq!(trits(&weights), expected, "{kind:?}");
            let stored = if kind == Kind::I2S { scale } else { f16::from_f32(scale).to_f32() };
            assert_eq!(read_scale, stored, "{kind:?}");
        }
    }

    /// Every byte at both ends of both halves, codes of 3 among them.
    #[test]
    fn repacked_blocks_are_those_of_their_trits() {
        for (byte, place) in (0..=255).flat_map(|byte| [0, 31, 32, 63].map(|place| (byte, place))) {
            let mut codes = [0b10_01_00_01; 64];
            codes[place] = byte;
            assert_eq!(trits::repacked(&codes), packed(&codes, trits::tq2_0).ok(), "{byte} at {place}");
        }
    }

    /// A block per byte value, filled with it, as the `gguf` package dequantises it with a scale of 1.
    #[test]
    fn every_byte_of_tq1_0() {
        let expected: Vec<i8> = npy("tq1_0_every_byte.npy");
        assert_eq!(expected.len(), 256 * BLOCK);
        for (byte, expected) in (0..=255).zip(expected.chunks(BLOCK)) {
            let mut data = vec![byte; 54];
            data[52..].copy_from_slice(&f16::ONE.to_le_bytes());
            let parts = read(&tensor(Kind::Tq1_0, [1, BLOCK], &data), 1, BLOCK, I2sPacking::X86).unwrap();
            let (weights, _) = whole(parts);
            assert_eq!(trits(&weights), expected, "byte {byte}");
        }
    }

    /// The ARM order by hand: 64 weights in 16 bytes, the first 16 in the highest bits.
    #[test]
    fn i2_s_of_arm() {
        let mut data = [0b01_01_01_01u8; 16 + 16 + 32];
        data[3] = 0b10_01_00_01;
        data[16] = 0b00_01_01_10;
        data[32..36].copy_from_slice(&0.5f32.to_le_bytes());
        let (weights, scale) = whole(read(&tensor(Kind::I2S, [1, 128], &data), 1, 128, I2sPacking::Arm).unwrap());
        let mut expected = [0i8; 128];
        (expected[3], expected[32 + 3], expected[64], expected[64 + 48]) = (1, -1, -1, 1);
        assert_eq!((trits(&weights), scale), (expected.to_vec(), 0.5));
        let (x86, _) = whole(read(&tensor(Kind::I2S, [1, 128], &data), 1, 128, I2sPacking::X86).unwrap());
        assert_ne!(trits(&x86), expected, "the orders differ");
    }

    /// A TQ2_0 block of bytes `fill` with scale `d`.
    fn block(fill: u8, d: f32) -> Vec<u8> {
        let mut block = vec![fill; 66];
        block[64..].copy_from_slice(&f16::from_f32(d).to_le_bytes());
        block
    }

    /// Bytes of ones, of zeros (in any code where the scale is zero), and every scale in its place.
    #[test]
    fn scales_of_blocks_make_ranges_of_outputs_and_inputs() {
        const ONES: u8 = 0b10_10_10_10;
        let ranges = |rows: usize, blocks: &[[f32; 3]]| {
            let data: Vec<u8> = blocks.iter().flatten().flat_map(|&d| block(ONES, d)).collect();
            let parts = read(&tensor(Kind::Tq2_0, [rows, 768], &data), rows, 768, I2sPacking::X86).unwrap();
            for part in &parts {
                for (row, (col, at)) in (0..rows).flat_map(|r| part.inputs.clone().enumerate().map(move |at| (r, at))) {
                    let d = blocks[row][at / BLOCK];
                    assert_eq!(f32::from(part.weights.get(row, col)) * part.scales.of(row), d, "[{row}, {at}]");
                }
            }
            parts.iter().map(|p| (p.inputs.clone(), p.scales.ranges().collect())).collect::<Vec<(_, Vec<_>)>>()
        };
        assert_eq!(ranges(2, &[[0.5; 3], [0.25; 3]]), [(0..768, vec![(0..1, 0.5), (1..2, 0.25)])]);
        assert_eq!(ranges(2, &[[0.5, 1.0, 1.0]; 2]), [(0..256, vec![(0..2, 0.5)]), (256..768, vec![(0..2, 1.0)])]);
        let both = [(0..512, vec![(0..1, 2.0), (1..2, 1.0)]), (512..768, vec![(0..1, 0.5), (1..2, 3.0)])];
        assert_eq!(ranges(2, &[[2.0, 2.0, 0.5], [1.0, 0.0, 3.0]]), both);
        assert_eq!(ranges(2, &[[0.0; 3], [0.5; 3]]), [(0..768, vec![(0..2, 0.5)])]);
        assert_eq!(ranges(1, &[[0.0; 3]]), [(0..768, vec![(0..1, 1.0)])]);
    }

    #[test]
    fn i2_s_of_zeros() {
        let mut data = [0b01_01_01_01u8; 64];
        data[32..36].fill(0);
        let (weights, scale) = whole(read(&tensor(Kind::I2S, [1, 128], &data), 1, 128, I2sPacking::X86).unwrap());
        assert_eq!((weights.zeros(), scale), (128, 1.0));
    }

    #[test]
    fn what_is_not_ternary_is_refused() {
        let refuse = |kind: Kind, data: &[u8], offset: &str, reason: &str| {
            let cols = match kind {
                Kind::I2S => 128,
                Kind::Tq2_0 => data.len() / 66 * BLOCK,
                _ => 512,
            };
            let error = read(&tensor(kind, [1, cols], data), 1, cols, I2sPacking::X86).unwrap_err().to_string();
            assert!(error.contains("`w`") && error.contains(offset) && error.contains(reason), "{error}");
        };
        let good = block(0b01_10_00_01, 1.0);
        refuse(Kind::Tq2_0, &[good.clone(), block(0b01_11_00_01, 1.0)].concat(), "byte 1066", "code 3 for element 64");
        let many: Vec<u8> = (0..=MOST).flat_map(|i| block(1, 1.0 + i as f32)).collect();
        let last = format!("byte {}", 1000 + MOST * 66 + 64);
        refuse(Kind::Tq2_0, &many, &last, "more than 64 times");
        refuse(Kind::Tq2_0, &[good.clone(), block(1, f32::NAN)].concat(), "byte 1130", "NaN");
        refuse(Kind::Tq2_0, &[good, block(1, -1.0)].concat(), "byte 1130", "-1");
        let mut i2_s = [0b01_01_01_01u8; 64];
        i2_s[7] = 0b01_11_01_01;
        refuse(Kind::I2S, &i2_s, "byte 1007", "code 3 for weight [0, 39]");
        i2_s[7] = 0b01_10_01_01;
        i2_s[32..36].fill(0);
        refuse(Kind::I2S, &i2_s, "byte 1032", "the scale is 0, but not all weights are");
        i2_s[32..36].copy_from_slice(&f32::NAN.to_le_bytes());
        refuse(Kind::I2S, &i2_s, "byte 1032", "the scale is NaN");
        let floats: Vec<u8> = (0..512).flat_map(|i| (1.0 + i as f32).to_le_bytes()).collect();
        refuse(
            Kind::F32,
            &floats,
            "byte 1",
            "not ternary, or a scale holds for fewer than 16 inputs (the type is F32)",
        );
    }
}
