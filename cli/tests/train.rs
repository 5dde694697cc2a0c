//! Training and comparing as a user does: from a text to a model that runs on the simulated unit.

mod common;

use std::path::Path;

use common::{json, trine, workplace};

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
    let printed = done(folder, &format!("train --data text.txt --out t --steps 60 --every 20 --json t.json {TINY}"));
    assert!(printed.contains("held out:"), "{printed}");
    let report = json(folder, "t.json");
    let curve = report["curve"].as_array().unwrap();
    let bits = |point: usize| curve[point]["held_out_bits"].as_f64().unwrap();
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

#[test]
fn a_training_goes_on_where_it_stopped() {
    let place = workplace();
    let folder = place.path();
    write_text(folder);
    done(folder, &format!("train --data text.txt --out whole --steps 30 --every 10 {TINY}"));
    let printed = done(folder, &format!("train --data text.txt --out cut --steps 30 --every 10 --until 10 {TINY}"));
    assert!(printed.contains("stopped after step 10"), "{printed}");
    done(folder, "train --data text.txt --out cut --resume --every 10");
    let file = |name: &str| std::fs::read(folder.join(name)).unwrap();
    for name in ["checkpoint.safetensors", "curve.csv", "model/model.safetensors"] {
        assert!(file(&format!("whole/{name}")) == file(&format!("cut/{name}")), "{name} differs");
    }
    done(folder, &format!("train --data text.txt --out landed --steps 30 --every 10 --until 10 {TINY}"));
    let printed = done(folder, "train --data text.txt --out landed --resume --land 5");
    assert!(printed.contains("15 steps"), "{printed}");
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
fn a_comparison_is_made_stored_and_written_up() {
    let place = workplace();
    let folder = place.path();
    write_text(folder);
    let line =
        format!("compare --data text.txt --out c --seeds 2 --sizes 8 --steps 20 --held-windows 6 --json c.json {TINY}");
    let printed = done(folder, &line);
    assert!(printed.contains("BitNet b1.58") && printed.contains("float, then GPTQ"), "{printed}");
    let found = json(folder, "c.json");
    let rows = found["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 13);
    assert!(rows.iter().all(|row| row["bits_per_char"].as_array().unwrap().len() == 2));
    let cost = |name: &str, field: &str| {
        let row = rows.iter().find(|row| row["name"] == name).unwrap();
        if field == "energy" { row["energy_j"]["value"].as_f64().unwrap() } else { row[field].as_f64().unwrap() }
    };
    for field in ["energy", "bytes", "cycles"] {
        assert!(cost("BitNet b1.58", field) < cost("SmoothQuant", field), "{field}");
        assert!(cost("SmoothQuant", field) < cost("float", field), "{field}");
    }
    assert_eq!((found["scaling"].as_array().unwrap().len(), found["laws"].as_array().unwrap().len()), (4, 2));

    // A second time nothing is trained; another recipe does not silently take what is there.
    assert!(!done(folder, &line).contains("training"));
    let other = line.replace("--steps 20", "--steps 21");
    assert!(refused(folder, &other).contains("another recipe"));

    done(folder, "compare --from c.json --docs . --json again.json");
    assert_eq!(json(folder, "again.json"), found);
    let document = || std::fs::read_to_string(folder.join("comparison.md")).unwrap();
    assert!(!document().contains("## Learning rates"));
    done(folder, &format!("train --data text.txt --sweep 1e-3,1e-2 --steps 20 --json s.json {TINY}"));
    done(folder, "compare --from c.json --sweep s.json --docs . --json again.json");
    assert_eq!(json(folder, "again.json")["sweep"], json(folder, "s.json"));
    let document = document();
    assert!(document.contains("## Learning rates") && document.contains("| 0.01 |"), "{document}");
    assert!(folder.join("comparison-rates.svg").exists());
    assert!(document.contains("| **BitNet b1.58** | 1.6 bits | 8 bits |"), "{document}");
    assert!(folder.join("comparison-energy.svg").exists() && folder.join("comparison-scaling.svg").exists());
}

#[test]
fn what_cannot_be_trained_is_refused() {
    let place = workplace();
    let folder = place.path();
    write_text(folder);
    for (line, words) in [
        ("train --data nowhere.txt --out t", "nowhere.txt"),
        ("train --data text.txt", "--out"),
        ("train --data text.txt --out t --hidden 33", "hidden is 33"),
        ("train --data text.txt --out t --batch 3", "a batch of 3"),
        ("train --data text.txt --out t --context 4096", "too few"),
        ("train --data text.txt --out t --vocab words", "bpe:N"),
        ("train --data text.txt --out t --vocab bpe:99999", "99999"),
        ("train --data text.txt --out t --lr 0", "more than 0"),
        ("train --data text.txt --out t --gguf tq2_0", "multiple of 256"),
        ("train --data text.txt --out t --resume --hidden 64", "--resume"),
        ("train --data text.txt --out nothing --resume", "nothing/checkpoint.safetensors"),
        ("train --data text.txt --sweep fast", "not a number"),
        ("train --data text.txt --out t --batch 4000000 --shards 1", "tokens a step"),
        ("train --data text.txt --out t --hidden 65536 --intermediate 65536", "at most 1073741824"),
        ("compare", "--data"),
        ("compare --data text.txt --out c --sizes 33", "hidden is 33"),
        ("compare --data text.txt --out c --held-windows 0", "from 1 on"),
        ("compare --data text.txt --out c --sweep text.txt", "no sweep"),
        ("compare --from text.txt", "no comparison"),
    ] {
        let message = refused(folder, line);
        assert!(message.contains(words) && !message.contains("panicked"), "{line}: {message}");
    }
}
