//! Buffers, streams and the register bus.

use super::{not_proven, proven, refuted};
use trine_hdl::lang::RamStyle;
use trine_spec::{Config, Weights};
use trine_synth::prove::streams;

#[test]
fn fifos_keep_words_and_order() {
    let (block, distributed) = (RamStyle::Block, RamStyle::Distributed);
    for (kind, width, depth) in [(block, 1, 2), (block, 4, 4), (block, 3, 16), (distributed, 3, 4)] {
        proven(&streams::fifo(kind, width, depth).unwrap());
    }
}

#[test]
fn a_broken_fifo_is_found() {
    let claim = streams::fifo(RamStyle::Block, 2, 4).unwrap();
    for (from, to) in [
        ("ready_i | ~out_valid_q", "ready_i | 1'd1"),
        ("ready_i | ~both_q", "1'd1"),
        ("more_q | (push_i & stored_q)", "more_q | push_i"),
        ("word_free ? stored_q : word_valid_q", "stored_q | word_valid_q"),
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
        ("store & (in_last_i | brink_q)", "store & in_last_i"),
        ("probe_q <= 3'd2", "probe_q <= 3'd1"),
        ("back = rst_1_q | (take_i & rewind_i)", "back = rst_1_q | rewind_i"),
        ("marked_q <= {in_last_i, in_data_i}", "marked_q <= {in_data_i, in_last_i}"),
        ("quiet = ~((take_i | store_q) | rst_1_q)", "quiet = ~store_q"),
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
        ("chosen_q <= ar_full_q & ~read", "chosen_q <= ar_full_q"),
        ("assign awready_o = ~aw_full_q", "assign awready_o = ~w_full_q"),
        ("aw_enter = awvalid_i & ~aw_full_q", "aw_enter = awvalid_i"),
        ("bvalid_q <= write | (bvalid_q & ~bready_i)", "bvalid_q <= write"),
        ("rvalid_q <= read | (rvalid_q & ~rready_i)", "rvalid_q <= read | rvalid_q"),
        ("if (write) begin\n      bresp_q", "if (aw_full_q) begin\n      bresp_q"),
    ] {
        refuted(&claim, ("trine_registers", from, to));
    }
}

#[test]
fn windows_serve_or_report() {
    proven(&streams::windows(&windowed()).unwrap());
}

fn windowed() -> Config {
    Config::sized(10, 4).windows(true).max_depth(8).weight_bus(40).build().unwrap()
}

#[test]
#[ignore = "longer: run by make prove"]
fn broken_windows_are_found() {
    let claim = streams::windows(&windowed()).unwrap();
    for (from, to) in [
        ("act_request & ~(act_full_q | act_closed_q)", "act_request & ~act_closed_q"),
        ("assign act_blocked = ((act_request", "assign act_blocked = ((write_act_i"),
        ("act_full_q <= act_complete", "act_full_q <= act_taken"),
        ("wgt_valid_q <= wgt_ended_q", "wgt_valid_q <= wgt_complete"),
        ("assign wgt_complete = wgt_taken & wgt_place_q[1]", "assign wgt_complete = wgt_taken & wgt_place_q[0]"),
        ("assign read_ok_o = res_taken", "assign read_ok_o = res_request"),
        ("(read_i & ~starting_i) & ~busy_i", "read_i & ~busy_i"),
        ("(read_i & ~starting_i) & ~busy_i", "(read_i & ~starting_i) & busy_i"),
    ] {
        refuted(&claim, ("trine_windows", from, to));
    }
}

#[test]
fn a_reader_of_weights_has_room_for_what_it_asks_for() {
    for bus in [8, 64] {
        proven(&streams::weight_reader(&resident(bus)).unwrap());
    }
    for beats in [16, 32] {
        let short = Config::builder().burst_beats(beats).or(&resident(64)).build().unwrap();
        proven(&streams::weight_reader(&short).unwrap());
    }
    let runs = Config::builder().strides(true).burst_beats(16).or(&resident(32)).build().unwrap();
    proven(&streams::weight_reader(&runs).unwrap());
}

fn resident(bus: usize) -> Config {
    Config::sized(8, 8).weights(Weights::Memory).weight_bus(bus).max_depth(8).build().unwrap()
}

#[test]
#[ignore = "longer: run by make prove"]
fn a_broken_reader_of_weights_is_found() {
    let claim = streams::weight_reader(&resident(64)).unwrap();
    for (from, to) in [
        ("rest = ~arlen_q", "rest = arlen_q"),
        ("asked_q <= ask", "asked_q <= 1'd0"),
        ("arlen_q <= ends - first_q", "arlen_q <= ends"),
        ("first_q <= 6'd0", "first_q <= first_q"),
        ("(axi_arready_i | ~arvalid_q)", "1'd1"),
        ("ask | (arvalid_q & ~axi_arready_i)", "ask"),
        ("draining_q <= dropping & (|pending_next)", "draining_q <= dropping & ~ended"),
        ("dropping = clear_i | draining_q", "dropping = clear_i"),
        ("if (rst_i | clear_i) begin\n      active_q", "if (rst_i) begin\n      active_q"),
        ("window_q + 29'd1", "window_q + 29'd2"),
        ("axi_rlast_i & finals_q[0]", "axi_rlast_i & finals_q[1]"),
    ] {
        refuted(&claim, ("trine_weight_reader", from, to));
    }
}

/// Two readers and what joins them, each with the property of a reader alone.
#[test]
fn ports_of_weights_take_jobs_and_give_beats_together() {
    proven(&streams::weight_ports(&joined()).unwrap());
}

fn joined() -> Config {
    Config::builder().weight_ports(2).burst_beats(16).or(&resident(64)).build().unwrap()
}

#[test]
#[ignore = "longer: run by make prove"]
fn broken_ports_of_weights_are_found() {
    let mut claim = streams::weight_ports(&joined()).unwrap();
    // From a reset on two readers take minutes until a beat comes; the proof needs one cycle.
    claim.cycles = 1;
    for (from, to) in [
        ("&{port1_beats_valid_o, port0_beats_valid_o}", "|{port1_beats_valid_o, port0_beats_valid_o}"),
        ("port0_job_ready_o} | done_q", "port0_job_ready_o}"),
        ("job_valid_i & ~done_q[1]", "job_valid_i"),
        ("|{port1_draining_o, port0_draining_o}", "&{port1_draining_o, port0_draining_o}"),
        ("1'd1, port1_axi_araddr_o[5:0]", "1'd0, port1_axi_araddr_o[5:0]"),
    ] {
        not_proven(&claim, ("trine_weight_ports", from, to));
    }
    not_proven(&claim, ("trine_weight_reader", "rest = ~arlen_q", "rest = arlen_q"));
}

#[test]
fn the_serial_bridge_asks_one_thing_at_a_time() {
    proven(&streams::uartbone(12, 3).unwrap());
}

#[test]
fn a_broken_serial_bridge_is_found() {
    let claim = streams::uartbone(12, 3).unwrap();
    for (from, to) in [
        ("awvalid_q <= store | (awvalid_q & ~awready_i)", "awvalid_q <= store | (awvalid_q & ~wready_i)"),
        ("written & ~(pending_q | outside)", "written & ~outside"),
        ("(state_q == 3'd4) & ~pending_q", "state_q == 3'd4"),
        ("arvalid_q <= fetch | (arvalid_q & ~arready_i)", "arvalid_q <= fetch"),
        ("state_q <= 3'd0;\n    end\n    if (rst_i)", "state_q <= state_q;\n    end\n    if (rst_i)"),
    ] {
        refuted(&claim, ("trine_uartbone", from, to));
    }
}
