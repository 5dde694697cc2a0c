//! Host driver: schedules BitNet matmuls onto the accelerator over one transport trait.
//!
//! ```text
//! golden model  --Matmul-->  Offload  -->  Device  --Transport-->  simulated, emulated or real unit
//!                            schedule      registers, job sequence
//!                            packing       counters
//!                            journal
//!                            ledger  -->  trine-perf: report, energy
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
//!
//! # When the unit is wrong
//!
//! By default the golden model computes every offloaded matmul too, and a sum that differs ends the matmul with
//! [`Error::Mismatch`]: layer, token, output, beat, column, the expected value and the one that came. [`Options::check`]
//! chooses otherwise:
//!
//! | [`Options::check`] | the caller gets | and the [`Ledger`] |
//! |---|---|---|
//! | `Some(OnMismatch::Stop)`, the default | the error | counts the wrong sums and keeps the first |
//! | `Some(OnMismatch::Golden)` | the golden model's sums | also lists the matmul among its incidents |
//! | `Some(OnMismatch::Count)` | **the wrong sums** | counts them and keeps the first: look at `mismatches` |
//! | `None` | whatever the unit computed | says nothing: nothing is compared |
//!
//! A job that *fails* (a stalled stream, an error code, a dead link) is another matter: it runs once more after a reset, and then
//! [`OnFailure`] decides. A journal keeps no matmul with a wrong sum.
//!
//! # Features
//!
//! - `serial` (default): `SerialLine`, a serial port of the operating system. A host that reaches its unit in another way
//!   builds without it.
//! - `mapped` (default, on Unix): `MappedWords` and `MappedMemory`, a unit in the memory map of this machine. It has the only unsafe
//!   code, in one module.
#![cfg_attr(not(feature = "mapped"), forbid(unsafe_code))]
#![deny(unsafe_code)]

mod bone_memory;
mod counters;
pub mod cycles;
mod device;
#[cfg(all(feature = "mapped", unix))]
mod dma_buf;
mod error;
mod etherbone;
mod etherbone_packet;
mod etherbone_requests;
mod journal;
mod ledger;
mod load;
#[cfg(all(feature = "mapped", unix))]
mod map;
#[cfg(all(feature = "mapped", unix))]
mod mapped;
#[cfg(all(feature = "mapped", unix))]
mod mapped_memory;
mod offload;
mod on_chip;
mod options;
pub mod packing;
mod queue;
mod resident;
mod ring;
pub mod schedule;
#[cfg(feature = "serial")]
mod serial;
mod share;
mod transport;
mod uartbone;
mod weights;
mod windows;

pub use bone_memory::MemorySpan;
pub use counters::Counters;
pub use cycles::MatmulShape;
pub use device::Device;
#[cfg(all(feature = "mapped", unix))]
pub use dma_buf::DmaBuf;
pub use error::{Error, JobPlace};
pub use etherbone::Etherbone;
pub use journal::Journal;
pub use ledger::{Incident, JobRecord, LayerTotals, Ledger, Mark, Mismatch, Remedy};
pub use load::{LoadStep, Loaded, load};
#[cfg(all(feature = "mapped", unix))]
pub use mapped::{DeviceFile, MappedWords};
#[cfg(all(feature = "mapped", unix))]
pub use mapped_memory::MappedMemory;
pub use offload::Offload;
pub use on_chip::{OnChip, WeightImage};
pub use options::{OnFailure, OnMismatch, Options, Scope};
pub use queue::{Failed, Submission};
pub use ring::{RingTransport, ring_bytes};
#[cfg(feature = "serial")]
pub use serial::SerialLine;
pub use transport::{AccessError, Exchange, MemoryCommands, RegisterOp, Transport, TransportError};
pub use trine_memory::{Key, Memory, MemoryError, Placement, Ram, Region};
pub use uartbone::Uartbone;
pub use windows::{WindowTransport, Words};
