//! The ports of an AXI4 memory port of a design, by name, direction and width.
//!
//! ```text
//!   m_axi ──> m_axi_araddr … rready ──> read half
//!         └─> m_axi_awaddr … bready ──> write half
//! ```

use std::ops::Range;

use trine_hdl::Direction::{self, Input, Output};

use crate::dut::Dut;
use crate::error::Error;
use crate::ffi::{ABSENT, AddressPorts, ReadPorts, WritePorts};

/// The halves that a port has.
pub(super) struct AxiPorts {
    pub read: Option<ReadPorts>,
    pub write: Option<WritePorts>,
}

impl AxiPorts {
    /// The ports of the master `prefix`.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`] if a half is incomplete or none is there, [`Error::Width`] for a width that AXI4 has not.
    pub fn of(dut: &Dut, prefix: &str) -> Result<Self, Error> {
        let names = Names { dut, prefix };
        let has = |name: &str| dut.find(&format!("{prefix}_{name}").as_str(), Some(Output)).is_ok();
        let write = if has("awaddr") { Some(names.write()?) } else { None };
        let read = if has("araddr") || write.is_none() { Some(names.read()?) } else { None };
        Ok(Self { read, write })
    }

    /// Bits of the widest bus.
    pub fn widest(&self) -> usize {
        let read = self.read.map_or(0, |ports| ports.data_bits);
        read.max(self.write.map_or(0, |ports| ports.data_bits)) as usize
    }
}

struct Names<'a> {
    dut: &'a Dut,
    prefix: &'a str,
}

impl Names<'_> {
    fn read(&self) -> Result<ReadPorts, Error> {
        let address = self.address("ar")?;
        let (data, data_bits) = self.data("rdata", Input)?;
        Ok(ReadPorts {
            address,
            data,
            resp: self.port("rresp", Input, 2)?,
            last: self.port("rlast", Input, 1)?,
            valid: self.port("rvalid", Input, 1)?,
            ready: self.port("rready", Output, 1)?,
            data_bits,
        })
    }

    fn write(&self) -> Result<WritePorts, Error> {
        let address = self.address("aw")?;
        let (data, data_bits) = self.data("wdata", Output)?;
        Ok(WritePorts {
            address,
            data,
            strobe: self.port("wstrb", Output, data_bits as usize / 8)?,
            last: self.port("wlast", Output, 1)?,
            valid: self.port("wvalid", Output, 1)?,
            ready: self.port("wready", Input, 1)?,
            resp: self.port("bresp", Input, 2)?,
            answer_valid: self.port("bvalid", Input, 1)?,
            answer_ready: self.port("bready", Output, 1)?,
            data_bits,
        })
    }

    /// The channel `ar` or `aw`.
    fn address(&self, channel: &str) -> Result<AddressPorts, Error> {
        let output = |name: &str, width| self.port(&format!("{channel}{name}"), Output, width);
        let optional = |name, width| match output(name, width) {
            Err(Error::NoSuchPort { .. }) => Ok(ABSENT),
            other => other,
        };
        Ok(AddressPorts {
            addr: self.find(&format!("{channel}addr"), Output, 1..65)?.0,
            len: self.find(&format!("{channel}len"), Output, 1..9)?.0,
            size: output("size", 3)?,
            burst: output("burst", 2)?,
            prot: optional("prot", 3)?,
            cache: optional("cache", 4)?,
            valid: output("valid", 1)?,
            ready: self.port(&format!("{channel}ready"), Input, 1)?,
        })
    }

    /// A port for data, and its width.
    fn data(&self, name: &str, direction: Direction) -> Result<(u32, u32), Error> {
        let (index, bits) = self.find(name, direction, 8..1025)?;
        if bits.is_power_of_two() {
            return Ok((index, bits as u32));
        }
        let problem = "on an AXI4 port it is a power of two".to_owned();
        Err(Error::Width { port: format!("{}_{name}", self.prefix), width: bits, problem })
    }

    fn port(&self, name: &str, direction: Direction, width: usize) -> Result<u32, Error> {
        Ok(self.find(name, direction, width..width + 1)?.0)
    }

    /// A port and its width, which has to be one of `widths`.
    fn find(&self, name: &str, direction: Direction, widths: Range<usize>) -> Result<(u32, usize), Error> {
        let (index, port) = self.dut.find(&format!("{}_{name}", self.prefix).as_str(), Some(direction))?;
        if widths.contains(&port.width) {
            return Ok((index as u32, port.width));
        }
        let most = widths.end - 1;
        let least = if widths.start == most { String::new() } else { format!("{} to ", widths.start) };
        let problem = format!("on an AXI4 port it is {least}{most} bits wide");
        Err(Error::Width { port: port.name.clone(), width: port.width, problem })
    }
}
