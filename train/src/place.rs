//! The folder of a training: one process at a time, and no training on top of another without being asked.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::{Error, checkpoint, file};

/// The file that is locked. It stays, and means nothing without a process that holds it.
const LOCK: &str = ".lock";
/// Files that a training writes into its folder.
const FILES: [&str; 6] = [checkpoint::FILE, "chars.json", "tokenizer.json", "curve.csv", "report.html", "model.gguf"];
/// Files that it writes into the model's folder.
const MODEL: (&str, [&str; 4]) = ("model", ["config.json", "model.safetensors", "chars.json", "tokenizer.json"]);

/// A folder that no other process of ours may use until this is dropped, however the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Locks `folder`, which is made if it is missing.
    ///
    /// # Errors
    /// [`Error::Busy`] if another process holds it; [`Error::Io`] if it cannot be made or written to.
    pub fn take(folder: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(Error::io(folder))?;
        let path = folder.join(LOCK);
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(Error::io(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Busy { folder: folder.to_owned() }),
            Err(TryLockError::Error(source)) => Err(Error::io(&path)(source)),
        }
    }
}

/// Files that a training may write for `folder`.
pub fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let of = |folder: PathBuf, names: &'static [&'static str]| names.iter().map(move |name| folder.join(name));
    of(folder.to_owned(), &FILES).chain(of(folder.join(MODEL.0), &MODEL.1))
}

/// The folder of a training, locked.
#[derive(Debug)]
pub struct Place {
    folder: PathBuf,
    replaces: bool,
    _lock: Lock,
}

impl Place {
    /// Takes a folder for a new training, in place of the one that is there if `overwrite` says so. Nothing is removed yet.
    ///
    /// # Errors
    /// [`Error::Occupied`] if files of a training are there and `overwrite` is false; [`Error::Busy`] or [`Error::Io`] if
    /// the folder cannot be used.
    pub fn claim(folder: &Path, overwrite: bool) -> Result<Self, Error> {
        let free = || match FILES.iter().chain([&MODEL.0]).find(|name| folder.join(name).exists()) {
            Some(name) if !overwrite => Err(Error::Occupied { folder: folder.to_owned(), holds: holds(folder, name) }),
            _ => Ok(()),
        };
        // Before the folder is locked, which leaves a file in it; and after, when no other process fills it any more.
        free()?;
        let place = Self::locked(folder, overwrite)?;
        free()?;
        file::sweep(folder)?;
        Ok(place)
    }

    /// Takes the folder of a training that goes on.
    ///
    /// # Errors
    /// If there is none, or as [`Lock::take`] says.
    pub(crate) fn reopen(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(checkpoint::FILE);
        if !path.exists() {
            return Err(Error::checkpoint(&path, "there is no training to continue; begin one, or name its folder"));
        }
        let place = Self::locked(folder, true)?;
        file::sweep(folder)?;
        Ok(place)
    }

    fn locked(folder: &Path, replaces: bool) -> Result<Self, Error> {
        Ok(Self { folder: folder.to_owned(), replaces, _lock: Lock::take(folder)? })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Removes the files of the training that was here, and no others.
    pub(crate) fn clear(&self) -> Result<(), Error> {
        if !self.replaces {
            return Ok(());
        }
        let model = self.folder.join(MODEL.0);
        let files = FILES.iter().map(|name| self.folder.join(name)).chain(MODEL.1.iter().map(|name| model.join(name)));
        for path in files.filter(|path| path.exists()) {
            std::fs::remove_file(&path).map_err(Error::io(&path))?;
        }
        Ok(())
    }

    /// Makes sure that the disk has room for `needed` bytes.
    ///
    /// # Errors
    /// [`Error::Room`] says how much there is.
    pub(crate) fn expect_room(&self, needed: u64) -> Result<(), Error> {
        let stat = rustix::fs::statvfs(&self.folder).map_err(|e| Error::io(&self.folder)(e.into()))?;
        // Some file systems do not count.
        if stat.f_blocks == 0 {
            return Ok(());
        }
        enough(&self.folder, needed, stat.f_bavail.saturating_mul(stat.f_frsize))
    }
}

fn enough(folder: &Path, needed: u64, free: u64) -> Result<(), Error> {
    if free >= needed {
        return Ok(());
    }
    Err(Error::Room { folder: folder.to_owned(), needed, free })
}

/// Error about files in `folder` that would be replaced; `name` is the first.
fn holds(folder: &Path, name: &str) -> String {
    match checkpoint::load(folder) {
        Ok(found) => {
            let (done, all) = (found.trainer.steps_done(), found.trainer.recipe.schedule.end());
            if found.trainer.finished() {
                format!("a finished training of {all} steps")
            } else {
                format!("a training that has done {done} of {all} steps")
            }
        }
        Err(_) if name == checkpoint::FILE => format!("`{name}`, which cannot be read as a checkpoint"),
        Err(_) => format!("`{name}`, which a training would replace"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_locked_until_its_holder_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("new");
        let lock = Lock::take(&inner).unwrap();
        let error = Lock::take(&inner).unwrap_err();
        assert!(matches!(error, Error::Busy { .. }) && error.to_string().contains("new: another process"), "{error}");
        drop(lock);
        Lock::take(&inner).unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert!(matches!(Lock::take(&folder.path().join("file")), Err(Error::Io { .. })));
    }

    #[test]
    fn files_of_a_training_are_not_replaced_unasked_and_others_never() {
        for name in FILES.iter().chain([&MODEL.0]) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(name);
            if *name == MODEL.0 {
                std::fs::create_dir(&path).unwrap();
                std::fs::write(path.join("notes.txt"), "mine").unwrap();
                std::fs::write(path.join("config.json"), "old").unwrap();
            } else {
                std::fs::write(&path, "old").unwrap();
            }
            let error = Place::claim(folder.path(), false).unwrap_err().to_string();
            assert!(error.contains(&format!("`{name}`")), "{error}");
            assert!(!folder.path().join(LOCK).exists());
            std::fs::write(folder.path().join("notes.txt"), "mine").unwrap();
            let place = Place::claim(folder.path(), true).unwrap();
            place.clear().unwrap();
            assert!(!path.is_file() && !path.join("config.json").exists(), "{name} is gone");
            assert!(folder.path().join("notes.txt").exists());
            assert_eq!(path.join("notes.txt").exists(), *name == MODEL.0);
        }
    }

    #[test]
    fn what_a_killed_process_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".trine-writes-x1y2");
        std::fs::write(&left, "half").unwrap();
        drop(Place::claim(folder.path(), false).unwrap());
        assert!(!left.exists());
        file::write(&folder.path().join("whole"), b"all of it").unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "the file and the lock");
    }

    #[test]
    fn too_little_room_is_said_with_both_numbers() {
        let folder = Path::new("out");
        assert!(enough(folder, 10, 10).is_ok());
        let error = enough(folder, 3_000_000, 1_000_000).unwrap_err().to_string();
        assert_eq!(error, "out: 3.0 MB are needed on this disk and 1.0 MB are free; make room, or name another folder");
        let place = Place::claim(tempfile::tempdir().unwrap().path(), false).unwrap();
        // The folder is gone, and with it the answer.
        assert!(place.expect_room(1).is_err());
    }
}
