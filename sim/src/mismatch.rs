//! A result that differs from what the golden model expects.

use std::fmt;
use std::path::PathBuf;

/// The first difference between results and expectation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Mismatch {
    /// Clock cycle in which the beat was taken, where known.
    pub cycle: Option<u64>,
    /// Index of the beat.
    pub beat: usize,
    /// Index of the column within the beat.
    pub column: usize,
    /// The value wanted; `None` where the beat or column should not be there.
    pub expected: Option<i32>,
    /// The value that came; `None` where the beat or column is missing.
    pub actual: Option<i32>,
    /// The waveform file, where one is written.
    pub waveform: Option<PathBuf>,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = |value: Option<i32>| value.map_or_else(|| "nothing".to_owned(), |value| value.to_string());
        if let Some(cycle) = self.cycle {
            write!(f, "cycle {cycle}, ")?;
        }
        let Self { beat, column, .. } = self;
        let (expected, actual) = (value(self.expected), value(self.actual));
        write!(f, "beat {beat}, column {column}: expected {expected}, actual {actual}")?;
        match &self.waveform {
            Some(file) => write!(f, ", waveform {}", file.display()),
            None => Ok(()),
        }
    }
}
