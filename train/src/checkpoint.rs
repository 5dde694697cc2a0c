//! A training on disk: `checkpoint.safetensors` beside its vocabulary.
//!
//! Master weights and both moments are flat f32 tensors in the order of [`Layout`]; recipe, steps done, the
//! curve so far and the text's hash are metadata. Nothing else decides how a training goes on, so it resumes exactly.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::layout::Layout;
use crate::optimizer::AdamW;
use crate::{Error, Recipe, Trainer, file};

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
    pub train_bits: f64,
    /// Norm of their gradients before clipping, on average.
    pub norm: f64,
    /// Bits per character of a part of the held-out text.
    pub held_out_bits: f64,
}

/// What is written beside the tensors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Header {
    recipe: Recipe,
    step: usize,
    curve: Vec<Point>,
    text_sha256: String,
}

const FILE: &str = "checkpoint.safetensors";
const TENSORS: [&str; 3] = ["masters", "first_moment", "second_moment"];
const KEY: &str = "trine_train";

/// A training read from disk.
#[derive(Debug)]
pub struct Checkpoint {
    /// Ready to go on.
    pub trainer: Trainer,
    /// Its curve so far.
    pub curve: Vec<Point>,
    text_sha256: String,
    path: PathBuf,
}

/// The hash that ties a checkpoint to its text.
fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a training into `folder`.
///
/// # Errors
/// If the file cannot be written.
pub fn save(folder: &Path, trainer: &Trainer, curve: &[Point], text: &str) -> Result<(), Error> {
    let path = folder.join(FILE);
    let header = Header { recipe: trainer.recipe, step: trainer.step, curve: curve.to_vec(), text_sha256: hash(text) };
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
    file::write(&path, &bytes.map_err(|e| Error::checkpoint(&path, e.to_string()))?)
}

/// Reads what [`save`] wrote.
///
/// # Errors
/// If there is no checkpoint in `folder`, or it is damaged.
pub fn load(folder: &Path) -> Result<Checkpoint, Error> {
    let path = folder.join(FILE);
    let bytes = std::fs::read(&path).map_err(Error::io(&path))?;
    let fail = |reason: String| Error::checkpoint(&path, format!("this is no checkpoint of a training: {reason}"));
    let (_, metadata) = SafeTensors::read_metadata(&bytes).map_err(|e| fail(e.to_string()))?;
    let header = metadata.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
    let header = header.ok_or_else(|| fail(format!("metadata `{KEY}` is missing")))?;
    let Header { recipe, step, curve, text_sha256 } = serde_json::from_str(header).map_err(|e| fail(e.to_string()))?;
    recipe.check()?;
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
    let optimizer = AdamW { first: first?, second: second? };
    Ok(Checkpoint { trainer: Trainer::restore(recipe, masters?, optimizer, step), curve, text_sha256, path })
}

impl Checkpoint {
    /// Makes sure that `text` is the one that was trained on.
    ///
    /// # Errors
    /// If it is another.
    pub fn expect_text(&self, text: &str) -> Result<(), Error> {
        if hash(text) == self.text_sha256 {
            return Ok(());
        }
        Err(Error::checkpoint(&self.path, "it was made from another text; give the same file to go on"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_checkpoints_are_refused() {
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
        refuse(&safetensors::serialize([("masters", &tensor)], Some(metadata)).unwrap(), "missing field");
    }
}
