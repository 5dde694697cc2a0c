//! Which interface a port belongs to, in the words of Vivado's block design, which reads them off the Verilog.
//!
//! | ports | interface |
//! |---|---|
//! | `aclk`, `aresetn` | clock of all the others, and its reset, active low |
//! | `s_axil_*` | AXI4-Lite |
//! | `s_axis_*`, `m_axis_*` | AXI4-Stream |
//! | `m_axi_wgt0_*` and so on | AXI4, reads only |
//! | `m_axi_*` | AXI4 |
//! | `irq` | interrupt, active high |
//!
//! Other tools take the attributes for comments.

use crate::lang::{Kind, Module};

/// Buses of addresses by the beginnings of their names, and their parameters.
const MAPPED: [(&str, &str); 3] = [
    ("s_axil", "PROTOCOL AXI4LITE"),
    ("m_axi_wgt", "PROTOCOL AXI4, READ_WRITE_MODE READ_ONLY, SUPPORTS_NARROW_BURST 0"),
    ("m_axi", "PROTOCOL AXI4, READ_WRITE_MODE READ_WRITE, SUPPORTS_NARROW_BURST 0"),
];

/// Marks every port of `m`, which has ports of the names above.
pub(super) fn mark(m: &mut Module) {
    let ports = m.decls.iter().filter(|d| matches!(d.kind, Kind::Input | Kind::Output)).map(|d| d.name.clone());
    let ports: Vec<String> = ports.collect();
    let mut buses: Vec<&str> = vec![];
    for (bus, _) in ports.iter().filter_map(|port| split(port)) {
        if !buses.contains(&bus) {
            buses.push(bus);
        }
    }
    let clocked = format!("ASSOCIATED_BUSIF {}, ASSOCIATED_RESET aresetn", buses.join(":"));
    m.attribute("aclk", "X_INTERFACE_INFO", "xilinx.com:signal:clock:1.0 aclk CLK");
    m.attribute("aclk", "X_INTERFACE_PARAMETER", &clocked);
    m.attribute("aresetn", "X_INTERFACE_INFO", "xilinx.com:signal:reset:1.0 aresetn RST");
    m.attribute("aresetn", "X_INTERFACE_PARAMETER", "POLARITY ACTIVE_LOW");
    m.attribute("irq", "X_INTERFACE_INFO", "xilinx.com:signal:interrupt:1.0 irq INTERRUPT");
    m.attribute("irq", "X_INTERFACE_PARAMETER", "SENSITIVITY LEVEL_HIGH");
    for port in &ports {
        let Some((bus, signal)) = split(port) else { continue };
        let kind = if mapped(bus).is_some() { "aximm" } else { "axis" };
        let signal = signal.to_uppercase();
        m.attribute(port, "X_INTERFACE_INFO", &format!("xilinx.com:interface:{kind}:1.0 {bus} {signal}"));
    }
    for bus in buses {
        let Some(parameters) = mapped(bus) else { continue };
        let first = ports.iter().find(|port| split(port).is_some_and(|(of, _)| of == bus));
        first.into_iter().for_each(|port| m.attribute(port, "X_INTERFACE_PARAMETER", parameters));
    }
}

/// The parameters of a bus of addresses, one of several by number among them.
fn mapped(bus: &str) -> Option<&'static str> {
    let name = bus.trim_end_matches(|c: char| c.is_ascii_digit());
    MAPPED.iter().find(|(mapped, _)| *mapped == name).map(|(_, parameters)| *parameters)
}

/// Bus and signal of a port, for those of a bus.
fn split(port: &str) -> Option<(&str, &str)> {
    port.rsplit_once('_').filter(|(bus, _)| bus.starts_with("s_axi") || bus.starts_with("m_axi"))
}
