//! The life of a job: checked and started, running, then done, failed or aborted.
//!
//! ```text
//!            start_i & shape in range              res_done_i
//!   idle ──────────────────────────────> running ─────────────> idle, done_o
//!     │ start_i & shape out of range        │ a fault
//!     └─────────> idle, error_o             └─────────> idle, error_o
//! ```
//! A window that is used while idle gives `error_o` as well, and its reason if there is no other.
//! A start is answered two cycles later: the shape is checked, then accepted or refused. `clear_o` empties the whole
//! datapath in the cycle after a start was checked, a fault or an abort, and `start_o` follows. A fault ends the job one cycle after it
//! was seen, long before the results of what was wrong arrive. `error_o` and `done_o` are pulses; `code_o` keeps the reason
//! until the next start. `taken_o` is `busy_o` and the check before it: no other job can start. `starting_o`, of a unit with windows,
//! lasts from a start to the clear behind its check: windows wait. The watchdog counts cycles in which no stream
//! moved, and begins anew when its limit is written: it looks for the one count that is the limit, which must not be behind it.

use super::sequencer::JobShape;
use super::shape;
use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, bits, cat, lit, mux, set, set_to, when};
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::registers::{DEPTH_K, ERR_CODE_CODE, ErrorCode, JOB_TAG_TAG, OUTPUTS_N, TOKENS_M, WATCHDOG_CYCLES};

interface! {
    /// Ports of the job control.
    pub(super) struct JobPorts(c: Config) {
        /// Synchronous reset.
        input rst: BIT,
        /// Starts a job.
        input start: BIT,
        /// Ends the job.
        input abort: BIT,
        /// Tokens M asked for.
        input tokens: bits(token_bits(&c)),
        /// Depth K asked for.
        input depth: bits(depth_bits(&c)),
        /// Outputs N asked for.
        input outputs: bits(OUTPUTS_N.width),
        /// Tag of the job asked for.
        input tag: bits(JOB_TAG_TAG.width),
        /// Cycles without a beat after which a job fails; 0 for none.
        input limit as "watchdog": bits(WATCHDOG_CYCLES.width),
        /// The limit is written: the watchdog begins anew.
        input limit_written as "watchdog_written": BIT,
        /// Beats of activations, weights and results that move.
        input moved: bits(3),
        /// The last result leaves.
        input res_done: BIT,
        /// The activations ended early.
        input act_early: BIT,
        /// The activations did not end.
        input act_late: BIT,
        /// The weights ended early.
        input wgt_early: BIT,
        /// The weights did not end.
        input wgt_late: BIT,
        /// A beat of weights holds an illegal code.
        input illegal: BIT,
        /// The unit can compute the job asked for; without a queue this is found here.
        input fits: c.memory().then_some(BIT) => Option<Expr>,
        /// Jobs are fetched, and memory may fail, before one runs.
        input working: c.ring().then_some(BIT) => Option<Expr>,
        /// The memory answers with an error.
        input memory: c.memory().then_some(BIT) => Option<Expr>,
        /// A write to a window is not served.
        input window_full: c.windows().then_some(BIT) => Option<Expr>,
        /// A read of a window is not served.
        input window_empty: c.windows().then_some(BIT) => Option<Expr>,
        /// Starts the datapath.
        output begin as "start": BIT,
        /// Empties the datapath.
        output clear: BIT,
        /// A job runs.
        output busy: BIT,
        /// No other job can start.
        output taken: BIT,
        /// A job is checked or the datapath emptied for it.
        output starting: c.windows().then_some(BIT) => Option<Expr>,
        /// A job is done, for one cycle.
        output done: BIT,
        /// A job failed or was refused, for one cycle.
        output error: BIT,
        /// Reason of the last failure, a code of ERR_CODE.
        output code: bits(ERR_CODE_CODE.width),
        /// A job was refused, failed or was dropped, in the cycle before.
        output dropped as "drop": c.memory().then_some(BIT) => Option<Expr>,
        /// Tag of the job done last.
        output done_tag: bits(JOB_TAG_TAG.width),
        /// Shape of the job
        source shape as "": JobShape::of(c.clone()) => JobShape,
    }
}

impl JobPorts {
    /// Faults that end a job, first one wins; the first comes from memory, the last two come from windows.
    fn faults(&self) -> Vec<(&Expr, ErrorCode)> {
        let memory = self.memory.iter().map(|fault| (fault, ErrorCode::Memory));
        let streams = [
            (&self.act_early, ErrorCode::ActivationsEarly),
            (&self.act_late, ErrorCode::ActivationsLate),
            (&self.wgt_early, ErrorCode::WeightsEarly),
            (&self.wgt_late, ErrorCode::WeightsLate),
            (&self.illegal, ErrorCode::IllegalTrit),
        ];
        let windows = [(&self.window_full, ErrorCode::WindowFull), (&self.window_empty, ErrorCode::WindowEmpty)];
        let windows = windows.into_iter().filter_map(|(fault, code)| Some((fault.as_ref()?, code)));
        memory.chain(streams).chain(windows).collect()
    }
}

/// The job control of configuration `c`.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn job(c: &Config) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_job", "Starts, watches and ends jobs.");
    let io = JobPorts::declare(&mut m, c.clone());
    let job = Job::new(&mut m, &io);
    let shape = match &io.fits {
        Some(fits) => fits.clone(),
        None => shape::fits(&mut m, c, [&io.tokens, &io.depth, &io.outputs], None),
    };
    let check_q = m.reg("check_q", BIT);
    // Jobs of a queue begin whenever they can, one that is being dropped among them.
    let drop_q = io.dropped.as_ref().map(|_| m.reg("drop_q", BIT));
    let check = match &drop_q {
        Some(drop_q) => m.name("check", &check_q & !&io.abort & !drop_q),
        None => check_q.clone(),
    };
    let accept = m.name("accept", &check & &shape);
    let refuse = m.name("refuse", &check & !&shape);
    let (any, reason) = faults(&mut m, &io, &job.idle_q);
    let stray = match (&io.window_full, &io.window_empty) {
        (Some(full), Some(empty)) => Some(m.name("stray", !&job.busy_q & (full | empty))),
        _ => None,
    };
    let fault_q = m.reg("fault_q", BIT);
    let reason_q = m.register("reason_q", &reason);
    // Behind a fault jobs are fetched for a cycle more, in which another one is no news.
    let alive = match (&io.working, &drop_q) {
        (Some(working), Some(drop_q)) => m.name("alive", &job.busy_q | (working & !drop_q)),
        _ => job.busy_q.clone(),
    };
    let fault = m.name("fault", &alive & &fault_q);
    let clear_q = m.reg("clear_q", BIT);
    let res_done_q = m.register("res_done_q", &io.res_done & &job.busy_q & !&clear_q);
    let finish = m.name("finish", &job.busy_q & &res_done_q & !&fault_q);
    let start_q = m.reg("start_q", BIT);
    // The datapath is emptied for a job.
    let begins = m.name("begins", &clear_q & &job.busy_q);
    let moved_q = m.register("moved_q", &io.moved);

    if let Some(stray) = &stray {
        m.on_clock([when(stray & job.code_q.is(0), [set(&job.code_q, &reason)])]);
    }
    let waits = moved_q.any() | &io.limit_written | !&alive;
    let reset = [&job.busy_q, &job.code_q, &job.done_tag_q, &check_q, &fault_q].map(|q| set_to(q, 0));
    m.on_clock([
        set(&job.idle_q, mux(waits, lit(0, job.idle_q.ty), job.idle_q.step(1))),
        when(&finish, [set_to(&job.busy_q, 0), set(&job.done_tag_q, &job.tag_q)]),
        when(&fault, [set_to(&job.busy_q, 0), set(&job.code_q, &reason_q)]),
        when(&io.abort, [set_to(&job.busy_q, 0)]),
        when(&accept, [set_to(&job.busy_q, 1), set_to(&job.code_q, 0)]),
        // Kept before it is known whether the shape fits, since nothing else is going on.
        when(
            &check_q,
            [
                set(&job.tag_q, &io.tag),
                set(&job.last_token_q, io.tokens.slice(0, job.last_token_q.ty.width).back(1)),
                set(&job.depth_q, io.depth.slice(0, job.depth_q.ty.width.min(io.depth.ty.width))),
                set(&job.outputs_q, &io.outputs),
            ],
        ),
        when(&refuse, [set_to(&job.code_q, ErrorCode::Shape as i64)]),
        set(&check_q, &io.start),
        set(&fault_q, &alive & any),
        set(&clear_q, &check_q | &fault | &io.abort),
        set(&start_q, &begins),
        when(&io.rst, reset.into_iter().chain([set_to(&clear_q, 1), set_to(&start_q, 0)])),
    ]);
    m.assign(&io.begin, &start_q);
    m.assign(&io.clear, &clear_q);
    m.assign(&io.busy, &job.busy_q);
    m.assign(&io.taken, &io.start | &check_q | &job.busy_q);
    if let Some(starting) = &io.starting {
        m.assign(starting, &io.start | &check_q | &begins);
    }
    if let (Some(dropped), Some(drop_q)) = (&io.dropped, &drop_q) {
        m.on_clock([set(drop_q, &refuse | &fault | &io.abort | &io.rst)]);
        m.assign(dropped, drop_q);
    }
    m.assign(&io.done, &finish);
    let error = &fault | &refuse;
    m.assign(&io.error, stray.map_or(error.clone(), |stray| error | stray));
    m.assign(&io.code, &job.code_q);
    m.assign(&io.done_tag, &job.done_tag_q);
    m.assign(&io.shape.last_token, &job.last_token_q);
    m.assign(&io.shape.depth, &job.depth_q);
    m.assign(&io.shape.outputs, &job.outputs_q);
    m.build()
}

/// Registers of the job that runs.
struct Job {
    busy_q: Expr,
    code_q: Expr,
    last_token_q: Expr,
    depth_q: Expr,
    outputs_q: Expr,
    tag_q: Expr,
    done_tag_q: Expr,
    /// Cycles without a beat.
    idle_q: Expr,
}

impl Job {
    fn new(m: &mut Module, io: &JobPorts) -> Job {
        Job {
            busy_q: m.reg("busy_q", BIT),
            code_q: m.reg("code_q", bits(ERR_CODE_CODE.width)),
            last_token_q: m.reg("last_token_q", io.shape.last_token.ty),
            depth_q: m.reg("depth_q", io.shape.depth.ty),
            outputs_q: m.reg("outputs_q", io.outputs.ty),
            tag_q: m.reg("tag_q", io.tag.ty),
            done_tag_q: m.reg("done_tag_q", io.tag.ty),
            idle_q: m.reg("idle_q", io.limit.ty),
        }
    }
}

/// A bit that is set by any fault, and the code of the first one; the watchdog comes last.
fn faults(m: &mut Module, io: &JobPorts, idle_q: &Expr) -> (Expr, Expr) {
    let limit = &io.limit;
    // Byte by byte: a comparison of all bits is a long way for one cycle.
    let bytes = (0..4).map(|i| idle_q.slice(8 * i, 8).eq(limit.slice(8 * i, 8)));
    let matches_q = m.register("matches_q", cat(bytes));
    let limited_q = m.register("limited_q", cat((0..2).map(|i| limit.slice(16 * i, 16).any())));
    let expired = m.name("expired", matches_q.all() & limited_q.any());
    let code = |code: ErrorCode| lit(i64::from(code as u8), bits(ERR_CODE_CODE.width));
    let (mut any, mut reason) = (expired, code(ErrorCode::Watchdog));
    for (fault, which) in io.faults().into_iter().rev() {
        any = fault | any;
        reason = mux(fault, code(which), reason);
    }
    (any, m.name("reason", reason))
}

/// Bits of M in a job: enough for its last token, and M itself only where it is no power of two.
pub(super) fn token_bits(c: &Config) -> usize {
    match c.memory() {
        true => super::sequencer::token_ty(c).width.min(TOKENS_M.width),
        false => TOKENS_M.width,
    }
}

/// Bits of K in a job.
pub(super) fn depth_bits(c: &Config) -> usize {
    match c.memory() {
        true => super::sequencer::depth_ty(c).width.min(DEPTH_K.width),
        false => DEPTH_K.width,
    }
}

#[cfg(test)]
mod tests {
    use super::job;
    use crate::lang::Interpreter;
    use trine_spec::Config;
    use trine_spec::registers::ErrorCode;

    /// A unit after reset, asked for `tokens` x 16 x 4.
    fn asked(tokens: i64) -> Interpreter {
        let config = Config::sized(8, 2).max_depth(64).max_tokens(4).build().unwrap();
        let mut job = Interpreter::new(&job(&config).unwrap()).unwrap();
        job.set("rst_i", 1);
        job.clock();
        job.set_all([("rst_i", 0), ("tokens_i", tokens), ("depth_i", 16), ("outputs_i", 4), ("tag_i", 7)]);
        (0..4).for_each(|_| job.clock());
        job
    }

    /// One cycle with `input` set.
    fn pulse(job: &mut Interpreter, input: &str) {
        job.set(input, 1);
        job.clock();
        job.set(input, 0);
    }

    /// Cycles until `output` is set, no more than twenty.
    fn until(job: &mut Interpreter, output: &str) -> Option<usize> {
        (0..20).find(|_| {
            let set = job.get(output) == 1;
            if !set {
                job.clock();
            }
            set
        })
    }

    #[test]
    fn a_job_runs_until_its_last_result_leaves() {
        let mut job = asked(4);
        pulse(&mut job, "start_i");
        assert_eq!(until(&mut job, "busy_o"), Some(1));
        assert_eq!(
            (job.get("clear_o"), job.get("last_token_o"), job.get("depth_o"), job.get("outputs_o")),
            (1, 3, 16, 4)
        );
        assert_eq!(until(&mut job, "start_o"), Some(1));
        pulse(&mut job, "res_done_i");
        assert_eq!((job.get("done_o"), job.get("busy_o")), (1, 1));
        job.clock();
        assert_eq!((job.get("done_o"), job.get("busy_o"), job.get("done_tag_o"), job.get("code_o")), (0, 0, 7, 0));
    }

    #[test]
    fn a_shape_out_of_range_is_refused() {
        let mut job = asked(5);
        pulse(&mut job, "start_i");
        assert_eq!((job.get("error_o"), job.get("busy_o")), (1, 0));
        job.clock();
        assert_eq!((job.get("busy_o"), job.get("code_o")), (0, ErrorCode::Shape as i64));
    }

    #[test]
    fn a_fault_and_a_wait_end_a_job() {
        for (input, code) in [("illegal_i", ErrorCode::IllegalTrit), ("wgt_late_i", ErrorCode::WeightsLate)] {
            let mut job = asked(1);
            pulse(&mut job, "start_i");
            assert!(until(&mut job, "start_o").is_some());
            pulse(&mut job, input);
            assert!(until(&mut job, "error_o").is_some());
            job.clock();
            assert_eq!((job.get("busy_o"), job.get("code_o")), (0, code as i64), "{input}");
        }
        let mut job = asked(1);
        job.set("watchdog_i", 9);
        pulse(&mut job, "start_i");
        assert!(until(&mut job, "error_o").is_some_and(|cycles| cycles >= 9));
        job.clock();
        assert_eq!(job.get("code_o"), ErrorCode::Watchdog as i64);
    }
}
