//! Cells counted by Yosys, and what they come to.

use super::target::Family;
use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Add;

/// Number of cells by type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cells(pub BTreeMap<String, u64>);

/// The tables in which data sheets count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Look-up tables, those used as carry or memory included: [`Cells::lut_formula`] says how they are counted.
    pub lut: u64,
    /// Registers.
    pub ff: u64,
    /// Block RAMs; half of one where the device can use its halves apart.
    pub bram: f64,
    /// Multipliers.
    pub dsp: u64,
}

impl Cells {
    /// The counts that `stat -json` wrote for module `top`, without the modules it instantiates.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the text is cut off or has no such module.
    pub fn parse(stat: &str, top: &str) -> Result<Cells, Error> {
        let what = "Yosys's statistics";
        let stat: serde_json::Value = serde_json::from_str(stat).map_err(|e| Error::unreadable(what, e.to_string()))?;
        let counts = stat["modules"][format!("\\{top}")]["num_cells_by_type"].as_object();
        let counts = counts.ok_or_else(|| Error::unreadable(what, format!("no cells of module {top}")))?;
        let count = |(name, n): (&String, &serde_json::Value)| Some((name.clone(), n.as_u64()?));
        let cells: Option<BTreeMap<_, _>> = counts.iter().map(count).collect();
        cells.map(Cells).ok_or_else(|| Error::unreadable(what, "a count is no number"))
    }

    /// Formula of the look-up tables among these cells: `LUT4 + 2 CCU2C`.
    pub fn lut_formula(&self, family: Family) -> String {
        let there = Area::luts(family).iter().filter(|(cell, _)| self.0.contains_key(*cell));
        let term = |(cell, n): &(&str, u64)| if *n == 1 { (*cell).to_string() } else { format!("{n} {cell}") };
        there.map(term).collect::<Vec<_>>().join(" + ")
    }

    fn sum(&self, weights: &[(&str, u64)]) -> u64 {
        weights.iter().map(|(name, weight)| weight * self.0.get(*name).copied().unwrap_or(0)).sum()
    }

    /// Cells whose name begins so.
    fn starting(&self, prefix: &str) -> u64 {
        self.0.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(_, n)| n).sum()
    }

    /// Area of the cells on `family`.
    pub fn area(&self, family: Family) -> Area {
        let lut = self.sum(Area::luts(family));
        let memories = |prefixes: &[&str]| prefixes.iter().map(|prefix| self.starting(prefix) as f64).sum::<f64>();
        match family {
            Family::Ecp5 => Area {
                lut,
                ff: self.starting("TRELLIS_FF"),
                bram: memories(&["DP16KD", "PDPW16KD"]),
                dsp: self.starting("MULT18X18") + self.starting("ALU54"),
            },
            Family::Ice40 => {
                Area { lut, ff: self.starting("SB_DFF"), bram: memories(&["SB_RAM40"]), dsp: self.starting("SB_MAC16") }
            }
            Family::Gowin => Area {
                lut,
                ff: self.starting("DFF"),
                bram: memories(&["SP", "SDP", "DPB", "DPX9"]),
                dsp: self.starting("MULT"),
            },
            Family::Xilinx7 => Area {
                lut,
                ff: self.starting("FD"),
                bram: memories(&["RAMB36"]) + memories(&["RAMB18"]) / 2.0,
                dsp: self.starting("DSP"),
            },
        }
    }
}

impl Add for Area {
    type Output = Area;

    fn add(self, other: Area) -> Area {
        Area {
            lut: self.lut + other.lut,
            ff: self.ff + other.ff,
            bram: self.bram + other.bram,
            dsp: self.dsp + other.dsp,
        }
    }
}

impl Area {
    /// Look-up tables that a cell takes.
    fn luts(family: Family) -> &'static [(&'static str, u64)] {
        match family {
            Family::Ecp5 => &[("LUT4", 1), ("CCU2C", 2), ("TRELLIS_DPR16X4", 6)],
            Family::Ice40 => &[("SB_LUT4", 1)],
            Family::Gowin => &[
                ("LUT1", 1),
                ("LUT2", 1),
                ("LUT3", 1),
                ("LUT4", 1),
                ("ALU", 1),
                ("RAM16SDP1", 1),
                ("RAM16SDP2", 2),
                ("RAM16SDP4", 4),
            ],
            Family::Xilinx7 => &[
                ("LUT1", 1),
                ("LUT2", 1),
                ("LUT3", 1),
                ("LUT4", 1),
                ("LUT5", 1),
                ("LUT6", 1),
                ("LUT6_2", 1),
                ("INV", 1),
                ("SRL16E", 1),
                ("SRLC32E", 1),
                ("RAM32X1S", 1),
                ("RAM64X1S", 1),
                ("RAM128X1S", 2),
                ("RAM256X1S", 4),
                ("RAM32X1D", 2),
                ("RAM64X1D", 2),
                ("RAM128X1D", 4),
                ("RAM32M", 4),
                ("RAM64M", 4),
            ],
        }
    }
}
