//! A serial line to a simulated design: bytes in and out of its pins, as the host driver's links take them.
//!
//! Sending takes the design as many cycles as the bytes need; what it says in the meantime is kept until it is read.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::time::Duration;

use trine_driver::TransportError;

use crate::dut::{Dut, PortHandle};
use crate::error::Error;
use crate::terminal::FarEnd;

/// Bits of a byte on the line, start and stop bit included.
const BITS: u64 = 10;

/// Cycles of silence that are simulated at a time while somebody may want to speak.
const SLICE: u64 = 10_000;

/// Cycles of silence after which a design does nothing more by itself: a frame that broke off is given up before.
const QUIET: u64 = (1 << 22) + (1 << 12);

/// Longest time for which a design at rest may be left alone.
const ALONE: Duration = Duration::from_millis(500);

/// The far end of the line.
#[derive(Debug)]
pub struct SimSerial {
    dut: Dut,
    rx: PortHandle,
    tx: PortHandle,
    divider: u64,
    /// Cycles after which nothing is expected any more.
    patience: u64,
    received: VecDeque<u8>,
    /// A byte under way: cycles since its start bit began, and its bits so far.
    arriving: Option<(u64, u64)>,
    /// Cycles since the line was last in use.
    quiet: u64,
}

impl SimSerial {
    /// The line of a design with the pins `uart_rx` and `uart_tx`, at `divider` cycles a bit, which it gets if it has a
    /// pin `uart_divider`; a read ends with [`ErrorKind::TimedOut`] after `patience` cycles without a byte.
    ///
    /// # Errors
    /// [`Error::NoSuchPort`] when the design has no such line, [`Error::Design`] when it fails.
    pub fn new(mut dut: Dut, divider: u16, patience: u64) -> Result<Self, Error> {
        let (rx, tx) = (dut.port("uart_rx")?, dut.port("uart_tx")?);
        if let Ok(port) = dut.port("uart_divider") {
            dut.poke(port, u32::from(divider))?;
        }
        dut.poke(rx, true)?;
        Ok(Self { dut, rx, tx, divider: divider.into(), patience, received: VecDeque::new(), arriving: None, quiet: 0 })
    }

    /// The design itself.
    pub fn dut_mut(&mut self) -> &mut Dut {
        &mut self.dut
    }

    /// Lets `cycles` pass with `level` on the line to the design.
    ///
    /// # Errors
    /// [`Error::Design`] when the design fails.
    pub fn hold(&mut self, level: bool, cycles: u64) -> Result<(), Error> {
        self.dut.poke(self.rx, level)?;
        for _ in 0..cycles {
            self.dut.tick()?;
            let high = self.dut.peek(self.tx)? == 1;
            self.listen(high);
        }
        Ok(())
    }

    /// Looks at the middle of each bit.
    fn listen(&mut self, high: bool) {
        match &mut self.arriving {
            None if high => {}
            None => self.arriving = Some((0, 0)),
            Some((cycle, bits)) => {
                *cycle += 1;
                if *cycle % self.divider == self.divider / 2 {
                    *bits |= u64::from(high) << (*cycle / self.divider);
                }
                if *cycle == (BITS - 1) * self.divider + self.divider / 2 {
                    // A byte without stop bit is none
                    if *bits >> (BITS - 1) == 1 {
                        self.received.push_back((*bits >> 1) as u8);
                    }
                    self.arriving = None;
                }
            }
        }
    }
}

impl Write for SimSerial {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for byte in bytes {
            let bits = u64::from(*byte) << 1 | 1 << (BITS - 1);
            for bit in 0..BITS {
                self.hold(bits >> bit & 1 == 1, self.divider).map_err(io::Error::other)?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for SimSerial {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for _ in 0..self.patience {
            if !self.received.is_empty() || buffer.is_empty() {
                return self.received.read(buffer);
            }
            self.hold(true, 1).map_err(io::Error::other)?;
        }
        Err(ErrorKind::TimedOut.into())
    }
}

impl FarEnd for SimSerial {
    fn take(&mut self, bytes: &[u8], answer: &mut Vec<u8>) -> Result<Duration, TransportError> {
        self.write_all(bytes).map_err(|error| TransportError::Failed(error.to_string()))?;
        answer.extend(self.received.drain(..));
        self.quiet = 0;
        Ok(Duration::ZERO)
    }

    /// The design's time passes only as it is simulated, and it needs some to answer.
    fn rest(&mut self, answer: &mut Vec<u8>) -> Result<Duration, TransportError> {
        if self.quiet >= QUIET {
            return Ok(ALONE);
        }
        self.hold(true, SLICE).map_err(|error| TransportError::Failed(error.to_string()))?;
        answer.extend(self.received.drain(..));
        self.quiet = if answer.is_empty() { self.quiet + SLICE } else { 0 };
        Ok(Duration::ZERO)
    }
}
