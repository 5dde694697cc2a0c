//! Text to tokens and back.
//!
//! | model | tokenizer |
//! |---|---|
//! | folder with `chars.json` | one token per character |
//! | folder with `tokenizer.json` | as it says, by the `tokenizers` library, with the files in its folder |
//! | folder with `tokenizer.model` | SentencePiece, byte-pair kind, with the files in its folder |
//! | GGUF file, or folder with one | its `tokenizer.ggml.*` keys |
//! | `synthetic:…` | one token per byte |

mod characters;
mod charsmap;
mod companions;
mod folder;
mod gguf;
mod library;
mod model_file;
mod pre;
mod sentencepiece;

use std::io::Read;
use std::path::Path;

use characters::Characters;
use library::Library;

use crate::checkpoint::{is_synthetic, resolve};
use crate::{Error, files};

/// A model's tokenizer.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    vocabulary: Vocabulary,
    notices: Vec<String>,
}

#[derive(Clone, Debug)]
enum Vocabulary {
    Bytes,
    Characters(Characters),
    Library(Library),
}

/// The files that a folder's tokenizer may be in, the first that is there wins.
const FILES: [&str; 3] = ["chars.json", "tokenizer.json", "tokenizer.model"];

/// The way out for a model without a tokenizer.
const WITHOUT: &str = "name one with --tokenizer, or compute with token ids: `trine logits --ids` needs no tokenizer";

impl Tokenizer {
    /// Loads the tokenizer that belongs to the model at `path`.
    ///
    /// # Errors
    /// If there is none, or it is damaged or of a kind that is not implemented.
    pub fn load(path: &Path) -> Result<Self, Error> {
        Self::load_with(path, None)
    }

    /// Loads the tokenizer at `path`: a model of any kind, or a folder or file with a tokenizer alone (`tokenizer.json`,
    /// `tokenizer.model`, `chars.json`, GGUF; a file is known by its content). `pre` names the rule by which a byte-pair
    /// vocabulary in GGUF splits a text, in place of its key `tokenizer.ggml.pre`.
    ///
    /// # Errors
    /// If there is none, it is damaged or of a kind that is not implemented, or `pre` does not apply to it.
    pub fn load_with(path: &Path, pre: Option<&str>) -> Result<Self, Error> {
        if is_synthetic(path) {
            return match pre {
                Some(pre) => Err(no_rule(path, pre)),
                None => Ok(Vocabulary::Bytes.into()),
            };
        }
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
        if start.starts_with(b"GGUF") || file.extension().is_some_and(|extension| extension == "gguf") {
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

    /// Warnings about the tokenizer: choices that were made where its files leave them open. Each is a sentence with the file.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// The tokens of `text`, with those that the model expects before a text.
    ///
    /// # Errors
    /// [`Error::Vocabulary`] names the first character that has no token, and its position.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        match &self.vocabulary {
            Vocabulary::Bytes => Ok(text.bytes().map(u32::from).collect()),
            Vocabulary::Characters(characters) => characters.encode(text),
            Vocabulary::Library(library) => library.encode(text),
        }
    }

    /// The text of `tokens`. Bytes that are not UTF-8 become U+FFFD, and so do characters that are not in the
    /// vocabulary; special tokens, and tokens that a library's tokenizer does not have, have no text.
    ///
    /// # Errors
    /// If the tokenizer contradicts itself.
    pub fn decode(&self, tokens: &[u32]) -> Result<String, Error> {
        match &self.vocabulary {
            Vocabulary::Bytes => {
                // A synthetic model has more tokens than there are bytes.
                let bytes: Vec<u8> = tokens.iter().map(|&token| u8::try_from(token).unwrap_or(b'?')).collect();
                Ok(String::from_utf8_lossy(&bytes).into_owned())
            }
            Vocabulary::Characters(characters) => Ok(characters.decode(tokens)),
            Vocabulary::Library(library) => library.decode(tokens),
        }
    }

    /// The text that `tokens` add to that of the tokens before them: a space that only a text's first token loses stays.
    ///
    /// # Errors
    /// If the tokenizer contradicts itself.
    pub fn decode_after(&self, before: &[u32], tokens: &[u32]) -> Result<String, Error> {
        let (given, all) = (self.decode(before)?, self.decode(&[before, tokens].concat())?);
        match all.strip_prefix(&given) {
            Some(text) => Ok(text.to_owned()),
            // The tokens finish a character that the ones before began.
            None => self.decode(tokens),
        }
    }

    /// True if the tokenizer has this token. A model may have more tokens than its tokenizer, since vocabularies are
    /// padded; every token of a synthetic model counts as known.
    pub fn knows(&self, token: u32) -> bool {
        match &self.vocabulary {
            Vocabulary::Bytes => true,
            Vocabulary::Characters(characters) => characters.knows(token),
            Vocabulary::Library(library) => library.tokenizer.id_to_token(token).is_some(),
        }
    }

    /// The text of a token as the vocabulary writes it, special tokens included.
    pub fn token(&self, token: u32) -> Option<String> {
        match &self.vocabulary {
            Vocabulary::Library(library) => library.tokenizer.id_to_token(token),
            _ => self.knows(token).then(|| self.decode(&[token]).ok()).flatten(),
        }
    }
}

/// The refusal of a rule where there is nothing that it could change.
fn no_rule(path: &Path, pre: &str) -> Error {
    Error::config(
        path,
        format!(
            "--pre {pre} does not apply: only the byte-pair vocabulary of a GGUF file is split by a rule with a name"
        ),
    )
}

impl From<Vocabulary> for Tokenizer {
    fn from(vocabulary: Vocabulary) -> Self {
        Self { vocabulary, notices: Vec::new() }
    }
}
