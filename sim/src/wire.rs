//! Messages between a device's process and its user: one request, one reply, each a length and a body.
//!
//! ```text
//! request   Access(accesses)                  | Exchange([{ activations, weights, results }]) | MemoryWrite    | MemoryRead
//! reply     Result<values, AccessError>       | Result<Exchanged, TransportError>             | Result<(), MemoryError>
//!                                                                                             and bytes
//! MemoryCommands gets what Transport::memory_commands returns.
//! message   length of the body in bytes (8 bytes, little-endian), body (postcard)
//! ```
//! Both ends are the same program, so there is no version.

use std::io::{self, ErrorKind, Read, Write};

use serde::{Deserialize, Serialize, Serializer};
use trine_driver::{Exchange, Memory, MemoryError, RegisterOp, Transport};

/// A call of the device.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Request<'a> {
    /// Accesses of registers, in order.
    Access(Vec<RegisterOp>),
    /// The streams of one job, or of several that follow one another.
    #[serde(borrow)]
    Exchange(Vec<Streams<'a>>),
    /// Bytes for the memory of the weights.
    MemoryWrite {
        /// Address of the first.
        at: u64,
        /// The bytes.
        #[serde(serialize_with = "whole")]
        bytes: &'a [u8],
    },
    /// Commands of the memory of the weights.
    MemoryCommands,
    /// Bytes of the memory of the weights.
    MemoryRead {
        /// Address of the first.
        at: u64,
        /// Number of bytes.
        count: u64,
    },
}

/// The streams of one job.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Streams<'a> {
    /// Beats of the activations.
    #[serde(serialize_with = "whole")]
    pub(crate) activations: &'a [u8],
    /// Beats of the weights.
    #[serde(serialize_with = "whole")]
    pub(crate) weights: &'a [u8],
    /// Contents of the result buffer before the job.
    #[serde(serialize_with = "whole")]
    pub(crate) results: &'a [u8],
}

/// Results of all jobs of an exchange.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Exchanged<'a> {
    /// Contents of the result buffers, one behind another.
    #[serde(serialize_with = "whole")]
    pub(crate) results: &'a [u8],
    /// Cycle of each result beat.
    pub(crate) cycles: Vec<u64>,
}

/// Serialises bytes as one piece, which serde does one by one.
fn whole<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bytes(bytes)
}

/// Writes one message.
pub(crate) fn send(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let body = postcard::to_stdvec(message).map_err(io::Error::other)?;
    to.write_all(&(body.len() as u64).to_le_bytes())?;
    to.write_all(&body)?;
    to.flush()
}

/// The body of the next message; `None` if the other end has gone between two.
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

/// The message in a body.
pub(crate) fn decoded<'a, M: Deserialize<'a>>(body: &'a [u8]) -> io::Result<M> {
    let wrong = |problem: String| io::Error::new(ErrorKind::InvalidData, problem);
    match postcard::take_from_bytes(body) {
        Ok((message, [])) => Ok(message),
        Ok((_, rest)) => Err(wrong(format!("{} bytes too many in a message", rest.len()))),
        Err(error) => Err(wrong(format!("no such message: {error}"))),
    }
}

/// Answers requests for `device` until the other end has gone.
///
/// # Errors
/// When reading or writing fails, or a request is none.
pub fn serve(device: &mut dyn Transport, from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    while let Some(body) = receive(from)? {
        match decoded(&body)? {
            Request::Access(all) => send(to, &device.access(&all))?,
            Request::Exchange(streams) => {
                let mut results: Vec<Vec<u8>> = streams.iter().map(|job| job.results.to_vec()).collect();
                let jobs = streams.iter().zip(&mut results);
                let mut jobs: Vec<Exchange<'_>> = jobs
                    .map(|(&Streams { activations, weights, .. }, results)| Exchange { activations, weights, results })
                    .collect();
                let outcome = match &mut jobs[..] {
                    [only] => device.exchange(only.reborrow()),
                    all => device.exchange_all(all),
                };
                let cycles = device.result_cycles().to_vec();
                let results = results.concat();
                send(to, &outcome.map(|()| Exchanged { results: &results, cycles }))?;
            }
            Request::MemoryWrite { at, bytes } => send(to, &memory(device).and_then(|memory| memory.store(at, bytes)))?,
            Request::MemoryCommands => send(to, &device.memory_commands())?,
            Request::MemoryRead { at, count } => {
                let found = memory(device).and_then(|memory| {
                    let (end, bytes) = (at.checked_add(count), memory.bytes());
                    end.filter(|end| *end <= bytes).ok_or(MemoryError::Range { at, count, bytes })?;
                    let mut found = vec![0; count as usize];
                    memory.load(at, &mut found).map(|()| found)
                });
                send(to, &found)?;
            }
        }
    }
    Ok(())
}

fn memory(device: &mut dyn Transport) -> Result<&mut dyn Memory, MemoryError> {
    device.memory().ok_or_else(|| MemoryError::Failed("the unit reads no weights from memory".into()))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::time::Duration;

    use super::*;
    use trine_driver::{AccessError, TransportError};

    /// A device of which every call fails.
    struct Failing(TransportError);

    impl Transport for Failing {
        fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
            if offset == 0 { Ok(7) } else { Err(self.0.clone()) }
        }

        fn write(&mut self, _: u32, _: u32) -> Result<(), TransportError> {
            Err(self.0.clone())
        }

        fn exchange(&mut self, _: Exchange<'_>) -> Result<(), TransportError> {
            Err(self.0.clone())
        }
    }

    /// The variant after `error`; a variant that is not listed here does not compile.
    fn next(error: Option<&TransportError>) -> Option<TransportError> {
        Some(match error {
            None => TransportError::Timeout { activations: 1, weights: u64::MAX, results: 3, limit: 200_000 },
            Some(TransportError::Timeout { .. }) => TransportError::Deadline { after: Duration::new(3, 999_999_999) },
            Some(TransportError::Deadline { .. }) => {
                TransportError::Framing { beat: 1 << 40, problem: "tlast came early".into() }
            }
            Some(TransportError::Framing { .. }) => TransportError::Refused("the answer is not OKAY".into()),
            Some(TransportError::Refused(_)) => TransportError::Failed("größer".into()),
            Some(TransportError::Failed(_)) => return None,
        })
    }

    #[test]
    fn every_error_arrives_as_itself() {
        let mut error = next(None);
        while let Some(sent) = error {
            let mut requests = vec![];
            send(&mut requests, &Request::Access(vec![RegisterOp::Read(0), RegisterOp::Write(4, 5)])).unwrap();
            let streams = || Streams { activations: &[1], weights: &[], results: &[0; 4] };
            send(&mut requests, &Request::Exchange(vec![streams()])).unwrap();
            send(&mut requests, &Request::Exchange(vec![streams(), streams()])).unwrap();
            let mut replies = vec![];
            serve(&mut Failing(sent.clone()), &mut Cursor::new(requests), &mut replies).unwrap();
            let mut replies = Cursor::new(replies);
            let reply = receive(&mut replies).unwrap().unwrap();
            let accessed: Result<Vec<u32>, AccessError> = decoded(&reply).unwrap();
            assert_eq!(accessed, Err(AccessError { index: 1, error: sent.clone() }));
            for _ in 0..2 {
                let reply = receive(&mut replies).unwrap().unwrap();
                let exchanged: Result<Exchanged<'_>, TransportError> = decoded(&reply).unwrap();
                assert_eq!(exchanged, Err(sent.clone()));
            }
            assert!(receive(&mut replies).unwrap().is_none());
            error = next(Some(&sent));
        }
    }

    #[test]
    fn streams_arrive_whole() {
        let (long, results) = (vec![0x80; 70_000], [1, 2, 3]);
        let sent = Request::Exchange(vec![Streams { activations: &long, weights: &[], results: &results }]);
        let body = postcard::to_stdvec(&sent).unwrap();
        assert_eq!(decoded::<Request<'_>>(&body).unwrap(), sent);
        assert!(body.len() < long.len() + 16, "{} bytes", body.len());
        let more = [&body[..], &[0]].concat();
        assert!(decoded::<Request<'_>>(&more).unwrap_err().to_string().contains("1 bytes too many"));
        assert!(decoded::<Request<'_>>(&body[..100]).is_err());
    }
}
