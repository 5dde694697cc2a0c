//! Checkpoints and vocabularies with random bytes overwritten, or cut short: loading and running them may fail in any
//! way but a panic.

use std::path::Path;

use crate::common::build::{PACKED, build};
use crate::common::fixture;
use proptest::prelude::*;
use trine_golden_model::{Golden, KvCache, Model, Tokenizer};

/// Loads, tokenizes and runs; whatever comes of it, it must come back.
fn survive(path: &Path) {
    if let Ok(tokenizer) = Tokenizer::load(&path.into()) {
        let _ = tokenizer.encode("Shall I?").map(|tokens| tokenizer.decode(&tokens));
    }
    if let Ok(model) = Model::load(&path.into()) {
        let _ = model.forward(&mut Golden, &[1, 2, 3], &mut KvCache::new(model.config()));
    }
}

/// Bytes to overwrite, as fractions of the file, and where to cut it.
fn damage() -> impl Strategy<Value = (Vec<(f64, u8)>, Option<f64>)> {
    (proptest::collection::vec((0.0..1.0f64, any::<u8>()), 1..6), proptest::option::weighted(0.2, 0.0..1.0f64))
}

fn damaged(bytes: &[u8], (writes, cut): &(Vec<(f64, u8)>, Option<f64>), header: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (i, (at, value)) in writes.iter().enumerate() {
        // Most of the writes go where the structure is.
        let range = if i % 4 == 3 { bytes.len() } else { header };
        bytes[(at * range as f64) as usize] = *value;
    }
    if let Some(cut) = cut {
        bytes.truncate((cut * bytes.len() as f64) as usize);
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_safetensors(damage in damage()) {
        let (folder, built) = (tempfile::tempdir().unwrap(), build(&PACKED, 1));
        built.write_folder(folder.path(), 1);
        let bytes = std::fs::read(folder.path().join("model.safetensors")).unwrap();
        let header = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        std::fs::write(folder.path().join("model.safetensors"), damaged(&bytes, &damage, header)).unwrap();
        survive(folder.path());
    }

    #[test]
    fn damaged_config_and_index(damage in damage(), file in 0..2usize) {
        let (folder, built) = (tempfile::tempdir().unwrap(), build(&PACKED, 1));
        built.write_folder(folder.path(), 2);
        let path = folder.path().join(["config.json", "model.safetensors.index.json"][file]);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, damaged(&bytes, &damage, bytes.len())).unwrap();
        survive(folder.path());
    }

    #[test]
    fn damaged_gguf(damage in damage()) {
        let bytes = std::fs::read(fixture("gguf_tq2_0-silu-default").join("model.gguf")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.gguf");
        std::fs::write(&path, damaged(&bytes, &damage, 2400)).unwrap();
        survive(&path);
    }

    #[test]
    fn damaged_tokenizers(damage in damage(), file in 0..3usize) {
        let (fixture_name, name) =
            [("shakespeare", "chars.json"), ("bytelevel", "tokenizer.json"), ("sentencepiece", "tokenizer.model")][file];
        let bytes = std::fs::read(fixture(fixture_name).join(name)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), damaged(&bytes, &damage, bytes.len())).unwrap();
        survive(folder.path());
    }
}
