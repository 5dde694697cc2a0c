//! Standard output of a command.

use std::io::{self, Stdout, Write};

/// A writer for text that people read. Results that go elsewhere do not depend on it: it keeps the failure of a reader that
/// leaves or of a full disk until those are written.
#[derive(Debug)]
pub struct Printer {
    /// Absent where a result has standard output for itself.
    out: Option<Stdout>,
    /// True if a failure is kept to the end.
    patient: bool,
    failure: Option<io::Error>,
}

impl Printer {
    /// A printer that fails at once.
    pub fn strict() -> Self {
        Self { out: Some(io::stdout()), patient: false, failure: None }
    }

    /// A printer that keeps a failure until [`finish`](Self::finish).
    pub fn patient() -> Self {
        Self { patient: true, ..Self::strict() }
    }

    /// A printer that prints no text.
    pub fn silent() -> Self {
        Self { out: None, ..Self::strict() }
    }

    /// Ends printing.
    ///
    /// # Errors
    /// The last write's, or the failure that was kept.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.failure.map_or(Ok(()), Err)
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
