//! A built simulation, loaded into this process.

use std::ffi::{CStr, CString, c_char};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use trine_hdl::{Port, Verilog};

use crate::codecs::CODECS;
use crate::error::Error;
use crate::ffi::{ABI_VERSION, Codecs, Functions, RawDut};
use crate::options::BuildOptions;

/// A design's simulation, from which any number of [`Dut`](crate::Dut)s are made. Clones share the loaded code.
#[derive(Clone)]
pub struct Library(Arc<Loaded>);

pub(crate) struct Loaded {
    pub top: String,
    pub ports: Vec<Port>,
    pub functions: Functions,
    coverage: Option<Coverage>,
    /// Keeps the code in memory for as long as the functions can be called.
    _code: libloading::Library,
}

/// Destination of coverage.
struct Coverage {
    write: unsafe extern "C" fn(*mut RawDut, *const c_char),
    folder: PathBuf,
    files: AtomicUsize,
}

impl Library {
    /// Loads the library that was built from `verilog`.
    pub(crate) fn open(file: &Path, verilog: &Verilog, options: &BuildOptions<'_>) -> Result<Self, Error> {
        let broken = |problem: String| Error::Load { path: file.to_owned(), problem };
        let load = || {
            // SAFETY: this crate's recipe made the file from its own shim and the Verilated design: its initialisers only
            // set up static data, and its functions have the declared types. The file lies in the user's cache; whoever
            // can replace it there can run code as this user.
            unsafe {
                let code = libloading::Library::new(file)?;
                let functions = Functions::load(&code)?;
                if options.trace {
                    let set: libloading::Symbol<'_, unsafe extern "C" fn(*const Codecs)> = code.get(b"trine_codecs")?;
                    set(&CODECS);
                }
                let coverage = match options.coverage {
                    Some(folder) => {
                        let write = *code.get(b"trine_coverage")?;
                        Some(Coverage { write, folder: folder.to_owned(), files: AtomicUsize::new(0) })
                    }
                    None => None,
                };
                Ok((code, functions, coverage))
            }
        };
        let (code, functions, coverage) = load().map_err(|error: libloading::Error| broken(error.to_string()))?;
        // SAFETY: takes nothing, touches nothing.
        let version = unsafe { (functions.abi)() };
        if version != ABI_VERSION {
            return Err(broken(format!("its interface has version {version}, not {ABI_VERSION}")));
        }
        let (top, ports) = (verilog.top.clone(), verilog.ports.clone());
        Ok(Self(Arc::new(Loaded { top, ports, functions, coverage, _code: code })))
    }

    /// Name of the top module.
    #[must_use]
    pub fn top(&self) -> &str {
        &self.0.top
    }

    /// Ports of the top module in declaration order.
    #[must_use]
    pub fn ports(&self) -> &[Port] {
        &self.0.ports
    }

    /// True if this is the same loaded code, not merely the same design.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn loaded(&self) -> &Loaded {
        &self.0
    }
}

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Library").field("top", &self.0.top).finish_non_exhaustive()
    }
}

impl Loaded {
    /// Writes what an instance has counted of its coverage, where that is wanted.
    ///
    /// # Safety
    /// `raw` must be a live design of this library.
    pub unsafe fn write_coverage(&self, raw: *mut RawDut) {
        let Some(coverage) = &self.coverage else { return };
        let file = coverage.folder.join(format!("{}.dat", coverage.files.fetch_add(1, Ordering::Relaxed)));
        if let Ok(path) = CString::new(file.as_os_str().as_encoded_bytes()) {
            // SAFETY: the design is live, and the path ends with a zero byte.
            unsafe { (coverage.write)(raw, path.as_ptr()) };
        }
    }

    /// The message of a failed design.
    ///
    /// # Safety
    /// `raw` must be a live design of this library.
    pub unsafe fn failure(&self, raw: *const RawDut) -> Error {
        // SAFETY: the shim returns a string that lives until the next call on the same design.
        let message = unsafe { CStr::from_ptr((self.functions.error)(raw)) };
        Error::Design { top: self.top.clone(), message: message.to_string_lossy().into_owned() }
    }
}
