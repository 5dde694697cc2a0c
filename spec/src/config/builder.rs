//! A configuration before it is checked.

use super::{Config, ConfigError, Style, WeightCode, Weights};
use serde::Deserialize;

/// The fields of a [`Config`] that are given so far; a file is read into one, missing fields missing. Keys are spelt as flags
/// are (`weight-bus`) or as JSON has them (`weight_bus`).
///
/// ```
/// use trine_spec::Config;
///
/// let config = Config::builder().lanes(32).columns(8).windows(true).build()?;
/// assert_eq!((config.weight_bus(), config.max_depth()), (416, 16384));
///
/// let shallow = Config::builder().max_depth(64).or(&config).build()?;
/// assert_eq!((shallow.lanes(), shallow.max_depth()), (32, 64));
///
/// let error = Config::builder().lanes(0).build().unwrap_err();
/// assert_eq!(error.to_string(), "lanes = 0 is outside 1 to 256");
/// # Ok::<(), trine_spec::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Builder {
    lanes: Option<usize>,
    columns: Option<usize>,
    #[serde(alias = "act_bits")]
    act_bits: Option<usize>,
    style: Option<Style>,
    #[serde(alias = "weight_code")]
    weight_code: Option<WeightCode>,
    #[serde(alias = "weight_bus")]
    weight_bus: Option<usize>,
    #[serde(alias = "max_depth")]
    max_depth: Option<usize>,
    #[serde(alias = "max_tokens")]
    max_tokens: Option<usize>,
    windows: Option<bool>,
    weights: Option<Weights>,
    ring: Option<bool>,
    #[serde(alias = "burst_beats")]
    burst_beats: Option<usize>,
    strides: Option<bool>,
    #[serde(alias = "weight_ports")]
    weight_ports: Option<usize>,
    group: Option<usize>,
}

macro_rules! setters {
    ($($field:ident: $type:ty),+) => {
        $(
            #[doc = concat!("Sets [`Config::", stringify!($field), "`]; `None` leaves it as it is.")]
            #[must_use]
            pub fn $field(mut self, value: impl Into<Option<$type>>) -> Self {
                self.$field = value.into().or(self.$field);
                self
            }
        )+
    };
}

impl Builder {
    setters! {
        lanes: usize, columns: usize, act_bits: usize, style: Style, weight_code: WeightCode, weight_bus: usize,
        max_depth: usize, max_tokens: usize, windows: bool, weights: Weights, ring: bool, burst_beats: usize,
        strides: bool, weight_ports: usize, group: usize
    }

    /// Takes the fields that are not given from `base`; the width of the weight bus only if lanes, columns, code and way of the weights
    /// are those of `base`, because another tile or way has another default, and what belongs to a way only with that way.
    #[must_use]
    pub fn or(self, base: &Config) -> Self {
        let lanes = self.lanes.unwrap_or(base.lanes);
        let columns = self.columns.unwrap_or(base.columns);
        let weight_code = self.weight_code.unwrap_or(base.weight_code);
        let weights = self.weights.unwrap_or(base.weights);
        let same_way = weights == base.weights;
        let same_tile = same_way && (lanes, columns, weight_code) == (base.lanes, base.columns, base.weight_code);
        Self {
            lanes: Some(lanes),
            columns: Some(columns),
            act_bits: self.act_bits.or(Some(base.act_bits)),
            style: self.style.or(Some(base.style)),
            weight_code: Some(weight_code),
            weight_bus: self.weight_bus.or(same_tile.then_some(base.weight_bus)),
            max_depth: self.max_depth.or(Some(base.max_depth)),
            max_tokens: self.max_tokens.or(Some(base.max_tokens)),
            windows: self.windows.or(Some(base.windows)),
            weights: Some(weights),
            ring: self.ring.or(same_way.then_some(base.ring)),
            burst_beats: self.burst_beats.or(same_way.then_some(base.burst_beats)),
            strides: self.strides.or(same_way.then_some(base.strides)),
            weight_ports: self.weight_ports.or(same_way.then_some(base.weight_ports)),
            group: self.group.or((base.groups() > 1).then_some(base.group)),
        }
    }

    /// The configuration, with defaults for what is not given.
    ///
    /// # Errors
    /// [`ConfigError`] for the first field that is out of range.
    pub fn build(self) -> Result<Config, ConfigError> {
        let default = Config::default();
        let lanes = self.lanes.unwrap_or(default.lanes);
        let columns = self.columns.unwrap_or(default.columns);
        let weight_code = self.weight_code.unwrap_or(default.weight_code);
        let weights = self.weights.unwrap_or(default.weights);
        let config = Config {
            lanes,
            columns,
            act_bits: self.act_bits.unwrap_or(default.act_bits),
            style: self.style.unwrap_or(default.style),
            weight_code,
            weight_bus: self.weight_bus.unwrap_or(Config::default_weight_bus(lanes, columns, weight_code, weights)),
            max_depth: self.max_depth.unwrap_or(default.max_depth),
            max_tokens: self.max_tokens.unwrap_or(default.max_tokens),
            windows: self.windows.unwrap_or(default.windows),
            weights,
            ring: self.ring.unwrap_or(default.ring),
            burst_beats: self.burst_beats.unwrap_or(default.burst_beats),
            strides: self.strides.unwrap_or(default.strides),
            weight_ports: self.weight_ports.unwrap_or(default.weight_ports),
            group: self.group.unwrap_or(columns),
        };
        config.check()?;
        let group = config.group;
        Ok(config.with_group(group))
    }
}

impl TryFrom<Builder> for Config {
    type Error = ConfigError;

    fn try_from(given: Builder) -> Result<Config, ConfigError> {
        given.build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_a_ring_is_no_wider_than_128_bits() {
        let ring =
            |bus: usize| Config::sized(64, 20).weights(Weights::Memory).weight_bus(bus).ring(true).build().unwrap();
        assert_eq!([8, 32, 64, 128, 512].map(|bus| ring(bus).ring_bus()), [32, 32, 64, 128, 128]);
    }

    #[test]
    fn out_of_range_fields_are_named() {
        let refused = |given: Builder| given.build().unwrap_err().to_string();
        assert_eq!(refused(Config::sized(0, 1)), "lanes = 0 is outside 1 to 256");
        assert_eq!(refused(Config::sized(1, 65)), "columns = 65 is outside 1 to 64");
        assert_eq!(refused(Config::sized(1 << 63, 9)), "lanes = 9223372036854775808 is outside 1 to 256");
        assert_eq!(refused(Config::sized(8, 8).weight_bus(12)), "weight-bus = 12 is not a multiple of 8 bits");
        assert_eq!(refused(Config::sized(8, 8).weight_bus(128)), "weight-bus = 128 is outside 8 to 104");
        let wide =
            |lanes, columns, bus| refused(Config::sized(lanes, columns).weight_bus(bus).weights(Weights::Memory));
        let text = |bus, most| {
            format!(
                "weight-bus = {bus} is not a power of two from 8 to {most}, as weights from memory have it; {most} bits hold a tile or less"
            )
        };
        assert_eq!(wide(64, 15, 1024), text(1024, 512));
        assert_eq!([wide(8, 4, 64), wide(8, 4, 56)], [text(64, 32), text(56, 32)]);
        for (field, given) in [
            ("ring", Config::sized(8, 8).ring(true)),
            ("burst-beats", Config::sized(8, 8).burst_beats(16)),
            ("strides", Config::sized(8, 8).strides(true)),
            ("weight-ports", Config::sized(8, 8).weight_ports(2)),
        ] {
            assert_eq!(refused(given.clone()), format!("{field} needs weights = memory"));
            let with = given.weights(Weights::Memory).build().unwrap();
            let without = Config::builder().weights(Weights::Stream).weight_bus(64).or(&with).build().unwrap();
            assert_eq!(without, with.with_weight_stream());
        }
    }

    #[test]
    fn bursts_have_a_length_that_divides_a_page() {
        let bursts = |beats: usize| Config::sized(8, 8).weights(Weights::Memory).burst_beats(beats).build();
        assert_eq!([16, 32, 64].map(|beats| bursts(beats).unwrap().bursts()), [32, 16, 8]);
        for beats in [0, 8, 24, 128] {
            let error = bursts(beats).unwrap_err();
            assert_eq!(
                (error.key(), error.to_string()),
                ("burst-beats", format!("burst-beats = {beats} is not 16, 32 or 64"))
            );
        }
        let short = bursts(16).unwrap();
        assert_eq!(Config::builder().lanes(4).or(&short).build().unwrap().burst_beats(), 16);
    }

    #[test]
    fn every_port_of_the_weights_has_a_byte() {
        let ports =
            |bus, ports| Config::sized(8, 8).weights(Weights::Memory).weight_bus(bus).weight_ports(ports).build();
        assert_eq!([1, 2, 4, 8].map(|n| ports(64, n).unwrap().port_bus()), [64, 32, 16, 8]);
        assert_eq!(ports(64, 3).unwrap_err().to_string(), "weight-ports = 3 is not 1, 2, 4 or 8");
        let narrow = ports(16, 4).unwrap_err();
        assert_eq!(narrow.key(), "weight-ports");
        let text = "weight-ports = 4 needs 32 bits of weight-bus, a byte for each port, and there are 16";
        assert_eq!(narrow.to_string(), text);
    }

    #[test]
    fn groups_share_the_columns_out() {
        let grouped = |columns, group| Config::sized(64, columns).group(group).build().unwrap();
        let shares = |c: &Config| (0..c.groups()).map(|g| c.columns_of(g)).collect::<Vec<_>>();
        assert_eq!([grouped(10, 4), grouped(8, 4)].map(|c| shares(&c)), [vec![4, 4, 2], vec![4, 4]]);
        assert_eq!([grouped(10, 4), grouped(9, 6)].map(|c| c.chunk_copies()), [3, 3]);
        let whole = Config::sized(64, 10).build().unwrap();
        assert_eq!((whole.group(), whole.groups(), shares(&whole)), (10, 1, vec![10]));
        assert_eq!([grouped(10, 10), grouped(10, 64)], [whole.clone(), whole.clone()]);
        assert_eq!(grouped(10, 4).latency(), whole.latency() + 2);
        for group in [0, 65] {
            let error = Config::sized(64, 10).group(group).build().unwrap_err();
            assert_eq!((error.key(), error.to_string()), ("group", format!("group = {group} is outside 1 to 64")));
        }
        let wider = Config::builder().columns(20).or(&grouped(10, 4)).build().unwrap();
        assert_eq!(shares(&wider), [4; 5]);
        let wider = Config::builder().columns(20).or(&whole).build().unwrap();
        assert_eq!(wider.groups(), 1);
    }

    #[test]
    fn weights_from_memory_have_a_bus_of_a_memory() {
        let bus = |lanes, columns| Config::sized(lanes, columns).weights(Weights::Memory).build().unwrap().weight_bus();
        assert_eq!([bus(64, 20), bus(8, 8), bus(1, 1), bus(40, 8)], [512, 64, 8, 512]);
        let stream = Config::sized(8, 8).build().unwrap();
        assert_eq!(Config::builder().weights(Weights::Memory).or(&stream).build().unwrap().weight_bus(), 64);
    }

    #[test]
    fn another_tile_has_its_own_bus() {
        let base = Config::sized(8, 8).weight_bus(16).build().unwrap();
        assert_eq!(Config::builder().max_tokens(3).or(&base).build().unwrap().weight_bus(), 16);
        assert_eq!(Config::builder().columns(1).or(&base).build().unwrap().weight_bus(), 16);
        assert_eq!(Config::builder().columns(2).or(&base).build().unwrap().weight_bus(), 32);
        assert_eq!(Config::builder().columns(2).weight_bus(8).or(&base).build().unwrap().weight_bus(), 8);
    }
}
