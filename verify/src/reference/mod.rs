//! A reference model of the device, and a bench that holds a simulated unit to it.
//!
//! ```text
//! commands ──> Player ──> PinBench: pins, cycle by cycle ──> unit
//!                │          │ beats and answers, as they move
//!                └──> Model: registers, job, what may and what must come of it
//! ```
//! The model says nothing of time: it gets all that moved, and knows what each register may read, which results belong to the
//! beats that went in, how a job may end, and when it must have ended. What the unit does beyond that is a [`Finding`]: a
//! result that does not belong to its operands, an end without its reason, a job that outlasts its watchdog, a beat taken
//! without a job, an answer too many or too few. [`play`] lets a device finish with one more job, which has to be right.
//!
//! It shares nothing with the generator but the declarations in `trine_spec`.

mod bench;
mod command;
mod feed;
mod job;
mod model;
mod player;

pub use command::{Command, Defect, Feed};
pub use player::{Summary, play};

/// A difference of a unit from its model, or the reason for which it could not be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cycle {cycle}: {problem}")]
pub struct Finding {
    /// Clock cycle in which it was seen.
    pub cycle: u64,
    /// The observation, and the expectation.
    pub problem: String,
}
