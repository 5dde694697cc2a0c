//! Event counters and their snapshot.
//!
//! Each `*_i` input is one event a cycle, counted in the next. `snapshot_i` copies all counters at once into the registers that software
//! reads, so that a 64-bit value never tears; `clear_i` sets the running ones to zero.

use crate::interface;
use crate::lang::{BIT, Errors, Module, bits, if_else, set, set_to, when};
use std::sync::Arc;
use trine_spec::registers::COUNTER_BITS;

/// Counters by event name, and how many bits each has.
pub const COUNTERS: [(&str, usize); 9] = [
    ("cycles", COUNTER_BITS),
    ("active", COUNTER_BITS),
    ("stall_act", COUNTER_BITS),
    ("stall_wgt", COUNTER_BITS),
    ("stall_out", COUNTER_BITS),
    ("act_beats", 32),
    ("wgt_beats", 32),
    ("res_beats", 32),
    ("jobs", 32),
];

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
