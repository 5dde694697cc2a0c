//! Mutation of the generated units: every mutant is one small mistake, and verification must notice it.

mod campaign;
mod known;
mod report;
mod units;

pub use campaign::{Campaign, PANIC};
pub use known::{Entry, Verdict, list};
pub use report::{Fate, MutationReport, Outcome, Tally};
pub use units::Subject;
