//! docs/reference/json.md against real documents of every kind: each key of them is on the page with its type, and each key on
//! the page occurs in one of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::common::{json, trine, workplace};
use crate::serve::Served;
use serde_json::{Value, json};
use trine_driver::{Incident, Mismatch, Remedy};
use trine_report::document::Kind;
use trine_spec::{Config, Weights};
use trine_verify::Finding;
use trine_verify::mutation::{MutationReport, Tally};

const PAGE: &str = include_str!("../../docs/reference/json.md");

/// The tables of the page: by heading, each key with its type.
struct Schema<'a> {
    tables: BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>,
    /// Keys that occurred.
    seen: BTreeSet<(&'a str, &'a str)>,
    /// Differences found.
    faults: Vec<String>,
}

impl<'a> Schema<'a> {
    fn new(page: &'a str) -> Self {
        let mut tables: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
        let mut heading = "";
        for line in page.lines() {
            if let Some(name) = line.strip_prefix("### ") {
                heading = name;
            } else if let Some(row) = line.strip_prefix("| `") {
                let (key, rest) = row.split_once("` |").expect("a key in backquotes");
                let kind = rest.split('|').next().expect("a type").trim();
                assert!(tables.entry(heading).or_default().insert(key, kind).is_none(), "{heading}.{key} twice");
            }
        }
        Self { tables, seen: BTreeSet::new(), faults: vec![] }
    }

    /// Compares a document; returns its kind.
    fn document(&mut self, document: &Value) -> String {
        let kind = document["kind"].as_str().expect("a kind").to_owned();
        let head = ["format", "kind", "provenance"];
        let all = document.as_object().expect("an object");
        let part = |of_head: bool| -> Value {
            let own = all.iter().filter(|(key, _)| head.contains(&key.as_str()) == of_head);
            Value::Object(own.map(|(key, value)| (key.clone(), value.clone())).collect())
        };
        self.object("head", &part(true), &kind);
        self.object(&kind, &part(false), &kind);
        kind
    }

    /// Compares an object of which every key has to be there.
    fn object(&mut self, table: &str, value: &Value, place: &str) {
        self.some_keys(table, value, place);
        let rows = self.tables.get(table).into_iter().flatten();
        let lacks = rows.filter(|(key, kind)| !kind.ends_with(" or absent") && value.get(key).is_none());
        self.faults.extend(lacks.map(|(key, _)| format!("{place}: {table} has no {key}")));
    }

    /// Compares the keys that are there.
    fn some_keys(&mut self, table: &str, value: &Value, place: &str) {
        let Some((&table, rows)) = self.tables.get_key_value(table) else {
            return self.faults.push(format!("{place}: there is no table {table}"));
        };
        let Some(fields) = value.as_object() else {
            return self.faults.push(format!("{place}: {value} is no object"));
        };
        let rows = rows.clone();
        for (key, value) in fields {
            match rows.get_key_value(key.as_str()) {
                Some((&key, kind)) => {
                    self.seen.insert((table, key));
                    self.typed(kind, value, &format!("{place}.{key}"));
                }
                None => self.faults.push(format!("{place}.{key} is not in table {table}")),
            }
        }
    }

    fn typed(&mut self, kind: &str, value: &Value, place: &str) {
        let kind = kind.strip_suffix(" or absent").unwrap_or(kind);
        if let Some(kind) = kind.strip_suffix(" or null") {
            if !value.is_null() {
                self.typed(kind, value, place);
            }
            return;
        }
        if let (Some(kind), Some(items)) = (kind.strip_prefix("list of "), value.as_array()) {
            return items.iter().for_each(|item| self.typed(kind, item, &format!("{place}[]")));
        }
        if let (Some(kind), Some(entries)) = (kind.strip_prefix("map of "), value.as_object()) {
            return entries.values().for_each(|entry| self.typed(kind, entry, &format!("{place}.*")));
        }
        if let Some((name, _)) = kind.strip_prefix('[').and_then(|link| link.split_once("](#")) {
            return self.object(name, value, place);
        }
        let right = match kind {
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            _ => false,
        };
        if !right {
            self.faults.push(format!("{place}: {value} is no {kind}"));
        }
    }

    /// Everything that differs, with the keys that never occurred.
    fn differences(mut self) -> Vec<String> {
        for (table, rows) in &self.tables {
            let missing = rows.keys().filter(|key| !self.seen.contains(&(*table, **key)));
            self.faults.extend(missing.map(|key| format!("{table}.{key} occurs in no document")));
        }
        self.faults
    }
}

const TRAIN: &str =
    "--hidden 16 --layers 1 --heads 2 --kv-heads 1 --context 16 --batch 2 --warmup 1 --steps 2 --data text.txt";

/// Documents of small runs of every verb.
fn written(folder: &Path) -> Vec<Value> {
    let words = ["to ", "be ", "or ", "not ", "that ", "is ", "the ", "question\n"];
    let text: String = (0..900usize).map(|i| words[i * i % 13 % words.len()]).collect();
    std::fs::write(folder.join("text.txt"), text).unwrap();
    std::fs::write(folder.join("own.toml"), include_str!("../../examples/own-prices.toml")).unwrap();
    let plan = "seed = 5\nleast-macs = 0\nleast-combinations = 0\n\
                [random]\nconfigurations = 0\ncases = 0\nstalls = []\n[[layers]]\n\
                unit = { lanes = 1, columns = 1, max-depth = 64, max-tokens = 4 }\ntokens = [1]\nsizes = [[5, 7]]\nstalls = [0.0]\n";
    std::fs::write(folder.join("plan.toml"), plan).unwrap();
    let mut documents = vec![];
    let unit = "--lanes 20 --columns 4 --weight-bus 32 --weights memory --memory-base 0x40000000 --memory-bytes 8M";
    let _server = Served::new(folder, unit);
    for line in [
        "energy paper",
        "estimate --model MODEL --records own.toml --memory lpddr5-6400 --die my-7nm",
        "estimate --model MODEL --die osu018",
        "estimate --model MODEL --lanes 32 --columns 8 --max-tokens 4 --prompt-tokens 9 --check",
        "generate --preset unit -o rtl",
        "inspect MODEL",
        &format!("load --model MODEL --backend uart:port {unit}"),
        "logits --model MODEL --ids 1 --backend golden -o o.npy",
        "perplexity --model MODEL --text text.txt",
        "run --model MODEL --prompt A --tokens 2 --backend golden",
        "run --model MODEL --prompt A --tokens 2 --preset unit --report out",
        "run --model MODEL --prompt A --tokens 2 --lanes 5 --columns 1 --weights memory --memory ddr4-2400",
        "synth --target xc7 --lanes 2 --columns 1 --max-depth 32 --max-tokens 2",
        &format!("train --out t --every 1 {TRAIN}"),
        &format!("train --sweep 0.001 {TRAIN}"),
        "verify --rtl rtl --cases 1 --no-checks",
        "verify --plan plan.toml",
    ] {
        let run = trine(folder, &format!("{line} --json -"));
        assert_eq!(run.code, Some(0), "{line}: {}", run.stderr);
        let document: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{line}: {e}"));
        let heads =
            document.as_object().unwrap().keys().filter(|key| ["format", "kind", "provenance"].contains(&&***key));
        assert_eq!(heads.count(), 3, "{line}");
        assert!(run.stdout.starts_with("{\n  \"format\": 1,\n  \"kind\": \""), "{line}: the head is first");
        let words = document["provenance"]["command"].as_array().unwrap();
        assert_eq!(words[1], line.split(' ').next().unwrap(), "{line}");
        documents.push(document);
    }
    documents.extend([json(&folder.join("rtl"), "manifest.json"), json(&folder.join("out"), "run.json")]);
    documents
}

/// The results that are kept: those of maintainers, presets, and syntheses with placement and in cell libraries.
fn kept() -> Vec<Value> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/data");
    let files = |name: &str| std::fs::read_dir(data.join(name)).unwrap().map(|entry| entry.unwrap().path());
    let own =
        ["comparison", "coverage", "gate-energy", "memory", "mutation"].map(|name| data.join(format!("{name}.json")));
    let read = |path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    files("synth").chain(files("presets")).chain(own).map(read).collect()
}

fn mismatch() -> Mismatch {
    Mismatch { layer: "l".into(), token: 0, output: 0, beat: 0, column: 0, cycle: Some(1), expected: 1, actual: -1 }
}

/// Objects that only failures and empty campaigns write.
fn rare() -> Vec<(&'static str, Value)> {
    let finding = |mismatch| Finding {
        case: 0,
        seed: 1,
        m: 1,
        k: 1,
        n: 1,
        mismatch,
        wrong_sums: 1,
        columns: vec![0],
        lanes: None,
        error: None,
        waveform: None,
    };
    let memory = Config::sized(8, 8).weights(Weights::Memory).burst_beats(16).strides(true).weight_ports(2).group(4);
    let incident = Incident { layer: "l".into(), error: "e".into(), remedy: Remedy::Retry };
    vec![
        ("config", serde_json::to_value(memory.build().unwrap()).unwrap()),
        ("mismatch", serde_json::to_value(mismatch()).unwrap()),
        ("finding", serde_json::to_value(finding(Some(mismatch()))).unwrap()),
        ("finding", serde_json::to_value(finding(None)).unwrap()),
        ("incident", serde_json::to_value(incident).unwrap()),
        ("stop", json!({"reason": "end-token", "token": 1})),
        ("stop", json!({"reason": "failure", "error": "e"})),
        ("mutate", serde_json::to_value(MutationReport::new(0, 1, Tally::default(), 0, vec![])).unwrap()),
    ]
}

/// Keys that only some cell libraries have.
fn optional() -> [(&'static str, Value); 2] {
    ["synth", "gate-conditions"].map(|table| (table, json!({"dont_use": ["XOR2"]})))
}

#[test]
fn the_page_has_every_key_and_every_key_occurs() {
    let folder = workplace();
    let documents: Vec<Value> = written(folder.path()).into_iter().chain(kept()).collect();
    let compare = |page: &str| {
        let mut schema = Schema::new(page);
        let kinds: BTreeSet<String> = documents.iter().map(|document| schema.document(document)).collect();
        rare().iter().for_each(|(table, value)| schema.object(table, value, table));
        optional().iter().for_each(|(table, value)| schema.some_keys(table, value, table));
        let all: BTreeSet<String> = Kind::ALL.iter().map(|kind| kind.name().to_owned()).collect();
        assert_eq!(kinds, all, "a document of every kind");
        schema.differences()
    };
    let differences = compare(PAGE);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    for (from, to) in [
        ("| `bytes_per_token` | integer |", "| `bytes_a_token` | integer |"),
        ("| `tied` | boolean | | true if the head is the embedding |\n", ""),
        ("| `lanes` | integer | | positions", "| `lanes` | string | | positions"),
        ("| `error` | string or absent |", "| `error` | string |"),
    ] {
        let other = PAGE.replacen(from, to, 1);
        assert!(other != PAGE && !compare(&other).is_empty(), "{from} became {to}");
    }
}

/// Every key is in snake_case, but names of tools, cells and seeds.
#[test]
fn keys_are_in_snake_case() {
    let keys = Schema::new(PAGE).tables.into_values().flat_map(BTreeMap::into_keys);
    let other: Vec<&str> = keys
        .filter(|key| key.contains(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')))
        .collect();
    assert_eq!(other, Vec::<&str>::new());
}
