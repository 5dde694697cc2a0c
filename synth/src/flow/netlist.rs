//! A mapped netlist as Yosys writes it in JSON, read back and checked without Yosys.

use crate::error::Error;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// The cells of one flat module and what connects them.
#[derive(Clone, Debug, Deserialize)]
pub struct Netlist {
    ports: BTreeMap<String, Port>,
    /// Cells by name.
    pub cells: BTreeMap<String, Cell>,
    netnames: BTreeMap<String, Net>,
}

#[derive(Clone, Debug, Deserialize)]
struct Port {
    direction: Direction,
    bits: Vec<Bit>,
}

/// One cell.
#[derive(Clone, Debug, Deserialize)]
pub struct Cell {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Parameters as Yosys writes them: numbers in binary.
    pub parameters: BTreeMap<String, Parameter>,
    #[serde(default)]
    port_directions: BTreeMap<String, Direction>,
    connections: BTreeMap<String, Vec<Bit>>,
}

/// A parameter: text or, in some versions, a number.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Parameter {
    /// Binary digits or a string.
    Text(String),
    /// A number.
    Number(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Direction {
    Input,
    Output,
    Inout,
}

#[derive(Clone, Debug, Deserialize)]
struct Net {
    bits: Vec<Bit>,
}

/// A wire's number, or a constant.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Bit {
    Wire(u64),
    Constant(String),
}

#[derive(Deserialize)]
struct File {
    modules: HashMap<String, Netlist>,
}

impl Netlist {
    /// Reads module `top` of what `write_json` wrote.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the text is cut off or has no such module.
    pub fn parse(json: &str, top: &str) -> Result<Netlist, Error> {
        let what = "Yosys's netlist";
        let mut file: File = serde_json::from_str(json).map_err(|e| Error::unreadable(what, e.to_string()))?;
        file.modules.remove(top).ok_or_else(|| Error::unreadable(what, format!("no module {top}")))
    }

    /// Checks that each wire that is used has one driver, no more and no fewer, and that each cell is one of the technology.
    ///
    /// # Errors
    /// [`Error::BadNetlist`] with the first few wires or cells that are wrong.
    pub fn check(&self) -> Result<(), Error> {
        let mut drivers: HashMap<u64, Vec<String>> = HashMap::new();
        let mut readers: HashMap<u64, String> = HashMap::new();
        let wires = |bits: &[Bit]| -> Vec<u64> {
            bits.iter().filter_map(|bit| if let Bit::Wire(wire) = bit { Some(*wire) } else { None }).collect()
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
        let named = self.netnames.iter().filter(|(_, net)| net.bits.contains(&Bit::Wire(wire)));
        let shortest = named.map(|(name, _)| name).min_by_key(|name| name.len());
        shortest.map_or_else(|| format!("wire {wire}"), Clone::clone)
    }
}

impl Parameter {
    /// The parameter as a number.
    pub fn number(&self) -> Option<u64> {
        match self {
            Parameter::Text(digits) => u64::from_str_radix(digits, 2).ok(),
            Parameter::Number(n) => Some(*n),
        }
    }
}
