//! Place of work under the roofs of its unit and memory.
//!
//! ```text
//! attainable = min(columns:    lanes x columns x clock,
//!                  memory:     MACs / its bytes     x bandwidth,
//!                  weight bus: MACs / weight bytes  x bus x clock)
//! ```
//! Rates are multiply-accumulates a second. All streams come from the memory; of a unit that reads its weights from there only
//! they do. Weights are nearly all bytes for one token, so both intensities are about
//! the same where the weight bus matters.

use serde::Serialize;
use trine_spec::Config;

use crate::memory::Memory;
use crate::predict::Traffic;

/// Limits of a unit behind a memory.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Roofs {
    /// Multiply-accumulates a second when every column works in every cycle.
    pub columns: f64,
    /// Bytes a second of the memory.
    pub memory: f64,
    /// Bytes a second that the weight bus takes.
    pub weight_bus: f64,
    /// True if weights alone come from the memory.
    pub weights_alone: bool,
}

impl Roofs {
    /// The roofs of a unit of configuration `config` that runs at `clock_hz`.
    pub fn new(config: &Config, clock_hz: f64, memory: &Memory) -> Self {
        Self {
            columns: config.tile_trits() as f64 * clock_hz,
            memory: memory.bytes_per_second,
            weight_bus: config.weight_bus() as f64 / 8.0 * clock_hz,
            weights_alone: config.memory(),
        }
    }

    /// The intensity from which on neither memory nor weight bus holds the columns up, weights being nearly all bytes.
    pub fn ridge(&self) -> f64 {
        self.columns / self.memory.min(self.weight_bus)
    }
}

/// The position of some work under its roofs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Position {
    /// Multiply-accumulates for a byte of the memory.
    #[serde(rename = "macs_per_byte")]
    pub intensity: f64,
    /// Multiply-accumulates a second, as counted.
    #[serde(rename = "macs_per_second")]
    pub rate: f64,
    /// The rate that the roofs allow.
    #[serde(rename = "attainable_macs_per_second")]
    pub attainable: f64,
    /// The intensity from which on the columns are the roof.
    #[serde(rename = "ridge_macs_per_byte")]
    pub ridge: f64,
}

impl Position {
    /// The position of `macs` multiply-accumulates with this traffic in `cycles` of a clock of `clock_hz`; zero where
    /// nothing ran.
    pub fn new(roofs: &Roofs, macs: u64, traffic: &Traffic, cycles: u64, clock_hz: f64) -> Self {
        let part = |of: u64| if of == 0 { 0.0 } else { macs as f64 / of as f64 };
        let intensity = part(if roofs.weights_alone { traffic.weights } else { traffic.total() });
        Self {
            intensity,
            rate: part(cycles) * clock_hz,
            attainable: roofs.columns.min(intensity * roofs.memory).min(part(traffic.weights) * roofs.weight_bus),
            ridge: roofs.ridge(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory;

    /// 64 x 16 at 200 MHz: 204.8 G/s in the columns, 12.8 GB/s on 512 bits, 17.064 GB/s from LPDDR4.
    #[test]
    fn positions_by_hand() {
        let roofs = Roofs::new(&Config::sized(64, 16).build().unwrap(), 200e6, &memory::named("lpddr4-4266").unwrap());
        assert_eq!(roofs, Roofs { columns: 204.8e9, memory: 17.064e9, weight_bus: 12.8e9, weights_alone: false });
        let traffic = |weights, results| Traffic { activations: 0, weights, results };
        // Four to a byte of weights: the bus decides. Sixty-four: the columns.
        let one = Position::new(&roofs, 4000, &traffic(1000, 0), 16, 200e6);
        assert_eq!(one, Position { intensity: 4.0, rate: 50e9, attainable: 51.2e9, ridge: 16.0 });
        let many = Position::new(&roofs, 64_000, &traffic(1000, 1000), 16, 200e6);
        assert_eq!((many.intensity, many.attainable), (32.0, 204.8e9));
        // Results take the memory's time and not the weight bus's.
        let results = Position::new(&roofs, 4000, &traffic(500, 3500), 16, 200e6);
        assert_eq!(results.attainable, 17.064e9);
        // Or not, where only weights are there.
        let alone = Position::new(&Roofs { weights_alone: true, ..roofs }, 4000, &traffic(500, 3500), 16, 200e6);
        assert_eq!((alone.intensity, alone.attainable), (8.0, 102.4e9));
        let nothing = Position::new(&roofs, 0, &Traffic::default(), 0, 200e6);
        assert_eq!((nothing.intensity, nothing.rate, nothing.attainable), (0.0, 0.0, 0.0));
    }

    #[test]
    fn a_slow_memory_is_the_lower_roof() {
        let roofs = Roofs::new(&Config::sized(64, 16).build().unwrap(), 50e6, &memory::named("sdram-143").unwrap());
        let weights = Traffic { weights: 1000, ..Traffic::default() };
        assert_eq!(Position::new(&roofs, 4000, &weights, 16, 50e6).attainable, 4.0 * 286e6);
    }
}
