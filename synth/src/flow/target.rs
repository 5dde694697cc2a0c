//! FPGAs that can be synthesised for, by name.

use crate::error::Error;
use crate::tools::{self, Tool};
use trine_spec::Style;

/// Devices that share an architecture, and with it the tools and the cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Lattice ECP5.
    Ecp5,
    /// Lattice iCE40.
    Ice40,
    /// Gowin GW2A.
    Gowin,
    /// Xilinx 7 series, which no open tool that is easily had places.
    Xilinx7,
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
    /// Flag that selects the device in nextpnr.
    pub select: &'static str,
    /// Package unless another is asked for; empty when nothing is placed.
    pub package: &'static str,
    /// Speed grades, the slowest and default one first; empty where the device has only one.
    pub speeds: &'static [&'static str],
}

/// Every FPGA.
pub const TARGETS: [Target; 8] = [
    ecp5("ecp5-25k", "LFE5U-25F", "--25k"),
    ecp5("ecp5-45k", "LFE5U-45F", "--45k"),
    ecp5("ecp5-85k", "LFE5U-85F", "--85k"),
    Target { package: "CABGA554", speeds: &["8"], ..ecp5("ecp5-5g-85k", "LFE5UM5G-85F", "--um5g-85k") },
    ice40("ice40-up5k", "iCE40UP5K", "--up5k", "sg48"),
    ice40("ice40-hx8k", "iCE40HX8K", "--hx8k", "ct256"),
    Target {
        name: "gowin",
        family: Family::Gowin,
        device: "GW2AR-18C",
        select: "GW2AR-LV18",
        package: "QN88",
        speeds: &["C8/I7"],
    },
    Target { name: "xc7", family: Family::Xilinx7, device: "7 series", select: "", package: "", speeds: &[] },
];

/// The name under which [`Library::osu018`](super::asic::Library::osu018) goes among the targets.
pub const OSU018: &str = "osu018";

const fn ecp5(name: &'static str, device: &'static str, select: &'static str) -> Target {
    Target { name, family: Family::Ecp5, device, select, package: "CABGA381", speeds: &["6", "7", "8"] }
}

const fn ice40(name: &'static str, device: &'static str, select: &'static str, package: &'static str) -> Target {
    Target { name, family: Family::Ice40, device, select, package, speeds: &[] }
}

impl Target {
    /// Looks an FPGA up by name.
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

    /// `speed` if the device is sold in it, the slowest grade when none is asked for, `None` where there are no grades.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the grades there are.
    pub fn speed(&self, speed: Option<&str>) -> Result<Option<&'static str>, Error> {
        let Some(asked) = speed else { return Ok(self.speeds.first().copied()) };
        let found = self.speeds.iter().copied().find(|grade| *grade == asked);
        found.map(Some).ok_or_else(|| Error::Unknown {
            what: "speed grade",
            value: asked.into(),
            known: if self.speeds.is_empty() { "none for this target".into() } else { self.speeds.join(" ") },
        })
    }
}

impl Family {
    /// Name in `board.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ecp5 => "ecp5",
            Self::Ice40 => "ice40",
            Self::Gowin => "gowin",
            Self::Xilinx7 => "xilinx7",
        }
    }

    /// True if it has the cells that columns of this style are made of.
    pub fn has(self, style: Style) -> bool {
        match style {
            Style::Portable => true,
            Style::Ecp5 => self == Family::Ecp5,
            Style::Xilinx7 => self == Family::Xilinx7,
            Style::Packed => false,
        }
    }

    /// The Yosys commands that map `top` to cells of this architecture; `pads` makes ports into pins where Yosys does that.
    pub(crate) fn map(self, top: &str, pads: bool) -> String {
        let without = |option| if pads { "" } else { option };
        match self {
            // Wide LUTs would double the LUTs of xor and mux logic
            Family::Ecp5 => format!("synth_ecp5 -top {top} -nowidelut -abc9"),
            // A tile of eight cells has one reset: one for each word of a register would leave a small device without
            // a place for each, and nextpnr without an end. Few cells then get a gate, which their LUT has to spare
            Family::Ice40 => {
                let cells = ["DFF_?_", "DFFE_?P_", "DFF_?P?_", "DFFE_?P?P_", "SDFF_?P?_", "SDFFCE_?P?P_"];
                let cells = cells.map(|cell| format!("-cell $_{cell} 0")).join(" ");
                format!(
                    "synth_ice40 -top {top} -run begin:map_ffs\n\
                     dfflegalize {cells} -cell $_DLATCH_?_ x -minsrst 40\n\
                     synth_ice40 -top {top} -run map_ffs:"
                )
            }
            Family::Gowin => format!("synth_gowin -top {top} -nowidelut{}", without(" -noiopads")),
            Family::Xilinx7 => {
                format!("synth_xilinx -top {top} -flatten -nowidelut{}", without(" -noiopad -noclkbuf"))
            }
        }
    }

    /// The tool that places and routes, and the one that makes the bitstream, where there are such.
    pub fn placing(self) -> Option<(&'static Tool, &'static Tool)> {
        match self {
            Family::Ecp5 => Some((&tools::NEXTPNR_ECP5, &tools::ECPPACK)),
            Family::Ice40 => Some((&tools::NEXTPNR_ICE40, &tools::ICEPACK)),
            Family::Gowin => Some((&tools::NEXTPNR_GOWIN, &tools::GOWIN_PACK)),
            Family::Xilinx7 => None,
        }
    }

    /// Pins for the wrapper with few of them, where nextpnr does not choose them itself.
    pub(crate) fn narrow_pins(self) -> &'static str {
        match self {
            Family::Gowin => "IO_LOC \"aclk\" 4;\nIO_LOC \"data_i\" 88;\nIO_LOC \"data_o\" 15;\n",
            _ => "",
        }
    }
}
