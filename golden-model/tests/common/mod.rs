//! Fixtures, and writers of checkpoints, that the tests share.

pub mod build;
pub mod gguf;
pub mod naive;

use std::path::{Path, PathBuf};

/// A fixture's folder; `shakespeare` is the bundled model.
pub fn fixture(name: &str) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    if name == "shakespeare" { here.join("../models/shakespeare") } else { here.join("tests/fixtures").join(name) }
}

/// A `.npy` file of 8-byte numbers with a header as given.
pub fn npy_ids(shape: &str, kind: &str, values: &[i64]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    let padded = (header.len() + 11).next_multiple_of(64) - 10;
    bytes.extend((padded as u16).to_le_bytes());
    bytes.extend(format!("{header:<width$}\n", width = padded - 1).bytes());
    bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    bytes
}
