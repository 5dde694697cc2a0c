//! A built simulation, loaded into this process.

use std::ffi::CStr;
use std::path::Path;
use std::sync::Arc;

use trine_hdl::{Port, Verilog};

use crate::codecs::CODECS;
use crate::error::Error;
use crate::ffi::{ABI_VERSION, Codecs, Functions, RawDut};

/// A design's simulation, from which any number of [`Dut`](crate::Dut)s are made. Clones share the loaded code.
#[derive(Clone)]
pub struct Library(Arc<Loaded>);

pub(crate) struct Loaded {
    pub top: String,
    pub ports: Vec<Port>,
    pub functions: Functions,
    /// Keeps the code in memory for as long as the functions can be called.
    _code: libloading::Library,
}

impl Library {
    /// Loads the library that was built from `verilog`.
    pub(crate) fn open(file: &Path, verilog: &Verilog, traceable: bool) -> Result<Self, Error> {
        let broken = |problem: String| Error::Load { path: file.to_owned(), problem };
        let load = || {
            // SAFETY: the file is made by this crate's recipe from its own shim and the Verilated design: its
            // initialisers only set up static data, and its functions have the declared types.
            unsafe {
                let code = libloading::Library::new(file)?;
                let functions = Functions::load(&code)?;
                if traceable {
                    let set: libloading::Symbol<'_, unsafe extern "C" fn(*const Codecs)> = code.get(b"trine_codecs")?;
                    set(&CODECS);
                }
                Ok((code, functions))
            }
        };
        let (code, functions) = load().map_err(|error: libloading::Error| broken(error.to_string()))?;
        // SAFETY: takes nothing, touches nothing.
        let version = unsafe { (functions.abi)() };
        if version != ABI_VERSION {
            return Err(broken(format!("its interface has version {version}, not {ABI_VERSION}")));
        }
        Ok(Self(Arc::new(Loaded { top: verilog.top.clone(), ports: verilog.ports.clone(), functions, _code: code })))
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

    /// Whether this is the same loaded code, not merely the same design.
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
