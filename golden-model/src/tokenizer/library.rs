//! Tokenizers in the JSON form of the `tokenizers` library.
//!
//! Such a file also holds the state of the call that it was saved after. Truncation and padding are switched off;
//! what cannot be switched off and would change the tokens of a text is refused.

use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::charsmap::Charsmap;
use crate::Error;

/// The library's tokenizer, and what it needs around it.
#[derive(Clone, Debug)]
pub(super) struct Library {
    pub(super) tokenizer: Box<tokenizers::Tokenizer>,
    /// Puts a space, written as U+2581, before a text, but before no text that begins with an added token.
    pub(super) lead: bool,
    /// Drops the text's own spaces there first.
    pub(super) trim: bool,
    /// Replacements in a text, but for its added tokens and these further words.
    pub(super) charsmap: Option<(Charsmap, Vec<String>)>,
}

/// The parts of the JSON form that are checked here.
#[derive(Deserialize)]
struct Form {
    #[serde(default)]
    added_tokens: Vec<Added>,
    model: Model,
}

#[derive(Deserialize)]
struct Added {
    id: u32,
    content: String,
}

#[derive(Deserialize)]
struct Model {
    dropout: Option<f32>,
    #[serde(rename = "vocab")]
    _vocab: Option<IgnoredAny>,
}

impl Library {
    /// Reads the JSON form.
    ///
    /// # Errors
    /// If it is damaged, draws merges at random, or numbers its added tokens otherwise than the library does.
    pub(super) fn parse(path: &Path, json: &[u8]) -> Result<Self, Error> {
        let fail = |reason: String| Error::config(path, format!("the tokenizer cannot be read: {reason}"));
        let form: Form = serde_json::from_slice(json).map_err(|e| fail(e.to_string()))?;
        if let Some(dropout) = form.model.dropout.filter(|dropout| *dropout != 0.0) {
            return Err(Error::config(
                path,
                format!("model.dropout is {dropout}, so tokens are drawn at random; set it to null"),
            ));
        }
        let mut tokenizer = guarded(|| tokenizers::Tokenizer::from_bytes(json)).map_err(fail)?;
        for added in form.added_tokens {
            match tokenizer.token_to_id(&added.content) {
                Some(id) if id != added.id => {
                    return Err(Error::config(
                        path,
                        format!(
                            "added token `{}` has id {}, but its place gives it {id}; ids of added tokens must follow \
                             the vocabulary without a gap",
                            added.content, added.id
                        ),
                    ));
                }
                _ => (),
            }
        }
        guarded(|| tokenizer.with_truncation(None).map(drop)).map_err(fail)?;
        tokenizer.with_padding(None);
        Ok(Self { tokenizer: Box::new(tokenizer), lead: false, trim: false, charsmap: None })
    }

    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        let added = self.tokenizer.get_added_vocabulary().get_vocab();
        let added: Vec<&str> = added.keys().map(String::as_str).filter(|token| !token.is_empty()).collect();
        let mut text = match &self.charsmap {
            Some((charsmap, words)) => replaced(text, charsmap, &added, words)?,
            None => text.to_owned(),
        };
        if self.trim {
            text = text.trim_start_matches(' ').to_owned();
        }
        if self.lead && !text.is_empty() && !added.iter().any(|token| text.starts_with(token)) {
            text.insert(0, '\u{2581}');
        }
        let encoding = guarded(|| self.tokenizer.encode(text, true)).map_err(Error::Tokenizer)?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The text of `tokens`, without special tokens and without those that are not there.
    pub(super) fn decode(&self, tokens: &[u32]) -> Result<String, Error> {
        guarded(|| self.tokenizer.decode(tokens, true)).map_err(Error::Tokenizer)
    }
}

/// `text` with the replacements made everywhere but in added tokens and `words`.
fn replaced(text: &str, charsmap: &Charsmap, added: &[&str], words: &[String]) -> Result<String, Error> {
    let kept = || added.iter().copied().chain(words.iter().map(String::as_str));
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    loop {
        // The first that occurs, and of those at the same place the longest.
        let found = kept().filter_map(|token| Some((rest.find(token)?, std::cmp::Reverse(token.len())))).min();
        let (at, length) = found.map_or((rest.len(), 0), |(at, length)| (at, length.0));
        let part = charsmap.apply(&rest[..at]);
        if let Some(token) = added.iter().find(|token| part.contains(**token)) {
            let reason = format!("normalising the text makes the special token `{token}` of other characters in it");
            return Err(Error::Tokenizer(reason));
        }
        out.push_str(&part);
        out.push_str(&rest[at..at + length]);
        rest = &rest[at + length..];
        if rest.is_empty() {
            return Ok(out);
        }
    }
}

/// Calls the library, which panics on some tokenizers that contradict themselves: on a template that names a token which
/// is not there, for one.
pub(super) fn guarded<T>(call: impl FnOnce() -> tokenizers::Result<T>) -> Result<T, String> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(|e| e.to_string()),
        Err(_) => Err("the tokenizer contradicts itself".to_owned()),
    }
}

/// A token that is put before or after every text.
pub(super) struct Marker<'a> {
    pub(super) content: &'a str,
    pub(super) id: u32,
}

/// A post-processor, in the library's JSON form, that puts tokens around every text.
pub(super) fn around(begin: Option<&Marker<'_>>, end: Option<&Marker<'_>>) -> serde_json::Value {
    if begin.is_none() && end.is_none() {
        return serde_json::Value::Null;
    }
    let token = |marker: &Marker<'_>| serde_json::json!({"SpecialToken": {"id": marker.content, "type_id": 0}});
    let text = |name: &str| serde_json::json!({"Sequence": {"id": name, "type_id": 0}});
    let template = |texts: &[&str]| -> Vec<serde_json::Value> {
        let texts = texts.iter().map(|name| text(name));
        begin.map(token).into_iter().chain(texts).chain(end.map(token)).collect()
    };
    let special = begin.into_iter().chain(end).map(|marker| {
        let Marker { content, id } = marker;
        ((*content).to_owned(), serde_json::json!({"id": content, "ids": [id], "tokens": [content]}))
    });
    serde_json::json!({
        "type": "TemplateProcessing",
        "single": template(&["A"]),
        "pair": template(&["A", "B"]),
        "special_tokens": special.collect::<serde_json::Map<_, _>>(),
    })
}

/// A token that is recognised in text as a whole, in the library's JSON form.
pub(super) fn added(content: &str, id: u32, special: bool) -> serde_json::Value {
    serde_json::json!({
        "id": id, "content": content, "special": special,
        "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
    })
}
