//! Ready/valid streams: sources that play beats into a design, sinks that collect what it returns.
//!
//! All streams of an [`exchange`](crate::exchange()) run at the same time, cycle by cycle, in compiled code. Each end pauses as its
//! [`Stalls`] say: a source between beats (once offered, a beat stays until it is taken), a sink in any cycle.

use trine_hdl::Direction;

use crate::dut::{Dut, PortHandle};
use crate::error::Error;
use crate::ffi::{self, ABSENT, StallState};
use crate::library::Library;
use crate::stalls::Stalls;

/// The ports of one stream. Keep, where it is there, has one bit for each byte of data.
#[derive(Clone, Copy, Debug)]
pub struct StreamPorts {
    /// The payload.
    pub data: PortHandle,
    /// A bit for each byte of it that counts.
    pub keep: Option<PortHandle>,
    /// High in the last beat of a packet.
    pub last: Option<PortHandle>,
    /// High while there is a beat.
    pub valid: PortHandle,
    /// High while a beat would be taken.
    pub ready: PortHandle,
}

impl StreamPorts {
    /// The ports of an AXI4-Stream: `<prefix>_tdata`, `_tvalid`, `_tready`, and `_tkeep`, `_tlast` where they exist.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`].
    pub fn axi(dut: &Dut, prefix: &str) -> Result<Self, Error> {
        let port = |suffix: &str| dut.port(&format!("{prefix}_{suffix}"));
        Ok(Self {
            data: port("tdata")?,
            keep: port("tkeep").ok(),
            last: port("tlast").ok(),
            valid: port("tvalid")?,
            ready: port("tready")?,
        })
    }

    /// Checks directions and widths; `payload` is the direction of the data port.
    fn checked(self, dut: &Dut, payload: Direction) -> Result<ffi::StreamPorts, Error> {
        let answer = if payload == Direction::Input { Direction::Output } else { Direction::Input };
        let bits = dut.find(&self.data, Some(payload))?.1.width;
        let one_bit = [(Some(self.valid), payload, 1), (Some(self.ready), answer, 1), (self.last, payload, 1)];
        for (handle, direction, width) in one_bit.into_iter().chain([(self.keep, payload, bits.div_ceil(8))]) {
            let Some(handle) = handle else { continue };
            let port = dut.find(&handle, Some(direction))?.1;
            if port.width != width || (self.keep == Some(handle) && bits % 8 != 0) {
                let problem = format!("beside {bits} bits of data it has to be {width}");
                return Err(Error::Width { port: port.name.clone(), width: port.width, problem });
            }
        }
        let index = |handle: Option<PortHandle>| handle.map_or(ABSENT, PortHandle::index);
        Ok(ffi::StreamPorts {
            data: self.data.index(),
            keep: index(self.keep),
            last: index(self.last),
            valid: self.valid.index(),
            ready: self.ready.index(),
            data_bits: bits as u32,
        })
    }
}

/// Common part of sources and sinks.
#[derive(Debug)]
pub(crate) struct End {
    pub name: String,
    pub ports: ffi::StreamPorts,
    pub stalls: StallState,
    pub moved: u64,
    library: Library,
}

impl End {
    fn new(dut: &Dut, ports: StreamPorts, stalls: Stalls, payload: Direction) -> Result<Self, Error> {
        let name = dut.find(&ports.data, None)?.1.name.trim_end_matches("_tdata").to_owned();
        let ports = ports.checked(dut, payload)?;
        Ok(Self { name, ports, stalls: stalls.state(), moved: 0, library: dut.library().clone() })
    }

    /// Checks that the port numbers are those of this design.
    pub fn belongs_to(&self, dut: &Dut) -> Result<(), Error> {
        if self.library.is(dut.library()) {
            return Ok(());
        }
        let top = dut.library().top().to_owned();
        Err(Error::NoSuchPort { top, wanted: "such", port: format!("{} of {}", self.name, self.library.top()) })
    }

    fn beat_bytes(&self) -> usize {
        self.ports.data_bits.div_ceil(8) as usize
    }

    /// Whole beats in a buffer.
    pub fn beats(&self, bytes: &[u8]) -> Result<u64, Error> {
        let spare = self.beat_bytes() as u32 * 8 - self.ports.data_bits;
        let beats = bytes.chunks_exact(self.beat_bytes());
        let problem = if !beats.remainder().is_empty() {
            format!("{} bytes are not a whole number of beats", bytes.len())
        } else if spare > 0 && beats.clone().any(|beat| beat.last().is_some_and(|top| top.leading_zeros() < spare)) {
            "a beat has a bit above that".to_owned()
        } else {
            return Ok(beats.len() as u64);
        };
        Err(Error::Width { port: self.name.clone(), width: self.ports.data_bits as usize, problem })
    }
}

/// Plays beats into a design.
#[derive(Debug)]
pub struct Source(pub(crate) End);

impl Source {
    /// A source for the AXI4-Stream with the ports `<prefix>_…`.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`] or [`Error::Width`] when the ports are not those of a stream into the design.
    pub fn axi(dut: &Dut, prefix: &str, stalls: Stalls) -> Result<Self, Error> {
        Self::new(dut, StreamPorts::axi(dut, prefix)?, stalls)
    }

    /// A source for any ready/valid ports.
    ///
    /// # Errors
    /// As [`Source::axi`].
    pub fn new(dut: &Dut, ports: StreamPorts, stalls: Stalls) -> Result<Self, Error> {
        Ok(Self(End::new(dut, ports, stalls, Direction::Input)?))
    }

    /// Bytes a beat takes in a buffer.
    #[must_use]
    pub fn beat_bytes(&self) -> usize {
        self.0.beat_bytes()
    }

    /// Beats that the design took in the last exchange.
    #[must_use]
    pub fn moved(&self) -> u64 {
        self.0.moved
    }

    /// Beats to play in an exchange: whole beats, the last one marked as such.
    #[must_use]
    pub fn play<'a>(&'a mut self, bytes: &'a [u8]) -> Play<'a> {
        let beats = bytes.len() / self.beat_bytes();
        Play { source: self, bytes, ends: if beats > 0 { vec![beats as u64] } else { vec![] } }
    }

    /// Beats of several packets to play in an exchange: `lengths` are the bytes of each, whole beats, which add up to `bytes`. The
    /// last beat of each packet is marked as such.
    #[must_use]
    pub fn play_packets<'a>(&'a mut self, bytes: &'a [u8], lengths: &[usize]) -> Play<'a> {
        let beat = self.beat_bytes();
        let ends = lengths.iter().scan(0, |end, length| {
            *end += length / beat;
            Some(*end as u64)
        });
        Play { ends: ends.collect(), source: self, bytes }
    }
}

/// Collects beats from a design and remembers when and how they came.
#[derive(Debug)]
pub struct Sink {
    pub(crate) end: End,
    pub(crate) cycles: Vec<u64>,
    pub(crate) lasts: Vec<u8>,
    pub(crate) keeps: Vec<u8>,
}

impl Sink {
    /// A sink for the AXI4-Stream with the ports `<prefix>_…`.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`] or [`Error::Width`] when the ports are not those of a stream out of the design.
    pub fn axi(dut: &Dut, prefix: &str, stalls: Stalls) -> Result<Self, Error> {
        Self::new(dut, StreamPorts::axi(dut, prefix)?, stalls)
    }

    /// A sink for any ready/valid ports.
    ///
    /// # Errors
    /// As [`Sink::axi`].
    pub fn new(dut: &Dut, ports: StreamPorts, stalls: Stalls) -> Result<Self, Error> {
        let end = End::new(dut, ports, stalls, Direction::Output)?;
        Ok(Self { end, cycles: Vec::new(), lasts: Vec::new(), keeps: Vec::new() })
    }

    /// Bytes a beat takes in a buffer.
    #[must_use]
    pub fn beat_bytes(&self) -> usize {
        self.end.beat_bytes()
    }

    /// Beats to expect in an exchange: as many as `bytes` has room for. Bytes whose keep is low stay as they are.
    #[must_use]
    pub fn collect<'a>(&'a mut self, bytes: &'a mut [u8]) -> Collect<'a> {
        Collect { sink: self, bytes }
    }

    /// Beats that came in the last exchange.
    #[must_use]
    pub fn moved(&self) -> u64 {
        self.end.moved
    }

    /// Clock cycle in which each of them was taken.
    #[must_use]
    pub fn cycles(&self) -> &[u64] {
        &self.cycles
    }

    /// True if a beat of the last exchange was marked as the last of a packet.
    ///
    /// # Panics
    /// When the last exchange had no such beat.
    #[must_use]
    pub fn is_last(&self, beat: usize) -> bool {
        self.lasts[beat] != 0
    }

    /// True if byte `byte` of a beat of the last exchange counts.
    ///
    /// # Panics
    /// When the last exchange had no such beat.
    #[must_use]
    pub fn keeps(&self, beat: usize, byte: usize) -> bool {
        let keep_bytes = self.beat_bytes().div_ceil(8);
        self.end.ports.keep == ABSENT || self.keeps[beat * keep_bytes + byte / 8] >> (byte % 8) & 1 == 1
    }

    /// Makes room for the records of an exchange.
    pub(crate) fn prepare(&mut self, beats: usize) {
        self.cycles.resize(beats, 0);
        self.lasts.resize(beats, 0);
        self.keeps.resize(beats * self.beat_bytes().div_ceil(8), 0);
    }
}

/// A source with the beats of one exchange.
#[derive(Debug)]
pub struct Play<'a> {
    pub(crate) source: &'a mut Source,
    pub(crate) bytes: &'a [u8],
    /// Number of beats up to the last one of each packet.
    pub(crate) ends: Vec<u64>,
}

/// A sink with room for the beats of one exchange.
#[derive(Debug)]
pub struct Collect<'a> {
    pub(crate) sink: &'a mut Sink,
    pub(crate) bytes: &'a mut [u8],
}
