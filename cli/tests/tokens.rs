//! Text to tokens in the command: tokenizers from elsewhere, and vocabularies of other sizes than the model's.

use std::path::{Path, PathBuf};

use crate::common::{command, finish, json, model, trine, workplace};

/// A copy of the small model in `folder` with other characters in its vocabulary.
fn with_characters(folder: &Path, change: impl FnOnce(&mut Vec<String>)) -> PathBuf {
    let copy = folder.join("copy");
    std::fs::create_dir_all(&copy).unwrap();
    for name in ["config.json", "model.safetensors"] {
        std::fs::copy(model().join(name), copy.join(name)).unwrap();
    }
    let mut characters: Vec<String> =
        serde_json::from_slice(&std::fs::read(model().join("chars.json")).unwrap()).unwrap();
    change(&mut characters);
    std::fs::write(copy.join("chars.json"), serde_json::to_vec(&characters).unwrap()).unwrap();
    copy
}

const RUN: &str = "run --model copy --backend golden --tokens 12 --temperature 0 --json run.json --prompt";

#[test]
fn tokens_without_text_end_no_run() {
    for keep in [0, 1, 30] {
        let folder = workplace();
        with_characters(folder.path(), |characters| {
            // The line feed is the prompt; the others lose their places.
            for (place, character) in characters.iter_mut().enumerate().filter(|(_, c)| *c != "\n") {
                if place >= keep {
                    *character = char::from_u32(0x4e00 + place as u32).unwrap().to_string();
                }
            }
            characters.truncate(characters.iter().position(|c| c == "\n").unwrap().max(keep) + 1);
        });
        let run = trine(folder.path(), "run --model copy --backend golden --tokens 12 --temperature 0 --json run.json");
        assert_eq!(run.code, Some(0), "{run:?}");
        let report = json(folder.path(), "run.json");
        let tokens = report["tokens"].as_array().unwrap();
        assert_eq!(tokens.len(), 12);
        let text = report["text"].as_str().unwrap();
        let lost = text.matches('\u{fffd}').count();
        assert_eq!(run.stderr.contains(&format!("warning: {lost} of 12 generated tokens")), lost > 0, "{run:?}");
        assert!(lost > 0 || keep == 30, "{run:?}");
    }
}

#[test]
fn tokens_that_the_model_has_not_are_refused_before_the_run() {
    let folder = workplace();
    with_characters(folder.path(), |characters| characters.extend(["\u{e9}".to_owned(), "\u{df}".to_owned()]));
    std::fs::write(folder.path().join("text"), "to be stra\u{df}e").unwrap();
    for (line, part) in [
        (format!("{RUN} caf\u{e9}"), "token 3 of the text is 84 `\u{e9}`"),
        (format!("{RUN} \u{df}"), "token 0 of the text is 85 `\u{df}`"),
        ("perplexity --model copy --text text".to_owned(), "text: token 10 of the text is 85"),
    ] {
        let run = trine(folder.path(), &line);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.starts_with("error: ") && run.stderr.contains(part), "{run:?}");
        assert!(run.stderr.contains("vocabulary has 84 tokens") && run.stderr.contains("--tokenizer"), "{run:?}");
        assert!(!folder.path().join("run.json").exists());
    }
    assert_eq!(trine(folder.path(), &format!("{RUN} cafe")).code, Some(0));
}

#[test]
fn a_tokenizer_from_elsewhere_takes_the_place_of_the_models() {
    let folder = workplace();
    let elsewhere = with_characters(folder.path(), |characters| characters.reverse());
    std::fs::write(folder.path().join("text"), "To be, or not to be").unwrap();
    let prompt = |more: &str| {
        let mut command =
            command(folder.path(), "run --model MODEL --backend golden --tokens 2 --json run.json --prompt a");
        command.args(more.split_whitespace());
        let run = finish(command);
        assert_eq!(run.code, Some(0), "{run:?}");
        json(folder.path(), "run.json")["tokens"].to_string()
    };
    assert_ne!(prompt(""), prompt("--tokenizer copy"));
    assert_eq!(prompt("--tokenizer copy"), prompt("--tokenizer copy/chars.json"));
    let bits = |more: &str| trine(folder.path(), &format!("perplexity --model MODEL --text text {more}"));
    assert_ne!(bits("").stdout, bits("--tokenizer copy").stdout);
    std::fs::remove_file(elsewhere.join("chars.json")).unwrap();
    for (more, part) in [
        ("--tokenizer copy", "there is no tokenizer"),
        ("--tokenizer nowhere", "nowhere"),
        ("--pre llama-bpe", "--pre llama-bpe does not apply"),
    ] {
        for verb in ["run --model MODEL --backend golden --tokens 1", "perplexity --model MODEL --text text"] {
            let run = trine(folder.path(), &format!("{verb} {more}"));
            assert_eq!(run.code, Some(2), "{run:?}");
            assert!(run.stderr.contains(part), "{run:?}");
        }
    }
}

#[test]
fn the_number_of_threads_changes_no_result() {
    let folder = workplace();
    std::fs::write(folder.path().join("text"), "To be, or not to be: that is the question").unwrap();
    let done = |line: &str| {
        let run = trine(folder.path(), line);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{line}");
        run.stdout
    };
    let [one, two] = ["--threads 1", "--threads 2"].map(|threads| {
        done(&format!("{RUN} KING --model MODEL {threads}").replace("--model copy ", ""));
        done(&format!("logits --model MODEL --ids 3,1,4,1,5,9,2,6,5,3 --backend golden -o l.npy {threads}"));
        let logits = std::fs::read(folder.path().join("l.npy")).unwrap();
        let perplexity = done(&format!("perplexity --model MODEL --text text {threads}"));
        (json(folder.path(), "run.json")["tokens"].clone(), logits, perplexity)
    });
    assert_eq!(one.0.as_array().unwrap().len(), 12);
    assert!(one == two);
}

#[test]
fn no_threads_are_refused_by_name() {
    let folder = workplace();
    for line in [
        "run --model MODEL --tokens 1",
        "logits --model MODEL --ids 1 -o o.npy",
        "perplexity --model MODEL --text text",
    ] {
        for threads in ["0", "-1", "1025", "many"] {
            let run = trine(folder.path(), &format!("{line} --threads={threads}"));
            assert_eq!(run.code, Some(2), "{run:?}");
            assert!(run.stderr.contains(&format!("'{threads}' for '--threads <N>'")), "{run:?}");
        }
    }
}
