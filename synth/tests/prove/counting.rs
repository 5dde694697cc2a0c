//! Counters, the registers that show them, and the way in between.

use super::{not_proven, proven};
use trine_spec::Config;
use trine_synth::prove::counting::claims;

fn small() -> Config {
    Config::sized(2, 2).max_depth(4).max_tokens(3).build().unwrap()
}

/// From a reset on it would take 2^31 events to see these mistakes, so only a failing proof shows them.
#[test]
fn counts_are_right_in_every_bit_and_a_bit_that_is_not_is_missed() {
    let claims = claims(&small()).unwrap();
    for (claim, module, from, to) in [
        (0, "trine_counters", "cycles_q + 48'd1", "{1'd0, cycles_q[46:0]} + 48'd1"),
        (1, "trine_registers", "16'd0 : stall_act_hi_value_i", "16'd0 : {stall_act_hi_value_i[14:0], 1'd0}"),
        (2, "trine_job", "|watchdog_i[31:16]", "|watchdog_i[30:15]"),
        (3, "trine", "counters_active_o[47:32]", "counters_active_o[46:31]"),
    ] {
        proven(&claims[claim]);
        not_proven(&claims[claim], (module, from, to));
    }
}
