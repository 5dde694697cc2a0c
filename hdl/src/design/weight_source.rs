//! The weight beats of the datapath: from the host, from a ROM on the chip, or from memory.
//!
//! ```text
//!  host ───────────────────────────────┐
//!  host ── numbers ──> weight_memory ──┼──> core          one of the three
//!  m_axi_wgtN <──────> weight_reader ──┘
//!        job_queue ──────────┘             with `weight_runs` between the two in a unit with strides
//! ```

use super::core::CorePorts;
use super::host::Host;
use super::job::JobPorts;
use super::job_queue::JobQueuePorts;
use super::pins::UnitPins;
use super::ring::Ring;
use super::weight_memory::in_front;
use super::weight_reader::{ReaderPorts, weight_reader};
use super::weight_runs::{WeightRunsPorts, weight_runs};
use crate::lang::{BIT, Errors, Expr, Module, Stream};
use std::sync::Arc;
use trine_spec::Config;

/// The surroundings of the beats.
pub(super) struct Around<'a> {
    pub(super) pins: &'a UnitPins,
    pub(super) host: &'a Host,
    /// Jobs whose weights are read from memory, and the wire on which they are dropped.
    pub(super) jobs: Option<(&'a JobQueuePorts, &'a Expr)>,
    /// The reset pin, which no register can set.
    pub(super) hard: &'a Expr,
    pub(super) clear: &'a Expr,
    pub(super) busy: &'a Expr,
    pub(super) start: &'a Expr,
}

/// The source of the weight beats of a unit.
pub(super) struct WeightSource {
    /// The beats, and the wire on which they are taken.
    pub(super) beats: Stream,
    from: From,
}

enum From {
    Host,
    /// The ROM's port for numbers of beats.
    OnChip(Stream),
    Memory(Box<ReaderPorts>),
}

impl WeightSource {
    /// The weights on the `chip`, from memory, or else from the host.
    ///
    /// # Errors
    /// See [`weight_reader`] and [`weight_runs`].
    pub(super) fn new(
        m: &mut Module,
        c: &Config,
        chip: Option<&Arc<Module>>,
        around: &Around,
    ) -> Result<WeightSource, Errors> {
        let Around { pins, host, jobs, hard, clear, busy, start } = *around;
        if let Some(chip) = chip {
            let ready = m.wire("beat_ready", BIT);
            let made = in_front(m, chip, [clear, busy, &ready]);
            host.wgt.iter().for_each(|requests| m.unused(requests.last.clone()));
            return Ok(WeightSource { beats: Stream { ready, ..made.beats }, from: From::OnChip(made.requests) });
        }
        if let Some(beats) = &host.wgt {
            return Ok(WeightSource { beats: beats.clone(), from: From::Host });
        }
        let ready = m.wire("beat_ready", BIT);
        let reader: ReaderPorts = m.place("reader", &weight_reader(c)?);
        m.assign_all([(&reader.rst, hard), (&reader.start, start), (&reader.beats.ready, &ready)]);
        if let Some((queue, dropped)) = jobs {
            m.assign(&reader.clear, dropped);
            if c.strides() {
                let runs: WeightRunsPorts = m.place("runs", &weight_runs(c)?);
                m.assign_all([(&runs.rst, hard), (&runs.clear, dropped)]);
                m.connect(&queue.read, &runs.job);
                m.connect(&runs.piece, &reader.job);
            } else {
                m.connect(&queue.read, &reader.job);
            }
        }
        reader.memory().zip(&pins.memory).for_each(|(reader, pins)| m.connect(reader, pins));
        Ok(WeightSource { beats: Stream { ready, ..reader.beats.clone() }, from: From::Memory(Box::new(reader)) })
    }

    /// Tells the job control of faults of the memory.
    pub(super) fn tell_faults(&self, m: &mut Module, job: &JobPorts, ring: Option<&Ring>) {
        if let (From::Memory(reader), Some(fault)) = (&self.from, &job.memory) {
            m.assign(fault, ring.map_or(reader.fault.clone(), |ring| &reader.fault | ring.fault()));
        }
    }

    /// Set while reads of a job that was dropped are under way; and the first answer that was not OKAY.
    pub(super) fn memory(&self) -> Option<[&Expr; 2]> {
        match &self.from {
            From::Memory(reader) => Some([&reader.draining, &reader.response]),
            From::Host | From::OnChip(_) => None,
        }
    }

    /// Joins what was left open: the datapath takes the beats, and the ROM the host's requests.
    pub(super) fn connect(&self, m: &mut Module, host: &Host, core: &CorePorts) {
        match (&self.from, &host.wgt) {
            (From::OnChip(requests), Some(wgt)) => m.connect(&Stream { last: None, ..wgt.clone() }, requests),
            (From::Host, Some(wgt)) => m.connect(wgt, &core.wgt),
            _ => {}
        }
    }

    /// The datapath takes the beats, where they are not the host's.
    pub(super) fn feed(&self, m: &mut Module, core: &CorePorts) {
        if !matches!(self.from, From::Host) {
            m.connect(&self.beats, &core.wgt);
        }
    }
}
