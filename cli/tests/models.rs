//! Every checkpoint that comes with the repository, as a user meets it: shown, run, and measured on text.

#[path = "../../golden-model/tests/conformance/cases.rs"]
mod cases;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::common::{json, trine, workplace};
use cases::{CASES, Case};
use trine_golden_model::npy;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// A file beside the model of a case.
fn beside(case: &Case, name: &str) -> PathBuf {
    let model = root().join(case.model);
    let folder = if model.is_dir() { model } else { model.parent().unwrap().to_owned() };
    folder.join(name)
}

fn done(folder: &Path, line: &str) {
    let run = trine(folder, line);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{line}: {}", run.stdout);
}

fn logits(folder: &Path, model: &Path, ids: &str) -> (Vec<u64>, Vec<f32>) {
    done(folder, &format!("logits --model {} {ids} --output o.npy --backend golden", model.display()));
    npy::read_f32(&folder.join("o.npy")).unwrap()
}

fn listed(ids: &[u32]) -> String {
    format!("--ids {}", ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
}

fn furthest(actual: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(actual.len(), expected.len());
    actual.iter().zip(expected).map(|(a, e)| (a - e).abs()).fold(0.0, f32::max)
}

#[test]
fn inspect_shows_every_checkpoint() {
    let table = [
        ("models/shakespeare", "BitNetForCausalLM", "bitlinear", 5, 2_027_520),
        ("models/shakespeare-small", "BitNetForCausalLM", "bitlinear", 4, 737_280),
        ("bitlinear_packed-float32", "BitNetForCausalLM", "bitlinear", 2, 201_216),
        ("autobit_offline-bfloat16", "BitNetForCausalLM", "autobitlinear-offline", 2, 201_216),
        ("online-float32", "BitNetForCausalLM", "autobitlinear-online", 2, 201_216),
        ("gguf_tq1_0-trained256/model.gguf", "bitnet", "gguf", 2, 1_114_112),
        ("gguf_tq2_0-trained256/model.gguf", "bitnet", "gguf", 2, 1_114_112),
        ("gguf_tq2_0-silu-default/model.gguf", "bitnet", "gguf", 1, 458_752),
        ("gguf_llama-default-types/model.gguf", "llama", "gguf", 2, 1_179_648),
        ("gguf_falcon_e-default-types/model.gguf", "llama", "gguf", 2, 1_179_648),
    ];
    let known: BTreeSet<&str> = CASES.iter().map(|case| case.model).collect();
    assert_eq!(known.len(), table.len());
    for folder in std::fs::read_dir(root().join("golden-model/tests/fixtures")).unwrap() {
        let folder = folder.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap();
        let checkpoint = folder.join("model.safetensors").exists() || folder.join("model.gguf").exists();
        assert_eq!(known.iter().any(|model| model.contains(name)), checkpoint, "{name}");
    }
    let folder = workplace();
    let mut found = std::collections::BTreeMap::new();
    for (model, architecture, convention, layers, weights) in table {
        let path = known.iter().find(|path| path.ends_with(model)).unwrap_or_else(|| panic!("{model} has no case"));
        done(folder.path(), &format!("inspect {} --json i.json", root().join(path).display()));
        let report = json(folder.path(), "i.json");
        let shown = (&report["architecture"], &report["linear_convention"], &report["totals"]["weights"]);
        assert_eq!(shown, (&architecture.into(), &convention.into(), &weights.into()), "{model}");
        assert_eq!(report["layers"].as_array().unwrap().len(), 7 * layers, "{model}");
        found.insert(model, report["layers"][0].clone());
    }
    for (model, encoding) in [
        ("bitlinear_packed-float32", "U8"),
        ("online-float32", "F32"),
        ("gguf_tq1_0-trained256/model.gguf", "TQ1_0"),
        ("gguf_tq2_0-trained256/model.gguf", "TQ2_0"),
    ] {
        assert_eq!(found[model]["encoding"], encoding, "{model}");
    }
    // One meaning, whether the checkpoint holds a multiplier or, as `bitlinear`, its inverse: two files of the same weights.
    let scale = |model: &str| found[model]["scale"].as_f64().unwrap();
    let [inverse, multiplier] = [scale("bitlinear_packed-float32"), scale("autobit_offline-bfloat16")];
    assert!((inverse / multiplier - 1.0).abs() < 0.01, "{inverse} and {multiplier}");
}

/// Norm of all differences over the norm of all logits.
fn relative_l2(found: &[f32], expected: &[f32]) -> f64 {
    let norm = |values: &mut dyn Iterator<Item = f32>| values.map(|v| f64::from(v).powi(2)).sum::<f64>().sqrt();
    norm(&mut found.iter().zip(expected).map(|(a, b)| a - b)) / norm(&mut expected.iter().copied())
}

/// Share of rows of `vocab` logits whose largest is the same.
fn same_argmax(found: &[f32], expected: &[f32], vocab: usize) -> f64 {
    let largest = |row: &[f32]| (0..vocab).max_by(|&a, &b| row[a].total_cmp(&row[b]));
    let rows = found.chunks(vocab).zip(expected.chunks(vocab));
    rows.clone().filter(|(a, b)| largest(a) == largest(b)).count() as f64 / rows.len() as f64
}

/// From a file of ids all sequences, from the command line the first of them: the same, and the stored logits.
#[test]
fn logits_of_every_checkpoint() {
    let folder = workplace();
    for case in &CASES {
        let (model, ids) = (root().join(case.model), beside(case, case.ids));
        let (mut shape, expected) = npy::read_f32(&beside(case, case.logits)).unwrap();
        // llama.cpp's are of one sequence, and have no axis for it.
        if shape.len() == 2 {
            shape.insert(0, 1);
        }
        let (batch_shape, batch) = logits(folder.path(), &model, &format!("--ids-file {}", ids.display()));
        assert_eq!(batch_shape, shape, "{case:?}");
        let furthest = furthest(&batch, &expected);
        assert!(furthest <= case.max_abs, "{case:?}: {furthest}");
        let relative = relative_l2(&batch, &expected);
        assert!(relative <= case.relative_l2, "{case:?}: {relative}");
        let same = same_argmax(&batch, &expected, shape[2] as usize);
        assert!(same >= case.same_argmax, "{case:?}: {same}");

        let first = &npy::read_ids(&ids).unwrap()[0];
        let (first_shape, alone) = logits(folder.path(), &model, &listed(first));
        assert_eq!(first_shape, [1, shape[1], shape[2]]);
        assert!(alone == batch[..alone.len()], "{case:?}: the same to the last bit");
    }
}

/// Against the same sum taken from `trine logits`, a window at a time: 300 characters in windows of 127 predictions.
#[test]
fn perplexity_is_that_of_the_logits() {
    let folder = workplace();
    let model = crate::common::model();
    let text: String = std::fs::read_to_string(model.join("sample.txt")).unwrap().chars().take(300).collect();
    std::fs::write(folder.path().join("t.txt"), &text).unwrap();
    let characters: Vec<char> = serde_json::from_slice(&std::fs::read(model.join("chars.json")).unwrap()).unwrap();
    let ids: Vec<u32> = text.chars().map(|c| characters.iter().position(|&known| known == c).unwrap() as u32).collect();

    let (mut bits, mut predicted) = (0.0, 0);
    for window in [&ids[0..128], &ids[127..255], &ids[254..300]] {
        let (inputs, targets) = (&window[..window.len() - 1], &window[1..]);
        let (_, values) = logits(folder.path(), &model, &listed(inputs));
        for (row, &next) in values.chunks(84).zip(targets) {
            let sum: f64 = row.iter().map(|&l| f64::from(l).exp()).sum();
            bits -= (f64::from(row[next as usize]).exp() / sum).log2();
            predicted += 1;
        }
    }
    done(folder.path(), "perplexity --model MODEL --text t.txt --json p.json");
    let report = json(folder.path(), "p.json");
    assert_eq!((&report["tokens"], predicted), (&299.into(), 299));
    for field in ["bits_per_token", "bits_per_char"] {
        let found = report[field].as_f64().unwrap();
        assert!((found - bits / 299.0).abs() < 1e-6, "{field}: {found} is not {}", bits / 299.0);
    }
    assert_eq!(report["window"], 128);
}

/// One token a byte: the first, half of a character, is not predicted, and that character is not counted.
#[test]
fn a_character_may_be_several_tokens() {
    let folder = workplace();
    std::fs::write(folder.path().join("t.txt"), "\u{e9}\u{e8}").unwrap();
    done(folder.path(), "perplexity --model synthetic:bitnet-large:1 --text t.txt --json p.json");
    let report = json(folder.path(), "p.json");
    assert_eq!((&report["tokens"], &report["characters"]), (&3.into(), &1.into()));
    let ratio = report["bits_per_char"].as_f64().unwrap() / report["bits_per_token"].as_f64().unwrap();
    assert!((ratio - 3.0).abs() < 1e-9, "{ratio}");
}
