//! Finding and loading a tokenizer.

use std::io::Read;
use std::path::Path;

use super::characters::Characters;
use super::refusal::{WITHOUT, no_rule};
use super::vocabulary::{Tokenizer, Vocabulary};
use super::{folder, gguf, model_file};
use crate::checkpoint::folder::resolve;
use crate::gguf::MAGIC;
use crate::{Error, ModelSource, files};

/// The files that a folder's tokenizer may be in, the first that is there wins.
const FILES: [&str; 3] = ["chars.json", "tokenizer.json", "tokenizer.model"];

impl Tokenizer {
    /// Loads the tokenizer that belongs to the model at `source`.
    ///
    /// # Errors
    /// If there is none, or it is damaged or of a kind that is not implemented.
    pub fn load(source: &ModelSource) -> Result<Self, Error> {
        Self::load_with(source, None)
    }

    /// Loads the tokenizer at `source`: a model of any kind, or a folder or file with a tokenizer alone (`tokenizer.json`,
    /// `tokenizer.model`, `chars.json`, GGUF; a file is known by its content). `pre` names the rule by which a byte-pair
    /// vocabulary in GGUF splits a text, in place of its key `tokenizer.ggml.pre`.
    ///
    /// # Errors
    /// If there is none, it is damaged or of a kind that is not implemented, or `pre` does not apply to it.
    pub fn load_with(source: &ModelSource, pre: Option<&str>) -> Result<Self, Error> {
        let path = match source {
            ModelSource::Synthetic(synthetic) => {
                return match pre {
                    Some(pre) => Err(no_rule(synthetic.to_string().as_ref(), pre)),
                    None => Ok(Vocabulary::Bytes.into()),
                };
            }
            ModelSource::File(path) => return Self::file(path, pre),
            ModelSource::Folder(path) => path,
        };
        let resolved = resolve(path);
        if let Ok(file) = &resolved
            && !file.is_dir()
        {
            return Self::file(file, pre);
        }
        for file in FILES.iter().map(|name| path.join(name)) {
            // A folder with several models may have a tokenizer beside them.
            if files::is_there(&file)? {
                return Self::file(&file, pre);
            }
        }
        let expected =
            format!("there is no tokenizer: chars.json, tokenizer.json or tokenizer.model is expected; {WITHOUT}");
        Err(Error::config(&resolved?, expected))
    }

    /// Loads a tokenizer's file of whatever kind.
    fn file(file: &Path, pre: Option<&str>) -> Result<Self, Error> {
        let mut start = Vec::new();
        files::open(file)?.take(64).read_to_end(&mut start).map_err(Error::io(file))?;
        if start.starts_with(MAGIC) || file.extension().is_some_and(|extension| extension == "gguf") {
            return gguf::load(file, pre);
        }
        if let Some(pre) = pre {
            return Err(no_rule(file, pre));
        }
        let start = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&start);
        let named = |name: &str| file.file_name().is_some_and(|own| own == name);
        match start.iter().find(|byte| !byte.is_ascii_whitespace()) {
            _ if named("chars.json") => {
                Characters::load(file).map(|characters| Vocabulary::Characters(characters).into())
            }
            _ if named("tokenizer.json") => folder::load(file),
            _ if named("tokenizer.model") => model_file::load(file),
            Some(b'[') => Characters::load(file).map(|characters| Vocabulary::Characters(characters).into()),
            Some(b'{') => folder::load(file),
            _ => model_file::load(file),
        }
    }
}
