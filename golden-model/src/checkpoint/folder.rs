//! The model that a path means: a folder may hold its GGUF file among others.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::files::is_there;
use crate::gguf::Gguf;
use crate::gguf::split::Name;

/// A model's path.
pub(crate) struct Found {
    /// The file, or the folder in Hugging Face layout.
    pub(crate) path: PathBuf,
    /// Files beside it that are not read, a sentence each.
    pub(crate) notices: Vec<String>,
}

/// The model at `path`: of a folder with GGUF files and without safetensors, its only model.
pub(crate) fn resolve(path: &Path) -> Result<PathBuf, Error> {
    find(path).map(|found| found.path)
}

/// As [`resolve`], with what lies beside the model.
pub(crate) fn find(path: &Path) -> Result<Found, Error> {
    let files = gguf_files(path)?;
    if let [] | [_] = &files[..] {
        let path = files.into_iter().next().unwrap_or_else(|| path.to_owned());
        return Ok(Found { path, notices: Vec::new() });
    }
    let (mut models, mut notices) = (Vec::new(), Vec::new());
    for file in files {
        match purpose(&file) {
            None => models.push(file),
            Some(purpose) => notices.push(format!("{} is not read: it is {purpose}", file.display())),
        }
    }
    match &models[..] {
        [model] => Ok(Found { path: model.clone(), notices }),
        [] => Err(Error::config(path, format!("there is no language model in this folder; {}", notices.join("; ")))),
        _ => {
            let names: Vec<_> = models.iter().filter_map(|model| model.file_name()).map(|n| n.display()).collect();
            let names = names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            Err(Error::config(path, format!("this folder holds {} models; name one of them: {names}", models.len())))
        }
    }
}

/// The GGUF files of a folder that is not in Hugging Face layout, of a split model the first part that is there.
fn gguf_files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in path.read_dir().map_err(Error::io(path))? {
        files.push(entry.map_err(Error::io(path))?.path());
    }
    files.sort();
    let is =
        |file: &PathBuf, kind: &str| file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(kind));
    if files.iter().any(|file| is(file, "safetensors")) && is_there(&path.join("config.json"))? {
        return Ok(Vec::new());
    }
    let mut split = BTreeSet::new();
    files.retain(|file| is(file, "gguf") && Name::of(file).is_none_or(|name| split.insert((name.stem, name.count))));
    Ok(files)
}

/// The purpose of a GGUF file that is not a language model.
fn purpose(file: &Path) -> Option<&'static str> {
    // A damaged file says so when it is named.
    let gguf = Gguf::open(file).ok()?;
    let text = |key: &str| gguf.string(key).ok().flatten().unwrap_or_default();
    match (text("general.type"), text("general.architecture")) {
        ("mmproj", _) | (_, "clip") => Some("a projector for pictures or sound, which are not implemented"),
        ("adapter", _) => Some("an adapter (LoRA), which is not implemented; merge it into the model"),
        ("imatrix", _) => Some("an importance matrix, which only quantisers use"),
        ("vocab", _) => Some("a vocabulary without a model"),
        _ => None,
    }
}
