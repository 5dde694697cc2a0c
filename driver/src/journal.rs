//! Finished matmuls of a run in a folder, so that an interrupted run goes on where it stopped.
//!
//! ```text
//! folder/000017-<key>.matmul     first line: SHA-256 of the rest; then the sums, and what the unit counted, as JSON
//! key = SHA-256(run, number of the call, layer, jobs, weights, activations)
//! ```
//! A run that is started again repeats what the host computes, which is quick and gives the same, and takes the sums of a
//! matmul from here when number and content are those of the run before. Nothing else is asked for: another prompt,
//! configuration, model or design finds other keys. A file appears whole or not at all, is put on the disk before its
//! name, and one that is damaged all the same counts as absent. Only matmuls that equalled the golden model at the first
//! attempt are kept, and they are compared again when they are used.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::share::Call;
use crate::{Counters, Error, schedule::Job};

/// Record of a unit's work for one matmul.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) y: Vec<i32>,
    /// For each job in order, what the unit counted.
    pub(crate) counters: Vec<Counters>,
    pub(crate) bytes: u64,
}

/// The finished matmuls of one run.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    run: [u8; 32],
    calls: u64,
}

impl Journal {
    /// Keeps a run in `folder`, which is made where it is not there. `run` is whatever the results depend on besides
    /// layers, weights and activations: the design and how it is built.
    ///
    /// # Errors
    /// [`Error::Journal`] when the folder cannot be made.
    pub fn open(folder: &Path, run: &[u8]) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(|source| Error::Journal { path: folder.to_owned(), source })?;
        Ok(Self { folder: folder.to_owned(), run: Sha256::digest(run).into(), calls: 0 })
    }

    /// The place of the next call.
    pub(crate) fn next(&mut self, call: &Call<'_>, jobs: &[Job]) -> PathBuf {
        let mut hash = Sha256::new_with_prefix(self.run);
        hash.update(self.calls.to_le_bytes());
        hash.update(call.id.to_string());
        for job in jobs {
            let shape = job.shape();
            [shape.m, shape.k, shape.n].into_iter().for_each(|size| hash.update((size as u64).to_le_bytes()));
        }
        hash.update(call.w.digest());
        hash.update(call.x.iter().map(|&x| x as u8).collect::<Vec<u8>>());
        let name = format!("{:06}-{}.matmul", self.calls, hex(&hash.finalize()[..16]));
        self.calls += 1;
        self.folder.join(name)
    }
}

/// The entry at `path`, if there is one that is whole and fits a matmul of `values` sums in `jobs` jobs.
pub(crate) fn read(path: &Path, values: usize, jobs: usize) -> Option<Entry> {
    let text = fs::read_to_string(path).ok()?;
    let (sum, body) = text.split_once('\n')?;
    let entry: Entry = if hex(&Sha256::digest(body)) == sum { serde_json::from_str(body).ok()? } else { return None };
    (entry.y.len() == values && entry.counters.len() == jobs).then_some(entry)
}

/// Writes the entry at `path`.
///
/// # Errors
/// [`Error::Journal`].
pub(crate) fn write(path: &Path, entry: &Entry) -> Result<(), Error> {
    let failed = |source| Error::Journal { path: path.to_owned(), source };
    let body = serde_json::to_string(entry).map_err(|e| failed(e.into()))?;
    // Two runs may share a folder: each writes under a name of its own, and what they rename is the same.
    let draft = path.with_extension(std::process::id().to_string());
    let write = || {
        let mut file = File::create(&draft)?;
        writeln!(file, "{}", hex(&Sha256::digest(&body)))?;
        file.write_all(body.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    write().map_err(failed)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cycles::MatmulShape;
    use trine_golden_model::{LinearId, LinearKind, TernaryMatrix};

    fn entry() -> Entry {
        Entry { y: vec![1, -2, i32::MIN], counters: vec![Counters { cycles: 7, ..Counters::default() }], bytes: 9 }
    }

    #[test]
    fn entries_come_back_and_damaged_ones_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("000000-a.matmul");
        assert_eq!(read(&path, 3, 1), None);
        write(&path, &entry()).unwrap();
        assert_eq!(read(&path, 3, 1), Some(entry()));
        assert_eq!((read(&path, 4, 1), read(&path, 3, 2)), (None, None), "of another matmul");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");

        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(read(&path, 3, 1), None, "cut after {length} bytes");
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(&path, &damaged).unwrap();
            assert_eq!(read(&path, 3, 1), None, "byte {at} damaged");
        }
    }

    #[test]
    fn whatever_a_result_depends_on_changes_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let w = |trit| TernaryMatrix::from_trits(1, 2, &[1, trit]).unwrap();
        let job = |outputs| Job { piece: 0, tokens: 0..1, depth: 0..2, outputs };
        let place = |run: &[u8], before: usize, layer, trit, x: i8, jobs: &[Job]| {
            let (w, x) = (w(trit), [x, 0]);
            let id = LinearId { layer, kind: LinearKind::Up };
            let call = Call { id, shape: MatmulShape { m: 1, k: 2, n: 1 }, w: &w, x: &x, expected: None };
            let mut journal = Journal::open(folder.path(), run).unwrap();
            (0..before).for_each(|_| drop(journal.next(&call, jobs)));
            journal.next(&call, jobs)
        };
        let whole = [job(0..1)];
        let places = [
            place(b"run", 0, 0, 0, 0, &whole),
            place(b"ran", 0, 0, 0, 0, &whole),
            place(b"run", 1, 0, 0, 0, &whole),
            place(b"run", 0, 1, 0, 0, &whole),
            place(b"run", 0, 0, 1, 0, &whole),
            place(b"run", 0, 0, 0, 1, &whole),
            place(b"run", 0, 0, 0, 0, &[job(0..1), job(0..1)]),
        ];
        for (i, a) in places.iter().enumerate() {
            assert!(places[..i].iter().all(|b| a != b), "{i}");
        }
        assert_eq!(places[0], place(b"run", 0, 0, 0, 0, &whole));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = Journal::open(&file.path().join("x"), b"").unwrap_err().to_string();
        assert!(error.starts_with(&format!("{}: ", file.path().join("x").display())), "{error}");
    }
}
