//! Any module behind three pins, so that it can be placed and routed on a device with fewer pins than it has ports.
//!
//! ```text
//!  data_i ──>[ q ]─>[ q ]─> … ─>[ q ]        one register an input bit
//!              v      v           v
//!            inputs of the module
//!            outputs of the module
//!              v      v           v
//!            [xor]─>[xor]─> … ─>[xor]──> data_o    one register and one xor an output bit
//! ```
//! No handshake: a bit enters and a bit leaves each cycle. Every input bit comes from a register that cannot be known in advance, and every output bit changes what leaves, so
//! that tools keep all of the module. Paths into and out of the module start and end at registers, and no signal goes to
//! more than two of them: the wrapper does not limit the clock.
//!
//! ```
//! use trine_hdl::lang::{Interpreter, Module, bits};
//! use trine_hdl::library::narrow;
//! let mut m = Module::new("inverter", "y_o = ~x_i");
//! let x = m.input("x_i", bits(2));
//! m.drive("y_o", !x);
//! let mut narrow = Interpreter::new(&narrow(&m.build().unwrap()).unwrap()).unwrap();
//! narrow.set("data_i", 1);
//! (0..2).for_each(|_| narrow.clock());
//! assert_eq!((narrow.get("unit.x_i"), narrow.get("unit.y_o")), (3, 0));
//! ```

use crate::lang::{BIT, Errors, Expr, Kind, Module, bits, cat, set};
use std::sync::Arc;

/// Name of the instance inside the wrapper.
pub const INSTANCE: &str = "unit";

/// `inner` with its clock, one serial input and one serial output.
///
/// # Errors
/// [`Errors`] when `inner` has no inputs or no outputs.
pub fn narrow(inner: &Arc<Module>) -> Result<Arc<Module>, Errors> {
    let ports = |kind| inner.decls.iter().filter(move |d| d.kind == kind);
    let width = |kind| ports(kind).map(|d| d.ty.width).sum();
    let mut m = Module::new(
        "trine_narrow",
        format!("{} behind few pins: inputs from a shift register, outputs folded into one.", inner.name),
    );
    m.clock = inner.clock.clone();
    let data = m.input("data_i", BIT);
    m.describe(&data, "The next input bit.");
    let in_q = m.reg("in_q", bits(width(Kind::Input)));
    let out_q = m.reg("out_q", bits(width(Kind::Output)));
    m.on_clock([set(&in_q, shifted(&in_q, data))]);

    let mut low = 0;
    let mut pins: Vec<(&str, Expr)> = vec![];
    for d in ports(Kind::Input) {
        let field = in_q.slice(low, d.ty.width);
        pins.push((&d.name, if d.ty.signed { field.signed() } else { field }));
        low += d.ty.width;
    }
    let pins: Vec<(&str, &Expr)> = pins.iter().map(|(port, value)| (*port, value)).collect();
    let unit = m.instance(INSTANCE, inner, &pins);
    let outputs: Vec<Expr> = ports(Kind::Output).map(|d| unit[d.name.as_str()].clone().unsigned()).collect();
    let zero = crate::lang::lit(0, BIT);
    m.on_clock([set(&out_q, shifted(&out_q, zero) ^ cat(outputs))]);
    let folded = m.drive("data_o", out_q.slice(out_q.ty.width - 1, 1));
    m.describe(&folded, "Output bits, folded into one.");
    m.build()
}

/// `register` moved up by one bit, `bit` entering below.
fn shifted(register: &Expr, bit: Expr) -> Expr {
    match register.ty.width {
        1 => bit,
        width => cat(vec![bit, register.slice(0, width - 1)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Interpreter, int};
    use crate::random::Random;

    /// The shift register and the fold, against a list of bits.
    #[test]
    fn bits_go_in_and_come_out_in_order() {
        let mut m = Module::new("sum", "sum_o = a_i + b_i");
        let (a, b) = (m.input("a_i", int(3)), m.input("b_i", int(3)));
        m.drive("sum_o", &a + &b);
        let mut narrow = Interpreter::new(&narrow(&m.build().unwrap()).unwrap()).unwrap();
        let (mut random, mut inside, mut folded) = (Random(1), 0i64, 0i64);
        for cycle in 0..200 {
            let bit = random.below(2) as i64;
            narrow.set("data_i", bit);
            assert_eq!(narrow.get("data_o"), folded >> 3 & 1, "cycle {cycle}");
            let signed = |value: i64| value << 61 >> 61;
            let sum = signed(inside & 7) + signed(inside >> 3 & 7);
            assert_eq!(narrow.get("unit.sum_o"), sum, "cycle {cycle}");
            folded = (folded << 1 ^ sum) & 15;
            inside = (inside << 1 | bit) & 63;
            narrow.clock();
        }
    }
}
