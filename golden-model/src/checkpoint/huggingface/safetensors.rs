//! Safetensors files, single or sharded by `model.safetensors.index.json`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use safetensors::{Dtype, SafeTensors};

use super::files::{self as weights, INDEX, SINGLE, Weights};
use crate::Error;
use crate::files::mapped::{Kept, Mapped};
use crate::files::{self, json};
use crate::gguf::MAGIC;
use crate::tensor::{Kind, Tensor};

/// The tensors of a folder.
#[derive(Default)]
pub(crate) struct Safetensors {
    files: Vec<Mapped>,
    entries: HashMap<String, Entry>,
}

struct Entry {
    file: usize,
    dtype: Dtype,
    shape: Vec<usize>,
    /// In the file.
    range: std::ops::Range<usize>,
}

impl Safetensors {
    /// Opens every file of the folder and checks every header; `explicit` is the file that `config.json` names.
    pub(crate) fn open(folder: &Path, explicit: Option<&str>) -> Result<Self, Error> {
        let mut all = Self::default();
        match weights::find(folder, explicit)? {
            Weights::Single(file) => all.add(&file)?,
            Weights::Sharded(index) => all.add_shards(&index)?,
        }
        Ok(all)
    }

    fn add_shards(&mut self, index: &Path) -> Result<(), Error> {
        let map = weight_map(index)?;
        let mut shards: Vec<&String> = map.iter().map(|(_, shard)| shard).collect();
        shards.sort();
        shards.dedup();
        for shard in shards {
            let name = weights::plain(shard).ok_or_else(|| {
                Error::config(index, format!("`{shard}` is not the name of a file in the same folder"))
            })?;
            self.add(&index.with_file_name(name))?;
        }
        for (tensor, shard) in &map {
            let file = self.entries.get(tensor).map(|entry| &self.files[entry.file].path);
            if file.is_none_or(|path| !path.ends_with(shard)) {
                return Err(Error::config(
                    index,
                    format!("tensor `{tensor}` is not in `{shard}`, where the index puts it"),
                ));
            }
        }
        Ok(())
    }

    /// A notice about the shards of an earlier save beside the single file, where they hold other weights.
    pub(crate) fn stale_shards(&self, folder: &Path) -> Option<String> {
        let index = folder.join(INDEX);
        let [file] = &self.files[..] else { return None };
        if !index.is_file() || !file.path.ends_with(SINGLE) {
            return None;
        }
        let shards: Vec<PathBuf> =
            weight_map(&index).ok()?.into_iter().map(|(_, shard)| index.with_file_name(shard)).collect();
        if !shards.iter().any(|shard| *shard != file.path && shard.is_file()) {
            return None;
        }
        let mut other = Self::default();
        let difference = match other.add_shards(&index) {
            Err(_) => "whose shards are not complete".to_owned(),
            Ok(()) => format!("whose shards hold other weights (`{}` differs)", self.difference(&other)?),
        };
        Some(format!("{}: read, as by transformers, and not {INDEX} beside it, {difference}", file.path.display()))
    }

    /// A notice about each file that ends in zeros.
    pub(crate) fn zero_tails(&self) -> impl Iterator<Item = String> {
        self.files.iter().filter_map(Mapped::zero_tail)
    }

    /// The first tensor, by name, that is not the same in both.
    fn difference<'a>(&'a self, other: &'a Self) -> Option<&'a str> {
        let key = |all: &'a Self, name: &str| {
            let entry = all.entries.get(name)?;
            Some((entry.dtype, &entry.shape, &all.files[entry.file][entry.range.clone()]))
        };
        let mut names: Vec<&str> = self.names().chain(other.names()).collect();
        names.sort_unstable();
        names.into_iter().find(|name| key(self, name) != key(other, name))
    }

    fn add(&mut self, path: &Path) -> Result<(), Error> {
        let file = Mapped::open(path)?;
        files::refuse_substitute(path, &file)?;
        let damaged = |reason: String| Error::Format { path: path.to_owned(), offset: 0, reason };
        if file.starts_with(MAGIC) {
            return Err(damaged(
                "this is a GGUF file under the name of a safetensors file; give its path as the model".into(),
            ));
        }
        if let Some(length) = file.first_chunk::<8>() {
            let fits = |length: u64| length.checked_add(8).is_some_and(|end| end <= file.len() as u64);
            if !fits(u64::from_le_bytes(*length)) && fits(u64::from_be_bytes(*length)) {
                return Err(damaged("the header's length is big-endian; safetensors files are little-endian".into()));
            }
        }
        let (header, metadata) = SafeTensors::read_metadata(&file).map_err(|e| {
            damaged(format!("the safetensors header does not describe this file ({e}); is it cut off?"))
        })?;
        json::parse(&file[8..8 + header]).map_err(|reason| damaged(format!("the safetensors header: {reason}")))?;
        for (name, info) in metadata.tensors() {
            let (start, end) = info.data_offsets;
            let entry = Entry {
                file: self.files.len(),
                dtype: info.dtype,
                shape: info.shape.clone(),
                range: 8 + header + start..8 + header + end,
            };
            if self.entries.insert(name.clone(), entry).is_some() {
                return Err(damaged(format!("tensor `{name}` is in two files")));
            }
        }
        self.files.push(file);
        Ok(())
    }

    /// A tensor's data, which stays mapped.
    pub(crate) fn keep(&self, data: &[u8]) -> Option<Kept> {
        self.files.iter().find_map(|file| file.keep(data))
    }

    /// Gives back the memory of a tensor's data until it is read again.
    pub(crate) fn release(&self, data: &[u8]) {
        self.files.iter().for_each(|file| file.release(data));
    }

    /// The names of all tensors.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The tensor of this name, if there is one.
    pub(crate) fn find(&self, name: &str) -> Option<Result<Tensor<'_>, Error>> {
        let Entry { file, dtype, shape, range } = self.entries.get(name)?;
        let file = &self.files[*file];
        let mut tensor = Tensor {
            path: &file.path,
            name: name.to_owned(),
            offset: range.start as u64,
            kind: Kind::U8,
            shape: shape.clone(),
            data: &file[range.clone()],
        };
        tensor.kind = match dtype {
            Dtype::F32 => Kind::F32,
            Dtype::F16 => Kind::F16,
            Dtype::BF16 => Kind::Bf16,
            Dtype::U8 => Kind::U8,
            other => return Some(Err(tensor.error(0, format!("the type {other:?} is not one of F32, F16, BF16, U8")))),
        };
        Some(Ok(tensor))
    }
}

/// The shard of every tensor, as an index has it.
fn weight_map(index: &Path) -> Result<Vec<(String, String)>, Error> {
    let wrong = || Error::config(index, "`weight_map`, an object with the file of every tensor, is expected");
    let mut object = json::object(index)?;
    let Some(serde_json::Value::Object(map)) = object.remove("weight_map") else { return Err(wrong()) };
    map.into_iter().map(|(tensor, shard)| Ok((tensor, shard.as_str().ok_or_else(wrong)?.to_owned()))).collect()
}
