//! Energy: counts of the unit and the driver, times cited constants.
//!
//! ```text
//! compute = active cycles x columns x (adds of the tree by width + one add of the accumulator)
//! on-chip = active cycles x (lane chunk read + accumulator word read and written) + chunks stored + results read
//! DRAM    = bytes on the three streams
//! static  = time x (full adders + flip-flops + memory bits) x leakage
//! ```
//!
//! The counts are exact, the constants are not: every figure carries an interval. A sum takes one set of records for the
//! die and one for the memory, never two nodes. What no record prices is left out and said so: [`NOT_COUNTED`].

mod estimate;
mod records;

pub use estimate::{Estimate, Tag};
pub use records::{Record, Records};

use serde::Serialize;
use trine_spec::Config;

use crate::{Counters, Error};

/// Energy that the estimate leaves out, for want of a sourced constant.
pub const NOT_COUNTED: &[&str] = &[
    "operand selection and trit decoding",
    "clock tree and switching of pipeline registers",
    "DRAM refresh and standby",
    "the host",
];

/// The parts of an energy, in joules.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Energy {
    /// Adders of the columns.
    pub compute: Estimate,
    /// Activation buffer and accumulators.
    pub onchip: Estimate,
    /// Bytes moved over the streams.
    pub dram: Estimate,
    /// Leakage of the unit.
    #[serde(rename = "static")]
    pub idle: Estimate,
}

impl Energy {
    /// All parts.
    pub fn total(&self) -> Estimate {
        [self.compute, self.onchip, self.dram, self.idle].into_iter().sum()
    }
}

/// What the events of one unit cost.
#[derive(Clone, Debug)]
pub struct EnergyModel {
    /// Technology set of the die.
    pub die: String,
    /// Technology set of the memory.
    pub memory: String,
    /// Clock of the unit in hertz.
    pub clock_hz: f64,
    compute_per_active: Estimate,
    onchip_per_active: Estimate,
    onchip_per_act_beat: Estimate,
    onchip_per_res_beat: Estimate,
    dram_per_byte: Estimate,
    static_per_cycle: Estimate,
}

impl EnergyModel {
    /// Prices the events of a unit of configuration `config`, running at `clock_hz`.
    ///
    /// # Errors
    /// [`Error::NoRecord`] when an event has no sourced price.
    pub fn new(records: &Records, config: &Config, clock_hz: f64, die: &str, memory: &str) -> Result<Self, Error> {
        let columns = config.columns as f64;
        let mut adders = tree_adders(config);
        adders.push((1, config.acc_bits()));
        let add = |(count, width): &(usize, usize)| {
            Ok(records.price(die, "adder", "add", *width, None)? * (*count as f64 * columns))
        };
        let chunk_bits = config.lanes * config.act_bits;
        let sum_bits = config.columns * config.acc_bits();
        let access =
            |word: usize, words: usize| records.price(die, "sram", "access", word, Some((word * words).div_ceil(8)));
        let chunk = access(chunk_bits, config.act_words())?;
        let sums = access(sum_bits, config.max_tokens)?;

        // Every adder of the tree is followed by a register; tiles are held twice, one in use and one loading.
        let adder_bits: usize = adders.iter().map(|(count, width)| count * width).sum::<usize>() * config.columns;
        let flip_flops = adder_bits + 2 * 2 * config.tile_trits();
        let memory_bits = chunk_bits * config.act_words() + sum_bits * config.max_tokens;
        let leak = |component, count: usize| Ok(records.price(die, component, "leak", 1, None)? * count as f64);
        let leak_per_us =
            [leak("full-adder", adder_bits)?, leak("flip-flop", flip_flops)?, leak("sram-bit", memory_bits)?];

        Ok(Self {
            die: die.into(),
            memory: memory.into(),
            clock_hz,
            compute_per_active: adders.iter().map(add).sum::<Result<_, Error>>()?,
            onchip_per_active: chunk + sums * 2.0,
            onchip_per_act_beat: chunk,
            onchip_per_res_beat: sums,
            dram_per_byte: records.price(memory, "dram", "transfer", 8, None)?,
            static_per_cycle: leak_per_us.into_iter().sum::<Estimate>() * (1e6 / clock_hz),
        })
    }

    /// Energy of what was counted, with `bytes` moved over the streams.
    pub fn energy(&self, counters: &Counters, bytes: u64) -> Energy {
        Energy {
            compute: self.compute_per_active * counters.active as f64,
            onchip: self.onchip_per_active * counters.active as f64
                + self.onchip_per_act_beat * counters.act_beats as f64
                + self.onchip_per_res_beat * counters.res_beats as f64,
            dram: self.dram_per_byte * bytes as f64,
            idle: self.static_per_cycle * counters.cycles as f64,
        }
    }

    /// Seconds that `cycles` take at the stated clock.
    pub fn seconds(&self, cycles: u64) -> f64 {
        cycles as f64 / self.clock_hz
    }
}

/// Adders of one column's tree by result width: (how many, bits). A level pairs its values; an odd one passes.
fn tree_adders(config: &Config) -> Vec<(usize, usize)> {
    let (mut values, mut width, mut levels) = (config.lanes, config.act_bits, Vec::new());
    while values > 1 {
        width += 1;
        levels.push((values / 2, width));
        values = values.div_ceil(2);
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(estimate: Estimate, picojoules: f64) -> bool {
        (estimate.value * 1e12 - picojoules).abs() < 1e-6 * picojoules
    }

    fn model(config: &Config) -> EnergyModel {
        EnergyModel::new(&Records::builtin().unwrap(), config, 200e6, "45nm", "lpddr4").unwrap()
    }

    #[test]
    fn a_tree_has_one_adder_less_than_lanes() {
        for lanes in 1..=256 {
            let adders: usize = tree_adders(&Config::sized(lanes, 1)).iter().map(|(count, _)| count).sum();
            assert_eq!(adders, lanes - 1);
        }
        assert_eq!(tree_adders(&Config::sized(7, 1)), [(3, 9), (2, 10), (1, 11)]);
    }

    /// Recomputed by hand for a unit of 4 lanes and 2 columns with K up to 64 and M up to 4.
    #[test]
    fn energy_by_hand() {
        let config = Config { max_depth: 64, max_tokens: 4, ..Config::sized(4, 2) };
        assert_eq!((config.acc_bits(), config.act_words()), (15, 64));
        let counters = Counters { cycles: 1000, active: 100, act_beats: 10, res_beats: 5, ..Counters::default() };
        let energy = model(&config).energy(&counters, 500);
        // Per active cycle and column: two adds of 9 bits, one of 10, one of 15, all nearest to the 8-bit record.
        let compute = 100.0 * 2.0 * (2.0 * 9.0 + 10.0 + 15.0) * 0.03 / 8.0;
        // 32 bits from 256 bytes and 30 bits from 15 bytes, both at 10 pJ for 64 bits.
        let (chunk, sums) = (32.0 * 10.0 / 64.0, 30.0 * 10.0 / 64.0);
        let onchip = 100.0 * (chunk + 2.0 * sums) + 10.0 * chunk + 5.0 * sums;
        let dram = 500.0 * 8.0 * 8.0;
        // 86 adder bits, as many pipeline bits and 32 bits of tiles, 2048 + 120 memory bits; 1000 cycles are 5 us.
        let leakage = 5.0 * (86.0 * 0.0758 + (86.0 + 32.0) * 0.0791 + 2168.0 * 0.0235);
        assert!(close(energy.compute, compute) && close(energy.onchip, onchip), "{energy:?}");
        assert!(close(energy.dram, dram) && close(energy.idle, leakage), "{energy:?}");
        assert!(close(energy.total(), compute + onchip + dram + leakage));
        assert!((energy.dram.lo * 1e12 - 500.0 * 8.0 * 4.0).abs() < 1e-6);
        assert!((energy.dram.hi * 1e12 - 500.0 * 8.0 * 70.0).abs() < 1e-6);
    }

    #[test]
    fn a_slower_clock_leaks_longer() {
        let counters = Counters { cycles: 1000, ..Counters::default() };
        let config = Config::sized(8, 8);
        let leakage = |clock| {
            let records = Records::builtin().unwrap();
            EnergyModel::new(&records, &config, clock, "45nm", "hbm2").unwrap().energy(&counters, 0).idle.value
        };
        assert!((leakage(100e6) / leakage(200e6) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_buffer_larger_than_any_record_is_not_priced() {
        let config = Config { max_tokens: 4096, ..Config::default() };
        let error = EnergyModel::new(&Records::builtin().unwrap(), &config, 200e6, "45nm", "lpddr4").unwrap_err();
        assert!(error.to_string().contains("sram of 67108864 bytes access"), "{error}");
    }
}
