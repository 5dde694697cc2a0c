//! Built simulations, kept by content: the same Verilog, flags and tools never compile twice.
//!
//! An entry is a folder that appears complete or not at all: it is filled under a temporary name and then renamed. Of
//! two processes that build the same entry at once, one wins and both use the winner's.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::Error;

/// A folder of finished entries.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// `TRINE_CACHE`, or `trine` in the user's cache folder: it outlives clean builds and serves every checkout.
    pub fn open() -> Result<Self, Error> {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = set("TRINE_CACHE")
            .or_else(|| set("XDG_CACHE_HOME").map(|folder| folder.join("trine")))
            .or_else(|| set("HOME").map(|home| home.join(".cache/trine")))
            .ok_or(Error::NoCacheFolder)?;
        Self::at(folder)
    }

    /// A cache in `folder`, which is created where it is missing. Tools that fill it run in folders of their own, so that
    /// a relative one counts from where this process runs.
    pub fn at(folder: PathBuf) -> Result<Self, Error> {
        let folder = std::path::absolute(&folder).map_err(Error::io("cannot create the cache folder", &folder))?;
        fs::create_dir_all(&folder).map_err(Error::io("cannot create the cache folder", &folder))?;
        Ok(Self { folder })
    }

    /// The entry `name`, made by `fill` in an empty folder when it is not there yet.
    pub fn entry(&self, name: &str, fill: impl FnOnce(&Path) -> Result<(), Error>) -> Result<PathBuf, Error> {
        let entry = self.folder.join(name);
        if entry.is_dir() {
            return Ok(entry);
        }
        let building = tempfile::Builder::new()
            .prefix(".building-")
            .tempdir_in(&self.folder)
            .map_err(Error::io("cannot write to the cache folder", &self.folder))?;
        fill(building.path())?;
        match fs::rename(building.path(), &entry) {
            Ok(()) => drop(building.keep()),
            Err(_) if entry.is_dir() => {}
            Err(source) => return Err(Error::Io { action: "cannot create the cache entry", path: entry, source }),
        }
        Ok(entry)
    }

    /// Path of the log of a failed build.
    pub fn failure_log(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.failed.log"))
    }
}

/// SHA-256 over labelled parts; lengths are hashed too, so that moving text from one part to the next changes the key.
#[derive(Default)]
pub(crate) struct Key(Sha256);

impl Key {
    pub fn part(mut self, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// The first 80 bits in hexadecimal: short enough for a path, long enough never to collide.
    pub fn finish(self) -> String {
        self.0.finalize().iter().take(10).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    fn cache() -> (tempfile::TempDir, Cache) {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path().join("cache")).unwrap();
        (folder, cache)
    }

    #[test]
    fn the_folder_is_the_same_from_everywhere() {
        let (folder, _) = cache();
        let up: PathBuf = env::current_dir().unwrap().components().skip(1).map(|_| "..").collect();
        for name in ["relative", "with a blank", "deep/er"] {
            let relative = up.join(folder.path().strip_prefix("/").unwrap()).join(name);
            let cache = Cache::at(relative).unwrap();
            assert!(cache.entry("x", |_| Ok(())).unwrap().is_absolute() && cache.failure_log("x").is_absolute());
        }
    }

    #[test]
    fn an_entry_is_filled_once() {
        let (_folder, cache) = cache();
        let write = |folder: &Path| fs::write(folder.join("file"), "first").map_err(Error::io("cannot write", folder));
        let entry = cache.entry("x", write).unwrap();
        let again = cache.entry("x", |_| panic!("the entry is there")).unwrap();
        assert_eq!(entry, again);
        assert_eq!(fs::read_to_string(entry.join("file")).unwrap(), "first");
    }

    #[test]
    fn a_failed_entry_leaves_nothing_behind() {
        let (_folder, cache) = cache();
        let error = cache.entry("x", |_| Err(Error::NoCacheFolder)).unwrap_err();
        assert!(matches!(error, Error::NoCacheFolder));
        assert_eq!(fs::read_dir(&cache.folder).unwrap().count(), 0);
        cache.entry("x", |_| Ok(())).unwrap();
    }

    #[test]
    fn two_at_once_agree_on_one_complete_entry() {
        let (_folder, cache) = cache();
        let both_filled = Barrier::new(2);
        let fill = |name: &'static str| {
            let entry = cache.entry("x", |folder| {
                fs::write(folder.join("who"), name).unwrap();
                both_filled.wait();
                Ok(())
            });
            fs::read_to_string(entry.unwrap().join("who")).unwrap()
        };
        let fill = &fill;
        let (first, second) = std::thread::scope(|scope| {
            let [first, second] = ["first", "second"].map(|name| scope.spawn(move || fill(name)));
            (first.join().unwrap(), second.join().unwrap())
        });
        assert_eq!(first, second);
        assert_eq!(fs::read_dir(&cache.folder).unwrap().count(), 1, "the loser's folder is gone");
    }

    #[test]
    fn the_key_depends_on_every_part_and_its_bounds() {
        let key = |parts: &[&str]| parts.iter().fold(Key::default(), Key::part).finish();
        assert_eq!(key(&["ab", "c"]), key(&["ab", "c"]));
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        assert_ne!(key(&["ab", "c"]), key(&["ab", "c", ""]));
        assert_eq!(key(&[]).len(), 20);
    }
}
