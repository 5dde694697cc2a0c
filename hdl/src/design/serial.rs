//! The unit behind a serial line: all that a board needs to have.
//!
//! ```text
//!  uart_rx ──> receiver ───>┌──────────┐ aw w b ar r ┌───────┐
//!                           │ uartbone │ <─────────> │ trine │ ──> irq
//!  uart_tx <── transmitter <└──────────┘             └───────┘
//! ```
//! Beats go through the windows of the register space. `uart_divider` is clock cycles a bit, at least [`LEAST_DIVIDER`].

use super::pins::{ADDRESS_BITS, UnitPins};
use super::top::unit;
use crate::interface;
use crate::lang::{BIT, Errors, Module, bits, lit};
use crate::library::{self, BusMaster, DIVIDER_BITS, UartReceiverPorts, UartTransmitterPorts, UartbonePorts};
use std::sync::Arc;
use trine_spec::Config;

interface! {
    /// Pins of a unit behind a serial line.
    struct SerialPins() {
        /// Reset, synchronous, active low.
        input resetn as "aresetn": BIT,
        /// Clock cycles of a bit on the line.
        input divider as "uart_divider": bits(DIVIDER_BITS),
        /// Line to the unit.
        input rx as "uart_rx": BIT,
        /// Line from the unit.
        output tx as "uart_tx": BIT,
        /// Interrupt: high while an enabled one is pending.
        output irq: BIT,
    }
}

/// Clock cycles a bit of the serial line at least, so that no write is lost to one that waits for a window
/// ([`library::uartbone`]).
pub const LEAST_DIVIDER: u64 = 26;

/// A frame that pauses for `2^22` cycles is given up: 84 ms at 50 MHz.
const GAP_BITS: usize = 22;

/// The unit of configuration `c`, with windows whatever `c` says, behind a serial line; its top module is `trine_serial`.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn serial(c: &Config) -> Result<Arc<Module>, Errors> {
    let unit = unit(&c.clone().with_windows(true))?;
    let mut m = Module::new("trine_serial", "The unit behind LiteX's uartbone.");
    m.clock = "aclk".into();
    let pins: SerialPins = m.pins(());
    let rst = m.name("rst", !&pins.resetn);
    let [awready, wready, bvalid, arready, rvalid] =
        ["awready", "wready", "bvalid", "arready", "rvalid"].map(|name| m.wire(name, BIT));
    let rdata = m.wire("rdata", bits(32));
    let sendable = m.wire("sendable", BIT);
    let receiver: UartReceiverPorts = m.place("receiver", &library::uart_receiver()?);
    m.assign_all([(&receiver.rst, &rst), (&receiver.divider, &pins.divider), (&receiver.rx, &pins.rx)]);
    let bridge: UartbonePorts = m.place("bridge", &library::uartbone(ADDRESS_BITS, GAP_BITS)?);
    let bus = BusMaster { awready, wready, bvalid, arready, rvalid, rdata, ..bridge.bus.clone() };
    m.assign_all([
        (&bridge.rst, &rst),
        (&bridge.arrived, &receiver.valid),
        (&bridge.byte, &receiver.byte),
        (&bridge.tx.ready, &sendable),
        (&bridge.bus.awready, &bus.awready),
        (&bridge.bus.wready, &bus.wready),
        (&bridge.bus.bvalid, &bus.bvalid),
        (&bridge.bus.arready, &bus.arready),
        (&bridge.bus.rvalid, &bus.rvalid),
        (&bridge.bus.rdata, &bus.rdata),
    ]);
    let transmitter: UartTransmitterPorts = m.place("transmitter", &library::uart_transmitter()?);
    m.assign_all([
        (&transmitter.rst, &rst),
        (&transmitter.divider, &pins.divider),
        (&transmitter.bytes.valid, &bridge.tx.valid),
        (&transmitter.bytes.byte, &bridge.tx.byte),
        (&sendable, &transmitter.bytes.ready),
    ]);
    let unit: UnitPins = m.place_pins("unit", &unit);
    let always = lit(1, BIT);
    let axil = &unit.axil;
    m.assign_all([
        (&unit.resetn, &pins.resetn),
        (&axil.awaddr, &bus.awaddr),
        (&axil.awprot, &lit(0, bits(3))),
        (&axil.awvalid, &bus.awvalid),
        (&axil.wdata, &bus.wdata),
        (&axil.wstrb, &lit(15, bits(4))),
        (&axil.wvalid, &bus.wvalid),
        (&axil.bready, &always),
        (&axil.araddr, &bus.araddr),
        (&axil.arprot, &lit(0, bits(3))),
        (&axil.arvalid, &bus.arvalid),
        (&axil.rready, &always),
    ]);
    m.assign_all([
        (&bus.awready, &axil.awready),
        (&bus.wready, &axil.wready),
        (&bus.bvalid, &axil.bvalid),
        (&bus.arready, &axil.arready),
        (&bus.rvalid, &axil.rvalid),
        (&bus.rdata, &axil.rdata),
    ]);
    m.unused([axil.bresp.clone(), axil.rresp.clone()]);
    m.assign(&pins.tx, &transmitter.tx);
    m.assign(&pins.irq, &unit.irq);
    m.build()
}
