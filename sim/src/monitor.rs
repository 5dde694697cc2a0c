//! The rules of a stream, checked on every stream that a design drives, in every exchange.

use std::fmt;

/// A rule of ready/valid streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamRule {
    /// Valid, once high, stays high until ready.
    ValidHolds,
    /// Data, keep and last stay as they are from the cycle in which valid rises until ready.
    PayloadHolds,
    /// Nothing follows the last expected beat.
    NoExcessBeat,
}

impl StreamRule {
    /// Decodes the shim's verdict; 0 is none.
    pub(crate) fn from_code(code: u64) -> Option<Self> {
        match code {
            1 => Some(Self::ValidHolds),
            2 => Some(Self::PayloadHolds),
            3 => Some(Self::NoExcessBeat),
            _ => None,
        }
    }
}

impl fmt::Display for StreamRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ValidHolds => "valid was dropped before ready",
            Self::PayloadHolds => "the payload changed while valid waited for ready",
            Self::NoExcessBeat => "a beat came that nobody expected",
        })
    }
}
