//! The unit with its ports: AXI4-Lite registers, three AXI4-Stream ports, an interrupt.
//!
//! | port | what |
//! |---|---|
//! | `aclk`, `aresetn` | clock, synchronous active-low reset |
//! | `s_axil_*` | registers ([`trine_spec::registers`]) |
//! | `s_axis_act_*` | activations: one lane chunk of one token a beat |
//! | `s_axis_wgt_*` | weights: part of a tile a beat |
//! | `m_axis_res_*` | results: `columns` int32 a beat, `tkeep` marks real columns |
//! | `irq` | high while an enabled interrupt is pending |
//!
//! Beat layouts are in [`trine_spec::packing`]. `tkeep` of the sources is not looked at: lanes beyond K count for nothing
//! because their weights are zero. A unit with windows has no stream ports: the register space takes their place
//! ([`super::windows`]).

use super::host::{Host, answers};
use super::weight_memory::{REQUEST_BITS, WeightBeats, between, weight_memory};
use super::{core, counters, interfaces, job, registers};
use crate::lang::{BIT, Errors, Expr, Module, bits, cat};
use std::collections::HashMap;
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::registers::{Access, REGISTERS, SPACE};

/// The complete unit of configuration `c`; its top module is `trine`.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn unit(c: &Config) -> Result<Arc<Module>, Errors> {
    assemble(c, None)
}

/// The unit with the weights of a model on the chip: a beat of `s_axis_wgt` is [`REQUEST_BITS`] wide and names the first of
/// the `beats` of a job. Configurations with windows have no such form; they come out as with ports.
///
/// # Errors
/// As [`unit()`].
pub fn unit_on_chip(c: &Config, beats: &WeightBeats) -> Result<Arc<Module>, Errors> {
    assemble(&Config { windows: false, ..c.clone() }, Some(weight_memory(c, beats)?))
}

fn assemble(c: &Config, memory: Option<Arc<Module>>) -> Result<Arc<Module>, Errors> {
    let (file, control, data, counts) = (registers::registers(c)?, job::job(c)?, core::core(c)?, counters::counters()?);
    let doc = format!(
        "Ternary matmul unit: y[M x N] = x[M x K] * W[K x N], int8 x trit -> int32.\n{} lanes x {} columns, {} weights on {} bits a beat.",
        c.lanes, c.columns, c.weight_code, c.weight_bus
    );
    let mut m = Module::new("trine", doc);
    m.clock = "aclk".into();
    let address = bits(SPACE.trailing_zeros() as usize);
    let resetn = m.input("aresetn", BIT);
    let axil: HashMap<&str, Expr> = [
        ("awaddr", address),
        ("awprot", bits(3)),
        ("awvalid", BIT),
        ("wdata", bits(32)),
        ("wstrb", bits(4)),
        ("wvalid", BIT),
        ("bready", BIT),
        ("araddr", address),
        ("arprot", bits(3)),
        ("arvalid", BIT),
        ("rready", BIT),
    ]
    .into_iter()
    .map(|(name, ty)| (name, m.input(&format!("s_axil_{name}"), ty)))
    .collect();
    m.unused([axil["awprot"].clone(), axil["arprot"].clone()]);

    let hard = m.name("hard_reset", !&resetn);
    let rst = m.wire("rst", BIT);

    // What the register file reads comes from modules behind it: declare the wires first.
    let mut inputs: Vec<(String, Expr)> = vec![("rst_i".into(), hard.clone())];
    for name in ["awaddr", "awvalid", "wdata", "wstrb", "wvalid", "bready", "araddr", "arvalid", "rready"] {
        inputs.push((format!("{name}_i"), axil[name].clone()));
    }
    let mut status: HashMap<String, Expr> = HashMap::new();
    for r in REGISTERS {
        for f in r.fields {
            let end = match f.access {
                Access::ReadOnly => "i",
                Access::WriteOneClears => "set_i",
                _ => continue,
            };
            let port = registers::port(r, f, end);
            let wire = m.wire(port.trim_end_matches("_i"), bits(f.width));
            status.insert(port.clone(), wire.clone());
            inputs.push((port, wire));
        }
    }
    let answers = answers(&mut m, c);
    inputs.extend(answers.clone());
    let pins: Vec<(&str, &Expr)> = inputs.iter().map(|(n, e)| (n.as_str(), e)).collect();
    let regs = m.instance("registers", &file, &pins);
    m.assign(&rst, &hard | &regs["ctrl_soft_reset_o"]);

    let busy = m.wire("busy", BIT);
    let clear = m.wire("clear", BIT);
    let start = m.wire("start", BIT);
    let shape: Vec<Expr> = ["last_token", "depth", "outputs"]
        .iter()
        .map(|name| m.wire(name, control.output_ty(&format!("{name}_o"))))
        .collect();
    let starting = c.windows.then(|| m.wire("starting", BIT));
    let host = match &starting {
        Some(starting) => Host::windows(&mut m, c, &answers, &regs, [&clear, &busy, starting])?,
        None => Host::ports(&mut m, c, if memory.is_some() { REQUEST_BITS } else { c.weight_bus }),
    };
    let on_chip = memory.map(|memory| {
        let ready = m.wire("beat_ready", BIT);
        (between(&mut m, &memory, &host.wgt, [&clear, &busy, &ready]), ready)
    });
    let wgt = on_chip.as_ref().map_or(&host.wgt, |((beats, _), _)| beats);
    let core = m.instance(
        "core",
        &data,
        &[
            ("clear_i", &clear),
            ("start_i", &start),
            ("open_next_i", &busy),
            ("last_token_i", &shape[0]),
            ("depth_i", &shape[1]),
            ("outputs_i", &shape[2]),
            ("act_valid_i", &host.act.valid),
            ("act_last_i", &host.act.last),
            ("act_data_i", &host.act.data),
            ("wgt_valid_i", &wgt.valid),
            ("wgt_last_i", &wgt.last),
            ("wgt_data_i", &wgt.data),
            ("res_ready_i", &host.res_ready),
        ],
    );
    let act_moved = m.name("act_moved", &host.act.valid & &core["act_ready_o"]);
    let wgt_moved = m.name("wgt_moved", &wgt.valid & &core["wgt_ready_o"]);
    let res_moved = m.name("res_moved", &core["res_valid_o"] & &host.res_ready);
    let moved = m.name("moved", cat([act_moved.clone(), wgt_moved.clone(), res_moved.clone()]));
    let res_done = m.name("res_done", &res_moved & &core["res_last_o"]);
    let mut inputs = vec![
        ("rst_i", &rst),
        ("start_i", &regs["ctrl_start_o"]),
        ("abort_i", &regs["ctrl_abort_o"]),
        ("tokens_i", &regs["tokens_m_o"]),
        ("depth_i", &regs["depth_k_o"]),
        ("outputs_i", &regs["outputs_n_o"]),
        ("tag_i", &regs["job_tag_tag_o"]),
        ("watchdog_i", &regs["watchdog_cycles_o"]),
        ("watchdog_written_i", &regs["watchdog_written_o"]),
        ("moved_i", &moved),
        ("res_done_i", &res_done),
        ("act_early_i", &core["act_early_o"]),
        ("act_late_i", &core["act_late_o"]),
        ("wgt_early_i", &core["wgt_early_o"]),
        ("wgt_late_i", &core["wgt_late_o"]),
        ("illegal_i", &core["illegal_o"]),
    ];
    inputs.extend(host.faults.iter().map(|(port, fault)| (*port, fault)));
    let job = m.instance("job", &control, &inputs);
    m.assign(&busy, &job["busy_o"]);
    m.assign(&clear, &job["clear_o"]);
    m.assign(&start, &job["start_o"]);
    if let Some(starting) = starting {
        m.assign(&starting, &job["starting_o"]);
    }
    for (wire, name) in shape.iter().zip(["last_token_o", "depth_o", "outputs_o"]) {
        m.assign(wire, &job[name]);
    }

    let events = m.instance(
        "counters",
        &counts,
        &[
            ("rst_i", &rst),
            ("clear_i", &regs["perf_ctrl_clear_o"]),
            ("snapshot_i", &regs["perf_ctrl_snapshot_o"]),
            ("cycles_i", &busy),
            ("active_i", &core["active_o"]),
            ("stall_act_i", &core["stall_act_o"]),
            ("stall_wgt_i", &core["stall_wgt_o"]),
            ("stall_out_i", &core["stall_out_o"]),
            ("act_beats_i", &act_moved),
            ("wgt_beats_i", &wgt_moved),
            ("res_beats_i", &res_moved),
            ("jobs_i", &job["done_o"]),
        ],
    );
    let mut feed = |port: &str, value: Expr| {
        let wire = status.remove(port);
        m.assign(&wire.unwrap_or_else(|| panic!("no register port {port}")), value);
    };
    feed("status_busy_i", job["taken_o"].clone());
    feed("status_done_set_i", job["done_o"].clone());
    feed("status_error_set_i", job["error_o"].clone());
    feed("irq_stat_done_set_i", job["done_o"].clone());
    feed("irq_stat_error_set_i", job["error_o"].clone());
    feed("err_code_code_i", job["code_o"].clone());
    feed("done_tag_tag_i", job["done_tag_o"].clone());
    for (name, width) in counters::COUNTERS {
        let count = &events[format!("{name}_o").as_str()];
        if width == 32 {
            feed(&format!("{name}_value_i"), count.clone());
        } else {
            feed(&format!("{name}_lo_value_i"), count.slice(0, 32));
            feed(&format!("{name}_hi_value_i"), count.slice(32, width - 32));
        }
    }

    for (port, from) in [
        ("awready", "awready_o"),
        ("wready", "wready_o"),
        ("bresp", "bresp_o"),
        ("bvalid", "bvalid_o"),
        ("arready", "arready_o"),
        ("rdata", "rdata_o"),
        ("rresp", "rresp_o"),
        ("rvalid", "rvalid_o"),
    ] {
        m.drive(&format!("s_axil_{port}"), &regs[from]);
    }
    let wgt_ready = match &on_chip {
        Some(((_, ready), beat_ready)) => {
            m.assign(beat_ready, &core["wgt_ready_o"]);
            ready
        }
        None => &core["wgt_ready_o"],
    };
    host.connect(&mut m, c, &core, wgt_ready);
    let pending =
        (&regs["irq_en_done_o"] & &regs["irq_stat_done_o"]) | (&regs["irq_en_error_o"] & &regs["irq_stat_error_o"]);
    m.drive("irq", pending);
    m.unused(["status_done_o", "status_error_o", "scratch_value_o"].map(|port| regs[port].clone()));
    if !c.windows {
        m.unused(["ctrl_act_last_o", "ctrl_wgt_last_o"].map(|port| regs[port].clone()));
    }
    interfaces::mark(&mut m);
    m.build()
}
