//! Compares result beats with what the golden model expects.
//!
//! A result beat carries one little-endian int32 for each column. Too few beats end an exchange as idle and too many as
//! excess; what is left to find here is a wrong value, and a column that counts where none should or the reverse.

use std::path::Path;

use crate::mismatch::Mismatch;
use crate::streams::Sink;

/// Bytes of one column's value.
const VALUE_BYTES: usize = 4;

/// The expected result beats of one exchange.
#[derive(Clone, Copy, Debug)]
pub struct Scoreboard<'a> {
    /// Columns of a beat.
    pub columns: usize,
    /// One row a beat; a row shorter than `columns` wants the remaining columns not to count.
    pub expected: &'a [Vec<i32>],
    /// The waveform file to name in a mismatch.
    pub waveform: Option<&'a Path>,
}

impl Scoreboard<'_> {
    /// Compares the beats in `bytes`; `cycles` tells when each was taken, as far as it is known.
    ///
    /// # Errors
    /// The first [`Mismatch`].
    pub fn check_bytes(&self, bytes: &[u8], cycles: &[u64]) -> Result<(), Box<Mismatch>> {
        self.check(bytes, cycles, |_, _| None)
    }

    /// Compares the beats that a sink collected in `bytes`, and which columns of them count.
    ///
    /// # Errors
    /// The first [`Mismatch`].
    pub fn check_sink(&self, sink: &Sink, bytes: &[u8]) -> Result<(), Box<Mismatch>> {
        let taken = sink.moved() as usize * sink.beat_bytes();
        let counts = |beat, column| (0..VALUE_BYTES).all(|byte| sink.keeps(beat, column * VALUE_BYTES + byte));
        self.check(&bytes[..taken], sink.cycles(), |beat, column| Some(counts(beat, column)))
    }

    /// `counts` tells whether a column's bytes were kept; `None` takes the expectation's word for it.
    fn check(
        &self,
        bytes: &[u8],
        cycles: &[u64],
        counts: impl Fn(usize, usize) -> Option<bool>,
    ) -> Result<(), Box<Mismatch>> {
        let beats = bytes.chunks(self.columns * VALUE_BYTES);
        for beat in 0..self.expected.len().max(beats.len()) {
            let row = self.expected.get(beat);
            for column in 0..self.columns {
                let expected = row.and_then(|row| row.get(column)).copied();
                let came = bytes.get((beat * self.columns + column) * VALUE_BYTES..).and_then(<[u8]>::first_chunk);
                let came = came.map(|value| i32::from_le_bytes(*value));
                let counted = |_: &i32| counts(beat, column).unwrap_or(expected.is_some() || row.is_none());
                let actual = came.filter(counted);
                if actual != expected {
                    let (cycle, waveform) = (cycles.get(beat).copied(), self.waveform.map(Path::to_owned));
                    return Err(Box::new(Mismatch { cycle, beat, column, expected, actual, waveform }));
                }
            }
        }
        Ok(())
    }
}
