//! Trit codes, lane order and beat layout: the bits on the streams.
//!
//! A tile holds `lanes * columns` trits, trit `column * lanes + lane`. Weight beats carry them in that order; the last
//! beat of a tile is padded with zero trits. An activation beat is one byte a lane (two's complement, lane 0 lowest),
//! a result beat one little-endian int32 a column (column 0 lowest).
//!
//! | order on | from outermost to innermost |
//! |---|---|
//! | `s_axis_wgt` | column block, lane chunk, beat of the tile |
//! | `s_axis_act` | lane chunk, token |
//! | `m_axis_res` | column block, token |
//!
//! A unit with [windows](crate::registers::WINDOWS) has the same beats in 32-bit words, [`words`] a beat, lowest bits
//! first; bits beyond the beat are ignored. Example, a beat of 56 bits from byte 0 on: `01 02 03 04 05 06 07` is the word
//! `0x0403_0201`, then `0x--07_0605`. A host that does one thing at a time writes all activations, then for each column
//! block its weights, and reads that block's results before it writes the next weights.

use crate::{Config, WeightCode};

/// Bytes of a window of weight beats in memory: the beats of a burst on all ports. Weights of units with several ports begin at a
/// multiple of it, at most 4 KiB.
pub const fn window_bytes(c: &Config) -> u64 {
    (c.burst_beats() * c.weight_bus() / 8) as u64
}

/// Address in memory of the byte `at` of the weight stream of a unit of configuration `c`, both from 0 on.
///
/// With one port they are the same. With several the ports take turns: a window of the stream is as many windows in memory
/// as there are ports, and the n-th of them holds the n-th part of every beat, lowest first. So every port reads bytes that follow each
/// other, and a window of the stream fills the same bytes of memory.
///
/// ```
/// use trine_spec::{Config, Weights, packing::place};
/// let c = Config::sized(8, 8).weights(Weights::Memory).weight_bus(32).weight_ports(2).burst_beats(16).build()?;
/// // Two bytes of a beat for each port, 16 beats a burst.
/// assert_eq!([0, 1, 2, 3, 4, 63, 64].map(|at| place(&c, at)), [0, 1, 32, 33, 2, 63, 64]);
/// # Ok::<(), trine_spec::ConfigError>(())
/// ```
pub const fn place(c: &Config, at: u64) -> u64 {
    let (beat, port) = (c.weight_bus() as u64 / 8, c.port_bus() as u64 / 8);
    let (window, within) = (at / window_bytes(c), at % window_bytes(c));
    let (number, byte) = (within / beat, within % beat);
    window * window_bytes(c) + byte / port * (window_bytes(c) / c.weight_ports() as u64) + number * port + byte % port
}

/// Weight beats as they lie in memory from a multiple of [`window_bytes`] on; of several ports in whole windows, which zeros fill.
pub fn interleave(c: &Config, beats: &[u8]) -> Vec<u8> {
    if c.weight_ports() == 1 {
        return beats.to_vec();
    }
    let mut bytes = vec![0; beats.len().next_multiple_of(window_bytes(c) as usize)];
    let port = c.port_bus() / 8;
    for (at, part) in beats.chunks(port).enumerate() {
        bytes[place(c, (at * port) as u64) as usize..][..part.len()].copy_from_slice(part);
    }
    bytes
}

/// Words that carry a beat of `bus` bits through a window.
pub const fn words(bus: usize) -> usize {
    bus.div_ceil(32)
}

/// The two-bit code of a trit: `00` is 0, `01` is +1, `11` is -1 (bit 0: not zero, bit 1: negative); `10` is illegal.
///
/// # Panics
/// When `trit` is not -1, 0 or 1.
pub const fn two_bit(trit: i8) -> u8 {
    match trit {
        0 => 0b00,
        1 => 0b01,
        -1 => 0b11,
        _ => panic!("not a trit"),
    }
}

/// The trit of a two-bit code; `None` for the illegal `10`.
pub const fn from_two_bit(code: u8) -> Option<i8> {
    match code {
        0b00 => Some(0),
        0b01 => Some(1),
        0b11 => Some(-1),
        _ => None,
    }
}

/// The nine pairs of {0, 1, 2} without (2, 2), indexed by three bits; 2 means -1. First element first.
pub const PAIRS: [[u8; 2]; 8] = [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2], [2, 0], [2, 1]];

/// Decodes a byte of the nested-escape code into five trits in stream order; `None` for the 13 illegal bytes.
///
/// The byte is `P[2:0] Q[1:0] B[2:0]` from the top. Two pairs and one single trit are coded; the pair (-1, -1), which
/// [`PAIRS`] leaves out, is an escape that borrows bits of its neighbours, so that a decoder takes 18 four-input LUTs
/// where the plain base-3 number takes 255.
pub const fn base3_decode(byte: u8) -> Option<[i8; 5]> {
    let (top, mid, low) = (byte >> 5, byte >> 3 & 3, byte & 7);
    let escaped_low = mid == 3 && top & 4 != 0;
    let pair = if escaped_low { low } else { top };
    let single = if escaped_low { top & 3 } else { mid };
    let escaped_top = single == 3;
    if escaped_top && (pair & 4 != 0 || pair & 3 == 3) {
        return None;
    }
    let third = if escaped_top { pair & 3 } else { single };
    let first = if escaped_top { [2, 2] } else { PAIRS[pair as usize] };
    let second = if escaped_low { [2, 2] } else { PAIRS[low as usize] };
    Some([trit(second[1]), trit(second[0]), trit(first[1]), trit(first[0]), trit(third)])
}

const fn trit(digit: u8) -> i8 {
    if digit == 2 { -1 } else { digit as i8 }
}

/// Bytes of the nested-escape code, indexed by the base-3 number `sum (t_i mod 3) * 3^i`: the inverse of
/// [`base3_decode`].
pub const BASE3: [u8; 243] = {
    let mut table = [0; 243];
    let mut byte = 0;
    while byte < 256 {
        if let Some(trits) = base3_decode(byte as u8) {
            table[base3_index(&trits)] = byte as u8;
        }
        byte += 1;
    }
    table
};

const fn base3_index(trits: &[i8]) -> usize {
    let (mut index, mut i) = (0, trits.len());
    while i > 0 {
        i -= 1;
        index = 3 * index + if trits[i] < 0 { 2 } else { trits[i] as usize };
    }
    index
}

/// [`BASE3`] again, indexed by five trits of two bits each, the lowest bits of their two's complement.
const BASE3_OF_BITS: [u8; 1024] = {
    let mut table = [0; 1024];
    let mut bits = 0;
    while bits < table.len() {
        let (mut index, mut power, mut i) = (0, 1, 0);
        while i < 5 {
            // -1 ends in 11; 10 is no trit, and what it would be is never asked for.
            index += power * [0, 1, 0, 2][bits >> (2 * i) & 3];
            (power, i) = (3 * power, i + 1);
        }
        table[bits] = BASE3[index];
        bits += 1;
    }
    table
};

/// Packs trits in stream order, as [`pack_byte`] does byte by byte, and appends them to `out`; the last byte is filled
/// with zeros. What is not -1, 0 or 1 is for the caller to keep out.
pub fn pack(code: WeightCode, trits: &[i8], out: &mut Vec<u8>) {
    debug_assert!(trits.iter().all(|t| (-1..=1).contains(t)), "not trits");
    let bits = |trit: i8| usize::from(trit as u8 & 3);
    match code {
        WeightCode::Base3 => {
            let (whole, rest) = trits.as_chunks::<5>();
            out.extend(whole.iter().map(|&[a, b, c, d, e]| {
                BASE3_OF_BITS[bits(a) | bits(b) << 2 | bits(c) << 4 | bits(d) << 6 | bits(e) << 8]
            }));
            out.extend((!rest.is_empty()).then(|| pack_byte(code, rest)));
        }
        WeightCode::TwoBit => out.extend(trits.chunks(4).map(|trits| pack_byte(code, trits))),
    }
}

/// Packs up to [`WeightCode::trits_per_byte`] trits into a byte; missing ones are zero.
///
/// # Panics
/// When there are more, or one is not -1, 0 or 1.
pub fn pack_byte(code: WeightCode, trits: &[i8]) -> u8 {
    assert!(trits.len() <= code.trits_per_byte() && trits.iter().all(|t| (-1..=1).contains(t)), "not trits: {trits:?}");
    match code {
        WeightCode::Base3 => BASE3[base3_index(trits)],
        WeightCode::TwoBit => trits.iter().enumerate().fold(0, |byte, (i, t)| byte | two_bit(*t) << (2 * i)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    #[allow(clippy::unusual_byte_groupings, reason = "grouped by field")]
    fn two_bit_codes_by_hand() {
        assert_eq!(pack_byte(WeightCode::TwoBit, &[1, -1, 0, 1]), 0b01_00_11_01);
        assert_eq!(pack_byte(WeightCode::TwoBit, &[-1]), 0b11);
        assert_eq!([0, 1, 2, 3].map(from_two_bit), [Some(0), Some(1), None, Some(-1)]);
    }

    #[test]
    #[allow(clippy::unusual_byte_groupings, reason = "grouped by field")]
    fn base3_codes_by_hand() {
        // P = pair(t3, t2), Q = t4, B = pair(t1, t0)
        assert_eq!(pack_byte(WeightCode::Base3, &[0; 5]), 0b000_00_000);
        assert_eq!(pack_byte(WeightCode::Base3, &[1, 0, 0, 0, 0]), 0b000_00_001);
        assert_eq!(pack_byte(WeightCode::Base3, &[0, 0, 0, 1, -1]), 0b011_10_000);
        // second pair (-1, -1): Q = 3, P = 1 then the single, B takes the first pair
        assert_eq!(pack_byte(WeightCode::Base3, &[-1, -1, 1, 0, 1]), 0b101_11_001);
        // first pair (-1, -1): Q = 3, P carries the single
        assert_eq!(pack_byte(WeightCode::Base3, &[0, 1, -1, -1, -1]), 0b010_11_011);
        assert_eq!(pack_byte(WeightCode::Base3, &[-1; 5]), 0b111_11_010);
    }

    #[test]
    fn many_trits_are_packed_like_few() {
        let trits: Vec<i8> = (0..243).flat_map(|n| [1, 3, 9, 27, 81].map(|power| (n / power % 3) as i8 - 1)).collect();
        for code in [WeightCode::Base3, WeightCode::TwoBit] {
            for length in (0..12).chain([trits.len()]) {
                let expected: Vec<u8> =
                    trits[..length].chunks(code.trits_per_byte()).map(|trits| pack_byte(code, trits)).collect();
                let mut packed = vec![];
                pack(code, &trits[..length], &mut packed);
                assert_eq!(packed, expected, "{length} trits");
            }
        }
    }

    #[test]
    fn words_of_a_beat() {
        assert_eq!([8, 32, 40, 64, 512, 520].map(words), [1, 1, 2, 2, 16, 17]);
    }

    #[test]
    fn base3_is_a_bijection_onto_243_with_13_illegal_bytes() {
        let decoded: Vec<[i8; 5]> = (0..=255).filter_map(base3_decode).collect();
        assert_eq!(decoded.len(), 243);
        assert_eq!(decoded.iter().collect::<HashSet<_>>().len(), 243);
        for trits in &decoded {
            assert_eq!(base3_decode(pack_byte(WeightCode::Base3, trits)).as_ref(), Some(trits));
        }
    }

    #[test]
    fn every_port_has_its_part_of_every_beat() {
        for (bus, ports, burst) in [(64, 1, 64), (64, 2, 64), (64, 8, 16), (512, 4, 64), (16, 2, 32)] {
            let sized = Config::sized(64, 20).weights(crate::Weights::Memory).weight_bus(bus);
            let c = sized.weight_ports(ports).burst_beats(burst).build().unwrap();
            let (beat, part) = (bus / 8, bus / 8 / ports);
            let beats: Vec<u8> = (0..150 * beat).map(|i| (i * 7 % 251) as u8).collect();
            let bytes = interleave(&c, &beats);
            for (number, expected) in beats.chunks(beat).enumerate() {
                let window = number / burst;
                let at = |port| ((window * ports + port) * burst + number % burst) * part;
                let found: Vec<u8> = (0..ports)
                    .flat_map(|port| bytes[if ports == 1 { number * beat } else { at(port) }..][..part].to_vec())
                    .collect();
                assert_eq!(found, expected, "beat {number} of {bus} bits on {ports} ports");
            }
        }
    }
}
