//! SentencePiece vocabularies of the byte-pair kind, from `tokenizer.model` or from GGUF.
//!
//! SentencePiece joins the neighbours whose joint piece has the best score. That is a byte-pair merge list in the
//! order of the scores, which is what the `tokenizers` library runs. Spaces are written as U+2581, one is put before the text,
//! and characters without a piece fall back to bytes.

use std::collections::HashMap;
use std::path::Path;

use prost::Message;
use serde_json::json;

use super::{Vocabulary, added, begin_with, library};
use crate::Error;

/// What kind of piece, in SentencePiece's numbering, which GGUF shares.
const UNKNOWN: i32 = 2;
const CONTROL: i32 = 3;
const USER_DEFINED: i32 = 4;

/// A vocabulary entry.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Piece {
    #[prost(string, optional, tag = "1")]
    text: Option<String>,
    #[prost(float, optional, tag = "2")]
    score: Option<f32>,
    #[prost(int32, optional, tag = "3", default = "1")]
    kind: Option<i32>,
}

impl Piece {
    pub(super) fn new(text: String, score: f32, kind: u32) -> Self {
        Self { text: Some(text), score: Some(score), kind: Some(kind as i32) }
    }
}

/// The parts of SentencePiece's `ModelProto` that matter here.
#[derive(Clone, PartialEq, Message)]
struct Model {
    #[prost(message, repeated, tag = "1")]
    pieces: Vec<Piece>,
    #[prost(message, optional, tag = "2")]
    trainer: Option<Trainer>,
    #[prost(message, optional, tag = "3")]
    normalizer: Option<Normalizer>,
}

#[derive(Clone, PartialEq, Message)]
struct Trainer {
    #[prost(int32, optional, tag = "3")]
    model_type: Option<i32>,
    #[prost(int32, optional, tag = "41")]
    bos_id: Option<i32>,
}

#[derive(Clone, PartialEq, Message)]
struct Normalizer {
    #[prost(bytes = "vec", optional, tag = "2")]
    charsmap: Option<Vec<u8>>,
    #[prost(bool, optional, tag = "3")]
    add_dummy_prefix: Option<bool>,
    #[prost(bool, optional, tag = "4")]
    remove_extra_whitespaces: Option<bool>,
}

/// Reads `tokenizer.model`. A text begins with the model's begin token, unless `tokenizer_config.json` beside it says
/// otherwise.
pub(super) fn load(file: &Path) -> Result<Vocabulary, Error> {
    let bytes = std::fs::read(file).map_err(Error::io(file))?;
    let fail = |reason: String| Error::config(file, reason);
    let model = Model::decode(&bytes[..]).map_err(|e| fail(format!("this is not a SentencePiece model: {e}")))?;
    let trainer = model.trainer.unwrap_or_default();
    let normalizer = model.normalizer.unwrap_or_default();
    const BPE: i32 = 2;
    if trainer.model_type != Some(BPE) {
        return Err(fail("only the byte-pair kind of SentencePiece model is implemented".into()));
    }
    if normalizer.charsmap.is_some_and(|map| !map.is_empty()) || normalizer.remove_extra_whitespaces != Some(false) {
        return Err(fail("only the identity normalisation that keeps all spaces is implemented".into()));
    }
    let config = file.with_file_name("tokenizer_config.json");
    let begin = if config.exists() {
        let text = std::fs::read_to_string(&config).map_err(Error::io(&config))?;
        let json: serde_json::Value = serde_json::from_str(&text).map_err(|e| Error::config(&config, e.to_string()))?;
        json["add_bos_token"] != false
    } else {
        true
    };
    let begin = begin.then(|| u32::try_from(trainer.bos_id.unwrap_or(1)).ok()).flatten();
    build(file, &model.pieces, begin, normalizer.add_dummy_prefix != Some(false))
}

/// Makes the tokenizer of `pieces`; `begin` is the token before every text.
pub(super) fn build(path: &Path, pieces: &[Piece], begin: Option<u32>, prefix: bool) -> Result<Vocabulary, Error> {
    let vocabulary: HashMap<&str, u32> = pieces.iter().map(Piece::text).zip(0..).collect();
    let unknown = pieces.iter().find(|piece| piece.kind() == UNKNOWN).map(Piece::text);
    let whole = pieces.iter().zip(0..).filter_map(|(piece, id)| match piece.kind() {
        UNKNOWN | CONTROL => Some(added(piece.text(), id, true)),
        USER_DEFINED => Some(added(piece.text(), id, false)),
        _ => None,
    });
    let begin = match begin {
        Some(id) => match pieces.get(id as usize) {
            Some(piece) => Some(begin_with(piece.text(), id)),
            None => return Err(Error::config(path, format!("the begin token {id} is outside the vocabulary"))),
        },
        None => None,
    };
    let mut normalizers = vec![json!({"type": "Replace", "pattern": {"String": " "}, "content": "\u{2581}"})];
    let mut decoders = vec![
        json!({"type": "Replace", "pattern": {"String": "\u{2581}"}, "content": " "}),
        json!({"type": "ByteFallback"}),
        json!({"type": "Fuse"}),
    ];
    if prefix {
        normalizers.insert(0, json!({"type": "Prepend", "prepend": "\u{2581}"}));
        decoders.push(json!({"type": "Strip", "content": " ", "start": 1, "stop": 0}));
    }
    let json = json!({
        "version": "1.0",
        "added_tokens": whole.collect::<Vec<_>>(),
        "normalizer": {"type": "Sequence", "normalizers": normalizers},
        "pre_tokenizer": null,
        "post_processor": begin,
        "decoder": {"type": "Sequence", "decoders": decoders},
        "model": {
            "type": "BPE", "unk_token": unknown, "fuse_unk": true, "byte_fallback": true,
            "vocab": vocabulary, "merges": merges(pieces, &vocabulary),
        },
    });
    library(path, json.to_string().as_bytes())
}

/// Every way to make a piece of two others, the best pieces first.
fn merges<'a>(pieces: &'a [Piece], vocabulary: &HashMap<&str, u32>) -> Vec<(&'a str, &'a str)> {
    let mut merges = Vec::new();
    for piece in pieces.iter().filter(|piece| !matches!(piece.kind(), UNKNOWN | CONTROL | USER_DEFINED)) {
        for (middle, _) in piece.text().char_indices().skip(1) {
            let (left, right) = piece.text().split_at(middle);
            if let (Some(l), Some(r)) = (vocabulary.get(left), vocabulary.get(right)) {
                merges.push((piece.score(), (l, r), (left, right)));
            }
        }
    }
    merges.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    merges.into_iter().map(|(_, _, pair)| pair).collect()
}
