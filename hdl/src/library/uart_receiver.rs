//! Receives bytes from a serial line: a start bit (0), eight data bits, lowest first, a stop bit (1).
//!
//! ```text
//!              ┌──────────┐
//!      rst_i ─>│          │─> byte_o
//!  divider_i ─>│ receiver │─> valid_o
//!       rx_i ─>│          │
//!              └──────────┘
//!
//!  rx_i ──[q]──[line_q]──┬─ falling edge: begin, half a bit from here
//!                        └─ every bit ──> [shift_q] ──> byte_o, valid_o (one cycle)
//! ```
//! `valid_o` lasts one cycle and cannot be held back. It comes in the middle of the stop bit, two cycles after that reaches
//! the pin. A bit lasts `divider_i` cycles, at least 4. A start bit that is gone in its middle is noise; a byte without stop
//! bit is dropped.
//!
//! ```
//! use trine_hdl::lang::{Interpreter, Trace};
//! use trine_hdl::library::uart_receiver;
//! let mut receiver = Interpreter::new(&uart_receiver().unwrap()).unwrap();
//! let mut trace = Trace::of(&["rx_i", "sample", "valid_o"]);
//! receiver.set_all([("divider_i", 4), ("rx_i", 1), ("rst_i", 1)]);
//! receiver.clock();
//! receiver.set("rst_i", 0);
//! // Start bit, 0x5A from its lowest bit on, stop bit
//! for bit in [0, 0, 1, 0, 1, 1, 0, 1, 0, 1] {
//!     receiver.set("rx_i", bit);
//!     (0..4).for_each(|_| trace.cycle(&mut receiver));
//! }
//! assert_eq!(receiver.get("byte_o"), 0x5A);
//! assert_eq!(trace.to_string(), "
//! cycle   0  1  2  3  4  5  6  7  8  9  10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39
//! rx_i    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▔▔▔▔▔▔▔▔▔▔▔▔▁▁▁▁▁▁▁▁▁▁▁▁▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▁▁▁▁▁▁▁▁▁▁▁▁▔▔▔▔▔▔▔▔▔▔▔▔▁▁▁▁▁▁▁▁▁▁▁▁▔▔▔▔▔▔▔▔▔▔▔▔
//! sample  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▔▔▔▁▁▁▁▁▁▁▁▁▔▔▔▁▁▁▁▁▁▁▁▁▔▔▔▁▁▁▁▁▁▁▁▁▔▔▔▁▁▁▁▁▁▁▁▁▔▔▔▁▁▁▁▁▁▁▁▁▔▔▔▁▁▁▁▁▁▁▁▁▔▔▔▁▁▁▁▁▁▁▁▁▔▔▔▁▁▁▁▁▁▁▁▁▔▔▔▁▁▁▁▁▁
//! valid_o ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
//! ");
//! ```

use crate::interface;
use crate::lang::{BIT, Errors, Module, bits, cat, if_else, mux, set, set_to, when};
use std::sync::Arc;

/// Bits of a divider.
pub const DIVIDER_BITS: usize = 16;

interface! {
    /// Ports of a [`uart_receiver()`].
    pub struct UartReceiverPorts() {
        /// Synchronous reset.
        input rst: BIT,
        /// Clock cycles of a bit, at least 4.
        input divider: bits(DIVIDER_BITS),
        /// Serial line; needs no relation to the clock.
        input rx: BIT,
        /// The byte received last.
        output byte: bits(8),
        /// A byte has been received, for one cycle.
        output valid: BIT,
    }
}

/// The receiver.
///
/// # Errors
/// Structural mistakes, none.
pub fn uart_receiver() -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_uart_receiver", "Bytes from a serial line: start bit, eight bits, stop bit.");
    let io = UartReceiverPorts::declare(&mut m);
    let divider = &io.divider;
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
            &io.rst,
            [set_to(&meta_q, 1), set_to(&line_q, 1), set_to(&before_q, 1), set_to(&run_q, 0)],
            [
                set(&meta_q, &io.rx),
                set(&line_q, &meta_q),
                set(&before_q, &line_q),
                set(&run_q, &falls | (&run_q & !end)),
            ],
        ),
    ]);
    m.unused([divider.bit(0)]);
    m.assign(&io.byte, shift_q.slice(2, 8));
    m.assign(&io.valid, sample & stop & line_q);
    m.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Interpreter;

    /// Bytes that arrive from a line with these levels, each for `cycles` cycles.
    fn received(receiver: &mut Interpreter, cycles: usize, levels: &[i64]) -> Vec<i64> {
        let mut bytes = vec![];
        for level in levels {
            receiver.set("rx_i", *level);
            for _ in 0..cycles {
                if receiver.get("valid_o") == 1 {
                    bytes.push(receiver.get("byte_o"));
                }
                receiver.clock();
            }
        }
        bytes
    }

    fn frame(byte: i64, stop: i64) -> Vec<i64> {
        [0].into_iter().chain((0..8).map(|bit| byte >> bit & 1)).chain([stop, 1, 1]).collect()
    }

    fn reset(divider: i64) -> Interpreter {
        let mut receiver = Interpreter::new(&uart_receiver().unwrap()).unwrap();
        receiver.set_all([("divider_i", divider), ("rst_i", 1), ("rx_i", 1)]);
        receiver.clock();
        receiver.set("rst_i", 0);
        receiver
    }

    #[test]
    fn every_byte_arrives() {
        for (divider, step) in [(4, 1), (5, 9), (9, 9)] {
            let mut receiver = reset(divider);
            for byte in (0..256).step_by(step) {
                assert_eq!(received(&mut receiver, divider as usize, &frame(byte, 1)), [byte], "divider {divider}");
            }
        }
    }

    #[test]
    fn a_byte_without_stop_bit_and_short_noise_are_dropped() {
        let mut receiver = reset(8);
        assert_eq!(received(&mut receiver, 8, &frame(0x55, 0)), [0; 0]);
        assert_eq!(received(&mut receiver, 2, &[0, 1, 1, 1, 1, 1, 1, 1]), [0; 0]);
        assert_eq!(received(&mut receiver, 8, &frame(0x55, 1)), [0x55]);
    }
}
