//! Pauses of the ends of a stream.

use crate::error::Error;
use crate::ffi::StallState;

/// Pauses of an end of a stream: in each cycle with `probability`, in an order that `seed` fixes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stalls {
    probability: f64,
    seed: u64,
}

impl Stalls {
    /// No pauses.
    pub const NONE: Self = Self { probability: 0.0, seed: 0 };

    /// Pauses with a probability of at least 0 and below 1.
    ///
    /// # Errors
    /// [`Error::StallProbability`] for any other number.
    pub fn new(probability: f64, seed: u64) -> Result<Self, Error> {
        if (0.0..1.0).contains(&probability) {
            return Ok(Self { probability, seed });
        }
        Err(Error::StallProbability(probability))
    }

    /// The same probability in another order, for the `index`th of several streams.
    #[must_use]
    pub fn for_stream(self, index: u64) -> Self {
        Self { seed: self.seed ^ index.wrapping_mul(0xd6e8_feb8_6659_fd93), ..self }
    }

    pub(crate) fn probability(self) -> f64 {
        self.probability
    }

    pub(crate) fn seed(self) -> u64 {
        self.seed
    }

    pub(crate) fn state(self) -> StallState {
        StallState { state: self.seed, threshold: (self.probability * 4_294_967_296.0) as u64 }
    }
}
