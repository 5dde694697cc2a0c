//! Packed weights, kept so that a layer is packed once and not for every token.

use std::collections::HashMap;
use std::sync::Arc;

use trine_golden_model::{LinearId, TernaryMatrix};
use trine_spec::Config;

use crate::{cycles::Shape, packing, schedule::Schedule};

/// The weight beats of one matrix, one buffer for each piece of its [`Schedule`].
#[derive(Debug)]
pub(crate) struct Packed {
    shape: (usize, usize),
    pub(crate) pieces: Vec<Vec<u8>>,
}

impl Packed {
    fn new(config: &Config, w: &TernaryMatrix) -> Self {
        // How the weights are cut does not depend on the number of tokens.
        let schedule = Schedule::new(config, Shape { m: 1, k: w.cols(), n: w.rows() });
        let pieces = schedule.pieces().map(|(outputs, depth)| packing::weights(config, w, &outputs, &depth)).collect();
        Self { shape: (w.rows(), w.cols()), pieces }
    }

    fn bytes(&self) -> usize {
        self.pieces.iter().map(Vec::len).sum()
    }
}

/// Packed weights by layer, up to a limit in bytes.
///
/// What does not fit any more is packed anew each time: layers are used in turn, so throwing out the one that was not
/// used for longest would throw out the one that is needed next.
#[derive(Debug)]
pub(crate) struct WeightCache {
    limit: usize,
    held: usize,
    layers: HashMap<LinearId, Arc<Packed>>,
}

impl WeightCache {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, held: 0, layers: HashMap::new() }
    }

    pub(crate) fn get(&mut self, config: &Config, id: LinearId, w: &TernaryMatrix) -> Arc<Packed> {
        match self.layers.get(&id) {
            Some(packed) if packed.shape == (w.rows(), w.cols()) => packed.clone(),
            _ => {
                let packed = Arc::new(Packed::new(config, w));
                if self.held + packed.bytes() <= self.limit {
                    self.held += packed.bytes();
                    self.layers.insert(id, packed.clone());
                }
                packed
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trine_golden_model::LinearKind;

    #[test]
    fn a_layer_is_packed_once_while_there_is_room() {
        let config = Config::sized(4, 4);
        let w = TernaryMatrix::from_trits(4, 8, &[1; 32]).unwrap();
        let id = |layer| LinearId { layer, kind: LinearKind::Up };
        // One matrix is two tiles of 16 trits, four bytes each.
        let mut cache = WeightCache::new(8);
        let first = cache.get(&config, id(0), &w);
        assert_eq!(first.bytes(), 8);
        assert!(Arc::ptr_eq(&first, &cache.get(&config, id(0), &w)));
        let second = cache.get(&config, id(1), &w);
        assert!(!Arc::ptr_eq(&second, &cache.get(&config, id(1), &w)), "there is room for one only");
        assert_eq!(second.pieces, first.pieces);
    }

    #[test]
    fn a_matrix_of_another_shape_is_never_mistaken() {
        let config = Config::sized(4, 4);
        let id = LinearId { layer: 0, kind: LinearKind::Q };
        let mut cache = WeightCache::new(1 << 10);
        cache.get(&config, id, &TernaryMatrix::from_trits(4, 4, &[1; 16]).unwrap());
        let other = cache.get(&config, id, &TernaryMatrix::from_trits(2, 8, &[1; 16]).unwrap());
        assert_eq!(other.shape, (2, 8));
    }
}
