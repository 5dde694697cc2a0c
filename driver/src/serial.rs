//! A serial port of the operating system that comes back after it was gone.
//!
//! A board that is unplugged, or a pseudo-terminal whose server ended, makes the call under way fail. The next one opens the
//! path again and gives it a while to reappear, so that a job is tried again on a line that works.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serialport::{ClearBuffer, SerialPort};

use crate::Error;

/// Longest time of an answer. A board answers at once; a simulation behind a pseudo-terminal, which takes 64 KiB before it makes
/// anyone wait, has to work through them first.
const ANSWER: Duration = Duration::from_secs(10);

/// Longest silence where no answer is awaited; more than the unit's bridge takes to give up a frame.
const SILENCE: Duration = Duration::from_secs(1);

/// Longest time for a path to reappear: a board that is plugged in again needs some seconds.
const ABSENCE: Duration = Duration::from_secs(5);

/// Longest time for a port to be let go. A program that this process starts shares its locks until its own image is loaded, so
/// that a port can be in use for a moment after it was closed.
const LETTING_GO: Duration = Duration::from_secs(1);

/// Bits on the line of the longest frame of the protocol, twice: what a write may have to wait for.
const FRAME_BITS: f64 = 2.0 * 10.0 * 1026.0;

/// A serial line, 8 bits without parity.
pub struct SerialLine {
    path: String,
    baud: u32,
    port: Option<Box<dyn SerialPort>>,
    patience: Duration,
    /// True if something was written since the last read.
    asked: bool,
}

impl SerialLine {
    /// Opens the port at `path` with `baud` bits a second, for this process alone.
    ///
    /// # Errors
    /// [`Error::Line`] when there is no such port, or it cannot be used.
    pub fn open(path: &str, baud: u32) -> Result<Self, Error> {
        let port = open(path, baud)?;
        Ok(Self { path: path.to_owned(), baud, port: Some(port), patience: ANSWER, asked: false })
    }

    /// Waits for answers as long as `patience`.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The port, opened again where it was lost.
    fn port(&mut self) -> io::Result<&mut Box<dyn SerialPort>> {
        let port = match self.port.take() {
            Some(port) => port,
            None => {
                let end = Instant::now() + ABSENCE;
                loop {
                    match open(&self.path, self.baud) {
                        Ok(port) => break port,
                        Err(error) if Instant::now() >= end => return Err(io::Error::other(error)),
                        Err(_) => thread::sleep(Duration::from_millis(50)),
                    }
                }
            }
        };
        Ok(self.port.insert(port))
    }

    /// Forgets a port that is gone.
    fn kept<R>(&mut self, outcome: io::Result<R>) -> io::Result<R> {
        let passes = |e: &io::Error| matches!(e.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted);
        if outcome.as_ref().is_err_and(|error| !passes(error)) {
            self.port = None;
        }
        outcome
    }
}

impl fmt::Debug for SerialLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SerialLine").field("path", &self.path).field("baud", &self.baud).finish_non_exhaustive()
    }
}

impl Read for SerialLine {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let patience = if self.asked { self.patience } else { SILENCE };
        self.asked = false;
        let port = self.port()?;
        port.set_timeout(patience)?;
        let outcome = match port.read(buffer) {
            Ok(0) if !buffer.is_empty() => Err(ErrorKind::BrokenPipe.into()),
            outcome => outcome,
        };
        self.kept(outcome)
    }
}

impl Write for SerialLine {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.asked = true;
        let patience = self.patience + Duration::from_secs_f64(FRAME_BITS / f64::from(self.baud.max(1)));
        let port = self.port()?;
        port.set_timeout(patience)?;
        let outcome = port.write(bytes);
        self.kept(outcome)
    }

    fn flush(&mut self) -> io::Result<()> {
        let outcome = self.port()?.flush();
        self.kept(outcome)
    }
}

fn open(path: &str, baud: u32) -> Result<Box<dyn SerialPort>, Error> {
    let end = Instant::now() + LETTING_GO;
    let port = loop {
        match serialport::new(path, baud).open() {
            Err(error) if in_use(&error) && Path::new(path).exists() && Instant::now() < end => {
                thread::sleep(Duration::from_millis(20));
            }
            outcome => break outcome,
        }
    };
    // What another program asked for is no answer to this one.
    let port = port.and_then(|port| port.clear(ClearBuffer::Input).map(|()| port));
    port.map_err(|error| Error::Line { path: path.to_owned(), problem: problem(path, &error) })
}

/// True if somebody else holds the port.
fn in_use(error: &serialport::Error) -> bool {
    use serialport::ErrorKind::{Io, NoDevice};
    matches!(error.kind(), NoDevice | Io(ErrorKind::ResourceBusy))
}

/// The fault, and what to do about it.
fn problem(path: &str, error: &serialport::Error) -> String {
    if Path::new(path).is_symlink() && !Path::new(path).exists() {
        return "it is a link that leads nowhere; its board was unplugged, or its server was ended by force: start that again".into();
    }
    if !Path::new(path).exists() {
        return "there is no such device; is it plugged in, or its server running?".into();
    }
    let said = error.to_string();
    let advice = match error.kind() {
        serialport::ErrorKind::Io(ErrorKind::PermissionDenied) => {
            "your user may not open it; it belongs to a group to join"
        }
        _ if in_use(error) => "another program may be using it",
        _ => "it may be no serial line",
    };
    format!("{said}; {advice}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_serial_line_is_refused_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let refused = |path: &Path| SerialLine::open(path.to_str().unwrap(), 115_200).unwrap_err().to_string();
        let nothing = refused(&file);
        assert!(
            nothing.starts_with(&format!("serial port {}: ", file.display())) && nothing.contains("no such device"),
            "{nothing}"
        );
        std::fs::write(&file, "text").unwrap();
        let text = refused(&file);
        assert!(text.contains("it may be no serial line"), "{text}");
    }
    #[cfg(unix)]
    #[test]
    fn a_port_is_waited_for_until_it_is_let_go() {
        let (_master, mut slave) = serialport::TTYPort::pair().unwrap();
        slave.set_exclusive(false).unwrap();
        let path = slave.name().unwrap();
        let holder = std::fs::File::open(&path).unwrap();
        drop(slave);
        holder.lock().unwrap();
        let held = SerialLine::open(&path, 115_200).unwrap_err().to_string();
        assert!(held.contains("another program may be using it"), "{held}");
        let holder = thread::spawn(move || {
            thread::sleep(LETTING_GO / 4);
            drop(holder);
        });
        SerialLine::open(&path, 115_200).unwrap();
        holder.join().unwrap();
    }
}
