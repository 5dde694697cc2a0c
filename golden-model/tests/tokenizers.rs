//! Tokenizers agree with their reference implementations on stored cases.

use std::path::Path;

use crate::common::fixture;
use crate::common::gguf::{self, Meta};
use serde_json::Value;
use trine_golden_model::Tokenizer;

/// Checks every case; `begin` is put before the stored tokens.
fn check(tokenizer: &Tokenizer, cases: &Path, begin: &[u32]) {
    let cases: Value = serde_json::from_str(&std::fs::read_to_string(cases).unwrap()).unwrap();
    for case in cases.as_array().unwrap() {
        let text = case["text"].as_str().unwrap();
        let ids: Vec<u32> = serde_json::from_value(case["ids"].clone()).unwrap();
        assert_eq!(tokenizer.encode(text).unwrap(), [begin, &ids].concat(), "{text:?}");
        assert_eq!(tokenizer.decode(&ids).unwrap(), case["decoded"].as_str().unwrap());
    }
    assert_eq!((tokenizer.decode(&[1 << 30]).unwrap().as_str(), tokenizer.knows(1 << 30)), ("", false));
}

#[test]
fn tokenizer_json() {
    let folder = fixture("bytelevel");
    check(&Tokenizer::load(&folder.as_path().into()).unwrap(), &folder.join("cases.json"), &[]);
}

#[test]
fn sentencepiece() {
    let folder = fixture("sentencepiece");
    check(&Tokenizer::load(&folder.as_path().into()).unwrap(), &folder.join("cases.json"), &[1]);
    let without = tempfile::tempdir().unwrap();
    std::fs::copy(folder.join("tokenizer.model"), without.path().join("tokenizer.model")).unwrap();
    std::fs::write(without.path().join("tokenizer_config.json"), r#"{"add_bos_token": false}"#).unwrap();
    check(&Tokenizer::load(&without.path().into()).unwrap(), &folder.join("cases.json"), &[]);
}

fn gguf_tokenizer(metadata: Vec<(&str, Meta)>) -> Result<Tokenizer, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vocabulary.gguf");
    let metadata: Vec<_> = metadata.into_iter().map(|(key, meta)| (format!("tokenizer.ggml.{key}"), meta)).collect();
    std::fs::write(&path, gguf::bytes(3, &metadata, &[])).unwrap();
    Tokenizer::load(&path.as_path().into()).map_err(|e| e.to_string())
}

/// The same byte-level vocabulary inside GGUF.
#[test]
fn gguf_byte_pairs() {
    let folder = fixture("bytelevel");
    let json: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("tokenizer.json")).unwrap()).unwrap();
    let vocab = json["model"]["vocab"].as_object().unwrap();
    let mut tokens = vec![String::new(); vocab.len()];
    vocab.iter().for_each(|(token, id)| tokens[id.as_u64().unwrap() as usize] = token.clone());
    let merges = json["model"]["merges"].as_array().unwrap().iter();
    let merges = merges.map(|m| format!("{} {}", m[0].as_str().unwrap(), m[1].as_str().unwrap())).collect();
    let kinds = tokens.iter().map(|token| if token.starts_with("<|") { 3 } else { 1 }).collect();
    let metadata = vec![
        ("model", Meta::Text("gpt2".into())),
        ("pre", Meta::Text("llama-bpe".into())),
        ("tokens", Meta::Texts(tokens)),
        ("merges", Meta::Texts(merges)),
        ("token_type", Meta::I32s(kinds)),
        ("bos_token_id", Meta::U32(0)),
    ];
    let tokenizer = gguf_tokenizer(metadata.clone()).unwrap();
    check(&tokenizer, &folder.join("cases.json"), &[]);
    assert_eq!(tokenizer.encode("a<|end|>a").unwrap()[2], 1, "a control token in the text is one token");
    let without = |key: &str| metadata.iter().filter(|(k, _)| *k != key).cloned().collect();
    assert!(gguf_tokenizer(without("merges")).unwrap_err().contains("`tokenizer.ggml.merges` is missing"));
    let unknown = [without("pre"), vec![("pre", Meta::Text("poro".into()))]].concat();
    assert!(gguf_tokenizer(unknown).unwrap_err().contains("`poro`"));
    let far = [without("bos_token_id"), vec![("bos_token_id", Meta::U32(9999))]].concat();
    assert!(gguf_tokenizer(far).unwrap_err().contains("9999"));
    let mut plain = without("bos_token_id");
    plain.push(("add_bos_token", Meta::Bool(false)));
    assert_eq!(gguf_tokenizer(plain).unwrap().encode("a").unwrap(), [66]);
    // llama.cpp's begin token where the file names none.
    for more in [vec![], vec![("add_bos_token", Meta::Bool(true))], vec![("bos_token_id", Meta::U32(u32::MAX))]] {
        let unnamed = gguf_tokenizer([without("bos_token_id"), more].concat()).unwrap();
        assert_eq!(unnamed.encode("a").unwrap(), [11, 66]);
        assert!(unnamed.notices()[0].contains("`tokenizer.ggml.bos_token_id` is not set, so token 11"));
    }
    let mut qwen: Vec<_> = without("bos_token_id");
    qwen.retain(|(key, _)| *key != "pre");
    qwen.push(("pre", Meta::Text("qwen2".into())));
    let qwen = gguf_tokenizer(qwen).unwrap();
    assert_eq!((qwen.encode("a").unwrap(), qwen.notices()), (vec![66], &[][..]));
}

/// A vocabulary small enough to join by hand.
#[test]
fn gguf_scores() {
    let pieces = [
        ("<unk>", 0.0, 2),
        ("<s>", 0.0, 3),
        ("<0xC3>", 0.0, 6),
        ("<0xA9>", 0.0, 6),
        ("\u{2581}", -9.0, 1),
        ("a", -10.0, 1),
        ("b", -11.0, 1),
        ("ab", -2.0, 1),
        ("\u{2581}a", -3.0, 1),
        ("ba", -1.0, 1),
    ];
    let metadata = vec![
        ("model", Meta::Text("llama".into())),
        ("tokens", Meta::Texts(pieces.iter().map(|p| p.0.to_owned()).collect())),
        ("scores", Meta::F32s(pieces.iter().map(|p| p.1).collect())),
        ("token_type", Meta::I32s(pieces.iter().map(|p| p.2).collect())),
        ("bos_token_id", Meta::U32(1)),
    ];
    let tokenizer = gguf_tokenizer(metadata.clone()).unwrap();
    // `ba` scores best, then `ab`, then `_a`.
    assert_eq!(tokenizer.encode("aba").unwrap(), [1, 8, 9]);
    assert_eq!(tokenizer.encode("ab").unwrap(), [1, 4, 7]);
    assert_eq!(tokenizer.encode("b\u{e9}").unwrap(), [1, 4, 6, 2, 3]);
    assert_eq!(tokenizer.decode(&[1, 4, 6, 2, 3]).unwrap(), "b\u{e9}");
    let with = |more: Vec<(&'static str, Meta)>| {
        let kept = metadata.iter().filter(|(key, _)| *key != "bos_token_id").cloned();
        gguf_tokenizer(kept.chain(more).collect())
    };
    // llama.cpp's begin token where the file names none.
    for more in [
        vec![],
        vec![("add_bos_token", Meta::Bool(true))],
        vec![("bos_token_id", Meta::U32(u32::MAX))],
        vec![("bos_token_id", Meta::I32(-1))],
    ] {
        let unnamed = with(more).unwrap();
        assert_eq!(unnamed.encode("ab").unwrap(), [1, 4, 7]);
        assert!(unnamed.notices()[0].contains("`tokenizer.ggml.bos_token_id` is not set, so token 1 is"));
    }
    let bare = with(vec![("add_bos_token", Meta::Bool(false))]).unwrap();
    assert_eq!((bare.encode("ab").unwrap(), bare.notices()), (vec![4, 7], &[][..]));
    assert!(with(vec![("bos_token_id", Meta::U32(10))]).unwrap_err().contains("the begin token 10 is outside"));
    assert!(with(vec![("add_eos_token", Meta::Bool(true))]).unwrap_err().contains("eos_token_id is not set"));
    let short: Vec<_> =
        metadata.into_iter().filter(|(key, _)| *key != "scores").chain([("scores", Meta::F32s(vec![0.0]))]).collect();
    assert!(gguf_tokenizer(short).unwrap_err().contains("has 1 entries for 10 tokens"));
}

#[test]
fn gguf_characters() {
    // The folder that holds the file means the file.
    let tokenizer = Tokenizer::load(&fixture("gguf_tq2_0-trained256").into()).unwrap();
    let tokens = tokenizer.encode("KING ").unwrap();
    assert_eq!(tokens.len(), 5);
    assert_eq!(tokenizer.decode(&tokens).unwrap(), "KING ");
    assert!(tokenizer.encode("KI\u{20ac}").unwrap_err().to_string().contains("'\u{20ac}' at position 2"));
    let words = Tokenizer::load(&fixture("gguf_tq2_0-silu-default").join("model.gguf").into()).unwrap_err();
    assert!(words.to_string().contains("not single characters"), "{words}");
}

#[test]
fn bytes() {
    let tokenizer = Tokenizer::load(&"synthetic:bitnet-2b-4t:1".parse().unwrap()).unwrap();
    assert_eq!(tokenizer.encode("a\u{e9}").unwrap(), [97, 0xc3, 0xa9]);
    assert_eq!(tokenizer.decode(&[97, 0xc3, 0xa9, 100_000]).unwrap(), "a\u{e9}?");
}
