//! A flat netlist as Yosys writes it in JSON.

use crate::error::Error;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// The cells of one flat module and what connects them.
#[derive(Clone, Debug, Deserialize)]
pub struct Netlist {
    pub(crate) ports: BTreeMap<String, Port>,
    /// Cells by name.
    pub cells: BTreeMap<String, Cell>,
    pub(crate) netnames: BTreeMap<String, Net>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Port {
    pub direction: Direction,
    pub bits: Vec<Bit>,
}

/// One cell.
#[derive(Clone, Debug, Deserialize)]
pub struct Cell {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Parameters as Yosys writes them: numbers in binary.
    #[serde(default)]
    pub parameters: BTreeMap<String, Parameter>,
    #[serde(default)]
    pub(crate) port_directions: BTreeMap<String, Direction>,
    pub(crate) connections: BTreeMap<String, Vec<Bit>>,
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
pub(crate) enum Direction {
    Input,
    Output,
    Inout,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Net {
    pub bits: Vec<Bit>,
}

/// A net's number, or a constant.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Bit {
    Net(u64),
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
