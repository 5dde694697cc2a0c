//! The host's side of the beats: AXI4-Stream ports, windows of the register space, or memory.
//!
//! The datapath sees the same three streams either way.

use super::core::CorePorts;
use super::job::JobPorts;
use super::pins::{AxiStream, UnitPins};
use super::registers::{RegisterPorts, WindowAnswers};
use super::ring::Ring;
use super::windows::{WindowsPorts, windows};
use crate::lang::{BIT, Errors, Expr, Module, Stream, bits, cat, set};
use trine_spec::Config;

/// The host's side of the three streams.
pub(super) struct Host {
    pub(super) act: Stream,
    /// None for weights from memory.
    pub(super) wgt: Option<Stream>,
    /// The results; with windows an accumulator a column instead of an int32.
    pub(super) res: Stream,
    /// The windows, if there are any.
    windows: Option<WindowsPorts>,
}

/// The wires on which windows answer the register file.
pub(super) fn answers(m: &mut Module) -> WindowAnswers {
    WindowAnswers {
        write_wait: m.wire("window_write_wait_o", BIT),
        write_ok: m.wire("window_write_ok_o", BIT),
        read_wait: m.wire("window_read_wait_o", BIT),
        read_ok: m.wire("window_read_ok_o", BIT),
        read_data: m.wire("window_data_o", bits(32)),
    }
}

/// A stream over the signals of AXI4-Stream.
fn stream(axis: &AxiStream) -> Stream {
    let AxiStream { tdata, tkeep, tlast, tvalid, tready } = axis.clone();
    Stream { valid: tvalid, data: tdata, keep: Some(tkeep), last: Some(tlast), ready: tready }
}

impl Host {
    /// Stream ports.
    pub(super) fn ports(m: &mut Module, pins: &UnitPins) -> Option<Host> {
        let (act, wgt, res) = (pins.act.as_ref()?, pins.wgt.as_ref(), pins.res.as_ref()?);
        m.unused([act].into_iter().chain(wgt).map(|axis| axis.tkeep.clone()));
        let source = |axis: &AxiStream| Stream { keep: None, ..stream(axis) };
        Some(Host { act: source(act), wgt: wgt.map(source), res: stream(res), windows: None })
    }

    /// A ring of jobs in memory.
    pub(super) fn ring(ring: &Ring) -> Host {
        Host { act: ring.act(), wgt: None, res: ring.res(), windows: None }
    }

    /// Windows, which answer on the wires `answers` what the register file `regs` asks.
    ///
    /// # Errors
    /// See [`windows`].
    pub(super) fn windows(
        m: &mut Module,
        c: &Config,
        answers: &WindowAnswers,
        regs: &RegisterPorts,
        [clear, busy, starting]: [&Expr; 3],
    ) -> Result<Host, Errors> {
        let act_ready = m.wire("act_ready", BIT);
        let wgt_ready = (!c.memory()).then(|| m.wire("wgt_ready", BIT));
        let res_valid = m.wire("res_valid", BIT);
        let res_values = m.wire("res_values", bits(c.columns() * c.acc_bits()));
        let made: WindowsPorts = m.place("windows", &windows(c)?);
        m.assign_all([(&made.control.rst, clear), (&made.control.busy, busy), (&made.control.starting, starting)]);
        if let Some(asked) = &regs.windows {
            m.assign_all([
                (&made.control.data, &asked.wdata),
                (&made.act.write, &asked.write_act),
                (&made.res.read, &asked.read_res),
            ]);
        }
        if let (Some(wgt), Some(ready)) = (&made.wgt, &wgt_ready) {
            let write = regs.windows.as_ref().and_then(|asked| asked.write_wgt.as_ref());
            write.into_iter().for_each(|write| m.assign(&wgt.write, write));
            m.assign_all([(&wgt.mark, regs.fields.output("ctrl_wgt_last")), (&wgt.beats.ready, ready)]);
        }
        let mut mark = regs.fields.output("ctrl_act_last").clone();
        if c.memory() {
            // A job of the queue may begin when its mark has come already, and would clear it.
            let held_q = m.reg("act_mark_q", BIT);
            let held = m.name("act_mark", &mark | &held_q);
            m.on_clock([set(&held_q, &held & starting)]);
            mark = held & !starting;
        }
        m.assign_all([
            (&made.act.mark, &mark),
            (&made.act.beats.ready, &act_ready),
            (&made.res.res.valid, &res_valid),
            (&made.res.res.data, &res_values),
        ]);
        m.assign_all([
            (&answers.write_wait, &made.answers.write_wait),
            (&answers.write_ok, &made.answers.write_ok),
            (&answers.read_wait, &made.answers.read_wait),
            (&answers.read_ok, &made.answers.read_ok),
            (&answers.read_data, &made.res.data),
        ]);
        Ok(Host {
            act: Stream { ready: act_ready, ..made.act.beats.clone() },
            wgt: made.wgt.iter().zip(wgt_ready).map(|(wgt, ready)| Stream { ready, ..wgt.beats.clone() }).next(),
            res: Stream { valid: res_valid, data: res_values, ..made.res.res.clone() },
            windows: Some(made),
        })
    }

    /// Tells the job control of faults of the windows, and these of a beat of weights that moves.
    pub(super) fn tell(&self, m: &mut Module, job: &JobPorts, weights: &Expr) {
        let moved = self.windows.as_ref().and_then(|windows| windows.control.moved.as_ref());
        moved.into_iter().for_each(|moved| m.assign(moved, weights));
        if let (Some(windows), Some(full), Some(empty)) = (&self.windows, &job.window_full, &job.window_empty) {
            m.assign_all([(full, &windows.answers.full), (empty, &windows.answers.empty)]);
        }
    }

    /// Hands the results of the datapath on.
    pub(super) fn results(&self, m: &mut Module, c: &Config, core: &CorePorts) {
        m.assign(&core.res.ready, &self.res.ready);
        let data = &core.res.data;
        let Some(keep) = core.res.keep.clone().filter(|_| self.windows.is_some()) else {
            let Stream { valid, data, keep, last, .. } = &self.res;
            m.assign(data, &core.res.data);
            for (port, value) in [(keep, &core.res.keep), (last, &core.res.last)] {
                if let (Some(port), Some(value)) = (port, value) {
                    m.assign(port, value);
                }
            }
            return m.assign(valid, &core.res.valid);
        };
        // An int32 of the stream is an accumulator with its sign repeated.
        let acc = c.acc_bits();
        let values = cat((0..c.columns()).map(|n| data.slice(32 * n, acc)));
        m.assign(&self.res.valid, &core.res.valid);
        m.assign(&self.res.data, values);
        m.unused([keep]);
        m.unused((0..c.columns()).filter(|_| acc < 32).map(|n| data.slice(32 * n + acc, 32 - acc)));
    }
}
