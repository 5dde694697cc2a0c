//! Receives bytes from a serial line: a start bit (0), eight data bits, lowest first, a stop bit (1).
//!
//! ```text
//!  rx_i ──[q]──[line_q]──┬─ falling edge: begin, half a bit from here
//!                        └─ every bit ──> [shift_q] ──> byte_o, valid_o (one cycle)
//! ```
//! A bit lasts `divider_i` cycles, at least 4. A start bit that is gone in its middle is noise; a byte without stop bit is
//! dropped.

use crate::lang::{BIT, Errors, Module, bits, cat, if_else, mux, set, set_to, when};
use std::sync::Arc;

/// Bits of a divider.
pub const DIVIDER_BITS: usize = 16;

/// The receiver.
///
/// # Errors
/// Structural mistakes, none.
pub fn uart_receiver() -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_uart_receiver", "Bytes from a serial line: start bit, eight bits, stop bit.");
    let rst = m.input("rst_i", BIT);
    let divider = m.input("divider_i", bits(DIVIDER_BITS));
    let rx = m.input("rx_i", BIT);
    let meta_q = m.reg("meta_q", BIT);
    let line_q = m.reg("line_q", BIT);
    let before_q = m.reg("before_q", BIT);
    let run_q = m.reg("run_q", BIT);
    let first_q = m.reg("first_q", BIT);
    let count_q = m.reg("count_q", divider.ty);
    // A one runs through ahead of the bits; when it is at the end, the next bit is the stop bit.
    let shift_q = m.reg("shift_q", bits(10));

    let falls = m.name("falls", &before_q & !(&line_q | &run_q));
    let sample = m.name("sample", &run_q & count_q.is(0));
    let stop = m.name("stop", shift_q.bit(0));
    let end = m.name("end_of_byte", &sample & (&stop | (&first_q & &line_q)));
    let half = cat([divider.slice(1, DIVIDER_BITS - 1), crate::lang::lit(0, BIT)]);
    m.on_clock([
        set(&count_q, mux(&falls, half, mux(&sample, divider.back(1), count_q.back(1)))),
        when(&sample, [set(&shift_q, cat([shift_q.slice(1, 9), line_q.clone()]))]),
        when(&falls, [set_to(&shift_q, 1 << 9)]),
        set(&first_q, &falls | (&first_q & !&sample)),
        if_else(
            &rst,
            [set_to(&meta_q, 1), set_to(&line_q, 1), set_to(&before_q, 1), set_to(&run_q, 0)],
            [set(&meta_q, rx), set(&line_q, &meta_q), set(&before_q, &line_q), set(&run_q, &falls | (&run_q & !end))],
        ),
    ]);
    m.unused([divider.bit(0)]);
    m.drive("byte_o", shift_q.slice(2, 8));
    m.drive("valid_o", sample & stop & line_q);
    m.build()
}
