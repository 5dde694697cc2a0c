//! Buffers of u-dma-buf, a driver for Linux that sets memory apart for devices, each buffer in one piece.
//!
//! ```text
//! /dev/udmabuf0                        the bytes, to be mapped
//! /sys/class/u-dma-buf/udmabuf0/
//!   phys_addr  0x70000000              where the device finds them
//!   size       268435456               their number
//!   sync_mode  1                       how the bytes are mapped when the device is opened with O_SYNC
//! ```
//! The ports of a Zynq through which a unit reads memory (`S_AXI_HP`) do not see what a cache holds. So the buffer is mapped
//! without a cache, which `O_SYNC` asks for and `sync_mode` 1 grants. The other way, a cached map and a write to
//! `sync_for_device` after every store, would need files that only root may write, and a check that reads weights back would see
//! the cache and not the memory. Weights are written once and read by the unit from then on, so that a cache gains little.
//!
//! Source: <https://github.com/ikwzm/udmabuf>, version 5.5.0.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::mapped::refused;
use crate::mapped_memory::{self, MappedMemory};
use crate::{DeviceFile, Error};

/// Folder in which Linux describes the buffers.
const CLASS: &str = "/sys/class/u-dma-buf";

/// Values of `sync_mode` that map without a cache and without a buffer that combines writes: for O_SYNC, and always.
const UNCACHED: [u64; 2] = [1, 5];

/// A buffer, with its place as its device sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DmaBuf {
    path: PathBuf,
    at: u64,
    bytes: u64,
}

impl DmaBuf {
    /// The buffer whose device is at `path`.
    ///
    /// # Errors
    /// [`Error::Map`] when it is not there or is mapped with a cache, [`Error::Span`] when no unit can read it.
    pub fn find(path: &Path) -> Result<Self, Error> {
        Self::find_in(Path::new(CLASS), path)
    }

    /// The same where another folder describes the buffers.
    ///
    /// # Errors
    /// As [`DmaBuf::find`].
    pub fn find_in(class: &Path, path: &Path) -> Result<Self, Error> {
        // The name of the device is that of its folder, whatever link leads to it.
        let device = fs::canonicalize(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => refused(path, "there is no such device; is u-dma-buf loaded?".into()),
            _ => refused(path, error.to_string()),
        })?;
        let folder = class.join(device.file_name().unwrap_or_default());
        let attribute = |name: &str| number(path, &folder.join(name));
        let (at, bytes, mode) = (attribute("phys_addr")?, attribute("size")?, attribute("sync_mode")?);
        mapped_memory::check(at, bytes)?;
        if !UNCACHED.contains(&mode) {
            let problem = format!(
                "{mode} lets writes wait where the unit does not see them; write 1 to this file, which is how u-dma-buf begins"
            );
            return Err(refused(&folder.join("sync_mode"), problem));
        }
        Ok(Self { path: path.to_owned(), at, bytes })
    }

    /// Address of the first byte, as the unit sees it.
    pub fn address(&self) -> u64 {
        self.at
    }

    /// Length in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Opens and maps the buffer.
    ///
    /// # Errors
    /// [`Error::Map`] when the system does not.
    pub fn memory(&self) -> Result<MappedMemory, Error> {
        MappedMemory::new(&DeviceFile::open(&self.path)?, 0, self.at, self.bytes)
    }
}

/// The number in a file of the description of `device`, in decimal or with 0x in front in hexadecimal.
fn number(device: &Path, file: &Path) -> Result<u64, Error> {
    let text = fs::read_to_string(file).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            refused(file, format!("there is no such file; is {} a buffer of u-dma-buf?", device.display()))
        }
        _ => refused(file, error.to_string()),
    })?;
    let parsed = match text.trim().strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.trim().parse(),
    };
    parsed.map_err(|_| refused(file, format!("`{}` is no number", text.trim())))
}
