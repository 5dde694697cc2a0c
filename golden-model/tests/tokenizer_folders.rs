//! Tokenizers in folders: the files that belong together, and what is kept of a call that was made before.

use std::path::Path;

use crate::common::fixture;
use serde_json::{Value, json};
use tempfile::TempDir;
use trine_golden_model::{Config, Tokenizer};

/// A folder with a copy of `file` and these JSON files.
fn folder(file: &Path, companions: &[(&str, Value)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(file, folder.path().join(file.file_name().unwrap())).unwrap();
    for (name, value) in companions {
        std::fs::write(folder.path().join(name), value.to_string()).unwrap();
    }
    folder
}

fn sentencepiece(companions: &[(&str, Value)]) -> TempDir {
    folder(&fixture("sentencepiece").join("tokenizer.model"), companions)
}

fn bytelevel(companions: &[(&str, Value)]) -> TempDir {
    folder(&fixture("bytelevel").join("tokenizer.json"), companions)
}

/// `tokenizer.json` of the byte-level fixture, changed.
fn changed(change: impl FnOnce(&mut Value)) -> TempDir {
    let folder = bytelevel(&[]);
    let file = folder.path().join("tokenizer.json");
    let mut json: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    change(&mut json);
    std::fs::write(&file, json.to_string()).unwrap();
    folder
}

fn load(folder: &TempDir) -> Tokenizer {
    Tokenizer::load(&folder.path().into()).unwrap()
}

fn refusal(folder: &TempDir) -> String {
    Tokenizer::load(&folder.path().into()).unwrap_err().to_string()
}

#[test]
fn state_of_a_call_is_not_kept() {
    let text = "so shaken as we are, so wan with care, find we a time for frighted peace to pant";
    let plain = load(&bytelevel(&[])).encode(text).unwrap();
    let truncation = |direction: &str, stride: u32| json!({"direction": direction, "max_length": 8, "strategy": "LongestFirst", "stride": stride});
    let padding = |strategy: Value, multiple: Value| {
        json!({"strategy": strategy, "direction": "Left", "pad_to_multiple_of": multiple, "pad_id": 0,
               "pad_type_id": 0, "pad_token": "<|end|>"})
    };
    let states = [
        ("truncation", truncation("Right", 0)),
        ("truncation", truncation("Left", 3)),
        ("padding", padding(json!({"Fixed": 512}), Value::Null)),
        ("padding", padding(json!("BatchLongest"), json!(64))),
    ];
    for (key, state) in states {
        let folder = changed(|json| json[key] = state.clone());
        assert_eq!(load(&folder).encode(text).unwrap(), plain, "{key}: {state}");
    }
}

#[test]
fn tokens_drawn_at_random_and_misnumbered_tokens_are_refused() {
    for harmless in [json!(0.0), Value::Null] {
        load(&changed(|json| json["model"]["dropout"] = harmless));
    }
    for dropout in [0.1, 0.5, 1.0] {
        let message = refusal(&changed(|json| json["model"]["dropout"] = json!(dropout)));
        assert!(message.contains("tokenizer.json") && message.contains("model.dropout is"), "{message}");
    }
    let token = |id: u32| {
        json!({"id": id, "content": "<|gap|>", "special": true, "single_word": false, "lstrip": false,
               "rstrip": false, "normalized": false})
    };
    let with = |id: u32| changed(|json| json["added_tokens"].as_array_mut().unwrap().push(token(id)));
    let plain = load(&bytelevel(&[]));
    let next = (0..).find(|&id| !plain.knows(id)).unwrap();
    assert_eq!(load(&with(next)).encode("<|gap|>").unwrap(), [0, next]);
    for id in [next + 1, next + 100, 5] {
        let message = refusal(&with(id));
        assert!(message.contains(&format!("`<|gap|>` has id {id}")) && message.contains("without a gap"), "{message}");
    }
}

/// Tokens that only a file beside `tokenizer.model` names.
#[test]
fn added_tokens_of_a_sentencepiece_model() {
    let token = |content: &str| json!({"content": content, "special": true, "normalized": false});
    let config = |tokens: Value| ("tokenizer_config.json", json!({"added_tokens_decoder": tokens}));
    let plain = |text: &str| load(&sentencepiece(&[])).encode(text).unwrap()[1..].to_vec();
    // A gap after the 400 pieces stays a gap.
    for files in [
        vec![("added_tokens.json", json!({"<|im_start|>": 400, "<|im_end|>": 410}))],
        vec![config(json!({"400": token("<|im_start|>"), "410": token("<|im_end|>")}))],
        // The newer file wins over the older one.
        vec![
            config(json!({"400": token("<|im_start|>"), "410": token("<|im_end|>")})),
            ("added_tokens.json", json!({"<|im_start|>": 7})),
        ],
        // A special token without an id follows the others.
        vec![
            ("added_tokens.json", json!({"<|im_start|>": 400, "<|x|>": 409})),
            ("special_tokens_map.json", json!({"eos_token": {"content": "<|im_end|>", "lstrip": false}})),
        ],
    ] {
        let tokenizer = load(&sentencepiece(&files));
        let ids = tokenizer.encode("<|im_start|>hi<|im_end|>").unwrap();
        assert_eq!(ids, [&[1, 400][..], &plain("hi"), &[410]].concat(), "{files:?}");
        assert!(tokenizer.knows(410) && !tokenizer.knows(405));
        assert_eq!(tokenizer.token(410).unwrap(), "<|im_end|>");
    }
    // A piece gets another name.
    let renamed = load(&sentencepiece(&[config(json!({"399": token("<|im_start|>")}))]));
    assert_eq!(renamed.encode("<|im_start|>").unwrap(), [1, 399]);
    let twice = refusal(&sentencepiece(&[config(json!({"399": token("</s>")}))]));
    assert!(twice.contains("`</s>` has two ids, 2 and 399"), "{twice}");
    let two = refusal(&sentencepiece(&[("added_tokens.json", json!({"<a>": 400, "<b>": 400}))]));
    assert!(two.contains("added_tokens.json") && two.contains("id 400 is given to"), "{two}");
}

#[test]
fn flags_of_a_sentencepiece_model() {
    let with = |config: Value| load(&sentencepiece(&[("tokenizer_config.json", config)]));
    let encode = |config: Value, text: &str| with(config).encode(text).unwrap();
    let words = encode(json!({"add_bos_token": false}), "the sun");
    assert_eq!(encode(json!({}), "the sun"), [&[1], &words[..]].concat());
    assert_eq!(encode(json!({"add_eos_token": true}), "the sun"), [&[1], &words[..], &[2]].concat());
    assert_eq!(encode(json!({"bos_token": "</s>"}), "the sun"), [&[2], &words[..]].concat());
    assert_eq!(encode(json!({"bos_token": null}), "the sun"), words);
    assert_eq!(
        encode(json!({"bos_token": {"content": "</s>"}, "add_eos_token": false}), "the sun"),
        [&[2], &words[..]].concat()
    );
    let bare = encode(json!({"add_bos_token": false, "add_prefix_space": false}), " the sun");
    assert_eq!(bare, words, "the text's own space takes the place of the missing one");
    // A space after every special token, or before the text alone.
    let (every, first) = (json!({"legacy": true}), json!({"legacy": false}));
    assert_eq!(encode(every.clone(), "the<s>sun"), encode(first.clone(), "the<s> sun"));
    assert_ne!(encode(every.clone(), "the<s>sun"), encode(first.clone(), "the<s>sun"));
    assert_eq!(encode(every.clone(), "the sun"), encode(first.clone(), "the sun"));
    assert_eq!(encode(every, "  sun"), encode(first.clone(), "  sun"));
    assert_eq!(encode(first.clone(), "<s>sun"), encode(json!({"tokenizer_class": "LlamaTokenizer"}), "<s>sun"));
    assert_eq!(encode(first, ""), [1]);
    let split = encode(json!({"split_special_tokens": true}), "<s>");
    assert!(split.len() > 2 && split[1..].iter().all(|&id| id != 1), "{split:?}");
}

#[test]
fn companions_of_tokenizer_json() {
    let token = |content: &str| json!({"content": content, "special": true, "normalized": false, "lstrip": true});
    let config = |keys: Value| bytelevel(&[("tokenizer_config.json", keys)]);
    let plain = load(&bytelevel(&[]));
    let next = (0..).find(|&id| !plain.knows(id)).unwrap();
    let added = load(&config(json!({"added_tokens_decoder": {next.to_string(): token("<|new|>")}})));
    assert_eq!(added.encode("<|new|>").unwrap(), [0, next]);
    assert_eq!(added.encode(" <|new|>").unwrap(), [0, next], "lstrip is kept");
    let named = load(&config(json!({"pad_token": "<|pad|>", "extra_special_tokens": ["<|tool|>"]})));
    assert_eq!(named.encode("<|pad|><|tool|>").unwrap(), [0, next, next + 1]);
    let old = load(&bytelevel(&[("added_tokens.json", json!({"<|old|>": next}))]));
    assert_eq!(old.encode("<|old|>").unwrap(), [0, next]);
    for (id, content) in [(next + 3, "<|new|>"), (9999, "<|new|>"), (3, "<|end|>")] {
        let message = refusal(&config(json!({"added_tokens_decoder": {id.to_string(): token(content)}})));
        assert!(message.contains(content) && message.contains(&format!("the id {id}")), "{message}");
    }
    let renamed = load(&config(json!({"added_tokens_decoder": {"1": token("<|stop|>")}})));
    assert!(renamed.notices()[0].contains("calls token 1 `<|stop|>`"), "{:?}", renamed.notices());
    assert_eq!(renamed.encode("<|end|>").unwrap(), [0, 1]);
    for (key, name) in [("add_bos_token", "bos_token"), ("add_eos_token", "eos_token")] {
        let asked = load(&config(json!({key: true, name: "<|end|>"})));
        let notice = &asked.notices()[0];
        assert!(notice.contains("does not add `<|end|>`") && notice.contains(key), "{notice}");
        assert!(load(&config(json!({key: false, name: "<|end|>"}))).notices().is_empty());
    }
    let split = load(&config(json!({"split_special_tokens": true})));
    assert!(!split.encode("<|end|>").unwrap().contains(&1));
}

#[test]
fn damaged_companions_are_named() {
    for (name, text, part) in [
        ("tokenizer_config.json", "{", "EOF"),
        ("tokenizer_config.json", "[]", "invalid type"),
        ("tokenizer_config.json", r#"{"add_bos_token": "yes"}"#, "`add_bos_token` is \"yes\""),
        ("tokenizer_config.json", r#"{"added_tokens_decoder": {"x": {"content": "a"}}}"#, "bad entry `x`"),
        ("tokenizer_config.json", r#"{"added_tokens_decoder": {"5": "a"}}"#, "bad entry `5`"),
        ("tokenizer_config.json", r#"{"bos_token": 1}"#, "`bos_token` is 1"),
        ("added_tokens.json", r#"{"<a>": "5"}"#, "invalid type"),
        ("added_tokens.json", r#"{"<a>": -1}"#, "invalid value"),
        ("special_tokens_map.json", r#"{"eos_token": {"lstrip": true}}"#, "content"),
    ] {
        for folder in [sentencepiece(&[]), bytelevel(&[])] {
            std::fs::write(folder.path().join(name), text).unwrap();
            let message = refusal(&folder);
            assert!(message.contains(name) && message.contains(part), "{text}: {message}");
        }
    }
}

/// Files that are links to nowhere, pipes, pointers or other JSON than that of all programs.
#[test]
fn files_of_another_kind() {
    const COMPANIONS: [&str; 3] = ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"];
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n";
    let make = |folder: tempfile::TempDir, name: &str, make: &dyn Fn(&Path)| {
        let path = folder.path().join(name);
        let _ = std::fs::remove_file(&path);
        make(&path);
        let message = refusal(&folder);
        assert!(message.contains(name), "{message}");
        message
    };
    let characters = || folder(&fixture("shakespeare").join("chars.json"), &[]);
    let companions = COMPANIONS.iter().flat_map(|&name| [(sentencepiece(&[]), name), (bytelevel(&[]), name)]);
    let own =
        [(characters(), "chars.json"), (bytelevel(&[]), "tokenizer.json"), (sentencepiece(&[]), "tokenizer.model")];
    let mut count = 0;
    for (folder, name) in companions.chain(own) {
        let again = || folder_of(&folder);
        let link = |path: &Path| std::os::unix::fs::symlink("../blobs/abc", path).unwrap();
        let message = make(again(), name, &link);
        assert!(message.contains("a link that leads nowhere (to ../blobs/abc)"), "{message}");
        let pipe = |path: &Path| assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
        assert!(make(again(), name, &pipe).contains("a pipe or a device, not a file"));
        let mut contents = vec![(pointer.as_bytes(), "git lfs pull"), (b"", "the file is empty")];
        if name.ends_with(".json") {
            contents.extend([
                (&b"\xef\xbb\xbf{}"[..], "byte-order mark"),
                (b"{\0}\0", "UTF-16"),
                (b"{\"a\": NaN}", "`NaN` is no JSON"),
                (b"{\"a\": 1, \"a\": 2}", "`a` is there twice"),
            ]);
        }
        for (contents, part) in contents {
            let message = make(again(), name, &|path| std::fs::write(path, contents).unwrap());
            assert!(message.contains(part), "{name}: {message}");
            count += 1;
        }
    }
    assert_eq!(count, 6 * 6 + 6 + 6 + 2);
}

/// A copy of a folder.
fn folder_of(original: &tempfile::TempDir) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(original.path()).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    copy
}

/// Keys of `tokenizer_config.json` that are there twice, in one spelling or in two.
#[test]
fn keys_with_two_values() {
    for (text, part) in [
        (r#"{"add_bos_token": true, "add_bos_token": false}"#, Some("`add_bos_token` is there twice")),
        (r#"{"add_bos_token": true, "add_\u0062os_token": false}"#, Some("`add_bos_token` is there twice")),
        (r#"{"add_bos_token": true, "add_bos_token": true}"#, None),
        (r#"{"bos_token": {"content": "</s>", "content": "<s>"}}"#, Some("`content` is there twice")),
        (
            r#"{"added_tokens_decoder": {"400": {"content": "<a>"}, "0400": {"content": "<b>"}}}"#,
            Some("gives id 400 (as `400`) to `<a>` and to `<b>`"),
        ),
        (r#"{"added_tokens_decoder": {"400": {"content": "<a>"}, "+400": {"content": "<a>"}}}"#, None),
        (r#"{"added_tokens_decoder": {"400": {"content": "<a>"}, "400": {"content": "<b>"}}}"#, Some("is there twice")),
    ] {
        let folder = sentencepiece(&[]);
        std::fs::write(folder.path().join("tokenizer_config.json"), text).unwrap();
        match part {
            None => drop(load(&folder)),
            Some(part) => {
                let message = refusal(&folder);
                assert!(message.contains("tokenizer_config.json") && message.contains(part), "{text}: {message}");
            }
        }
    }
}

/// A tokenizer is found by its content, under whatever name.
#[test]
fn a_tokenizer_from_elsewhere() {
    let elsewhere = tempfile::tempdir().unwrap();
    for (file, text) in [
        (fixture("bytelevel").join("tokenizer.json"), "the sun"),
        (fixture("sentencepiece").join("tokenizer.model"), "the sun"),
        (fixture("shakespeare").join("chars.json"), "the sun"),
        (fixture("gguf_tq2_0-trained256").join("model.gguf"), "the sun"),
    ] {
        let copy = elsewhere.path().join("something.else");
        std::fs::copy(&file, &copy).unwrap();
        let wanted = Tokenizer::load(&file.parent().unwrap().into()).unwrap().encode(text).unwrap();
        for path in [&file, &copy] {
            assert_eq!(
                Tokenizer::load_with(&path.as_path().into(), None).unwrap().encode(text).unwrap(),
                wanted,
                "{}",
                path.display()
            );
        }
    }
    assert!(Tokenizer::load(&Path::new("no/such.json").into()).is_err());
}

#[test]
fn decoding_is_lenient_and_keeps_spaces() {
    let tokenizer = load(&sentencepiece(&[]));
    let ids = tokenizer.encode("the sun").unwrap();
    let padded: Vec<u32> = ids.iter().flat_map(|&id| [id, 100_000]).collect();
    assert_eq!(tokenizer.decode(&padded).unwrap(), "the sun");
    let sun = tokenizer.encode("sun").unwrap()[1..].to_vec();
    assert_eq!(tokenizer.decode(&sun).unwrap(), "sun");
    assert_eq!(tokenizer.decode_after(&tokenizer.encode("the").unwrap(), &sun).unwrap(), " sun");
    assert_eq!(tokenizer.decode_after(&[], &sun).unwrap(), "sun");
    // A character of several bytes that the prompt began.
    let accent = tokenizer.encode("\u{20ac}").unwrap();
    let (given, rest) = accent.split_at(accent.len() - 1);
    assert!(tokenizer.decode_after(given, rest).unwrap().contains('\u{fffd}'));
    let characters = Tokenizer::load(&fixture("shakespeare").into()).unwrap();
    let ids = [characters.encode("sun").unwrap(), vec![5000, u32::MAX]].concat();
    assert_eq!(characters.decode(&ids).unwrap(), "sun\u{fffd}\u{fffd}");
    assert!(!characters.knows(5000) && characters.knows(0));
}

/// `generation_config.json` wins over `config.json`.
#[test]
fn end_tokens_of_a_folder() {
    let config = |own: Value, generation: Option<Value>| {
        let folder = folder(&fixture("online-float32").join("config.json"), &[]);
        let file = folder.path().join("config.json");
        let mut json: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        json["eos_token_id"] = own;
        std::fs::write(&file, json.to_string()).unwrap();
        if let Some(generation) = generation {
            std::fs::write(folder.path().join("generation_config.json"), generation.to_string()).unwrap();
        }
        Config::load(&folder.path().into()).map_err(|e| e.to_string())
    };
    let ends = |own: Value, generation: Option<Value>| config(own, generation).unwrap().ends;
    assert_eq!(ends(json!(2), None), [2]);
    assert_eq!(ends(json!([2, 5]), None), [2, 5]);
    assert!(ends(json!(-1), None).is_empty());
    assert!(ends(Value::Null, None).is_empty());
    assert_eq!(ends(json!(2), Some(json!({"eos_token_id": 7}))), [7]);
    assert_eq!(ends(json!(2), Some(json!({"eos_token_id": [7, 9, 2]}))), [7, 9, 2]);
    assert_eq!(ends(json!(-1), Some(json!({"eos_token_id": [7]}))), [7]);
    for none in [json!({}), json!({"eos_token_id": null}), json!({"eos_token_id": -1})] {
        let config = config(json!(2), Some(none)).unwrap();
        assert!(config.ends.is_empty() && config.notices[0].contains("no token ends a text"), "{config:?}");
    }
    let far = config(json!([2, 99_999]), None).unwrap();
    assert!(far.notices[0].contains("end token 99999 is outside the vocabulary"), "{:?}", far.notices);
    let penalty = config(json!(2), Some(json!({"eos_token_id": 2, "repetition_penalty": 1.2}))).unwrap();
    assert!(penalty.notices[0].contains("repetition_penalty 1.2 is not applied"), "{:?}", penalty.notices);
    for (own, generation, part) in [
        (json!("</s>"), None, "config.json"),
        (json!(2), Some(json!({"eos_token_id": "</s>"})), "generation_config.json: eos_token_id is"),
        (json!(2), Some(json!([1])), "generation_config.json"),
        (json!(-7), None, "eos_token_id is -7"),
    ] {
        let message = config(own, generation).unwrap_err();
        assert!(message.contains(part), "{message}");
    }
}
