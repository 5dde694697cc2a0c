//! The ternary blocks of GGUF, 256 weights each.
//!
//! | type | bytes | element |
//! |---|---|---|
//! | TQ1_0 | 54: `qs[48] qh[4] d` | 0-159 in `qs[e % 32]`, digit `e / 32`; 160-239 in `qs[32 + e % 16]`; 240-255 in `qh[e % 4]` |
//! | TQ2_0 | 66: `qs[64] d` | `128h + 32g + j` in `qs[32h + j]`, bits `2g..2g+1` |
//!
//! The code is trit + 1. TQ1_0 keeps five digits `v` in base 3, the first the highest, as the fraction
//! `ceil(256 v / 243)`; digit `e` is `(byte * 3^e mod 256) * 3 / 256`. Its `qh` hold four digits and a zero. `d` is an f16
//! scale.

use half::f16;

use super::types::TensorType;
use crate::ternary::Block;

/// Weights in a block.
pub(crate) const BLOCK: usize = 256;

/// A type of ternary blocks that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TernaryBlocks {
    /// 1.69 bits a weight.
    Tq1_0,
    /// 2.06 bits a weight.
    Tq2_0,
}

impl TernaryBlocks {
    /// Weights in a block.
    pub const WEIGHTS: usize = BLOCK;

    /// The type of a tensor of these blocks.
    pub fn tensor_type(self) -> TensorType {
        match self {
            Self::Tq1_0 => TensorType::TQ1_0,
            Self::Tq2_0 => TensorType::TQ2_0,
        }
    }

    /// llama.cpp's number, under `general.file_type`, for a file whose weights are mostly of this type.
    pub fn file_type(self) -> u32 {
        match self {
            Self::Tq1_0 => 36,
            Self::Tq2_0 => 37,
        }
    }

    /// Encodes trits under a scale of 1.
    ///
    /// # Panics
    /// If the trits do not fill whole blocks, or one is not -1, 0 or 1.
    pub fn encode(self, trits: &[i8]) -> Vec<u8> {
        let (blocks, rest) = trits.as_chunks::<BLOCK>();
        assert!(rest.is_empty(), "{} trits do not fill blocks of {BLOCK}", trits.len());
        assert!(trits.iter().all(|trit| (-1..=1).contains(trit)), "a trit is -1, 0 or 1");
        let mut bytes = Vec::new();
        for block in blocks {
            let code = |e: usize| (block[e] + 1) as u8;
            match self {
                Self::Tq1_0 => {
                    let digits = |first: usize, step: usize, count: usize| {
                        let value = (0..5)
                            .fold(0u16, |v, d| 3 * v + if d < count { u16::from(code(first + d * step)) } else { 0 });
                        (value * 256).div_ceil(243) as u8
                    };
                    bytes.extend((0..32).map(|m| digits(m, 32, 5)));
                    bytes.extend((0..16).map(|m| digits(160 + m, 16, 5)));
                    bytes.extend((0..4).map(|m| digits(240 + m, 4, 4)));
                }
                Self::Tq2_0 => bytes.extend((0..64).map(|byte| {
                    let first = byte / 32 * 128 + byte % 32;
                    (0..4).fold(0, |bits, g| bits | code(first + 32 * g) << (2 * g))
                })),
            }
            bytes.extend(f16::ONE.to_le_bytes());
        }
        bytes
    }
}

/// The weights of a TQ2_0 block in the order of the kernels; `None` if a code is 3.
#[inline(always)]
pub(crate) fn repacked(codes: &[u8; BLOCK / 4]) -> Option<Block> {
    // The first and third code of a byte, side by side.
    let odd = |byte: u8| byte & 3 | byte >> 2 & 0xc;
    let (mut block, mut threes) = ([0; BLOCK / 4], 0);
    for i in 0..32 {
        let (low, high) = (codes[i], codes[32 + i]);
        threes |= low & low >> 1 | high & high >> 1;
        block[i] = odd(low) | odd(high) << 4;
        block[32 + i] = odd(low >> 2) | odd(high >> 2) << 4;
    }
    (threes & 0x55 == 0).then_some(Block(block))
}

/// Digit `n` of the five in a byte.
#[inline]
pub(crate) fn digit(byte: u8, n: usize) -> u8 {
    let fraction = byte.wrapping_mul([1, 3, 9, 27, 81][n]);
    ((u16::from(fraction) * 3) >> 8) as u8
}

/// Writes the trits of a TQ1_0 block; every byte is five legal digits.
#[inline]
pub(crate) fn tq1_0(block: &[u8], out: &mut [i8]) {
    let (first, rest) = out.split_at_mut(160);
    let (second, third) = rest.split_at_mut(80);
    for (bytes, out) in [(&block[..32], first), (&block[32..48], second), (&block[48..52], third)] {
        for (n, out) in out.chunks_mut(bytes.len()).enumerate() {
            out.iter_mut().zip(bytes).for_each(|(out, &byte)| *out = digit(byte, n) as i8 - 1);
        }
    }
}

/// Writes the trits of a TQ2_0 block; code 3, which is none, becomes 2.
#[inline]
pub(crate) fn tq2_0(block: &[u8], out: &mut [i8]) {
    for (half, out) in block[..64].chunks(32).zip(out.chunks_mut(128)) {
        for (pair, out) in out.chunks_mut(32).enumerate() {
            out.iter_mut().zip(half).for_each(|(out, byte)| *out = (byte >> (2 * pair) & 3) as i8 - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_are_written() {
        let trits: Vec<i8> = (0..2 * BLOCK).map(|e| ((e * 7 + e / 5) % 3) as i8 - 1).collect();
        for (blocks, size, decode) in [
            (TernaryBlocks::Tq1_0, 54, tq1_0 as fn(&[u8], &mut [i8])),
            (TernaryBlocks::Tq2_0, 66, tq2_0 as fn(&[u8], &mut [i8])),
        ] {
            let bytes = blocks.encode(&trits);
            assert_eq!(bytes.len(), 2 * size);
            for (block, trits) in bytes.chunks(size).zip(trits.chunks(BLOCK)) {
                assert_eq!(block[size - 2..], f16::ONE.to_le_bytes());
                let mut read = [9; BLOCK];
                decode(block, &mut read);
                assert_eq!(read, trits, "{blocks:?}");
            }
        }
    }
}
