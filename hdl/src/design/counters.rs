//! Event counters and their snapshot.
//!
//! Each `*_i` input is one event a cycle, counted in the next. `snapshot_i` copies all counters at once into the registers that software
//! reads, so that a 64-bit value never tears; `clear_i` sets the running ones to zero.

use crate::interface;
use crate::lang::{BIT, Errors, Module, bits, if_else, set, set_to, when};
use std::sync::Arc;
use trine_spec::registers::COUNTERS;

interface! {
    /// One counter.
    pub(super) struct Counter(width: usize) {
        /// An event happens.
        input event as "": BIT,
        /// Events counted at the last snapshot.
        output count as "": bits(width),
    }
}

interface! {
    /// Ports of the counters, in the order of [`COUNTERS`].
    pub(super) struct CounterPorts() {
        /// Synchronous reset.
        input rst: BIT,
        /// Sets the counters to zero.
        input clear: BIT,
        /// Copies the counters to the outputs.
        input snapshot: BIT,
        /// Cycles of jobs
        source cycles: Counter::of(COUNTERS[0].1) => Counter,
        /// Lane chunks issued
        source active: Counter::of(COUNTERS[1].1) => Counter,
        /// Cycles that wait for activations
        source stall_act: Counter::of(COUNTERS[2].1) => Counter,
        /// Cycles that wait for weights
        source stall_wgt: Counter::of(COUNTERS[3].1) => Counter,
        /// Cycles that wait for room for results
        source stall_out: Counter::of(COUNTERS[4].1) => Counter,
        /// Beats of activations
        source act_beats: Counter::of(COUNTERS[5].1) => Counter,
        /// Beats of weights
        source wgt_beats: Counter::of(COUNTERS[6].1) => Counter,
        /// Beats of results
        source res_beats: Counter::of(COUNTERS[7].1) => Counter,
        /// Jobs done
        source jobs: Counter::of(COUNTERS[8].1) => Counter,
    }
}

impl CounterPorts {
    /// The counters in the order of [`COUNTERS`].
    pub(super) fn all(&self) -> [&Counter; 9] {
        [
            &self.cycles,
            &self.active,
            &self.stall_act,
            &self.stall_wgt,
            &self.stall_out,
            &self.act_beats,
            &self.wgt_beats,
            &self.res_beats,
            &self.jobs,
        ]
    }
}

/// The counters.
///
/// # Errors
/// None: their structure is fixed.
pub fn counters() -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_counters", "Event counters with a snapshot.");
    let io: CounterPorts = m.ports_in_order(());
    for ((name, width), counter) in COUNTERS.into_iter().zip(io.all()) {
        // Events come late in a cycle.
        let event = m.register(&format!("{name}_event_q"), &counter.event);
        let count_q = m.reg(&format!("{name}_q"), bits(width));
        let copy_q = m.reg(&format!("{name}_copy_q"), bits(width));
        m.on_clock([
            if_else(&io.rst | &io.clear, [set_to(&count_q, 0)], [when(&event, [set(&count_q, count_q.step(1))])]),
            if_else(&io.rst, [set_to(&copy_q, 0)], [when(&io.snapshot, [set(&copy_q, &count_q)])]),
        ]);
        m.assign(&counter.count, &copy_q);
    }
    m.build()
}

#[cfg(test)]
mod tests {
    use super::counters;
    use crate::lang::{Interpreter, Kind};
    use trine_spec::registers::COUNTERS;

    /// `trine_perf` takes two registers a bit here, and a third one in the register file.
    #[test]
    fn two_registers_for_every_bit_and_one_for_every_event() {
        let module = counters().unwrap();
        let bits: usize = module.decls.iter().filter(|d| d.kind == Kind::Reg).map(|d| d.ty.width).sum();
        assert_eq!(bits, 2 * COUNTERS.iter().map(|(_, bits)| bits).sum::<usize>() + COUNTERS.len());
    }

    /// Values of `jobs_o` and `cycles_o`.
    fn counts(sim: &mut Interpreter) -> (i64, i64) {
        (sim.get("jobs_o"), sim.get("cycles_o"))
    }

    #[test]
    fn events_are_counted_and_seen_from_the_next_snapshot_on() {
        let mut sim = Interpreter::new(&counters().unwrap()).unwrap();
        sim.set_all([("rst_i", 1)]);
        sim.clock();
        sim.set_all([("rst_i", 0), ("jobs_i", 1)]);
        (0..3).for_each(|_| sim.clock());
        sim.set("jobs_i", 0);
        (0..2).for_each(|_| sim.clock());
        assert_eq!(counts(&mut sim), (0, 0));
        sim.set("snapshot_i", 1);
        sim.clock();
        assert_eq!(counts(&mut sim), (3, 0));
        sim.set_all([("snapshot_i", 0), ("clear_i", 1)]);
        sim.clock();
        assert_eq!(counts(&mut sim), (3, 0));
        sim.set_all([("snapshot_i", 1), ("clear_i", 0)]);
        sim.clock();
        assert_eq!(counts(&mut sim), (0, 0));
    }
}
