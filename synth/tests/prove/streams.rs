//! Buffers, streams and the register bus.

use crate::{proven, refuted};
use trine_spec::Config;
use trine_synth::prove::streams;

#[test]
fn fifos_keep_words_and_order() {
    for (width, depth) in [(1, 2), (4, 4), (3, 16)] {
        proven(&streams::fifo(width, depth).unwrap());
    }
}

#[test]
fn a_broken_fifo_is_found() {
    let claim = streams::fifo(2, 4).unwrap();
    for (from, to) in [
        ("ready_i | ~out_valid_q", "ready_i | 1'd1"),
        ("out_free | ~word_valid_q", "1'd1"),
        ("read_q <= read_q + 3'd1", "read_q <= read_q"),
        ("word_free ? stored : word_valid_q", "stored | word_valid_q"),
        ("pop_o = out_valid_q & ready_i", "pop_o = ready_i"),
    ] {
        refuted(&claim, ("fifo", from, to));
    }
}

#[test]
fn replay_buffers_keep_words_and_order() {
    for (width, depth) in [(1, 1), (2, 3), (4, 4), (2, 16)] {
        proven(&streams::replay_buffer(width, depth).unwrap());
    }
}

#[test]
fn a_broken_replay_buffer_is_found() {
    let claim = streams::replay_buffer(2, 4).unwrap();
    for (from, to) in [
        ("open_i & ~(closed_q | full_q)", "open_i & ~closed_q"),
        ("rewind_i ? 3'd1 : (next_q", "rewind_i ? 3'd2 : (next_q"),
        ("marked_q <= {in_last_i, in_data_i}", "marked_q <= {in_data_i, in_last_i}"),
        ("read_q < stored_q", "read_q < write_q"),
    ] {
        refuted(&claim, ("replay", from, to));
    }
}

#[test]
fn the_register_bus_answers_every_request_once() {
    proven(&streams::registers(&Config::default()).unwrap());
}

#[test]
fn a_broken_register_bus_is_found() {
    let claim = streams::registers(&Config::default()).unwrap();
    for (from, to) in [
        ("(aw_full_q & w_full_q) & ~bvalid_q", "aw_full_q & w_full_q"),
        ("settled_q & ~rvalid_q", "settled_q"),
        ("settled_q <= ar_full_q & ~read", "settled_q <= ar_full_q"),
        ("assign awready_o = ~aw_full_q", "assign awready_o = ~w_full_q"),
        ("aw_enter = awvalid_i & ~aw_full_q", "aw_enter = awvalid_i"),
        ("bvalid_q <= write | (bvalid_q & ~bready_i)", "bvalid_q <= write"),
        ("rvalid_q <= read | (rvalid_q & ~rready_i)", "rvalid_q <= read | rvalid_q"),
        ("if (write) begin\n      bresp_q", "if (aw_full_q) begin\n      bresp_q"),
    ] {
        refuted(&claim, ("trine_registers", from, to));
    }
}
