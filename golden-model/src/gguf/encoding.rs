//! The block encodings of ggml that hold floats, and the floats in them.
//!
//! A row is a whole number of blocks. `d` and `m` are f16, bytes follow one another as listed, `e` is the element's place
//! in its block, and `q` its code. Products and sums are rounded to `f32` one by one, as ggml's reference code does.
//!
//! | encoding | weights / bytes | block | code of element `e` | value |
//! |---|---|---|---|---|
//! | Q4_0 | 32 / 18 | `d qs[16]` | nibble `e / 16` of `qs[e % 16]` | `d * (q - 8)` |
//! | Q4_1 | 32 / 20 | `d m qs[16]` | as Q4_0 | `d * q + m` |
//! | Q5_0 | 32 / 22 | `d qh[4] qs[16]` | as Q4_0, and bit `e` of `qh` times 16 | `d * (q - 16)` |
//! | Q5_1 | 32 / 24 | `d m qh[4] qs[16]` | as Q5_0 | `d * q + m` |
//! | Q8_0 | 32 / 34 | `d qs[32]` | `qs[e]`, signed | `d * q` |
//! | TQ1_0, TQ2_0 | 256 / 54, 66 | see [`trits`](super::trits) | | `d * (q - 1)` |
//!
//! The encodings of 256 weights with scales of their own inside a block are in [`k_quants`](super::k_quants).

use rayon::prelude::*;

use super::quants::half;
use super::{k_quants as k, quants as plain};

/// A block encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)] // the names that everybody knows
pub(crate) enum Encoding {
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K,
    TQ1_0,
    TQ2_0,
}

/// Weights of the largest block.
pub(crate) const LARGEST: usize = 256;

/// Blocks that one task tests.
const PIECE: usize = 4096;

impl Encoding {
    /// Every encoding.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 12] = [
        Self::Q4_0,
        Self::Q4_1,
        Self::Q5_0,
        Self::Q5_1,
        Self::Q8_0,
        Self::Q2_K,
        Self::Q3_K,
        Self::Q4_K,
        Self::Q5_K,
        Self::Q6_K,
        Self::TQ1_0,
        Self::TQ2_0,
    ];

    /// Weights and bytes of a block.
    pub(crate) fn block(self) -> (usize, usize) {
        match self {
            Self::Q4_0 => (32, 18),
            Self::Q4_1 => (32, 20),
            Self::Q5_0 => (32, 22),
            Self::Q5_1 => (32, 24),
            Self::Q8_0 => (32, 34),
            Self::Q2_K => (LARGEST, 84),
            Self::Q3_K => (LARGEST, 110),
            Self::Q4_K => (LARGEST, 144),
            Self::Q5_K => (LARGEST, 176),
            Self::Q6_K => (LARGEST, 210),
            Self::TQ1_0 => (LARGEST, 54),
            Self::TQ2_0 => (LARGEST, 66),
        }
    }

    /// Places of the f16 factors of a block. A block whose factors are finite holds finite weights: none of its codes and
    /// inner scales exceeds 2^13.
    fn factors(self) -> &'static [usize] {
        match self {
            Self::Q4_0 | Self::Q5_0 | Self::Q8_0 => &[0],
            Self::Q4_1 | Self::Q5_1 | Self::Q4_K | Self::Q5_K => &[0, 2],
            Self::Q2_K => &[80, 82],
            Self::Q3_K => &[108],
            Self::Q6_K => &[208],
            Self::TQ1_0 => &[52],
            Self::TQ2_0 => &[64],
        }
    }

    /// The first factor of a block that is not finite, and its place in `data`, which is whole blocks.
    pub(crate) fn first_not_finite(self, data: &[u8]) -> Option<(usize, f32)> {
        let (_, bytes) = self.block();
        let piece = PIECE * bytes;
        let first = |(at, data): (usize, &[u8])| {
            let blocks = data.chunks_exact(bytes).enumerate().map(|(i, block)| (at * piece + i * bytes, block));
            let mut factors =
                blocks.flat_map(|(start, block)| self.factors().iter().map(move |&at| (start + at, half(block, at))));
            factors.find(|(_, factor)| !factor.is_finite())
        };
        data.par_chunks(piece).enumerate().find_map_first(first)
    }

    /// Writes the weights of whole blocks to `out`, which is as long as they are many.
    #[inline]
    pub(crate) fn decode(self, data: &[u8], out: &mut [f32]) {
        match self {
            Self::Q4_0 => self.each(data, out, plain::q4_0),
            Self::Q4_1 => self.each(data, out, plain::q4_1),
            Self::Q5_0 => self.each(data, out, plain::q5_0),
            Self::Q5_1 => self.each(data, out, plain::q5_1),
            Self::Q8_0 => self.each(data, out, plain::q8_0),
            Self::Q2_K => self.each(data, out, k::q2),
            Self::Q3_K => self.each(data, out, k::q3),
            Self::Q4_K => self.each(data, out, k::q4),
            Self::Q5_K => self.each(data, out, k::q5),
            Self::Q6_K => self.each(data, out, k::q6),
            Self::TQ1_0 => self.each(data, out, plain::tq1_0),
            Self::TQ2_0 => self.each(data, out, plain::tq2_0),
        }
    }

    #[inline]
    fn each(self, data: &[u8], out: &mut [f32], decode: impl Fn(&[u8], &mut [f32])) {
        let (weights, bytes) = self.block();
        data.chunks_exact(bytes).zip(out.chunks_exact_mut(weights)).for_each(|(data, out)| decode(data, out));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use half::f16;

    use super::*;

    fn npy<T: npyz::Deserialize>(name: &str) -> Vec<T> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gguf_floats").join(name);
        npyz::NpyFile::new(&std::fs::read(path).unwrap()[..]).unwrap().into_vec().unwrap()
    }

    /// Blocks of random bytes, so with every code and every inner scale, as the `gguf` package dequantises them.
    #[test]
    fn every_encoding_gives_the_floats_of_the_gguf_package_bit_for_bit() {
        for encoding in Encoding::ALL {
            let (data, expected): (Vec<u8>, Vec<f32>) =
                (npy(&format!("{encoding:?}.npy")), npy(&format!("{encoding:?}_f32.npy")));
            let (weights, bytes) = encoding.block();
            assert_eq!(data.len() / bytes * weights, expected.len(), "{encoding:?}");
            let mut found = vec![f32::NAN; expected.len()];
            encoding.decode(&data, &mut found);
            for (e, (found, expected)) in found.iter().zip(&expected).enumerate() {
                assert_eq!(found.to_bits(), expected.to_bits(), "{encoding:?}, element {e}: {found} is not {expected}");
            }
        }
    }

    /// Each factor alone, made infinite or NaN in the last block, is found where it is; and the weights are not finite.
    #[test]
    fn a_factor_that_is_not_finite_is_found() {
        for encoding in Encoding::ALL {
            let good: Vec<u8> = npy(&format!("{encoding:?}.npy"));
            let (weights, bytes) = encoding.block();
            assert_eq!(encoding.first_not_finite(&good), None);
            for &at in encoding.factors() {
                for bad in [f16::INFINITY, f16::NEG_INFINITY, f16::NAN] {
                    let mut data = good.clone();
                    let place = data.len() - bytes + at;
                    data[place..place + 2].copy_from_slice(&bad.to_le_bytes());
                    let found = encoding.first_not_finite(&data).unwrap();
                    assert_eq!((found.0, found.1.to_bits()), (place, bad.to_f32().to_bits()), "{encoding:?}");
                    let mut out = vec![0.0; data.len() / bytes * weights];
                    encoding.decode(&data, &mut out);
                    assert!(out.iter().any(|value| !value.is_finite()), "{encoding:?}: byte {at} is no factor");
                }
            }
        }
    }

    /// The largest factors and codes stay finite, which `factors` relies on.
    #[test]
    fn finite_factors_make_finite_weights() {
        for encoding in Encoding::ALL {
            let (weights, bytes) = encoding.block();
            for fill in [0u8, 0x7f, 0x80, 0xff] {
                let mut block = vec![fill; bytes];
                for &at in encoding.factors() {
                    block[at..at + 2].copy_from_slice(&f16::MAX.to_le_bytes());
                }
                let mut out = vec![f32::NAN; weights];
                encoding.decode(&block, &mut out);
                assert!(out.iter().all(|value| value.is_finite()), "{encoding:?}");
            }
        }
    }
}
