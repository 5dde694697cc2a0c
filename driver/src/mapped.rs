//! A unit whose registers this process reads and writes itself: through `/dev/mem`, or a device of UIO.
//!
//! ```text
//! DeviceFile ── at base, 4 KiB ──> MappedWords: Words ──> WindowTransport ──> Device
//!     └──────── at its address ──> MappedMemory: Memory, which the unit reads through m_axi_wgt0
//! DmaBuf ─────────────────────────────┘
//! ```
//!
//! ```no_run
//! # fn example(config: trine_spec::Config) -> Result<(), trine_driver::Error> {
//! use std::path::Path;
//! use trine_driver::{Device, DeviceFile, DmaBuf, MappedWords, WindowTransport};
//!
//! let weights = DmaBuf::find(Path::new("/dev/udmabuf0"))?.memory()?;
//! let words = MappedWords::new(&DeviceFile::open(Path::new("/dev/mem"))?, 0xA000_0000)?.with_memory(weights);
//! let device = Device::open(WindowTransport::new(words, config.clone()), config)?;
//! # Ok(())
//! # }
//! ```
//! A word is one access of the processor, so there is no link to fall out of step, and nothing to recover. What the unit answers to
//! an access that it refuses is another matter: an error on the bus ends a process under Linux, and some are fatal to the system
//! (docs/how-to/zynq.md). Answers must not reach the bus of the processor; the driver finds every reason in STATUS.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use trine_memory::Memory;
use trine_spec::registers::SPACE;

use crate::map::{Map, WORD};
use crate::mapped_memory::MappedMemory;
use crate::{Error, TransportError, Words};

/// Boundary at which registers and memories begin.
pub(crate) const PAGE: u64 = 4096;

/// A device, or a file in its place, that this process has for itself.
#[derive(Clone, Debug)]
pub struct DeviceFile {
    path: PathBuf,
    file: Arc<File>,
}

impl DeviceFile {
    /// Opens the device at `path`, so that no cache keeps what is written there (`O_SYNC`).
    ///
    /// # Errors
    /// [`Error::Map`] when it is not there, may not be opened, or is in use by another process that asked for it in this way.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let mut options = File::options();
        options.read(true).write(true).custom_flags(libc::O_SYNC);
        let file = options.open(path).map_err(|error| refused(path, of_opening(&error)))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(refused(path, "another program is using it".into())),
            // Not every device can be locked.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { path: path.to_owned(), file: Arc::new(file) }),
        }
    }

    /// The place at which it was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Maps `bytes` bytes from byte `at` on, both multiples of [`PAGE`].
    pub(crate) fn map(&self, at: u64, bytes: u64) -> Result<Map, Error> {
        let refused = |problem: String| refused(&self.path, problem);
        let mapped = |error: &io::Error| refused(of_mapping(error, at, bytes));
        let end = at.checked_add(bytes).filter(|_| at.is_multiple_of(PAGE) && bytes.is_multiple_of(PAGE));
        let Some(end) = end else {
            return Err(refused(format!("{bytes} bytes at {at:#x}: both must be multiples of {PAGE}")));
        };
        // A page behind the end of a file would end this process at its first access.
        let data = self.file.metadata().map_err(|error| mapped(&error))?;
        if data.is_file() && data.len() < end {
            return Err(refused(format!("it ends after {} bytes; {bytes} at {at:#x} are needed", data.len())));
        }
        let length =
            usize::try_from(bytes).map_err(|_| refused(format!("{bytes} bytes are more than can be mapped")))?;
        Map::new(&self.file, at, length).map_err(|error| mapped(&error))
    }
}

pub(crate) fn refused(path: &Path, problem: String) -> Error {
    Error::Map { path: path.to_owned(), problem }
}

/// The fault, and what to do about it.
fn of_opening(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such device; is its driver loaded?".into(),
        ErrorKind::PermissionDenied => format!(
            "{error}; your user may not open it: /dev/mem is for root alone, and other devices are for those whom a rule of \
             udev names"
        ),
        _ => error.to_string(),
    }
}

/// The same of a map.
fn of_mapping(error: &io::Error, at: u64, bytes: u64) -> String {
    let advice = match error.kind() {
        ErrorKind::PermissionDenied => {
            "; the kernel keeps these addresses from /dev/mem: CONFIG_STRICT_DEVMEM does so with RAM of Linux, \
             CONFIG_IO_STRICT_DEVMEM with registers that one of its drivers has claimed"
        }
        ErrorKind::InvalidInput => "; the device has nothing there",
        _ => "",
    };
    format!("{bytes} bytes at {at:#x} cannot be mapped: {error}{advice}")
}

/// The registers of a unit that begin at byte `base` of a device, and perhaps its memory.
#[derive(Debug)]
pub struct MappedWords {
    path: PathBuf,
    map: Map,
    memory: Option<MappedMemory>,
}

impl MappedWords {
    /// The unit at `base` of `file`: a physical address in `/dev/mem`, 0 in a device of UIO.
    ///
    /// # Errors
    /// [`Error::Map`] when `base` is no multiple of 4096, or the system does not map it.
    pub fn new(file: &DeviceFile, base: u64) -> Result<Self, Error> {
        let map = file.map(base, SPACE.into())?;
        Ok(Self { path: file.path.clone(), map, memory: None })
    }

    /// The same with the memory that the unit reads its weights from.
    #[must_use]
    pub fn with_memory(self, memory: MappedMemory) -> Self {
        Self { memory: Some(memory), ..self }
    }

    /// Place of the word at `offset`.
    fn word(&self, offset: u32) -> Result<usize, TransportError> {
        let word = usize::try_from(offset).ok();
        let word = word.filter(|at| at.is_multiple_of(WORD) && *at < self.map.bytes());
        let problem = || format!("{}: {offset:#x} is no word of the unit's {SPACE} bytes", self.path.display());
        word.ok_or_else(|| TransportError::Refused(problem()))
    }
}

impl Words for MappedWords {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        self.word(offset).map(|at| self.map.read(at))
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        let at = self.word(offset)?;
        self.map.write(at, value);
        Ok(())
    }

    fn memory(&mut self) -> Option<&mut dyn Memory> {
        self.memory.as_mut().map(|memory| memory as &mut dyn Memory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_refuses_is_explained() {
        let of = |code: i32| of_mapping(&io::Error::from_raw_os_error(code), 0x1000, 4096);
        let denied = of(libc::EPERM);
        assert!(denied.starts_with("4096 bytes at 0x1000 cannot be mapped: Operation not permitted"), "{denied}");
        assert!(denied.contains("CONFIG_STRICT_DEVMEM") && denied.contains("CONFIG_IO_STRICT_DEVMEM"), "{denied}");
        assert!(of(libc::EINVAL).ends_with("the device has nothing there"), "{}", of(libc::EINVAL));
        assert!(of(libc::ENODEV).contains("cannot be mapped: No such device"), "{}", of(libc::ENODEV));
        let denied = of_opening(&io::Error::from_raw_os_error(libc::EACCES));
        assert!(denied.contains("/dev/mem is for root alone"), "{denied}");
    }
}
