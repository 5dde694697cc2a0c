//! Walks a job: for each column block, for each lane chunk, for each token, one issue.
//!
//! ```text
//!  for n_left = N, N - columns, …          a pass
//!    for k_left = K, K - lanes, …          a tile: take it with the first token
//!      for token = 0 … M - 1               an issue: one lane chunk into the columns
//! ```
//! An issue waits for three things: a lane chunk (`act_valid_i`), with the first token a tile (`tile_valid_i`), and room for
//! a result, whether it makes one or not (counted here: taken at issue, given back a cycle after `pop_i`). `stall_*_o` names
//! the cause of a wait. The stream marks are checked as they are used: the last lane chunk of a pass and the last tile of the
//! job must carry `tlast`, and no other.
//!
//! Sequencer and loader each keep a copy of "a tile is there". Both follow from `tile_arrives_i` (the loader has a tile in the next
//! cycle, even if another is taken now) and from `take_o`, so that placement can set the two apart.

mod ports;
#[cfg(test)]
mod tests;

pub(super) use ports::{JobShape, SequencerPorts, Stalls, depth_ty, token_ty};

use crate::lang::{BIT, Errors, Expr, Module, Stmt, bits, cat, lit, mux, set, set_to, when};
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::config::clog2;

/// The sequencer of configuration `c`, in front of a result buffer with room for `room` results.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn sequencer(c: &Config, room: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_sequencer", "Walks the passes, tiles and tokens of a job.");
    let io = SequencerPorts::declare(&mut m, c.clone());
    let pop = m.register("pop_q", &io.pop & !&io.rst);
    let at = Position::new(&mut m, &io.shape);
    let places = Room::new(&mut m, room);
    let told = Told::new(&mut m, &io, c);
    let now = Decision::new(&mut m, &at, &pop, places.room_q.ty.width);

    let next_chunk = m.name("next_chunk", mux(&at.last_chunk, &told.one_chunk, &at.next_last));
    let needs_tile = m.name("needs_tile", mux(&now.issue, &at.last, &at.first));
    let ends = m.name("ends", &now.issue & &now.job_end);
    let may = m.name("may", &places.able_q & !&ends & &io.act_next);
    let last_next = m.name("last_next", mux(&at.last, &told.single, at.token.eq(&told.before_last)));
    let tile_next = m.name("tile_next", (&at.tile & !&now.take) | &io.tile_arrives);
    m.on_clock([
        set(&now.issue, &may & (&tile_next | !&needs_tile)),
        set(&now.take, may & &tile_next & needs_tile),
        set(&at.tile, tile_next),
        set(&places.able_q, ((&at.run & !&ends) | &io.start) & places.roomy),
        set(&places.room_q, (&places.room_q + now.change.clone()).wrap()),
        when(&now.issue, at.moves(c, &told, &now, &next_chunk, last_next)),
        when(&io.start, at.starts(&told, &now)),
        when(
            &io.rst,
            [
                set_to(&at.run, 0),
                set_to(&now.issue, 0),
                set_to(&now.take, 0),
                set_to(&at.tile, 0),
                set_to(&at.n_left, 0),
                set_to(&places.room_q, room as i64),
                set_to(&places.able_q, 0),
            ],
        ),
    ]);

    m.assign(&io.issue, &now.issue);
    m.assign(&io.rewind, &now.pass_end);
    m.assign(&io.take, &now.take);
    m.assign(&io.token, &at.token);
    m.assign(&io.first_chunk, &at.first_chunk);
    m.assign(&io.result, &now.result);
    m.assign(&io.last_pass, &at.last_pass);
    // In the last pass it is no more than the columns.
    m.assign(&io.n_left, at.n_left.slice(0, clog2(c.columns() + 1)));
    m.note("why nothing is issued, in this order of precedence");
    m.assign(&io.stalls.act, &at.run & !&io.act_valid);
    m.assign(&io.stalls.wgt, &at.run & &io.act_valid & !&now.has_tile);
    m.assign(&io.stalls.out, &at.run & &io.act_valid & &now.has_tile & !&places.had_room_q);
    marks(&mut m, &io, &now);
    m.build()
}

/// Position of the next issue in the job.
struct Position {
    run: Expr,
    token: Expr,
    /// It is the first token of a tile, its tile is there, it is the last token.
    first: Expr,
    tile: Expr,
    last: Expr,
    /// Lanes left after the current chunk, outputs left in the current pass: comparisons are made a step ahead, out of the cycle
    /// that decides on an issue.
    k_after: Expr,
    n_left: Expr,
    first_chunk: Expr,
    last_chunk: Expr,
    last_pass: Expr,
    /// The chunk after this one is the last of the pass, if this one is not.
    next_last: Expr,
}

impl Position {
    fn new(m: &mut Module, shape: &JobShape) -> Position {
        Position {
            run: m.reg("run_q", BIT),
            token: m.reg("token_q", shape.last_token.ty),
            first: m.reg("first_q", BIT),
            tile: m.reg("tile_q", BIT),
            last: m.reg("last_q", BIT),
            k_after: m.reg("k_after_q", shape.depth.ty),
            n_left: m.reg("n_left_q", shape.outputs.ty),
            first_chunk: m.reg("first_chunk_q", BIT),
            last_chunk: m.reg("last_chunk_q", BIT),
            last_pass: m.reg("last_pass_q", BIT),
            next_last: m.reg("next_last_q", BIT),
        }
    }

    /// Moves on behind an issue.
    fn moves(&self, c: &Config, told: &Told, now: &Decision, next_chunk: &Expr, last_next: Expr) -> Vec<Stmt> {
        let lanes = c.lanes() as i64;
        let chunk = [
            set(&self.last_chunk, next_chunk),
            set(&self.first_chunk, &self.last_chunk),
            set(&self.next_last, mux(&self.last_chunk, &told.two_chunks, reaches(&self.k_after, 2 * c.lanes()))),
            set(&self.k_after, mux(&self.last_chunk, &told.k_second, self.k_after.back(lanes))),
        ];
        let pass = [
            set(&self.n_left, (&self.n_left + &told.n_step).wrap()),
            set(&self.last_pass, reaches(&self.n_left, 2 * c.columns())),
        ];
        vec![
            set(&self.token, mux(&self.last, lit(0, self.token.ty), self.token.step(1))),
            set(&self.first, &self.last),
            set(&now.pass_end, &last_next & mux(&self.last, next_chunk, &self.last_chunk)),
            set(&self.last, last_next),
            when(&self.last, chunk),
            when(&now.pass_end & !&self.last_pass, pass),
            when(&now.job_end, [set_to(&self.run, 0)]),
        ]
    }

    /// Begins a job.
    fn starts(&self, told: &Told, now: &Decision) -> Vec<Stmt> {
        vec![
            set_to(&self.run, 1),
            set_to(&self.token, 0),
            set_to(&self.first, 1),
            set(&self.last, &told.single),
            set_to(&self.first_chunk, 1),
            set(&self.last_chunk, &told.one_chunk),
            set(&now.pass_end, &told.single & &told.one_chunk),
            set(&self.next_last, &told.two_chunks),
            set(&self.k_after, &told.k_second),
            set(&self.n_left, (&self.n_left + &told.n_step).wrap()),
            set(&self.last_pass, &told.one_pass),
        ]
    }
}

/// Room for results.
struct Room {
    room_q: Expr,
    /// Two more issues may be decided before a place that is taken is seen here.
    roomy: Expr,
    /// A job runs and there is room: one input less of the longest decision.
    able_q: Expr,
    had_room_q: Expr,
}

impl Room {
    fn new(m: &mut Module, room: usize) -> Room {
        let room_q = m.reg("room_q", bits(clog2(room + 1)));
        let roomy = m.name("roomy", !room_q.lt(lit(3, room_q.ty)));
        let has_room_q = m.register("has_room_q", &roomy);
        let able_q = m.reg("able_q", BIT);
        let had_room_q = m.register("had_room_q", &has_room_q);
        Room { room_q, roomy, able_q, had_room_q }
    }
}

/// Set if no more than `step` is left.
fn reaches(left: &Expr, step: usize) -> Expr {
    match (step as i64).checked_ilog2() {
        // A step beyond the range reaches the end from anywhere.
        Some(bits) if bits as usize >= left.ty.width => lit(1, BIT),
        _ => !lit(step as i64, left.ty).lt(left),
    }
}

/// Registers computed from the shape, two cycles before the start.
struct Told {
    single: Expr,
    before_last: Expr,
    one_chunk: Expr,
    two_chunks: Expr,
    k_second: Expr,
    one_pass: Expr,
    /// Added to the outputs left, which are none at the start: N, and from then on a pass less. A choice behind the
    /// adder would be a long way for one cycle.
    n_step: Expr,
}

impl Told {
    fn new(m: &mut Module, io: &SequencerPorts, c: &Config) -> Told {
        let JobShape { last_token, depth, outputs } = &io.shape;
        m.note("what the shape says, which is there two cycles before the start");
        let less = lit(0, outputs.ty).back(c.columns() as i64);
        Told {
            single: m.register("single_q", last_token.is(0)),
            before_last: m.register("before_last_q", last_token.back(1)),
            one_chunk: m.register("one_chunk_q", reaches(depth, c.lanes())),
            two_chunks: m.register("two_chunks_q", reaches(depth, 2 * c.lanes())),
            k_second: m.register("k_second_q", depth.back(c.lanes() as i64)),
            one_pass: m.register("one_pass_q", reaches(outputs, c.columns())),
            n_step: m.register("n_step_q", mux(&io.rst, outputs, less)),
        }
    }
}

/// Events of this cycle, decided in the cycle before.
struct Decision {
    /// Last token of the last chunk: known in a register, since counters far from here begin again with it.
    pass_end: Expr,
    job_end: Expr,
    last_tile: Expr,
    has_tile: Expr,
    issue: Expr,
    take: Expr,
    result: Expr,
    /// Of the room: one less, one more or none. A sum, since a choice between two would come behind both.
    change: Expr,
}

impl Decision {
    fn new(m: &mut Module, at: &Position, pop: &Expr, room_bits: usize) -> Decision {
        let pass_end = m.reg("pass_end_q", BIT);
        let job_end = m.name("job_end", &pass_end & &at.last_pass);
        let last_tile = m.name("last_tile", &at.last_chunk & &at.last_pass);
        let has_tile = m.name("has_tile", &at.tile | !&at.first);
        let issue = m.reg("issue_q", BIT);
        let take = m.reg("take_q", BIT);
        let result = m.name("result", &issue & &at.last_chunk);
        let promised = m.name("promised", &result & !pop);
        let change = cat([&result ^ pop, promised.repeat(room_bits - 1)]);
        Decision { pass_end, job_end, last_tile, has_tile, issue, take, result, change }
    }
}

/// Tells of stream marks out of place.
fn marks(m: &mut Module, io: &SequencerPorts, now: &Decision) {
    m.note("stream marks out of place, told a cycle later; a tile and its mark follow one cycle after the issue, a chunk two");
    let issue_1_q = m.register("issue_1_q", &now.issue & !&io.rst);
    let pass_end_1_q = m.register("pass_end_1_q", &now.pass_end);
    let issue_2_q = m.register("issue_2_q", &issue_1_q & !&io.rst);
    let pass_end_2_q = m.register("pass_end_2_q", &pass_end_1_q);
    let took_q = m.register("took_q", &now.take & !&io.rst);
    let last_tile_q = m.register("last_tile_q", &now.last_tile);
    let mut tell = |port: &Expr, name: &str, found: Expr| {
        let found = m.register(&format!("{name}_q"), found & !&io.rst);
        m.assign(port, found);
    };
    tell(&io.act_early, "act_early", &issue_2_q & &io.act_last & !&pass_end_2_q);
    tell(&io.act_late, "act_late", &issue_2_q & !&io.act_last & &pass_end_2_q);
    tell(&io.wgt_early, "wgt_early", &took_q & &io.tile_last & !&last_tile_q);
    tell(&io.wgt_late, "wgt_late", &took_q & !&io.tile_last & &last_tile_q);
}
