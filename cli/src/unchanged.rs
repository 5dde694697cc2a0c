//! Weight files of a checkpoint, which stay mapped while a model is at work: none may change in that time.

use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Result, ensure};
use trine_golden_model::ModelSource;

/// Open weight files with their sizes and times of change; a file that is replaced by another of its name is none of these.
pub(crate) struct Unchanged(Vec<(PathBuf, File, State)>);

type State = (u64, Option<SystemTime>);

fn state(of: &Metadata) -> State {
    (of.len(), of.modified().ok())
}

impl Unchanged {
    /// The weight files of `source` as they are now; one that cannot be read is left to the loader.
    pub(crate) fn watch(source: &ModelSource) -> Self {
        let files = match source {
            ModelSource::Synthetic(_) => vec![],
            ModelSource::File(path) => parts(path),
            ModelSource::Folder(folder) => weights_in(folder),
        };
        let opened = files.into_iter().filter_map(|path| {
            let file = File::open(&path).ok()?;
            let state = state(&file.metadata().ok()?);
            Some((path, file, state))
        });
        Self(opened.collect())
    }

    /// Refuses a run during which a weight file was written or cut off.
    ///
    /// # Errors
    /// The name of the first file that changed.
    pub(crate) fn check(&self) -> Result<()> {
        for (path, file, before) in &self.0 {
            let same = file.metadata().is_ok_and(|now| state(&now) == *before);
            ensure!(
                same,
                "{}: this file changed during the run, so its results mean nothing; run it again",
                path.display()
            );
        }
        Ok(())
    }
}

/// The weight files of a folder.
fn weights_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let weights = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "safetensors" || kind == "gguf");
    entries.filter(|path| weights(path) && path.is_file()).collect()
}

/// A GGUF file, and of a split model all its parts.
fn parts(path: &Path) -> Vec<PathBuf> {
    let model = |path: &Path| {
        let (front, count) = path.file_stem()?.to_str()?.rsplit_once("-of-")?;
        Some((front.rsplit_once('-')?.0.to_owned(), count.to_owned()))
    };
    match (model(path), path.parent()) {
        (Some(own), Some(folder)) => {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            weights_in(folder).into_iter().filter(|file| model(file).as_ref() == Some(&own)).collect()
        }
        _ => vec![path.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_that_changes_is_named_and_one_that_is_replaced_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        for name in ["a-00001-of-00002.gguf", "a-00002-of-00002.gguf", "b.gguf"] {
            fs::write(file(name), [1; 64]).unwrap();
        }
        let watched = Unchanged::watch(&ModelSource::File(file("a-00001-of-00002.gguf")));
        assert!(watched.check().is_ok());
        fs::write(file("b.gguf"), [2; 32]).unwrap();
        fs::write(file("new"), [3; 16]).unwrap();
        fs::rename(file("new"), file("a-00001-of-00002.gguf")).unwrap();
        assert!(watched.check().is_ok(), "a replaced file stays mapped as it was");
        fs::OpenOptions::new().write(true).open(file("a-00002-of-00002.gguf")).unwrap().set_len(8).unwrap();
        let refused = watched.check().unwrap_err().to_string();
        assert!(refused.contains("a-00002-of-00002.gguf: this file changed during the run"), "{refused}");
    }
}
