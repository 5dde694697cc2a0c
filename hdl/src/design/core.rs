//! The datapath: two source streams in, one result stream out, under the sequencer's control.
//!
//! ```text
//!  cycle  0        1           2          3         3 + L     4 + L     … result buffer
//!         issue ─> [word] ──> [out]  ──> act_q  ──> sums ──> accumulators ──> push
//!         take  ─> code_q ──> next_q ──> tile_q     (L = column latency)
//! ```
//! Nothing in the pipeline ever stops: an issue happens only when its result has room ([`super::sequencer`]), so
//! back-pressure needs no enables on the tree. [`Config::latency`] is the number of cycles from issue to push.

use super::accumulators::{AccumulatorPorts, accumulators};
use super::sequencer::{JobShape, SequencerPorts, Stalls, sequencer};
use super::tile::{TilePorts, tile};
use super::weight_loader::{WeightLoaderPorts, weight_loader};
use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, RamStyle, Stream, bits, cat, if_else, int, lit, set, set_to};
use crate::library::{FifoPorts, ReplayPorts, fifo, replay_buffer};
use std::sync::Arc;
use trine_spec::Config;

/// Cycles from an issue to its lane chunk.
const CHUNK_AT: usize = 2;

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

interface! {
    /// Ports of the datapath.
    pub(super) struct CorePorts(c: Config) {
        /// Empties the datapath.
        input clear: BIT,
        /// Starts a job.
        input start: BIT,
        /// Lets beats in from the cycle after a clear on.
        input open_next: BIT,
        /// Shape of the job
        sink shape as "": JobShape::of(c.clone()) => JobShape,
        /// Activations, one lane chunk of one token a beat
        sink act: Stream::of(bits(c.act_bus())).with_last() => Stream,
        /// Weights, part of a tile a beat
        sink wgt: Stream::of(bits(c.weight_bus())).with_last() => Stream,
        /// Results, an int32 a column
        source res: Stream::of(bits(32 * c.columns())).with_keep(4 * c.columns()).with_last() => Stream,
        /// A lane chunk is issued.
        output active: BIT,
        /// Stall
        source stalls as "stall": Stalls::of() => Stalls,
        /// The activations ended early.
        output act_early: BIT,
        /// The activations did not end.
        output act_late: BIT,
        /// The weights did not end.
        output wgt_late: BIT,
        /// The weights ended early.
        output wgt_early: BIT,
        /// A beat of weights holds an illegal code.
        output illegal: BIT,
    }
}

/// The datapath of configuration `c`.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn core(c: &Config) -> Result<Arc<Module>, Errors> {
    let end = c.latency();
    let mut m = Module::new(
        "trine_core",
        format!("{} x {} datapath, {end} cycles from issue to result.", c.lanes(), c.columns()),
    );
    let io = CorePorts::declare(&mut m, c.clone());
    // Wires that close the loop between the sequencer and what it commands.
    let issue = m.wire("issue", BIT);
    let take = m.wire("take", BIT);
    let rewind = m.wire("rewind", BIT);

    let act_buffer = replay_buffer(c.style(), "trine_activations", c.lanes() * c.act_bits(), c.act_words())?;
    let chunks = Stream { data: lanes(&mut m, c, &io.act.data), ..io.act.clone() };
    let act: ReplayPorts = m.place("activations", &act_buffer);
    m.assign_all([(&act.rst, &io.clear), (&act.open_next, &io.open_next), (&act.take, &issue), (&act.rewind, &rewind)]);
    let wgt: WeightLoaderPorts = m.place("weights", &weight_loader(c)?);
    m.assign_all([(&wgt.rst, &io.clear), (&wgt.open_next, &io.open_next), (&wgt.take, &take)]);
    let pop = m.wire("pop", BIT);
    let seq: SequencerPorts = m.place("sequencer", &sequencer(c, c.result_room())?);
    m.connect(&io.shape, &seq.shape);
    m.assign_all([
        (&seq.rst, &io.clear),
        (&seq.start, &io.start),
        (&seq.act_valid, &act.valid),
        (&seq.act_next, &act.valid_next),
        (&seq.act_last, &act.last),
        (&seq.tile_arrives, &wgt.arrives),
        (&seq.tile_last, &wgt.last),
        (&seq.pop, &pop),
    ]);
    m.assign_all([(&issue, &seq.issue), (&take, &seq.take), (&rewind, &seq.rewind)]);

    let word = sums(&mut m, c, &io, &seq, [&issue, &take, &rewind], [&act.word, &wgt.tile])?;
    let out: FifoPorts =
        m.place("results", &fifo(c.style(), RamStyle::Block, "trine_results", word.word.ty, c.result_room())?);
    m.assign_all([(&out.rst, &io.clear), (&out.push, &word.valid), (&out.data, &word.word)]);
    m.assign(&pop, &out.pop);
    let results = results(&mut m, c, &out.out, &seq.n_left);

    m.connect(&chunks, &act.words);
    m.connect(&io.wgt, &wgt.beats);
    m.assign(&out.out.ready, &io.res.ready);
    m.send(&io.res, &results);
    m.assign(&io.active, &issue);
    m.connect(&seq.stalls, &io.stalls);
    m.assign_all([(&io.act_early, &seq.act_early), (&io.act_late, &seq.act_late), (&io.wgt_late, &seq.wgt_late)]);
    // A mark inside a tile that the job has no use for is late, since the last tile had none; the sequencer tells so a cycle before
    // the loader tells of it.
    m.assign(&io.wgt_early, &seq.wgt_early | &wgt.early);
    m.assign(&io.illegal, &wgt.illegal);
    m.build()
}

/// The lanes of an activation beat, which has a byte for each.
fn lanes(m: &mut Module, c: &Config, data: &Expr) -> Expr {
    if c.act_bits() == 8 {
        return data.clone();
    }
    m.unused((0..c.lanes()).map(|i| data.slice(8 * i + c.act_bits(), 8 - c.act_bits())));
    m.name("act_lanes", cat((0..c.lanes()).map(|i| data.slice(8 * i, c.act_bits()))))
}

/// A word for the result buffer: totals of all columns, mark of the last pass, mark of the job's end.
struct Word {
    valid: Expr,
    word: Expr,
}

/// The columns and accumulators; the sum of an issue is there after the buffers' cycle, the tile's registers and the column's
/// latency.
fn sums(
    m: &mut Module,
    c: &Config,
    io: &CorePorts,
    seq: &SequencerPorts,
    [issue, take, rewind]: [&Expr; 3],
    [chunk, codes]: [&Expr; 2],
) -> Result<Word, Errors> {
    let (end, at) = (c.latency(), c.latency() - 1);
    let tile = tile(c)?;
    let sum_bits = tile.output_ty("sums_o").width / c.columns();
    // The tile is loaded in the cycle after the decision, and its first lane chunk is there with it.
    let take_q = m.register("take_q", take);
    let columns: TilePorts = m.place("tile", &tile);
    m.assign_all([(&columns.swap, &take_q), (&columns.act, chunk), (&columns.tile, codes)]);
    let valid = delayed(m, "valid", Some(&io.clear), issue, at);
    let result = delayed(m, "result", Some(&io.clear), &seq.result, end);
    let first = delayed(m, "first", None, &seq.first_chunk, at - 1);
    let token = delayed(m, "token", None, &seq.token, at);
    if let Some(chunk_valid) = &columns.valid {
        m.assign(chunk_valid, &valid[CHUNK_AT]);
    }
    let last_pass = delayed(m, "last_pass", None, &seq.last_pass, end);
    let pass_end = delayed(m, "pass_end", None, rewind, end);
    let single = m.register("single_q", io.shape.last_token.is(0));
    let pair = m.register("pair_q", io.shape.last_token.is(1));
    let sums: AccumulatorPorts = m.place("sums", &accumulators(c, sum_bits)?);
    if let Some(read) = &sums.read {
        m.assign(read, &valid[at - 2]);
    }
    m.assign_all([
        (&sums.rst, &io.clear),
        (&sums.read_token, &token[at - 2]),
        (&sums.next_first, &first[at - 1]),
        (&sums.next_valid, &valid[at - 1]),
        (&sums.next_odd, &token[at - 1].bit(0)),
        (&sums.next_last, &result[at - 1]),
        (&sums.token, &token[at]),
        (&sums.valid, &valid[at]),
        (&sums.single, &single),
        (&sums.pair, &pair),
        (&sums.sums, &columns.sums),
        (&sums.owed, &columns.owed),
    ]);
    let job_end = m.name("job_end", &pass_end[end] & &last_pass[end]);
    let word = m.name("word", cat([sums.total, last_pass[end].clone(), job_end]));
    Ok(Word { valid: result[end].clone(), word })
}

/// Result beats from the words of the result buffer: int32 columns, of which `left` are real in the last pass.
fn results(m: &mut Module, c: &Config, words: &Stream, left: &Expr) -> Stream {
    let (acc, data) = (c.acc_bits(), &words.data);
    let tail = m.name("tail", data.bit(c.columns() * acc));
    let widened = |n: usize| {
        let wire = m.wire(&format!("result_{n}"), int(32));
        m.assign(&wire, data.slice(n * acc, acc).signed());
        wire.unsigned()
    };
    let widened: Vec<Expr> = (0..c.columns()).map(widened).collect();
    // The sequencer is in the last pass long before a result of it is here. The first column is always real.
    let mut keep = vec![lit(0xF, bits(4))];
    if c.columns() > 1 {
        let real_q = m.register("real_q", cat((1..c.columns()).map(|n| lit(n as i64, left.ty).lt(left))));
        keep.extend((1..c.columns()).map(|n| (!&tail | real_q.bit(n - 1)).repeat(4)));
    } else {
        m.unused([left.clone(), tail]);
    }
    let keep = m.name("keep", cat(keep));
    let last = Some(data.bit(c.columns() * acc + 1));
    Stream { valid: words.valid.clone(), data: cat(widened), keep: Some(keep), last, ready: words.ready.clone() }
}
