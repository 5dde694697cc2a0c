//! Hardware around the unit before it is placed: pins, and whatever a board needs.

use crate::error::Error;
use std::collections::BTreeMap;
use std::sync::Arc;
use trine_hdl::lang::{self, Module};
use trine_hdl::{SourceFile, library};

/// Verilog around the unit.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Name of its top module.
    pub top: String,
    /// Its modules; one of them instantiates the unit by the name of the unit's top module.
    pub sources: Vec<SourceFile>,
    /// Places of its ports.
    pub pins: Pins,
    /// Versions by tool of what made it, beside this program.
    pub tool_versions: BTreeMap<String, String>,
}

/// Connection of ports to pins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pins {
    /// nextpnr chooses, where it can.
    Chosen,
    /// All of them in the format of the device's nextpnr; a port that is forgotten is an error.
    Given(String),
}

impl Shell {
    /// Shift registers around the ports of `unit`: see [`library::narrow`].
    ///
    /// # Errors
    /// [`Error::Hardware`] when the unit has no ports besides clock and reset.
    pub fn narrow(unit: &Arc<Module>) -> Result<Shell, Error> {
        let mut all = lang::verilog(&library::narrow(unit)?)?;
        // Children come first: all but the last are the unit
        let wrapper = all.files.split_off(all.files.len() - 1);
        Ok(Shell { top: all.top, sources: wrapper, pins: Pins::Chosen, tool_versions: BTreeMap::new() })
    }
}
