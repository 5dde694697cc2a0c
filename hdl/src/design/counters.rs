//! Event counters and their snapshot.
//!
//! Each `*_i` input is one event a cycle, counted in the next. `snapshot_i` copies all counters at once into the registers that software
//! reads, so that a 64-bit value never tears; `clear_i` sets the running ones to zero.

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

/// The counters.
///
/// # Errors
/// None: their structure is fixed.
pub fn counters() -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_counters", "Event counters with a snapshot.");
    let rst = m.input("rst_i", BIT);
    let clear = m.input("clear_i", BIT);
    let snapshot = m.input("snapshot_i", BIT);
    for (name, width) in COUNTERS {
        let event = m.input(&format!("{name}_i"), BIT);
        // Events come late in a cycle.
        let event = m.register(&format!("{name}_event_q"), event);
        let count_q = m.reg(&format!("{name}_q"), bits(width));
        let copy_q = m.reg(&format!("{name}_copy_q"), bits(width));
        m.on_clock([
            if_else(&rst | &clear, [set_to(&count_q, 0)], [when(&event, [set(&count_q, count_q.step(1))])]),
            if_else(&rst, [set_to(&copy_q, 0)], [when(&snapshot, [set(&copy_q, &count_q)])]),
        ]);
        m.drive(&format!("{name}_o"), &copy_q);
    }
    m.build()
}
