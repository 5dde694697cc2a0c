//! A unit that has the weights of a model on its chip: the host names a matrix instead of sending it.

use std::collections::HashMap;

use trine_golden_model::TernaryMatrix;
use trine_spec::Config;

use crate::cycles::MatmulShape;
use crate::packing;
use crate::schedule::Schedule;
use crate::{Exchange, Transport, TransportError};

/// Contents of the memory of such a unit: the packed pieces of matrices, one behind the other.
#[derive(Clone, Debug)]
pub struct WeightImage {
    beat: usize,
    bytes: Vec<u8>,
    last: Vec<bool>,
    /// Number of the first beat by the piece itself.
    pieces: HashMap<Vec<u8>, u32>,
}

impl WeightImage {
    /// The weights of `matrices` as the driver would send them to a unit of configuration `config`.
    pub fn new<'a>(config: &Config, matrices: impl IntoIterator<Item = &'a TernaryMatrix>) -> Self {
        let mut image = Self { beat: config.weight_bus() / 8, bytes: vec![], last: vec![], pieces: HashMap::new() };
        for w in matrices {
            // How the weights are cut does not depend on the number of tokens.
            let schedule = Schedule::new(config, MatmulShape { m: 1, k: w.cols(), n: w.rows() });
            for (outputs, depth) in schedule.pieces() {
                let mut piece = vec![];
                packing::weights(config, w, &outputs, &depth, &mut piece);
                image.add(piece);
            }
        }
        image
    }

    /// Equal pieces are there once.
    fn add(&mut self, piece: Vec<u8>) {
        if self.pieces.contains_key(&piece) {
            return;
        }
        let (first, beats) = (self.last.len(), piece.len() / self.beat);
        self.bytes.extend(&piece);
        self.last.extend((1..=beats).map(|beat| beat == beats));
        self.pieces.insert(piece, first as u32);
    }

    /// All beats, byte 0 of each lowest.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// For each beat whether it is the last of its piece.
    pub fn last(&self) -> &[bool] {
        &self.last
    }
}

/// Reaches a unit with `image` on its chip through `link`.
#[derive(Debug)]
pub struct OnChip<T> {
    link: T,
    image: WeightImage,
}

impl<T: Transport> OnChip<T> {
    /// A unit behind `link`, whose weight stream takes numbers of beats, 32 bits each.
    pub fn new(link: T, image: WeightImage) -> Self {
        Self { link, image }
    }
}

impl<T: Transport> Transport for OnChip<T> {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        self.link.read(offset)
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        self.link.write(offset, value)
    }

    fn exchange(&mut self, streams: Exchange<'_>) -> Result<(), TransportError> {
        let missing = || TransportError::Failed("the weights of this job are not in the unit's memory".into());
        let first = self.image.pieces.get(streams.weights).ok_or_else(missing)?;
        self.link.exchange(Exchange { weights: &first.to_le_bytes(), ..streams })
    }

    fn result_cycles(&self) -> &[u64] {
        self.link.result_cycles()
    }
}
