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
//! Every input bit comes from a register that cannot be known in advance, and every output bit changes what leaves, so
//! that tools keep all of the module. Paths into and out of the module start and end at registers, and no signal goes to
//! more than two of them: the wrapper does not limit the clock.

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
    m.drive("data_o", out_q.slice(out_q.ty.width - 1, 1));
    m.build()
}

/// `register` moved up by one bit, `bit` entering below.
fn shifted(register: &Expr, bit: Expr) -> Expr {
    match register.ty.width {
        1 => bit,
        width => cat(vec![bit, register.slice(0, width - 1)]),
    }
}
