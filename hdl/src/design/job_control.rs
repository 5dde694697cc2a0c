//! The job control as the top joins it: with the registers, or with a queue in between.
//!
//! ```text
//!  registers ─────────────────────> job ──> busy, clear, start, shape
//!  registers ──> job_queue ───────> job     of a unit with weights from memory
//!                └──> weight_reader
//! ```

use super::core::CorePorts;
use super::job::{JobPorts, job};
use super::job_queue::{JobQueuePorts, job_queue};
use super::registers::Fields;
use super::ring::FetchPorts;
use super::sequencer::{JobShape, depth_ty, token_ty};
use super::top::Moved;
use crate::lang::{BIT, Errors, Expr, Module, bits};
use trine_spec::Config;

/// Wires from the job control to modules in front of it.
pub(super) struct JobWires {
    pub(super) busy: Expr,
    pub(super) clear: Expr,
    pub(super) start: Expr,
    pub(super) shape: JobShape,
    pub(super) starting: Option<Expr>,
    pub(super) queued: Option<QueuedWires>,
}

/// Wires from the job control to the queue in front of it.
pub(super) struct QueuedWires {
    pub(super) dropped: Expr,
    pub(super) taken: Expr,
}

impl JobWires {
    pub(super) fn new(m: &mut Module, c: &Config) -> JobWires {
        let [busy, clear, start] = ["busy", "clear", "start"].map(|name| m.wire(name, BIT));
        let shape = JobShape {
            last_token: m.wire("last_token", token_ty(c)),
            depth: m.wire("depth", depth_ty(c)),
            outputs: m.wire("outputs", bits(trine_spec::registers::OUTPUTS_N.width)),
        };
        let starting = c.windows().then(|| m.wire("starting", BIT));
        let queued =
            c.memory().then(|| QueuedWires { dropped: m.wire("jobs_dropped", BIT), taken: m.wire("job_taken", BIT) });
        JobWires { busy, clear, start, shape, starting, queued }
    }

    pub(super) fn drive(&self, m: &mut Module, job: &JobPorts, queue: Option<&JobQueuePorts>) {
        m.assign_all([(&self.busy, &job.busy), (&self.clear, &job.clear), (&self.start, &job.begin)]);
        if let (Some(wire), Some(starting)) = (&self.starting, &job.starting) {
            m.assign(wire, queue.iter().fold(starting.clone(), |now, queue| now | (&queue.waits & !&job.busy)));
        }
        if let (Some(wires), Some(dropped)) = (&self.queued, &job.dropped) {
            m.assign_all([(&wires.dropped, dropped), (&wires.taken, &job.taken)]);
        }
        m.connect(&job.shape, &self.shape);
    }
}

/// The job that the job control is to start: the registers' own, or the first one of a queue.
pub(super) struct Asked<'a> {
    start: &'a Expr,
    tokens: &'a Expr,
    depth: &'a Expr,
    outputs: &'a Expr,
    tag: &'a Expr,
    fits: Option<&'a Expr>,
}

impl<'a> Asked<'a> {
    /// The first job of the `queue`, or the one that the registers describe.
    pub(super) fn new(fields: &'a Fields, queue: Option<&'a JobQueuePorts>) -> Asked<'a> {
        match queue {
            Some(queue) => Asked {
                start: &queue.begin,
                tokens: &queue.next_tokens,
                depth: &queue.next_depth,
                outputs: &queue.next_outputs,
                tag: &queue.next_tag,
                fits: Some(&queue.next_fits),
            },
            None => Asked {
                start: fields.output("ctrl_start"),
                tokens: fields.output("tokens_m"),
                depth: fields.output("depth_k"),
                outputs: fields.output("outputs_n"),
                tag: fields.output("job_tag_tag"),
                fits: None,
            },
        }
    }
}

/// Whoever fills the queue.
pub(super) enum JobSource<'a> {
    /// The registers.
    Host(&'a Fields),
    /// Descriptors in memory.
    Ring(&'a FetchPorts),
}

impl JobSource<'_> {
    /// Start, follow, tokens, depth, outputs, tag, place and length of the weights.
    fn signals(&self) -> [&Expr; 8] {
        match self {
            Self::Host(fields) => [
                "ctrl_start",
                "queue_follow",
                "tokens_m",
                "depth_k",
                "outputs_n",
                "job_tag_tag",
                "wgt_base_address",
                "wgt_length_beats",
            ]
            .map(|name| fields.output(name)),
            Self::Ring(FetchPorts { first, follow, job, .. }) => {
                [first, follow, &job.tokens, &job.depth, &job.outputs, &job.tag, &job.weights, &job.length]
            }
        }
    }

    /// Beats of a run of the weights, and from one run to the next; those that the source has.
    fn runs(&self) -> impl Iterator<Item = &Expr> {
        match self {
            Self::Host(fields) => ["wgt_run_beats", "wgt_stride_beats"].map(|name| Some(fields.output(name))),
            Self::Ring(fetch) => [fetch.job.run.as_ref(), fetch.job.stride.as_ref()],
        }
        .into_iter()
        .flatten()
    }
}

/// The queue of a unit with weights from memory.
pub(super) fn place_queue(
    m: &mut Module,
    c: &Config,
    rst: &Expr,
    wires: &QueuedWires,
    source: &JobSource,
) -> Result<JobQueuePorts, Errors> {
    let queue: JobQueuePorts = m.place("queue", &job_queue(c)?);
    m.assign_all([(&queue.rst, rst), (&queue.drop, &wires.dropped), (&queue.taken, &wires.taken)]);
    let ports = [
        &queue.start,
        &queue.follow,
        &queue.tokens,
        &queue.depth,
        &queue.outputs,
        &queue.tag,
        &queue.base,
        &queue.length,
    ];
    m.assign_all(ports.into_iter().zip(source.signals()));
    if let (Some(run), Some(stride)) = (&queue.run, &queue.stride) {
        m.assign_all([run, stride].into_iter().zip(source.runs()));
    }
    Ok(queue)
}

/// The job control.
pub(super) fn place_job(
    m: &mut Module,
    c: &Config,
    [rst, limit_written]: [&Expr; 2],
    fields: &Fields,
    asked: &Asked,
    core: &CorePorts,
    moved: &Moved,
) -> Result<JobPorts, Errors> {
    let job: JobPorts = m.place("job", &job(c)?);
    m.assign_all([
        (&job.rst, rst),
        (&job.start, asked.start),
        (&job.abort, fields.output("ctrl_abort")),
        (&job.tokens, asked.tokens),
        (&job.depth, asked.depth),
        (&job.outputs, asked.outputs),
        (&job.tag, asked.tag),
        (&job.limit, fields.output("watchdog_cycles")),
        (&job.limit_written, limit_written),
        (&job.moved, &moved.all),
        (&job.res_done, &moved.last),
        (&job.act_early, &core.act_early),
        (&job.act_late, &core.act_late),
        (&job.wgt_early, &core.wgt_early),
        (&job.wgt_late, &core.wgt_late),
        (&job.illegal, &core.illegal),
    ]);
    if let (Some(port), Some(fits)) = (&job.fits, asked.fits) {
        m.assign(port, fits);
    }
    Ok(job)
}
