//! Vocabularies in GGUF: rules of splitting and end tokens, as llama.cpp has them.

use crate::common::build::Tensor;
use crate::common::fixture;
use crate::common::gguf::{self, Meta};
use serde::Deserialize;
use trine_golden_model::{Config, Tokenizer};

#[derive(Deserialize)]
struct Rules {
    tokens: Vec<String>,
    merges: Vec<String>,
    texts: Vec<String>,
    rules: std::collections::BTreeMap<String, Vec<Vec<u32>>>,
}

fn rules() -> Rules {
    serde_json::from_str(&std::fs::read_to_string(fixture("split-rules").join("rules.json")).unwrap()).unwrap()
}

/// A file with these keys, which are those of a small model if there is a name without `tokenizer`.
fn file(keys: Vec<(&str, Meta)>) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vocabulary.gguf");
    let keys: Vec<_> = keys.into_iter().map(|(key, meta)| (key.to_owned(), meta)).collect();
    std::fs::write(&path, gguf::bytes(3, &keys, &[])).unwrap();
    (folder, path)
}

fn vocabulary(tokens: Vec<String>, merges: Vec<String>, more: Vec<(&'static str, Meta)>) -> Vec<(&'static str, Meta)> {
    let kinds = vec![1; tokens.len()];
    let mut keys = vec![
        ("tokenizer.ggml.model", Meta::Text("gpt2".into())),
        ("tokenizer.ggml.tokens", Meta::Texts(tokens)),
        ("tokenizer.ggml.merges", Meta::Texts(merges)),
        ("tokenizer.ggml.add_bos_token", Meta::Bool(false)),
    ];
    if !more.iter().any(|(key, _)| *key == "tokenizer.ggml.token_type") {
        keys.push(("tokenizer.ggml.token_type", Meta::I32s(kinds)));
    }
    keys.extend(more);
    keys
}

#[test]
fn every_rule_splits_as_in_llama_cpp() {
    let rules = rules();
    let tokenizer = |name: Option<&'static str>, pre: Option<&str>| {
        let more = name.map(|name| ("tokenizer.ggml.pre", Meta::Text(name.into())));
        let (_folder, path) = file(vocabulary(rules.tokens.clone(), rules.merges.clone(), more.into_iter().collect()));
        Tokenizer::load_with(&path.as_path().into(), pre).unwrap()
    };
    let check = |tokenizer: &Tokenizer, rule: &str| {
        for (text, ids) in rules.texts.iter().zip(&rules.rules[rule]) {
            assert_eq!(tokenizer.encode(text).unwrap(), *ids, "{rule}: {text:?}");
            assert_eq!(tokenizer.decode(ids).unwrap(), *text);
        }
    };
    for (name, rule) in [
        ("default", "default"),
        ("llama-bpe", "llama-bpe"),
        ("falcon3", "llama-bpe"),
        ("dbrx", "dbrx"),
        ("gpt-2", "gpt-2"),
        ("olmo", "gpt-2"),
        ("smollm", "smollm"),
        ("starcoder", "smollm"),
        ("falcon", "falcon"),
        ("qwen2", "qwen2"),
        ("stablelm2", "qwen2"),
    ] {
        let named = tokenizer(Some(name), None);
        check(&named, rule);
        assert_eq!(named.notices().is_empty(), name != "default", "{name}");
        let overridden = tokenizer(Some("gpt-2"), Some(name));
        check(&overridden, rule);
        assert!(overridden.notices().is_empty(), "a rule that is asked for needs no warning");
    }
    let missing = tokenizer(None, None);
    check(&missing, "default");
    let [notice] = missing.notices() else { panic!("{:?}", missing.notices()) };
    for part in ["vocabulary.gguf", "`tokenizer.ggml.pre` is missing", "default rule", "--pre", "--tokenizer"] {
        assert!(notice.contains(part), "{notice}");
    }
}

/// Microsoft's 2B-4T file has Llama 3's vocabulary and no rule.
#[test]
fn the_vocabulary_of_llama_3_is_recognised() {
    let tokens: Vec<String> = (0..128_256).map(|id| format!("t{id}")).collect();
    let notice = |architecture: &'static str, tokens: &[String]| {
        let more = vec![("general.architecture", Meta::Text(architecture.into()))];
        let (_folder, path) = file(vocabulary(tokens.to_vec(), vec![], more));
        Tokenizer::load(&path.as_path().into()).unwrap().notices()[0].clone()
    };
    assert!(notice("bitnet-b1.58", &tokens).contains("--pre llama-bpe"));
    assert!(!notice("bitnet-b1.58", &tokens[..1000]).contains("llama-bpe"));
    assert!(!notice("llama", &tokens).contains("llama-bpe"));
}

#[test]
fn rules_that_are_not_known_or_do_not_apply_are_refused() {
    let rules = rules();
    let fails = |more: Vec<(&'static str, Meta)>, pre: Option<&str>| {
        let (_folder, path) = file(vocabulary(rules.tokens.clone(), rules.merges.clone(), more));
        Tokenizer::load_with(&path.as_path().into(), pre).unwrap_err().to_string()
    };
    for name in ["poro-chat", "tekken", "deepseek-v3", "gpt-4o"] {
        let message = fails(vec![("tokenizer.ggml.pre", Meta::Text(name.into()))], None);
        assert!(
            message.contains(&format!("tokenizer.ggml.pre `{name}`")) && message.contains("llama-bpe"),
            "{message}"
        );
        assert!(fails(vec![], Some(name)).contains(&format!("--pre `{name}`")));
    }
    let without = fails(vec![("tokenizer.ggml.add_eos_token", Meta::Bool(true))], None);
    assert!(without.contains("add_eos_token is true") && without.contains("eos_token_id is not set"), "{without}");
    for source in [
        "synthetic:bitnet-2b-4t:1".parse().unwrap(),
        fixture("bytelevel").into(),
        fixture("sentencepiece").into(),
        fixture("gguf_tq2_0-trained256").into(),
    ] {
        let message = Tokenizer::load_with(&source, Some("qwen2")).unwrap_err().to_string();
        assert!(message.contains("--pre qwen2 does not apply"), "{message}");
    }
    let (mut tokens, merges) = (rules.tokens.clone(), rules.merges.clone());
    tokens.push("a".into());
    let (_folder, path) = file(vocabulary(tokens, merges, vec![]));
    assert!(Tokenizer::load(&path.as_path().into()).unwrap_err().to_string().contains("token `a` has two ids"));
}

/// The sets that llama.cpp's `llama_vocab_is_eog` has for the same files, but for its fixed id where the key is missing.
#[test]
fn end_tokens() {
    let ends = |extra: &[&str], keys: &[(&'static str, u32)]| {
        let mut tokens: Vec<String> = (0..256).map(|id| format!("t{id}")).collect();
        tokens.extend(extra.iter().map(|&token| token.to_owned()));
        let mut keys = vocabulary(tokens, vec![], keys.iter().map(|&(key, id)| (key, Meta::U32(id))).collect());
        keys.push(("general.architecture", Meta::Text("llama".into())));
        let sizes =
            ["context_length", "embedding_length", "block_count", "feed_forward_length", "attention.head_count"];
        let sizes = sizes.map(|key| (format!("llama.{key}"), Meta::U32(2)));
        let keys = keys.into_iter().map(|(key, meta)| (key.to_owned(), meta)).chain(sizes);
        let eps = ("llama.attention.layer_norm_rms_epsilon".to_owned(), Meta::F32(1e-5));
        let dim = [("llama.attention.key_length".to_owned(), Meta::U32(2)), eps];
        let embedding =
            Tensor { name: "token_embd.weight".into(), kind: "F32", shape: vec![300, 2], data: vec![0; 2400] };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.gguf");
        std::fs::write(&path, gguf::bytes(3, &keys.chain(dim).collect::<Vec<_>>(), &[embedding])).unwrap();
        let config = Config::load(&path.as_path().into()).unwrap();
        let mut ends = config.ends.clone();
        ends.sort();
        (ends, config.notices)
    };
    const EOS: &str = "tokenizer.ggml.eos_token_id";
    const EOT: &str = "tokenizer.ggml.eot_token_id";
    const EOM: &str = "tokenizer.ggml.eom_token_id";
    for (extra, keys, wanted) in [
        (&["<e>"][..], &[(EOS, 256)][..], &[256][..]),
        (&["<e>", "<t>"], &[(EOS, 256), (EOT, 257)], &[256, 257]),
        (&["<e>", "<t>"], &[(EOS, 256), (EOM, 257)], &[256, 257]),
        (&["<|im_end|>", "<|eot_id|>", "<|endoftext|>", "</s>", "<|x|>"], &[(EOS, 258)], &[256, 257, 258, 259]),
        (&["<|return|>", "<|call|>", "<|end|>"], &[(EOS, 256)], &[256, 257]),
        (&["<|flush|>", "<|calls|>", "<|end|>"], &[(EOS, 256)], &[256, 257]),
        (&["<|return|>", "<|end|>"], &[(EOS, 256)], &[256, 257]),
        (&["<|tool_response>", "</s>", "<eos>"], &[(EOS, 258)], &[256, 258]),
        (&["<|fim_pad|>", "<|repo_name|>", "<|file_sep|>"], &[(EOS, 65)], &[65, 256, 257, 258]),
        (&["<|fim_pad|>", "<x>"], &[(EOS, 65), ("tokenizer.ggml.fim_pad_token_id", 257)], &[65, 257]),
        (&["<e>"], &[(EOS, u32::MAX), (EOT, 256)], &[256]),
    ] {
        assert_eq!(ends(extra, keys), (wanted.to_vec(), vec![]), "{extra:?} {keys:?}");
    }
    let (found, notices) = ends(&["<e>"], &[(EOS, 9999)]);
    assert!(
        found.is_empty() && notices[0].contains("eos_token_id is 9999, outside the vocabulary of 257"),
        "{notices:?}"
    );
}

#[test]
fn tokens_that_end_a_text_are_whole_whatever_their_kind() {
    let mut rules = rules();
    let first = rules.tokens.len() as u32;
    rules.tokens.extend(["<|im_end|>".to_owned(), "<|plain|>".to_owned()]);
    let more = vec![
        ("tokenizer.ggml.pre", Meta::Text("gpt-2".into())),
        ("tokenizer.ggml.add_eos_token", Meta::Bool(true)),
        ("tokenizer.ggml.eos_token_id", Meta::U32(first)),
    ];
    let (_folder, path) = file(vocabulary(rules.tokens, rules.merges, more));
    let tokenizer = Tokenizer::load(&path.as_path().into()).unwrap();
    let ids = tokenizer.encode("a<|im_end|>b<|plain|>").unwrap();
    assert_eq!(ids.iter().filter(|&&id| id == first).count(), 2, "one in the text, one after it: {ids:?}");
    assert_eq!(ids.last(), Some(&first));
    assert!(!ids.contains(&(first + 1)), "an ordinary token is cut like all text: {ids:?}");
    assert_eq!(tokenizer.decode(&ids).unwrap(), "ab<|plain|>");
}
