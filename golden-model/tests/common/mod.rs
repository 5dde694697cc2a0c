//! What the tests share: the fixtures and comparisons with stored logits.
#![allow(dead_code)] // each test binary uses its part

pub mod build;
pub mod gguf;
pub mod naive;

use std::path::{Path, PathBuf};

use trine_golden_model::{Golden, KvCache, Model, npy};

/// A fixture's folder; `shakespeare` is the bundled model.
pub fn fixture(name: &str) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    if name == "shakespeare" { here.join("../models/shakespeare") } else { here.join("tests/fixtures").join(name) }
}

/// How far logits are from a reference.
#[derive(Debug)]
pub struct Distance {
    pub max_abs: f32,
    pub relative_l2: f64,
    pub same_argmax: f64,
}

/// Runs the ids of `ids_file` and compares with `logits_file`.
pub fn distance(model: &Model, folder: &Path, ids_file: &str, logits_file: &str) -> Distance {
    let ids = npy::read_ids(&folder.join(ids_file)).unwrap();
    let (shape, expected) = npy::read_f32(&folder.join(logits_file)).unwrap();
    let mut actual = Vec::new();
    for ids in &ids {
        actual
            .extend_from_slice(model.forward(&mut Golden, ids, &mut KvCache::new(model.config())).unwrap().as_slice());
    }
    assert_eq!(shape, [ids.len() as u64, ids[0].len() as u64, model.config().vocab as u64]);
    compare(&actual, &expected, model.config().vocab)
}

/// Compares logits, `rows x vocab`.
pub fn compare(actual: &[f32], expected: &[f32], vocab: usize) -> Distance {
    assert_eq!(actual.len(), expected.len());
    let differences = || actual.iter().zip(expected).map(|(a, e)| f64::from(a - e));
    let square_sum = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>();
    let rows = actual.chunks(vocab).zip(expected.chunks(vocab));
    let same = rows.clone().filter(|(a, e)| argmax(a) == argmax(e)).count();
    Distance {
        max_abs: differences().fold(0.0, |max, d| if d.is_nan() { f64::INFINITY } else { d.abs().max(max) }) as f32,
        relative_l2: (square_sum(&mut differences()) / square_sum(&mut expected.iter().map(|&e| e.into()))).sqrt(),
        same_argmax: same as f64 / rows.len() as f64,
    }
}

fn argmax(row: &[f32]) -> usize {
    (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap()
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
