//! Errors as a user sees them: one paragraph with what, where and what to do, and the right exit code.

use std::path::Path;
use std::process::Stdio;

use crate::common::{Run, command, finish, json, model, trine, workplace};

/// Asserts exit code and paragraph; returns the paragraph.
fn refused(run: Run, code: i32) -> String {
    assert_eq!(run.code, Some(code), "{run:?}");
    let message = run.stderr.trim_end().to_owned();
    assert!(message.starts_with("error: ") && message.lines().count() == 1, "{message}");
    assert!(!message.contains("panicked"), "{message}");
    message
}

/// A copy of the bundled model, to be damaged.
fn copy(folder: &Path) -> std::path::PathBuf {
    let copy = folder.join("copy");
    std::fs::create_dir(&copy).unwrap();
    for name in ["config.json", "chars.json", "model.safetensors"] {
        std::fs::copy(model().join(name), copy.join(name)).unwrap();
    }
    copy
}

#[test]
fn the_golden_model_takes_no_options_of_a_unit() {
    let folder = workplace();
    for option in ["--units 2", "--weights-on-chip", "--resume kept"] {
        let run = trine(folder.path(), &format!("run --model MODEL --prompt A --tokens 1 --backend golden {option}"));
        let message = refused(run, 2);
        assert!(message.contains("the golden model has no unit") && message.contains(&option[..6]), "{message}");
    }
    let missing = "logits --model MODEL --ids 1 --backend golden -o o.npy --config none.toml";
    assert!(refused(trine(folder.path(), missing), 2).contains("none.toml"));
}

#[test]
fn a_missing_model_is_named() {
    let folder = workplace();
    for line in
        ["inspect nowhere", "run --model nowhere --prompt x --tokens 1", "logits --model nowhere --ids 1 --output o"]
    {
        let message = refused(trine(folder.path(), line), 2);
        assert!(message.contains("nowhere") && message.contains("no such folder or file"), "{message}");
    }
}

#[test]
fn a_truncated_checkpoint_is_named() {
    let folder = workplace();
    let file = copy(folder.path()).join("model.safetensors");
    let bytes = std::fs::read(&file).unwrap();
    for length in [0, 4, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&file, &bytes[..length]).unwrap();
        let message = refused(trine(folder.path(), "inspect copy"), 2);
        assert!(message.contains("copy/model.safetensors"), "{message}");
    }
}

#[test]
fn an_unknown_architecture_is_named() {
    let folder = workplace();
    let file = copy(folder.path()).join("config.json");
    let text = std::fs::read_to_string(&file).unwrap().replace("BitNetForCausalLM", "MambaForCausalLM");
    std::fs::write(&file, text.replace("\"bitnet\"", "\"mamba\"")).unwrap();
    let message = refused(trine(folder.path(), "inspect copy"), 2);
    assert!(message.contains("config.json") && message.to_lowercase().contains("mamba"), "{message}");
}

#[test]
fn impossible_units_are_refused_by_every_verb() {
    let folder = workplace();
    for verb in [
        "generate -o out",
        "verify",
        "run --model MODEL --prompt A --tokens 1",
        "logits --model MODEL --ids 1 --output o",
    ] {
        let refused = |flags: &str| refused(trine(folder.path(), &format!("{verb} {flags}")), 2);
        assert_eq!(refused("--lanes 0"), "error: --lanes: lanes = 0 is outside 1 to 256");
        assert_eq!(refused("--max-depth 0"), "error: --max-depth: max-depth = 0 is outside 1 to 262144");
        let giant = trine(folder.path(), &format!("{verb} --preset giant"));
        assert!(giant.code == Some(2) && giant.stderr.contains("[possible values: unit, odd, serial"), "{giant:?}");
        assert!(refused("--config missing.toml").contains("missing.toml: No such file"));
    }
    std::fs::write(folder.path().join("unit.toml"), "lanes = 8\ncolums = 2\n").unwrap();
    let message = refused(trine(folder.path(), "generate -o out --config unit.toml"), 2);
    assert!(message.contains("unit.toml, line 2: unknown key `colums`"), "{message}");
    assert!(!folder.path().join("out").exists());
}

#[test]
fn a_unit_too_narrow_for_the_activations_of_models_is_refused_before_it_is_built() {
    let place = workplace();
    for verb in ["run --model MODEL --prompt A --tokens 1", "logits --model MODEL --ids 1 --output x.npy"] {
        for bits in [2, 5, 7] {
            let line = format!("{verb} --lanes 5 --columns 2 --act-bits {bits}");
            let text = refused(trine(place.path(), &line), 2);
            assert!(
                text.contains(&format!("--act-bits: act-bits = {bits} is below the 8 bits of a model's")),
                "{text}"
            );
        }
        std::fs::write(place.path().join("unit.toml"), "lanes = 5\nact-bits = 4\n").unwrap();
        let text = refused(trine(place.path(), &format!("{verb} --columns 2 --config unit.toml")), 2);
        assert!(text.starts_with("error: unit.toml, line 2: act-bits = 4 is below the 8 bits"), "{text}");
    }
}

#[test]
fn a_character_outside_the_vocabulary_is_named() {
    let folder = workplace();
    let message = refused(trine(folder.path(), "run --model MODEL --prompt KIŊG --tokens 1"), 2);
    assert!(message.contains("'Ŋ' at position 2"), "{message}");
}

/// The unit's tool is missing here: a refusal that comes before any work does not notice.
#[test]
fn what_does_not_fit_the_context_is_refused_before_any_work() {
    let folder = workplace();
    let ids = |count: usize| vec!["1"; count].join(",");
    let refused = |line: &str| {
        let mut command = command(folder.path(), line);
        refused(
            finish({
                command.env("TRINE_VERILATOR", "/nowhere/verilator");
                command
            }),
            2,
        )
    };
    let prompt =
        |prompt: &str, tokens: usize| refused(&format!("run --model MODEL --prompt {prompt} --tokens {tokens}"));
    let message = prompt("KING", 125);
    assert!(message.contains("4 tokens and 125 more do not fit the model's context of 128"), "{message}");
    assert!(message.ends_with("ask for at most 124"), "{message}");
    let message = prompt(&"K".repeat(128), 1);
    assert!(message.contains("128 tokens leaves no room in the model's context of 128; shorten it"), "{message}");
    let message = refused(&format!("logits --model MODEL --ids {} --output o.npy", ids(129)));
    assert!(message.contains("129 tokens do not fit the model's context of 128; give at most 128"), "{message}");
    assert!(!folder.path().join("o.npy").exists());
}

#[test]
fn the_whole_context_can_be_used() {
    let folder = workplace();
    let run = trine(folder.path(), "run --model MODEL --prompt KING --tokens 124 --backend golden --json r.json");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(json(folder.path(), "r.json")["tokens"].as_array().unwrap().len(), 124);
}

#[test]
fn a_token_outside_the_vocabulary_is_named() {
    let folder = workplace();
    let message = refused(trine(folder.path(), "logits --model MODEL --ids 1,999 --output o.npy --backend golden"), 2);
    assert!(message.contains("token 999 is outside the vocabulary of 84"), "{message}");
    assert!(!folder.path().join("o.npy").exists());
}

#[test]
fn a_text_that_cannot_be_predicted_is_refused() {
    let folder = workplace();
    let refused = |bytes: &[u8]| {
        std::fs::write(folder.path().join("t.txt"), bytes).unwrap();
        let message = refused(trine(folder.path(), "perplexity --model MODEL --text t.txt --json p.json"), 2);
        assert!(message.starts_with("error: t.txt: ") && !folder.path().join("p.json").exists(), "{message}");
        message
    };
    assert!(refused(b"").contains("the text is empty"));
    assert!(refused(b"K").contains("at least two tokens"));
    assert!(refused("KI\u{14a}G".as_bytes()).contains("'\u{14a}' at position 2 is not in the vocabulary"));
    assert!(refused(b"KI\xffG").contains("UTF-8"));
    let message = self::refused(trine(folder.path(), "perplexity --model MODEL --text nothing.txt"), 2);
    assert!(message.contains("nothing.txt: No such file"), "{message}");
}

/// A model without a tokenizer can be run with another's, and computed without any.
#[test]
fn a_missing_tokenizer_is_told_with_both_ways_out() {
    let folder = workplace();
    let copy = copy(folder.path());
    std::fs::remove_file(copy.join("chars.json")).unwrap();
    let message = refused(trine(folder.path(), "run --model copy --prompt KING --tokens 1 --backend golden"), 2);
    assert!(message.contains("there is no tokenizer") && message.contains("--tokenizer"), "{message}");
    assert!(message.contains("`trine logits --ids` needs no tokenizer"), "{message}");
    for line in [
        "run --model copy --tokenizer MODEL --prompt A --tokens 1 --backend golden",
        "logits --model copy --ids 1 --backend golden --output o",
    ] {
        assert_eq!(trine(folder.path(), line).code, Some(0), "{line}");
    }
}

#[test]
fn a_gguf_file_under_another_name_is_told_by_its_bytes() {
    let folder = workplace();
    let copy = copy(folder.path());
    let gguf =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden-model/tests/fixtures/gguf_tq2_0-silu-default/model.gguf");
    std::fs::copy(&gguf, copy.join("model.safetensors")).unwrap();
    let message = refused(trine(folder.path(), "inspect copy"), 2);
    assert!(message.contains("copy/model.safetensors") && message.contains("this is a GGUF file under"), "{message}");
    assert_eq!(trine(folder.path(), "inspect copy/model.safetensors").code, Some(0));
    std::fs::create_dir(folder.path().join("bin")).unwrap();
    std::fs::copy(&gguf, folder.path().join("bin/model.bin")).unwrap();
    let message = refused(trine(folder.path(), "inspect bin"), 2);
    assert!(message.contains("neither config.json nor") && message.contains("`model.bin` is a GGUF file"), "{message}");
    assert_eq!(trine(folder.path(), "inspect bin/model.bin").code, Some(0));
}

/// The template names a token that is not there; the tokenizers library panics on it.
#[test]
fn a_tokenizer_that_contradicts_itself_is_refused_without_a_panic() {
    let folder = workplace();
    let copy = copy(folder.path());
    std::fs::remove_file(copy.join("chars.json")).unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden-model/tests/fixtures/bytelevel/tokenizer.json");
    let mut tokenizer: serde_json::Value = serde_json::from_slice(&std::fs::read(fixture).unwrap()).unwrap();
    let pieces =
        serde_json::json!([{"SpecialToken": {"id": "<gone>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]);
    tokenizer["post_processor"] =
        serde_json::json!({"type": "TemplateProcessing", "single": pieces, "pair": pieces, "special_tokens": {}});
    std::fs::write(copy.join("tokenizer.json"), tokenizer.to_string()).unwrap();
    let message = refused(trine(folder.path(), "run --model copy --prompt KING --tokens 1 --backend golden"), 2);
    assert_eq!(message, "error: tokenizer: the tokenizer contradicts itself");
}

#[test]
fn a_missing_verilator_is_exit_code_3() {
    let folder = workplace();
    for line in ["verify --preset unit --cases 1", "run --model MODEL --prompt A --tokens 1"] {
        let mut without = command(folder.path(), line);
        without.env("TRINE_VERILATOR", "/nowhere/verilator");
        let message = refused(finish(without), 3);
        assert!(message.to_lowercase().contains("verilator") && message.contains("/nowhere/verilator"), "{message}");
    }
}

#[test]
fn bad_numbers_are_refused_before_any_work() {
    let folder = workplace();
    let message = refused(trine(folder.path(), "verify --stalls 1.5"), 2);
    assert!(message.contains("at least 0 and below 1, not 1.5"), "{message}");
    for flags in ["--tokens 0", "--tokens 1 --temperature=-1", "--tokens 1 --clock-hz 0", "--tokens 1 --clock-hz x"] {
        let run = trine(folder.path(), &format!("run --model MODEL --prompt A {flags}"));
        assert!(run.code == Some(2) && run.stderr.contains("invalid value"), "{run:?}");
    }
}

#[test]
fn a_result_that_cannot_be_written_is_named() {
    let folder = workplace();
    let message = refused(trine(folder.path(), "inspect MODEL --json missing/i.json"), 2);
    assert!(message.contains("missing/i.json: cannot be written"), "{message}");
    std::fs::write(folder.path().join("file"), "").unwrap();
    let message = refused(trine(folder.path(), "generate -o file/rtl"), 2);
    assert!(message.contains("file/rtl"), "{message}");
}

/// A value that begins with a dash is taken for an option; the way out is said, once.
#[test]
fn a_value_that_begins_with_a_dash_gets_its_equals_sign() {
    let folder = workplace();
    for (words, hint) in [
        (&["run", "--model", "m", "--tokens", "1", "--prompt", "-5 degrees"][..], "--prompt='-5 degrees'"),
        (&["run", "--prompt", "--- it's", "--model", "m", "--tokens", "1"], r"--prompt='--- it'\''s'"),
        (&["energy", "paper", "--json", "-p.json"], "--json='-p.json'"),
        (&["inspect", "m", "--json", "-j.json"], "--json='-j.json'"),
        (&["generate", "-o", "-rtl"], "--output='-rtl'"),
        (&["run", "--model", "-m", "--tokens", "1"], "--model='-m'"),
    ] {
        let mut command = command(folder.path(), "");
        command.args(words);
        let message = refused(finish(command), 2);
        assert!(message.contains("begins with a dash needs an equals sign: ") && message.ends_with(hint), "{message}");
    }
    let run = trine(folder.path(), "run --model MODEL --prompt=-A --tokens 1 --backend golden --json r.json");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(json(folder.path(), "r.json")["prompt"], "-A");
    // A value that is forgotten is another mistake.
    let run = trine(folder.path(), "run --model MODEL --prompt --tokens 1");
    assert!(run.code == Some(2) && run.stderr.contains("a value is required for '--prompt"), "{run:?}");
}

/// Errors whose text names their cause and errors that leave it to the chain, through the whole command.
#[test]
fn a_cause_is_told_once() {
    let folder = workplace();
    std::fs::write(folder.path().join("text.txt"), "to be or not to be\n".repeat(300)).unwrap();
    std::fs::create_dir(folder.path().join("t")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(folder.path().join("pipe.lib")).status().unwrap();
    assert!(pipe.success());
    for (line, code, cause) in [
        ("inspect nowhere", 2, "no such folder or file"),
        ("logits --model MODEL --ids-file nowhere.npy --output o.npy", 2, "No such file or directory"),
        ("perplexity --model MODEL --text nowhere.txt", 2, "No such file or directory"),
        ("train --data text.txt --output t --resume", 2, "No such file or directory"),
        ("estimate --model MODEL --records nowhere.toml", 2, "No such file or directory"),
        ("estimate --model MODEL --prompt-tokens 129", 2, "129 tokens do not fit the model's context of 128"),
        ("synth --liberty nowhere.lib", 2, "No such file or directory"),
        ("synth --liberty pipe.lib", 2, "pipe.lib: this is not a plain file"),
        ("run --model MODEL --tokens 1 --resume text.txt/x", 2, "is no folder"),
        ("run --model MODEL --tokens 1 --backend uart:nowhere", 2, "no such device"),
    ] {
        let message = refused(trine(folder.path(), line), code);
        assert!(message.matches(cause).count() <= 1, "{line}: {message}");
        assert!(message.matches("os error").count() <= 1, "{line}: {message}");
    }
}

#[test]
fn a_dash_in_place_of_a_text_is_standard_input() {
    let folder = workplace();
    let from = |line: &str, text: &str| {
        let mut command = command(folder.path(), line);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{line}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    std::fs::write(folder.path().join("text.txt"), "KING HENRY").unwrap();
    let file = trine(folder.path(), "perplexity --model MODEL --text text.txt").stdout;
    assert_eq!(from("perplexity --model MODEL --text -", "KING HENRY"), file);
    let sizes = "--hidden 16 --layers 1 --heads 2 --kv-heads 1 --context 16 --batch 2 --warmup 1 --steps 2";
    from(&format!("train --data - --output t {sizes}"), &"to be or not to be\n".repeat(300));
}

/// As in `trine inspect MODEL | head -1`.
#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let folder = workplace();
    let mut child =
        command(folder.path(), "inspect MODEL").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}
