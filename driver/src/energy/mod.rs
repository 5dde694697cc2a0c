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
mod estimate;
mod inventory;
mod records;

pub use baseline::{Baseline, Pricing, SYSTOLIC, Systolic, baseline};
pub use estimate::{Estimate, Tag};
pub use inventory::{Arithmetic, Inventory};
pub use records::{Price, Record, Records};

use serde::Serialize;
use trine_spec::Config;
use uom::si::f64::{Frequency, Time};
use uom::si::frequency::hertz;
use uom::si::time::microsecond;

use crate::{Counters, Error};

/// Energy that the estimate leaves out, for want of a sourced constant.
pub const NOT_COUNTED: &[&str] = &[
    "trit decoding",
    "buffers and wires of the clock tree",
    "multiplexers and control logic",
    "DRAM refresh and standby",
    "the host",
];

/// Which of the four figures of a report an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Logic and registers of the columns.
    Compute,
    /// Activation buffer and accumulators.
    Onchip,
    /// Bytes moved over the streams.
    Dram,
    /// Leakage of the unit.
    Static,
}

/// The parts of an energy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Energy {
    /// Logic and registers of the columns.
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
    /// No energy at all.
    pub const ZERO: Self =
        Self { compute: Estimate::ZERO, onchip: Estimate::ZERO, dram: Estimate::ZERO, idle: Estimate::ZERO };

    /// All parts.
    pub fn total(&self) -> Estimate {
        self.parts().into_iter().map(|(_, energy)| energy).sum()
    }

    /// The parts by name, in the order of reports.
    pub fn parts(&self) -> [(&'static str, Estimate); 4] {
        [("compute", self.compute), ("on-chip", self.onchip), ("DRAM", self.dram), ("static", self.idle)]
    }

    /// The same with tags at least as weak as `tag`.
    pub fn at_best(self, tag: Tag) -> Self {
        Self {
            compute: self.compute.at_best(tag),
            onchip: self.onchip.at_best(tag),
            dram: self.dram.at_best(tag),
            idle: self.idle.at_best(tag),
        }
    }

    fn part(&mut self, part: Part) -> &mut Estimate {
        match part {
            Part::Compute => &mut self.compute,
            Part::Onchip => &mut self.onchip,
            Part::Dram => &mut self.dram,
            Part::Static => &mut self.idle,
        }
    }
}

impl std::iter::Sum for Energy {
    fn sum<I: Iterator<Item = Self>>(energies: I) -> Self {
        energies.fold(Self::ZERO, |a, b| Self {
            compute: a.compute + b.compute,
            onchip: a.onchip + b.onchip,
            dram: a.dram + b.dram,
            idle: a.idle + b.idle,
        })
    }
}

/// What the unit or the driver counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A cycle in which the columns took a lane chunk.
    Active,
    /// A cycle with a job running.
    Cycle,
    /// A beat of activations taken.
    ActivationBeat,
    /// A beat of weights taken.
    WeightBeat,
    /// A beat of results handed out.
    ResultBeat,
    /// A byte on any stream.
    Byte,
}

impl Event {
    fn count(self, counters: &Counters, bytes: u64) -> u64 {
        match self {
            Event::Active => counters.active,
            Event::Cycle => counters.cycles,
            Event::ActivationBeat => counters.act_beats,
            Event::WeightBeat => counters.wgt_beats,
            Event::ResultBeat => counters.res_beats,
            Event::Byte => bytes,
        }
    }
}

/// One line of the bill: how often an action happens with an event, and what it costs.
#[derive(Clone, Debug)]
pub struct Item {
    /// The figure it belongs to.
    pub part: Part,
    /// What happens, in words.
    pub name: &'static str,
    /// Width of the action in bits.
    pub bits: usize,
    /// The event.
    pub event: Event,
    /// Actions an event.
    pub per_event: usize,
    /// Price of one action.
    pub price: Price,
}

/// What the events of one unit cost.
#[derive(Clone, Debug)]
pub struct EnergyModel {
    /// Technology set of the die.
    pub die: String,
    /// Technology set of the memory.
    pub memory: String,
    /// Clock of the unit.
    pub clock: Frequency,
    /// How products are made.
    pub arithmetic: Arithmetic,
    items: Vec<Item>,
}

impl EnergyModel {
    /// Prices the events of a unit of configuration `config`, running at `clock_hz`.
    ///
    /// # Errors
    /// [`Error::NoRecord`] when an event has no sourced price.
    pub fn new(records: &Records, config: &Config, clock_hz: f64, die: &str, memory: &str) -> Result<Self, Error> {
        Self::with_arithmetic(records, config, Arithmetic::Ternary, clock_hz, die, memory)
    }

    /// The same for a unit of the same size whose products are made in another way.
    ///
    /// # Errors
    /// [`Error::NoRecord`] when an event has no sourced price.
    pub fn with_arithmetic(
        records: &Records,
        config: &Config,
        arithmetic: Arithmetic,
        clock_hz: f64,
        die: &str,
        memory: &str,
    ) -> Result<Self, Error> {
        let clock = Frequency::new::<hertz>(clock_hz);
        let mut bill = Bill { records, die, items: vec![] };
        bill.unit(config, arithmetic, clock)?;
        let price = records.price(memory, "dram", "transfer", 8, None)?;
        let dram = Item { part: Part::Dram, name: "byte moved", bits: 8, event: Event::Byte, per_event: 1, price };
        bill.items.push(dram);
        Ok(Self { die: die.into(), memory: memory.into(), clock, arithmetic, items: bill.items })
    }

    /// The lines of the bill.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// How often the action of `item` happened, and what that cost.
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

    /// How long `cycles` take at the stated clock.
    pub fn time(&self, cycles: u64) -> Time {
        cycles as f64 / self.clock
    }
}

/// A bill as it is drawn up.
struct Bill<'a> {
    records: &'a Records,
    die: &'a str,
    items: Vec<Item>,
}

impl Bill<'_> {
    fn unit(&mut self, config: &Config, arithmetic: Arithmetic, clock: Frequency) -> Result<(), Error> {
        use Event::{ActivationBeat, Active, Cycle, ResultBeat, WeightBeat};
        let unit = Inventory::new(config, arithmetic);
        let (lanes, columns) = (config.lanes, config.columns);
        let (product, adder) = match arithmetic {
            Arithmetic::Ternary => (("weight selects", "selector", "select"), "adder"),
            Arithmetic::Int8 => (("product", "multiplier", "multiply"), "adder"),
            Arithmetic::Fp16 => (("product", "fp-multiplier", "multiply"), "fp-adder"),
        };
        self.compute(product, unit.act_bits, Active, lanes * columns)?;
        for &(count, width) in &unit.tree {
            self.compute(("addition in the tree", adder, "add"), width, Active, count * columns)?;
        }
        self.compute(("addition to the accumulator", adder, "add"), unit.acc_bits, Active, columns)?;
        // One at a time, because bits and not words are recorded.
        let written = ("register bit written", "flip-flop", "write");
        self.compute(written, 1, Active, unit.tree_flip_flops + unit.word_flip_flops)?;
        // A beat, its codes, and its share of the tile.
        let beat_bits = match arithmetic {
            Arithmetic::Ternary => 2 * config.trits_per_beat(),
            _ => config.weight_bus,
        };
        self.compute(written, 1, WeightBeat, config.weight_bus + 2 * beat_bits)?;
        self.compute(("register bit clocked", "flip-flop", "clock"), 1, Cycle, unit.flip_flops())?;

        let bytes = |(words, bits): (usize, usize)| (words * bits).div_ceil(8);
        let (chunk, chunks) = (unit.activations.1, bytes(unit.activations));
        let (sums, room) = (unit.accumulators.1, bytes(unit.accumulators));
        self.memory("lane chunk read", chunk, chunks, Active, 1)?;
        self.memory("accumulators read and written", sums, room, Active, 2)?;
        self.memory("lane chunk stored", chunk, chunks, ActivationBeat, 1)?;
        self.memory("results stored and read", sums, room, ResultBeat, 2)?;

        let multipliers = match arithmetic {
            Arithmetic::Ternary => 0,
            // An array multiplier of n bits has n (n - 1) full adders; fp16 multiplies 11-bit fractions.
            Arithmetic::Int8 => lanes * columns * 8 * 7,
            Arithmetic::Fp16 => lanes * columns * 11 * 10,
        };
        let period = 1.0 / clock;
        // A programmable device leaks as a whole, whatever part of it is used.
        if self.records.knows(self.die, "device", "leak") {
            return self.leak("device leaks", "device", 1, period);
        }
        self.leak("full adder leaks", "full-adder", unit.full_adders(columns) + multipliers, period)?;
        self.leak("flip-flop leaks", "flip-flop", unit.flip_flops(), period)?;
        self.leak("memory bit leaks", "sram-bit", unit.memory_bits(), period)
    }

    fn compute(
        &mut self,
        (name, component, action): (&'static str, &str, &'static str),
        bits: usize,
        event: Event,
        per_event: usize,
    ) -> Result<(), Error> {
        let price = self.records.price(self.die, component, action, bits, None)?;
        self.items.push(Item { part: Part::Compute, name, bits, event, per_event, price });
        Ok(())
    }

    fn memory(
        &mut self,
        name: &'static str,
        bits: usize,
        capacity: usize,
        event: Event,
        per_event: usize,
    ) -> Result<(), Error> {
        let price = self.records.price(self.die, "sram", "access", bits, Some(capacity))?;
        self.items.push(Item { part: Part::Onchip, name, bits, event, per_event, price });
        Ok(())
    }

    /// A record of leakage is for a microsecond; here it is for a cycle.
    fn leak(&mut self, name: &'static str, component: &str, per_event: usize, period: Time) -> Result<(), Error> {
        let Price { energy, source } = self.records.price(self.die, component, "leak", 1, None)?;
        let price = Price { energy: energy * period.get::<microsecond>(), source };
        self.items.push(Item { part: Part::Static, name, bits: 1, event: Event::Cycle, per_event, price });
        Ok(())
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

    const TINY: Config = Config { max_depth: 64, max_tokens: 4, ..Config::sized(4, 2) };
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

    /// Recomputed by hand for a unit of 4 lanes and 2 columns with K up to 64 and M up to 4: docs/energy.md.
    #[test]
    fn energy_by_hand() {
        assert_eq!((TINY.acc_bits(), TINY.act_words(), TINY.weight_bus, TINY.trits_per_beat()), (15, 64, 16, 10));
        let energy = model(&TINY, Arithmetic::Ternary).energy(&COUNTED, 500);
        // Eight selections of 8 bits; two adds of 9 bits and one of 10 a column, nearest to the 8-bit record; the
        // accumulator's 15 bits too.
        let selected = 8.0 * 8.0 * 0.0042;
        let added = 2.0 * (2.0 * 9.0 + 10.0 + 15.0) * 0.03 / 8.0;
        // Trees hold 2 x (18 + 10) bits; chunks of 32 bits are held twice, words of 30 bits four times.
        let (trees, words) = (2.0 * 28.0, 2.0 * 32.0 + 4.0 * 30.0);
        // A beat of 16 bits, ten codes of two bits held, and their share of the tile.
        let weights = 16.0 + 2.0 * 20.0;
        let control = 2.0 * (5.0 * 48.0 + 4.0 * 32.0) + 350.0;
        let compute = 100.0 * (selected + added + (trees + words) * 0.0072)
            + 20.0 * weights * 0.0072
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
        let config = Config::sized(8, 8);
        let leakage = |clock| {
            let records = Records::builtin().unwrap();
            EnergyModel::new(&records, &config, clock, "7nm", "hbm2").unwrap().energy(&counters, 0).idle.joules()
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
