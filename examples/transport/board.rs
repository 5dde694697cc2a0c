//! The far end of the pipe: a thread in place of a board, with a unit in software.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::thread;

use trine_driver::{Exchange, RegisterOp, Transport, TransportError};
use trine_soft_unit::SoftUnit;
use trine_spec::Config;

use crate::pipe::{DONE, EXCHANGE, REFUSED, words_of};

/// Starts a board that serves the pipe until the host closes it.
pub fn spawn(bytes: UnixStream, config: &Config) {
    let unit = SoftUnit::new(config);
    thread::spawn(move || serve(bytes, unit));
}

fn serve(mut bytes: UnixStream, mut unit: SoftUnit) -> io::Result<()> {
    let mut noise = vec![0xFF];
    loop {
        let (mut kind, mut lengths) = ([0], [0; 12]);
        bytes.read_exact(&mut kind)?;
        bytes.read_exact(&mut lengths)?;
        let mut blocks = words_of(&lengths).map(|length| vec![0u8; length as usize]);
        let [mut first, mut second, mut answer] = [0; 3].map(|_| blocks.next().unwrap_or_default());
        bytes.read_exact(&mut first)?;
        bytes.read_exact(&mut second)?;

        let mut frame = vec![];
        let done = if kind == [EXCHANGE] {
            frame.append(&mut noise);
            unit.exchange(Exchange { activations: &first, weights: &second, results: &mut answer })
        } else {
            access(&mut unit, &first).map(|words| answer = words.concat())
        };
        match done {
            Ok(()) => {
                frame.push(DONE);
                frame.extend((answer.len() as u32).to_le_bytes());
                frame.extend(answer);
            }
            Err(_) => frame.extend([REFUSED, 0, 0, 0, 0]),
        }
        bytes.write_all(&frame)?;
    }
}

/// Makes the accesses of a request, three words each: 0 to read or 1 to write, the offset, the value.
fn access(unit: &mut SoftUnit, request: &[u8]) -> Result<Vec<[u8; 4]>, TransportError> {
    let words: Vec<u32> = words_of(request).collect();
    let one = |&[write, offset, value]: &[u32; 3]| match write {
        0 => RegisterOp::Read(offset),
        _ => RegisterOp::Write(offset, value),
    };
    let all: Vec<RegisterOp> = words.as_chunks().0.iter().map(one).collect();
    let words = unit.access(&all).map_err(|failed| failed.error)?;
    Ok(words.into_iter().map(u32::to_le_bytes).collect())
}
