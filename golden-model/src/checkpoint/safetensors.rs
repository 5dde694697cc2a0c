//! Safetensors files, single or sharded by `model.safetensors.index.json`.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;

use super::mapped::Mapped;
use super::tensor::{Kind, Tensor};
use crate::Error;

/// The tensors of a folder.
pub(super) struct Safetensors {
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

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

impl Safetensors {
    /// Opens every file of the folder and checks every header.
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        let mut all = Self { files: Vec::new(), entries: HashMap::new() };
        let index = folder.join("model.safetensors.index.json");
        if !index.exists() {
            all.add(&folder.join("model.safetensors"))?;
            return Ok(all);
        }
        let text = std::fs::read_to_string(&index).map_err(Error::io(&index))?;
        let map: Index = serde_json::from_str(&text).map_err(|e| Error::config(&index, e.to_string()))?;
        let mut shards: Vec<&String> = map.weight_map.values().collect();
        shards.sort();
        shards.dedup();
        for shard in shards {
            let name = Path::new(shard);
            if name.file_name() != Some(name.as_os_str()) {
                return Err(Error::config(&index, format!("`{shard}` is not the name of a file in the same folder")));
            }
            all.add(&folder.join(name))?;
        }
        for (tensor, shard) in &map.weight_map {
            let file = all.entries.get(tensor).map(|entry| &all.files[entry.file].path);
            if file.is_none_or(|path| !path.ends_with(shard)) {
                return Err(Error::config(
                    &index,
                    format!("tensor `{tensor}` is not in `{shard}`, where the index puts it"),
                ));
            }
        }
        Ok(all)
    }

    fn add(&mut self, path: &Path) -> Result<(), Error> {
        let file = Mapped::open(path)?;
        let damaged = |reason: String| Error::Format { path: path.to_owned(), offset: 0, reason };
        let (header, metadata) = SafeTensors::read_metadata(&file).map_err(|e| {
            damaged(format!("the safetensors header does not describe this file ({e}); is it cut off?"))
        })?;
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

    /// The names of all tensors.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The tensor of this name, if there is one.
    pub(super) fn find(&self, name: &str) -> Option<Result<Tensor<'_>, Error>> {
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
