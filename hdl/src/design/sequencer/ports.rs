//! Ports of the sequencer, and the groups of them that other modules have too.

use crate::interface;
use crate::lang::{BIT, Ty, bits};
use trine_spec::Config;
use trine_spec::config::clog2;
use trine_spec::registers::OUTPUTS_N;

/// Type of a token number.
pub(in crate::design) fn token_ty(c: &Config) -> Ty {
    bits(clog2(c.max_tokens()).max(1))
}

/// Type of a depth: holds the largest K and the lanes.
pub(in crate::design) fn depth_ty(c: &Config) -> Ty {
    bits(clog2(c.max_depth().max(c.lanes()) + 1))
}

interface! {
    /// Shape of the job, which holds while it runs.
    pub(in crate::design) struct JobShape(c: Config) {
        /// Number of the last token, M - 1.
        output last_token: token_ty(&c),
        /// Depth K.
        output depth: depth_ty(&c),
        /// Outputs N.
        output outputs: bits(OUTPUTS_N.width),
    }
}

interface! {
    /// Reasons for a cycle of a job without an issue; at most one is set.
    pub(in crate::design) struct Stalls() {
        /// Waits for activations.
        output act: BIT,
        /// Waits for weights.
        output wgt: BIT,
        /// Waits for room for results.
        output out: BIT,
    }
}

interface! {
    /// Ports of the sequencer.
    pub(in crate::design) struct SequencerPorts(c: Config) {
        /// Ends the job.
        input rst: BIT,
        /// Starts a job.
        input start: BIT,
        /// Shape of the job
        sink shape as "": JobShape::of(c.clone()) => JobShape,
        /// There is a lane chunk.
        input act_valid: BIT,
        /// There will be a lane chunk in the next cycle.
        input act_next as "act_valid_next": BIT,
        /// The lane chunk issued two cycles ago has the stream's mark.
        input act_last: BIT,
        /// There is a tile in the next cycle.
        input tile_arrives: BIT,
        /// The tile taken in the cycle before has the stream's mark.
        input tile_last: BIT,
        /// A result leaves the result buffer.
        input pop: BIT,
        /// Issues a lane chunk into the columns.
        output issue: BIT,
        /// The lane chunk is the last one of a pass.
        output rewind: BIT,
        /// Takes a tile.
        output take: BIT,
        /// Token of the lane chunk.
        output token: token_ty(&c),
        /// The lane chunk is of the first chunk of a pass.
        output first_chunk: BIT,
        /// The issue makes a result.
        output result: BIT,
        /// The pass is the last one.
        output last_pass: BIT,
        /// Outputs left, in the last pass.
        output n_left: bits(clog2(c.columns() + 1)),
        /// Stall
        source stalls as "stall": Stalls::of() => Stalls,
        /// The activations ended early.
        output act_early: BIT,
        /// The activations did not end.
        output act_late: BIT,
        /// The weights ended early.
        output wgt_early: BIT,
        /// The weights did not end.
        output wgt_late: BIT,
    }
}
