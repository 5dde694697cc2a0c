//! Density of a weight stream: the places of its beats that hold weights, and the nearest configuration that fills them.
//!
//! A tile takes whole beats. The places of a beat are what its bytes carry: five trits a byte in base 3, four in two bits. A tile of
//! 64 x 16 trits on 512 bits takes 4 beats of 320 places: 1,024 of 1,280 hold weights, so that a fifth of the bus carries zeros.
//!
//! ```
//! use trine_spec::Config;
//!
//! let config = Config::sized(64, 16).build()?;
//! let density = config.density();
//! assert_eq!((density.bits_per_weight, density.wasted), (2.0, 0.2));
//! let nearest = density.nearest.unwrap();
//! assert_eq!((nearest.lanes(), nearest.columns(), nearest.weight_bus()), (64, 15, 512));
//! assert_eq!(nearest.density().bits_per_weight, 1.6);
//! # Ok::<(), trine_spec::ConfigError>(())
//! ```

use std::cmp::Reverse;
use std::ops::RangeInclusive;

use serde::Serialize;

use super::Config;

/// Density of the weight stream of one configuration.
///
/// The bits are those of the stream. A unit with windows moves each beat in whole words besides ([`crate::packing::words`]).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Density {
    /// Bits on the weight bus for each weight of a tile.
    pub bits_per_weight: f64,
    /// The same for a tile that fills its beats: 1.6 in base 3, 2 in two bits.
    pub least_bits_per_weight: f64,
    /// Share of the places of a tile's beats that hold no weight, 0 to 1.
    pub wasted: f64,
    /// Nearest configuration within [`Density::LIMIT`]; absent for one that is within it, and if there is none within a factor of
    /// two.
    pub nearest: Option<Config>,
}

impl Density {
    /// Largest `wasted` that is not worth another configuration.
    pub const LIMIT: f64 = 0.02;

    /// True for more than [`Density::LIMIT`].
    pub fn is_wasteful(&self) -> bool {
        self.wasted > Self::LIMIT
    }
}

impl Config {
    /// Density of the weight stream.
    pub fn density(&self) -> Density {
        let bits = self.beats_per_tile() * self.weight_bus();
        let density = Density {
            bits_per_weight: bits as f64 / self.tile_trits() as f64,
            least_bits_per_weight: 8.0 / self.weight_code().trits_per_byte() as f64,
            wasted: self.wasted(),
            nearest: None,
        };
        let nearest = density.is_wasteful().then(|| self.nearest_dense()).flatten();
        Density { nearest, ..density }
    }

    /// The configuration of this weight bus that is within [`Density::LIMIT`] and differs least: in its columns; if no number of
    /// columns within a factor of two is, in its lanes; else in both.
    fn nearest_dense(&self) -> Option<Config> {
        let (lanes, columns) = (self.lanes(), self.columns());
        self.nearest_within(lanes..=lanes, around(columns))
            .or_else(|| self.nearest_within(around(lanes), columns..=columns))
            .or_else(|| self.nearest_within(around(lanes), around(columns)))
    }

    /// The same among these sizes, where lanes and columns count by their share; of two that differ alike the larger.
    fn nearest_within(&self, lanes: RangeInclusive<usize>, columns: RangeInclusive<usize>) -> Option<Config> {
        let sizes = lanes.flat_map(|lanes| columns.clone().map(move |columns| (lanes, columns)));
        let dense = sizes.filter_map(|(lanes, columns)| self.resized(lanes, columns));
        dense.min_by_key(|c| {
            let (lanes, columns) = (c.lanes().abs_diff(self.lanes()), c.columns().abs_diff(self.columns()));
            (lanes * self.columns() + columns * self.lanes(), Reverse(c.tile_trits()))
        })
    }

    /// This configuration with other sizes, if it can be built on the same bus and is within [`Density::LIMIT`].
    fn resized(&self, lanes: usize, columns: usize) -> Option<Config> {
        let sized = Config::sized(lanes, columns).weight_bus(self.weight_bus()).or(self).build().ok()?;
        (sized.wasted() <= Density::LIMIT).then_some(sized)
    }

    /// Share of the places of a tile's beats that hold no weight.
    fn wasted(&self) -> f64 {
        let places = self.beats_per_tile() * self.trits_per_beat();
        (places - self.tile_trits()) as f64 / places as f64
    }
}

/// Sizes within a factor of two of `size`.
fn around(size: usize) -> RangeInclusive<usize> {
    size.div_ceil(2)..=2 * size
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WeightCode;

    fn nearest(lanes: usize, columns: usize, bus: usize) -> Option<(usize, usize)> {
        let config = Config::sized(lanes, columns).weight_bus(bus).build().unwrap();
        config.density().nearest.map(|c| (c.lanes(), c.columns()))
    }

    #[test]
    fn sizes_that_fill_their_beats_waste_nothing() {
        for (lanes, columns, bus) in [(64, 20, 512), (64, 15, 512), (40, 8, 64), (32, 5, 256), (10, 4, 8)] {
            let density = Config::sized(lanes, columns).weight_bus(bus).build().unwrap().density();
            let filled = Density { bits_per_weight: 1.6, least_bits_per_weight: 1.6, wasted: 0.0, nearest: None };
            assert_eq!(density, filled, "{lanes} x {columns} on {bus}");
        }
    }

    #[test]
    fn two_bits_are_compared_with_two_bits() {
        let two_bit =
            |columns| Config::sized(64, columns).weight_code(WeightCode::TwoBit).weight_bus(512).build().unwrap();
        let filled = Density { bits_per_weight: 2.0, least_bits_per_weight: 2.0, wasted: 0.0, nearest: None };
        assert_eq!(two_bit(16).density(), filled);
        let density = two_bit(17).density();
        assert_eq!((density.wasted, density.nearest), (0.15, Some(two_bit(16))));
    }

    #[test]
    fn the_nearest_size_differs_in_columns_then_in_lanes_then_in_both() {
        assert_eq!(nearest(64, 16, 512), Some((64, 15)));
        assert_eq!(nearest(64, 18, 512), Some((64, 20)));
        // Within 2 % is enough: 1,024 of 1,040 places.
        assert_eq!(nearest(64, 16, 64), None);
        // 10 places a beat: 8 lanes need 5 columns.
        assert_eq!(nearest(8, 1, 16), Some((10, 1)));
        // 25 places a beat: 3 lanes need 25 columns, 7 columns need 25 lanes.
        assert_eq!(nearest(3, 7, 40), Some((5, 5)));
        // 5 places a beat: twice as many lanes and columns are 4.
        assert_eq!(nearest(1, 1, 8), None);
    }

    #[test]
    fn the_nearest_size_is_built_as_the_rest_says() {
        let config = Config::sized(7, 16).weight_bus(64).act_bits(5).max_depth(99).max_tokens(3).windows(true);
        let config = config.build().unwrap();
        let nearest = config.density().nearest.unwrap();
        let same = Config::sized(nearest.lanes(), nearest.columns()).weight_bus(64).or(&config).build();
        assert_eq!(same, Ok(nearest.clone()));
        assert_eq!((nearest.act_bits(), nearest.max_depth(), nearest.windows()), (5, 99, true));
    }

    /// Every size on several buses: the nearest configuration can be built, fills its beats, and no nearer one does.
    #[test]
    fn the_nearest_of_any_size_wastes_no_more_than_the_limit() {
        for code in [WeightCode::Base3, WeightCode::TwoBit] {
            for (lanes, columns) in (1..=256).step_by(5).flat_map(|lanes| (1..=64).map(move |columns| (lanes, columns)))
            {
                for bus in [8, 40, 64, 136, 512] {
                    let built = Config::sized(lanes, columns).weight_code(code).weight_bus(bus).build();
                    let Ok(config) = built else { continue };
                    let density = config.density();
                    let bits = density.least_bits_per_weight / (1.0 - density.wasted);
                    assert!((density.bits_per_weight - bits).abs() < 1e-9, "{config:?}: {density:?}");
                    let Some(nearest) = density.nearest else { continue };
                    assert!(density.wasted > Density::LIMIT && !nearest.density().is_wasteful(), "{nearest:?}");
                    assert_eq!(Config::builder().or(&nearest).build().as_ref(), Ok(&nearest));
                    assert_eq!((nearest.weight_bus(), nearest.weight_code()), (bus, code));
                    let within = |new: usize, old: usize| 2 * new >= old && new <= 2 * old;
                    assert!(within(nearest.lanes(), lanes) && within(nearest.columns(), columns), "{nearest:?}");
                    if nearest.lanes() == lanes {
                        let change = nearest.columns().abs_diff(columns);
                        let nearer = columns - change + 1..columns + change;
                        assert!(nearer.into_iter().all(|c| config.resized(lanes, c).is_none()), "{nearest:?}");
                    }
                }
            }
        }
    }
}
