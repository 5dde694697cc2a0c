//! The unit behind a serial line: all that a board needs to have.
//!
//! ```text
//!  uart_rx ──> receiver ───>┌──────────┐ aw w b ar r ┌───────┐
//!                           │ uartbone │ <─────────> │ trine │ ──> irq
//!  uart_tx <── transmitter <└──────────┘             └───────┘
//! ```
//! Beats go through the windows of the register space. `uart_divider` is clock cycles a bit, at least [`LEAST_DIVIDER`].

use super::unit;
use crate::lang::{BIT, Errors, Module, bits, lit};
use crate::library::{self, DIVIDER_BITS};
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::registers::SPACE;

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
    let address = SPACE.trailing_zeros() as usize;
    let unit = unit(&Config { windows: true, ..c.clone() })?;
    let bridge = library::uartbone(address, GAP_BITS)?;
    let mut m = Module::new("trine_serial", "The unit behind LiteX's uartbone.");
    m.clock = "aclk".into();
    let resetn = m.input("aresetn", BIT);
    let divider = m.input("uart_divider", bits(DIVIDER_BITS));
    let rx = m.input("uart_rx", BIT);
    let rst = m.name("rst", !&resetn);
    let answers = ["awready", "wready", "bvalid", "arready", "rvalid", "rdata"]
        .map(|name| (format!("{name}_i"), m.wire(name, bits(if name == "rdata" { 32 } else { 1 }))));
    let sendable = m.wire("sendable", BIT);
    let line = [("rst_i", &rst), ("divider_i", &divider)];
    let receiver = m.instance("receiver", &library::uart_receiver()?, &[line[0], line[1], ("rx_i", &rx)]);
    let mut inputs = vec![
        ("rst_i", &rst),
        ("rx_valid_i", &receiver["valid_o"]),
        ("rx_byte_i", &receiver["byte_o"]),
        ("tx_ready_i", &sendable),
    ];
    inputs.extend(answers.iter().map(|(port, wire)| (port.as_str(), wire)));
    let master = m.instance("bridge", &bridge, &inputs);
    let transmitter = m.instance(
        "transmitter",
        &library::uart_transmitter()?,
        &[line[0], line[1], ("valid_i", &master["tx_valid_o"]), ("byte_i", &master["tx_byte_o"])],
    );
    m.assign(&sendable, &transmitter["ready_o"]);
    let always = lit(1, BIT);
    let unit = m.instance(
        "unit",
        &unit,
        &[
            ("aresetn", &resetn),
            ("s_axil_awaddr", &master["awaddr_o"]),
            ("s_axil_awprot", &lit(0, bits(3))),
            ("s_axil_awvalid", &master["awvalid_o"]),
            ("s_axil_wdata", &master["wdata_o"]),
            ("s_axil_wstrb", &lit(15, bits(4))),
            ("s_axil_wvalid", &master["wvalid_o"]),
            ("s_axil_bready", &always),
            ("s_axil_araddr", &master["araddr_o"]),
            ("s_axil_arprot", &lit(0, bits(3))),
            ("s_axil_arvalid", &master["arvalid_o"]),
            ("s_axil_rready", &always),
        ],
    );
    for (port, wire) in &answers {
        m.assign(wire, &unit[format!("s_axil_{}", port.trim_end_matches("_i")).as_str()]);
    }
    m.unused(["s_axil_bresp", "s_axil_rresp"].map(|port| unit[port].clone()));
    m.drive("uart_tx", &transmitter["tx_o"]);
    m.drive("irq", &unit["irq"]);
    m.build()
}
