//! Registers of a unit that fetches its jobs, and the descriptor of a job.
//!
//! ```text
//!  RING_BASE ──> slot 0 | slot 1 | …            64 bytes each, 2^RING_SIZE of them
//!                  ^        ^
//!               RING_TAIL  RING_HEAD            both count on; the slot is what remains of the count
//! ```
//! A slot is little-endian words; a register below with its offset is a word of it. Words without a name are not looked at.

use super::{Access, Field, Register, field};

registers! {
    /// Registers of units that fetch their jobs, behind those of the memory.
    RING_REGISTERS:
    /// Place of the ring of descriptors.
    RING_BASE @ 0xA0 {
        /// Address of its first slot, divided by 64.
        RING_BASE_ADDRESS "address" [0 +: 32] ReadWrite;
    }
    /// Size of the ring.
    RING_SIZE @ 0xA4 {
        /// Slots, as a power of two.
        RING_SIZE_LOG2 "log2" [0 +: 4] ReadWrite;
    }
    /// Descriptors that the host has written, since CTRL.start began the ring.
    RING_HEAD @ 0xA8 {
        /// Their number modulo 2^16, at most the size of the ring more than the tail.
        RING_HEAD_COUNT "count" [0 +: 16] ReadWrite;
    }
    /// Descriptors whose jobs are done, results and word STATUS in memory.
    RING_TAIL @ 0xAC {
        /// Their number modulo 2^16.
        RING_TAIL_COUNT "count" [0 +: 16] ReadOnly;
    }
}

registers! {
    /// Words of a descriptor, by place.
    DESCRIPTOR:
    /// Treatment of the job.
    DESC_FLAGS @ 0x00 {
        /// The activations are read when all jobs before are done.
        DESC_FLAGS_FENCE "fence" [0 +: 1] ReadWrite;
        /// Sets IRQ_STAT.done when the job is done.
        DESC_FLAGS_INTERRUPT "interrupt" [1 +: 1] ReadWrite;
        /// Must be 0, or the shape is refused.
        DESC_FLAGS_ZERO "zero" [2 +: 30] ReadWrite;
    }
    /// M of the job.
    DESC_TOKENS @ 0x04 {
        /// As TOKENS.m.
        DESC_TOKENS_M "m" [0 +: 13] ReadWrite;
    }
    /// K of the job.
    DESC_DEPTH @ 0x08 {
        /// As DEPTH.k.
        DESC_DEPTH_K "k" [0 +: 19] ReadWrite;
    }
    /// N of the job.
    DESC_OUTPUTS @ 0x0C {
        /// As OUTPUTS.n.
        DESC_OUTPUTS_N "n" [0 +: 20] ReadWrite;
    }
    /// Tag of the job.
    DESC_TAG @ 0x10 {
        /// Copied to DONE_TAG when the last result is in memory.
        DESC_TAG_TAG "tag" [0 +: 32] ReadWrite;
    }
    /// Place of the weights.
    DESC_WGT_BASE @ 0x14 {
        /// As WGT_BASE.address.
        DESC_WGT_BASE_ADDRESS "address" [0 +: 32] ReadWrite;
    }
    /// Length of the weights.
    DESC_WGT_LENGTH @ 0x18 {
        /// As WGT_LENGTH.beats.
        DESC_WGT_LENGTH_BEATS "beats" [0 +: 32] ReadWrite;
    }
    /// Place of the activations.
    DESC_ACT_BASE @ 0x1C {
        /// Address of the first byte, divided by 64.
        DESC_ACT_BASE_ADDRESS "address" [0 +: 32] ReadWrite;
    }
    /// Length of the activations.
    DESC_ACT_LENGTH @ 0x20 {
        /// Activation beats, at least 1: M * ceil(K / lanes), or the job fails.
        DESC_ACT_LENGTH_BEATS "beats" [0 +: 24] ReadWrite;
    }
    /// Place of the results.
    DESC_RES_BASE @ 0x24 {
        /// Must be 0, or the shape is refused: results begin at a multiple of 1 KiB.
        DESC_RES_BASE_ZERO "zero" [0 +: 4] ReadWrite;
        /// Address of the first byte, divided by 1024; so the whole word is the address divided by 64.
        DESC_RES_BASE_ADDRESS "address" [4 +: 28] ReadWrite;
    }
    /// Runs of the weights.
    DESC_WGT_RUN @ 0x28 {
        /// As WGT_RUN.beats; must be 0 in a unit without CAPS2.strides, or the shape is refused.
        DESC_WGT_RUN_BEATS "beats" [0 +: 24] ReadWrite;
    }
    /// Distance of the runs.
    DESC_WGT_STRIDE @ 0x2C {
        /// As WGT_STRIDE.beats; not looked at where the weights have no runs.
        DESC_WGT_STRIDE_BEATS "beats" [0 +: 24] ReadWrite;
    }
    /// Outcome of the job; the unit writes this word, and no other of the slot.
    DESC_STATUS @ 0x30 {
        /// Why the job failed, as in ERR_CODE; 0 if it is done.
        DESC_STATUS_CODE "code" [0 +: 4] ReadOnly;
        /// The unit has written this word.
        DESC_STATUS_ENDED "ended" [4 +: 1] ReadOnly;
        /// Cycles from the job's begin to its last result in memory, 2^27 - 1 for more.
        DESC_STATUS_CYCLES "cycles" [5 +: 27] ReadOnly;
    }
}

/// Registers that describe a job of the host's: units that fetch their jobs have the words of a descriptor instead.
pub(super) const HOST_JOB: [&str; 7] = ["TOKENS", "DEPTH", "OUTPUTS", "JOB_TAG", "WGT_BASE", "WGT_LENGTH", "QUEUE"];
