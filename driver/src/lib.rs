//! Host driver: schedules BitNet matmuls onto the accelerator over one transport trait.
//!
//! ```text
//! golden model  --Matmul-->  Offload  -->  Device  --Transport-->  simulated, emulated or real unit
//!                            schedule      registers, job sequence
//!                            packing       counters
//!                            journal
//!                            ledger  -->  report, energy
//! ```
//!
//! ```
//! use trine_driver::{Device, Offload, Options, Transport};
//! use trine_golden_model::Matmul;
//! use trine_spec::Config;
//!
//! /// Makes an engine for the transformer out of whatever reaches a unit of the standard configuration.
//! fn engine(transport: impl Transport + Send + 'static) -> Result<impl Matmul, trine_driver::Error> {
//!     let device = Device::open(transport, Config::preset("standard").unwrap())?;
//!     Ok(Offload::new(device, Options::default()))
//! }
//! ```
#![forbid(unsafe_code)]

pub mod conditions;
mod counters;
pub mod cycles;
mod device;
pub mod energy;
mod error;
pub mod estimate;
mod fields;
mod journal;
mod ledger;
mod offload;
mod on_chip;
pub mod packing;
pub mod phase;
pub mod platform;
pub mod predict;
pub mod report;
pub mod roofline;
pub mod schedule;
mod serial;
mod share;
mod transport;
mod uartbone;
mod weights;
mod windows;

pub use counters::Counters;
pub use cycles::Shape;
pub use device::Device;
pub use energy::EnergyModel;
pub use error::{Error, JobPlace};
pub use journal::Journal;
pub use ledger::{Incident, JobRecord, LayerTotals, Ledger, Mark, Mismatch, Remedy};
pub use offload::{Offload, OnFailure, Options, Scope};
pub use on_chip::{OnChip, WeightImage};
pub use serial::SerialLine;
pub use transport::{Exchange, RegisterOp, Transport, TransportError};
pub use uartbone::Uartbone;
pub use windows::{WindowTransport, Words};
