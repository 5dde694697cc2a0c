//! The bursts of a job, and those that are under way.

use super::ReaderPorts;
use super::beats::Beats;
use crate::design::weight_runs::beat_bits;
use crate::lang::{BIT, Expr, Module, bits, cat, if_else, lit, mux, set, set_to, when};
use trine_spec::registers::WGT_BASE_ADDRESS;

/// The bursts of a job that are left to ask for.
pub(super) struct Job {
    pub(super) active_q: Expr,
    /// Number of the window that is asked for next.
    pub(super) window_q: Expr,
    /// First beat within it.
    pub(super) first_q: Expr,
    /// Last beat within the last window.
    pub(super) end_q: Expr,
    /// Windows behind this one.
    left_q: Expr,
    /// There are none.
    pub(super) final_q: Expr,
    /// There are none, and no piece behind this one either.
    pub(super) ends: Expr,
    /// The piece under way is the last one of its job, and the one that is offered is; in a unit with strides.
    closes: Option<[Expr; 2]>,
    /// The next job is taken up.
    enter: Expr,
    /// Its window and first beat, windows behind it and last beat.
    begin: [Expr; 4],
}

impl Job {
    pub(super) fn new(m: &mut Module, io: &ReaderPorts, dropping: &Expr, of: &Beats) -> Job {
        let within = of.burst.ilog2() as usize;
        // A job begins at a step, a piece at any beat.
        let base = if of.pieces { beat_bits(of.bus) } else { WGT_BASE_ADDRESS.width };
        let length = of.length;
        let base_q = m.register("base_q", io.job.data.slice(0, base));
        let closes = of.pieces.then(|| [m.reg("closes_q", BIT), io.job.data.bit(base + length)]);
        let length = io.job.data.slice(base, length);
        let steps = beat_bits(of.bus) - base;
        let beat = m.name("beat", if steps == 0 { base_q } else { cat([lit(0, bits(steps)), base_q]) });
        let first = beat.slice(0, within);
        let window = beat.slice(within, beat.ty.width - within);
        // Beats counted from the beginning of the first one's window, without the last one.
        let low = within.min(steps);
        let mut offered = if low == 0 { vec![] } else { vec![lit(0, bits(low))] };
        offered.extend((low < within).then(|| io.job.data.slice(0, within - low)));
        offered.push(lit(0, BIT));
        let before_q = m.register("before_q", cat(offered).back(1));
        let above = before_q.bit(within).repeat(length.ty.width - within);
        let total_q = m.register("total_q", (cat([length, lit(0, BIT)]) + cat([before_q, above])).wrap());
        let behind = total_q.slice(within, total_q.ty.width - within);
        // Both sums are of the job that is offered.
        let known_q = m.reg("known_q", bits(2));
        let active_q = m.reg("active_q", BIT);
        let enter = m.name("enter", known_q.bit(1) & !&active_q & !dropping);
        let known = cat([io.job.valid.clone(), known_q.bit(0)]) & (!(&enter | dropping)).repeat(2);
        m.on_clock([if_else(&io.rst, [set_to(&known_q, 0)], [set(&known_q, known)])]);
        m.assign(&io.job.ready, &enter);
        let [window_q, first_q] = [m.reg("window_q", window.ty), m.reg("first_q", first.ty)];
        let [end_q, left_q] = [m.reg("end_q", first.ty), m.reg("left_q", behind.ty)];
        let final_q = m.reg("final_q", BIT);
        Job {
            active_q,
            window_q,
            first_q,
            end_q,
            left_q,
            ends: closes.iter().fold(final_q.clone(), |ends, [closes_q, _]| ends & closes_q),
            closes,
            final_q,
            enter,
            begin: [window, first, behind, total_q.slice(0, within)],
        }
    }

    /// Takes up a job, and moves on with `ask`.
    pub(super) fn advance(&self, m: &mut Module, io: &ReaderPorts, ask: &Expr) {
        let [window, first, behind, end] = &self.begin;
        let fewer = m.name("left_next", self.left_q.back(1));
        if let Some([closes_q, next]) = &self.closes {
            m.on_clock([when(&self.enter, [set(closes_q, next)])]);
        }
        m.on_clock([
            if_else(
                &self.enter,
                [
                    set(&self.window_q, window),
                    set(&self.first_q, first),
                    set(&self.left_q, behind),
                    set(&self.final_q, !behind.any()),
                    set(&self.end_q, end),
                ]
                .to_vec(),
                [when(
                    ask,
                    [
                        set(&self.window_q, self.window_q.step(1)),
                        set_to(&self.first_q, 0),
                        set(&self.left_q, &fewer),
                        set(&self.final_q, !fewer.any()),
                    ],
                )]
                .to_vec(),
            ),
            if_else(
                &io.rst | &io.clear,
                [set_to(&self.active_q, 0)],
                [set(&self.active_q, &self.enter | (&self.active_q & !(ask & &self.final_q)))],
            ),
        ]);
    }
}

/// Bursts that were asked for and have not ended.
pub(super) struct Bursts {
    /// Their number in the next cycle.
    pub(super) left: Expr,
    /// The first of them is the last one of its job.
    pub(super) final_next: Expr,
}

impl Bursts {
    /// One more than `pending_q` with `ask`, which is its job's last if `last`, and one less with `ended`.
    pub(super) fn new(m: &mut Module, pending_q: &Expr, [rst, ask, last, ended]: [&Expr; 4]) -> Bursts {
        let most = 1 << (pending_q.ty.width - 1);
        let fewer = (ended & !ask).repeat(pending_q.ty.width - 1);
        let left = m.name("pending_next", (pending_q + cat([ask ^ ended, fewer])).wrap());
        // A bit for each in the order in which they end.
        let finals_q = m.reg("finals_q", bits(most));
        let moved = m.name("finals_moved", mux(ended, cat([finals_q.slice(1, most - 1), lit(0, BIT)]), &finals_q));
        let behind = |i: usize| mux(ended, pending_q.is(i as i64 + 1), pending_q.is(i as i64));
        let marks = m.name("marks", cat((0..most).map(|i| ask & last & behind(i))));
        m.on_clock([if_else(
            rst,
            [set_to(pending_q, 0), set_to(&finals_q, 0)],
            [set(pending_q, &left), set(&finals_q, moved | marks)],
        )]);
        Bursts { left, final_next: finals_q.bit(0) }
    }
}
