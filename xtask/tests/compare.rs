//! `xtask compare` as a maintainer runs it: models trained, quantised, compared and written up.

use std::path::Path;

use crate::common::{json, workplace, xtask};

const TINY: &str = "--hidden 16 --layers 1 --heads 2 --kv-heads 1 --context 16 --batch 2 --warmup 2";

/// Words in an order that a model can learn something about.
fn write_text(folder: &Path) {
    let words = ["to ", "be ", "or ", "not ", "that ", "is ", "the ", "question\n"];
    let text: String = (0..900usize).map(|i| words[i * i % 13 % words.len()]).collect();
    std::fs::write(folder.join("text.txt"), text).unwrap();
}

fn done(folder: &Path, line: &str) -> String {
    let run = xtask(folder, line);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{line}: {}", run.stdout);
    run.stdout
}

fn refused(folder: &Path, line: &str) -> String {
    let run = xtask(folder, line);
    assert_eq!(run.code, Some(2), "{line}: {run:?}");
    run.stderr
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
    let figures =
        |mut document: serde_json::Value| document.as_object_mut().unwrap().remove("provenance").map(|_| document);
    assert_eq!(figures(json(folder, "again.json")), figures(found));
    let document = || std::fs::read_to_string(folder.join("comparison.md")).unwrap();
    assert!(!document().contains("## Learning rates"));
    // The sweep that is kept.
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/data");
    std::fs::write(folder.join("s.json"), json(&docs, "comparison.json")["sweep"].to_string()).unwrap();
    done(folder, "compare --from c.json --sweep s.json --docs . --json again.json");
    assert_eq!(json(folder, "again.json")["sweep"]["cells"], json(folder, "s.json")["cells"]);
    let document = document();
    assert!(document.contains("## Learning rates") && document.contains("| 0.008 |"), "{document}");
    assert!(folder.join("comparison-rates.svg").exists());
    assert!(document.contains("| **BitNet b1.58** | 1.6 bits | 8 bits |"), "{document}");
    assert!(folder.join("comparison-energy.svg").exists() && folder.join("comparison-scaling.svg").exists());
}

#[test]
fn two_processes_do_not_share_a_folder() {
    let place = workplace();
    let folder = place.path();
    write_text(folder);
    let compare = format!("compare --data text.txt --out c --seeds 1 --sizes 8 --steps 4 --held-windows 6 {TINY}");
    let outer = trine_train::Lock::take(&folder.join("c")).unwrap();
    assert!(refused(folder, &compare).contains("another process"));
    drop(outer);
    // Inside the folder of a comparison, one model is trained by someone else.
    let inner = trine_train::Lock::take(&folder.join("c/d16-float-s1")).unwrap();
    assert!(refused(folder, &compare).contains("another process"));
    drop(inner);
}

#[test]
fn a_text_of_one_character_is_refused() {
    let place = workplace();
    let folder = place.path();
    std::fs::write(folder.join("a.txt"), "a".repeat(900)).unwrap();
    let message = refused(folder, "compare --data a.txt --out c --steps 4");
    assert!(message.contains("one character") && !folder.join("c").exists(), "{message}");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let place = workplace();
    let folder = place.path();
    write_text(folder);
    for (line, words) in [
        ("compare", "--data"),
        ("compare --data text.txt --out c --sizes 33", "hidden is 33"),
        ("compare --data text.txt --out c --held-windows 0", "from 1 on"),
        ("compare --data text.txt --out c --sweep text.txt", "text.txt: no result of kind train-sweep"),
        ("compare --from text.txt", "text.txt: no result of kind compare"),
    ] {
        let message = refused(folder, line);
        assert!(message.contains(words) && !message.contains("panicked"), "{line}: {message}");
    }
}
