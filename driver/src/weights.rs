//! Packed weights, kept so that a layer is packed once and not for every token.

use std::collections::HashMap;
use std::ops::{Deref, Range};
use std::sync::{Arc, Mutex, PoisonError};

use trine_golden_model::TernaryMatrix;
use trine_spec::Config;

use crate::packing;

/// The weight beats of one piece of a matrix.
#[derive(Debug)]
pub(crate) enum Beats<'a> {
    /// Kept for the next time.
    Held(Arc<[u8]>),
    /// There was no room.
    Made(&'a [u8]),
}

impl Deref for Beats<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Held(beats) => beats,
            Self::Made(beats) => beats,
        }
    }
}

/// Digest of the matrix, outputs, positions.
type Key = ([u8; 32], Range<usize>, Range<usize>);

#[derive(Debug, Default)]
struct Kept {
    bytes: usize,
    pieces: HashMap<Key, Arc<[u8]>>,
}

/// Packed weights by content, for units of one configuration, up to a limit in bytes. Any number of units may ask at once.
///
/// A matrix has no name here: equal weights are packed once, and changed ones are never mistaken. Weights that no longer fit
/// are packed anew each time. Layers are used in turn, so throwing out the one that was used longest ago would throw out the
/// one that is needed next.
#[derive(Debug)]
pub(crate) struct WeightCache {
    limit: usize,
    kept: Mutex<Kept>,
}

impl WeightCache {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, kept: Mutex::default() }
    }

    /// The beats of one piece of `w`; `room` is where they are packed when they are not held.
    pub(crate) fn get<'a>(
        &self,
        config: &Config,
        w: &TernaryMatrix,
        outputs: &Range<usize>,
        depth: &Range<usize>,
        room: &'a mut Vec<u8>,
    ) -> Beats<'a> {
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // A digest costs a tenth of packing, for nothing when nothing is kept.
        let key = (self.limit > 0).then(|| (*w.digest(), outputs.clone(), depth.clone()));
        if let Some(beats) = key.as_ref().and_then(|key| lock().pieces.get(key).cloned()) {
            return Beats::Held(beats);
        }
        room.clear();
        packing::weights(config, w, outputs, depth, room);
        if let Some(key) = key {
            let mut kept = lock();
            if kept.bytes + room.len() <= self.limit && !kept.pieces.contains_key(&key) {
                kept.bytes += room.len();
                kept.pieces.insert(key, Arc::from(&**room));
            }
        }
        Beats::Made(room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two tiles of 16 trits, four bytes each.
    fn matrix(trit: i8) -> TernaryMatrix {
        TernaryMatrix::from_trits(4, 8, &[trit; 32]).unwrap()
    }

    /// The beats, and whether they were held.
    fn get(cache: &WeightCache, w: &TernaryMatrix, outputs: Range<usize>) -> (Vec<u8>, bool) {
        let mut room = vec![9; 3];
        let beats = cache.get(&Config::sized(4, 4).build().unwrap(), w, &outputs, &(0..8), &mut room);
        (beats.to_vec(), matches!(beats, Beats::Held(_)))
    }

    #[test]
    fn equal_weights_are_packed_once_while_there_is_room() {
        let cache = WeightCache::new(8);
        let (first, held) = get(&cache, &matrix(1), 0..4);
        assert_eq!((first.len(), held), (8, false));
        assert_eq!(get(&cache, &matrix(1), 0..4), (first.clone(), true), "another matrix of the same content");
        let (other, held) = get(&cache, &matrix(-1), 0..4);
        assert!(!held && other != first, "content decides");
        assert!(!get(&cache, &matrix(-1), 0..4).1, "there is room for one only");
        assert!(get(&cache, &matrix(1), 0..4).1);
    }

    #[test]
    fn pieces_are_told_apart_and_nothing_is_kept_without_room() {
        let cache = WeightCache::new(1 << 10);
        let w = TernaryMatrix::from_trits(4, 8, &(0..32).map(|i| (i % 3) as i8 - 1).collect::<Vec<_>>()).unwrap();
        assert_ne!(get(&cache, &w, 0..2).0, get(&cache, &w, 2..4).0);
        assert!(get(&cache, &w, 0..2).1 && get(&cache, &w, 2..4).1);
        let none = WeightCache::new(0);
        get(&none, &w, 0..4);
        assert!(!get(&none, &w, 0..4).1);
    }
}
