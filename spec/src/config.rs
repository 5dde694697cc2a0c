//! Accelerator configuration, checked on construction, and the named presets.
//!
//! `y[M x N] = x[M x K] · W[K x N]`: `lanes` positions of K and `columns` positions of N are computed each cycle.
//! All widths of the generated hardware follow from the numbers of a [`Config`].

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How a column is built; every style behaves the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// Plain Verilog operators, for every technology and for ASICs.
    Portable,
    /// Carry cells of Lattice ECP5.
    Ecp5,
    /// Carry chains of Xilinx 7 series and later.
    Xilinx7,
}

/// How trits travel on the weight stream.
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
named!(Style, "style", "portable" => Style::Portable, "ecp5" => Style::Ecp5, "xilinx7" => Style::Xilinx7);
named!(WeightCode, "weight code", "base3" => WeightCode::Base3, "two-bit" => WeightCode::TwoBit);

/// Why a configuration is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A number outside its range.
    #[error("{field} = {value} is outside {low} to {high}")]
    Range {
        /// Field name as on the command line, without dashes in front.
        field: &'static str,
        /// What was given.
        value: usize,
        /// Lowest value allowed.
        low: usize,
        /// Highest value allowed.
        high: usize,
    },
    /// The weight bus is not a whole number of bytes.
    #[error("weight-bus = {0} is not a multiple of 8 bits")]
    WeightBus(usize),
    /// A name that is not known.
    #[error("unknown {what} `{value}`; known: {known}")]
    Unknown {
        /// What kind of name.
        what: &'static str,
        /// What was given.
        value: String,
        /// The names there are.
        known: &'static str,
    },
}

/// The parameters of one accelerator.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", try_from = "Unchecked")]
pub struct Config {
    /// Input positions of a dot product per cycle, 1 to 256.
    pub lanes: usize,
    /// Outputs per cycle, 1 to 64.
    pub columns: usize,
    /// Activation width in bits, 2 to 8; a lane is a byte on the stream whatever this is.
    pub act_bits: usize,
    /// How a column is built.
    pub style: Style,
    /// How trits travel on the weight stream.
    pub weight_code: WeightCode,
    /// Width of the weight stream in bits, a multiple of 8 up to a full tile per beat.
    pub weight_bus: usize,
    /// Largest K of a job.
    pub max_depth: usize,
    /// Largest M of a job.
    pub max_tokens: usize,
    /// Beats go through windows of the register space ([`crate::registers::WINDOWS`]) and not through stream ports.
    pub windows: bool,
}

/// [`Config`] as found in a file: missing fields take their defaults.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Unchecked {
    lanes: Option<usize>,
    columns: Option<usize>,
    act_bits: Option<usize>,
    style: Option<Style>,
    weight_code: Option<WeightCode>,
    weight_bus: Option<usize>,
    max_depth: Option<usize>,
    max_tokens: Option<usize>,
    windows: Option<bool>,
}

impl TryFrom<Unchecked> for Config {
    type Error = ConfigError;

    fn try_from(u: Unchecked) -> Result<Config, ConfigError> {
        let d = Config::default();
        let lanes = u.lanes.unwrap_or(d.lanes);
        let columns = u.columns.unwrap_or(d.columns);
        let weight_code = u.weight_code.unwrap_or(d.weight_code);
        Config {
            lanes,
            columns,
            act_bits: u.act_bits.unwrap_or(d.act_bits),
            style: u.style.unwrap_or(d.style),
            weight_code,
            weight_bus: u.weight_bus.unwrap_or(Config::default_weight_bus(lanes, columns, weight_code)),
            max_depth: u.max_depth.unwrap_or(d.max_depth),
            max_tokens: u.max_tokens.unwrap_or(d.max_tokens),
            windows: u.windows.unwrap_or(d.windows),
        }
        .checked()
    }
}

impl Default for Config {
    fn default() -> Config {
        Config::sized(64, 16)
    }
}

impl Config {
    /// Widest N of a job.
    pub const MAX_OUTPUTS: usize = (1 << 20) - 1;

    /// `lanes` x `columns` with defaults for the rest; check it with [`Config::checked`].
    pub const fn sized(lanes: usize, columns: usize) -> Config {
        let weight_code = WeightCode::Base3;
        Config {
            lanes,
            columns,
            act_bits: 8,
            style: Style::Portable,
            weight_code,
            weight_bus: Config::default_weight_bus(lanes, columns, weight_code),
            max_depth: 16384,
            max_tokens: 16,
            windows: false,
        }
    }

    /// 512 bits, or a full tile where that is narrower; `lanes` and `columns` may be any, as nothing has checked them yet.
    pub const fn default_weight_bus(lanes: usize, columns: usize, code: WeightCode) -> usize {
        let full = lanes.saturating_mul(columns).div_ceil(code.trits_per_byte()).saturating_mul(8);
        if full < 512 { full } else { 512 }
    }

    /// This configuration, if every field is in range.
    ///
    /// # Errors
    /// The first field that is not.
    pub fn checked(self) -> Result<Config, ConfigError> {
        let range = |field, value, low, high| {
            if (low..=high).contains(&value) { Ok(()) } else { Err(ConfigError::Range { field, value, low, high }) }
        };
        range("lanes", self.lanes, 1, 256)?;
        range("columns", self.columns, 1, 64)?;
        range("act-bits", self.act_bits, 2, 8)?;
        range("max-depth", self.max_depth, 1, 1 << 18)?;
        range("max-tokens", self.max_tokens, 1, 4096)?;
        if !self.weight_bus.is_multiple_of(8) {
            return Err(ConfigError::WeightBus(self.weight_bus));
        }
        range("weight-bus", self.weight_bus, 8, self.full_tile_bus())?;
        Ok(self)
    }

    /// Bits of a weight stream that moves a tile per beat.
    pub const fn full_tile_bus(&self) -> usize {
        self.tile_trits().div_ceil(self.weight_code.trits_per_byte()) * 8
    }

    /// Trits of a tile.
    pub const fn tile_trits(&self) -> usize {
        self.lanes * self.columns
    }

    /// Trits carried by one weight beat.
    pub const fn trits_per_beat(&self) -> usize {
        self.weight_bus / 8 * self.weight_code.trits_per_byte()
    }

    /// Weight beats that make a tile.
    pub const fn beats_per_tile(&self) -> usize {
        self.tile_trits().div_ceil(self.trits_per_beat())
    }

    /// Width of the activation stream in bits: one byte a lane.
    pub const fn act_bus(&self) -> usize {
        8 * self.lanes
    }

    /// Width of the result stream in bits: one int32 a column.
    pub const fn res_bus(&self) -> usize {
        32 * self.columns
    }

    /// Accumulator width: holds `±2^(act_bits-1) * max_depth` exactly, and any sum of the lanes.
    pub const fn acc_bits(&self) -> usize {
        let deepest = if self.max_depth > self.lanes { self.max_depth } else { self.lanes };
        self.act_bits + 1 + clog2(deepest)
    }

    /// Adder levels of a column, each with a register; at least one.
    pub const fn tree_levels(&self) -> usize {
        match self.style {
            Style::Portable | Style::Ecp5 => {
                let levels = clog2(self.lanes);
                if levels == 0 { 1 } else { levels }
            }
            // Pairs, signed pairs, then three by three.
            Style::Xilinx7 => {
                let (mut levels, mut terms) = (2, self.lanes.div_ceil(4));
                while terms > 1 {
                    terms = terms.div_ceil(3);
                    levels += 1;
                }
                levels
            }
        }
    }

    /// Words of the activation buffer: every lane chunk of every token of the largest job.
    pub const fn act_words(&self) -> usize {
        self.max_tokens * self.max_depth.div_ceil(self.lanes)
    }

    /// Cycles that an access waits for a window before it is refused: longer than the unit itself keeps a host waiting that
    /// follows the order of [`crate::packing`], which is the time of one tile.
    pub const fn window_patience(&self) -> usize {
        let tile = (self.max_tokens + 64).next_power_of_two();
        if tile < 1024 { 1024 } else { tile }
    }

    /// Looks a preset up by name.
    ///
    /// # Errors
    /// [`ConfigError::Unknown`] with the names there are.
    pub fn preset(name: &str) -> Result<Config, ConfigError> {
        PRESETS.iter().find(|(n, _)| *n == name).map(|(_, config)| config.clone()).ok_or(ConfigError::Unknown {
            what: "preset",
            value: name.into(),
            known: PRESET_NAMES,
        })
    }
}

const PRESET_NAMES: &str = "unit odd serial small standard wide";

/// Named configurations that every check runs over.
pub const PRESETS: [(&str, Config); 6] = [
    ("unit", Config { max_depth: 64, max_tokens: 4, ..Config::sized(1, 1) }),
    (
        "odd",
        Config {
            weight_code: WeightCode::TwoBit,
            weight_bus: 16,
            max_depth: 100,
            max_tokens: 5,
            ..Config::sized(7, 3)
        },
    ),
    ("serial", Config { weight_bus: 40, max_depth: 512, max_tokens: 4, windows: true, ..Config::sized(10, 4) }),
    ("small", Config { max_depth: 2048, max_tokens: 8, ..Config::sized(32, 4) }),
    ("standard", Config::sized(64, 16)),
    ("wide", Config::sized(256, 64)),
];

/// Bits needed to count to `n - 1`: 0 for 1, 1 for 2, 2 for 3 and 4.
pub const fn clog2(n: usize) -> usize {
    n.next_power_of_two().trailing_zeros() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_valid_and_all_named() {
        for (name, config) in PRESETS {
            assert_eq!(config.clone().checked(), Ok(config), "{name}");
            assert!(Config::preset(name).is_ok());
        }
        let names: Vec<&str> = PRESETS.iter().map(|(n, _)| *n).collect();
        assert_eq!(names.join(" "), PRESET_NAMES);
    }

    #[test]
    fn out_of_range_fields_are_named() {
        let refused = |c: Config| c.checked().unwrap_err().to_string();
        assert_eq!(refused(Config::sized(0, 1)), "lanes = 0 is outside 1 to 256");
        assert_eq!(refused(Config::sized(1, 65)), "columns = 65 is outside 1 to 64");
        assert_eq!(refused(Config::sized(1 << 63, 9)), "lanes = 9223372036854775808 is outside 1 to 256");
        assert_eq!(
            refused(Config { weight_bus: 12, ..Config::sized(8, 8) }),
            "weight-bus = 12 is not a multiple of 8 bits"
        );
        assert_eq!(refused(Config { weight_bus: 128, ..Config::sized(8, 8) }), "weight-bus = 128 is outside 8 to 104");
        assert_eq!(
            Config::preset("nope").unwrap_err().to_string(),
            "unknown preset `nope`; known: unit odd serial small standard wide"
        );
    }

    #[test]
    fn widths_of_the_standard_preset() {
        let c = Config::preset("standard").unwrap();
        assert_eq!((c.tile_trits(), c.trits_per_beat(), c.beats_per_tile()), (1024, 320, 4));
        assert_eq!((c.act_bus(), c.res_bus(), c.acc_bits(), c.tree_levels()), (512, 512, 23, 6));
        assert_eq!(c.full_tile_bus(), 1640);
    }

    #[test]
    fn accumulator_holds_the_extremes() {
        for (_, c) in PRESETS {
            let extreme = (1i64 << (c.act_bits - 1)) * c.max_depth as i64;
            assert!(extreme < 1 << (c.acc_bits() - 1), "{c:?}");
        }
    }
}
