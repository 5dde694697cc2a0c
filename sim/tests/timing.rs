//! The timing diagrams of docs/reference/protocol.md, recorded from a unit of 8 lanes x 4 columns with a weight bus of 16 bits.
//!
//! A test fails with the diagram that the document lacks.

use trine_sim::MemoryOptions;
use trine_spec::Config;
use trine_spec::registers::*;

use super::waves::{Recorder, documented};

fn recorder() -> Recorder {
    let config = Config::sized(8, 4).weight_bus(16).max_depth(64).max_tokens(8).build().unwrap();
    Recorder::new(&config, &MemoryOptions::new(64))
}

#[test]
fn a_job_starts() {
    let mut r = recorder();
    r.shape(2, 8, 4);
    r.record(&[
        ("awvalid, wvalid", "s_axil_awvalid"),
        ("awready, wready", "s_axil_awready"),
        ("bvalid", "s_axil_bvalid"),
        ("act_tready", "s_axis_act_tready"),
    ]);
    r.tick();
    r.write(&CTRL, CTRL_START.mask(), 0xF);
    (0..8).for_each(|_| r.tick());
    documented(&r.diagram());
}

#[test]
fn weight_beats_wait_for_tokens() {
    let mut r = recorder();
    r.shape(5, 24, 4);
    r.write(&CTRL, CTRL_START.mask(), 0xF);
    r.record(&[
        ("wgt_tvalid", "s_axis_wgt_tvalid"),
        ("wgt_tready", "s_axis_wgt_tready"),
        ("wgt_tlast", "s_axis_wgt_tlast"),
    ]);
    r.stream(15, 12, |dut| dut.peek("s_axis_wgt_tvalid").unwrap() == 0);
    r.tick();
    documented(&r.diagram());
}

#[test]
fn results_hold_under_back_pressure() {
    let mut r = recorder();
    r.shape(4, 8, 4);
    r.write(&CTRL, CTRL_START.mask(), 0xF);
    r.stream(4, 4, |dut| dut.peek("m_axis_res_tvalid").unwrap() == 1);
    r.record(&[
        ("res_tvalid", "m_axis_res_tvalid"),
        ("res_tready", "m_axis_res_tready"),
        ("res_tlast", "m_axis_res_tlast"),
    ]);
    for cycle in 0..11 {
        r.dut.poke("m_axis_res_tready", cycle == 3 || cycle >= 7).unwrap();
        r.tick();
    }
    documented(&r.diagram());
}

#[test]
fn an_abort_empties_the_unit() {
    let mut r = recorder();
    r.shape(1, 8, 4);
    r.write(&CTRL, CTRL_START.mask(), 0xF);
    r.stream(1, 4, |dut| dut.peek("m_axis_res_tvalid").unwrap() == 1);
    r.record(&[
        ("awvalid, wvalid", "s_axil_awvalid"),
        ("bvalid", "s_axil_bvalid"),
        ("res_tvalid", "m_axis_res_tvalid"),
        ("res_tready", "m_axis_res_tready"),
    ]);
    r.tick();
    r.write(&CTRL, CTRL_ABORT.mask(), 0xF);
    (0..6).for_each(|_| r.tick());
    documented(&r.diagram());
}

#[test]
fn a_write_with_half_its_strobes_is_refused() {
    let mut r = recorder();
    r.record(&[
        ("awvalid, wvalid", "s_axil_awvalid"),
        ("awready, wready", "s_axil_awready"),
        ("bvalid", "s_axil_bvalid"),
        ("bresp[1]", "s_axil_bresp"),
    ]);
    r.tick();
    r.write(&SCRATCH, 1, 0x3);
    (0..4).for_each(|_| r.tick());
    documented(&r.diagram());
}
