//! Sends bytes on a serial line: a start bit (0), eight data bits, lowest first, a stop bit (1).
//!
//! ```text
//!  byte_i ──> [shift_q] ──> tx_o
//!  valid_i, ready_o: a byte is taken when both are set
//! ```
//! A bit lasts `divider_i` cycles. Between bytes the line is 1.

use super::DIVIDER_BITS;
use crate::lang::{BIT, Errors, Module, bits, cat, lit, mux, set, set_to, when};
use std::sync::Arc;

/// Bits of a byte on the line.
const LENGTH: usize = 10;

/// The transmitter.
///
/// # Errors
/// Structural mistakes, none.
pub fn uart_transmitter() -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_uart_transmitter", "Bytes to a serial line: start bit, eight bits, stop bit.");
    let rst = m.input("rst_i", BIT);
    let divider = m.input("divider_i", bits(DIVIDER_BITS));
    let valid = m.input("valid_i", BIT);
    let byte = m.input("byte_i", bits(8));
    let shift_q = m.reg("shift_q", bits(LENGTH));
    let left_q = m.reg("left_q", bits(4));
    let count_q = m.reg("count_q", divider.ty);

    let busy = m.name("busy", left_q.any());
    let take = m.name("take", valid & !&busy);
    let over = m.name("over", count_q.is(0));
    let next = mux(&take | &over, divider.back(1), count_q.back(1));
    m.on_clock([
        set(&count_q, next),
        when(
            &busy & &over,
            [set(&shift_q, cat([shift_q.slice(1, LENGTH - 1), lit(1, BIT)])), set(&left_q, left_q.back(1))],
        ),
        when(&take, [set(&shift_q, cat([lit(0, BIT), byte, lit(1, BIT)])), set_to(&left_q, LENGTH as i64)]),
        when(&rst, [set_to(&shift_q, (1 << LENGTH) - 1), set_to(&left_q, 0)]),
    ]);
    m.drive("ready_o", !busy);
    m.drive("tx_o", shift_q.bit(0));
    m.build()
}
