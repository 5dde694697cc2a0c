//! Walks a job: for each column block, for each lane chunk, for each token, one issue.
//!
//! ```text
//!  for n_left = N, N - columns, …          a pass
//!    for k_left = K, K - lanes, …          a tile: take it with the first token
//!      for token = 0 … M - 1               an issue: one lane chunk into the columns
//! ```
//! An issue waits for three things: a lane chunk (`act_valid_i`), with the first token a tile (`tile_valid_i`), and room for
//! a result, whether it makes one or not (counted here: taken at issue, given back a cycle after `pop_i`). What it waits for is told by
//! `stall_*_o`. The stream marks are checked as they are used: the last lane chunk of a pass and the last tile of the
//! job must carry `tlast`, and no other.
//!
//! Whether a tile is there is known here and in the loader, from `tile_arrives_i` (the loader has one in the next cycle, even
//! if another is taken now) and from what is taken, so that the two can lie apart.

use crate::lang::{BIT, Errors, Expr, Module, Ty, bits, cat, lit, mux, set, set_to, when};
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::config::clog2;
use trine_spec::registers::OUTPUTS_N;

/// Type of a token number.
pub(super) fn token_ty(c: &Config) -> Ty {
    bits(clog2(c.max_tokens).max(1))
}

/// Type of a depth: holds the largest K and the lanes.
pub(super) fn depth_ty(c: &Config) -> Ty {
    bits(clog2(c.max_depth.max(c.lanes) + 1))
}

/// The sequencer of configuration `c`, in front of a result buffer with room for `room` results.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn sequencer(c: &Config, room: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_sequencer", "Walks the passes, tiles and tokens of a job.");
    let rst = m.input("rst_i", BIT);
    let start = m.input("start_i", BIT);
    let last_token = m.input("last_token_i", token_ty(c));
    let depth = m.input("depth_i", depth_ty(c));
    let outputs = m.input("outputs_i", bits(OUTPUTS_N.width));
    let act_valid = m.input("act_valid_i", BIT);
    let act_next = m.input("act_valid_next_i", BIT);
    let act_last = m.input("act_last_i", BIT);
    let tile_arrives = m.input("tile_arrives_i", BIT);
    let tile_last = m.input("tile_last_i", BIT);
    let pop = m.input("pop_i", BIT);
    let pop = m.register("pop_q", &pop & !&rst);

    let run_q = m.reg("run_q", BIT);
    let token_q = m.reg("token_q", last_token.ty);
    let first_q = m.reg("first_q", BIT);
    let tile_q = m.reg("tile_q", BIT);
    let last_q = m.reg("last_q", BIT);
    // What is left after the current chunk, and in the current pass: comparisons are made a step ahead, out of the cycle
    // that decides on an issue.
    let k_after_q = m.reg("k_after_q", depth.ty);
    let n_left_q = m.reg("n_left_q", outputs.ty);
    let first_chunk_q = m.reg("first_chunk_q", BIT);
    let last_chunk_q = m.reg("last_chunk_q", BIT);
    let last_pass_q = m.reg("last_pass_q", BIT);
    // The chunk after this one is the last of the pass, if this one is not.
    let next_last_q = m.reg("next_last_q", BIT);
    let room_q = m.reg("room_q", bits(clog2(room + 1)));
    // Two more issues may be decided before a place that is taken is seen here.
    let roomy = m.name("roomy", !room_q.lt(lit(3, room_q.ty)));
    let has_room_q = m.register("has_room_q", &roomy);
    // A job runs and there is room: one input less of the longest decision.
    let able_q = m.reg("able_q", BIT);
    let had_room_q = m.register("had_room_q", &has_room_q);

    let reaches = |left: &Expr, step: usize| match (step as i64).checked_ilog2() {
        // A step beyond the range reaches the end from anywhere.
        Some(bits) if bits as usize >= left.ty.width => lit(1, BIT),
        _ => !lit(step as i64, left.ty).lt(left),
    };
    m.note("what the shape says, which is there two cycles before the start");
    let single_q = m.register("single_q", last_token.is(0));
    let before_last_q = m.register("before_last_q", last_token.back(1));
    let one_chunk_q = m.register("one_chunk_q", reaches(&depth, c.lanes));
    let two_chunks_q = m.register("two_chunks_q", reaches(&depth, 2 * c.lanes));
    let k_second_q = m.register("k_second_q", depth.back(c.lanes as i64));
    let one_pass_q = m.register("one_pass_q", reaches(&outputs, c.columns));
    // What is added to the outputs left, which are none at the start: N, and from then on a pass less. A choice behind the
    // adder would be a long way for one cycle.
    let n_step_q = m.register("n_step_q", mux(&rst, &outputs, lit(0, outputs.ty).back(c.columns as i64)));
    // Last token of the last chunk: known in a register, since counters far from here begin again with it.
    let pass_end = m.reg("pass_end_q", BIT);
    let job_end = m.name("job_end", &pass_end & &last_pass_q);
    let last_tile = m.name("last_tile", &last_chunk_q & &last_pass_q);
    let has_tile = m.name("has_tile", &tile_q | !&first_q);
    // All that an issue waits for, decided in the cycle before it.
    let issue_q = m.reg("issue_q", BIT);
    let take_q = m.reg("take_q", BIT);
    let issue = issue_q.clone();
    let result = m.name("result", &issue & &last_chunk_q);
    let promised = m.name("promised", &result & !&pop);
    // One less, one more or none: a sum, since a choice between two would come behind both.
    let change = cat([&result ^ &pop, promised.repeat(room_q.ty.width - 1)]);

    let next_chunk = m.name("next_chunk", mux(&last_chunk_q, &one_chunk_q, &next_last_q));
    let needs_tile = m.name("needs_tile", mux(&issue, &last_q, &first_q));
    let ends = m.name("ends", &issue & &job_end);
    let may = m.name("may", &able_q & !&ends & &act_next);
    let last_next = m.name("last_next", mux(&last_q, &single_q, token_q.eq(&before_last_q)));
    let tile_next = m.name("tile_next", (&tile_q & !&take_q) | &tile_arrives);
    m.on_clock([
        set(&issue_q, &may & (&tile_next | !&needs_tile)),
        set(&take_q, may & &tile_next & needs_tile),
        set(&tile_q, tile_next),
        set(&able_q, ((&run_q & !&ends) | &start) & roomy),
        set(&room_q, (&room_q + change).wrap()),
        when(
            &issue,
            [
                set(&token_q, mux(&last_q, lit(0, token_q.ty), token_q.step(1))),
                set(&first_q, &last_q),
                set(&pass_end, &last_next & mux(&last_q, &next_chunk, &last_chunk_q)),
                set(&last_q, last_next),
                when(
                    &last_q,
                    [
                        set(&last_chunk_q, &next_chunk),
                        set(&first_chunk_q, &last_chunk_q),
                        set(&next_last_q, mux(&last_chunk_q, &two_chunks_q, reaches(&k_after_q, 2 * c.lanes))),
                        set(&k_after_q, mux(&last_chunk_q, &k_second_q, k_after_q.back(c.lanes as i64))),
                    ],
                ),
                when(
                    &pass_end & !&last_pass_q,
                    [
                        set(&n_left_q, (&n_left_q + &n_step_q).wrap()),
                        set(&last_pass_q, reaches(&n_left_q, 2 * c.columns)),
                    ],
                ),
                when(&job_end, [set_to(&run_q, 0)]),
            ],
        ),
        when(
            &start,
            [
                set_to(&run_q, 1),
                set_to(&token_q, 0),
                set_to(&first_q, 1),
                set(&last_q, &single_q),
                set_to(&first_chunk_q, 1),
                set(&last_chunk_q, &one_chunk_q),
                set(&pass_end, &single_q & &one_chunk_q),
                set(&next_last_q, &two_chunks_q),
                set(&k_after_q, &k_second_q),
                set(&n_left_q, (&n_left_q + &n_step_q).wrap()),
                set(&last_pass_q, &one_pass_q),
            ],
        ),
        when(
            &rst,
            [
                set_to(&run_q, 0),
                set_to(&issue_q, 0),
                set_to(&take_q, 0),
                set_to(&tile_q, 0),
                set_to(&n_left_q, 0),
                set_to(&room_q, room as i64),
                set_to(&able_q, 0),
            ],
        ),
    ]);

    m.drive("issue_o", &issue);
    m.drive("rewind_o", &pass_end);
    m.drive("take_o", &take_q);
    m.drive("token_o", &token_q);
    m.drive("first_chunk_o", &first_chunk_q);
    m.drive("result_o", &result);
    m.drive("last_pass_o", &last_pass_q);
    // In the last pass it is no more than the columns.
    m.drive("n_left_o", n_left_q.slice(0, clog2(c.columns + 1)));
    m.note("why nothing is issued, in this order of precedence");
    m.drive("stall_act_o", &run_q & !&act_valid);
    m.drive("stall_wgt_o", &run_q & &act_valid & !&has_tile);
    m.drive("stall_out_o", &run_q & &act_valid & &has_tile & !&had_room_q);
    m.note("stream marks out of place, told a cycle later; a tile and its mark follow one cycle after the issue, a chunk two");
    let issue_1_q = m.register("issue_1_q", &issue & !&rst);
    let pass_end_1_q = m.register("pass_end_1_q", &pass_end);
    let issue_2_q = m.register("issue_2_q", &issue_1_q & !&rst);
    let pass_end_2_q = m.register("pass_end_2_q", &pass_end_1_q);
    let took_q = m.register("took_q", &take_q & !&rst);
    let last_tile_q = m.register("last_tile_q", &last_tile);
    let mut tell = |name: &str, found: Expr| {
        let found = m.register(&format!("{name}_q"), found & !&rst);
        m.drive(&format!("{name}_o"), found);
    };
    tell("act_early", &issue_2_q & &act_last & !&pass_end_2_q);
    tell("act_late", &issue_2_q & !&act_last & &pass_end_2_q);
    tell("wgt_early", &took_q & &tile_last & !&last_tile_q);
    tell("wgt_late", &took_q & !&tile_last & &last_tile_q);
    m.build()
}
