//! Weights in the memory of a device.

use std::ops::Range;

use sha2::{Digest, Sha256};
use trine_golden_model::TernaryMatrix;
use trine_memory::{Key, Placement, Region};
use trine_spec::Config;

use crate::schedule::Job;
use crate::{Device, Error, Transport, packing};

/// A memory with the weights of units of configuration `config`: whatever decides how they are packed is its purpose.
pub(crate) fn placement(config: &Config) -> Placement {
    let (lanes, columns, code) = (config.lanes(), config.columns(), config.weight_code());
    let mut purpose = format!("weights 1: {lanes} lanes, {columns} columns, {code}, {} bits", config.weight_bus());
    if config.weight_ports() > 1 {
        purpose += &format!(", {} ports, bursts of {}", config.weight_ports(), config.burst_beats());
    }
    Placement::new(Sha256::digest(purpose).into())
}

/// The key of the piece of `w` with these outputs and positions.
pub(crate) fn key(w: &TernaryMatrix, outputs: &Range<usize>, depth: &Range<usize>) -> Key {
    let mut hash = Sha256::new_with_prefix(w.digest());
    for bound in [outputs.start, outputs.end, depth.start, depth.end] {
        hash.update((bound as u64).to_le_bytes());
    }
    hash.finalize().into()
}

/// The weights of one piece in the memory of a unit.
pub(crate) struct Resident<'a> {
    pub(crate) placement: &'a mut Placement,
    pub(crate) w: &'a TernaryMatrix,
    /// A job of the piece.
    pub(crate) job: &'a Job,
    /// Buffer for packed weights.
    pub(crate) room: &'a mut Vec<u8>,
}

impl Resident<'_> {
    /// The region of the piece, placed if it is not there; after a failure also if it is damaged.
    pub(crate) fn region<T: Transport>(&mut self, device: &mut Device<T>, failed: bool) -> Result<Region, Error> {
        let config = device.config().clone();
        // Where there are several ports, a region is larger than the weights in it.
        let bytes = packing::weight_bytes(&config, self.job.shape());
        let own = |region: Region| Region { bytes, ..region };
        let memory = device.memory()?;
        let key = key(self.w, &self.job.outputs, &self.job.depth);
        let kept = self.placement.find(memory, &key)?;
        if let Some(region) = kept
            && !(failed && self.placement.damaged(memory, &key)?)
        {
            return Ok(own(region));
        }
        self.room.clear();
        packing::weights(&config, self.w, &self.job.outputs, &self.job.depth, self.room);
        Ok(own(self.placement.place(memory, key, &packing::resident(&config, self.room))?))
    }
}
