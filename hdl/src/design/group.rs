//! A group of columns: its part of every tile, the columns around it, and their accumulators.
//!
//! ```text
//!  codes_i ──┬────────────────────────────> last beat ──┐
//!            └─[held_0_q]─[held_1_q]─ … ──> beats before ┴─> tile ──> accumulators ──> total_o
//!  act_i ───────────────────────────────────────────────────> │
//!  act_o <────────────────────────────────────────────────────┘
//! ```
//! Groups stand in a row, and each gets all that the one before gets a cycle later: codes and lane chunks through registers of the
//! row, everything else from the delay lines of [`super::core`]. So a signal reaches the columns of one group only, and the wires do not grow
//! with the unit. `keep_i` says which beat `codes_i` is, `swap_i` that its last one is there; the other inputs are those of
//! [`super::tile`] and [`super::accumulators`]. No handshake; `total_o` follows its lane chunk by `2 + column latency` cycles.

use super::accumulators::{AccumulatorPorts, accumulate, accumulators_of};
use super::column::column;
use super::plane_decoder;
use super::sequencer::token_ty;
use super::tile::{TilePorts, copy, tile};
use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, bits, cat, set, when};
use std::ops::Range;
use std::sync::Arc;
use trine_spec::{Config, Style};

interface! {
    /// Ports of a group of configuration `c`, which gets `trits` of each beat and keeps `kept` beats.
    pub(super) struct GroupPorts(c: Config, trits: usize, kept: usize) {
        /// Synchronous reset.
        input rst: BIT,
        /// Two-bit codes of a beat, those that this group or one behind it uses.
        input codes: bits(2 * trits),
        /// The number of the beat among those of this group, one bit for each; none for the last one of a tile.
        input keep: (kept > 0).then(|| bits(kept)) => Option<Expr>,
        /// The last beat of a tile is there, for the lane chunk of the next cycle.
        input swap: BIT,
        /// There is a lane chunk.
        input chunk_valid: c.style().rests().then_some(BIT) => Option<Expr>,
        /// Lane chunk.
        input act: bits(c.lanes() * c.act_bits()),
        /// The lane chunk of the cycle before.
        output passed as "act": bits(c.lanes() * c.act_bits()),
        /// There is a sum after the next.
        input read: c.style().rests().then_some(BIT) => Option<Expr>,
        /// Token of the sum after the next.
        input read_token: token_ty(&c),
        /// The sum of the next cycle is of the first chunk.
        input next_first: BIT,
        /// There is a sum in the next cycle.
        input next_valid: BIT,
        /// The token of the next sum is odd.
        input next_odd: BIT,
        /// The sum of the next cycle is of the last chunk.
        input next_last as "next_last_chunk": BIT,
        /// Token of the sum.
        input token: token_ty(&c),
        /// There is a sum.
        input valid: BIT,
        /// The job has one token.
        input single: BIT,
        /// The job has two tokens.
        input pair: BIT,
        /// Totals of the columns, one cycle after the sum.
        output total: bits(c.columns() * c.acc_bits()),
    }
}

/// The trits of a beat that are a group's.
pub(super) struct Share {
    /// Number of the beat in its tile.
    pub beat: usize,
    /// Place in the beat.
    pub trits: Range<usize>,
}

/// The shares of group `g` of the beats of a tile, in their order.
pub(super) fn shares(c: &Config, g: usize) -> Vec<Share> {
    let each = c.trits_per_beat();
    let low = g * c.group() * c.lanes();
    let high = low + c.columns_of(g) * c.lanes();
    let of =
        |beat| Share { beat, trits: low.max(beat * each) - beat * each..high.min((beat + 1) * each) - beat * each };
    (low / each..high.div_ceil(each)).map(of).collect()
}

/// The trits of a beat that group `g` gets: those that it or a group behind it uses, the first group all.
pub(super) fn passed(c: &Config, g: usize) -> Range<usize> {
    if g == 0 {
        return 0..c.trits_per_beat();
    }
    let all = (g..c.groups()).flat_map(|g| shares(c, g)).map(|share| share.trits);
    let hull = |a: Range<usize>, b: Range<usize>| a.start.min(b.start)..a.end.max(b.end);
    all.reduce(hull).expect("a group has trits")
}

/// Beats that group `g` keeps.
pub(super) fn kept(c: &Config, g: usize) -> Vec<usize> {
    let last = c.beats_per_tile() - 1;
    shares(c, g).iter().map(|share| share.beat).filter(|beat| *beat < last).collect()
}

/// Codes of `trits` out of those of `of`. A code is two neighbouring bits, or one in each of two planes.
pub(super) fn picked(c: &Config, codes: &Expr, of: &Range<usize>, trits: &Range<usize>) -> Expr {
    let (from, count) = (trits.start - of.start, trits.len());
    match c.style() {
        _ if trits == of => codes.clone(),
        Style::Packed => cat([codes.slice(from, count), codes.slice(of.len() + from, count)]),
        _ => codes.slice(2 * from, 2 * count),
    }
}

/// The groups of configuration `c`, in their order.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub(super) fn groups(c: &Config) -> Result<Vec<Arc<Module>>, Errors> {
    let (column, copy) = (column(c)?, copy(c.lanes() * c.act_bits())?);
    let sum_bits = column.output_ty("sum_o").width;
    let adder = accumulate(c, sum_bits)?;
    let parts = |g: usize, rest: &str| {
        let of = c.of_group(g);
        let tile = tile(&of, &format!("trine_tile{rest}"), &column, &copy)?;
        Ok::<_, Errors>([tile, accumulators_of(&format!("trine_accumulators{rest}"), &of, sum_bits, &adder)?])
    };
    let whole = parts(0, "")?;
    // The last group may have fewer columns.
    let last = c.groups() - 1;
    let rest = if c.columns_of(last) == c.group() { whole.clone() } else { parts(last, "_rest")? };
    (0..=last).map(|g| group(c, g, if g == last { &rest } else { &whole })).collect()
}

/// Group `g` out of its tile and its accumulators.
fn group(c: &Config, g: usize, [tile, accumulators]: &[Arc<Module>; 2]) -> Result<Arc<Module>, Errors> {
    let of = c.of_group(g);
    let name = if c.groups() == 1 { "trine_group".into() } else { format!("trine_group_{g}") };
    let mut m = Module::new(name, format!("{} columns with their weights and sums.", of.columns()));
    let io = GroupPorts::declare(&mut m, of, passed(c, g).len(), kept(c, g).len());
    let codes = gathered(&mut m, c, g, &io);
    let columns: TilePorts = m.place("tile", tile);
    m.assign_all([(&columns.swap, &io.swap), (&columns.act, &io.act), (&columns.tile, &codes)]);
    m.assign(&io.passed, &columns.passed);
    if let (Some(valid), Some(chunk_valid)) = (&columns.valid, &io.chunk_valid) {
        m.assign(valid, chunk_valid);
    }
    let sums: AccumulatorPorts = m.place("sums", accumulators);
    if let (Some(read), Some(reads)) = (&sums.read, &io.read) {
        m.assign(read, reads);
    }
    m.assign_all([
        (&sums.rst, &io.rst),
        (&sums.read_token, &io.read_token),
        (&sums.next_first, &io.next_first),
        (&sums.next_valid, &io.next_valid),
        (&sums.next_odd, &io.next_odd),
        (&sums.next_last, &io.next_last),
        (&sums.token, &io.token),
        (&sums.valid, &io.valid),
        (&sums.single, &io.single),
        (&sums.pair, &io.pair),
        (&sums.sums, &columns.sums),
        (&sums.owed, &columns.owed),
        (&io.total, &sums.total),
    ]);
    m.build()
}

/// The tile of group `g`: its shares of the beats before the last from registers, that of the last one as it is there.
fn gathered(m: &mut Module, c: &Config, g: usize, io: &GroupPorts) -> Expr {
    let (got, kept) = (passed(c, g), kept(c, g));
    let mut used = vec![false; got.len()];
    let mut parts = vec![];
    for Share { beat, trits } in shares(c, g) {
        used[trits.start - got.start..trits.end - got.start].fill(true);
        let codes = picked(c, &io.codes, &got, &trits);
        parts.push(match (&io.keep, kept.iter().position(|kept| *kept == beat)) {
            (Some(keep), Some(place)) => {
                let held = m.reg(&format!("held_{beat}_q"), codes.ty);
                m.on_clock([when(keep.bit(place), [set(&held, codes)])]);
                (held, trits.len())
            }
            _ => (m.name("last_codes", codes), trits.len()),
        });
    }
    if c.style() == Style::Packed {
        m.describe(&io.codes, plane_decoder::BEAT);
    }
    for run in runs(&used) {
        m.unused([picked(c, &io.codes, &(0..got.len()), &run)]);
    }
    match c.style() {
        Style::Packed => {
            let plane = |upper: bool| parts.iter().map(move |(codes, n)| codes.slice(if upper { *n } else { 0 }, *n));
            cat(plane(false).chain(plane(true)))
        }
        _ => cat(parts.into_iter().map(|(codes, _)| codes)),
    }
}

/// Runs of places that are not used.
fn runs(used: &[bool]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = vec![];
    for (at, _) in used.iter().enumerate().filter(|(_, used)| !**used) {
        match runs.last_mut().filter(|run| run.end == at) {
            Some(run) => run.end += 1,
            None => runs.push(at..at + 1),
        }
    }
    runs
}
