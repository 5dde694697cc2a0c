//! How beats come and go: through AXI4-Stream ports, or through windows of the register space.
//!
//! The datapath sees the same three streams either way.

use super::windows::windows;
use crate::lang::{BIT, Errors, Expr, Instance, Module, bits, cat};
use trine_spec::Config;

/// Ports by which the register file hears of its windows, and the outputs of [`windows`] behind them.
const ANSWERS: [(&str, &str, usize); 5] = [
    ("write_wait_i", "write_wait_o", 1),
    ("write_ok_i", "write_ok_o", 1),
    ("read_wait_i", "read_wait_o", 1),
    ("read_ok_i", "read_ok_o", 1),
    ("read_data_i", "data_o", 32),
];

/// The host's side of a stream towards the datapath.
pub(super) struct Source {
    pub(super) valid: Expr,
    pub(super) last: Expr,
    pub(super) data: Expr,
}

/// The host's side of the three streams.
pub(super) struct Host {
    pub(super) act: Source,
    pub(super) wgt: Source,
    pub(super) res_ready: Expr,
    /// Faults of the windows by port of the job control; none without windows.
    pub(super) faults: Vec<(&'static str, Expr)>,
    /// What the windows hear of the datapath, where there are windows.
    heard: Option<[Expr; 4]>,
}

/// The wires on which windows answer the register file, by its ports; none without windows.
pub(super) fn answers(m: &mut Module, c: &Config) -> Vec<(String, Expr)> {
    let wires = ANSWERS.iter().filter(|_| c.windows);
    wires.map(|(port, from, width)| (port.to_string(), m.wire(&format!("window_{from}"), bits(*width)))).collect()
}

impl Host {
    /// Stream ports, `weight_bits` wide for weights.
    pub(super) fn ports(m: &mut Module, c: &Config, weight_bits: usize) -> Host {
        let mut source = |prefix: &str, width: usize| {
            let mut port = |name: &str, width: usize| m.input(&format!("{prefix}_{name}"), bits(width));
            let (data, keep) = (port("tdata", width), port("tkeep", width / 8));
            let (last, valid) = (port("tlast", 1), port("tvalid", 1));
            m.unused([keep]);
            Source { valid, last, data }
        };
        let act = source("s_axis_act", c.act_bus());
        let wgt = source("s_axis_wgt", weight_bits);
        Host { act, wgt, res_ready: m.input("m_axis_res_tready", BIT), faults: vec![], heard: None }
    }

    /// Windows, which answer on the wires `answers` to what the register file `regs` asks.
    ///
    /// # Errors
    /// See [`windows`].
    pub(super) fn windows(
        m: &mut Module,
        c: &Config,
        answers: &[(String, Expr)],
        regs: &Instance,
        [clear, busy, starting]: [&Expr; 3],
    ) -> Result<Host, Errors> {
        let heard = [
            m.wire("act_ready", BIT),
            m.wire("wgt_ready", BIT),
            m.wire("res_valid", BIT),
            m.wire("res_values", bits(c.columns * c.acc_bits())),
        ];
        let made = m.instance(
            "windows",
            &windows(c)?,
            &[
                ("rst_i", clear),
                ("busy_i", busy),
                ("starting_i", starting),
                ("data_i", &regs["wdata_o"]),
                ("write_act_i", &regs["write_act_o"]),
                ("act_last_i", &regs["ctrl_act_last_o"]),
                ("act_ready_i", &heard[0]),
                ("write_wgt_i", &regs["write_wgt_o"]),
                ("wgt_last_i", &regs["ctrl_wgt_last_o"]),
                ("wgt_ready_i", &heard[1]),
                ("read_i", &regs["read_res_o"]),
                ("res_valid_i", &heard[2]),
                ("res_data_i", &heard[3]),
            ],
        );
        for ((_, wire), (_, from, _)) in answers.iter().zip(ANSWERS) {
            m.assign(wire, &made[from]);
        }
        let source = |name: &str| {
            let output = |what: &str| made[format!("{name}_{what}_o").as_str()].clone();
            Source { valid: output("valid"), last: output("last"), data: output("data") }
        };
        Ok(Host {
            act: source("act"),
            wgt: source("wgt"),
            res_ready: made["res_ready_o"].clone(),
            faults: vec![("window_full_i", made["full_o"].clone()), ("window_empty_i", made["empty_o"].clone())],
            heard: Some(heard),
        })
    }

    /// Hands on what the datapath `core` says to its streams, and `wgt_ready` to that of weights.
    pub(super) fn connect(&self, m: &mut Module, c: &Config, core: &Instance, wgt_ready: &Expr) {
        let Some(heard) = &self.heard else {
            m.drive("s_axis_act_tready", &core["act_ready_o"]);
            m.drive("s_axis_wgt_tready", wgt_ready);
            m.drive("m_axis_res_tdata", &core["res_data_o"]);
            m.drive("m_axis_res_tkeep", &core["res_keep_o"]);
            m.drive("m_axis_res_tlast", &core["res_last_o"]);
            m.drive("m_axis_res_tvalid", &core["res_valid_o"]);
            return;
        };
        // An int32 of the stream is an accumulator with its sign repeated.
        let (acc, data) = (c.acc_bits(), &core["res_data_o"]);
        let values = cat((0..c.columns).map(|n| data.slice(32 * n, acc)));
        for (wire, value) in
            heard.iter().zip([(&core["act_ready_o"]).into(), wgt_ready.into(), (&core["res_valid_o"]).into(), values])
        {
            m.assign(wire, value);
        }
        m.unused([core["res_keep_o"].clone()]);
        m.unused((0..c.columns).filter(|_| acc < 32).map(|n| data.slice(32 * n + acc, 32 - acc)));
    }
}
