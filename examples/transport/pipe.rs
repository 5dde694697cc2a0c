//! The transport: requests and answers over a pipe of bytes.
//!
//! A request is its kind, the lengths of two blocks and of the answer, and the blocks. An answer is `DONE`, its length
//! and its bytes, or `REFUSED` and a length of 0. Numbers are little-endian.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use trine_driver::{AccessError, Exchange, RegisterOp, Transport, TransportError};

/// First byte of a request for accesses of registers.
pub const ACCESS: u8 = 1;
/// First byte of a request for an exchange of streams.
pub const EXCHANGE: u8 = 2;
/// First byte of an answer.
pub const DONE: u8 = 0xA5;
/// First byte of the answer to a request that failed.
pub const REFUSED: u8 = 0x5A;

/// Longest time of an answer of a board that works.
const PATIENCE: Duration = Duration::from_secs(5);

/// Silence after which nothing comes that nobody asked for.
const SILENCE: Duration = Duration::from_millis(500);

/// The host's end of the pipe.
pub struct Pipe {
    bytes: UnixStream,
    end: Option<Instant>,
}

impl Pipe {
    /// A board behind `bytes`.
    pub fn new(bytes: UnixStream) -> Self {
        Self { bytes, end: None }
    }

    /// Sends a request with two blocks of bytes, and fills `answer`.
    fn call(&mut self, kind: u8, blocks: [&[u8]; 2], answer: &mut [u8]) -> Result<(), TransportError> {
        let (begun, end) = (Instant::now(), self.end);
        let left = end.map_or(PATIENCE, |end| PATIENCE.min(end.saturating_duration_since(begun)));
        if left.is_zero() {
            return Err(TransportError::Deadline { after: begun.elapsed() });
        }
        let why = |error: io::Error| match error.kind() {
            ErrorKind::WouldBlock if end.is_some_and(|end| Instant::now() >= end) => {
                TransportError::Deadline { after: begun.elapsed() }
            }
            _ => failed(&error),
        };
        let lengths = [blocks[0].len(), blocks[1].len(), answer.len()].map(|length| (length as u32).to_le_bytes());
        let request = [&[kind][..], &lengths.concat(), blocks[0], blocks[1]].concat();
        let mut head = [0; 5];
        self.bytes.set_read_timeout(Some(left)).map_err(why)?;
        self.bytes.write_all(&request).map_err(why)?;
        self.bytes.read_exact(&mut head).map_err(why)?;
        match head[0] {
            DONE if head[1..] == lengths[2] => self.bytes.read_exact(answer).map_err(why),
            REFUSED => Err(TransportError::Refused("the board refuses the request".into())),
            _ => Err(TransportError::Failed(format!("pipe: out of step, an answer begins with {head:02x?}"))),
        }
    }
}

/// The words of little-endian bytes.
pub fn words_of(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word))
}

fn failed(error: &io::Error) -> TransportError {
    let why = match error.kind() {
        ErrorKind::WouldBlock => "no answer comes".into(),
        _ => error.to_string(),
    };
    TransportError::Failed(format!("pipe: {why}"))
}

impl Transport for Pipe {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        self.access(&[RegisterOp::Read(offset)]).map(|words| words[0]).map_err(|failed| failed.error)
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        self.access(&[RegisterOp::Write(offset, value)]).map(|_| ()).map_err(|failed| failed.error)
    }

    /// One round trip for all of them.
    fn access(&mut self, all: &[RegisterOp]) -> Result<Vec<u32>, AccessError> {
        let words = |access: &RegisterOp| match *access {
            RegisterOp::Read(offset) => [0, offset, 0],
            RegisterOp::Write(offset, value) => [1, offset, value],
        };
        let request: Vec<u8> = all.iter().flat_map(words).flat_map(u32::to_le_bytes).collect();
        let mut answer = vec![0; 4 * all.len()];
        self.call(ACCESS, [&request, &[]], &mut answer).map_err(|error| AccessError { index: 0, error })?;
        Ok(words_of(&answer).collect())
    }

    fn exchange(&mut self, streams: Exchange<'_>) -> Result<(), TransportError> {
        self.call(EXCHANGE, [streams.activations, streams.weights], streams.results)
    }

    /// Drops what comes until nothing does: the next answer is then that to the next request.
    fn recover(&mut self) -> Result<(), TransportError> {
        self.bytes.set_read_timeout(Some(SILENCE)).map_err(|error| failed(&error))?;
        loop {
            match self.bytes.read(&mut [0; 1024]) {
                Ok(0) => return Err(TransportError::Failed("pipe: the board has closed it".into())),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(failed(&error)),
            }
        }
    }

    fn set_deadline(&mut self, end: Option<Instant>) {
        self.end = end;
    }
}
