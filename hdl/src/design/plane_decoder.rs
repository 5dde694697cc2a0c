//! Trits out of up to eight bytes at once: [`super::trit_decoder`] on words, with each signal of it a bit of every byte.
//!
//! ```text
//!  bytes_i ─ bit k of every byte, as a word ─ logic of the decoder, on words ─ trit t of every byte ─┬─> nonzero_o
//!                                                                                                    └─> negative_o
//! ```
//! `nonzero_o` and `negative_o` are planes with one bit a trit, trit 0 of byte 0 lowest; `illegal_o` says that any byte is
//! no code. Combinational. Where a processor simulates, eight bytes cost what one does.

use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, bits, cat, lit};
use std::sync::Arc;
use trine_spec::WeightCode::Base3;

/// Bytes that are decoded at once.
const BYTES: usize = 8;

/// Comment of a port that carries a tile in planes.
pub(super) const TILE: &str =
    "Plane of the trits of a tile that are not zero, column by column, and above it that of the negative ones.";

/// Comment of a port that carries a beat in planes.
pub(super) const BEAT: &str = "Plane of the trits of a beat that are not zero, and above it that of the negative ones.";

interface! {
    /// Ports of the decoder.
    pub(super) struct PlaneDecoderPorts(count: usize) {
        /// Packed bytes.
        input bytes: bits(8 * count),
        /// Trits that are not zero.
        output nonzero: bits(Base3.trits_per_byte() * count),
        /// Trits that are negative.
        output negative: bits(Base3.trits_per_byte() * count),
        /// A byte is no code.
        output illegal: BIT,
    }
}

/// The decoder of `count` bytes, 1 to 8.
///
/// # Errors
/// None: its structure is fixed.
pub fn plane_decoder(count: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new(format!("trine_plane_decoder_{count}"), format!("Trits out of {count} bytes, as planes."));
    let io = PlaneDecoderPorts::declare(&mut m, count);
    // The lowest bit of every byte; a signal of the decoder stands there.
    let width = 8 * (count - 1) + 1;
    let lowest = lit((0..count).fold(0, |mask, i| mask | 1 << (8 * i)), bits(width));
    let bit: Vec<Expr> = (0..8).map(|k| m.name(&format!("bit_{k}"), io.bytes.slice(k, width) & &lowest)).collect();
    let mut choose =
        |name: &str, when: &Expr, then: &Expr, otherwise: &Expr| m.name(name, (when & then) | (!when & otherwise));
    let escape = &bit[3] & &bit[4] & &bit[7];
    let pair = [0, 1, 2].map(|i| choose(&format!("pair_{i}"), &escape, &bit[i], &bit[5 + i]));
    let single = [0, 1].map(|i| choose(&format!("single_{i}"), &escape, &bit[5 + i], &bit[3 + i]));
    let escape_top = &single[0] & &single[1];
    let digit = [0, 1].map(|i| choose(&format!("digit_{i}"), &escape_top, &pair[i], &single[i]));
    let low = pair_planes([&bit[0], &bit[1], &bit[2]]);
    let top = pair_planes([&pair[0], &pair[1], &pair[2]]);
    // All ones is the pair of -1 and -1.
    let trits = [
        low[1].each(|plane| plane | &escape),
        low[0].each(|plane| plane | &escape),
        top[1].each(|plane| plane | &escape_top),
        top[0].each(|plane| plane | &escape_top),
        Planes { nonzero: &digit[0] | &digit[1], negative: digit[1].clone() },
    ];
    for (port, name, planes) in [
        (&io.nonzero, "nonzero", trits.each_ref().map(|trit| trit.nonzero.clone())),
        (&io.negative, "negative", trits.each_ref().map(|trit| trit.negative.clone())),
    ] {
        let at = |(t, plane)| if t == 0 { plane } else { cat([lit(0, bits(t)), plane]) };
        let spread = planes.into_iter().enumerate().map(at);
        let spread = spread.reduce(|all, plane| all | plane).expect("a byte has trits");
        let plane = gathered(&mut m, name, spread, count);
        m.assign(port, plane);
    }
    let illegal = &escape_top & (&pair[2] | (&pair[0] & &pair[1]));
    let illegal = m.name("illegal", illegal);
    m.assign(&io.illegal, illegal.any());
    m.build()
}

/// Planes of the trits of a beat, one above the other, and marks of the illegal codes, one for every decoder.
///
/// # Errors
/// None: see [`plane_decoder`].
pub(super) fn decode(m: &mut Module, data: &Expr) -> Result<(Expr, Expr), Errors> {
    let bytes = data.ty.width / 8;
    let whole = BYTES.min(bytes);
    let modules = [plane_decoder(whole)?, plane_decoder((bytes % whole).max(1))?];
    let (mut nonzero, mut negative, mut illegal) = (vec![], vec![], vec![]);
    for (i, low) in (0..bytes).step_by(whole).enumerate() {
        let count = whole.min(bytes - low);
        let decoder: PlaneDecoderPorts = m.place(&format!("decoder_{i}"), &modules[usize::from(count < whole)]);
        m.assign(&decoder.bytes, data.slice(8 * low, 8 * count));
        nonzero.push(decoder.nonzero);
        negative.push(decoder.negative);
        illegal.push(decoder.illegal);
    }
    Ok((m.name("codes", cat(nonzero.into_iter().chain(negative))), m.name("illegal", cat(illegal))))
}

/// The trits of `count` bytes side by side, from `spread` with a byte between the first ones of neighbours: twos are joined, then fours,
/// then eights.
fn gathered(m: &mut Module, name: &str, spread: Expr, count: usize) -> Expr {
    let width = spread.ty.width;
    let (mut value, mut field, mut pitch) = (m.name(name, spread), Base3.trits_per_byte(), 8);
    while pitch < 8 * count {
        let fields = (0..width).filter(|bit| bit % (2 * pitch) < field).fold(0, |mask, bit| mask | 1i64 << bit);
        let (gap, low) = (pitch - field, width - (pitch - field));
        let moved = value.slice(gap, low) & lit(fields << field & ((1 << low) - 1), bits(low));
        value = m.name(&format!("{name}_{}", pitch / 4), (&value & lit(fields, bits(width))) | moved);
        (field, pitch) = (2 * field, 2 * pitch);
    }
    let trits = Base3.trits_per_byte() * count;
    if width > trits {
        m.unused([value.slice(trits, width - trits)]);
    }
    value.slice(0, trits)
}

/// One trit of every byte.
struct Planes {
    nonzero: Expr,
    negative: Expr,
}

impl Planes {
    fn each(&self, change: impl Fn(&Expr) -> Expr) -> Planes {
        Planes { nonzero: change(&self.nonzero), negative: change(&self.negative) }
    }
}

/// Both elements of the pair with the number of these three bits: its quotient and rest by 3.
fn pair_planes([v0, v1, v2]: [&Expr; 3]) -> [Planes; 2] {
    let differ = v0 ^ v1;
    let second = &differ & (v1 ^ v2);
    [
        Planes { nonzero: v2 | (v0 & v1), negative: v1 & v2 },
        Planes { nonzero: (differ ^ v2) | &second, negative: second },
    ]
}

#[cfg(test)]
mod tests {
    use super::{BYTES, plane_decoder};
    use crate::lang::Interpreter;
    use trine_spec::packing::base3_decode;

    /// Every byte at every place, between bytes of zeros.
    #[test]
    fn every_byte_is_decoded_as_the_packing_says() {
        for count in [1, 3, BYTES] {
            let mut decoder = Interpreter::new(&plane_decoder(count).unwrap()).unwrap();
            for (byte, place) in (0..=255u8).flat_map(|byte| (0..count).map(move |place| (byte, place))) {
                decoder.set("bytes_i", u64::from(byte) << (8 * place));
                let trits = base3_decode(byte);
                assert_eq!(decoder.get("illegal_o") == 1, trits.is_none(), "{byte:#x}");
                let Some(trits) = trits else { continue };
                let plane = |of: fn(i8) -> bool| {
                    let bits = trits.iter().enumerate().map(|(t, trit)| i64::from(of(*trit)) << t);
                    bits.sum::<i64>() << (5 * place)
                };
                assert_eq!(decoder.get("nonzero_o"), plane(|trit| trit != 0), "{byte:#x} at {place}");
                assert_eq!(decoder.get("negative_o"), plane(|trit| trit < 0), "{byte:#x} at {place}");
            }
        }
    }
}
