//! Cells counted by Yosys, and what they come to.

use super::target::Family;
use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many there are of each type of cell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cells(pub BTreeMap<String, u64>);

/// The tables in which data sheets count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// Look-up tables, those used as carry or memory included: [`Area::formula`] says how they are counted.
    pub lut: u64,
    /// Registers.
    pub ff: u64,
    /// Block RAMs.
    pub bram: u64,
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

    fn sum(&self, weights: &[(&str, u64)]) -> u64 {
        weights.iter().map(|(name, weight)| weight * self.0.get(*name).copied().unwrap_or(0)).sum()
    }

    /// Cells whose name begins so.
    fn starting(&self, prefix: &str) -> u64 {
        self.0.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(_, n)| n).sum()
    }

    /// What the cells come to on `family`.
    pub fn area(&self, family: Family) -> Area {
        match family {
            Family::Ecp5 => Area {
                lut: self.sum(&[("LUT4", 1), ("CCU2C", 2), ("TRELLIS_DPR16X4", 6)]),
                ff: self.starting("TRELLIS_FF"),
                bram: self.sum(&[("DP16KD", 1), ("PDPW16KD", 1)]),
                dsp: self.starting("MULT18X18") + self.starting("ALU54"),
            },
        }
    }
}

impl Area {
    /// How [`Area::lut`] is counted.
    pub fn formula(family: Family) -> &'static str {
        match family {
            Family::Ecp5 => "LUT4 + 2 CCU2C + 6 TRELLIS_DPR16X4",
        }
    }
}
