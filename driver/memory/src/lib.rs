//! Memory of a device, and what lies where in it.
//!
//! ```text
//! Placement   key ──> Region { at, bytes }, digest
//!    │ find, place: once a key, one behind the other, each from a page of 4 KiB on
//!    │ damaged: reads a region back and compares its digest
//!    ├──> directory at the beginning of the memory: what lies where, for the next process
//!    v
//! Memory      store, load, epoch      a simulated memory, or what is behind a link
//! ```
//! A [`Placement`] trusts a directory, and a memory for as long as its [epoch](Memory::epoch) lasts. When the device began anew,
//! what its directory names is read back before it counts.
//!
//! ```
//! use trine_memory::{Memory, MemoryError, Placement, Ram};
//!
//! let (purpose, up, down) = ([0; 32], [1; 32], [2; 32]);
//! let mut memory = Ram::new(1 << 16);
//! let mut placement = Placement::new(purpose);
//! let first = placement.place(&mut memory, up, &[1; 100])?;
//! let second = placement.place(&mut memory, down, &[2; 5000])?;
//! assert_eq!((first.at, second.at), (4096, 8192));
//!
//! // Another process, later.
//! let mut placement = Placement::new(purpose);
//! assert_eq!(placement.find(&mut memory, &up)?, Some(first));
//! memory.store(8200, &[7])?;
//! assert!(placement.damaged(&mut memory, &down)?);
//! # Ok::<(), MemoryError>(())
//! ```
#![forbid(unsafe_code)]

mod directory;
mod placement;
mod ram;

pub use placement::{Placement, Region};
pub use ram::Ram;

use serde::{Deserialize, Serialize};

/// A digest that tells contents, or purposes, apart.
pub type Key = [u8; 32];

/// Reason for which a memory did not do what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum MemoryError {
    /// There is no room.
    #[error("{more} more bytes do not fit the {bytes} bytes of the device's memory, of which {used} are taken")]
    Full {
        /// Bytes of the memory.
        bytes: u64,
        /// Bytes that are taken.
        used: u64,
        /// Bytes that were to be placed.
        more: u64,
    },
    /// There is room for bytes, and none in the directory.
    #[error(
        "{more} more matrices do not fit the directory of the device's memory, {used} of whose {slots} places are taken; a memory has one \
         for every 32 KiB"
    )]
    Slots {
        /// Places of the directory.
        slots: usize,
        /// Places that are taken.
        used: usize,
        /// Regions that were to be placed.
        more: usize,
    },
    /// The memory is smaller than it was said to be.
    #[error(
        "the memory does not keep what is written to different places of its {bytes} bytes: it has fewer, or it was not started"
    )]
    Aliased {
        /// Bytes that it was said to have.
        bytes: u64,
    },
    /// An access beyond the end.
    #[error("{count} bytes from {at:#x} on are outside the {bytes} bytes of the device's memory")]
    Range {
        /// First byte.
        at: u64,
        /// Bytes of the access.
        count: u64,
        /// Bytes of the memory.
        bytes: u64,
    },
    /// The device or its link failed; the message comes from there.
    #[error("{0}")]
    Failed(String),
}

/// Memory that the host and a device see.
pub trait Memory {
    /// Bytes, from address 0 on.
    fn bytes(&self) -> u64;

    /// Number that changes whenever the contents may have been lost.
    fn epoch(&self) -> u64;

    /// Address at which the device itself finds byte 0.
    fn origin(&self) -> u64 {
        0
    }

    /// Stores bytes from address `at` on.
    ///
    /// # Errors
    /// [`MemoryError::Range`] beyond the end, [`MemoryError::Failed`] when the device or its link fails.
    fn store(&mut self, at: u64, bytes: &[u8]) -> Result<(), MemoryError>;

    /// Loads bytes from address `at` on.
    ///
    /// # Errors
    /// As [`Memory::store`].
    fn load(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError>;
}
