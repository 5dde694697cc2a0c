//! Named configurations.

use super::{Config, ConfigError, Style, WeightCode, Weights};

const NAMES: &str = "unit odd serial small standard wide";

/// The configurations that every check runs over, by name. All but `unit` and `odd` take at most
/// 1.62 bits a weight on their weight stream.
pub const PRESETS: [(&str, Config); 6] = [
    ("unit", Config { max_depth: 64, max_tokens: 4, ..defaults(1, 1) }),
    (
        "odd",
        Config { weight_code: WeightCode::TwoBit, weight_bus: 16, max_depth: 100, max_tokens: 5, ..defaults(7, 3) },
    ),
    ("serial", Config { weight_bus: 40, max_depth: 512, max_tokens: 4, windows: true, ..defaults(10, 5) }),
    ("small", Config { max_depth: 2048, max_tokens: 8, ..defaults(32, 5) }),
    ("standard", defaults(64, 20)),
    ("wide", defaults(256, 60)),
];

impl Config {
    /// Looks a preset up by name.
    ///
    /// # Errors
    /// [`ConfigError::Unknown`] with the names there are.
    pub fn preset(name: &str) -> Result<Config, ConfigError> {
        PRESETS.iter().find(|(n, _)| *n == name).map(|(_, config)| config.clone()).ok_or(ConfigError::Unknown {
            what: "preset",
            value: name.into(),
            known: NAMES,
        })
    }
}

impl Default for Config {
    fn default() -> Config {
        defaults(64, 20)
    }
}

const fn defaults(lanes: usize, columns: usize) -> Config {
    let weight_code = WeightCode::Base3;
    Config {
        lanes,
        columns,
        act_bits: 8,
        style: Style::Portable,
        weight_code,
        weight_bus: Config::default_weight_bus(lanes, columns, weight_code, Weights::Stream),
        max_depth: 16384,
        max_tokens: 16,
        windows: false,
        weights: Weights::Stream,
        ring: false,
        burst_beats: Config::BURST_BEATS,
        strides: false,
        weight_ports: 1,
        group: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_valid_and_all_named() {
        for (name, config) in PRESETS {
            assert_eq!(Config::builder().or(&config).build(), Ok(config), "{name}");
            assert!(Config::preset(name).is_ok());
        }
        let names: Vec<&str> = PRESETS.iter().map(|(n, _)| *n).collect();
        assert_eq!(names.join(" "), NAMES);
        assert_eq!(
            Config::preset("nope").unwrap_err().to_string(),
            "unknown preset `nope`; known: unit odd serial small standard wide"
        );
    }

    /// `unit` and `odd` cover what partial beats bring.
    #[test]
    fn presets_fill_the_beats_of_their_weight_stream() {
        for (name, config) in PRESETS {
            let density = config.density();
            match name {
                "unit" | "odd" => assert!(density.is_wasteful(), "{name}: {density:?}"),
                _ => assert!(density.bits_per_weight <= 1.62, "{name}: {density:?}"),
            }
        }
    }
}
