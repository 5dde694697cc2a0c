//! The datapath: two source streams in, one result stream out, under the sequencer's control.
//!
//! ```text
//!  cycle  0        1           2          3         3 + L     4 + L     … result buffer
//!         issue ─> [word] ──> [out]  ──> act_q  ──> sums ──> accumulators ──> push
//!         take  ─> code_q ──> next_q ──> tile_q     (L = column latency)
//! ```
//! Nothing in the pipeline ever stops: an issue happens only when its result has room ([`super::sequencer`]), so
//! back-pressure needs no enables on the tree. [`latency`] is the number of cycles from issue to push.

use super::{accumulators::accumulators, sequencer, tile::tile, weight_loader::weight_loader};
use crate::lang::{BIT, Errors, Expr, Module, bits, cat, if_else, lit, set, set_to};
use crate::library::{fifo, replay_buffer};
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::registers::OUTPUTS_N;

/// Cycles from an issue to the push of its result.
pub const fn latency(c: &Config) -> usize {
    c.tree_levels() + 4
}

/// Words of the result buffer: enough for one result a cycle. A place is taken at the issue and seen to be free again seven
/// cycles after the push at the earliest, and the sequencer keeps two more.
pub(super) const fn result_room(c: &Config) -> usize {
    (latency(c) + 9).next_power_of_two()
}

/// A delay line, cleared by `rst` where there is one: element `i` is `signal` `i` cycles ago.
fn delayed(m: &mut Module, name: &str, rst: Option<&Expr>, signal: &Expr, cycles: usize) -> Vec<Expr> {
    let mut line = vec![signal.clone()];
    for i in 1..=cycles {
        let q = m.reg(&format!("{name}_{i}_q"), signal.ty);
        let shift = set(&q, &line[i - 1]);
        m.on_clock(match rst {
            Some(rst) => [if_else(rst, [set_to(&q, 0)], [shift])],
            None => [shift],
        });
        line.push(q);
    }
    line
}

/// The datapath of configuration `c`.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn core(c: &Config) -> Result<Arc<Module>, Errors> {
    let tile = tile(c)?;
    let sum_bits = tile.output_ty("sums_o").width / c.columns;
    let (acc, room, end) = (c.acc_bits(), result_room(c), latency(c));
    let loader = weight_loader(c)?;
    let act_buffer = replay_buffer(c.style, "trine_activations", c.lanes * c.act_bits, c.act_words())?;
    let results = fifo(c.style, "trine_results", bits(c.columns * acc + 2), room)?;
    let sequencer_module = sequencer::sequencer(c, room)?;
    let accumulators = accumulators(c, sum_bits)?;

    let mut m =
        Module::new("trine_core", format!("{} x {} datapath, {end} cycles from issue to result.", c.lanes, c.columns));
    let clear = m.input("clear_i", BIT);
    let start = m.input("start_i", BIT);
    let open_next = m.input("open_next_i", BIT);
    let last_token = m.input("last_token_i", sequencer::token_ty(c));
    let depth = m.input("depth_i", sequencer::depth_ty(c));
    let outputs = m.input("outputs_i", bits(OUTPUTS_N.width));
    let act_valid = m.input("act_valid_i", BIT);
    let act_last = m.input("act_last_i", BIT);
    let act_data = m.input("act_data_i", bits(c.act_bus()));
    let wgt_valid = m.input("wgt_valid_i", BIT);
    let wgt_last = m.input("wgt_last_i", BIT);
    let wgt_data = m.input("wgt_data_i", bits(c.weight_bus));
    let res_ready = m.input("res_ready_i", BIT);

    // Wires that close the loop between the sequencer and what it commands.
    let issue = m.wire("issue", BIT);
    let take = m.wire("take", BIT);
    let rewind = m.wire("rewind", BIT);

    let lanes = match c.act_bits {
        8 => act_data.clone(),
        _ => {
            m.unused((0..c.lanes).map(|i| act_data.slice(8 * i + c.act_bits, 8 - c.act_bits)));
            m.name("act_lanes", cat((0..c.lanes).map(|i| act_data.slice(8 * i, c.act_bits))))
        }
    };
    let act = m.instance(
        "activations",
        &act_buffer,
        &[
            ("rst_i", &clear),
            ("open_next_i", &open_next),
            ("in_valid_i", &act_valid),
            ("in_last_i", &act_last),
            ("in_data_i", &lanes),
            ("take_i", &issue),
            ("rewind_i", &rewind),
        ],
    );
    let wgt = m.instance(
        "weights",
        &loader,
        &[
            ("rst_i", &clear),
            ("open_next_i", &open_next),
            ("in_valid_i", &wgt_valid),
            ("in_last_i", &wgt_last),
            ("in_data_i", &wgt_data),
            ("take_i", &take),
        ],
    );
    let pop = m.wire("pop", BIT);
    let seq = m.instance(
        "sequencer",
        &sequencer_module,
        &[
            ("rst_i", &clear),
            ("start_i", &start),
            ("last_token_i", &last_token),
            ("depth_i", &depth),
            ("outputs_i", &outputs),
            ("act_valid_i", &act["valid_o"]),
            ("act_valid_next_i", &act["valid_next_o"]),
            ("act_last_i", &act["last_o"]),
            ("tile_arrives_i", &wgt["arrives_o"]),
            ("tile_last_i", &wgt["last_o"]),
            ("pop_i", &pop),
        ],
    );
    m.assign(&issue, &seq["issue_o"]);
    m.assign(&take, &seq["take_o"]);
    m.assign(&rewind, &seq["rewind_o"]);

    // The tile is loaded in the cycle after the decision, and its first lane chunk is there with it.
    let take_q = m.register("take_q", &take);
    let columns =
        m.instance("tile", &tile, &[("swap_i", &take_q), ("act_i", &act["word_o"]), ("tile_i", &wgt["tile_o"])]);
    // The sum of an issue is there after the buffers' cycle, the tile's registers and the column's latency.
    let at = end - 1;
    let valid = delayed(&mut m, "valid", Some(&clear), &issue, at);
    let result = delayed(&mut m, "result", Some(&clear), &seq["result_o"], end);
    let first = delayed(&mut m, "first", None, &seq["first_chunk_o"], at - 1);
    let token = delayed(&mut m, "token", None, &seq["token_o"], at);
    let last_pass = delayed(&mut m, "last_pass", None, &seq["last_pass_o"], end);
    let pass_end = delayed(&mut m, "pass_end", None, &rewind, end);
    let single = m.register("single_q", last_token.is(0));
    let pair = m.register("pair_q", last_token.is(1));
    let sums = m.instance(
        "sums",
        &accumulators,
        &[
            ("rst_i", &clear),
            ("read_token_i", &token[at - 2]),
            ("next_first_i", &first[at - 1]),
            ("next_valid_i", &valid[at - 1]),
            ("next_odd_i", &token[at - 1].bit(0)),
            ("next_last_chunk_i", &result[at - 1]),
            ("token_i", &token[at]),
            ("valid_i", &valid[at]),
            ("single_i", &single),
            ("pair_i", &pair),
            ("sums_i", &columns["sums_o"]),
            ("owed_i", &columns["owed_o"]),
        ],
    );
    let job_end = m.name("job_end", &pass_end[end] & &last_pass[end]);
    let word = m.name("word", cat([sums["total_o"].clone(), last_pass[end].clone(), job_end]));
    let out = m.instance(
        "results",
        &results,
        &[("rst_i", &clear), ("push_i", &result[end]), ("data_i", &word), ("ready_i", &res_ready)],
    );
    m.assign(&pop, &out["pop_o"]);

    let data = &out["data_o"];
    let tail = m.name("tail", data.bit(c.columns * acc));
    let left = &seq["n_left_o"];
    let value = |n: usize| data.slice(n * acc, acc).signed();
    let widened: Vec<Expr> = (0..c.columns)
        .map(|n| {
            let wire = m.wire(&format!("result_{n}"), crate::lang::int(32));
            m.assign(&wire, value(n));
            wire.unsigned()
        })
        .collect();
    // In the last pass only `n_left` columns are real; the sequencer is there long before a result is.
    // The first always is.
    let mut keep = vec![lit(0xF, bits(4))];
    if c.columns > 1 {
        let real_q = m.register("real_q", cat((1..c.columns).map(|n| lit(n as i64, left.ty).lt(left))));
        keep.extend((1..c.columns).map(|n| (!&tail | real_q.bit(n - 1)).repeat(4)));
    } else {
        m.unused([left.clone(), tail]);
    }
    let keep = m.name("keep", cat(keep));
    m.drive("act_ready_o", &act["in_ready_o"]);
    m.drive("wgt_ready_o", &wgt["in_ready_o"]);
    m.drive("res_valid_o", &out["valid_o"]);
    m.drive("res_data_o", cat(widened));
    m.drive("res_keep_o", &keep);
    m.drive("res_last_o", data.bit(c.columns * acc + 1));
    m.drive("active_o", &issue);
    for stall in ["stall_act_o", "stall_wgt_o", "stall_out_o", "act_early_o", "act_late_o", "wgt_late_o"] {
        m.drive(stall, &seq[stall]);
    }
    // A mark inside a tile that the job has no use for is late, since the last tile had none; the sequencer tells so a cycle before
    // the loader tells of it.
    m.drive("wgt_early_o", &seq["wgt_early_o"] | &wgt["early_o"]);
    m.drive("illegal_o", &wgt["illegal_o"]);
    m.build()
}
