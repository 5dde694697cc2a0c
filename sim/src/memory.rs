//! Simulated memories behind the AXI4 ports of a design.
//!
//! ```text
//!                      ┌─────────────── memory ───────────────┐
//!  design   AR ───────>│ port: rules, stalls ──> timing model │
//!  <prefix> R  <───────│                    <── when it is there
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

use std::ffi::CString;
use std::ops::Range;
use std::ptr;

use serde::{Deserialize, Serialize};
use trine_hdl::Direction;

use crate::dram::DramTiming;
use crate::dut::Dut;
use crate::error::Error;
use crate::ffi::{self, ABSENT, MemoryCounts, MemorySettings, PortCounts, ReadPorts};
use crate::stalls::Stalls;

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
    /// Beats with a byte in the range have the response SLVERR and no data.
    SlaveError,
    /// Beats with a byte in the range have the response DECERR and no data.
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
    /// Bursts that were taken.
    pub bursts: u64,
    /// Beats that were handed over.
    pub beats: u64,
    /// Cycles out of reset with a burst outstanding.
    pub busy: u64,
    /// Cycles out of reset without one.
    pub idle: u64,
    /// Accesses of the whole memory to a row that was open.
    pub row_hits: u64,
    /// Rows of the whole memory that were opened.
    pub activates: u64,
    /// Refreshes of the whole memory.
    pub refreshes: u64,
}

/// Memories of a [`Dut`], and the ports that they are behind.
#[derive(Debug, Default)]
pub(crate) struct Memories {
    /// Size of each memory.
    bytes: Vec<u64>,
    /// Prefix of each port, and the number of its memory.
    ports: Vec<(String, u32)>,
}

impl Dut {
    /// Puts a memory behind the AXI4 read master with the ports `<prefix>_araddr` and so on; `_arprot` and `_arcache` may be
    /// missing. The bus is a power of two from 8 to 1024 bits wide.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`] and [`Error::Width`] when the ports are not those of a master, [`Error::Memory`] for options that
    /// are impossible or a port that has a memory.
    pub fn attach_memory(&mut self, prefix: &str, options: &MemoryOptions) -> Result<MemoryPort, Error> {
        let wrong = |problem: String| Err(Error::Memory { port: prefix.to_owned(), problem });
        let Ok(1..) = isize::try_from(options.bytes) else {
            return wrong(format!("{} bytes are no size of a memory", options.bytes));
        };
        let ports = self.read_ports(prefix)?;
        if let Some(problem) = options.timing.problem(ports.data_bits as usize / 8) {
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
        let memory = self.memory(port)?.1;
        let ports = self.read_ports(prefix)?;
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
        self.memory(port)?;
        let (mut of_port, mut of_memory) = (PortCounts::default(), MemoryCounts::default());
        let (raw, functions) = self.shim();
        // SAFETY: the design is live and has the port.
        unsafe { (functions.memory_counts)(raw, port.0, &raw mut of_port, &raw mut of_memory) };
        let PortCounts { bursts, beats, busy, idle } = of_port;
        let MemoryCounts { row_hits, activates, refreshes } = of_memory;
        Ok(MemoryStatistics { bursts, beats, busy, idle, row_hits, activates, refreshes })
    }

    /// Prefix of a port and the number of its memory.
    fn memory(&self, port: MemoryPort) -> Result<(&str, u32), Error> {
        let found = self.memories.ports.get(port.0 as usize);
        found.map(|(prefix, memory)| (prefix.as_str(), *memory)).ok_or_else(|| Error::NoSuchPort {
            top: self.library().top().to_owned(),
            wanted: "memory",
            port: format!("number {}", port.0),
        })
    }

    /// The memory behind `port`, if it has `count` bytes from `at` on.
    fn range(&self, port: MemoryPort, at: u64, count: usize) -> Result<u32, Error> {
        let (prefix, memory) = self.memory(port)?;
        let bytes = self.memories.bytes[memory as usize];
        if at <= bytes && count as u64 <= bytes - at {
            return Ok(memory);
        }
        let problem = format!("{count} bytes from {at:#x} on are outside its {bytes} bytes");
        Err(Error::Memory { port: prefix.to_owned(), problem })
    }

    fn add_port(&mut self, prefix: &str, ports: ReadPorts, memory: u32, stalls: Stalls) -> Result<MemoryPort, Error> {
        let failed = |problem: &str| Error::Memory { port: prefix.to_owned(), problem: problem.to_owned() };
        if self.memories.ports.iter().any(|(taken, _)| taken == prefix) {
            return Err(failed("the port has a memory"));
        }
        let name = CString::new(prefix).map_err(|_| failed("a prefix cannot contain a zero byte"))?;
        let reset = self.find(&"aresetn", Some(Direction::Input)).map_or(ABSENT, |(index, _)| index as u32);
        let stalls = [1, 2].map(|channel| stalls.for_stream(channel).state());
        let (raw, functions) = self.shim();
        // SAFETY: the design is live and has the memory; the port numbers are in its table and of the widths that the shim
        // reaches; name, ports and stalls hold for the call.
        let result =
            unsafe { (functions.memory_reader)(raw, memory, name.as_ptr(), &raw const ports, reset, stalls.as_ptr()) };
        self.checked(result)?;
        self.memories.ports.push((prefix.to_owned(), memory));
        Ok(MemoryPort(self.memories.ports.len() as u32 - 1))
    }

    /// The ports of an AXI4 read master, by direction and width.
    fn read_ports(&self, prefix: &str) -> Result<ReadPorts, Error> {
        use Direction::{Input, Output};
        let find = |name: &str, direction, widths: Range<usize>| {
            let (index, port) = self.find(&format!("{prefix}_{name}").as_str(), Some(direction))?;
            if widths.contains(&port.width) {
                return Ok((index as u32, port.width));
            }
            let most = widths.end - 1;
            let least = if widths.start == most { String::new() } else { format!("{} to ", widths.start) };
            let problem = format!("on an AXI4 port it is {least}{most} bits wide");
            Err(Error::Width { port: port.name.clone(), width: port.width, problem })
        };
        let output = |name, width| Ok::<_, Error>(find(name, Output, width..width + 1)?.0);
        let input = |name, width| Ok::<_, Error>(find(name, Input, width..width + 1)?.0);
        let optional = |name, width| match output(name, width) {
            Err(Error::NoSuchPort { .. }) => Ok(ABSENT),
            other => other,
        };
        let (data, bits) = find("rdata", Input, 8..1025)?;
        if !bits.is_power_of_two() {
            let problem = "on an AXI4 port it is a power of two".to_owned();
            return Err(Error::Width { port: format!("{prefix}_rdata"), width: bits, problem });
        }
        Ok(ReadPorts {
            addr: find("araddr", Output, 1..65)?.0,
            len: find("arlen", Output, 1..9)?.0,
            size: output("arsize", 3)?,
            burst: output("arburst", 2)?,
            prot: optional("arprot", 3)?,
            cache: optional("arcache", 4)?,
            arvalid: output("arvalid", 1)?,
            arready: input("arready", 1)?,
            data,
            resp: input("rresp", 2)?,
            last: input("rlast", 1)?,
            rvalid: input("rvalid", 1)?,
            rready: output("rready", 1)?,
            data_bits: bits as u32,
        })
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
