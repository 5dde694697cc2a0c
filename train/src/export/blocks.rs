//! The ternary blocks of GGUF, 256 weights each.
//!
//! | type | bytes | element |
//! |---|---|---|
//! | TQ1_0 | 54: `qs[48] qh[4] d` | 0-159 in `qs[e % 32]`, digit `e / 32`; 160-239 in `qs[32 + e % 16]`; 240-255 in `qh[e % 4]` |
//! | TQ2_0 | 66: `qs[64] d` | `128h + 32g + j` in `qs[32h + j]`, bits `2g..2g+1` |
//!
//! The code is trit + 1. TQ1_0 keeps five digits `v` in base 3, the first the highest, as `ceil(256 v / 243)`; its `qh`
//! hold four digits and a zero. `d`, an f16, is 1: the linear's scale is a tensor of its own, in f32.

use half::f16;
use serde::{Deserialize, Serialize};

/// Which block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockKind {
    /// 1.69 bits a weight.
    #[serde(rename = "tq1_0")]
    Tq1_0,
    /// 2.06 bits a weight.
    #[serde(rename = "tq2_0")]
    Tq2_0,
}

/// Weights in a block.
pub(super) const BLOCK: usize = 256;

impl BlockKind {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tq1_0 => "tq1_0",
            Self::Tq2_0 => "tq2_0",
        }
    }

    /// llama.cpp's number for a file whose weights are mostly of this type.
    pub(super) fn file_type(self) -> u32 {
        match self {
            Self::Tq1_0 => 36,
            Self::Tq2_0 => 37,
        }
    }

    /// GGUF's number.
    pub(super) fn id(self) -> u32 {
        match self {
            Self::Tq1_0 => 34,
            Self::Tq2_0 => 35,
        }
    }

    /// Encodes trits, a multiple of 256 of them.
    pub(super) fn encode(self, trits: &[f32]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for block in trits.chunks_exact(BLOCK) {
            let code = |e: usize| (block[e] + 1.0) as u8;
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
