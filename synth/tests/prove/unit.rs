//! The complete unit.

use super::{proven, refuted};
use trine_spec::{Config, WeightCode};
use trine_synth::prove::unit;

/// Columns, tokens and chunks enough for every kind of pass.
fn small() -> Config {
    Config::sized(2, 2).max_depth(4).max_tokens(3).build().unwrap()
}

#[test]
fn results_hold_until_taken() {
    proven(&unit::results(&small()).unwrap());
    proven(&unit::results(&Config::sized(1, 1).max_tokens(1).max_depth(1).build().unwrap()).unwrap());
    proven(&unit::results(&Config::sized(3, 2).max_tokens(5).max_depth(16).build().unwrap()).unwrap());
}

#[test]
fn results_of_groups_hold_until_taken() {
    let sized = || Config::sized(2, 5).max_tokens(2).max_depth(4).weight_code(WeightCode::TwoBit).weight_bus(8);
    [2, 1].into_iter().for_each(|group| proven(&unit::results(&sized().group(group).build().unwrap()).unwrap()));
}

/// Of a result whose parts lie at other places, one is written over before it has left.
#[test]
fn a_part_that_is_stored_elsewhere_is_found() {
    let grouped = Config::sized(2, 2).max_tokens(2).max_depth(4).weight_code(WeightCode::TwoBit).weight_bus(8).group(1);
    let claim = unit::results(&grouped.build().unwrap()).unwrap();
    refuted(&claim, ("trine_results", "write_1_q <= write_q", "write_1_q <= read_q"));
}

#[test]
#[ignore = "longer: run by make prove"]
fn results_of_the_odd_preset_hold_until_taken() {
    proven(&unit::results(&Config::preset("odd").unwrap()).unwrap());
}

#[test]
fn a_unit_with_broken_books_is_found() {
    let claim = unit::results(&small()).unwrap();
    for (module, from, to) in [
        ("trine_results", "pop_o = out_valid_q & ready_i", "pop_o = ready_i"),
        ("trine_sequencer", "room_q <= 5'd16", "room_q <= 5'd17"),
        ("trine_registers", "refused = status_busy_i & starts", "refused = rst_i & starts"),
    ] {
        refuted(&claim, (module, from, to));
    }
}

/// A job has to be set up, started and brought to its first results before these show.
#[test]
#[ignore = "longer: run by make prove"]
fn a_unit_with_a_broken_datapath_is_found() {
    let claim = unit::results(&small()).unwrap();
    for (module, from, to) in [
        ("trine_sequencer", "(token_q + 2'd1)", "(token_q + 2'd2)"),
        ("trine_sequencer", "k_second_q <= depth_i - 3'd2", "k_second_q <= depth_i - 3'd1"),
        ("trine_core", "res_last_o = results_data_o[23]", "res_last_o = res_ready_i"),
    ] {
        refuted(&claim, (module, from, to));
    }
}
