//! Simulated memories behind the AXI4 ports of a design.
//!
//! ```text
//!                      ┌─────────────── memory ───────────────┐
//!  design   AR ───────>│ read half: rules, stalls ──┐         │
//!  <prefix> R  <───────│                            timing    │
//!           AW, W ────>│ write half: rules, stalls ─┘ model   │
//!           B  <───────│                                      │
//!                      │ contents, faults                     │<── memory_write, memory_read
//!                      └──────────────────────────────────────┘
//! ```
//!
//! A memory is part of each clock cycle, whatever clocks the design: [`Dut::tick`], a register access or an
//! [`exchange`](crate::exchange()). It takes incrementing bursts and answers them in order. A master that breaks a rule of AXI4
//! fails the design, with a message that names port, cycle, address and rule. The reset of the design (`aresetn`, where it
//! is there) drops what is outstanding; contents stay.
//!
//! ```no_run
//! # fn example(library: &trine_sim::Library) -> Result<(), trine_sim::Error> {
//! use trine_sim::{Dut, MemoryOptions, Timing};
//!
//! let mut dut = Dut::new(library)?;
//! let options = MemoryOptions { timing: Timing::Ideal { latency: 20 }, ..MemoryOptions::new(1 << 20) };
//! let port = dut.attach_memory("m_axi_wgt0", &options)?;
//! dut.memory_write(port, 0x4000, &[1, 2, 3])?;
//! dut.tick()?;
//! assert_eq!(dut.memory_statistics(port)?.beats, 0);
//! # Ok(())
//! # }
//! ```

mod ports;

use std::ffi::CString;
use std::ops::Range;
use std::ptr;

use serde::{Deserialize, Serialize};
use trine_hdl::Direction;

use crate::dram::DramTiming;
use crate::dut::Dut;
use crate::error::Error;
use crate::ffi::{self, ABSENT, MemoryCounts, MemorySettings, PortCounts};
use crate::stalls::Stalls;
use ports::AxiPorts;

/// A memory and the port that it is behind.
#[derive(Clone, Debug)]
pub struct MemoryOptions {
    /// Size; contents start as zeros.
    pub bytes: u64,
    /// When accesses are answered.
    pub timing: Timing,
    /// Pauses of the memory on each channel of the port.
    pub stalls: Stalls,
    /// Ranges that are answered otherwise.
    pub faults: Vec<Fault>,
}

impl MemoryOptions {
    /// A memory of a size that answers in the next cycle, never pauses and has no faults.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        Self { bytes, timing: Timing::Ideal { latency: 1 }, stalls: Stalls::NONE, faults: vec![] }
    }
}

/// When a memory answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Timing {
    /// A beat a cycle. The first beat of a burst comes at least `latency` cycles after its address was taken, 1 or more.
    /// Any number of bursts is outstanding.
    Ideal {
        /// Cycles.
        latency: u64,
    },
    /// A DRAM with banks, rows and refresh behind its controller.
    Dram(DramTiming),
}

impl Timing {
    /// The timing that is impossible, if it is.
    fn problem(&self, bus: usize) -> Option<String> {
        match self {
            Self::Ideal { latency: 0 } => Some("a latency of 0 cycles is none".to_owned()),
            Self::Ideal { .. } => None,
            Self::Dram(dram) => dram.problem(bus),
        }
    }
}

/// A range of bytes that is not answered as memory is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Byte addresses.
    pub range: Range<u64>,
    /// The answer.
    pub kind: FaultKind,
}

/// The answer to accesses in the range of a [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Beats with a byte in the range have the response SLVERR and no data; bursts that write there have it and change nothing.
    SlaveError,
    /// The same with the response DECERR.
    DecodeError,
    /// A burst with a byte in the range is taken and never answered, nor is any burst after it until reset.
    Silent,
}

/// A port of a [`Dut`] with a memory behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryPort(u32);

/// Work of a port, and of the memory behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryStatistics {
    /// Reading bursts that were taken.
    pub bursts: u64,
    /// Beats that were handed over.
    pub beats: u64,
    /// Cycles out of reset with a read outstanding.
    pub busy: u64,
    /// Cycles out of reset without one.
    pub idle: u64,
    /// Writing bursts that were taken.
    pub write_bursts: u64,
    /// Beats that were written.
    pub write_beats: u64,
    /// Accesses of the whole memory to a row that was open.
    pub row_hits: u64,
    /// Rows of the whole memory that were opened.
    pub activates: u64,
    /// Refreshes of the whole memory.
    pub refreshes: u64,
    /// Column commands of the whole memory.
    pub columns: u64,
}

/// Memories of a [`Dut`], and the ports that they are behind.
#[derive(Debug, Default)]
pub(crate) struct Memories {
    /// Size of each memory.
    bytes: Vec<u64>,
    ports: Vec<Port>,
    /// Halves of all ports.
    halves: u32,
}

/// A port with the numbers of its memory and of its halves.
#[derive(Debug)]
struct Port {
    prefix: String,
    memory: u32,
    read: Option<u32>,
    write: Option<u32>,
}

impl Memories {
    /// The number of a half that was just made.
    fn half(&mut self) -> u32 {
        self.halves += 1;
        self.halves - 1
    }
}

impl Dut {
    /// Puts a memory behind the AXI4 master with the ports `<prefix>_araddr` and so on, `<prefix>_awaddr` and so on, or both;
    /// `_arprot`, `_arcache`, `_awprot` and `_awcache` may be missing. The bus is a power of two from 8 to 1024 bits wide.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`] and [`Error::Width`] when the ports are not those of a master, [`Error::Memory`] for options that
    /// are impossible or a port that has a memory.
    pub fn attach_memory(&mut self, prefix: &str, options: &MemoryOptions) -> Result<MemoryPort, Error> {
        let wrong = |problem: String| Err(Error::Memory { port: prefix.to_owned(), problem });
        let Ok(1..) = isize::try_from(options.bytes) else {
            return wrong(format!("{} bytes are no size of a memory", options.bytes));
        };
        let ports = AxiPorts::of(self, prefix)?;
        if let Some(problem) = options.timing.problem(ports.widest() / 8) {
            return wrong(problem);
        }
        let (latency, dram) = match &options.timing {
            Timing::Ideal { latency } => (*latency, ptr::null()),
            Timing::Dram(dram) => (0, ptr::from_ref(dram)),
        };
        let faults: Vec<ffi::Fault> = options.faults.iter().map(Fault::raw).collect();
        let settings = MemorySettings {
            bytes: options.bytes,
            latency,
            dram,
            faults: faults.as_ptr(),
            fault_count: faults.len() as u64,
        };
        let (raw, functions) = self.shim();
        // SAFETY: the design is live, and the settings hold for the call.
        let result = unsafe { (functions.memory)(raw, &raw const settings) };
        self.checked(result)?;
        self.memories.bytes.push(options.bytes);
        self.add_port(prefix, ports, self.memories.bytes.len() as u32 - 1, options.stalls)
    }

    /// Puts the memory behind `port` behind the master `prefix` too, with pauses of its own.
    ///
    /// # Errors
    /// As [`Dut::attach_memory`].
    pub fn share_memory(&mut self, prefix: &str, port: MemoryPort, stalls: Stalls) -> Result<MemoryPort, Error> {
        let memory = self.memory(port)?.memory;
        let ports = AxiPorts::of(self, prefix)?;
        self.add_port(prefix, ports, memory, stalls)
    }

    /// Writes contents.
    ///
    /// # Errors
    /// [`Error::Memory`] outside the memory, [`Error::NoSuchPort`] for a port of another design.
    pub fn memory_write(&mut self, port: MemoryPort, at: u64, bytes: &[u8]) -> Result<(), Error> {
        let memory = self.range(port, at, bytes.len())?;
        let (raw, functions) = self.shim();
        // SAFETY: the design is live, and its memory has the range that was just checked.
        unsafe { (functions.memory_write)(raw, memory, at, bytes.as_ptr(), bytes.len() as u64) };
        Ok(())
    }

    /// Reads contents.
    ///
    /// # Errors
    /// As [`Dut::memory_write`].
    pub fn memory_read(&mut self, port: MemoryPort, at: u64, bytes: &mut [u8]) -> Result<(), Error> {
        let memory = self.range(port, at, bytes.len())?;
        let (raw, functions) = self.shim();
        // SAFETY: the design is live, and its memory has the range that was just checked.
        unsafe { (functions.memory_read)(raw, memory, at, bytes.as_mut_ptr(), bytes.len() as u64) };
        Ok(())
    }

    /// Counts since the memory was attached.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`] for a port of another design.
    pub fn memory_statistics(&mut self, port: MemoryPort) -> Result<MemoryStatistics, Error> {
        let Port { read, write, .. } = *self.memory(port)?;
        let (raw, functions) = self.shim();
        let counts = |half: Option<u32>| {
            let (mut of_port, mut of_memory) = (PortCounts::default(), MemoryCounts::default());
            if let Some(half) = half {
                // SAFETY: the design is live and has the half.
                unsafe { (functions.memory_counts)(raw, half, &raw mut of_port, &raw mut of_memory) };
            }
            (of_port, of_memory)
        };
        let (PortCounts { bursts, beats, busy, idle }, _) = counts(read);
        let (PortCounts { bursts: write_bursts, beats: write_beats, .. }, _) = counts(write);
        let MemoryCounts { row_hits, activates, refreshes, columns } = counts(read.or(write)).1;
        Ok(MemoryStatistics {
            bursts,
            beats,
            busy,
            idle,
            write_bursts,
            write_beats,
            row_hits,
            activates,
            refreshes,
            columns,
        })
    }

    fn memory(&self, port: MemoryPort) -> Result<&Port, Error> {
        self.memories.ports.get(port.0 as usize).ok_or_else(|| Error::NoSuchPort {
            top: self.library().top().to_owned(),
            wanted: "memory",
            port: format!("number {}", port.0),
        })
    }

    /// The memory behind `port`, if it has `count` bytes from `at` on.
    fn range(&self, port: MemoryPort, at: u64, count: usize) -> Result<u32, Error> {
        let Port { prefix, memory, .. } = self.memory(port)?;
        let bytes = self.memories.bytes[*memory as usize];
        if at <= bytes && count as u64 <= bytes - at {
            return Ok(*memory);
        }
        let problem = format!("{count} bytes from {at:#x} on are outside its {bytes} bytes");
        Err(Error::Memory { port: prefix.clone(), problem })
    }

    fn add_port(&mut self, prefix: &str, ports: AxiPorts, memory: u32, stalls: Stalls) -> Result<MemoryPort, Error> {
        let failed = |problem: &str| Error::Memory { port: prefix.to_owned(), problem: problem.to_owned() };
        if self.memories.ports.iter().any(|port| port.prefix == prefix) {
            return Err(failed("the port has a memory"));
        }
        let name = CString::new(prefix).map_err(|_| failed("a prefix cannot contain a zero byte"))?;
        let reset = self.find(&"aresetn", Some(Direction::Input)).map_or(ABSENT, |(index, _)| index as u32);
        let reads = [1, 2].map(|channel| stalls.for_stream(channel).state());
        let writes = [3, 4, 5].map(|channel| stalls.for_stream(channel).state());
        let mut port = Port { prefix: prefix.to_owned(), memory, read: None, write: None };
        if let Some(ports) = &ports.read {
            let (raw, functions) = self.shim();
            // SAFETY: the design is live and has the memory; the port numbers are in its table and of the widths that the
            // shim reaches; name, ports and stalls hold for the call.
            let result = unsafe {
                (functions.memory_reader)(raw, memory, name.as_ptr(), ptr::from_ref(ports), reset, reads.as_ptr())
            };
            self.checked(result)?;
            port.read = Some(self.memories.half());
        }
        if let Some(ports) = &ports.write {
            let (raw, functions) = self.shim();
            // SAFETY: as above.
            let result = unsafe {
                (functions.memory_writer)(raw, memory, name.as_ptr(), ptr::from_ref(ports), reset, writes.as_ptr())
            };
            self.checked(result)?;
            port.write = Some(self.memories.half());
        }
        self.memories.ports.push(port);
        Ok(MemoryPort(self.memories.ports.len() as u32 - 1))
    }
}

impl Fault {
    fn raw(&self) -> ffi::Fault {
        let response = match self.kind {
            FaultKind::Silent => 1,
            FaultKind::SlaveError => 2,
            FaultKind::DecodeError => 3,
        };
        ffi::Fault { first: self.range.start, end: self.range.end, response }
    }
}
