//! The design under test: any module, poked and peeked by port name, clocked by hand.
//!
//! Within a cycle: poke inputs, peek outputs as they settle, then [`Dut::tick`] for the rising edge.

use std::ffi::CString;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;

use trine_hdl::{Direction, Port};

use crate::error::Error;
use crate::ffi::{Functions, RawDut, SinkJob, SourceJob, status};
use crate::library::Library;
use crate::memory::Memories;
use crate::value::Value;

/// A running instance of a simulated design.
pub struct Dut {
    raw: NonNull<RawDut>,
    library: Library,
    /// Inputs changed since the outputs were computed.
    unsettled: bool,
    /// Room for the value of a port.
    words: Vec<u32>,
    waveform: Option<PathBuf>,
    /// Memories behind its ports.
    pub(crate) memories: Memories,
}

// SAFETY: the shim keeps all state inside the design and is entered by one thread at a time, since every call that
// runs code of the design takes `&mut self`; nothing is bound to the thread that created it.
unsafe impl Send for Dut {}

/// A port of a [`Library`]'s design, looked up once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortHandle(u32);

impl PortHandle {
    pub(crate) fn index(self) -> u32 {
        self.0
    }
}

/// A port by name or by handle.
pub trait PortId {
    /// The port's index in the port table, if it is there.
    fn index_in(&self, ports: &[Port]) -> Option<usize>;
    /// The name for messages.
    fn describe(&self) -> String;
}

impl PortId for &str {
    fn index_in(&self, ports: &[Port]) -> Option<usize> {
        ports.iter().position(|port| port.name == *self)
    }

    fn describe(&self) -> String {
        (*self).to_owned()
    }
}

impl PortId for PortHandle {
    fn index_in(&self, ports: &[Port]) -> Option<usize> {
        Some(self.0 as usize).filter(|index| *index < ports.len())
    }

    fn describe(&self) -> String {
        format!("number {}", self.0)
    }
}

impl Dut {
    /// Makes an instance with all inputs 0 and all registers at random values: reset is the caller's affair.
    ///
    /// # Errors
    /// [`Error::Design`] when the design fails while it starts.
    pub fn new(library: &Library) -> Result<Self, Error> {
        let loaded = library.loaded();
        // SAFETY: takes nothing; the result is checked before use.
        let raw = unsafe { (loaded.functions.create)() };
        let Some(raw) = NonNull::new(raw) else {
            return Err(Error::Design { top: loaded.top.clone(), message: "out of memory".to_owned() });
        };
        let most = loaded.ports.iter().map(|port| port.width.div_ceil(32)).max().unwrap_or(0);
        let words = vec![0; most];
        let mut dut = Self {
            raw,
            library: library.clone(),
            unsettled: true,
            words,
            waveform: None,
            memories: Memories::default(),
        };
        dut.settle()?;
        Ok(dut)
    }

    /// The simulation that this is an instance of.
    #[must_use]
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// Looks a port up.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`].
    pub fn port(&self, name: &str) -> Result<PortHandle, Error> {
        Ok(PortHandle(self.find(&name, None)?.0 as u32))
    }

    /// Drives an input.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`] for an output or an unknown name, [`Error::Width`] when the value does not fit.
    pub fn poke(&mut self, port: impl PortId, value: impl Value) -> Result<(), Error> {
        let (index, Port { name, width, .. }) = find(&self.library, &port, Some(Direction::Input))?;
        let words = &mut self.words[..width.div_ceil(32)];
        words.fill(0);
        if !value.fill(*width, words) {
            let problem = "the value does not fit".to_owned();
            return Err(Error::Width { port: name.clone(), width: *width, problem });
        }
        // SAFETY: the index is in the port table, and there are words for the port's whole width.
        unsafe { (self.library.loaded().functions.poke)(self.raw.as_ptr(), index as u32, words.as_ptr()) };
        self.unsettled = true;
        Ok(())
    }

    /// Reads a port of up to 64 bits as an unsigned number; outputs follow the inputs of this cycle.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`], [`Error::Width`] for a wider port, [`Error::Design`] when the design fails.
    pub fn peek(&mut self, port: impl PortId) -> Result<u64, Error> {
        let (index, Port { name, width, .. }) = self.find(&port, None)?;
        if *width > 64 {
            let problem = "more than 64 bits are read as words".to_owned();
            return Err(Error::Width { port: name.clone(), width: *width, problem });
        }
        let words = self.read(index)?;
        Ok(words.iter().rev().fold(0, |value, word| value << 32 | u64::from(*word)))
    }

    /// Reads a port of up to 64 bits as a two's complement number.
    ///
    /// # Errors
    /// As [`Dut::peek`].
    pub fn peek_signed(&mut self, port: impl PortId) -> Result<i64, Error> {
        let width = self.find(&port, None)?.1.width;
        let spare = 64_usize.saturating_sub(width);
        Ok((self.peek(port)? << spare) as i64 >> spare)
    }

    /// Reads a port of any width as words, lowest first.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`], [`Error::Design`] when the design fails.
    pub fn peek_words(&mut self, port: impl PortId) -> Result<Vec<u32>, Error> {
        let index = self.find(&port, None)?.0;
        Ok(self.read(index)?.to_vec())
    }

    /// One clock cycle: the inputs settle, then the clock rises.
    ///
    /// # Errors
    /// [`Error::Design`] when the design fails or has no clock.
    pub fn tick(&mut self) -> Result<(), Error> {
        if self.unsettled {
            self.settle()?;
        }
        // SAFETY: the design is live.
        let result = unsafe { (self.library.loaded().functions.tick)(self.raw.as_ptr()) };
        self.unsettled = true;
        self.checked(result)
    }

    /// Clock cycles since the instance was made.
    #[must_use]
    pub fn cycles(&self) -> u64 {
        // SAFETY: the design is live.
        unsafe { (self.library.loaded().functions.cycles)(self.raw.as_ptr()) }
    }

    /// Writes an FST waveform from here on; a cycle is 10 time units, with the rising edge in its middle.
    ///
    /// # Errors
    /// [`Error::Design`] when the simulation was built without waveforms, [`Error::Io`] when the file cannot be written.
    pub fn trace(&mut self, file: &Path) -> Result<(), Error> {
        let path = CString::new(file.as_os_str().as_encoded_bytes()).map_err(|_| Error::Design {
            top: self.library.top().to_owned(),
            message: "a waveform's path cannot contain a zero byte".to_owned(),
        })?;
        // The waveform writer itself does not notice.
        File::create(file).map_err(Error::io("cannot write the waveform", file))?;
        // SAFETY: the design is live and the path ends with a zero byte.
        let result = unsafe { (self.library.loaded().functions.trace_open)(self.raw.as_ptr(), path.as_ptr()) };
        self.checked(result)?;
        self.waveform = Some(file.to_owned());
        Ok(())
    }

    /// Completes the waveform file; dropping the instance does so too.
    pub fn finish_trace(&mut self) {
        // SAFETY: the design is live.
        unsafe { (self.library.loaded().functions.trace_close)(self.raw.as_ptr()) };
    }

    /// The waveform file, if one was asked for.
    #[must_use]
    pub fn waveform(&self) -> Option<&Path> {
        self.waveform.as_deref()
    }

    /// Runs stream jobs; returns the shim's status.
    ///
    /// # Safety
    /// The jobs' port numbers must be of this design with the stated widths and directions, and their pointers must
    /// be valid for the stated number of beats.
    pub(crate) unsafe fn exchange(
        &mut self,
        sources: &mut [SourceJob],
        sinks: &mut [SinkJob],
        idle_limit: u64,
        drain: u64,
    ) -> Result<i32, Error> {
        let (source_count, sink_count) = (sources.len() as u32, sinks.len() as u32);
        let exchange = self.library.loaded().functions.exchange;
        // SAFETY: the design is live; the rest is the caller's promise.
        let result = unsafe {
            exchange(
                self.raw.as_ptr(),
                sources.as_mut_ptr(),
                source_count,
                sinks.as_mut_ptr(),
                sink_count,
                idle_limit,
                drain,
            )
        };
        self.unsettled = true;
        match result {
            status::TIMEOUT | status::VIOLATION => Ok(result),
            _ => self.checked(result).map(|()| result),
        }
    }

    /// Width of a port in bits.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`].
    pub fn width(&self, id: &impl PortId) -> Result<usize, Error> {
        Ok(self.find(id, None)?.1.width)
    }

    pub(crate) fn find(&self, id: &impl PortId, wanted: Option<Direction>) -> Result<(usize, &Port), Error> {
        find(&self.library, id, wanted)
    }

    fn settle(&mut self) -> Result<(), Error> {
        // SAFETY: the design is live.
        let result = unsafe { (self.library.loaded().functions.settle)(self.raw.as_ptr()) };
        self.checked(result)?;
        self.unsettled = false;
        Ok(())
    }

    /// The words of a port.
    fn read(&mut self, index: usize) -> Result<&[u32], Error> {
        if self.unsettled {
            self.settle()?;
        }
        let loaded = self.library.loaded();
        let words = &mut self.words[..loaded.ports[index].width.div_ceil(32)];
        words.fill(0);
        // SAFETY: the index is in the port table, and there is room for the port's whole width.
        unsafe { (loaded.functions.peek)(self.raw.as_ptr(), index as u32, words.as_mut_ptr()) };
        Ok(words)
    }

    /// The shim's side of this instance, with the functions that take it. Inputs may change behind the call.
    pub(crate) fn shim(&mut self) -> (*mut RawDut, &Functions) {
        self.unsettled = true;
        (self.raw.as_ptr(), &self.library.loaded().functions)
    }

    pub(crate) fn checked(&self, result: i32) -> Result<(), Error> {
        if result == status::OK {
            return Ok(());
        }
        // SAFETY: the design is live.
        Err(unsafe { self.library.loaded().failure(self.raw.as_ptr()) })
    }
}

/// The port of a design that `id` names, if it is of the wanted direction.
fn find<'a>(library: &'a Library, id: &impl PortId, wanted: Option<Direction>) -> Result<(usize, &'a Port), Error> {
    let ports = library.ports();
    let found = id.index_in(ports).map(|index| (index, &ports[index]));
    found.filter(|(_, port)| wanted.is_none_or(|direction| direction == port.direction)).ok_or_else(|| {
        let wanted = match wanted {
            Some(Direction::Input) => "input",
            Some(Direction::Output) => "output",
            None => "such",
        };
        Error::NoSuchPort { top: library.top().to_owned(), wanted, port: id.describe() }
    })
}

impl fmt::Debug for Dut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dut").field("top", &self.library.top()).field("cycles", &self.cycles()).finish_non_exhaustive()
    }
}

impl Drop for Dut {
    fn drop(&mut self) {
        // SAFETY: the design is live.
        unsafe { self.library.loaded().write_coverage(self.raw.as_ptr()) };
        // SAFETY: the design is live and nobody else has it.
        unsafe { (self.library.loaded().functions.destroy)(self.raw.as_ptr()) };
    }
}
