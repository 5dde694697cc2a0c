//! The place of a model.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::gguf::split::Name;
use crate::tokenizer::COMPANIONS;
use crate::transformer::synthetic::Synthetic;
use crate::{Error, files};

/// The place of a model, parsed from `FOLDER`, `FILE` or `synthetic:NAME[:LAYERS]`; displayed the same way.
///
/// Parsing decides by what is there at that time. A path without a folder is that of a file, which says what is wrong with
/// it when it is read.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelSource {
    /// A folder in Hugging Face layout, or one with a single model in GGUF.
    Folder(PathBuf),
    /// A GGUF file, of a split model any part. A [`Tokenizer`](crate::Tokenizer) is also read from a file of its own.
    File(PathBuf),
    /// Random weights in the shape of a published model.
    Synthetic(Synthetic),
}

impl ModelSource {
    /// The folder or the file; `None` for a synthetic model.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Folder(path) | Self::File(path) => Some(path),
            Self::Synthetic(_) => None,
        }
    }

    /// Inputs of whoever reads this model or tokenizer: its folder, or its file with the parts and companions that it may have.
    pub fn files(&self) -> Vec<PathBuf> {
        let Self::File(path) = self else { return self.path().map(Path::to_owned).into_iter().collect() };
        let parts = Name::of(path)
            .map_or(vec![path.clone()], |name| (1..=name.count).map(|part| name.path(path, part)).collect());
        parts.into_iter().chain(COMPANIONS.map(|name| path.with_file_name(name))).collect()
    }
}

impl From<PathBuf> for ModelSource {
    /// The folder or the file at a path, also where the path reads `synthetic:…`.
    fn from(path: PathBuf) -> Self {
        if path.is_dir() { Self::Folder(path) } else { Self::File(path) }
    }
}

impl From<&Path> for ModelSource {
    fn from(path: &Path) -> Self {
        path.to_owned().into()
    }
}

impl TryFrom<OsString> for ModelSource {
    type Error = Error;

    /// # Errors
    /// [`Error::Argument`] if there is no such synthetic model.
    fn try_from(text: OsString) -> Result<Self, Error> {
        match text.to_str().and_then(|text| text.strip_prefix(Synthetic::PREFIX)) {
            Some(name) => name.parse().map(Self::Synthetic),
            None => Ok(PathBuf::from(text).into()),
        }
    }
}

impl FromStr for ModelSource {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        OsString::from(text).try_into()
    }
}

impl fmt::Display for ModelSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) | Self::File(path) => path.display().fmt(f),
            Self::Synthetic(synthetic) => synthetic.fmt(f),
        }
    }
}

impl Serialize for ModelSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Refuses a path where no file is.
pub(super) fn expect_file(path: &Path) -> Result<(), Error> {
    // Anything that is there says what it is when it is opened.
    match files::is_there(path)? {
        true => Ok(()),
        false => Err(Error::config(path, "there is no such folder or file")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_parsed_once_and_shown_as_they_were_given() {
        let parsed = |text: &str| text.parse::<ModelSource>();
        assert_eq!(parsed("src").unwrap(), ModelSource::Folder("src".into()));
        assert_eq!(parsed("src/lib.rs").unwrap(), ModelSource::File("src/lib.rs".into()));
        assert_eq!(parsed("no/such").unwrap(), ModelSource::File("no/such".into()));
        for text in ["src", "no/such.gguf", "synthetic:trilm-99m", "synthetic:trilm-99m:2", "synthetic:trilm-99m:16"] {
            assert_eq!(parsed(text).unwrap().to_string(), text);
        }
        for (text, reason) in [
            ("synthetic:x", "there is no synthetic model `x`; there are bitnet-2b-4t, "),
            ("synthetic:trilm-99m:17", "the number of layers must be from 1 to 16"),
            ("synthetic:trilm-99m:0", "the number of layers must be from 1 to 16"),
            ("synthetic:trilm-99m:two", "the number of layers must be from 1 to 16"),
        ] {
            assert!(parsed(text).unwrap_err().to_string().starts_with(reason), "{text}");
        }
        assert_eq!(ModelSource::from(Path::new("synthetic:trilm-99m")).path(), Some(Path::new("synthetic:trilm-99m")));
    }

    #[test]
    fn parts_and_companions_of_a_file_are_read_with_it() {
        let files = |text: &str| text.parse::<ModelSource>().unwrap().files();
        assert_eq!(files("src"), [Path::new("src")]);
        assert!(files("synthetic:trilm-99m").is_empty());
        let split = files("no/m-00002-of-00002.gguf");
        assert!(
            split.starts_with(&["no/m-00001-of-00002.gguf".into(), "no/m-00002-of-00002.gguf".into()]),
            "{split:?}"
        );
        assert!(files("no/tokenizer.model").contains(&"no/tokenizer_config.json".into()));
    }
}
