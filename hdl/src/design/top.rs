//! The unit with its ports: AXI4-Lite registers, three AXI4-Stream ports, an interrupt.
//!
//! | port | what |
//! |---|---|
//! | `aclk`, `aresetn` | clock, synchronous active-low reset |
//! | `s_axil_*` | registers ([`trine_spec::registers`]) |
//! | `s_axis_act_*` | activations: one lane chunk of one token a beat |
//! | `s_axis_wgt_*` | weights: part of a tile a beat |
//! | `m_axi_wgt0_*` | memory to read weights from, in place of `s_axis_wgt` ([`super::weight_reader()`]); also `m_axi_wgt1_*` and so on |
//! | `m_axi_*` | memory of jobs, activations and results, in place of `s_axis_act` and `m_axis_res` ([`super::ring`](super::ring_fetch())) |
//! | `m_axis_res_*` | results: `columns` int32 a beat, `tkeep` marks real columns |
//! | `irq` | high while an enabled interrupt is pending |
//!
//! Beat layouts are in [`trine_spec::packing`]. `tkeep` of the sources is not looked at: lanes beyond K count for nothing
//! because their weights are zero. A unit with windows has no stream ports: the register space takes their place
//! ([`super::windows`]).

use super::core::{CorePorts, core};
use super::counters::{CounterPorts, counters};
use super::host::{Host, answers};
use super::interfaces;
use super::job::JobPorts;
use super::job_control::{Asked, JobSource, JobWires, QueuedWires, place_job, place_queue};
use super::job_queue::JobQueuePorts;
use super::pins::{AxiLite, UnitPins};
use super::registers::{BusAnswer, BusRequest, Fields, RegisterPorts, registers};
use super::ring::{Ring, Surroundings};
use super::weight_memory::{REQUEST_BITS, WeightBeats, weight_memory};
use super::weight_source::{Around, WeightSource};
use crate::lang::{BIT, Errors, Expr, Module, Stream, bits, cat};
use std::collections::HashMap;
use std::sync::Arc;
use trine_spec::registers::COUNTERS;
use trine_spec::{Config, Style};

/// The complete unit of configuration `c`; its top module is `trine`.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn unit(c: &Config) -> Result<Arc<Module>, Errors> {
    assemble(c, None)
}

/// The unit with the weights of a model on the chip: a beat of `s_axis_wgt` is [`REQUEST_BITS`] wide and names the first of
/// the `beats` of a job. Configurations with windows, or with weights from memory, have no such form; they come out as with streams.
///
/// # Errors
/// As [`unit()`].
pub fn unit_on_chip(c: &Config, beats: &WeightBeats) -> Result<Arc<Module>, Errors> {
    assemble(&c.clone().with_windows(false).with_weight_stream(), Some(weight_memory(c, beats)?))
}

fn assemble(c: &Config, memory: Option<Arc<Module>>) -> Result<Arc<Module>, Errors> {
    let doc = format!(
        "Ternary matmul unit: y[M x N] = x[M x K] * W[K x N], int8 x trit -> int32.\n{} lanes x {} columns, {} weights on {} bits a beat.",
        c.lanes(),
        c.columns(),
        c.weight_code(),
        c.weight_bus()
    );
    let doc = if c.style() == Style::Packed { format!("{doc} For simulation only, not for synthesis.") } else { doc };
    let mut m = Module::new("trine", doc);
    m.clock = "aclk".into();
    let weight_bits = if memory.is_some() { REQUEST_BITS } else { c.weight_bus() };
    let pins: UnitPins = m.pins(UnitPins::of(c.clone(), weight_bits));
    m.unused([pins.axil.awprot.clone(), pins.axil.arprot.clone()]);
    let hard = m.name("hard_reset", !&pins.resetn);
    let rst = m.wire("rst", BIT);

    // What the register file reads comes from modules behind it: declare the wires first.
    let status = status_wires(&mut m, c);
    let answers = c.windows().then(|| answers(&mut m));
    let regs: RegisterPorts = m.place("registers", &registers(c)?);
    status.iter().for_each(|(name, wire)| m.assign(regs.fields.input(name), wire));
    if let (Some(wires), Some(heard)) = (&answers, &regs.answers) {
        m.connect(heard, wires);
    }
    request(&mut m, &regs.request, &hard, &pins.axil);
    m.assign(&rst, &hard | regs.fields.output("ctrl_soft_reset"));

    let job = JobWires::new(&mut m, c);
    let ring = match job.queued.as_ref().filter(|_| c.ring()) {
        Some(QueuedWires { dropped, .. }) => {
            let (fields, begins) = (&regs.fields, &job.start);
            let around = Surroundings { pins: &pins, fields, hard: &hard, rst: &rst, dropped, begins };
            Some(Ring::new(&mut m, c, &around)?)
        }
        None => None,
    };
    let host = match (&job.starting, &answers, &ring) {
        (Some(starting), Some(answers), _) => {
            Some(Host::windows(&mut m, c, answers, &regs, [&job.clear, &job.busy, starting])?)
        }
        (_, _, Some(ring)) => Some(Host::ring(ring)),
        _ => Host::ports(&mut m, &pins),
    };
    let host = host.unwrap_or_else(|| unreachable!("a unit has windows, a ring or streams"));
    let source = ring.as_ref().map_or(JobSource::Host(&regs.fields), |ring| JobSource::Ring(&ring.fetch));
    let queue = match &job.queued {
        Some(wires) => Some(place_queue(&mut m, c, &rst, wires, &source)?),
        None => None,
    };
    ring.iter().zip(&queue).for_each(|(ring, queue)| ring.follow(&mut m, queue));
    let around = Around {
        pins: &pins,
        host: &host,
        jobs: queue.as_ref().zip(job.queued.as_ref().map(|wires| &wires.dropped)),
        hard: &hard,
        clear: &job.clear,
        busy: &job.busy,
        start: &job.start,
    };
    let weights = WeightSource::new(&mut m, c, memory.as_ref(), &around)?;
    let core: CorePorts = m.place("core", &core(c)?);
    m.connect(&job.shape, &core.shape);
    m.assign_all([(&core.clear, &job.clear), (&core.start, &job.start), (&core.open_next, &job.busy)]);
    let moved = Moved::new(&mut m, [&host.act, &weights.beats, &host.res], &core, ring.as_ref());
    let asked = Asked::new(&regs.fields, queue.as_ref());
    let control = place_job(&mut m, c, [&rst, &regs.watchdog_written], &regs.fields, &asked, &core, &moved)?;
    host.tell(&mut m, &control, &moved.wgt);
    weights.tell_faults(&mut m, &control, ring.as_ref());
    ring.iter().for_each(|ring| ring.tell(&mut m, &control));
    job.drive(&mut m, &control, queue.as_ref());
    let counted = queue.iter().fold(job.busy.clone(), |busy, queue| busy | &queue.between);
    let events = place_counters(&mut m, [&rst, &counted], &regs.fields, &core, &moved, &control.done)?;
    let memory = weights.memory().zip(queue.as_ref());
    tell_registers(&mut m, status, &control, memory, ring.as_ref(), &events);
    answer(&mut m, &pins.axil, &regs.answer);
    weights.feed(&mut m, &core);
    m.connect(&host.act, &core.act);
    weights.connect(&mut m, &host, &core);
    match &ring {
        Some(ring) => ring.results(&mut m, c, &core),
        None => host.results(&mut m, c, &core),
    }
    let field = |name: &str| regs.fields.output(name);
    let pending = (field("irq_en_done") & field("irq_stat_done")) | (field("irq_en_error") & field("irq_stat_error"));
    m.assign(&pins.irq, pending);
    m.unused(["status_done", "status_error", "scratch_value"].map(|name| field(name).clone()));
    let marks = [(c.windows(), "ctrl_act_last"), (c.windows() && !c.memory(), "ctrl_wgt_last")];
    m.unused(marks.iter().filter(|(used, _)| !used).map(|(_, name)| field(name).clone()));
    interfaces::mark(&mut m);
    m.build()
}

/// A wire for each input of the register file's fields, by name and in order.
fn status_wires(m: &mut Module, c: &Config) -> Vec<(String, Expr)> {
    let wire = |(name, field): (String, &trine_spec::registers::Field)| {
        let wire = m.wire(&name, bits(field.width));
        (name, wire)
    };
    Fields::input_names(trine_spec::registers::registers(c)).map(wire).collect()
}

/// Hands the requests of the register bus to the register file.
fn request(m: &mut Module, to: &BusRequest, rst: &Expr, axil: &AxiLite) {
    m.assign_all([
        (&to.rst, rst),
        (&to.awaddr, &axil.awaddr),
        (&to.awvalid, &axil.awvalid),
        (&to.wdata, &axil.wdata),
        (&to.wstrb, &axil.wstrb),
        (&to.wvalid, &axil.wvalid),
        (&to.bready, &axil.bready),
        (&to.araddr, &axil.araddr),
        (&to.arvalid, &axil.arvalid),
        (&to.rready, &axil.rready),
    ]);
}

/// Hands the answers of the register file to the register bus.
fn answer(m: &mut Module, axil: &AxiLite, from: &BusAnswer) {
    m.assign_all([
        (&axil.awready, &from.awready),
        (&axil.wready, &from.wready),
        (&axil.bresp, &from.bresp),
        (&axil.bvalid, &from.bvalid),
        (&axil.arready, &from.arready),
        (&axil.rdata, &from.rdata),
        (&axil.rresp, &from.rresp),
        (&axil.rvalid, &from.rvalid),
    ]);
}

/// Beats that move in this cycle.
pub(super) struct Moved {
    act: Expr,
    wgt: Expr,
    res: Expr,
    pub(super) all: Expr,
    /// The last result of a job.
    pub(super) last: Expr,
}

impl Moved {
    fn new(m: &mut Module, [act, wgt, res]: [&Stream; 3], core: &CorePorts, ring: Option<&Ring>) -> Moved {
        let act = m.name("act_moved", &act.valid & &core.act.ready);
        let wgt = m.name("wgt_moved", &wgt.valid & &core.wgt.ready);
        let res = m.name("res_moved", &core.res.valid & &res.ready);
        // Results that memory takes move too, and a job ends when it has taken them all.
        let out = ring.map_or(res.clone(), |ring| &res | &ring.store.moved);
        let all = m.name("moved", cat([act.clone(), wgt.clone(), out]));
        let last = core.res.last.iter().map(|last| &res & last).next().unwrap_or_else(|| res.clone());
        let last = m.name("res_done", ring.map_or(last, |ring| ring.store.stored.clone()));
        Moved { act, wgt, res, all, last }
    }
}

fn place_counters(
    m: &mut Module,
    [rst, busy]: [&Expr; 2],
    fields: &Fields,
    core: &CorePorts,
    moved: &Moved,
    done: &Expr,
) -> Result<CounterPorts, Errors> {
    let counts: CounterPorts = m.place("counters", &counters()?);
    m.assign_all([
        (&counts.rst, rst),
        (&counts.clear, fields.output("perf_ctrl_clear")),
        (&counts.snapshot, fields.output("perf_ctrl_snapshot")),
        (&counts.cycles.event, busy),
        (&counts.active.event, &core.active),
        (&counts.stall_act.event, &core.stalls.act),
        (&counts.stall_wgt.event, &core.stalls.wgt),
        (&counts.stall_out.event, &core.stalls.out),
        (&counts.act_beats.event, &moved.act),
        (&counts.wgt_beats.event, &moved.wgt),
        (&counts.res_beats.event, &moved.res),
        (&counts.jobs.event, done),
    ]);
    Ok(counts)
}

/// Drives the `status` wires, which the register file reads.
fn tell_registers(
    m: &mut Module,
    status: Vec<(String, Expr)>,
    job: &JobPorts,
    memory: Option<([&Expr; 2], &JobQueuePorts)>,
    ring: Option<&Ring>,
    counts: &CounterPorts,
) {
    let mut status: HashMap<String, Expr> = status.into_iter().collect();
    let mut feed = |name: &str, value: Expr| {
        let wire = status.remove(name);
        m.assign(&wire.unwrap_or_else(|| panic!("no register input {name}")), value);
    };
    let mut busy = job.taken.clone();
    if let Some(([draining, response], queue)) = memory {
        // A job that is dropped drains from the cycle after its clear on.
        busy = busy | &queue.waits | &job.clear | draining;
        feed("mem_status_draining", ring.map_or(draining.clone(), |ring| draining | ring.draining()));
        feed("mem_status_response", ring.map_or(response.clone(), |ring| response | ring.response()));
        match ring {
            Some(ring) => {
                busy = busy | ring.busy();
                feed("ring_tail_count", ring.store.tail.clone());
            }
            None => {
                feed("queue_open", queue.open.clone());
                feed("queue_waiting", queue.waiting.clone());
            }
        }
    }
    feed("status_busy", busy);
    feed("status_error_set", job.error.clone());
    // Of a job from memory the host hears when its status is there.
    let (done, interrupt) = match ring {
        Some(Ring { store, .. }) => (store.told.clone(), &store.told & &store.interrupt),
        None => (job.done.clone(), job.done.clone()),
    };
    feed("status_done_set", done);
    feed("irq_stat_done_set", interrupt);
    feed("irq_stat_error_set", job.error.clone());
    feed("err_code_code", job.code.clone());
    feed("done_tag_tag", job.done_tag.clone());
    for ((name, width), counter) in COUNTERS.into_iter().zip(counts.all()) {
        let count = &counter.count;
        if width == 32 {
            feed(&format!("{name}_value"), count.clone());
        } else {
            feed(&format!("{name}_lo_value"), count.slice(0, 32));
            feed(&format!("{name}_hi_value"), count.slice(32, width - 32));
        }
    }
}
