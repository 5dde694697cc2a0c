//! SentencePiece models as sentencepiece itself reads them, from its file and from GGUF.

use std::path::Path;

use crate::common::fixture;
use crate::common::gguf::{self, Meta};
use serde_json::{Value, json};
use tempfile::TempDir;
use trine_golden_model::Tokenizer;

/// A folder with a copy of `file` and these JSON files.
fn folder(file: &Path, companions: &[(&str, Value)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(file, folder.path().join(file.file_name().unwrap())).unwrap();
    for (name, value) in companions {
        std::fs::write(folder.path().join(name), value.to_string()).unwrap();
    }
    folder
}

fn load(folder: &TempDir) -> Tokenizer {
    Tokenizer::load(&folder.path().into()).unwrap()
}

/// Normalisation, spaces and fallback as sentencepiece itself has them, from its file and from GGUF.
#[test]
fn sentencepiece_normalisation() {
    for (name, gguf_too) in [("ident", false), ("ident_nofb", true), ("rule", false), ("rule_keep", true)] {
        let place = fixture("sentencepiece-rules").join(name);
        let stored: Value = serde_json::from_slice(&std::fs::read(place.join("cases.json")).unwrap()).unwrap();
        let flags = json!({"add_bos_token": false});
        let mut tokenizers =
            vec![("file", load(&folder(&place.join("tokenizer.model"), &[("tokenizer_config.json", flags.clone())])))];
        let mut flags = flags;
        flags["legacy"] = json!(false);
        tokenizers.push(("first", load(&folder(&place.join("tokenizer.model"), &[("tokenizer_config.json", flags)]))));
        if gguf_too {
            tokenizers.push(("gguf", in_gguf(&stored, name == "ident_nofb")));
        }
        for (kind, tokenizer) in tokenizers {
            for case in stored["cases"].as_array().unwrap() {
                let text = case["text"].as_str().unwrap();
                let ids: Vec<u32> = serde_json::from_value(case["ids"].clone()).unwrap();
                assert_eq!(tokenizer.encode(text).unwrap(), ids, "{name} {kind}: {text:?}");
                // sentencepiece takes a U+2581 of the text for a space when it decodes.
                if !ids.contains(&0) && !text.contains('\u{2581}') {
                    assert_eq!(tokenizer.decode(&ids).unwrap(), case["decoded"].as_str().unwrap(), "{name}: {text:?}");
                }
            }
        }
    }
}

fn in_gguf(stored: &Value, collapse: bool) -> Tokenizer {
    let pieces: Vec<(String, f32, i32)> = serde_json::from_value(stored["pieces"].clone()).unwrap();
    let charsmap: Vec<u8> = serde_json::from_value(stored["charsmap"].clone()).unwrap();
    let mut keys = vec![
        ("model", Meta::Text("llama".into())),
        ("tokens", Meta::Texts(pieces.iter().map(|piece| piece.0.clone()).collect())),
        ("scores", Meta::F32s(pieces.iter().map(|piece| piece.1).collect())),
        ("token_type", Meta::I32s(pieces.iter().map(|piece| piece.2).collect())),
        ("add_bos_token", Meta::Bool(false)),
        ("add_space_prefix", Meta::Bool(collapse)),
        ("remove_extra_whitespaces", Meta::Bool(collapse)),
    ];
    if !charsmap.is_empty() {
        keys.push(("precompiled_charsmap", Meta::Bytes(charsmap)));
    }
    let keys: Vec<_> = keys.into_iter().map(|(key, meta)| (format!("tokenizer.ggml.{key}"), meta)).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vocabulary.gguf");
    std::fs::write(&path, gguf::bytes(3, &keys, &[])).unwrap();
    Tokenizer::load(&path.as_path().into()).unwrap()
}

/// A special token that only the replacements make is not one that was written; nor is it cut silently.
#[test]
fn replacements_make_no_special_tokens() {
    let place = fixture("sentencepiece-rules").join("rule").join("tokenizer.model");
    let tokens = json!({"<A>": 500, "ﬁ": 501});
    let tokenizer = load(&folder(&place, &[("added_tokens.json", tokens)]));
    assert_eq!(tokenizer.encode("<A>").unwrap(), [1, 500]);
    assert_eq!(tokenizer.encode("ﬁ").unwrap(), [1, 501], "an added token is not replaced");
    let message = tokenizer.encode("x <\u{ff21}>").unwrap_err().to_string();
    assert!(message.contains("`<A>`") && message.contains("normalising"), "{message}");
}

#[test]
fn the_unigram_kind_is_refused_by_name() {
    let message = Tokenizer::load(&fixture("sentencepiece-rules").join("uni").into()).unwrap_err().to_string();
    assert!(message.contains("Unigram kind") && message.contains("tokenizer.json"), "{message}");
    let keys = [("model", Meta::Text("t5".into())), ("tokens", Meta::Texts(vec!["a".into()]))];
    let keys: Vec<_> = keys.into_iter().map(|(key, meta)| (format!("tokenizer.ggml.{key}"), meta)).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t5.gguf");
    std::fs::write(&path, gguf::bytes(3, &keys, &[])).unwrap();
    let message = Tokenizer::load(&path.as_path().into()).unwrap_err().to_string();
    assert!(message.contains("`t5`") && message.contains("Unigram"), "{message}");
}
