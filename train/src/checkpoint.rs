//! A training on disk: `checkpoint.safetensors` beside its vocabulary.
//!
//! Master weights and both moments are flat f32 tensors in the order of [`Layout`]. Metadata holds recipe and plan, steps
//! done, the curve so far, and hashes of text and vocabulary. Nothing else decides how a training goes on, so it resumes
//! exactly. A SHA-256 of the whole file, taken with zeros in its own place, tells damage.

use std::collections::HashMap;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::layout::Layout;
use crate::optimizer::AdamW;
use crate::{Error, Plan, Recipe, Trainer, file};

/// A point of a loss curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Steps done.
    pub step: usize,
    /// Tokens seen.
    pub tokens: usize,
    /// Learning rate of the last of them.
    pub rate: f64,
    /// Bits per token of the batches since the point before, on average.
    #[serde(rename = "train_bits_per_token", alias = "train_bits")]
    pub train_bits: f64,
    /// Norm of their gradients before clipping, on average.
    #[serde(rename = "gradient_norm", alias = "norm")]
    pub norm: f64,
    /// Bits per character of a part of the held-out text.
    #[serde(rename = "held_out_bits_per_char", alias = "held_out_bits")]
    pub held_out_bits: f64,
}

/// Sums over the steps since the last point of the curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Since {
    pub(crate) bits: f64,
    pub(crate) norm: f64,
    pub(crate) steps: u32,
}

/// Metadata beside the tensors. The check sum is the first, where it is looked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Header {
    sha256: String,
    recipe: Recipe,
    plan: Plan,
    step: usize,
    since: Since,
    curve: Vec<Point>,
    text_sha256: String,
    vocabulary_sha256: String,
}

pub(crate) const FILE: &str = "checkpoint.safetensors";
const TENSORS: [&str; 3] = ["masters", "first_moment", "second_moment"];
const KEY: &str = "trine_train";
/// Text before the check sum in the file: JSON inside JSON.
const BEFORE_SUM: &[u8] = br#"{\"sha256\":\""#;
const DIGITS: usize = 64;

/// Sources of a training: hashes of its text and of its vocabulary's file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Origin {
    pub(crate) text_sha256: String,
    pub(crate) vocabulary_sha256: String,
}

/// A training as it is on disk.
#[derive(Debug)]
pub(crate) struct Checkpoint {
    pub(crate) trainer: Trainer,
    pub(crate) plan: Plan,
    pub(crate) since: Since,
    pub(crate) curve: Vec<Point>,
    pub(crate) origin: Origin,
}

/// The SHA-256 of `bytes`, in hexadecimal digits.
pub(crate) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Place of the check sum's digits in a file.
fn place_of_sum(bytes: &[u8]) -> Option<std::ops::Range<usize>> {
    let start = bytes.windows(BEFORE_SUM.len()).position(|window| window == BEFORE_SUM)? + BEFORE_SUM.len();
    (start + DIGITS <= bytes.len()).then_some(start..start + DIGITS)
}

/// Writes a training into `folder`.
///
/// # Errors
/// If the file cannot be written.
pub(crate) fn save(
    folder: &Path,
    trainer: &Trainer,
    (plan, since, curve, origin): (Plan, Since, &[Point], &Origin),
) -> Result<(), Error> {
    let path = folder.join(FILE);
    let header = Header {
        sha256: "0".repeat(DIGITS),
        recipe: trainer.recipe,
        plan,
        step: trainer.step,
        since,
        curve: curve.to_vec(),
        text_sha256: origin.text_sha256.clone(),
        vocabulary_sha256: origin.vocabulary_sha256.clone(),
    };
    let header = serde_json::to_string(&header).map_err(|e| Error::checkpoint(&path, e.to_string()))?;
    let parts = [&trainer.network.masters, &trainer.optimizer.first, &trainer.optimizer.second];
    let bytes = parts.map(|part| part.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>());
    let views: Result<Vec<_>, _> = TENSORS
        .iter()
        .zip(&bytes)
        .map(|(name, bytes)| Ok((*name, TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes)?)))
        .collect();
    let metadata = HashMap::from([(KEY.to_owned(), header)]);
    let bytes = views.and_then(|views| safetensors::serialize(views, Some(metadata)));
    let mut bytes = bytes.map_err(|e| Error::checkpoint(&path, e.to_string()))?;
    let sum = hash(&bytes);
    if let Some(place) = place_of_sum(&bytes) {
        bytes[place].copy_from_slice(sum.as_bytes());
    }
    file::write(&path, &bytes)
}

/// Reads what [`save`] wrote.
///
/// # Errors
/// If there is no checkpoint in `folder`, or it is damaged.
pub(crate) fn load(folder: &Path) -> Result<Checkpoint, Error> {
    let path = folder.join(FILE);
    let mut bytes = std::fs::read(&path).map_err(Error::io(&path))?;
    let fail =
        |reason: String| Error::checkpoint(&path, format!("this is no checkpoint of a training, or damaged: {reason}"));
    let (_, metadata) = SafeTensors::read_metadata(&bytes).map_err(|e| fail(e.to_string()))?;
    let header = metadata.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
    let header = header.ok_or_else(|| fail(format!("metadata `{KEY}` is missing")))?.clone();
    expect_sum(&path, &mut bytes)?;
    let Header { recipe, plan, step, since, curve, text_sha256, vocabulary_sha256, .. } =
        serde_json::from_str(&header).map_err(|e| fail(e.to_string()))?;
    recipe.check()?;
    plan.check()?;
    if step > recipe.schedule.end() {
        return Err(fail(format!("{step} steps are done of {}", recipe.schedule.end())));
    }
    let tensors = SafeTensors::deserialize(&bytes).map_err(|e| fail(e.to_string()))?;
    let total = Layout::new(&recipe.shape).total();
    let read = |name: &str| {
        let tensor = tensors.tensor(name).map_err(|e| fail(e.to_string()))?;
        let (words, rest) = tensor.data().as_chunks::<4>();
        if tensor.dtype() != Dtype::F32 || words.len() != total || !rest.is_empty() {
            return Err(fail(format!("tensor `{name}` does not hold the shape's {total} f32 parameters")));
        }
        Ok(words.iter().map(|word| f32::from_le_bytes(*word)).collect::<Vec<f32>>())
    };
    let [masters, first, second] = TENSORS.map(read);
    let (masters, optimizer) = (masters?, AdamW { first: first?, second: second? });
    let trainer = Trainer::restore(recipe, masters, optimizer, step);
    Ok(Checkpoint { trainer, plan, since, curve, origin: Origin { text_sha256, vocabulary_sha256 } })
}

/// Compares the check sum in `bytes`, and leaves zeros in its place.
fn expect_sum(path: &Path, bytes: &mut [u8]) -> Result<(), Error> {
    let place = place_of_sum(bytes).ok_or_else(|| {
        Error::checkpoint(path, "it has no check sum, so an older trine wrote it; begin the training again")
    })?;
    let written = bytes[place.clone()].to_vec();
    bytes[place].fill(b'0');
    if hash(bytes).as_bytes() == written {
        return Ok(());
    }
    Err(Error::checkpoint(
        path,
        "it is damaged, since its check sum is not that of its bytes; take it from a copy, or begin the training again",
    ))
}

impl Checkpoint {
    /// Makes sure that `text` is the one that was trained on.
    ///
    /// # Errors
    /// If it is another.
    pub(crate) fn expect_text(&self, folder: &Path, text: &str) -> Result<(), Error> {
        if hash(text.as_bytes()) == self.origin.text_sha256 {
            return Ok(());
        }
        let reason = "it was made from another text, by its SHA-256; give the same file to go on";
        Err(Error::checkpoint(&folder.join(FILE), reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Schedule, VocabularyKind, gradcheck::SMALL};

    fn stored(folder: &Path) -> Vec<u8> {
        let schedule = Schedule { peak: 3e-3, warmup: 1, steps: 4, landing: None };
        let recipe = Recipe { kind: Kind::Ternary, shape: SMALL, schedule, batch: 1, shards: 1, seed: 1 };
        let trainer = Trainer::new(recipe).unwrap();
        let plan = Plan { vocabulary: VocabularyKind::Characters, every: 2, gguf: None };
        let origin = Origin { text_sha256: hash(b"text"), vocabulary_sha256: hash(b"[]") };
        let since = Since { bits: 1.0 / 3.0, norm: 0.1, steps: 1 };
        save(folder, &trainer, (plan, since, &[], &origin)).unwrap();
        let again = load(folder).unwrap();
        assert_eq!((again.plan, again.since, again.origin), (plan, since, origin));
        assert_eq!(again.trainer.network.masters, trainer.network.masters);
        std::fs::read(folder.join(FILE)).unwrap()
    }

    #[test]
    fn files_that_are_no_checkpoints_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refuse = |bytes: &[u8], reason: &str| {
            std::fs::write(folder.path().join(FILE), bytes).unwrap();
            let error = load(folder.path()).unwrap_err().to_string();
            assert!(error.contains(FILE) && error.contains(reason), "{error}");
        };
        assert!(load(folder.path()).unwrap_err().to_string().contains(FILE));
        refuse(b"nonsense", "no checkpoint");
        let tensor = TensorView::new(Dtype::F32, vec![1], &[0; 4]).unwrap();
        refuse(&safetensors::serialize([("masters", &tensor)], None).unwrap(), "`trine_train` is missing");
        let metadata = HashMap::from([(KEY.to_owned(), "{}".to_owned())]);
        refuse(&safetensors::serialize([("masters", &tensor)], Some(metadata)).unwrap(), "no check sum");
    }

    /// Any bit: of the recipe, of a weight, of a moment, of the curve, of the sum itself; and any length.
    #[test]
    fn a_flipped_bit_or_a_lost_byte_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = stored(folder.path());
        let refused = |bytes: &[u8]| {
            std::fs::write(folder.path().join(FILE), bytes).unwrap();
            load(folder.path()).unwrap_err().to_string()
        };
        for at in (0..bytes.len()).step_by(97).chain([bytes.len() - 1]) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            refused(&flipped);
        }
        let rate = bytes.windows(5).position(|window| window == b"0.003").unwrap();
        let mut other = bytes.clone();
        other[rate + 4] = b'4';
        assert!(refused(&other).contains("check sum"), "a learning rate that is a number still");
        let weight = bytes.len() - 4;
        let mut other = bytes.clone();
        other[weight] ^= 1;
        assert!(refused(&other).contains("check sum"), "the last bit of a moment");
        for length in [0, 7, 100, bytes.len() / 2, bytes.len() - 1] {
            refused(&bytes[..length]);
        }
        refused(&[&bytes[..], b"\0"].concat());
    }

    /// As if someone had put another training's tensors into the file, sum and all.
    #[test]
    fn another_shape_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = stored(folder.path());
        let text = |bytes: &[u8], from: &str, to: &str| {
            let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
            let mut bytes = bytes.to_vec();
            bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
            bytes
        };
        let mut other = text(&bytes, r#"\"layers\":2"#, r#"\"layers\":1"#);
        let place = place_of_sum(&other).unwrap();
        other[place.clone()].fill(b'0');
        let sum = hash(&other);
        other[place].copy_from_slice(sum.as_bytes());
        std::fs::write(folder.path().join(FILE), other).unwrap();
        let error = load(folder.path()).unwrap_err().to_string();
        assert!(error.contains("`masters` does not hold the shape's"), "{error}");
    }
}
