//! The parts of a ring: fetch, feed, pack and store.

use super::{not_proven, proven, refuted};
use trine_spec::{Config, Weights};
use trine_synth::prove::{Verdict, ring};
use trine_synth::yosys::Yosys;

/// A unit with a ring on a bus of this width.
fn ringed(lanes: usize, columns: usize, bus: usize) -> Config {
    let sized = Config::sized(lanes, columns).weights(Weights::Memory).ring(true).weight_bus(bus);
    sized.max_depth(lanes).max_tokens(4).build().unwrap()
}

#[test]
fn a_job_is_fetched_once_a_descriptor() {
    let strided = Config::builder().strides(true).or(&ringed(8, 3, 32)).build().unwrap();
    for config in [ringed(8, 3, 32), ringed(4, 48, 64), ringed(64, 5, 128), strided] {
        proven(&ring::fetch(&config).unwrap());
    }
}

/// The assumptions leave a way to the first job.
#[test]
fn a_job_can_be_handed_on() {
    let mut claim = ring::fetch(&ringed(64, 5, 128)).unwrap();
    let given: Vec<&str> = claim.property.lines().filter(|line| !line.contains("assert (")).collect();
    claim.property = given.join("\n") + "\n  always @* assert (~first_o);\n";
    claim.cycles = 20;
    assert!(matches!(Yosys::find().unwrap().refute(&claim), Ok(Verdict::Refuted { cycles: 14, .. })));
}

#[test]
#[ignore = "longer: run by make prove"]
fn a_broken_fetcher_is_found() {
    let claim = ring::fetch(&ringed(64, 5, 128)).unwrap();
    for (from, to) in [
        ("& ~start_i;\n    behind_q", "| start_i;\n    behind_q"),
        ("(reads | asks_act) & ~ended", "reads | asks_act"),
        ("(on_q & more_q)", "on_q"),
        ("act_turn_q ^ (taken & beats_last_i)", "act_turn_q ^ taken"),
    ] {
        refuted(&claim, ("trine_ring_fetch", from, to));
    }
    // These take a descriptor from a start on.
    let strided = Config::builder().strides(true).or(&ringed(64, 5, 128)).build().unwrap();
    let mut strided = ring::fetch(&strided).unwrap();
    strided.cycles = 2;
    not_proven(&strided, ("trine_ring_fetch", "stride_q <= beats_data_i[119:96]", "stride_q <= beats_data_i[87:64]"));
    // And these two.
    for (from, to) in [
        ("act_turn_q ? act_ready_i : words", "act_ready_i"),
        ("next_q + 16'd1", "next_q + 16'd2"),
        ("(pushes & ~first_q) & ~ended", "(pushes & ~first_q)"),
        ("if (pushes & ~good) begin\n        state_q <= 3'd7", "if (pushes & ~good) begin\n        state_q <= 3'd4"),
        ("(checks & (&wait_q)) & ~broken_q", "checks & ~broken_q"),
        ("~(fence_q & behind_q)", "~(fence_q & (behind_q | open_i))"),
    ] {
        let mut claim = claim.clone();
        claim.cycles = 2;
        not_proven(&claim, ("trine_ring_fetch", from, to));
    }
}

#[test]
fn activations_are_fed_once_and_in_order() {
    for config in [ringed(8, 3, 32), ringed(16, 3, 32), ringed(4, 48, 64), ringed(8, 20, 64)] {
        proven(&ring::feed(&config).unwrap());
    }
}

#[test]
fn a_broken_feeder_is_found() {
    let joins = ring::feed(&ringed(8, 3, 32)).unwrap();
    for (from, to) in
        [("full_q & ~moves", "full_q & moves"), ("{beats_data_i, hold_q[63:32]}", "{hold_q[63:32], beats_data_i}")]
    {
        refuted(&joins, ("trine_ring_feed", from, to));
    }
    let cuts = ring::feed(&ringed(4, 48, 64)).unwrap();
    for (from, to) in [
        ("moves & (last | (&part_q))", "moves & (&part_q)"),
        ("moves & (last | (&part_q))", "moves & last"),
        ("fresh_q | ends", "fresh_q"),
        ("{hold_q[63:32], hold_q[63:32]}", "{hold_q[31:0], hold_q[31:0]}"),
    ] {
        refuted(&cuts, ("trine_ring_feed", from, to));
    }
}

#[test]
fn results_are_packed_once_and_in_whole_bursts() {
    for config in [ringed(8, 3, 32), ringed(64, 3, 64), ringed(64, 5, 128)] {
        proven(&ring::pack(&config).unwrap());
    }
}

#[test]
#[ignore = "longer: run by make prove"]
fn a_broken_packer_is_found() {
    let claim = ring::pack(&ringed(64, 3, 64)).unwrap();
    for (from, to) in [
        ("valid & ~(|keep_q[2:1])", "valid & ~(keep_q[2])"),
        ("valid & ((&place_q) | ends)", "valid & (&place_q)"),
        ("push_q & (last_q | (&burst_q))", "push_q & (&burst_q)"),
        ("last_q <= ends", "last_q <= final_q"),
        ("closes & ~beats_pop_o", "closes & beats_pop_o"),
    ] {
        refuted(&claim, ("trine_ring_pack", from, to));
    }
    // It takes 33 beats from a reset on.
    not_proven(&claim, ("trine_ring_pack", "full_q & room", "full_q"));
}

#[test]
fn writes_keep_their_rules_and_are_all_answered() {
    for config in [ringed(8, 3, 32), ringed(64, 3, 64), ringed(64, 5, 128)] {
        proven(&ring::store(&config).unwrap());
    }
}

#[test]
#[ignore = "longer: run by make prove"]
fn a_broken_writer_is_found() {
    let claim = ring::store(&ringed(8, 3, 32)).unwrap();
    for (from, to) in [
        ("~wvalid_q | axi_wready_i", "1'd1"),
        ("loads & ~(|left_q)", "loads & ~(|left_q[3:1])"),
        ("addresses & axi_awready_i", "addresses"),
        ("asked ^ axi_bvalid_i", "asked"),
        ("answers & settled", "answers"),
        ("~idle | ~settled", "~idle"),
        ("state_q <= 2'd1", "state_q <= 2'd2"),
    ] {
        refuted(&claim, ("trine_ring_store", from, to));
    }
}
