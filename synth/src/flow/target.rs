//! What can be synthesised for, by name.

use crate::error::Error;
use crate::tools::{self, Tool};

/// Devices that share an architecture, and with it the tools and the cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Lattice ECP5.
    Ecp5,
}

/// A device, or an architecture where nothing is placed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Name on the command line.
    pub name: &'static str,
    /// Its architecture.
    pub family: Family,
    /// The vendor's name.
    pub device: &'static str,
    /// What selects the device in nextpnr.
    pub select: &'static str,
    /// Package unless another is asked for.
    pub package: &'static str,
    /// Speed grades, the slowest and default one first.
    pub speeds: &'static [&'static str],
}

const fn ecp5(name: &'static str, device: &'static str, select: &'static str) -> Target {
    Target { name, family: Family::Ecp5, device, select, package: "CABGA381", speeds: &["6", "7", "8"] }
}

/// Every target.
pub const TARGETS: [Target; 3] = [
    ecp5("ecp5-25k", "LFE5U-25F", "--25k"),
    ecp5("ecp5-45k", "LFE5U-45F", "--45k"),
    ecp5("ecp5-85k", "LFE5U-85F", "--85k"),
];

impl Target {
    /// Looks a target up by name.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the names there are.
    pub fn named(name: &str) -> Result<Target, Error> {
        let known = || TARGETS.map(|target| target.name).join(" ");
        TARGETS.into_iter().find(|target| target.name == name).ok_or_else(|| Error::Unknown {
            what: "target",
            value: name.into(),
            known: known(),
        })
    }

    /// `speed` if the device is sold in it, the slowest grade when none is asked for.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the grades there are.
    pub fn speed(&self, speed: Option<&str>) -> Result<&'static str, Error> {
        let Some(asked) = speed else { return Ok(self.speeds[0]) };
        self.speeds.iter().copied().find(|grade| *grade == asked).ok_or_else(|| Error::Unknown {
            what: "speed grade",
            value: asked.into(),
            known: self.speeds.join(" "),
        })
    }
}

impl Family {
    /// The Yosys commands that map `top` to cells of this architecture.
    pub(crate) fn map(self, top: &str) -> String {
        match self {
            // Wide LUTs would double the LUTs of xor and mux logic
            Family::Ecp5 => format!("synth_ecp5 -top {top} -nowidelut -abc9"),
        }
    }

    /// The tool that places and routes.
    pub(crate) fn nextpnr(self) -> &'static Tool {
        match self {
            Family::Ecp5 => &tools::NEXTPNR_ECP5,
        }
    }

    /// The tool that makes the bitstream.
    pub(crate) fn packer(self) -> &'static Tool {
        match self {
            Family::Ecp5 => &tools::ECPPACK,
        }
    }
}
