//! The timing diagrams of docs/reference/protocol.md of units that read from memory, recorded as those of the others.

use trine_sim::{MemoryOptions, Timing};
use trine_spec::registers::*;
use trine_spec::{Config, Weights};

use super::waves::{Recorder, documented};

/// A memory that answers in the fourth cycle, of zeros: weights of -1.
fn memory() -> MemoryOptions {
    MemoryOptions { timing: Timing::Ideal { latency: 4 }, ..MemoryOptions::new(1 << 16) }
}

/// 8 lanes x 4 columns, four beats a tile.
fn recorder() -> Recorder {
    let sizes = Config::sized(8, 4).weights(Weights::Memory).weight_bus(16);
    Recorder::new(&sizes.max_depth(64).max_tokens(8).build().unwrap(), &memory())
}

/// Gives beats of activations, the last one of each job of `beats` marked, and takes all results, for some cycles.
fn flow(r: &mut Recorder, beats: usize, cycles: usize) {
    let mut given = 0;
    r.dut.poke("m_axis_res_tready", true).unwrap();
    r.dut.poke("s_axis_act_tvalid", true).unwrap();
    for _ in 0..cycles {
        r.dut.poke("s_axis_act_tlast", given % beats == beats - 1).unwrap();
        given += r.dut.peek("s_axis_act_tready").unwrap() as usize;
        r.tick();
    }
}

#[test]
fn weights_come_from_memory() {
    let mut r = recorder();
    r.shape(1, 24, 4);
    r.set(&WGT_BASE, 1);
    r.set(&WGT_LENGTH, 12);
    r.record(&[
        ("awvalid, wvalid", "s_axil_awvalid"),
        ("arvalid", "m_axi_wgt0_arvalid"),
        ("rvalid", "m_axi_wgt0_rvalid"),
        ("act_tready", "s_axis_act_tready"),
        ("res_tvalid", "m_axis_res_tvalid"),
    ]);
    r.write(&CTRL, CTRL_START.mask(), 0xF);
    flow(&mut r, 3, 44);
    documented(&r.diagram());
}

#[test]
fn the_next_job_s_weights_are_read_ahead() {
    let mut r = recorder();
    r.shape(8, 8, 4);
    r.set(&WGT_LENGTH, 4);
    r.write(&CTRL, CTRL_START.mask(), 0xF);
    (0..4).for_each(|_| r.tick());
    r.record(&[
        ("awvalid, wvalid", "s_axil_awvalid"),
        ("arvalid", "m_axi_wgt0_arvalid"),
        ("rvalid", "m_axi_wgt0_rvalid"),
        ("act_tready", "s_axis_act_tready"),
        ("res_tvalid", "m_axis_res_tvalid"),
        ("res_tlast", "m_axis_res_tlast"),
    ]);
    r.write(&QUEUE, QUEUE_FOLLOW.mask(), 0xF);
    flow(&mut r, 8, 44);
    documented(&r.diagram());
}

#[test]
fn an_abort_lets_bursts_come_to_their_end() {
    let mut r = recorder();
    r.shape(1, 24, 4);
    r.set(&WGT_LENGTH, 12);
    r.write(&CTRL, CTRL_START.mask(), 0xF);
    (0..9).for_each(|_| r.tick());
    r.record(&[
        ("awvalid, wvalid", "s_axil_awvalid"),
        ("bvalid", "s_axil_bvalid"),
        ("bresp[1]", "s_axil_bresp"),
        ("rvalid", "m_axi_wgt0_rvalid"),
        ("rlast", "m_axi_wgt0_rlast"),
    ]);
    r.write(&CTRL, CTRL_ABORT.mask(), 0xF);
    (0..4).for_each(|_| r.tick());
    r.write(&CTRL, CTRL_START.mask(), 0xF);
    (0..11).for_each(|_| r.tick());
    r.write(&CTRL, CTRL_START.mask(), 0xF);
    (0..4).for_each(|_| r.tick());
    documented(&r.diagram());
}

/// 16 lanes x 10 columns on 128 bits: a descriptor of four beats, one beat of activations, three of results.
#[test]
fn a_job_comes_from_a_ring() {
    let sizes = Config::sized(16, 10).weights(Weights::Memory).weight_bus(128).ring(true);
    let mut r = Recorder::new(&sizes.max_depth(64).max_tokens(8).build().unwrap(), &memory());
    let mut words = [0u32; MEMORY_STEP as usize / 4];
    for (register, value) in [
        (DESC_FLAGS, DESC_FLAGS_INTERRUPT.mask()),
        (DESC_TOKENS, 1),
        (DESC_DEPTH, 16),
        (DESC_OUTPUTS, 10),
        (DESC_WGT_BASE, 16),
        (DESC_WGT_LENGTH, 2),
        (DESC_ACT_BASE, 32),
        (DESC_ACT_LENGTH, 1),
        (DESC_RES_BASE, 48),
    ] {
        words[register.offset as usize / 4] = value;
    }
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    r.dut.memory_write(r.ports[0], 0, &bytes).unwrap();
    r.set(&IRQ_EN, IRQ_EN_DONE.mask());
    r.set(&CTRL, CTRL_START.mask());
    r.record(&[
        ("awvalid, wvalid", "s_axil_awvalid"),
        ("m_axi_arvalid", "m_axi_arvalid"),
        ("m_axi_rvalid", "m_axi_rvalid"),
        ("wgt0_arvalid", "m_axi_wgt0_arvalid"),
        ("wgt0_rvalid", "m_axi_wgt0_rvalid"),
    ]);
    r.write(&RING_HEAD, 1, 0xF);
    (0..38).for_each(|_| r.tick());
    documented(&r.diagram());
    r.record(&[]);
    while r.dut.peek("m_axi_awvalid").unwrap() == 0 {
        r.tick();
    }
    r.record(&[
        ("m_axi_awvalid", "m_axi_awvalid"),
        ("m_axi_wvalid", "m_axi_wvalid"),
        ("m_axi_wlast", "m_axi_wlast"),
        ("m_axi_bvalid", "m_axi_bvalid"),
        ("irq", "irq"),
    ]);
    (0..21).for_each(|_| r.tick());
    documented(&r.diagram());
}
