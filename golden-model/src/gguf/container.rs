//! The reader of the container, versions 2 and 3, little-endian, in one file or in [parts](super::split).
//!
//! Nothing is allocated for a length that the file does not back with bytes. Arrays stay in the file until asked for.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::format::{ALIGNMENT, MAGIC};
use super::kinds::kind;
use super::reader::{Entry, Reader, Value};
use super::split::Name;
use super::types::TensorType;
use crate::Error;
use crate::files::mapped::{Kept, Mapped};
use crate::files::{self, foreign};
use crate::tensor::{Kind, Tensor};

/// A tensor of a file, its elements where they are mapped.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorView<'a> {
    /// The type of the elements.
    pub kind: TensorType,
    /// The dimensions, the outermost first.
    pub shape: Vec<usize>,
    /// The elements.
    pub data: &'a [u8],
}

/// A GGUF file, or all parts of a split one, mapped into memory: no process may change or shorten it in the meantime.
pub struct Gguf {
    /// The first holds the keys.
    pub(super) files: Vec<Mapped>,
    pub(super) metadata: HashMap<String, Value>,
    /// The tensors, each with the index of its file.
    entries: BTreeMap<String, (usize, Entry)>,
}

impl Gguf {
    /// Maps a file and reads its header; of a split model, whichever part is named, all of them.
    ///
    /// # Errors
    /// If a file is missing, damaged or of another kind.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let gguf = Self::open_part(path)?;
        match gguf.integer("split.count")? {
            None | Some(0 | 1) => Ok(gguf),
            Some(count) => Self::open_split(path, count),
        }
    }

    /// Maps the parts of a split model.
    fn open_split(path: &Path, count: usize) -> Result<Self, Error> {
        let name = Name::of(path).ok_or_else(|| {
            Error::config(
                path,
                format!(
                    "this is one of the {count} parts of a split model; the names of its parts must end in \
                     -00001-of-{count:05}.gguf and so on, for them to be found"
                ),
            )
        })?;
        for part in (1..=name.count).map(|part| name.path(path, part)) {
            if !files::is_there(&part)? {
                return Err(Error::config(
                    &part,
                    format!(
                        "there is no such file; the {} parts of the split model must lie in one folder",
                        name.count
                    ),
                ));
            }
        }
        let mut all = Self::open_part(&name.path(path, 1))?;
        all.expect_part(1, &name)?;
        for part in 2..=name.count {
            let next = Self::open_part(&name.path(path, part))?;
            next.expect_part(part, &name)?;
            let index = all.files.len();
            for (tensor, (_, entry)) in next.entries {
                if let Some((other, _)) = all.entries.get(&tensor) {
                    let reason = format!("tensor `{tensor}` is in `{}`, too", all.files[*other].path.display());
                    return Err(Error::config(&next.files[0].path, reason));
                }
                all.entries.insert(tensor, (index, entry));
            }
            all.files.extend(next.files);
        }
        match all.integer("split.tensors.count")? {
            Some(tensors) if tensors != all.entries.len() => Err(Error::config(
                all.path(),
                format!(
                    "the parts of the split model hold {} tensors, but key `split.tensors.count` says {tensors}; \
                     are the parts of different models?",
                    all.entries.len()
                ),
            )),
            _ => Ok(all),
        }
    }

    /// Refuses a part that says it is another, or one of another number.
    fn expect_part(&self, part: usize, name: &Name) -> Result<(), Error> {
        for (key, expected) in [("split.no", part - 1), ("split.count", name.count)] {
            match self.integer(key)? {
                Some(found) if found == expected => {}
                found => {
                    return Err(Error::config(
                        self.path(),
                        format!(
                            "key `{key}` is {}, but the file's name says {expected}; was a part of a split model renamed?",
                            found.map_or("missing".to_owned(), |found| found.to_string())
                        ),
                    ));
                }
            }
        }
        Ok(())
    }

    /// Maps one file and reads its header.
    fn open_part(path: &Path) -> Result<Self, Error> {
        let file = Mapped::open(path)?;
        let mut reader = Reader { path, data: &file, at: 0 };
        if !file.starts_with(MAGIC) {
            return Err(reader.error(0, format!("this is not a GGUF file: {}", foreign::describe(&file))));
        }
        reader.bytes(MAGIC.len())?;
        let version = reader.u32()?;
        if version != 0 && version.trailing_zeros() >= 16 {
            return Err(reader.error(
                4,
                "the file is big-endian, and little-endian is needed; convert it with \
                 `python -m gguf.scripts.gguf_convert_endian FILE little`",
            ));
        }
        if version != 2 && version != 3 {
            return Err(reader.error(
                4,
                format!(
                    "GGUF version {version} is not supported; little-endian 2 and 3 are. Make the file anew from the \
                     original checkpoint"
                ),
            ));
        }
        let (tensors, pairs) = (reader.length(24)?, reader.length(12)?);
        let mut metadata = HashMap::new();
        for _ in 0..pairs {
            let at = reader.at;
            let key = reader.string()?;
            let kind = reader.u32()?;
            if metadata.insert(key.clone(), reader.value(kind)?).is_some() {
                return Err(reader.error(at, format!("key `{key}` is there twice")));
            }
        }
        let mut entries = BTreeMap::new();
        for _ in 0..tensors {
            let at = reader.at;
            let (name, entry) = reader.entry()?;
            if entries.insert(name.clone(), (0, entry)).is_some() {
                return Err(reader.error(at, format!("tensor `{name}` is there twice")));
            }
        }
        let header = reader.at;
        let mut gguf = Self { files: vec![file], metadata, entries };
        gguf.place(header)?;
        Ok(gguf)
    }

    /// Turns the tensors' offsets into places in the file, and checks that they lie in it side by side.
    fn place(&mut self, header: usize) -> Result<(), Error> {
        let alignment = self.integer("general.alignment")?.unwrap_or(ALIGNMENT);
        if !alignment.is_power_of_two() || alignment > 1 << 20 {
            return Err(
                self.error(0, format!("general.alignment is {alignment}; a power of two up to 2^20 is expected"))
            );
        }
        let start = header.next_multiple_of(alignment);
        for (name, (_, entry)) in &mut self.entries {
            let at = start.checked_add(entry.offset).filter(|at| at % alignment == 0 && *at <= self.files[0].len());
            entry.offset = at.ok_or_else(|| Error::Tensor {
                path: self.files[0].path.clone(),
                tensor: name.clone(),
                offset: entry.offset as u64,
                reason: format!("the offset is not a multiple of {alignment} inside the file; is the file cut off?"),
            })?;
        }
        let mut spans = Vec::new();
        for name in self.entries.keys() {
            // A tensor of a type unknown here has an unknown size; it is refused when it is used.
            if let Some(Ok(tensor)) = self.find(name) {
                spans.push((tensor.offset, tensor.offset + tensor.data.len() as u64, name));
            }
        }
        spans.sort();
        match spans.windows(2).find(|pair| pair[0].1 > pair[1].0) {
            Some([a, b]) => Err(self.error(b.0 as usize, format!("tensors `{}` and `{}` overlap", a.2, b.2))),
            _ => Ok(()),
        }
    }

    pub(crate) fn error(&self, at: usize, reason: impl Into<String>) -> Error {
        Error::Format { path: self.path().to_owned(), offset: at as u64, reason: reason.into() }
    }

    /// A notice about each file that ends in zeros.
    pub(crate) fn zero_tails(&self) -> impl Iterator<Item = String> {
        self.files.iter().filter_map(Mapped::zero_tail)
    }

    /// A tensor's data, which stays mapped.
    pub(crate) fn keep(&self, data: &[u8]) -> Option<Kept> {
        self.files.iter().find_map(|file| file.keep(data))
    }

    /// Gives back the memory of a tensor's data until it is read again.
    pub(crate) fn release(&self, data: &[u8]) {
        self.files.iter().for_each(|file| file.release(data));
    }

    /// The names of all tensors, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The path of the file, or of the first part.
    pub fn path(&self) -> &Path {
        &self.files[0].path
    }

    /// The tensor of this name, if there is one.
    ///
    /// # Errors
    /// If its type is not read here, so that its size is unknown, or it does not lie in the file.
    pub fn tensor(&self, name: &str) -> Option<Result<TensorView<'_>, Error>> {
        let kind = self.entries.get(name)?.1.kind;
        Some(self.find(name)?.map(|tensor| TensorView { kind, shape: tensor.shape, data: tensor.data }))
    }

    /// The tensor of this name with what its readers need, if there is one.
    pub(crate) fn find(&self, name: &str) -> Option<Result<Tensor<'_>, Error>> {
        let (file, entry) = self.entries.get(name)?;
        let file = &self.files[*file];
        let mut tensor = Tensor {
            path: &file.path,
            name: name.to_owned(),
            offset: entry.offset as u64,
            kind: Kind::F32,
            shape: entry.shape.clone(),
            data: &file[entry.offset..],
        };
        let sized = kind(entry.kind).and_then(|kind| Ok((kind, kind.bytes(&entry.shape)?)));
        Some(match sized {
            Err(reason) => Err(tensor.error(0, reason)),
            Ok((_, bytes)) if bytes > tensor.data.len() => Err(tensor.error(
                0,
                format!("{bytes} bytes do not fit the file, which has {} left; is it cut off?", tensor.data.len()),
            )),
            Ok((kind, bytes)) => {
                (tensor.kind, tensor.data) = (kind, &tensor.data[..bytes]);
                Ok(tensor)
            }
        })
    }
}
