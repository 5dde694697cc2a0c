//! Reusable hardware, one core a file.

mod adder_tree;
mod carry_chain;
pub mod cells;
mod fifo;
pub mod float;
mod multiplier;
mod narrow;
mod ram;
mod replay_buffer;
mod rom;
mod uart_receiver;
mod uart_transmitter;
mod uartbone;

pub use adder_tree::{Term, add_owed, adder_tree, store, tree};
pub use carry_chain::carry_chain;
pub use fifo::{FifoPorts, fifo, fifo_of_parts};
pub use multiplier::product;
pub use narrow::{INSTANCE, narrow};
pub use ram::{RamPorts, ram};
pub use replay_buffer::{ReplayPorts, replay_buffer};
pub use rom::{RomPorts, address_bits, rom};
pub use uart_receiver::{DIVIDER_BITS, UartReceiverPorts, uart_receiver};
pub use uart_transmitter::{Bytes, UartTransmitterPorts, uart_transmitter};
pub use uartbone::{BusMaster, UartbonePorts, uartbone};
