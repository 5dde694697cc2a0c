//! Training as a user does: from a text to a model that runs on the simulated unit.

use std::path::Path;
use std::process::Command;

use crate::common::{json, trine, workplace};

const TINY: &str = "--hidden 16 --layers 1 --heads 2 --kv-heads 1 --context 16 --batch 2 --warmup 2";

/// Words in an order that a model can learn something about.
fn write_text(folder: &Path) {
    let words = ["to ", "be ", "or ", "not ", "that ", "is ", "the ", "question\n"];
    let text: String = (0..900usize).map(|i| words[i * i % 13 % words.len()]).collect();
    std::fs::write(folder.join("text.txt"), text).unwrap();
}

fn done(folder: &Path, line: &str) -> String {
    let run = trine(folder, line);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{line}: {}", run.stdout);
    run.stdout
}

fn refused(folder: &Path, line: &str) -> String {
    let run = trine(folder, line);
    assert_eq!(run.code, Some(2), "{line}: {run:?}");
    run.stderr
}

#[test]
fn a_trained_model_runs_on_the_unit() {
    let place = workplace();
    let folder = place.path();
    write_text(folder);
    let printed = done(folder, &format!("train --data text.txt --output t --steps 60 --every 20 --json t.json {TINY}"));
    assert!(printed.contains("held out:"), "{printed}");
    let report = json(folder, "t.json");
    let curve = report["curve"].as_array().unwrap();
    let bits = |point: usize| curve[point]["held_out_bits_per_char"].as_f64().unwrap();
    assert_eq!(curve.len(), 3);
    assert!(bits(2) < bits(0) - 0.1, "it learns: {curve:?}");
    let csv = std::fs::read_to_string(folder.join("t/curve.csv")).unwrap();
    assert_eq!(csv.lines().count(), 4);
    let page = std::fs::read_to_string(folder.join("t/report.html")).unwrap();
    assert!(page.contains("60 of 60") && page.matches("<polyline").count() == 4, "{page}");

    // What training measured and what the golden model measures from the file agree; windows differ by a token.
    let text = std::fs::read_to_string(folder.join("text.txt")).unwrap();
    std::fs::write(folder.join("held.txt"), trine_train::split(&text).1).unwrap();
    done(folder, "perplexity --model t/model --text held.txt --json p.json");
    let (ours, golden) = (&report["held_out_bits_per_char"], &json(folder, "p.json")["bits_per_char"]);
    let (ours, golden) = (ours.as_f64().unwrap(), golden.as_f64().unwrap());
    assert!((ours / golden - 1.0).abs() < 0.05, "{ours} {golden}");

    done(folder, "run --model t/model --prompt be --tokens 4 --preset small --offload linear --json r.json");
    let run = json(folder, "r.json");
    assert_eq!(run["mismatches"], 0);
    assert!(run["macs"].as_u64().unwrap() > 1000);
}

/// The files of two trainings that have to be equal.
fn equal(folder: &Path, whole: &str, other: &str) {
    for name in ["checkpoint.safetensors", "curve.csv", "report.html", "chars.json", "model/model.safetensors"] {
        let file = |training: &str| std::fs::read(folder.join(training).join(name)).unwrap();
        assert!(file(whole) == file(other), "{other}/{name} differs");
    }
}

/// Stopped at a point of the curve, between two, resumed twice and after the end: no flag is repeated.
#[test]
fn a_training_goes_on_where_it_stopped() {
    let place = workplace();
    let folder = place.path();
    write_text(folder);
    done(folder, &format!("train --data text.txt --output whole --steps 30 --every 7 {TINY}"));
    for (name, stops) in [("at", &[7][..]), ("between", &[10]), ("twice", &[3, 20]), ("after", &[30])] {
        let [first, rest @ ..] = stops else { unreachable!() };
        let line = format!("train --data text.txt --output {name} --steps 30 --every 7 --until {first} {TINY}");
        let printed = done(folder, &line);
        assert_eq!(printed.contains(&format!("stopped after step {first}")), *first < 30, "{printed}");
        for stop in rest {
            done(folder, &format!("train --data text.txt --output {name} --resume --until {stop}"));
        }
        done(folder, &format!("train --data text.txt --output {name} --resume"));
        equal(folder, "whole", name);
    }
    done(folder, &format!("train --data text.txt --output landed --steps 30 --every 10 --until 10 {TINY}"));
    let printed = done(folder, "train --data text.txt --output landed --resume --land 5");
    assert!(printed.contains("15 steps"), "{printed}");
}

/// A process that is killed, wherever it is, leaves a folder that continues to the same files, and no lock.
#[test]
fn a_training_that_is_killed_goes_on() {
    use std::io::{BufRead, BufReader};
    let place = workplace();
    let folder = place.path();
    write_text(folder);
    let line = format!("train --data text.txt --output whole --steps 240 --every 5 {TINY}");
    done(folder, &line);
    for (name, after) in [("first", "step 5:"), ("later", "step 60:"), ("late", "step 190:")] {
        let mut command = crate::common::command(folder, &line.replace("whole", name));
        let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().starts_with(after)), "{after}");
        // Of all that is killed here, most is killed while it runs; a finished one is continued, too.
        child.kill().unwrap();
        child.wait().unwrap();
        std::fs::write(folder.join(name).join(".trine-writes-zzz"), "half").unwrap();
        done(folder, &format!("train --data text.txt --output {name} --resume"));
        equal(folder, "whole", name);
        assert!(!folder.join(name).join(".trine-writes-zzz").exists());
    }
}

/// The next process writes the files that a killed one did not write, although no step is left.
#[test]
fn a_finished_training_gets_its_files_back() {
    let place = workplace();
    let folder = place.path();
    write_text(folder);
    for name in ["whole", "cut"] {
        done(folder, &format!("train --data text.txt --output {name} --steps 12 --every 5 {TINY}"));
    }
    for name in ["curve.csv", "report.html", "model/model.safetensors", "model/config.json"] {
        std::fs::remove_file(folder.join("cut").join(name)).unwrap();
    }
    done(folder, "train --data text.txt --output cut --resume");
    equal(folder, "whole", "cut");
}

#[test]
fn flags_that_contradict_a_training_are_refused_by_name() {
    let place = workplace();
    let folder = place.path();
    write_text(folder);
    let sizes = "--hidden 256 --intermediate 256 --layers 1 --heads 2 --kv-heads 1 --context 16 --batch 2 --warmup 2";
    let all = format!("{sizes} --steps 4 --every 3 --lr 0.002 --seed 7 --activation silu --vocab bpe:260");
    done(folder, &format!("train --data text.txt --output t {all} --until 1"));
    let before = std::fs::read(folder.join("t/checkpoint.safetensors")).unwrap();
    for (flags, words) in [
        ("--every 5", "--every 5 contradicts the training in the folder, which has 3"),
        ("--steps 5", "--steps 5"),
        ("--lr 2.1e-3", "--lr 0.0021"),
        ("--seed 8", "--seed 8"),
        ("--batch 4", "--batch 4"),
        ("--shards 1", "--shards 1"),
        ("--hidden 512", "--hidden 512"),
        ("--intermediate 512", "--intermediate 512"),
        ("--layers 2", "--layers 2"),
        ("--heads 4", "--heads 4"),
        ("--kv-heads 2", "--kv-heads 2"),
        ("--context 8", "--context 8"),
        ("--warmup 1", "--warmup 1"),
        ("--untied", "--untied true"),
        ("--activation relu2", "which has silu"),
        ("--vocab chars", "which has bpe:260"),
        ("--kind float", "which has ternary"),
        ("--until 5", "beyond the training's last step, 4"),
        ("--land 2 --until 4", "last step, 3"),
        ("--overwrite", "--overwrite"),
    ] {
        let message = refused(folder, &format!("train --data text.txt --output t --resume {flags}"));
        assert!(message.contains(words), "{flags}: {message}");
    }
    assert!(std::fs::read(folder.join("t/checkpoint.safetensors")).unwrap() == before);
    // The same again is fine, and so are those that may change; a GGUF file may be added, once.
    done(folder, &format!("train --data text.txt --output t --resume {all} --until 2 --json early.json"));
    let early = json(folder, "early.json");
    assert!(early["held_out_bits_per_char"].is_null() && early["curve"].as_array().is_some(), "{early}");
    done(folder, "train --data text.txt --output t --resume --gguf tq2_0 --until 3 --json t.json");
    for flags in ["--gguf tq1_0", "--gguf tq2_0 --gguf-arch bitnet-b1.58", "--until 2"] {
        refused(folder, &format!("train --data text.txt --output t --resume {flags}"));
    }
    let printed = done(folder, "train --data text.txt --output t --resume --gguf tq2_0 --gguf-arch bitnet");
    assert!(printed.contains("model.gguf"), "{printed}");
    done(folder, &format!("train --data text.txt --output whole {all} --gguf tq2_0"));
    for name in ["checkpoint.safetensors", "curve.csv", "model.gguf", "tokenizer.json", "model/model.safetensors"] {
        let file = |training: &str| std::fs::read(folder.join(training).join(name)).unwrap();
        assert!(file("whole") == file("t"), "{name} differs");
    }
}

/// Ctrl-C says which checkpoint is kept and how to continue; the process ends by the signal.
#[test]
fn an_interrupted_training_says_how_it_continues() {
    use std::io::{BufRead, BufReader};
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};

    let place = workplace();
    let folder = place.path();
    write_text(folder);
    let line = format!("train --data text.txt --output t --steps 100000 --every 5 {TINY}");
    let mut command = crate::common::command(folder, &line);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("step 10: ")));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    lines.for_each(drop);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.signal(), Some(2), "{said}");
    let step = said.strip_prefix("interrupted: t: the checkpoint of step ").and_then(|rest| rest.split(' ').next());
    assert!(step.is_some_and(|step| step.parse::<usize>().unwrap() >= 10), "{said}");
    assert!(said.ends_with(" is kept; --resume continues\n"), "{said}");
    let until = step.unwrap();
    done(folder, &format!("train --data text.txt --output t --resume --until {until}"));
}

/// A file that llama.cpp refuses is said to be one before the training, also with a vocabulary that llama.cpp could use.
#[test]
fn a_gguf_file_that_llama_cpp_refuses_is_announced() {
    let place = workplace();
    let folder = place.path();
    write_text(folder);
    let sizes =
        "--hidden 256 --intermediate 256 --layers 1 --heads 2 --kv-heads 1 --context 16 --batch 2 --warmup 1 --steps 2";
    let warned = |flags: &str| {
        let run = trine(folder, &format!("train --data text.txt --output t --overwrite --until 1 {sizes} {flags}"));
        assert_eq!(run.code, Some(0), "{flags}: {}", run.stderr);
        run.stderr
    };
    let refuses = "warning: llama.cpp does not know architecture bitnet-b1.58 and refuses the file";
    let pairs = warned("--vocab bpe:260 --gguf tq2_0");
    assert!(pairs.starts_with(refuses) && pairs.lines().count() == 1, "{pairs}");
    let characters = warned("--vocab chars --gguf tq2_0");
    assert!(
        characters.starts_with(refuses) && characters.contains(": bitnet.cpp computes with token ids"),
        "{characters}"
    );
    assert_eq!(warned("--vocab bpe:260 --gguf tq2_0 --activation silu"), "");
}

#[test]
fn a_training_is_not_replaced_unasked() {
    let place = workplace();
    let folder = place.path();
    write_text(folder);
    let line = format!("train --data text.txt --output t --steps 8 --every 4 {TINY}");
    done(folder, &format!("{line} --until 4"));
    let file = |name: &str| std::fs::read(folder.join(name));
    let before = file("t/checkpoint.safetensors").unwrap();
    let message = refused(folder, &format!("{line} --seed 9"));
    assert!(message.contains("t: the folder holds a training that has done 4 of 8 steps"), "{message}");
    assert!(message.contains("--resume") && message.contains("--overwrite"), "{message}");
    done(folder, "train --data text.txt --output t --resume");
    let message = refused(folder, &line);
    assert!(message.contains("a finished training of 8 steps"), "{message}");
    assert!(file("t/checkpoint.safetensors").unwrap() != before);
    done(folder, &format!("{line} --overwrite --until 4"));
    assert!(file("t/checkpoint.safetensors").unwrap() == before);
    assert!(file("t/model/config.json").is_err(), "a model of the training before");

    // Folders that hold something else of ours: a model, a curve, a damaged checkpoint.
    for (name, found) in [("m/chars.json", "`chars.json`"), ("c/curve.csv", "`curve.csv`")] {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "mine").unwrap();
        let message = refused(folder, &line.replace("--output t", &format!("--output {}", &name[..1])));
        assert!(message.contains(found), "{message}");
        assert_eq!(file(name).unwrap(), b"mine");
    }
    std::fs::write(folder.join("t/checkpoint.safetensors"), &before[..before.len() / 2]).unwrap();
    assert!(refused(folder, &line).contains("cannot be read as a checkpoint"));
    assert!(refused(folder, "train --data text.txt --output t --resume").contains("damaged"));
    std::fs::write(folder.join("file"), "").unwrap();
    assert!(refused(folder, &line.replace("--output t", "--output file")).contains("file"));
}

#[test]
fn two_processes_do_not_share_a_folder() {
    let place = workplace();
    let folder = place.path();
    write_text(folder);
    done(folder, &format!("train --data text.txt --output t --steps 8 --every 4 --until 4 {TINY}"));
    let lock = trine_train::Lock::take(&folder.join("t")).unwrap();
    for line in [
        "train --data text.txt --output t --resume",
        &format!("train --data text.txt --output t --overwrite --steps 4 {TINY}"),
    ] {
        assert!(refused(folder, line).contains("another process"), "{line}");
    }
    drop(lock);
    done(folder, "train --data text.txt --output t --resume");
}

/// A text of one character: the loss is exactly 0, and so is the gradient, which the page draws by its logarithm.
#[test]
fn a_loss_of_zero_is_drawn() {
    let place = workplace();
    let folder = place.path();
    std::fs::write(folder.join("a.txt"), "a".repeat(900)).unwrap();
    done(folder, &format!("train --data a.txt --output t --steps 4 --every 2 {TINY}"));
    let page = std::fs::read_to_string(folder.join("t/report.html")).unwrap();
    assert!(page.contains("2 points have no place on these axes"), "{page}");
}

/// The checkpoint from before stays, and continues to the same end.
#[test]
fn a_training_that_diverges_says_so() {
    let place = workplace();
    let folder = place.path();
    write_text(folder);
    let line = format!("train --data text.txt --output t --kind float --lr 1e30 --steps 20 --every 1 {TINY}");
    let message = refused(folder, &line);
    assert!(message.contains("training diverged") && message.contains("is kept"), "{message}");
    assert!(refused(folder, "train --data text.txt --output t --resume").contains("training diverged"));
}

#[test]
fn a_sweep_shows_both_kinds_at_every_rate() {
    let place = workplace();
    write_text(place.path());
    let line = format!("train --data text.txt --sweep 1e-3,1e-2 --steps 20 --json s.json {TINY}");
    let printed = done(place.path(), &line);
    assert!(printed.contains("ternary is best at 0.01") && printed.contains("float is best at"), "{printed}");
    assert_eq!(json(place.path(), "s.json")["cells"].as_array().unwrap().len(), 4);
}

#[test]
fn what_cannot_be_trained_is_refused() {
    let place = workplace();
    let folder = place.path();
    write_text(folder);
    std::fs::write(folder.join("short.txt"), "a few words").unwrap();
    std::fs::write(folder.join("empty.txt"), "").unwrap();
    for (line, words) in [
        ("train --data nowhere.txt --output t", "nowhere.txt"),
        ("train --data text.txt", "--output"),
        ("train --data text.txt --output t --hidden 33", "hidden is 33"),
        ("train --data text.txt --output t --batch 3", "a batch of 3"),
        ("train --data text.txt --output t --context 4096", "too few"),
        ("train --data text.txt --output t --vocab words", "bpe:N"),
        ("train --data text.txt --output t --vocab bpe:99999", "99999"),
        ("train --data text.txt --output t --lr 0", "more than 0"),
        ("train --data text.txt --output t --gguf tq2_0", "multiple of 256"),
        ("train --data text.txt --output nothing --resume", "nothing/checkpoint.safetensors: there is no training"),
        ("train --data text.txt --output t --steps 20 --until 21", "last step, 20"),
        ("train --data text.txt --output t --until 0", "from 1 on"),
        ("train --data text.txt --output t --every 0", "from 1 on"),
        ("train --data text.txt --output t --steps 0", "no steps"),
        ("train --data text.txt --output t --gguf-arch bitnet", "--gguf"),
        ("train --data text.txt --output /proc/nowhere", "/proc/nowhere"),
        ("train --data short.txt --output s", "too few"),
        ("train --data empty.txt --output s", "empty"),
        ("train --data text.txt --sweep fast", "not a number"),
        ("train --data text.txt --output t --batch 4000000 --shards 1", "tokens a step"),
        ("train --data text.txt --output t --hidden 65536 --intermediate 65536", "at most 1073741824"),
    ] {
        let message = refused(folder, line);
        assert!(message.contains(words) && !message.contains("panicked"), "{line}: {message}");
    }
}

/// Faults that users of such programs have met, each a script.
#[test]
fn trainings_are_neither_overwritten_nor_resumed_differently() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/training");
    for case in ["overwrites_training.sh", "resume_not_bit_equal.sh"] {
        let place = workplace();
        let mut script = Command::new("sh");
        script.arg(cases.join(case)).env("TRINE", env!("CARGO_BIN_EXE_trine")).env("TMPDIR", place.path());
        let output = script.output().unwrap();
        assert!(output.status.success(), "{case}: {output:?}");
    }
}
