//! Names of weights in the memory of a device.

use std::ops::Range;

use sha2::{Digest, Sha256};
use trine_golden_model::TernaryMatrix;
use trine_memory::{Key, Placement};
use trine_spec::Config;

/// A memory with the weights of units of configuration `config`: whatever decides how they are packed is its purpose.
pub(crate) fn placement(config: &Config) -> Placement {
    let (lanes, columns, code) = (config.lanes(), config.columns(), config.weight_code());
    let purpose = format!("weights 1: {lanes} lanes, {columns} columns, {code}, {} bits", config.weight_bus());
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
