//! Which part of a dot product each cell belongs to.
//!
//! Told by the nets that mapping keeps: what makes a product `lane_<k>` is [`Part::Select`], what makes the next value of
//! the registers behind the output port is [`Part::Accumulator`], and all other gates are [`Part::Tree`].

use super::netlist::{NetId, Netlist};
use crate::error::Error;
use std::collections::BTreeMap;

/// A part of a dot product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// From operands to products: a select for trits, a multiplier for others.
    Select,
    /// Adders between products and the sum.
    Tree,
    /// The adder of the accumulator.
    Accumulator,
    /// Flip-flops, without their clock pins.
    Registers,
    /// Clock pins; there is no clock tree before layout.
    Clock,
}

impl Part {
    /// Number of parts.
    pub const COUNT: usize = 5;
    /// All, in order.
    pub const ALL: [Part; Part::COUNT] = [Part::Select, Part::Tree, Part::Accumulator, Part::Registers, Part::Clock];

    /// Name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Part::Select => "select",
            Part::Tree => "tree",
            Part::Accumulator => "accumulator",
            Part::Registers => "registers",
            Part::Clock => "clock",
        }
    }
}

/// The part of every gate and input port.
#[derive(Debug)]
pub struct Parts {
    /// Per gate.
    pub gates: Vec<Part>,
    /// Per input port: the part most of it feeds, operands the products and control the accumulator.
    pub inputs: BTreeMap<String, Part>,
}

/// Start of the names of products; see [`trine_hdl::design::dot`].
pub const PRODUCTS: &str = "lane_";

impl Parts {
    /// Sorts the cells of a mapped dot product.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the nets of the products are not in the netlist.
    pub fn of(netlist: &Netlist<'_>) -> Result<Parts, Error> {
        let products = netlist.names.iter().filter(|(name, _)| {
            // `column.lane_3[0]`: instances in front, a bit behind
            let last = name.rsplit('.').next().unwrap_or(name);
            let number = last.split('[').next().and_then(|name| name.strip_prefix(PRODUCTS));
            number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
        });
        let products: Vec<NetId> = products.flat_map(|(_, nets)| nets.iter().copied()).collect();
        if products.is_empty() {
            let problem = format!("no net is named {PRODUCTS}<k>, so that products cannot be told from sums");
            return Err(Error::unreadable(&format!("the netlist of {}", netlist.name), problem));
        }
        let outputs: Vec<NetId> = netlist.outputs.values().flatten().copied().collect();
        let totals = netlist.flip_flops.iter().filter(|f| f.outputs.iter().any(|(_, net, _)| outputs.contains(net)));
        let totals: Vec<NetId> = totals.map(|f| f.data).collect();

        let mut driver = vec![None; netlist.net_count()];
        for (g, gate) in netlist.gates.iter().enumerate() {
            gate.outputs.iter().for_each(|output| driver[output.net] = Some(g));
        }
        let mut gates = vec![Part::Tree; netlist.gates.len()];
        for (part, ends) in [(Part::Accumulator, totals), (Part::Select, products)] {
            let mut open = ends;
            while let Some(net) = open.pop() {
                if let Some(g) = driver[net]
                    && gates[g] != part
                {
                    gates[g] = part;
                    open.extend(netlist.gates[g].inputs.iter().map(|(_, net)| *net));
                }
            }
        }
        let feeds = |nets: &[NetId]| {
            let reads = |g: usize| netlist.gates[g].inputs.iter().any(|(_, net)| nets.contains(net));
            if (0..gates.len()).any(|g| gates[g] == Part::Select && reads(g)) {
                Part::Select
            } else {
                Part::Accumulator
            }
        };
        let inputs = netlist.inputs.iter().map(|(port, nets)| (port.clone(), feeds(nets))).collect();
        Ok(Parts { gates, inputs })
    }
}
