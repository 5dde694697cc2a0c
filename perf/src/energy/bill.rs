//! The lines of a bill: which action happens how often with which event, and what it costs.

use serde::Serialize;
use trine_spec::Config;
use uom::si::f64::{Frequency, Time};
use uom::si::time::microsecond;

use super::component::{Action, Component};
use super::inventory::{Arithmetic, Inventory};
use super::parts::Part;
use super::records::{Price, Records};
use trine_driver::Counters;

use crate::Error;

/// Events that the unit or the driver counts.
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
    /// Number of times that it happened.
    pub(super) fn count(self, counters: &Counters, bytes: u64) -> u64 {
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
    /// The event, in words.
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

/// A bill as it is drawn up.
pub(super) struct Bill<'a> {
    pub(super) records: &'a Records,
    pub(super) die: &'a str,
    pub(super) items: Vec<Item>,
    /// Actions that no record prices.
    pub(super) missing: Vec<String>,
}

impl Bill<'_> {
    /// The lines of a unit, all but its DRAM.
    pub(super) fn unit(&mut self, config: &Config, arithmetic: Arithmetic, clock: Frequency) {
        use Event::{ActivationBeat, Active, Cycle, ResultBeat, WeightBeat};
        let unit = Inventory::new(config, arithmetic);
        let (lanes, columns) = (config.lanes(), config.columns());
        let (product, adder) = match arithmetic {
            Arithmetic::Ternary => (("weight selects", Component::Selector, Action::Select), Component::Adder),
            Arithmetic::Int8 => (("product", Component::Multiplier, Action::Multiply), Component::Adder),
            Arithmetic::Fp16 => (("product", Component::FpMultiplier, Action::Multiply), Component::FpAdder),
        };
        self.compute(product, unit.act_bits, Active, lanes * columns);
        for &(count, width) in &unit.tree {
            self.compute(("addition in the tree", adder, Action::Add), width, Active, count * columns);
        }
        self.compute(("addition to the accumulator", adder, Action::Add), unit.acc_bits, Active, columns);
        // One at a time, because bits and not words are recorded.
        let written = ("register bit written", Component::FlipFlop, Action::Write);
        self.compute(written, 1, Active, unit.tree_flip_flops + unit.word_flip_flops);
        // A beat, its codes, and its share of both tiles.
        let beat_bits = match arithmetic {
            Arithmetic::Ternary => 2 * config.trits_per_beat(),
            _ => config.weight_bus(),
        };
        self.compute(written, 1, WeightBeat, 2 * config.weight_bus() + 3 * beat_bits);
        self.compute(("register bit clocked", Component::FlipFlop, Action::Clock), 1, Cycle, unit.flip_flops());

        let bytes = |(words, bits): (usize, usize)| (words * bits).div_ceil(8);
        let (chunk, chunks) = (unit.activations.1, bytes(unit.activations));
        let (sums, room) = (unit.accumulators.1, bytes(unit.accumulators));
        self.memory("lane chunk read", chunk, chunks, Active, 1);
        self.memory("accumulators read and written", sums, room, Active, 2);
        self.memory("lane chunk stored", chunk, chunks, ActivationBeat, 1);
        self.memory("results stored and read", sums, room, ResultBeat, 2);

        let multipliers = match arithmetic {
            Arithmetic::Ternary => 0,
            // An array multiplier of n bits has n (n - 1) full adders; fp16 multiplies 11-bit fractions.
            Arithmetic::Int8 => lanes * columns * 8 * 7,
            Arithmetic::Fp16 => lanes * columns * 11 * 10,
        };
        let period = 1.0 / clock;
        // A programmable device leaks as a whole, whatever part of it is used.
        if self.records.knows(self.die, Component::Device, Action::Leak) {
            return self.leak("device leaks", Component::Device, 1, period);
        }
        self.leak("full adder leaks", Component::FullAdder, unit.full_adders(columns) + multipliers, period);
        self.leak("flip-flop leaks", Component::FlipFlop, unit.flip_flops(), period);
        self.leak("memory bit leaks", Component::SramBit, unit.memory_bits(), period);
    }

    /// The price of an action, or one more that is missing.
    fn price(&mut self, component: Component, action: Action, bits: usize, capacity: Option<usize>) -> Option<Price> {
        match self.records.price(self.die, component, action, bits, capacity) {
            Ok(price) => Some(price),
            Err(Error::NoRecord { missing, .. }) => {
                let new = missing.into_iter().filter(|action| !self.missing.contains(action)).collect::<Vec<_>>();
                self.missing.extend(new);
                None
            }
            Err(other) => {
                self.missing.push(other.to_string());
                None
            }
        }
    }

    fn compute(
        &mut self,
        (name, component, action): (&'static str, Component, Action),
        bits: usize,
        event: Event,
        per_event: usize,
    ) {
        let price = self.price(component, action, bits, None);
        self.items.extend(price.map(|price| Item { part: Part::Compute, name, bits, event, per_event, price }));
    }

    fn memory(&mut self, name: &'static str, bits: usize, capacity: usize, event: Event, per_event: usize) {
        let price = self.price(Component::Sram, Action::Access, bits, Some(capacity));
        self.items.extend(price.map(|price| Item { part: Part::Onchip, name, bits, event, per_event, price }));
    }

    /// A record of leakage is for a microsecond; here it is for a cycle.
    fn leak(&mut self, name: &'static str, component: Component, per_event: usize, period: Time) {
        let Some(Price { energy, source }) = self.price(component, Action::Leak, 1, None) else { return };
        let price = Price { energy: energy * period.get::<microsecond>(), source };
        self.items.push(Item { part: Part::Static, name, bits: 1, event: Event::Cycle, per_event, price });
    }
}
