//! The verbs on a bundled model and small units, end to end.

use std::path::Path;
use std::process::Command;

use crate::common::{body, json, model, trine, workplace};
use trine_golden_model::npy;

/// Runs a line that must succeed, without a warning but of weight streams of small units, and returns what it printed.
fn done(folder: &Path, line: &str) -> String {
    let run = trine(folder, line);
    let other = run.stderr.lines().find(|line| !line.starts_with("warning: weight stream: "));
    assert_eq!((run.code, other), (Some(0), None), "{line}: {}", run.stdout);
    run.stdout
}

#[test]
fn generate_writes_what_tools_need() {
    let folder = workplace();
    let printed = done(folder.path(), "generate --lanes 7 --columns 3 -o rtl --json m.json");
    assert!(printed.contains("7 lanes x 3 columns"));
    let rtl = folder.path().join("rtl");
    let manifest = json(&rtl, "manifest.json");
    assert!(manifest.get("provenance").is_none(), "one configuration, one folder");
    assert_eq!(manifest, body(json(folder.path(), "m.json")));
    assert_eq!((&manifest["top"], &manifest["config"]["lanes"]), (&"trine".into(), &7.into()));
    let text = |name: &str| std::fs::read_to_string(rtl.join(name)).unwrap();
    let modules: Vec<&str> = manifest["modules"].as_array().unwrap().iter().map(|m| m.as_str().unwrap()).collect();
    assert_eq!(modules.last(), Some(&"trine"));
    let files: Vec<String> = modules.iter().map(|module| format!("{module}.v")).collect();
    assert_eq!(text("trine.f").lines().collect::<Vec<_>>(), files);
    for (module, file) in modules.iter().zip(&files) {
        assert!(text(file).contains(&format!("module {module} (")) && text("trine.core").contains(file));
    }
    let port = |name: &str| manifest["ports"].as_array().unwrap().iter().find(|p| p["name"] == name).cloned().unwrap();
    assert_eq!((&port("s_axis_act_tdata")["width"], &port("m_axis_res_tdata")["width"]), (&56.into(), &96.into()));
    assert_eq!(port("irq")["direction"], "output");
    assert_eq!(manifest["registers"][0]["name"], "ID");
}

#[cfg(feature = "rust-hdl")]
#[test]
fn the_second_emitter_prints_other_text() {
    let folder = workplace();
    let column = || std::fs::read_to_string(folder.path().join("rtl/trine_column.v")).unwrap();
    done(folder.path(), "generate --lanes 7 --columns 3 -o rtl");
    let before = column();
    done(folder.path(), "generate --lanes 7 --columns 3 -o rtl --emitter rust-hdl");
    assert!(column() != before && column().contains("module trine_column("));
}

/// A folder holds the last unit alone: files of the former one go, files of somebody else stay.
#[test]
fn a_unit_takes_the_place_of_another() {
    let place = workplace();
    let folder = place.path();
    let unit = "generate --lanes 8 --columns 2 --max-depth 64 -o";
    let names = |of: &str| {
        let all = std::fs::read_dir(folder.join(of)).unwrap().map(|entry| entry.unwrap().file_name());
        all.map(|name| name.into_string().unwrap()).collect::<std::collections::BTreeSet<_>>()
    };
    for style in ["portable", "ecp5", "xilinx7"] {
        done(folder, &format!("{unit} new-{style} --style {style}"));
    }
    let printed = done(folder, &format!("{unit} rtl --style ecp5"));
    assert!(!printed.contains("removed"), "{printed}");
    std::fs::write(folder.join("rtl/notes.txt"), "mine").unwrap();
    for style in ["portable", "xilinx7", "portable", "ecp5", "xilinx7"] {
        let printed = done(folder, &format!("{unit} rtl --style {style}"));
        let removed = printed.contains("removed, of the unit that was here before: ");
        assert!(removed || style != "portable", "{printed}");
        let mut expected = names(&format!("new-{style}"));
        expected.insert("notes.txt".into());
        assert_eq!(names("rtl"), expected, "{style}");
    }
    // A manifest that names what is not its own leads nowhere.
    std::fs::write(folder.join("outside"), "mine").unwrap();
    let edited = r#"{"files": ["../outside", "cells/../../outside", "/etc/passwd", "cells", "..", "", "trine.f"]}"#;
    std::fs::write(folder.join("rtl/manifest.json"), edited).unwrap();
    let printed = done(folder, &format!("{unit} rtl"));
    assert!(!printed.contains("removed") && folder.join("outside").exists(), "{printed}");
}

#[test]
fn packed_columns_are_generated_with_a_warning() {
    let place = workplace();
    let run = trine(place.path(), "generate --lanes 5 --columns 2 --style packed -o rtl");
    assert_eq!(
        (run.code, &*run.stderr),
        (Some(0), "warning: --style packed is for simulation only: nothing can be synthesised of it\n")
    );
}

/// The command that `generate` prints works, and finds outputs that nothing drives; a unit with windows has no testbench.
#[test]
fn generate_says_how_to_run_the_testbench() {
    let place = workplace();
    let folder = place.path();
    for style in ["portable", "ecp5", "xilinx7", "packed"] {
        let unit = format!("generate --lanes 4 --columns 2 --max-depth 24 --max-tokens 2 --style {style} -o {style}");
        let printed = trine(folder, &unit).stdout;
        let start = "testbench: trine_tb.v; in that folder: ";
        let line = printed.lines().find_map(|line| line.strip_prefix(start)).unwrap();
        assert_eq!(line.contains("-f trine_cells.f"), style == "ecp5" || style == "xilinx7", "{line}");
        let plain = line.replacen("-f trine_cells.f ", "", 1);
        let head = std::fs::read_to_string(folder.join(style).join("trine_tb.v")).unwrap();
        assert!(
            head.contains(&plain) && include_str!("../../docs/explanation/verification.md").contains(&plain),
            "{plain}"
        );
        let run = |line: &str| Command::new("sh").args(["-c", line]).current_dir(folder.join(style)).output().unwrap();
        let right = run(line);
        let said = String::from_utf8_lossy(&right.stdout);
        assert!(right.status.success() && said.contains(" jobs right, "), "{line}: {said}; install iverilog");
        let top = folder.join(style).join("trine.v");
        let text = std::fs::read_to_string(&top).unwrap();
        for output in ["m_axis_res_tdata", "m_axis_res_tlast", "s_axil_rdata", "s_axil_bresp"] {
            let (before, after) = text.split_once(&format!("  assign {output} = ")).unwrap();
            std::fs::write(&top, format!("{before}{}", after.split_once(";\n").unwrap().1)).unwrap();
            let wrong = run(&line.replace("&& vvp", "&& timeout 60 vvp"));
            assert!(!wrong.status.success(), "{style} without {output}");
        }
    }
    let printed = done(folder, "generate --lanes 4 --columns 2 --windows -o portable");
    assert!(printed.contains("testbench: none for a unit with windows; `trine verify --rtl portable`"), "{printed}");
    assert!(!folder.join("portable/trine_tb.v").exists() && !folder.join("portable/trine_tb_act.hex").exists());
}

#[test]
fn inspect_counts_weights() {
    let folder = workplace();
    done(folder.path(), "inspect MODEL --json i.json");
    let report = json(folder.path(), "i.json");
    assert_eq!(
        (&report["architecture"], &report["linear_convention"]),
        (&"BitNetForCausalLM".into(), &"bitlinear".into())
    );
    let layers = report["layers"].as_array().unwrap();
    assert_eq!(layers.len(), 28);
    let sum = |f: &dyn Fn(&serde_json::Value) -> u64| layers.iter().map(f).sum::<u64>();
    let number = |v: &serde_json::Value| v.as_u64().unwrap();
    assert_eq!(report["totals"]["weights"], sum(&|l| number(&l["rows"]) * number(&l["cols"])));
    assert_eq!(report["totals"]["zeros"], sum(&|l| number(&l["zeros"])));
    assert_eq!(
        (&layers[4]["name"], &layers[4]["rows"], &layers[4]["cols"]),
        (&"layers.0.mlp.gate_proj".into(), &352.into(), &128.into())
    );
}

/// A checkpoint with keys that are not known: told on the page and in the machine form, and by other verbs as a warning.
#[test]
fn inspect_shows_notices() {
    let folder = workplace();
    let quiet = done(folder.path(), "inspect MODEL --json i.json");
    assert!(!quiet.contains("notice:") && quiet.contains("head tied to the embedding"), "{quiet}");
    let report = json(folder.path(), "i.json");
    assert_eq!((&report["notices"], &report["tied"]), (&serde_json::json!([]), &true.into()));
    let copy = folder.path().join("copy");
    std::fs::create_dir(&copy).unwrap();
    for file in std::fs::read_dir(model()).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), copy.join(file.file_name())).unwrap();
    }
    let config = std::fs::read_to_string(copy.join("config.json")).unwrap();
    std::fs::write(copy.join("config.json"), config.replacen('{', "{\"my_key\": 3,", 1)).unwrap();
    let told = done(folder.path(), "inspect copy --json i.json");
    assert!(told.contains("notice: ") && told.contains("key `my_key` is not known here"), "{told}");
    let notices = json(folder.path(), "i.json")["notices"].clone();
    assert!(notices[0].as_str().unwrap().contains("my_key") && notices[1].is_null(), "{notices}");
}

/// The strict ids are chosen so that no rounding is near an edge; see the model's folder for the stored logits.
#[test]
fn logits_agree_with_the_reference_on_both_backends() {
    let folder = workplace();
    let ids = model().join("strict_input_ids.npy");
    let (shape, expected) = npy::read_f32(&model().join("strict_logits_f32.npy")).unwrap();
    let golden = format!("logits --model MODEL --ids-file {} --output g.npy --backend golden", ids.display());
    done(folder.path(), &golden);
    let (golden_shape, golden) = npy::read_f32(&folder.path().join("g.npy")).unwrap();
    assert_eq!(golden_shape, shape);
    let worst = golden.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= 3e-4, "{worst}");

    let line = format!("--ids-file {} --output r.npy --preset small --offload linear --json l.json", ids.display());
    let printed = done(folder.path(), &format!("logits --model MODEL {line}"));
    assert!(printed.contains("mismatches 0 of "));
    assert!(npy::read_f32(&folder.path().join("r.npy")).unwrap().1 == golden, "the same to the last bit");
    let report = json(folder.path(), "l.json");
    assert_eq!((&report["backend"], &report["mismatches"]), (&"rtl".into(), &0.into()));
    assert_eq!(report["shape"].as_array().unwrap().len(), 3);
    assert!(report["macs"].as_u64().unwrap() > 0);
}

#[test]
fn ids_on_the_command_line_are_one_sequence() {
    let folder = workplace();
    // The last of these spellings is that of earlier versions.
    for option in ["-o", "--output", "--out"] {
        let file = format!("{option}.npy");
        done(folder.path(), &format!("logits --model MODEL --ids 1,2,3 {option} ./{file} --backend golden"));
        assert_eq!(npy::read_f32(&folder.path().join(file)).unwrap().0, [1, 3, 84]);
    }
}

#[test]
fn a_model_speaks_the_same_on_both_backends() {
    let folder = workplace();
    let line = "run --model MODEL --prompt KING --tokens 12 --seed 3 --json";
    done(folder.path(), &format!("{line} g.json --backend golden"));
    let printed = done(folder.path(), &format!("{line} r.json --preset small --offload linear --report out"));
    assert!(
        printed
            .contains("packed style (simulated RTL, cycle for cycle as portable, proven equal to it up to five lanes)"),
        "{printed}"
    );
    std::fs::write(folder.path().join("unit.toml"), "style = \"portable\"\n").unwrap();
    let asked = done(folder.path(), &format!("{line} p.json --preset small --offload linear --config unit.toml"));
    assert!(asked.contains("portable style (simulated RTL)"), "{asked}");
    let (golden, rtl) = (json(folder.path(), "g.json"), json(folder.path(), "r.json"));
    let portable = json(folder.path(), "p.json");
    assert_eq!(
        ["cycles", "macs", "energy_j"].map(|key| &portable[key]),
        ["cycles", "macs", "energy_j"].map(|key| &rtl[key])
    );
    assert_eq!((&golden["text"], &golden["tokens"]), (&rtl["text"], &rtl["tokens"]));
    assert_eq!(rtl["tokens"].as_array().unwrap().len(), 12);
    assert!(golden.get("macs").is_none(), "nothing was offloaded");

    // Prompt and generated tokens but the last pass through every ternary weight.
    let macs = 737_280 * (4 + 12 - 1);
    assert_eq!((&rtl["macs"], &rtl["mismatches"], &rtl["fallbacks"]), (&macs.into(), &0.into(), &0.into()));
    assert!(printed.contains("mismatches 0 of 11 059 200 MACs") && printed.contains(rtl["text"].as_str().unwrap()));
    let layers = rtl["layers"].as_array().unwrap();
    assert_eq!(layers.len(), 2 * 28);
    let sum = |field: &str| layers.iter().map(|l| l[field].as_u64().unwrap()).sum::<u64>();
    assert_eq!(rtl["cycles"], sum("cycles"));
    assert_eq!(sum("cycles"), sum("model_cycles"), "a host without pauses meets the cycle model exactly");
    assert!(sum("bound_cycles") < sum("cycles"));
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b;
    assert!(close(rtl["simulated_seconds"].as_f64().unwrap(), sum("cycles") as f64 / 200e6));
    let parts = ["compute", "onchip", "dram", "static"];
    let part = |l: &serde_json::Value, p: &str| l["energy_parts_j"][p]["value"].as_f64().unwrap();
    let energy: f64 = layers.iter().flat_map(|l| parts.map(|p| part(l, p))).sum();
    assert!(close(rtl["energy_j"]["value"].as_f64().unwrap(), energy) && energy > 0.0);
    assert_eq!(rtl["energy_j"]["tag"], "derived");

    let out = folder.path().join("out");
    assert_eq!(json(&out, "run.json"), rtl);
    let csv = std::fs::read_to_string(out.join("layers.csv")).unwrap();
    assert_eq!(csv.lines().count(), 1 + layers.len());
    let fields: Vec<usize> = csv.lines().map(|line| line.split(',').count()).collect();
    assert!(fields.iter().all(|&n| n == fields[0]));
}

#[test]
fn what_is_not_offloaded_is_host_work() {
    let folder = workplace();
    done(folder.path(), "run --model MODEL --prompt KING --tokens 2 --preset small --json r.json --trace w.fst");
    let report = json(folder.path(), "r.json");
    // FFN: three projections of 128 x 352 in four layers, five tokens; the rest stays.
    let ffn = 3 * 128 * 352 * 4 * 5u64;
    assert_eq!(report["macs"], ffn);
    assert_eq!(report["host_work"][0]["name"], "q_proj, k_proj, v_proj, o_proj");
    assert_eq!(report["host_work"][0]["macs"], 737_280 * 5 - ffn);
    assert!(std::fs::metadata(folder.path().join("w.fst")).unwrap().len() > 1000, "a waveform");
}

/// The pass of the prompt and the passes of generated tokens, also where both are of one token.
#[test]
fn prompt_and_generated_tokens_are_told_apart() {
    let folder = workplace();
    let line = |prompt: &str, tokens: u32| {
        let flags = "--seed 3 --preset small --offload linear --json r.json";
        let printed = done(folder.path(), &format!("run --model MODEL --prompt {prompt} --tokens {tokens} {flags}"));
        (printed, json(folder.path(), "r.json"))
    };
    let (printed, run) = line("KING", 5);
    let number = |v: &serde_json::Value| v.as_f64().unwrap_or_else(|| panic!("{v} is no number"));
    let (prefill, decode) = (&run["phases"]["prefill"], &run["phases"]["decode"]);
    assert_eq!((&run["prompt_tokens"], &run["stop"]), (&4.into(), &serde_json::json!({"reason": "limit"})));
    assert_eq!(
        (&prefill["passes"], &prefill["tokens"], &prefill["cycles_per_token"]),
        (&1.into(), &4.into(), &(number(&prefill["cycles"]) / 4.0).into())
    );
    assert_eq!(
        (&decode["passes"], &decode["tokens"], &decode["cycles_per_token"]),
        (&4.into(), &4.into(), &(number(&decode["cycles"]) / 4.0).into())
    );
    for (phase, m) in [(prefill, 4), (decode, 1)] {
        let layers = run["layers"].as_array().unwrap().iter().filter(|l| l["m"] == m);
        let sum = |field: &str| layers.clone().map(|l| number(&l[field])).sum::<f64>();
        for field in ["cycles", "bytes", "macs"] {
            assert_eq!(number(&phase[field]), sum(field), "{field} at m = {m}");
        }
        assert_eq!(phase["head_macs"], phase["passes"].as_u64().unwrap() * 128 * 84, "the head, once a pass");
    }
    let both = number(&prefill["energy_j"]["value"]) + number(&decode["energy_j"]["value"]);
    assert!((both / number(&run["energy_j"]["value"]) - 1.0).abs() < 1e-9);
    for part in [
        "4 tokens of the prompt in one pass, ",
        "4 passes of one token, ",
        "tokens: 4 of the prompt, 5 generated, ended by the limit",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    assert!(printed.contains("prefill beside other hardware:") && printed.contains("decode beside other hardware:"));

    // One token each: three equal passes, of which one is the prompt's.
    let (_, run) = line("K", 3);
    let (prefill, decode) = (&run["phases"]["prefill"], &run["phases"]["decode"]);
    assert_eq!(2.0 * number(&prefill["cycles"]), number(&decode["cycles"]));
    assert_eq!(number(&prefill["cycles"]) + number(&decode["cycles"]), number(&run["cycles"]));
    assert_eq!(prefill["cycles_per_token"], decode["cycles_per_token"]);

    // The first token needs no pass of its own.
    let (printed, run) = line("KING", 1);
    let decode = &run["phases"]["decode"];
    assert_eq!(
        (&decode["passes"], &decode["cycles"], &decode["cycles_per_token"], &decode["energy_per_token_j"]),
        (&0.into(), &0.into(), &serde_json::Value::Null, &serde_json::Value::Null)
    );
    assert!(
        printed.contains("no pass: the pass of the prompt gives the first token") && !printed.contains("NaN"),
        "{printed}"
    );
}

#[test]
fn the_token_that_ends_a_text_is_named() {
    let folder = workplace();
    let line = "--prompt KING --tokens 6 --seed 3 --backend golden --json r.json";
    done(folder.path(), &format!("run --model MODEL {line}"));
    let run = json(folder.path(), "r.json");
    let tokens: Vec<u64> = run["tokens"].as_array().unwrap().iter().map(|t| t.as_u64().unwrap()).collect();
    assert_eq!(run["phases"]["decode"]["passes"], 5, "also without a unit");
    // The third token, or the first like it, ends the text of a copy.
    let end = tokens[2];
    let first = tokens.iter().position(|t| *t == end).unwrap() + 1;
    let copy = folder.path().join("copy");
    std::fs::create_dir(&copy).unwrap();
    for name in ["config.json", "chars.json", "model.safetensors"] {
        std::fs::copy(model().join(name), copy.join(name)).unwrap();
    }
    let mut config = json(&copy, "config.json");
    config["eos_token_id"] = end.into();
    std::fs::write(copy.join("config.json"), config.to_string()).unwrap();
    for (limit, ended) in [(6, true), (first, true), (first - 1, false)] {
        if limit == 0 {
            continue;
        }
        let printed = done(
            folder.path(),
            &format!("run --model copy {}", line.replace("--tokens 6", &format!("--tokens {limit}"))),
        );
        let run = json(folder.path(), "r.json");
        let (stop, words) = match ended {
            true => (serde_json::json!({"reason": "end-token", "token": end}), format!("ended by end token {end}")),
            false => (serde_json::json!({"reason": "limit"}), "ended by the limit of --tokens".to_owned()),
        };
        assert_eq!(run["stop"], stop, "{limit}");
        assert!(printed.contains(&words), "{printed}");
    }
}

#[test]
fn verify_passes_and_replays_case_by_case() {
    let folder = workplace();
    done(folder.path(), "verify --preset odd --cases 6 --seed 4 --stalls 0.3 --json a.json");
    let all = json(folder.path(), "a.json");
    assert_eq!((&all["cases"], &all["mismatches"], &all["seed"]), (&6.into(), &0.into(), &4.into()));
    assert!(all["first_mismatch"].is_null() && all["cycles_model_exact"].is_null());
    let (mut macs, mut cycles) = (0, 0);
    for seed in 4..10 {
        done(folder.path(), &format!("verify --preset odd --cases 1 --seed {seed} --stalls 0.3 --json b.json"));
        let one = json(folder.path(), "b.json");
        macs += one["macs"].as_u64().unwrap();
        cycles += one["cycles"].as_u64().unwrap();
    }
    assert_eq!((all["macs"].as_u64(), all["cycles"].as_u64()), (Some(macs), Some(cycles)));
}

#[test]
fn without_pauses_every_preset_meets_the_cycle_model() {
    let folder = workplace();
    for preset in ["unit", "odd", "small"] {
        done(folder.path(), &format!("verify --preset {preset} --cases 30 --stalls 0 --model MODEL --json v.json"));
        let report = json(folder.path(), "v.json");
        assert_eq!((&report["cycles_model_exact"], &report["cases"]), (&true.into(), &58.into()), "{preset}");
    }
}

#[test]
fn a_plan_is_verified_as_a_whole_and_has_to_come_to_something() {
    let folder = workplace();
    let plan = |least: u64| {
        let text = format!(
            "seed = 5\nleast-macs = {least}\nleast-combinations = 10\n\
             [random]\nconfigurations = 1\ncases = 3\nstalls = [0.0, 0.4]\n\
             [[layers]]\nunit = {{ lanes = 1, columns = 1, max-depth = 64, max-tokens = 4 }}\n\
             tokens = [1, 3]\nsizes = [[5, 7], [70, 2]]\nstalls = [0.0]\n"
        );
        std::fs::write(folder.path().join("plan.toml"), text).unwrap();
        trine(folder.path(), "verify --plan plan.toml --json p.json")
    };
    let run = plan(1000);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{}", run.stdout);
    let total = json(folder.path(), "p.json");
    let number = |name: &str| total[name].as_u64().unwrap();
    assert_eq!((number("combinations"), number("configurations"), number("mismatches")), (10, 2, 0));
    let sum: u64 = total["outcomes"].as_array().unwrap().iter().map(|outcome| outcome["macs"].as_u64().unwrap()).sum();
    assert!(number("macs") == sum && sum > 4 * (5 * 7 + 70 * 2), "{sum}");

    let run = plan(1_000_000_000);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains(" MACs, and the plan wants 1 000 000 000"), "{}", run.stdout);
    let run = trine(folder.path(), "verify --plan plan.toml --lanes 3");
    assert!(run.code == Some(2) && run.stderr.contains("cannot be used with"), "{run:?}");
}

#[test]
fn one_size_is_verified_alone() {
    let folder = workplace();
    let printed = done(folder.path(), "verify --preset odd --shape 4,30,8 --stalls 0 --json s.json");
    assert!(printed.contains("m = 4, k = 30, n = 8"), "{printed}");
    let one = json(folder.path(), "s.json");
    assert_eq!((&one["cases"], &one["macs"], &one["cycles_model_exact"]), (&1.into(), &960.into(), &true.into()));
}

#[test]
fn options_of_a_unit_that_the_golden_model_ignores_are_named() {
    let folder = workplace();
    let line = "run --model MODEL --prompt A --tokens 1 --backend golden";
    let run = trine(folder.path(), &format!("{line} --style packed --lanes 16"));
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("the golden model has no unit: --lanes, --style changes nothing"), "{run:?}");
    std::fs::write(folder.path().join("unit.toml"), "lanes = 16\n").unwrap();
    let run = trine(folder.path(), &format!("{line} --config unit.toml"));
    assert_eq!((run.code, run.stderr.contains("has no unit")), (Some(0), false), "{run:?}");
}
