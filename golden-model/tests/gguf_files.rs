//! GGUF models in several files, and folders with several of them.

use std::path::Path;

use crate::common::build::{Built, PACKED, Recipe, Storage, build};
use crate::common::gguf::{self, Meta};
use tempfile::TempDir;
use trine_golden_model::{Golden, KvCache, Model};

const RECIPE: Recipe =
    Recipe { storage: Storage::Tq2, hidden: 256, intermediate: 256, heads: 2, head_dim: 128, ..PACKED };

fn logits(path: &Path) -> Result<Vec<f32>, String> {
    let model = Model::load(&path.into()).map_err(|error| error.to_string())?;
    Ok(model.forward(&mut Golden, &[3, 1, 4], &mut KvCache::new(model.config())).unwrap().as_slice().to_vec())
}

#[track_caller]
fn refuse(path: &Path, parts: &[&str]) {
    let error = logits(path).unwrap_err();
    assert!(parts.iter().all(|part| error.contains(part)), "{error:?} lacks one of {parts:?}");
}

/// A model in parts of equal numbers of tensors, the rest in the last one; and its logits from one file.
fn split(built: &Built, cuts: &[usize]) -> (TempDir, Vec<f32>) {
    let folder = tempfile::tempdir().unwrap();
    let metadata = built.metadata("bitnet");
    std::fs::write(folder.path().join("whole"), gguf::bytes(3, &metadata, &built.tensors)).unwrap();
    let expected = logits(&folder.path().join("whole")).unwrap();
    let cuts = [cuts, &[built.tensors.len() - cuts.iter().sum::<usize>()]].concat();
    for (i, bytes) in gguf::split(&metadata, &built.tensors, &cuts).into_iter().enumerate() {
        std::fs::write(folder.path().join(part(i + 1, cuts.len())), bytes).unwrap();
    }
    (folder, expected)
}

fn part(i: usize, n: usize) -> String {
    format!("m-{i:05}-of-{n:05}.gguf")
}

/// Any part may be named, and the folder; the first part may hold no tensors, only the keys.
#[test]
fn split_models() {
    let built = build(&RECIPE, 2);
    for cuts in [&[5, 9][..], &[0], &[1, 1, 1, 20]] {
        let (folder, expected) = split(&built, cuts);
        for i in 1..=cuts.len() + 1 {
            assert_eq!(
                logits(&folder.path().join(part(i, cuts.len() + 1))),
                Ok(expected.clone()),
                "{cuts:?}, part {i}"
            );
        }
        assert_eq!(logits(folder.path()), Ok(expected), "{cuts:?}");
    }
}

#[test]
fn split_models_with_a_part_that_is_wrong() {
    let built = build(&RECIPE, 2);
    let (folder, _) = split(&built, &[5, 9]);
    let file = |i: usize| folder.path().join(part(i, 3));
    // A part that is not there, whichever is named, and the folder.
    let second = std::fs::read(file(2)).unwrap();
    std::fs::remove_file(file(2)).unwrap();
    for path in [file(1), file(3), folder.path().to_owned()] {
        refuse(&path, &["m-00002-of-00003.gguf", "no such file", "3 parts"]);
    }
    // Another part under its name, and the part of a model of another number of parts.
    std::fs::copy(file(3), file(2)).unwrap();
    refuse(&file(1), &["m-00002-of-00003.gguf", "`split.no` is 2", "says 1"]);
    let (other, _) = split(&built, &[5, 9, 3]);
    std::fs::copy(other.path().join(part(2, 4)), file(2)).unwrap();
    refuse(&file(1), &["m-00002-of-00003.gguf", "`split.count` is 4", "says 3"]);
    // A part of another split of the same model: a tensor twice, or one too few.
    let (other, _) = split(&built, &[4, 10]);
    std::fs::copy(other.path().join(part(2, 3)), file(2)).unwrap();
    refuse(&file(1), &["m-00002-of-00003.gguf", "is in", "m-00001-of-00003.gguf", &built.tensors[4].name]);
    let (other, _) = split(&built, &[5, 8]);
    std::fs::copy(other.path().join(part(2, 3)), file(2)).unwrap();
    refuse(&file(1), &["tensors", "split.tensors.count", "different models"]);
    // A part that is cut off, and one that is a pointer.
    std::fs::write(file(2), &second[..second.len() - 100]).unwrap();
    refuse(&file(1), &["m-00002-of-00003.gguf", "cut off"]);
    std::fs::write(file(2), "version https://git-lfs.github.com/spec/v1\n").unwrap();
    refuse(&file(1), &["m-00002-of-00003.gguf", "git lfs pull"]);
    std::fs::write(file(2), second).unwrap();
    assert!(logits(&file(2)).is_ok());
    std::fs::rename(file(1), folder.path().join("first.gguf")).unwrap();
    refuse(&folder.path().join("first.gguf"), &["first.gguf", "-00001-of-00003.gguf"]);
}

/// One model among files of other purposes is read, with a notice for each; of several models one is to be named.
#[test]
fn folders() {
    let built = build(&RECIPE, 2);
    let (folder, expected) = split(&built, &[7]);
    let write = |name: &str, metadata: &[(String, Meta)]| {
        std::fs::write(folder.path().join(name), gguf::bytes(3, metadata, &[])).unwrap();
    };
    let key = |key: &str, text: &str| (key.to_owned(), Meta::Text(text.into()));
    write("mmproj-m.gguf", &[key("general.architecture", "clip")]);
    write("style.gguf", &[key("general.architecture", "llama"), key("general.type", "adapter")]);
    write("imatrix.GGUF", &[key("general.type", "imatrix")]);
    // Hugging Face's description without its weights changes nothing.
    std::fs::write(folder.path().join("config.json"), "{}").unwrap();
    assert_eq!(logits(folder.path()), Ok(expected.clone()));
    let model = Model::load(&folder.path().into()).unwrap();
    let notices = model.config().notices.join("\n");
    for part in
        ["mmproj-m.gguf is not read: it is a projector", "style.gguf is not read: it is an adapter", "imatrix.GGUF"]
    {
        assert!(notices.contains(part), "{notices}");
    }
    assert_eq!(trine_golden_model::Config::load(&folder.path().into()).unwrap().notices, model.config().notices);
    std::fs::copy(folder.path().join("whole"), folder.path().join("whole.gguf")).unwrap();
    refuse(folder.path(), &["2 models", "m-00001-of-00002.gguf, whole.gguf"]);
    assert_eq!(logits(&folder.path().join("whole.gguf")), Ok(expected));
    for i in [1, 2] {
        std::fs::remove_file(folder.path().join(part(i, 2))).unwrap();
    }
    std::fs::remove_file(folder.path().join("whole.gguf")).unwrap();
    refuse(folder.path(), &["no language model", "mmproj-m.gguf"]);
}
