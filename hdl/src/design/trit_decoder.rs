//! Five trits out of a byte: the nested-escape code of [`trine_spec::packing`], combinational.
//!
//! ```text
//!  byte = P[2:0] Q[1:0] B[2:0]
//!  escape = Q == 3 & P[2]     p = escape ? B : P     q = escape ? P[1:0] : Q     top = q == 3
//!  trit 4 = top ? p[1:0] : q     trits 3, 2 = top ? (-1, -1) : pair(p)     trits 1, 0 = escape ? (-1, -1) : pair(B)
//!  illegal = top & (p[2] | p[1:0] == 3)
//! ```
//! `codes_o` holds two-bit codes, trit 0 lowest.

use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, bits, cat, lit, mux};
use std::sync::Arc;
use trine_spec::packing::{PAIRS, two_bit};

interface! {
    /// Ports of the decoder.
    pub(super) struct TritDecoderPorts() {
        /// Packed byte.
        input byte: bits(8),
        /// Two-bit codes of five trits, trit 0 lowest.
        output codes: bits(10),
        /// The byte is no code.
        output illegal: BIT,
    }
}

/// The decoder.
///
/// # Errors
/// None: its structure is fixed.
pub fn trit_decoder() -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_trit_decoder", "Five trits out of a byte.");
    let io = TritDecoderPorts::declare(&mut m);
    let byte = &io.byte;
    let (low, mid, top) = (byte.slice(0, 3), byte.slice(3, 2), byte.slice(5, 3));
    let escape = m.name("escape", mid.all() & byte.bit(7));
    let pair = m.name("pair", mux(&escape, &low, top));
    let single = m.name("single", mux(&escape, byte.slice(5, 2), mid));
    let escape_top = m.name("escape_top", single.all());
    let digit = m.name("digit", mux(&escape_top, pair.slice(0, 2), &single));
    // digit 0, 1, 2 is code 00, 01, 11
    let fifth = cat([digit.bit(0) | digit.bit(1), digit.bit(1)]);
    let low = m.name("low", low);
    let pair_codes_top = m.name("pair_codes", pair_codes(&pair));
    let pair_codes_low = m.name("low_codes", pair_codes(&low));
    // All ones is the pair of -1 and -1.
    let first = escape_top.repeat(4) | pair_codes_top;
    let second = escape.repeat(4) | pair_codes_low;
    m.assign(&io.codes, cat([second, first, fifth]));
    m.assign(&io.illegal, escape_top & (pair.bit(2) | pair.slice(0, 2).all()));
    m.build()
}

/// The two codes of pair number `v`, second element lowest.
fn pair_codes(v: &Expr) -> Expr {
    let code = |digit: u8| i64::from(two_bit(if digit == 2 { -1 } else { digit as i8 }));
    let entry = |i: usize| lit(code(PAIRS[i][1]) | code(PAIRS[i][0]) << 2, bits(4));
    (0..7).rev().fold(entry(7), |rest, i| mux(v.is(i as i64), entry(i), rest))
}

#[cfg(test)]
mod tests {
    use super::trit_decoder;
    use crate::lang::Interpreter;
    use trine_spec::packing::{base3_decode, two_bit};

    #[test]
    fn every_byte_is_decoded_as_the_packing_says() {
        let mut decoder = Interpreter::new(&trit_decoder().unwrap()).unwrap();
        for byte in 0..=255u8 {
            decoder.set("byte_i", byte);
            let trits = base3_decode(byte);
            assert_eq!(decoder.get("illegal_o") == 1, trits.is_none(), "{byte:#x}");
            if let Some(trits) = trits {
                let codes: i64 = (0..5).map(|i| i64::from(two_bit(trits[i])) << (2 * i)).sum();
                assert_eq!(decoder.get("codes_o"), codes, "{byte:#x}");
            }
        }
    }
}
