//! Text to tokens and back.
//!
//! | model | tokenizer |
//! |---|---|
//! | folder with `chars.json` | one token per character |
//! | folder with `tokenizer.json` | as it says, by the `tokenizers` library |
//! | folder with `tokenizer.model` | SentencePiece, byte-pair kind |
//! | GGUF file, or folder with one | its `tokenizer.ggml.*` keys |
//! | `synthetic:…` | one token per byte |

mod characters;
mod gguf;
mod sentencepiece;

use std::path::Path;

use characters::Characters;

use crate::Error;
use crate::checkpoint::{is_synthetic, resolve};

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
    Library(Box<tokenizers::Tokenizer>),
}

impl Tokenizer {
    /// Loads the tokenizer that belongs to the model at `path`.
    ///
    /// # Errors
    /// If there is none, or it is damaged or of a kind that is not implemented.
    pub fn load(path: &Path) -> Result<Self, Error> {
        if is_synthetic(path) {
            return Ok(Vocabulary::Bytes.into());
        }
        let path = &*resolve(path)?;
        if !path.is_dir() {
            return gguf::load(path).map(Self::from);
        }
        let file = |name: &str| Some(path.join(name)).filter(|file| file.exists());
        if let Some(file) = file("chars.json") {
            Characters::load(&file).map(|characters| Vocabulary::Characters(characters).into())
        } else if let Some(file) = file("tokenizer.json") {
            let json = std::fs::read(&file).map_err(Error::io(&file))?;
            library(&file, &json).map(Self::from)
        } else if let Some(file) = file("tokenizer.model") {
            sentencepiece::load(&file).map(Self::from)
        } else {
            Err(Error::config(path, "there is no tokenizer: chars.json, tokenizer.json or tokenizer.model is expected"))
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
            Vocabulary::Library(tokenizer) => {
                let encoding = guarded(|| tokenizer.encode(text, true)).map_err(Error::Tokenizer)?;
                Ok(encoding.get_ids().to_vec())
            }
        }
    }

    /// The text of `tokens`; bytes that are not UTF-8 become U+FFFD.
    ///
    /// # Errors
    /// If a token is outside the vocabulary.
    pub fn decode(&self, tokens: &[u32]) -> Result<String, Error> {
        match &self.vocabulary {
            Vocabulary::Bytes => {
                // A synthetic model has more tokens than there are bytes.
                let bytes: Vec<u8> = tokens.iter().map(|&token| u8::try_from(token).unwrap_or(b'?')).collect();
                Ok(String::from_utf8_lossy(&bytes).into_owned())
            }
            Vocabulary::Characters(characters) => characters.decode(tokens),
            Vocabulary::Library(tokenizer) => {
                if let Some(token) = tokens.iter().find(|&&token| tokenizer.id_to_token(token).is_none()) {
                    return Err(Error::argument(format!("token {token} is not in the tokenizer's vocabulary")));
                }
                guarded(|| tokenizer.decode(tokens, true)).map_err(Error::Tokenizer)
            }
        }
    }
}

impl From<Vocabulary> for Tokenizer {
    fn from(vocabulary: Vocabulary) -> Self {
        Self { vocabulary, notices: Vec::new() }
    }
}

/// A tokenizer in the library's JSON form.
fn library(path: &Path, json: &[u8]) -> Result<Vocabulary, Error> {
    let damaged = |reason: String| Error::config(path, format!("the tokenizer cannot be read: {reason}"));
    serde_json::from_slice::<serde::de::IgnoredAny>(json).map_err(|e| damaged(e.to_string()))?;
    let tokenizer = guarded(|| tokenizers::Tokenizer::from_bytes(json)).map_err(damaged)?;
    Ok(Vocabulary::Library(Box::new(tokenizer)))
}

/// Calls the library, which panics on some tokenizers that contradict themselves: on a template that names a token which
/// is not there, for one.
fn guarded<T>(call: impl FnOnce() -> tokenizers::Result<T>) -> Result<T, String> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(|e| e.to_string()),
        Err(_) => Err("the tokenizer contradicts itself".to_owned()),
    }
}

/// A post-processor, in the library's JSON form, that puts a token before every text.
fn begin_with(content: &str, id: u32) -> serde_json::Value {
    let token = serde_json::json!({"SpecialToken": {"id": content, "type_id": 0}});
    let text = |name: &str| serde_json::json!({"Sequence": {"id": name, "type_id": 0}});
    serde_json::json!({
        "type": "TemplateProcessing",
        "single": [token, text("A")],
        "pair": [token, text("A"), text("B")],
        "special_tokens": {content: {"id": content, "ids": [id], "tokens": [content]}},
    })
}

/// A token that is recognised in text as a whole, in the library's JSON form.
fn added(content: &str, id: u32, special: bool) -> serde_json::Value {
    serde_json::json!({
        "id": id, "content": content, "special": special,
        "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
    })
}
