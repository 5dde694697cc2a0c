//! Standard output of a verb.

use std::io::{self, Stdout, Write};

use anyhow::{Context, Result};

/// Prints what people read. Results that go elsewhere do not depend on it: a reader that leaves and a disk that is full are
/// remembered until those are written.
pub struct Printer {
    /// Absent where a result has standard output for itself.
    out: Option<Stdout>,
    /// True if a failure is kept to the end.
    patient: bool,
    failure: Option<io::Error>,
}

impl Printer {
    /// Prints; what fails, fails at once.
    pub(crate) fn new() -> Self {
        Self { out: Some(io::stdout()), patient: false, failure: None }
    }

    /// Prints; what fails is said in the end.
    pub(crate) fn patient() -> Self {
        Self { patient: true, ..Self::new() }
    }

    /// Prints nothing.
    pub(crate) fn silent() -> Self {
        Self { out: None, ..Self::new() }
    }

    /// Ends printing.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.flush()?;
        self.failure.map_or(Ok(()), Err).context("standard output")
    }

    fn outcome<T>(&mut self, outcome: io::Result<T>, instead: T) -> io::Result<T> {
        match outcome {
            Err(error) if self.patient => {
                (self.out, self.failure) = (None, Some(error));
                Ok(instead)
            }
            outcome => outcome,
        }
    }
}

impl Write for Printer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(out) = &mut self.out else { return Ok(bytes.len()) };
        let outcome = out.write(bytes);
        self.outcome(outcome, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        let outcome = out.flush();
        self.outcome(outcome, ())
    }
}
