//! Cycles, energy and reports of BitNet matmuls on the accelerator.
//!
//! ```text
//! shapes   -- predict -->  counters  ─┐
//! driver's ledger     -->  counters  ─┴─  energy records  -->  bill, baselines, roofline  -->  report
//! ```
//! Nothing here computes a product: a run brings the counters of its [`Ledger`](trine_driver::Ledger), an estimate brings
//! the closed forms of [`predict`].
#![forbid(unsafe_code)]

pub mod conditions;
pub mod dram;
pub mod dram_power;
pub mod energy;
mod error;
pub mod estimate;
mod fields;
pub mod layer;
pub mod memory;
mod origin;
pub mod paper;
pub mod phase;
pub mod predict;
pub mod published;
pub mod report;
pub mod resident;
pub mod roofline;
mod unpacking;
mod utilization;
pub mod whole;

pub use energy::EnergyModel;
pub use error::Error;
pub use unpacking::unpacking;
pub use utilization::utilization;
