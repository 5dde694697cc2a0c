//! Verification of the accelerator.
//!
//! ```text
//! cases   random matmuls and a model's layers  ─┐
//! suite   registers, bus, counters, faults, aborts, timing  ─┼─>  simulated unit  ─>  Outcome
//! plan    many units, sizes and stalls  ─> campaign  ─┘
//!
//! mutation   judge every mutant of a unit        coverage   count the lines and toggles that judging reaches
//! reference  a device that any host may drive, held to its model cycle by cycle
//! ```
//!
//! [`check_closed_forms`] compares what the unit counts with the closed forms of estimates.
//! [`verify()`] compares one unit with the golden model; [`judge()`] runs everything there is for one unit and stops at the
//! first fault.
#![forbid(unsafe_code)]

mod campaign;
mod cases;
mod check;
mod closed_forms;
pub mod coverage;
mod error;
mod judge;
mod lanes;
mod mapped;
pub mod memory;
pub mod mutation;
mod outcome;
mod plan;
pub mod reference;
pub mod suite;

pub use campaign::{Campaign, Item};
pub use check::{Plan, verify, verify_shape};
pub use closed_forms::{Checked, check_closed_forms};
pub use error::Error;
pub use judge::judge;
pub use mapped::verify_mapped;
pub use outcome::{Finding, Outcome};
pub use plan::PlanFile;

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;
