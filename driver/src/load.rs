//! Places the weights of a whole model in the memory of a device, before the first job needs them.
//!
//! ```text
//! matrices ──> pieces, each once ──> those that are not there ──> pack, place ──> all of them found
//! ```
//! Pieces that the memory's directory names stay. After a failure that may pass, the load looks for all pieces again, and first
//! reads back those that the memory may have lost.

use std::collections::HashSet;
use std::ops::Range;

use serde::Serialize;
use trine_golden_model::TernaryMatrix;
use trine_memory::{Key, Memory, MemoryError, Placement};
use trine_spec::Config;

use crate::cycles::MatmulShape;
use crate::schedule::Schedule;
use crate::{Device, Error, Transport, packing, resident};

/// Failures in one load after which it ends.
const FAILURES: usize = 8;

/// Outcome of a load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Loaded {
    /// Regions of the matrices, all of which are in the memory.
    pub regions: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Regions that were written.
    #[serde(rename = "placed_regions")]
    pub placed: u64,
    /// Bytes that were written to them.
    pub placed_bytes: u64,
    /// Regions that were read back and found damaged, before they were written again.
    #[serde(rename = "damaged_regions")]
    pub damaged: u64,
    /// True if contents of other matrices had to go.
    pub cleared: bool,
    /// Failures that another attempt overcame.
    pub retried: u64,
}

/// A step of a load.
#[derive(Clone, Copy, Debug)]
pub enum LoadStep<'a> {
    /// This many bytes are to be written.
    Begun(u64),
    /// This many more bytes were written.
    Written(u64),
    /// This failure is followed by another attempt.
    Failed(&'a Error),
}

/// Weights that are streamed as one.
struct Piece<'a> {
    w: &'a TernaryMatrix,
    outputs: Range<usize>,
    depth: Range<usize>,
    key: Key,
    bytes: u64,
}

impl Piece<'_> {
    fn packed(&self, config: &Config, room: &mut Vec<u8>) {
        room.clear();
        packing::weights(config, self.w, &self.outputs, &self.depth, room);
        if config.weight_ports() > 1 {
            *room = packing::resident(config, room);
        }
    }
}

/// The pieces of `matrices`, equal ones once.
fn pieces<'a>(config: &Config, matrices: impl IntoIterator<Item = &'a TernaryMatrix>) -> Vec<Piece<'a>> {
    let (mut all, mut keys) = (vec![], HashSet::new());
    for w in matrices {
        // How the weights are cut does not depend on the number of tokens.
        let schedule = Schedule::new(config, MatmulShape { m: 1, k: w.cols(), n: w.rows() });
        for (outputs, depth) in schedule.pieces() {
            let key = resident::key(w, &outputs, &depth);
            let bytes = packing::resident_bytes(config, MatmulShape { m: 1, k: depth.len(), n: outputs.len() });
            if keys.insert(key) {
                all.push(Piece { w, outputs, depth, key, bytes });
            }
        }
    }
    all
}

/// Places all pieces of `matrices` in the memory of `device` that are not there; with `check`, what is there is read back first, and
/// written again where it is damaged.
///
/// # Errors
/// [`Error::NoMemory`] for a unit that reads none, [`Error::Memory`] when the pieces do not fit, in which case nothing is written, or
/// when the memory fails again and again.
pub fn load<'a, T: Transport>(
    device: &mut Device<T>,
    matrices: impl IntoIterator<Item = &'a TernaryMatrix>,
    check: bool,
    progress: &mut dyn FnMut(LoadStep<'_>),
) -> Result<Loaded, Error> {
    let config = device.config().clone();
    device.memory()?;
    let pieces = pieces(&config, matrices);
    let mut load = Load { config: &config, pieces: &pieces, placement: resident::placement(&config), checked: !check };
    let bytes = pieces.iter().map(|piece| piece.bytes).sum();
    let mut loaded = Loaded { regions: pieces.len() as u64, bytes, ..Loaded::default() };
    loop {
        let memory = device.memory()?;
        match load.attempt(memory, &mut loaded, progress).and_then(|()| load.look_again(memory)) {
            Ok(()) => return Ok(loaded),
            Err(error) if error.is_transient() && loaded.retried < FAILURES as u64 => {
                loaded.retried += 1;
                progress(LoadStep::Failed(&error));
                device.transport_mut().recover().map_err(Error::Link)?;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Keys and lengths of the pieces of `matrices`.
pub(crate) fn contents<'a>(config: &Config, matrices: impl IntoIterator<Item = &'a TernaryMatrix>) -> Vec<(Key, u64)> {
    pieces(config, matrices).iter().map(|piece| (piece.key, piece.bytes)).collect()
}

/// A load under way.
struct Load<'a> {
    config: &'a Config,
    pieces: &'a [Piece<'a>],
    placement: Placement,
    /// True if what was there at the beginning is not to be read back any more.
    checked: bool,
}

impl Load<'_> {
    /// Sees that the directory in the memory names all pieces: nobody else has written it meanwhile.
    fn look_again(&mut self, memory: &mut dyn Memory) -> Result<(), Error> {
        self.placement = resident::placement(self.config);
        for piece in self.pieces {
            if self.placement.find(memory, &piece.key)?.is_none() {
                let problem = "somebody else has written the memory's directory meanwhile".to_owned();
                return Err(Error::Memory(MemoryError::Failed(problem)));
            }
        }
        Ok(())
    }

    /// Looks for all pieces, and places those that are missing.
    fn attempt(
        &mut self,
        memory: &mut dyn Memory,
        loaded: &mut Loaded,
        progress: &mut dyn FnMut(LoadStep<'_>),
    ) -> Result<(), Error> {
        let mut missing = vec![];
        for piece in self.pieces {
            let there = self.placement.find(memory, &piece.key)?.is_some();
            let damaged = there && !self.checked && self.placement.damaged(memory, &piece.key)?;
            loaded.damaged += u64::from(damaged);
            if !there || damaged {
                missing.push(piece);
            }
        }
        self.checked = true;
        let contents: Vec<(Key, u64)> = self.pieces.iter().map(|piece| (piece.key, piece.bytes)).collect();
        if self.placement.make_room(memory, &contents)? {
            loaded.cleared = true;
            missing = self.pieces.iter().collect();
        }
        progress(LoadStep::Begun(missing.iter().map(|piece| piece.bytes).sum()));
        let mut room = vec![];
        for piece in missing {
            piece.packed(self.config, &mut room);
            let mut written = |bytes| progress(LoadStep::Written(bytes));
            self.placement.place_with(memory, piece.key, &room, &mut written)?;
            loaded.placed += 1;
            loaded.placed_bytes += piece.bytes;
        }
        Ok(())
    }
}
