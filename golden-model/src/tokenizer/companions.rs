//! Companion files of `tokenizer.json` and `tokenizer.model`: files in the same folder that change what those mean.
//!
//! | file | what is read |
//! |---|---|
//! | `tokenizer_config.json` | `added_tokens_decoder`, the named special tokens, the flags of [`Companions`] |
//! | `special_tokens_map.json` | named special tokens, where `tokenizer_config.json` has no `added_tokens_decoder` |
//! | `added_tokens.json` | added tokens, likewise |

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Error;
use crate::files::json::read_if_there;

/// Names of the files.
pub(crate) const COMPANIONS: [&str; 3] = ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"];

/// The special tokens that have names, in transformers' order.
const NAMED: [&str; 7] = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

/// A token that is recognised in text as a whole, by text and flags.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct AddedToken {
    pub(super) content: String,
    #[serde(default)]
    pub(super) special: bool,
    #[serde(default)]
    pub(super) single_word: bool,
    #[serde(default)]
    pub(super) lstrip: bool,
    #[serde(default)]
    pub(super) rstrip: bool,
    #[serde(default)]
    pub(super) normalized: bool,
}

impl AddedToken {
    fn plain(content: &str, special: bool) -> Self {
        let content = content.to_owned();
        Self { content, special, single_word: false, lstrip: false, rstrip: false, normalized: false }
    }

    /// The library's form.
    pub(super) fn library(&self) -> tokenizers::AddedToken {
        tokenizers::AddedToken::from(self.content.clone(), self.special)
            .single_word(self.single_word)
            .lstrip(self.lstrip)
            .rstrip(self.rstrip)
            .normalized(self.normalized)
    }
}

/// Content of the companion files.
#[derive(Debug, Default)]
pub(super) struct Companions {
    /// Added tokens by id.
    pub(super) added: BTreeMap<u32, AddedToken>,
    /// Special tokens that have a name (`bos_token`) or are listed as further ones, without an id.
    pub(super) special: Vec<AddedToken>,
    /// `bos_token` and `eos_token`: `None` where no file names them, `Some(None)` where one says null.
    pub(super) bos: Option<Option<String>>,
    pub(super) eos: Option<Option<String>>,
    /// `add_bos_token`, `add_eos_token`, `add_prefix_space`.
    pub(super) add_bos: Option<bool>,
    pub(super) add_eos: Option<bool>,
    pub(super) prefix: Option<bool>,
    /// True if the space before a text is also put after each added token, as `legacy` says.
    pub(super) legacy: bool,
    /// `split_special_tokens`: special tokens in a text are cut like all of it.
    pub(super) split_special: bool,
    /// `clean_up_tokenization_spaces`.
    pub(super) clean_up: bool,
}

impl Companions {
    /// Reads the companions of the tokenizer file at `file`.
    ///
    /// # Errors
    /// If one of the files is damaged, or gives a key a value of a wrong type.
    pub(super) fn beside(file: &Path) -> Result<Self, Error> {
        let path = file.with_file_name(COMPANIONS[0]);
        let config: Map<String, Value> = read_if_there(&path)?.unwrap_or_default();
        let flag = |key: &str| match config.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(other) => Err(Error::config(&path, format!("`{key}` is {other}; true or false is expected"))),
        };
        let class = config.get("tokenizer_class").and_then(Value::as_str).unwrap_or_default();
        let mut found = Self {
            add_bos: flag("add_bos_token")?,
            add_eos: flag("add_eos_token")?,
            prefix: flag("add_prefix_space")?,
            // transformers' own class for Llama has another default than all others.
            legacy: flag("legacy")?.unwrap_or(!class.starts_with("LlamaTokenizer")),
            split_special: flag("split_special_tokens")?.unwrap_or(false),
            clean_up: flag("clean_up_tokenization_spaces")?.unwrap_or(false),
            ..Self::default()
        };
        found.name(&path, &config)?;
        match config.get("added_tokens_decoder") {
            None | Some(Value::Null) => found.legacy_files(file)?,
            Some(Value::Object(tokens)) => {
                for (key, token) in tokens {
                    let entry = || format!("`added_tokens_decoder` has a bad entry `{key}`");
                    let id: u32 = key.parse().map_err(|e| Error::config(&path, format!("{}: {e}", entry())))?;
                    let token = AddedToken::deserialize(token);
                    let token = token.map_err(|e| Error::config(&path, format!("{}: {e}", entry())))?;
                    if let Some(other) = found.added.get(&id).filter(|other| **other != token) {
                        let reason = format!(
                            "`added_tokens_decoder` gives id {id} (as `{key}`) to `{}` and to `{}`",
                            token.content, other.content
                        );
                        return Err(Error::config(&path, reason));
                    }
                    found.added.insert(id, token);
                }
            }
            Some(_) => return Err(Error::config(&path, "`added_tokens_decoder` is not an object")),
        }
        Ok(found)
    }

    /// The files of older folders.
    fn legacy_files(&mut self, file: &Path) -> Result<(), Error> {
        let path = file.with_file_name(COMPANIONS[1]);
        if let Some(map) = read_if_there::<Map<String, Value>>(&path)? {
            self.name(&path, &map)?;
        }
        let tokens: Option<BTreeMap<String, u32>> = read_if_there(&file.with_file_name(COMPANIONS[2]))?;
        for (content, id) in tokens.into_iter().flatten() {
            let special = self.special.iter().any(|token| token.content == content);
            if let Some(other) = self.added.insert(id, AddedToken::plain(&content, special)) {
                let path = file.with_file_name(COMPANIONS[2]);
                let reason = format!("id {id} is given to `{content}` and to `{}`", other.content);
                return Err(Error::config(&path, reason));
            }
        }
        Ok(())
    }

    /// Notes the special tokens of one file.
    fn name(&mut self, path: &Path, keys: &Map<String, Value>) -> Result<(), Error> {
        let token = |key: &str, value: &Value| match value {
            Value::Null => Ok(None),
            Value::String(content) => Ok(Some(AddedToken::plain(content, true))),
            Value::Object(_) => AddedToken::deserialize(value)
                .map(|token| Some(AddedToken { special: true, ..token }))
                .map_err(|e| Error::config(path, format!("`{key}`: {e}"))),
            other => Err(Error::config(path, format!("`{key}` is {other}; a token is expected"))),
        };
        let mut all = Vec::new();
        for key in NAMED {
            let Some(value) = keys.get(key) else { continue };
            let named = token(key, value)?;
            let content = named.as_ref().map(|token| token.content.clone());
            match key {
                "bos_token" => self.bos = Some(content),
                "eos_token" => self.eos = Some(content),
                _ => (),
            }
            all.extend(named);
        }
        for key in ["additional_special_tokens", "extra_special_tokens"] {
            match keys.get(key) {
                Some(Value::Array(list)) => {
                    for value in list {
                        all.extend(token(key, value)?);
                    }
                }
                Some(Value::Object(map)) => {
                    for value in map.values() {
                        all.extend(token(key, value)?);
                    }
                }
                _ => (),
            }
        }
        for token in all {
            if !self.special.iter().any(|other| other.content == token.content) {
                self.special.push(token);
            }
        }
        Ok(())
    }
}
