//! SentencePiece vocabularies of the byte-pair kind, from `tokenizer.model` or from GGUF.
//!
//! SentencePiece joins the neighbours whose joint piece has the best score. That is a byte-pair merge list in the
//! order of the scores, which is what the `tokenizers` library runs. Spaces are written as U+2581, one is put before the text,
//! and characters without a piece fall back to bytes.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde_json::{Value, json};

use super::charsmap::Charsmap;
use super::companions::AddedToken;
use super::library::{Library, Marker, added, around};
use crate::Error;

/// The kinds of pieces in SentencePiece's numbering, which GGUF shares.
pub(super) const UNKNOWN: i32 = 2;
pub(super) const CONTROL: i32 = 3;
pub(super) const USER_DEFINED: i32 = 4;

/// A vocabulary entry.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) score: f32,
    pub(super) kind: i32,
}

/// Place of the space before a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    Nowhere,
    /// Before the text, unless it begins with an added token.
    First,
    /// Before the text and after every added token.
    Every,
}

/// All that makes a tokenizer.
#[derive(Debug)]
pub(super) struct Recipe {
    pub(super) pieces: Vec<Piece>,
    /// Tokens before and after every text.
    pub(super) begin: Option<u32>,
    pub(super) end: Option<u32>,
    pub(super) prefix: Prefix,
    /// SentencePiece's compiled table of replacements, such as `nmt_nfkc`; empty for the identity.
    pub(super) charsmap: Vec<u8>,
    /// True if spaces at both ends go and runs of spaces become one.
    pub(super) collapse: bool,
    pub(super) byte_fallback: bool,
    /// True if a user-defined piece is a part of the text around it, as in SentencePiece, or an added token, as in
    /// llama.cpp.
    pub(super) inline: bool,
    /// Further tokens, or other names of pieces, by id.
    pub(super) added: BTreeMap<u32, AddedToken>,
}

impl Recipe {
    /// Makes the tokenizer.
    ///
    /// # Errors
    /// If two tokens have the same text, a token is outside the vocabulary, or the table of replacements is damaged.
    pub(super) fn build(mut self, path: &Path) -> Result<Library, Error> {
        let fail = |reason: String| Error::config(path, reason);
        for (&id, token) in &self.added {
            if let Some(piece) = self.pieces.get_mut(id as usize) {
                piece.text.clone_from(&token.content);
            }
        }
        let mut vocabulary: HashMap<&str, u32> = HashMap::new();
        let beyond = self.added.iter().filter(|(id, _)| **id as usize >= self.pieces.len());
        let beyond = beyond.map(|(&id, token)| (token.content.as_str(), id));
        for (text, id) in self.pieces.iter().map(|piece| piece.text.as_str()).zip(0..).chain(beyond) {
            if let Some(other) = vocabulary.insert(text, id) {
                return Err(fail(format!("token `{text}` has two ids, {other} and {id}")));
            }
        }
        let marker = |name: &str, id: Option<u32>| match id {
            None => Ok(None),
            Some(id) => match vocabulary.iter().find(|(_, other)| **other == id) {
                Some((content, _)) => Ok(Some(Marker { content, id })),
                None => Err(fail(format!("the {name} token {id} is outside the vocabulary"))),
            },
        };
        let (begin, end) = (marker("begin", self.begin)?, marker("end", self.end)?);
        let inline: Vec<&str> = self.kind(USER_DEFINED).filter(|_| self.inline).collect();
        let whole = self.pieces.iter().zip(0..).filter(|(_, id)| !self.added.contains_key(id));
        let whole = whole.filter_map(|(piece, id)| match piece.kind {
            UNKNOWN | CONTROL => Some(added(&piece.text, id, true)),
            USER_DEFINED if !self.inline => Some(added(&piece.text, id, false)),
            _ => None,
        });
        let named = self.added.iter().map(|(&id, token)| {
            json!({
                "id": id, "content": token.content, "special": token.special, "single_word": token.single_word,
                "lstrip": token.lstrip, "rstrip": token.rstrip, "normalized": false,
            })
        });
        let mut decoders = vec![json!({"type": "Replace", "pattern": {"String": "\u{2581}"}, "content": " "})];
        if self.byte_fallback {
            decoders.push(json!({"type": "ByteFallback"}));
        }
        decoders.push(json!({"type": "Fuse"}));
        if self.prefix != Prefix::Nowhere {
            decoders.push(json!({"type": "Strip", "content": " ", "start": 1, "stop": 0}));
        }
        let json = json!({
            "version": "1.0",
            "added_tokens": whole.chain(named).collect::<Vec<_>>(),
            "normalizer": {"type": "Sequence", "normalizers": self.normalizers()},
            "pre_tokenizer": Self::splits(&inline),
            "post_processor": around(begin.as_ref(), end.as_ref()),
            "decoder": {"type": "Sequence", "decoders": decoders},
            "model": {
                "type": "BPE", "unk_token": self.kind(UNKNOWN).next(), "fuse_unk": true,
                "byte_fallback": self.byte_fallback, "ignore_merges": !inline.is_empty(),
                "vocab": vocabulary, "merges": merges(&self.pieces, &vocabulary),
            },
        });
        let library = Library::parse(path, json.to_string().as_bytes())?;
        let charsmap = match self.charsmap.is_empty() {
            true => None,
            false => {
                Some((Charsmap::parse(&self.charsmap).map_err(fail)?, inline.into_iter().map(str::to_owned).collect()))
            }
        };
        let lead = self.prefix == Prefix::First;
        Ok(Library { lead, trim: lead && self.collapse, charsmap, ..library })
    }

    fn kind(&self, kind: i32) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter(move |piece| piece.kind == kind).map(|piece| piece.text.as_str())
    }

    /// Steps for a text after the replacements, in SentencePiece's order.
    fn normalizers(&self) -> Vec<Value> {
        let mut all = Vec::new();
        let replace = |pattern: Value, by: &str| json!({"type": "Replace", "pattern": pattern, "content": by});
        if self.collapse {
            // A U+2581 in the text itself is a space at its end, and nowhere else.
            all.push(replace(json!({"Regex": "\\A +|[ \u{2581}]+\\z"}), ""));
            all.push(replace(json!({"Regex": " {2,}"}), " "));
        }
        if self.prefix == Prefix::Every {
            all.push(json!({"type": "Prepend", "prepend": "\u{2581}"}));
        }
        all.push(replace(json!({"String": " "}), "\u{2581}"));
        all
    }

    /// User-defined pieces, which are cut before merging.
    fn splits(inline: &[&str]) -> Value {
        if inline.is_empty() {
            return Value::Null;
        }
        let mut inline: Vec<String> = inline.iter().map(|piece| escaped(piece)).collect();
        inline.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
        json!({
            "type": "Split", "pattern": {"Regex": inline.join("|")}, "behavior": "Isolated", "invert": false,
        })
    }
}

/// A pattern that matches `text` and only that.
fn escaped(text: &str) -> String {
    let mut pattern = String::new();
    for character in text.chars() {
        // Not all punctuation: `\<` is the start of a word.
        if r"\.+*?()|[]{}^$".contains(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

/// Every way to make a piece of two others, the best pieces first.
fn merges<'a>(pieces: &'a [Piece], vocabulary: &HashMap<&str, u32>) -> Vec<(&'a str, &'a str)> {
    let mut merges = Vec::new();
    for piece in pieces.iter().filter(|piece| !matches!(piece.kind, UNKNOWN | CONTROL | USER_DEFINED)) {
        for (middle, _) in piece.text.char_indices().skip(1) {
            let (left, right) = piece.text.split_at(middle);
            if let (Some(l), Some(r)) = (vocabulary.get(left), vocabulary.get(right)) {
                merges.push((piece.score, (l, r), (left, right)));
            }
        }
    }
    merges.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    merges.into_iter().map(|(_, _, pair)| pair).collect()
}
