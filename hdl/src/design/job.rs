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

use super::sequencer::{depth_ty, token_ty};
use crate::lang::{BIT, Errors, Expr, Module, bits, cat, lit, mux, set, set_to, when};
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::registers::{DEPTH_K, ERR_CODE_CODE, ErrorCode, JOB_TAG_TAG, OUTPUTS_N, TOKENS_M, WATCHDOG_CYCLES};

/// Faults that end a job, by input port, first one wins; the last two come from windows.
const FAULTS: [(&str, ErrorCode); 7] = [
    ("act_early_i", ErrorCode::ActivationsEarly),
    ("act_late_i", ErrorCode::ActivationsLate),
    ("wgt_early_i", ErrorCode::WeightsEarly),
    ("wgt_late_i", ErrorCode::WeightsLate),
    ("illegal_i", ErrorCode::IllegalTrit),
    ("window_full_i", ErrorCode::WindowFull),
    ("window_empty_i", ErrorCode::WindowEmpty),
];

/// The job control of configuration `c`.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn job(c: &Config) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_job", "Starts, watches and ends jobs.");
    let rst = m.input("rst_i", BIT);
    let start = m.input("start_i", BIT);
    let abort = m.input("abort_i", BIT);
    let tokens = m.input("tokens_i", bits(TOKENS_M.width));
    let depth = m.input("depth_i", bits(DEPTH_K.width));
    let outputs = m.input("outputs_i", bits(OUTPUTS_N.width));
    let tag = m.input("tag_i", bits(JOB_TAG_TAG.width));
    let limit = m.input("watchdog_i", bits(WATCHDOG_CYCLES.width));
    let limit_written = m.input("watchdog_written_i", BIT);
    let moved = m.input("moved_i", bits(3));
    let res_done = m.input("res_done_i", BIT);
    let faults = if c.windows { &FAULTS[..] } else { &FAULTS[..5] };
    let faults: Vec<_> = faults.iter().map(|(port, code)| (m.input(port, BIT), *code)).collect();

    let busy_q = m.reg("busy_q", BIT);
    let code_q = m.reg("code_q", bits(ERR_CODE_CODE.width));
    let last_token_q = m.reg("last_token_q", token_ty(c));
    let depth_q = m.reg("depth_q", depth_ty(c));
    let outputs_q = m.reg("outputs_q", outputs.ty);
    let tag_q = m.reg("tag_q", tag.ty);
    let done_tag_q = m.reg("done_tag_q", tag.ty);
    let idle_q = m.reg("idle_q", limit.ty);

    // Well before the check: a start is written cycles after the shape.
    let beyond_q = m.register("beyond_q", cat([beyond(&tokens, c.max_tokens), beyond(&depth, c.max_depth)].concat()));
    let some = |v: &Expr, most| v.slice(0, length(most)).any();
    let some_q = m.register("some_q", cat([some(&tokens, c.max_tokens), some(&depth, c.max_depth)]));
    let (low, high) = (outputs.slice(0, 16), outputs.slice(16, outputs.ty.width - 16));
    let some_outputs_q = m.register("some_outputs_q", cat([low.any(), high.any()]));
    let fits = m.name("fits", !beyond_q.any() & some_q.all() & some_outputs_q.any());
    let shape = m.register("shape_q", fits);
    let check_q = m.reg("check_q", BIT);
    let accept = m.name("accept", &check_q & &shape);
    let refuse = m.name("refuse", &check_q & !&shape);
    // Byte by byte: a comparison of all bits is a long way for one cycle.
    let bytes = (0..4).map(|i| idle_q.slice(8 * i, 8).eq(limit.slice(8 * i, 8)));
    let matches_q = m.register("matches_q", cat(bytes));
    let limited_q = m.register("limited_q", cat((0..2).map(|i| limit.slice(16 * i, 16).any())));
    let expired = m.name("expired", matches_q.all() & limited_q.any());
    let code = |code: ErrorCode| lit(i64::from(code as u8), bits(ERR_CODE_CODE.width));
    let (mut any, mut reason) = (expired, code(ErrorCode::Watchdog));
    for (fault, which) in faults.iter().rev() {
        any = fault | any;
        reason = mux(fault, code(*which), reason);
    }
    let reason = m.name("reason", reason);
    let stray = c.windows.then(|| m.name("stray", !&busy_q & (&faults[5].0 | &faults[6].0)));
    let fault_q = m.reg("fault_q", BIT);
    let reason_q = m.register("reason_q", &reason);
    let fault = m.name("fault", &busy_q & &fault_q);
    let clear_q = m.reg("clear_q", BIT);
    let res_done_q = m.register("res_done_q", &res_done & &busy_q & !&clear_q);
    let finish = m.name("finish", &busy_q & &res_done_q & !&fault_q);
    let start_q = m.reg("start_q", BIT);
    // The datapath is emptied for a job.
    let begins = m.name("begins", &clear_q & &busy_q);
    let moved_q = m.register("moved_q", &moved);

    if let Some(stray) = &stray {
        m.on_clock([when(stray & code_q.is(0), [set(&code_q, &reason)])]);
    }
    m.on_clock([
        set(&idle_q, mux(moved_q.any() | &limit_written | !&busy_q, lit(0, idle_q.ty), idle_q.step(1))),
        when(&finish, [set_to(&busy_q, 0), set(&done_tag_q, &tag_q)]),
        when(&fault, [set_to(&busy_q, 0), set(&code_q, &reason_q)]),
        when(&abort, [set_to(&busy_q, 0)]),
        when(&accept, [set_to(&busy_q, 1), set_to(&code_q, 0)]),
        // Kept before it is known whether the shape fits, since nothing else is going on.
        when(
            &check_q,
            [
                set(&tag_q, &tag),
                set(&last_token_q, tokens.slice(0, last_token_q.ty.width).back(1)),
                set(&depth_q, depth.slice(0, depth_q.ty.width.min(depth.ty.width))),
                set(&outputs_q, &outputs),
            ],
        ),
        when(&refuse, [set_to(&code_q, ErrorCode::Shape as i64)]),
        set(&check_q, &start),
        set(&fault_q, &busy_q & any),
        set(&clear_q, &check_q | &fault | &abort),
        set(&start_q, &begins),
        when(
            &rst,
            [
                set_to(&busy_q, 0),
                set_to(&code_q, 0),
                set_to(&done_tag_q, 0),
                set_to(&check_q, 0),
                set_to(&fault_q, 0),
                set_to(&clear_q, 1),
                set_to(&start_q, 0),
            ],
        ),
    ]);
    m.drive("start_o", &start_q);
    m.drive("clear_o", &clear_q);
    m.drive("busy_o", &busy_q);
    m.drive("taken_o", &start | &check_q | &busy_q);
    if c.windows {
        m.drive("starting_o", &start | &check_q | &begins);
    }
    m.drive("done_o", &finish);
    let error = &fault | &refuse;
    m.drive("error_o", stray.map_or(error.clone(), |stray| error | stray));
    m.drive("code_o", &code_q);
    m.drive("done_tag_o", &done_tag_q);
    m.drive("last_token_o", &last_token_q);
    m.drive("depth_o", &depth_q);
    m.drive("outputs_o", &outputs_q);
    m.build()
}

/// Bits of `most`.
fn length(most: usize) -> usize {
    (usize::BITS - most.leading_zeros()) as usize
}

/// Whether `v > most`, if any of the bits is set: one for each run of zeros in `most`, with a one of `v` in it and no zero of `v` in
/// place of a one above. A comparison is a carry chain, and longer.
fn beyond(v: &Expr, most: usize) -> Vec<Expr> {
    let (mut found, mut above, mut top) = (vec![], vec![], v.ty.width);
    while top > 0 {
        // From here down bits are all ones or all zeros.
        let one = |at: usize| most >> at & 1 == 1;
        let low = (0..top).rev().find(|at| one(*at) != one(top - 1)).map_or(0, |at| at + 1);
        let run = v.slice(low, top - low);
        if one(top - 1) {
            above.push(run.all());
        } else {
            found.push(above.iter().fold(run.any(), |found, ones| found & ones));
        }
        top = low;
    }
    found
}
