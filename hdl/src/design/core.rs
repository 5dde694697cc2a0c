//! The datapath: two source streams in, one result stream out, under the sequencer's control.
//!
//! ```text
//!  cycle  0        1           2          3         3 + L     4 + L     … result buffer
//!         issue ─> [word] ──> [out]  ──> act_q  ──> sums ──> accumulators ──> push
//!         take  ─> code_q ──> next_q ──> tile_q     (L = column latency)
//! ```
//! Nothing in the pipeline ever stops: an issue happens only when its result has room ([`super::sequencer`]), so
//! back-pressure needs no enables on the tree. [`Config::latency`] is the number of cycles from issue to push.

use super::group::{self, GroupPorts};
use super::sequencer::{JobShape, SequencerPorts, Stalls, sequencer};
use super::tile::planes;
use super::weight_loader::{WeightLoaderPorts, weight_loader};
use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, RamStyle, Stream, bits, cat, if_else, int, lit, set, set_to};
use crate::library::{FifoPorts, ReplayPorts, fifo_of_parts, replay_buffer};
use std::sync::Arc;
use trine_spec::{Config, Style};

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

    let chunk = match c.style() {
        Style::Packed => m.name("planes", planes(c, &act.word)),
        _ => act.word.clone(),
    };
    let word = sums(&mut m, c, &io, &seq, [&issue, &take, &rewind], &chunk, &wgt)?;
    let buffer = fifo_of_parts(c.style(), RamStyle::Block, "trine_results", &word.widths, c.result_room())?;
    let out: FifoPorts = m.place("results", &buffer);
    m.assign_all([(&out.rst, &io.clear), (&out.push, &word.push), (&out.data, &word.word)]);
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

/// A word for the result buffer: totals of all columns, mark of the last pass, mark of the job's end. It comes in parts, one a group.
struct Word {
    push: Expr,
    word: Expr,
    widths: Vec<usize>,
}

/// The groups of columns; the sum of an issue is there after the buffers' cycle, the tile's registers and the column's
/// latency, and a cycle later with each group.
fn sums(
    m: &mut Module,
    c: &Config,
    io: &CorePorts,
    seq: &SequencerPorts,
    [issue, take, rewind]: [&Expr; 3],
    chunk: &Expr,
    wgt: &WeightLoaderPorts,
) -> Result<Word, Errors> {
    let (groups, end) = (c.groups(), c.latency());
    // Cycle of the sums of the first group.
    let at = end - groups;
    let behind = groups - 1;
    // The tile is loaded in the cycle after the decision, and its first lane chunk is there with it.
    let take_q = m.register("take_q", take);
    let take = delayed(m, "take", None, &take_q, behind);
    let valid = delayed(m, "valid", Some(&io.clear), issue, at + behind);
    let result = delayed(m, "result", Some(&io.clear), &seq.result, end);
    let first = delayed(m, "first", None, &seq.first_chunk, at + behind - 1);
    let token = delayed(m, "token", None, &seq.token, at + behind);
    let last_pass = delayed(m, "last_pass", None, &seq.last_pass, end);
    let pass_end = delayed(m, "pass_end", None, rewind, end);
    let single_q = m.register("single_q", io.shape.last_token.is(0));
    let single = delayed(m, "single", None, &single_q, behind);
    let pair_q = m.register("pair_q", io.shape.last_token.is(1));
    let pair = delayed(m, "pair", None, &pair_q, behind);
    let keep = keeps(m, c, wgt);

    let (mut act, mut codes, mut word, mut push, mut widths) =
        (chunk.clone(), wgt.codes.clone(), vec![], vec![], vec![]);
    for (g, module) in group::groups(c)?.iter().enumerate() {
        if g > 0 {
            let codes_g = group::picked(c, &codes, &group::passed(c, g - 1), &group::passed(c, g));
            codes = m.register(&format!("codes_{g}_q"), codes_g);
        }
        let place = if groups == 1 { "group".into() } else { format!("group_{g}") };
        let columns: GroupPorts = m.place(&place, module);
        if let Some(port) = &columns.keep {
            let kept = group::kept(c, g).into_iter().map(|beat| keep[beat][g].clone());
            m.assign(port, cat(kept));
        }
        if let Some(port) = &columns.chunk_valid {
            m.assign(port, &valid[CHUNK_AT + g]);
        }
        if let Some(port) = &columns.read {
            m.assign(port, &valid[at - 2 + g]);
        }
        m.assign_all([
            (&columns.rst, &io.clear),
            (&columns.codes, &codes),
            (&columns.swap, &take[g]),
            (&columns.act, &act),
            (&columns.read_token, &token[at - 2 + g]),
            (&columns.next_first, &first[at - 1 + g]),
            (&columns.next_valid, &valid[at - 1 + g]),
            (&columns.next_odd, &token[at - 1 + g].bit(0)),
            (&columns.next_last, &result[at - 1 + g]),
            (&columns.token, &token[at + g]),
            (&columns.valid, &valid[at + g]),
            (&columns.single, &single[g]),
            (&columns.pair, &pair[g]),
        ]);
        widths.push(columns.total.ty.width);
        word.push(columns.total);
        push.push(result[at + 1 + g].clone());
        act = columns.passed;
    }
    m.unused([act]);
    let job_end = m.name("job_end", &pass_end[end] & &last_pass[end]);
    word.extend([last_pass[end].clone(), job_end]);
    widths[behind] += 2;
    Ok(Word { push: cat(push), word: m.name("word", cat(word)), widths })
}

/// For each beat that is kept, the mark for every group, up to the last one with a share of it.
fn keeps(m: &mut Module, c: &Config, wgt: &WeightLoaderPorts) -> Vec<Vec<Expr>> {
    let Some(keep) = &wgt.keep else { return vec![] };
    let last = |beat: usize| (0..c.groups()).rev().find(|g| group::kept(c, *g).contains(&beat)).unwrap_or(0);
    let line = |beat: usize| delayed(m, &format!("keep_{beat}"), None, &keep.bit(beat), last(beat));
    (0..keep.ty.width).map(line).collect()
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
