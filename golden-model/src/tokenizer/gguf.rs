//! The vocabulary inside a GGUF file.
//!
//! | `tokenizer.ggml.model` | kind |
//! |---|---|
//! | `llama` | SentencePiece, byte-pair kind: tokens with scores |
//! | `gpt2` | byte-level byte pairs: tokens with merges, text split as `tokenizer.ggml.pre` says |
//! | `none` | one token per character, when every token is one |

use std::collections::HashMap;
use std::path::Path;

use serde_json::json;

use super::characters::Characters;
use super::{Vocabulary, added, begin_with, library, sentencepiece};
use crate::Error;
use crate::checkpoint::Gguf;

/// How Llama 3 and its heirs split text before merging.
const LLAMA3_SPLIT: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// GGUF's numbers for tokens that are recognised as a whole.
const CONTROL: u32 = 3;
const USER_DEFINED: u32 = 4;

/// Reads the vocabulary of a GGUF file.
pub(super) fn load(path: &Path) -> Result<Vocabulary, Error> {
    let gguf = Gguf::open(path)?;
    let tokens = gguf.strings("tokenizer.ggml.tokens")?;
    let tokens =
        tokens.ok_or_else(|| Error::config(path, "there is no vocabulary: key `tokenizer.ggml.tokens` is missing"))?;
    match gguf.string("tokenizer.ggml.model")?.unwrap_or("none") {
        "llama" => scored(path, &gguf, tokens),
        "gpt2" => merged(path, &gguf, &tokens),
        "none" => {
            let characters: Option<Vec<char>> = tokens.iter().map(|token| token.parse().ok()).collect();
            let characters = characters.ok_or_else(|| {
                Error::config(path, "tokenizer.ggml.model is `none`, and the tokens are not single characters")
            })?;
            Characters::new(characters).map(Vocabulary::Characters).map_err(|reason| Error::config(path, reason))
        }
        other => Err(Error::config(path, format!("tokenizer `{other}` is not implemented; llama and gpt2 are"))),
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

/// The token before every text, if there is to be one.
fn begin(gguf: &Gguf, default: bool) -> Result<Option<u32>, Error> {
    if !gguf.boolean("tokenizer.ggml.add_bos_token")?.unwrap_or(default) {
        return Ok(None);
    }
    Ok(gguf.integer("tokenizer.ggml.bos_token_id")?.map(|id| id as u32))
}

fn scored(path: &Path, gguf: &Gguf, tokens: Vec<String>) -> Result<Vocabulary, Error> {
    let (scores, kinds) = ("tokenizer.ggml.scores", "tokenizer.ggml.token_type");
    let scores = per_token(path, scores, gguf.floats(scores)?, tokens.len())?;
    let kinds = per_token(path, kinds, gguf.integers(kinds)?, tokens.len())?;
    let pieces: Vec<_> = tokens
        .into_iter()
        .zip(scores.into_iter().zip(kinds))
        .map(|(text, (score, kind))| sentencepiece::Piece::new(text, score, kind))
        .collect();
    let prefix = gguf.boolean("tokenizer.ggml.add_space_prefix")?.unwrap_or(true);
    sentencepiece::build(path, &pieces, begin(gguf, true)?, prefix)
}

fn merged(path: &Path, gguf: &Gguf, tokens: &[String]) -> Result<Vocabulary, Error> {
    let merges = gguf.strings("tokenizer.ggml.merges")?;
    let merges = merges.ok_or_else(|| Error::config(path, "key `tokenizer.ggml.merges` is missing"))?;
    let kinds = "tokenizer.ggml.token_type";
    let kinds = per_token(path, kinds, gguf.integers(kinds)?, tokens.len())?;
    let (split, llama3) = match gguf.string("tokenizer.ggml.pre")?.unwrap_or("default") {
        "llama-bpe" | "llama3" | "llama-v3" | "falcon3" => (
            json!({"type": "Sequence", "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": LLAMA3_SPLIT}, "behavior": "Isolated", "invert": false},
                {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false},
            ]}),
            true,
        ),
        "gpt-2" | "default" => {
            (json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}), false)
        }
        other => {
            return Err(Error::config(
                path,
                format!("tokenizer.ggml.pre `{other}` is not implemented; llama-bpe and gpt-2 are"),
            ));
        }
    };
    let begin = match begin(gguf, llama3)? {
        Some(id) => {
            let token = tokens.get(id as usize).ok_or_else(|| {
                Error::config(path, format!("the begin token {id} is outside the vocabulary of {}", tokens.len()))
            })?;
            Some(begin_with(token, id))
        }
        None => None,
    };
    let whole = tokens.iter().zip(kinds).zip(0..).filter_map(|((token, kind), id)| match kind {
        CONTROL => Some(added(token, id, true)),
        USER_DEFINED => Some(added(token, id, false)),
        _ => None,
    });
    let vocabulary: HashMap<&str, u32> = tokens.iter().map(String::as_str).zip(0..).collect();
    let json = json!({
        "version": "1.0",
        "added_tokens": whole.collect::<Vec<_>>(),
        "normalizer": null,
        "pre_tokenizer": split,
        "post_processor": begin,
        "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "model": {"type": "BPE", "ignore_merges": llama3, "vocab": vocabulary, "merges": merges},
    });
    library(path, json.to_string().as_bytes())
}
