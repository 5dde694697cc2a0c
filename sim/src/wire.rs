//! What a device's process and its user say to each other: one request, one reply, each a length and a body.
//!
//! ```text
//! request  'a' accesses                                    | 'x' activations weights results
//! reply     0  values, and an error where there are fewer  |  0  results cycles               or  an error
//! error    kind, what it says
//! ```
//! Numbers are little-endian, byte strings carry their length. Both ends are the same program, so there is no version.

use std::io::{self, ErrorKind, Read, Write};

use trine_driver::{Exchange, RegisterOp, Transport, TransportError};

pub(crate) const ACCESS: u8 = b'a';
pub(crate) const EXCHANGE: u8 = b'x';

/// Bytes of an access: whether it writes, offset, value.
const ACCESS_BYTES: usize = 9;

const OK: u8 = 0;
const TIMEOUT: u8 = 1;
const FRAMING: u8 = 2;
const FAILED: u8 = 3;

/// A message as it is put together.
#[derive(Debug)]
pub(crate) struct Message(Vec<u8>);

impl Message {
    pub(crate) fn new(kind: u8) -> Self {
        Self(vec![kind])
    }

    pub(crate) fn number(mut self, number: u64) -> Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self = self.number(bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    /// This message with another one behind it.
    fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    pub(crate) fn send(self, to: &mut impl Write) -> io::Result<()> {
        to.write_all(&(self.0.len() as u64).to_le_bytes())?;
        to.write_all(&self.0)?;
        to.flush()
    }
}

/// The body of the next message; `None` where the other end has gone between two.
pub(crate) fn receive(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 8];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        outcome => outcome?,
    }
    let length = u64::from_le_bytes(length);
    let mut body = vec![];
    let taken = from.take(length).read_to_end(&mut body)?;
    if (taken as u64) < length { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(Some(body)) }
}

/// A message as it is taken apart.
pub(crate) struct Body<'a>(pub(crate) &'a [u8]);

impl<'a> Body<'a> {
    pub(crate) fn kind(&mut self) -> io::Result<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    pub(crate) fn number(&mut self) -> io::Result<u64> {
        let bytes = self.take(8)?;
        Ok(u64::from_le_bytes(bytes.try_into().map_err(io::Error::other)?))
    }

    pub(crate) fn bytes(&mut self) -> io::Result<&'a [u8]> {
        let length = self.number()?;
        self.take(usize::try_from(length).map_err(io::Error::other)?)
    }

    fn take(&mut self, count: usize) -> io::Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(ErrorKind::UnexpectedEof)?;
        self.0 = rest;
        Ok(taken)
    }

    /// What follows a reply that is not an error.
    pub(crate) fn reply(mut self) -> io::Result<Result<Self, TransportError>> {
        let text = |body: &mut Self| Ok::<_, io::Error>(String::from_utf8_lossy(body.bytes()?).into_owned());
        Ok(Err(match self.kind()? {
            OK => return Ok(Ok(self)),
            TIMEOUT => TransportError::Timeout {
                activations: self.number()?,
                weights: self.number()?,
                results: self.number()?,
                limit: self.number()?,
            },
            FRAMING => TransportError::Framing { beat: self.number()?, problem: text(&mut self)? },
            FAILED => TransportError::Failed(text(&mut self)?),
            _ => return Err(io::Error::new(ErrorKind::InvalidData, "no such reply")),
        }))
    }
}

/// Answers requests for `device` until the other end has gone.
///
/// # Errors
/// When reading or writing fails, or a request is none.
pub fn serve(device: &mut dyn Transport, from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    while let Some(body) = receive(from)? {
        answer(device, Body(&body))?.send(to)?;
    }
    Ok(())
}

fn answer(device: &mut dyn Transport, mut request: Body<'_>) -> io::Result<Message> {
    let outcome = match request.kind()? {
        ACCESS => {
            let all: Vec<RegisterOp> = request.bytes()?.as_chunks().0.iter().map(decoded).collect();
            let mut values = vec![];
            let mut failure = None;
            for access in all {
                let outcome = match access {
                    RegisterOp::Read(offset) => device.read(offset),
                    RegisterOp::Write(offset, value) => device.write(offset, value).map(|()| 0),
                };
                match outcome {
                    Ok(value) => values.extend(value.to_le_bytes()),
                    Err(error) => {
                        failure = Some(error);
                        break;
                    }
                }
            }
            let reply = Message::new(OK).bytes(&values);
            return Ok(match failure {
                Some(error) => reply.and(failed(error)),
                None => reply,
            });
        }
        EXCHANGE => {
            let (activations, weights) = (request.bytes()?, request.bytes()?);
            let mut results = request.bytes()?.to_vec();
            let outcome = device.exchange(Exchange { activations, weights, results: &mut results });
            outcome.map(|()| {
                let cycles: Vec<u8> = device.result_cycles().iter().flat_map(|cycle| cycle.to_le_bytes()).collect();
                Message::new(OK).bytes(&results).bytes(&cycles)
            })
        }
        _ => return Err(io::Error::new(ErrorKind::InvalidData, "no such request")),
    };
    Ok(outcome.unwrap_or_else(failed))
}

fn failed(error: TransportError) -> Message {
    match error {
        TransportError::Timeout { activations, weights, results, limit } => {
            Message::new(TIMEOUT).number(activations).number(weights).number(results).number(limit)
        }
        TransportError::Framing { beat, problem } => Message::new(FRAMING).number(beat).bytes(problem.as_bytes()),
        other => Message::new(FAILED).bytes(other.to_string().as_bytes()),
    }
}

/// Accesses as [`decoded`] reads them.
pub(crate) fn encoded(all: &[RegisterOp]) -> Vec<u8> {
    let encode = |access: &RegisterOp| {
        let (writes, offset, value) = match *access {
            RegisterOp::Read(offset) => (0, offset, 0),
            RegisterOp::Write(offset, value) => (1, offset, value),
        };
        [&[writes], &offset.to_le_bytes()[..], &value.to_le_bytes()].concat()
    };
    all.iter().flat_map(encode).collect()
}

fn decoded(&[writes, a, b, c, d, e, f, g, h]: &[u8; ACCESS_BYTES]) -> RegisterOp {
    let (offset, value) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
    if writes == 0 { RegisterOp::Read(offset) } else { RegisterOp::Write(offset, value) }
}
