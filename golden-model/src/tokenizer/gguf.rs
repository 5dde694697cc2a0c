//! The vocabulary inside a GGUF file.
//!
//! | `tokenizer.ggml.model` | kind |
//! |---|---|
//! | `llama` | SentencePiece, byte-pair kind: tokens with scores |
//! | `gpt2` | byte-level byte pairs: tokens with merges, text split as `tokenizer.ggml.pre` says |
//! | `none` | one token per character, when every token is one |
//!
//! If a file leaves something open, llama.cpp's choice is taken.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde_json::json;

use super::characters::Characters;
use super::library::{Library, Marker, added, around};
use super::pre::Pre;
use super::refusal::{WITHOUT, no_rule};
use super::sentencepiece::{Piece, Prefix, Recipe};
use super::vocabulary::{Tokenizer, Vocabulary};
use crate::Error;
use crate::checkpoint::gguf::ends::text_ends;
use crate::gguf::Gguf;

/// GGUF's numbers for tokens that are recognised as a whole.
const CONTROL: u32 = 3;
const USER_DEFINED: u32 = 4;
/// The vocabulary of Llama 3, which Microsoft's files of architecture `bitnet-b1.58` hold without its rule.
const LLAMA3_TOKENS: usize = 128_256;
/// llama.cpp's begin tokens of files that name none: of SentencePiece, and of byte-level byte pairs.
const SCORED_BEGIN: u32 = 1;
const MERGED_BEGIN: u32 = 11;

/// Reads the vocabulary of a GGUF file; `pre` takes the place of `tokenizer.ggml.pre`.
pub(super) fn load(path: &Path, pre: Option<&str>) -> Result<Tokenizer, Error> {
    let gguf = Gguf::open(path)?;
    let tokens = gguf.strings("tokenizer.ggml.tokens")?;
    let tokens = tokens.ok_or_else(|| {
        let none = "there is no vocabulary: key `tokenizer.ggml.tokens` is missing";
        Error::config(path, format!("{none}; {}", WITHOUT))
    })?;
    let model = gguf.string("tokenizer.ggml.model")?.unwrap_or("none");
    if let Some(pre) = pre
        && model != "gpt2"
    {
        return Err(no_rule(path, pre));
    }
    match model {
        "llama" => scored(path, &gguf, tokens),
        "gpt2" => merged(path, &gguf, tokens, pre),
        "none" => {
            let characters: Option<Vec<char>> = tokens.iter().map(|token| token.parse().ok()).collect();
            let characters = characters.ok_or_else(|| {
                Error::config(path, "tokenizer.ggml.model is `none`, and the tokens are not single characters")
            })?;
            let characters = Characters::new(characters).map_err(|reason| Error::config(path, reason))?;
            Ok(Vocabulary::Characters(characters).into())
        }
        other => {
            let kind = if other == "t5" { ", SentencePiece of the Unigram kind," } else { "" };
            Err(Error::config(path, format!("tokenizer `{other}`{kind} is not implemented; llama and gpt2 are")))
        }
    }
}

/// One value per token, or an error.
fn per_token<T>(path: &Path, key: &str, values: Option<Vec<T>>, tokens: usize) -> Result<Vec<T>, Error> {
    match values {
        Some(values) if values.len() == tokens => Ok(values),
        Some(values) => Err(Error::config(path, format!("`{key}` has {} entries for {tokens} tokens", values.len()))),
        None => Err(Error::config(path, format!("key `{key}` is missing"))),
    }
}

/// The kinds of the tokens. Tokens that end a text are control tokens, whatever their file says.
fn kinds(path: &Path, gguf: &Gguf, tokens: &[String]) -> Result<Vec<u32>, Error> {
    let key = "tokenizer.ggml.token_type";
    let mut kinds = per_token(path, key, gguf.integers(key)?, tokens.len())?;
    for id in text_ends(tokens) {
        kinds[id as usize] = CONTROL;
    }
    Ok(kinds)
}

/// The token before every text, if there is to be one: that of the file, or llama.cpp's `default` with a notice.
fn begin(
    path: &Path,
    gguf: &Gguf,
    wanted: bool,
    default: u32,
    notices: &mut Vec<String>,
) -> Result<Option<u32>, Error> {
    if !gguf.boolean("tokenizer.ggml.add_bos_token")?.unwrap_or(wanted) {
        return Ok(None);
    }
    let key = "tokenizer.ggml.bos_token_id";
    let id = gguf.token(key)?;
    if id.is_none() {
        notices.push(format!(
            "{}: key `{key}` is not set, so token {default} is put before a text, as by llama.cpp",
            path.display()
        ));
    }
    Ok(id.or(Some(default)))
}

/// The token after every text, if the file asks for one.
fn end(path: &Path, gguf: &Gguf) -> Result<Option<u32>, Error> {
    let (flag, key) = ("tokenizer.ggml.add_eos_token", "tokenizer.ggml.eos_token_id");
    if gguf.boolean(flag)? != Some(true) {
        return Ok(None);
    }
    gguf.token(key)?.map(Some).ok_or_else(|| Error::config(path, format!("{flag} is true, but {key} is not set")))
}

fn scored(path: &Path, gguf: &Gguf, tokens: Vec<String>) -> Result<Tokenizer, Error> {
    let kinds = kinds(path, gguf, &tokens)?;
    let scores = "tokenizer.ggml.scores";
    let scores = per_token(path, scores, gguf.floats(scores)?, tokens.len())?;
    let pieces: Vec<Piece> = tokens
        .into_iter()
        .zip(scores.into_iter().zip(kinds))
        .map(|(text, (score, kind))| Piece { text, score, kind: kind as i32 })
        .collect();
    let mut notices = Vec::new();
    let recipe = Recipe {
        pieces,
        begin: begin(path, gguf, true, SCORED_BEGIN, &mut notices)?,
        end: end(path, gguf)?,
        prefix: match gguf.boolean("tokenizer.ggml.add_space_prefix")? {
            Some(false) => Prefix::Nowhere,
            _ => Prefix::Every,
        },
        charsmap: gguf.octets("tokenizer.ggml.precompiled_charsmap")?.unwrap_or_default(),
        collapse: gguf.boolean("tokenizer.ggml.remove_extra_whitespaces")?.unwrap_or(false),
        byte_fallback: true,
        inline: false,
        added: BTreeMap::new(),
    };
    Ok(Tokenizer { vocabulary: Vocabulary::Library(recipe.build(path)?), notices })
}

fn merged(path: &Path, gguf: &Gguf, mut tokens: Vec<String>, pre: Option<&str>) -> Result<Tokenizer, Error> {
    let merges = gguf.strings("tokenizer.ggml.merges")?;
    let merges = merges.ok_or_else(|| Error::config(path, "key `tokenizer.ggml.merges` is missing"))?;
    let kinds = kinds(path, gguf, &tokens)?;
    let key = "tokenizer.ggml.pre";
    let own = gguf.string(key)?;
    let named = |name: &str| Pre::named(name).map_err(|reason| Error::config(path, format!("{key} {reason}")));
    let rule = match pre {
        Some(pre) => Pre::named(pre).map_err(|reason| Error::config(path, format!("--pre {reason}")))?,
        None => named(own.unwrap_or("default"))?,
    };
    let mut notices = Vec::new();
    if pre.is_none() && own.is_none_or(|own| own == "default") {
        let what = if own.is_none() { "is missing" } else { "is `default`" };
        let llama3 = gguf.string("general.architecture")? == Some("bitnet-b1.58") && tokens.len() == LLAMA3_TOKENS;
        let way = if llama3 {
            "its vocabulary of 128,256 tokens was made for `llama-bpe`; give --pre llama-bpe"
        } else {
            "give the name of the vocabulary's own rule with --pre, or the tokenizer itself with --tokenizer"
        };
        notices.push(format!(
            "{}: key `{key}` {what}, so text is split by llama.cpp's default rule; {way}",
            path.display()
        ));
    }
    for (id, token) in tokens.iter_mut().enumerate().filter(|(_, token)| token.is_empty()) {
        *token = format!("[EMPTY_{id}]");
    }
    let mut vocabulary: HashMap<&str, u32> = HashMap::new();
    for (token, id) in tokens.iter().map(String::as_str).zip(0..) {
        if let Some(other) = vocabulary.insert(token, id) {
            return Err(Error::config(path, format!("token `{token}` has two ids, {other} and {id}")));
        }
    }
    let marker = |name: &str, id: Option<u32>| -> Result<Option<Marker<'_>>, Error> {
        let Some(id) = id else { return Ok(None) };
        let content = tokens.get(id as usize).ok_or_else(|| {
            Error::config(path, format!("the {name} token {id} is outside the vocabulary of {}", tokens.len()))
        })?;
        Ok(Some(Marker { content, id }))
    };
    let begin = marker("begin", begin(path, gguf, rule.begin, MERGED_BEGIN, &mut notices)?)?;
    let end = marker("end", end(path, gguf)?)?;
    let whole = tokens.iter().zip(kinds).zip(0..).filter_map(|((token, kind), id)| match kind {
        CONTROL => Some(added(token, id, true)),
        USER_DEFINED => Some(added(token, id, false)),
        _ => None,
    });
    let json = json!({
        "version": "1.0",
        "added_tokens": whole.collect::<Vec<_>>(),
        "normalizer": null,
        "pre_tokenizer": rule.library(),
        "post_processor": around(begin.as_ref(), end.as_ref()),
        "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "model": {"type": "BPE", "ignore_merges": rule.ignore_merges, "vocab": vocabulary, "merges": merges},
    });
    let library = Library::parse(path, json.to_string().as_bytes())?;
    Ok(Tokenizer { vocabulary: Vocabulary::Library(library), notices })
}
