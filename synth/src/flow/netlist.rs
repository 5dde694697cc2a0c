//! Checks on a mapped netlist that do not depend on Yosys's own.

use crate::error::Error;
use crate::yosys::json::{Bit, Direction, Netlist};
use std::collections::HashMap;

impl Netlist {
    /// Checks that each wire that is used has one driver, no more and no fewer, and that each cell is one of the technology.
    ///
    /// # Errors
    /// [`Error::BadNetlist`] with the first few wires or cells that are wrong.
    pub fn check(&self) -> Result<(), Error> {
        let mut drivers: HashMap<u64, Vec<String>> = HashMap::new();
        let mut readers: HashMap<u64, String> = HashMap::new();
        let wires = |bits: &[Bit]| -> Vec<u64> {
            bits.iter().filter_map(|bit| if let Bit::Net(wire) = bit { Some(*wire) } else { None }).collect()
        };
        for (name, port) in &self.ports {
            for wire in wires(&port.bits) {
                match port.direction {
                    Direction::Input => drivers.entry(wire).or_default().push(format!("port {name}")),
                    Direction::Output => drop(readers.insert(wire, format!("port {name}"))),
                    Direction::Inout => {}
                }
            }
        }
        let mut wrong = vec![];
        for (name, cell) in &self.cells {
            if cell.kind.starts_with('$') {
                wrong.push(format!("cell {name} of type {} is not mapped", cell.kind));
            }
            for (pin, bits) in &cell.connections {
                for wire in wires(bits) {
                    match cell.port_directions.get(pin) {
                        Some(Direction::Output) => drivers.entry(wire).or_default().push(format!("{name}.{pin}")),
                        Some(Direction::Input) => drop(readers.insert(wire, format!("{name}.{pin}"))),
                        Some(Direction::Inout) => {}
                        None => wrong.push(format!("pin {pin} of cell {name} has no direction")),
                    }
                }
            }
        }
        for (wire, reader) in &readers {
            if !drivers.contains_key(wire) {
                wrong.push(format!("{} is read by {reader} and driven by nothing", self.name(*wire)));
            }
        }
        for (wire, sources) in drivers.iter().filter(|(_, sources)| sources.len() > 1) {
            wrong.push(format!("{} is driven by {}", self.name(*wire), sources.join(" and ")));
        }
        wrong.sort();
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(Error::BadNetlist { total: wrong.len(), first: wrong[..wrong.len().min(4)].join("; ") })
        }
    }

    /// A name for a wire: the shortest that Yosys kept.
    fn name(&self, wire: u64) -> String {
        let named = self.netnames.iter().filter(|(_, net)| net.bits.contains(&Bit::Net(wire)));
        let shortest = named.map(|(name, _)| name).min_by_key(|name| name.len());
        shortest.map_or_else(|| format!("wire {wire}"), Clone::clone)
    }
}
