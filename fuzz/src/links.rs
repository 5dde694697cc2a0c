//! Answers of a serial line, and messages between processes.

use std::io::{self, Cursor, Read, Write};

use trine_driver::{Device, Exchange, MatmulShape, Transport, TransportError, Uartbone, WindowTransport};
use trine_spec::Config;

/// A line that says what it says, whatever it hears.
struct Line<'a>(Cursor<&'a [u8]>);

impl Read for Line<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Answers of a device behind uartbone, from the first register to the results of two jobs.
pub(crate) fn uartbone(bytes: &[u8]) {
    let config = Config::sized(4, 2).windows(true).max_depth(16).max_tokens(4).build().unwrap();
    let words = Uartbone::new(Line(Cursor::new(bytes)), 0);
    let Ok(mut device) = Device::open(WindowTransport::new(words, config.clone()), config) else { return };
    for _ in 0..2 {
        let _ = device.run(MatmulShape { m: 2, k: 8, n: 3 }, &[1; 16], &[0; 8], &mut [0; 32]);
    }
}

/// A device that does nothing and says so.
struct Idle;

impl Transport for Idle {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        if offset.is_multiple_of(8) { Ok(offset) } else { Err(TransportError::Failed("no such register".into())) }
    }

    fn write(&mut self, offset: u32, _: u32) -> Result<(), TransportError> {
        self.read(offset).map(drop)
    }

    fn exchange(&mut self, streams: Exchange<'_>) -> Result<(), TransportError> {
        let limit = streams.results.len() as u64;
        Err(TransportError::Timeout { activations: 0, weights: 0, results: 0, limit })
    }
}

/// Requests to a simulated unit's process.
pub(crate) fn wire(bytes: &[u8]) {
    let _ = trine_sim::serve(&mut Idle, &mut Cursor::new(bytes), &mut io::sink());
}
