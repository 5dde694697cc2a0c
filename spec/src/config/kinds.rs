//! The choices of a configuration that are no numbers, by name.

use super::ConfigError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The way a column is built; every style behaves the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// Plain Verilog operators, for every technology and for ASICs.
    Portable,
    /// Carry cells of Lattice ECP5.
    Ecp5,
    /// Carry chains of Xilinx 7 series and later.
    Xilinx7,
    /// Bit planes and counts of ones: for simulation only, where 64 lanes are one word of the processor.
    Packed,
}

impl Style {
    /// All of them.
    pub const ALL: [Style; 4] = [Style::Portable, Style::Ecp5, Style::Xilinx7, Style::Packed];

    /// True if registers and memories rest while there is nothing for them: less to simulate, but more enables.
    pub const fn rests(self) -> bool {
        matches!(self, Style::Packed)
    }
}

/// Code of trits on the weight stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WeightCode {
    /// Five trits in a byte ([`crate::packing::BASE3`]).
    Base3,
    /// One trit in two bits ([`crate::packing::two_bit`]).
    TwoBit,
}

impl WeightCode {
    /// Trits carried by one byte.
    pub const fn trits_per_byte(self) -> usize {
        match self {
            WeightCode::Base3 => 5,
            WeightCode::TwoBit => 4,
        }
    }
}

/// The way of the weights to the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weights {
    /// The host sends them with every job, through `s_axis_wgt` or its window.
    Stream,
    /// The unit reads them from memory, through the AXI4 master `m_axi_wgt0`; a job names their place.
    Memory,
}

macro_rules! named {
    ($type:ty, $what:literal, $($name:literal => $value:path),+) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $($value => $name),+ })
            }
        }
        impl FromStr for $type {
            type Err = ConfigError;
            fn from_str(s: &str) -> Result<Self, ConfigError> {
                match s {
                    $($name => Ok($value),)+
                    _ => Err(ConfigError::Unknown { what: $what, value: s.into(), known: concat!($($name, " ",)+).trim_end() }),
                }
            }
        }
    };
}
named!(Style, "style", "portable" => Style::Portable, "ecp5" => Style::Ecp5, "xilinx7" => Style::Xilinx7, "packed" => Style::Packed);
named!(Weights, "way of weights", "stream" => Weights::Stream, "memory" => Weights::Memory);
named!(WeightCode, "weight code", "base3" => WeightCode::Base3, "two-bit" => WeightCode::TwoBit);
