//! Energy: events that the unit and the driver counted, times cited constants.
//!
//! ```text
//! compute = active cycles x (selections + adds by width + registers written) + weight beats x registers written
//!           + cycles x register bits clocked
//! on-chip = active cycles x (lane chunk read + accumulator word read and written) + chunks stored + results read
//! DRAM    = bytes on the three streams
//! static  = cycles x (full adders + flip-flops + memory bits) x leakage
//! ```
//!
//! The counts are exact, the constants are not: every figure carries an interval. A sum takes one set of records for the
//! die and one for the memory, never two nodes. What no record prices is left out and said so: [`NOT_COUNTED`].

mod baseline;
mod bill;
mod columns;
mod component;
mod estimate;
mod file;
mod inventory;
mod limits;
mod load;
mod parts;
mod records;

pub use crate::origin::Origin;
pub use baseline::{Baseline, Pricing, SYSTOLIC, Systolic, baseline};
pub use bill::{Event, Item};
pub use columns::Columns;
pub use component::{Action, Component};
pub use estimate::{Estimate, Tag};
pub use inventory::{Arithmetic, Inventory};
pub use limits::{FACTOR, FPGA, LIMITS, Limit, NODES};
pub use parts::{Energy, Part};
pub use records::{Price, Record, Records};

use bill::Bill;
use trine_spec::Config;
use uom::si::f64::{Frequency, Time};
use uom::si::frequency::hertz;

use trine_driver::Counters;

use crate::Error;

/// Energy that the estimate leaves out, for want of a sourced constant.
pub const NOT_COUNTED: &[&str] = &[
    "trit decoding",
    "buffers and wires of the clock tree",
    "multiplexers and control logic",
    "DRAM refresh and standby",
    "the host",
];

/// The actions that set `die` of `records` has to price for a unit of configuration `config` and does not.
pub fn missing(records: &Records, config: &Config, arithmetic: Arithmetic, die: &str) -> Vec<String> {
    let mut bill = Bill { records, die, items: vec![], missing: vec![] };
    bill.unit(config, arithmetic, Frequency::new::<hertz>(1e9));
    bill.missing
}

/// Energy of the events of one unit.
#[derive(Clone, Debug)]
pub struct EnergyModel {
    /// Technology set of the die.
    pub die: String,
    /// Technology set of the memory.
    pub memory: String,
    /// Clock of the unit.
    pub clock: Frequency,
    /// Arithmetic of products.
    pub arithmetic: Arithmetic,
    items: Vec<Item>,
}

impl EnergyModel {
    /// Prices the events of a unit of configuration `config`, running at `clock_hz`.
    ///
    /// # Errors
    /// [`Error::NoRecord`] with every action that has no sourced price.
    pub fn new(records: &Records, config: &Config, clock_hz: f64, die: &str, memory: &str) -> Result<Self, Error> {
        Self::with_arithmetic(records, config, Arithmetic::Ternary, clock_hz, die, memory)
    }

    /// The same for a unit of the same size whose products are made in another way.
    ///
    /// # Errors
    /// [`Error::NoRecord`] with every action that has no sourced price.
    pub fn with_arithmetic(
        records: &Records,
        config: &Config,
        arithmetic: Arithmetic,
        clock_hz: f64,
        die: &str,
        memory: &str,
    ) -> Result<Self, Error> {
        let clock = Frequency::new::<hertz>(clock_hz);
        let mut bill = Bill { records, die, items: vec![], missing: vec![] };
        bill.unit(config, arithmetic, clock);
        if !bill.missing.is_empty() {
            return Err(Error::NoRecord { set: die.into(), missing: bill.missing });
        }
        let price = records.price(memory, Component::Dram, Action::Transfer, 8, None)?;
        let dram = Item { part: Part::Dram, name: "byte moved", bits: 8, event: Event::Byte, per_event: 1, price };
        bill.items.push(dram);
        Ok(Self { die: die.into(), memory: memory.into(), clock, arithmetic, items: bill.items })
    }

    /// The lines of the bill.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Number of times that the action of `item` happened, and its cost.
    pub fn line(&self, item: &Item, counters: &Counters, bytes: u64) -> (u64, Estimate) {
        let count = item.event.count(counters, bytes) * item.per_event as u64;
        (count, item.price.energy * count as f64)
    }

    /// Energy of what was counted, with `bytes` moved over the streams.
    pub fn energy(&self, counters: &Counters, bytes: u64) -> Energy {
        let mut energy = Energy::ZERO;
        for item in &self.items {
            let part = energy.part(item.part);
            *part = *part + self.line(item, counters, bytes).1;
        }
        energy
    }

    /// Duration of `cycles` at the stated clock.
    pub fn time(&self, cycles: u64) -> Time {
        cycles as f64 / self.clock
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uom::si::energy::picojoule;

    fn close(estimate: Estimate, picojoules: f64) -> bool {
        (estimate.value.get::<picojoule>() - picojoules).abs() < 1e-9 * picojoules
    }

    fn model(config: &Config, arithmetic: Arithmetic) -> EnergyModel {
        let records = Records::builtin().unwrap();
        EnergyModel::with_arithmetic(&records, config, arithmetic, 200e6, "45nm", "lpddr4").unwrap()
    }

    fn tiny() -> Config {
        Config::sized(4, 2).max_depth(64).max_tokens(4).build().unwrap()
    }

    const COUNTED: Counters = Counters {
        cycles: 1000,
        active: 100,
        act_beats: 10,
        wgt_beats: 20,
        res_beats: 5,
        stall_act: 0,
        stall_wgt: 0,
        stall_out: 0,
    };

    /// Recomputed by hand for a unit of 4 lanes and 2 columns with K up to 64 and M up to 4: docs/explanation/energy.md.
    #[test]
    fn energy_by_hand() {
        let unit = tiny();
        assert_eq!((unit.acc_bits(), unit.act_words(), unit.weight_bus(), unit.trits_per_beat()), (15, 64, 16, 10));
        let energy = model(&tiny(), Arithmetic::Ternary).energy(&COUNTED, 500);
        // Eight selections of 8 bits; two adds of 9 bits and one of 10 a column, nearest to the 8-bit record; the
        // accumulator's 15 bits too.
        let selected = 8.0 * 8.0 * 0.0042;
        let added = 2.0 * (2.0 * 9.0 + 10.0 + 15.0) * 0.03 / 8.0;
        // Trees hold 2 x (18 + 10) bits; chunks of 32 bits are held four times, words of 30 bits six times.
        let (trees, words) = (2.0 * 28.0, 4.0 * 32.0 + 6.0 * 30.0);
        // Beats of 16 bits in two registers, ten codes of two bits held, and their share of both tiles, which have eight codes.
        let (written, weights) = (2.0 * 16.0 + 3.0 * 20.0, 2.0 * 16.0 + 20.0 + 2.0 * 16.0);
        let control = 3.0 * (5.0 * 48.0 + 4.0 * 32.0) + 1250.0;
        let compute = 100.0 * (selected + added + (trees + words) * 0.0072)
            + 20.0 * written * 0.0072
            + 1000.0 * (trees + words + weights + control) * 0.0083;
        // 32 bits from 256 bytes and 30 bits from 15 bytes, both at 10 pJ for 64 bits.
        let (chunk, sums) = (32.0 * 10.0 / 64.0, 30.0 * 10.0 / 64.0);
        let onchip = 100.0 * (chunk + 2.0 * sums) + 10.0 * chunk + 5.0 * 2.0 * sums;
        let dram = 500.0 * 8.0 * 8.0;
        // 86 adder bits, all registers, 2048 + 120 memory bits; 1000 cycles are 5 us.
        let leakage = 5.0 * (86.0 * 0.0758 + (trees + words + weights + control) * 0.0791 + 2168.0 * 0.0235);
        assert!(close(energy.compute, compute) && close(energy.onchip, onchip), "{energy:?} {compute} {onchip}");
        assert!(close(energy.dram, dram) && close(energy.idle, leakage), "{energy:?} {dram} {leakage}");
        assert!(close(energy.total(), compute + onchip + dram + leakage));
        assert_eq!(energy.total().tag, Tag::Derived);
        let band = [energy.dram.lo, energy.dram.hi].map(|e| e.get::<picojoule>());
        assert!((band[0] - 500.0 * 8.0 * 4.0).abs() < 1e-6 && (band[1] - 500.0 * 8.0 * 16.0).abs() < 1e-6);
    }

    #[test]
    fn the_bill_adds_up() {
        for arithmetic in [Arithmetic::Ternary, Arithmetic::Int8, Arithmetic::Fp16] {
            let model = model(&Config::default(), arithmetic);
            let lines: Estimate = model.items().iter().map(|item| model.line(item, &COUNTED, 500).1).sum();
            let total = model.energy(&COUNTED, 500).total();
            assert!((lines.joules() / total.joules() - 1.0).abs() < 1e-12);
        }
    }

    /// Without bytes, clock and leakage the products decide.
    #[test]
    fn other_arithmetics_cost_more_for_the_same_counts() {
        let counters = Counters { active: 100, ..Counters::default() };
        let compute = |arithmetic| model(&Config::default(), arithmetic).energy(&counters, 0).compute.joules();
        assert!(2.0 * compute(Arithmetic::Ternary) < compute(Arithmetic::Int8));
        assert!(2.0 * compute(Arithmetic::Int8) < compute(Arithmetic::Fp16));
    }

    #[test]
    fn a_slower_clock_leaks_longer() {
        let counters = Counters { cycles: 1000, ..Counters::default() };
        let config = Config::sized(8, 8).build().unwrap();
        let leakage = |clock| {
            let records = Records::builtin().unwrap();
            EnergyModel::new(&records, &config, clock, "7nm", "hbm2").unwrap().energy(&counters, 0).idle.joules()
        };
        assert!((leakage(100e6) / leakage(200e6) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_buffer_larger_than_any_record_is_not_priced() {
        let config = Config::builder().max_tokens(4096).build().unwrap();
        let error = EnergyModel::new(&Records::builtin().unwrap(), &config, 200e6, "45nm", "lpddr4").unwrap_err();
        assert!(error.to_string().contains("sram access of 67108864 bytes"), "{error}");
    }
}
