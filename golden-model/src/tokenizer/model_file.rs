//! SentencePiece's own file, `tokenizer.model`, with the files in its folder.
//!
//! A text begins with the model's begin token unless `add_bos_token` says otherwise; it ends with an end token where
//! `add_eos_token` asks for one. Added tokens keep the ids that their files give them.

use std::path::Path;

use prost::Message;

use super::companions::Companions;
use super::sentencepiece::{Piece, Prefix, Recipe};
use super::vocabulary::{Tokenizer, Vocabulary};
use crate::{Error, files};

/// SentencePiece's number for byte-pair models, and the names of the others.
const BPE: i32 = 2;
const KINDS: [(i32, &str); 3] = [(1, "Unigram"), (3, "word"), (4, "character")];
/// A piece that may be a step to another, but no token.
const UNUSED: i32 = 5;
/// A piece that holds one byte.
const BYTE: i32 = 6;

/// A piece as the file has it.
#[derive(Clone, PartialEq, Message)]
struct Entry {
    #[prost(string, optional, tag = "1")]
    text: Option<String>,
    #[prost(float, optional, tag = "2")]
    score: Option<f32>,
    #[prost(int32, optional, tag = "3", default = "1")]
    kind: Option<i32>,
}

/// The parts of SentencePiece's `ModelProto` that matter here.
#[derive(Clone, PartialEq, Message)]
struct Model {
    #[prost(message, repeated, tag = "1")]
    pieces: Vec<Entry>,
    #[prost(message, optional, tag = "2")]
    trainer: Option<Trainer>,
    #[prost(message, optional, tag = "3")]
    normalizer: Option<Normalizer>,
    #[prost(message, optional, tag = "5")]
    denormalizer: Option<Normalizer>,
}

#[derive(Clone, PartialEq, Message)]
struct Trainer {
    #[prost(int32, optional, tag = "3", default = "1")]
    model_type: Option<i32>,
    #[prost(bool, optional, tag = "24")]
    whitespace_as_suffix: Option<bool>,
    #[prost(int32, optional, tag = "41", default = "1")]
    bos_id: Option<i32>,
    #[prost(int32, optional, tag = "42", default = "2")]
    eos_id: Option<i32>,
}

#[derive(Clone, PartialEq, Message)]
struct Normalizer {
    #[prost(bytes = "vec", optional, tag = "2")]
    charsmap: Option<Vec<u8>>,
    #[prost(bool, optional, tag = "3", default = "true")]
    add_dummy_prefix: Option<bool>,
    #[prost(bool, optional, tag = "4", default = "true")]
    remove_extra_whitespaces: Option<bool>,
    #[prost(bool, optional, tag = "5", default = "true")]
    escape_whitespaces: Option<bool>,
}

/// Reads `tokenizer.model` and its companions.
pub(super) fn load(file: &Path) -> Result<Tokenizer, Error> {
    let bytes = files::read(file)?;
    let fail = |reason: String| Error::config(file, reason);
    let model = Model::decode(&bytes[..]).map_err(|e| fail(format!("this is not a SentencePiece model: {e}")))?;
    let trainer = model.trainer.clone().unwrap_or_default();
    let normalizer = model.normalizer.clone().unwrap_or_default();
    refuse(&model, &trainer, &normalizer).map_err(fail)?;
    let companions = Companions::beside(file)?;
    let pieces: Vec<Piece> = model
        .pieces
        .iter()
        .map(|entry| Piece { text: entry.text().to_owned(), score: entry.score(), kind: entry.kind() })
        .collect();
    let mut added = companions.added;
    for token in companions.special {
        // A special token that is a piece keeps its id; one that no file gives an id follows the others.
        let known = added.values_mut().find(|known| known.content == token.content);
        let piece = pieces.iter().position(|piece| piece.text == token.content);
        match (known, piece) {
            (Some(known), _) => known.special = true,
            (None, Some(id)) => drop(added.insert(id as u32, token)),
            (None, None) => {
                let next = added.keys().last().map_or(0, |last| last + 1).max(pieces.len() as u32);
                added.insert(next, token);
            }
        }
    }
    let id = |content: &str| {
        let piece = pieces.iter().position(|piece| piece.text == content).map(|id| id as u32);
        added.iter().find(|(_, token)| token.content == content).map(|(&id, _)| id).or(piece)
    };
    let marker = |wanted: bool, named: &Option<Option<String>>, own: i32| match named {
        _ if !wanted => None,
        Some(content) => content.as_deref().and_then(id),
        None => u32::try_from(own).ok(),
    };
    let begin = marker(companions.add_bos != Some(false), &companions.bos, trainer.bos_id());
    let end = marker(companions.add_eos == Some(true), &companions.eos, trainer.eos_id());
    let prefix = match companions.prefix.unwrap_or(normalizer.add_dummy_prefix()) {
        false => Prefix::Nowhere,
        true if companions.legacy => Prefix::Every,
        true => Prefix::First,
    };
    let collapse = normalizer.remove_extra_whitespaces();
    let charsmap = normalizer.charsmap.unwrap_or_default();
    let byte_fallback = pieces.iter().any(|piece| piece.kind == BYTE);
    let recipe = Recipe { pieces, begin, end, prefix, charsmap, collapse, byte_fallback, inline: true, added };
    let mut library = recipe.build(file)?;
    library.tokenizer.set_encode_special_tokens(companions.split_special);
    Ok(Vocabulary::Library(library).into())
}

/// Refuses what is not implemented, by its name in SentencePiece.
fn refuse(model: &Model, trainer: &Trainer, normalizer: &Normalizer) -> Result<(), String> {
    if trainer.model_type() != BPE {
        let kind = KINDS.iter().find(|(number, _)| *number == trainer.model_type()).map_or("unknown", |(_, name)| name);
        return Err(format!(
            "this SentencePiece model is of the {kind} kind; only the byte-pair kind is implemented. A tokenizer.json, \
             which transformers writes with `save_pretrained`, is read whatever its kind"
        ));
    }
    if trainer.whitespace_as_suffix() {
        return Err("treat_whitespace_as_suffix is not implemented".to_owned());
    }
    if !normalizer.escape_whitespaces() {
        return Err("escape_whitespaces: false is not implemented".to_owned());
    }
    if model.denormalizer.as_ref().is_some_and(|denormalizer| !denormalizer.charsmap().is_empty()) {
        return Err("a denormalizer_spec with a charsmap is not implemented".to_owned());
    }
    match model.pieces.iter().find(|entry| entry.kind() == UNUSED) {
        Some(entry) => Err(format!("piece `{}` is marked unused, which is not implemented", entry.text())),
        None => Ok(()),
    }
}
