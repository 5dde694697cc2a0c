//! Sends bytes on a serial line: a start bit (0), eight data bits, lowest first, a stop bit (1).
//!
//! ```text
//!              ┌─────────────┐
//!      rst_i ─>│             │
//!  divider_i ─>│             │
//!    valid_i ─>│ transmitter │─> tx_o
//!     byte_i ─>│             │
//!    ready_o <─│             │
//!              └─────────────┘
//!
//!  byte_i ──> [shift_q] ──> tx_o
//! ```
//! A byte is taken in a cycle with `valid_i` and `ready_o`; the start bit follows in the next. A bit lasts `divider_i`
//! cycles. Between bytes the line is 1.
//!
//! ```
//! use trine_hdl::lang::{Interpreter, Trace};
//! use trine_hdl::library::uart_transmitter;
//! let mut transmitter = Interpreter::new(&uart_transmitter().unwrap()).unwrap();
//! let mut trace = Trace::of(&["valid_i", "ready_o", "tx_o"]);
//! transmitter.set_all([("divider_i", 2), ("byte_i", 0x5A), ("rst_i", 1)]);
//! transmitter.clock();
//! transmitter.set("rst_i", 0);
//! for valid in [0, 1].into_iter().chain([0; 23]) {
//!     transmitter.set("valid_i", valid);
//!     trace.cycle(&mut transmitter);
//! }
//! assert_eq!(trace.to_string(), "
//! cycle   0  1  2  3  4  5  6  7  8  9  10 11 12 13 14 15 16 17 18 19 20 21 22 23 24
//! valid_i ▁▁▁▔▔▔▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
//! ready_o ▔▔▔▔▔▔▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▔▔▔▔▔▔▔▔▔
//! tx_o    ▔▔▔▔▔▔▁▁▁▁▁▁▁▁▁▁▁▁▔▔▔▔▔▔▁▁▁▁▁▁▔▔▔▔▔▔▔▔▔▔▔▔▁▁▁▁▁▁▔▔▔▔▔▔▁▁▁▁▁▁▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔
//! ");
//! ```

use super::DIVIDER_BITS;
use crate::interface;
use crate::lang::{BIT, Errors, Module, bits, cat, lit, mux, set, set_to, when};
use std::sync::Arc;

/// Bits of a byte on the line.
const LENGTH: usize = 10;

interface! {
    /// Ports of a [`uart_transmitter()`].
    pub struct UartTransmitterPorts() {
        /// Synchronous reset.
        input rst: BIT,
        /// Clock cycles of a bit.
        input divider: bits(DIVIDER_BITS),
        /// Bytes to send
        sink bytes as "": Bytes::of() => Bytes,
        /// Serial line.
        output tx: BIT,
    }
}

interface! {
    /// A stream of bytes.
    pub struct Bytes() {
        /// A byte is offered; it holds until it is taken.
        output valid: BIT,
        /// The byte.
        output byte: bits(8),
        /// The byte is taken.
        input ready: BIT,
    }
}

/// The transmitter.
///
/// # Errors
/// Structural mistakes, none.
pub fn uart_transmitter() -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_uart_transmitter", "Bytes to a serial line: start bit, eight bits, stop bit.");
    let io = UartTransmitterPorts::declare(&mut m);
    let (divider, byte) = (&io.divider, io.bytes.byte.clone());
    let shift_q = m.reg("shift_q", bits(LENGTH));
    let left_q = m.reg("left_q", bits(4));
    let count_q = m.reg("count_q", divider.ty);

    let busy = m.name("busy", left_q.any());
    let take = m.name("take", &io.bytes.valid & !&busy);
    let over = m.name("over", count_q.is(0));
    let next = mux(&take | &over, divider.back(1), count_q.back(1));
    m.on_clock([
        set(&count_q, next),
        when(
            &busy & &over,
            [set(&shift_q, cat([shift_q.slice(1, LENGTH - 1), lit(1, BIT)])), set(&left_q, left_q.back(1))],
        ),
        when(&take, [set(&shift_q, cat([lit(0, BIT), byte, lit(1, BIT)])), set_to(&left_q, LENGTH as i64)]),
        when(&io.rst, [set_to(&shift_q, (1 << LENGTH) - 1), set_to(&left_q, 0)]),
    ]);
    m.assign(&io.bytes.ready, !busy);
    m.assign(&io.tx, shift_q.bit(0));
    m.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Interpreter;

    #[test]
    fn every_byte_is_framed_and_taken_once() {
        let divider = 3;
        let mut transmitter = Interpreter::new(&uart_transmitter().unwrap()).unwrap();
        transmitter.set_all([("divider_i", divider), ("rst_i", 1)]);
        transmitter.clock();
        transmitter.set_all([("rst_i", 0), ("valid_i", 1)]);
        for byte in 0..256 {
            transmitter.set("byte_i", byte);
            assert_eq!((transmitter.get("ready_o"), transmitter.get("tx_o")), (1, 1), "byte {byte}");
            transmitter.clock();
            transmitter.set("byte_i", 0);
            let mut bits = vec![];
            while transmitter.get("ready_o") == 0 {
                bits.push(transmitter.get("tx_o"));
                transmitter.clock();
            }
            let frame = [0].into_iter().chain((0..8).map(|bit| byte >> bit & 1)).chain([1]);
            assert_eq!(bits, frame.flat_map(|bit| vec![bit; divider as usize]).collect::<Vec<_>>(), "byte {byte}");
        }
    }
}
