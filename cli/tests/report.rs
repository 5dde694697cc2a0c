//! The files of `trine run --report`: one run, and every figure that two of them state.

use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;

use crate::common::{json, model, trine, workplace};
use serde_json::Value;
use trine_golden_model::{BoxError, Golden, LinearId, Matmul, Model, Sampler, TernaryMatrix, Tokenizer, generate};

const RUN: &str =
    "run --model MODEL --prompt KING --tokens 6 --seed 5 --temperature 0 --preset small --offload linear --report out";

/// The folder of one run, made once.
fn out() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = workplace();
        let run = trine(folder.path(), RUN);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{}", run.stdout);
        assert!(run.stdout.contains("report: out/report.html") && run.stdout.contains('█'), "{}", run.stdout);
        folder
    });
    Box::leak(folder.path().join("out").into_boxed_path())
}

fn number(v: &Value) -> f64 {
    v.as_f64().unwrap_or_else(|| panic!("{v} is no number"))
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs()
}

#[test]
fn energies_reconcile() {
    let run = json(out(), "run.json");
    let total = number(&run["energy_j"]["value"]);
    let value = |e: &Value, part: &str| number(&e[part]["value"]);
    let parts = ["compute", "onchip", "dram", "static"];
    assert!(close(parts.iter().map(|part| value(&run["energy_parts_j"], part)).sum(), total));
    let layers = run["layers"].as_array().unwrap();
    for part in parts {
        let sum = layers.iter().map(|l| value(&l["energy_parts_j"], part)).sum();
        assert!(close(sum, value(&run["energy_parts_j"], part)), "{part}");
        let of = |line: &&Value| line["part"] == part;
        let billed =
            run["bill"].as_array().unwrap().iter().filter(of).map(|line| number(&line["energy_j"]["value"])).sum();
        assert!(close(billed, value(&run["energy_parts_j"], part)), "{part} on the bill");
    }
    for line in run["bill"].as_array().unwrap() {
        assert!(close(
            number(&line["energy_per_action_j"]["value"]) * number(&line["count"]),
            number(&line["energy_j"]["value"])
        ));
        assert!(line["source"].as_str().unwrap().contains(": "), "{line}");
    }
    for (i, arithmetic) in ["int8", "fp16"].into_iter().enumerate() {
        let whole = &run["baselines"][i];
        assert_eq!(whole["arithmetic"], arithmetic);
        let sum: f64 = layers
            .iter()
            .map(|l| parts.map(|p| value(&l["baselines"][i]["energy_parts_j"], p)).iter().sum::<f64>())
            .sum();
        assert!(close(sum, number(&whole["energy_j"]["value"])));
    }
}

/// Counts events where the golden model multiplies, by walking over the matrices, and knows nothing of schedules.
#[derive(Default)]
struct Counting {
    lanes: usize,
    columns: usize,
    bytes_a_beat: usize,
    /// Active cycles, multiply-accumulates and bytes by layer and tokens.
    events: HashMap<(String, usize), [u64; 3]>,
    /// Zero and all weights, zero and all activations.
    zeros: HashMap<(String, usize), [u64; 4]>,
}

impl Matmul for Counting {
    fn matmul(&mut self, id: LinearId, w: &TernaryMatrix, x: &[i8], m: usize, y: &mut [i32]) -> Result<(), BoxError> {
        let [active, macs, bytes] = self.events.entry((id.to_string(), m)).or_default();
        let (n, k) = (w.rows(), w.cols());
        let zeros = self.zeros.entry((id.to_string(), m)).or_default();
        let zero_weights = (0..n).map(|row| (0..k).filter(|&col| w.get(row, col) == 0).count()).sum::<usize>();
        (zeros[0], zeros[1]) = (zero_weights as u64, (n * k) as u64);
        zeros[2] += x.iter().filter(|x| **x == 0).count() as u64;
        zeros[3] += x.len() as u64;
        // The unit takes eight tokens at most; the weights come again for every such piece.
        for piece in (0..m).step_by(8) {
            let tokens = (m - piece).min(8);
            for first_output in (0..n).step_by(self.columns) {
                for first_input in (0..k).step_by(self.lanes) {
                    // Five weights in a byte, whole beats.
                    let weights = (self.lanes * self.columns).div_ceil(5);
                    *bytes += weights.next_multiple_of(self.bytes_a_beat) as u64;
                    for _ in 0..tokens {
                        *active += 1;
                        let real = |first: usize, size: usize, all: usize| {
                            (first..first + size).filter(|at| *at < all).count()
                        };
                        let inputs = real(first_input, self.lanes, k);
                        *macs += (inputs * real(first_output, self.columns, n)) as u64;
                        // Activations arrive once, while the first outputs are computed.
                        if first_output == 0 {
                            *bytes += self.lanes as u64;
                        }
                        // Sums leave when the last inputs are in.
                        if first_input + self.lanes >= k {
                            *bytes += 4 * self.columns as u64;
                        }
                    }
                }
            }
        }
        Golden.matmul(id, w, x, m, y)
    }
}

#[test]
fn counters_equal_a_count_made_by_the_golden_model() {
    let run = json(out(), "run.json");
    let (model, tokenizer) = (Model::load(&model().into()).unwrap(), Tokenizer::load(&model().into()).unwrap());
    let bus = run["config"]["weight_bus"].as_u64().unwrap() as usize;
    let mut counting = Counting { lanes: 32, columns: 5, bytes_a_beat: bus / 8, ..Counting::default() };
    let prompt = tokenizer.encode("KING").unwrap();
    let mut sampler = Sampler::temperature(0.0, 5);
    let tokens: Vec<u32> =
        generate(&model, &mut counting, &mut sampler, &prompt).unwrap().take(6).map(Result::unwrap).collect();
    assert_eq!(run["tokens"], serde_json::to_value(tokens).unwrap());
    let layers = run["layers"].as_array().unwrap();
    assert_eq!(layers.len(), counting.events.len());
    for l in layers {
        let key = (l["name"].as_str().unwrap().to_owned(), l["m"].as_u64().unwrap() as usize);
        let [active, macs, bytes] = counting.events[&key];
        assert_eq!(
            (&l["active_cycles"], &l["macs"], &l["bytes"]),
            (&active.into(), &macs.into(), &bytes.into()),
            "{key:?}"
        );
        let streams = ["activations", "weights", "results"].map(|s| l["traffic_bytes"][s].as_u64().unwrap());
        assert_eq!(streams.iter().sum::<u64>(), bytes);
        assert_eq!(l["cycles"], l["model_cycles"], "nothing stalled from outside");
        let zeros = counting.zeros[&key];
        let shares = [zeros[0] as f64 / zeros[1] as f64, zeros[2] as f64 / zeros[3] as f64];
        assert_eq!([number(&l["zero_weights"]), number(&l["zero_activations"])], shares, "{key:?}");
    }
}

/// Under what the figures hold, in every form of the report: tokens at a time, zeros, and how weights travel.
#[test]
fn conditions_are_stated_wherever_figures_are() {
    let (run, html) = (json(out(), "run.json"), std::fs::read_to_string(out().join("report.html")).unwrap());
    let conditions = &run["conditions"];
    let layers = run["layers"].as_array().unwrap();
    let mean = |share: &str, size: [&str; 2]| {
        let of = |l: &Value| number(&l["calls"]) * number(&l[size[0]]) * number(&l[size[1]]);
        layers.iter().map(|l| number(&l[share]) * of(l)).sum::<f64>() / layers.iter().map(of).sum::<f64>()
    };
    let [weights, inputs] = ["zero_weights", "zero_activations"].map(|share| number(&conditions[share]));
    assert!(close(weights, mean("zero_weights", ["k", "n"])) && close(inputs, mean("zero_activations", ["m", "k"])));
    assert!((0.2..0.6).contains(&weights) && inputs > 0.0, "{conditions}");
    // A prompt of four characters, then one at a time; 160 trits are 32 bytes, one beat of 256 bits.
    assert_eq!((&conditions["tokens"], &conditions["weight_code"]), (&serde_json::json!([1, 4]), &"base3".into()));
    assert!(close(number(&conditions["bits_per_weight"]), 256.0 / 160.0), "{conditions}");
    let line = |tokens: &str, weights: f64, inputs: f64| {
        format!(
            "m = {tokens}; base3 weights, 1.60 bits each on the bus; zeros: {:.1} % of weights, {:.1} % of activations",
            100.0 * weights,
            100.0 * inputs
        )
    };
    let line_of = |conditions: &Value| {
        let tokens: Vec<String> = conditions["tokens"].as_array().unwrap().iter().map(Value::to_string).collect();
        line(&tokens.join(", "), number(&conditions["zero_weights"]), number(&conditions["zero_activations"]))
    };
    assert!(html.contains(&line("1, 4", weights, inputs)));
    let printed = trine(out().parent().unwrap(), &RUN.replace("--report out", "")).stdout;
    for (phase, tokens) in [("prefill", "4"), ("decode", "1")] {
        let conditions = &run["phases"][phase]["conditions"];
        assert_eq!(conditions["tokens"], serde_json::from_str::<Value>(&format!("[{tokens}]")).unwrap());
        assert!(printed.contains(&line_of(conditions)), "{phase}: {printed}");
    }
}

#[test]
fn no_layer_is_above_its_roof_and_arrays_sum() {
    let run = json(out(), "run.json");
    let layers = run["layers"].as_array().unwrap();
    for at in layers.iter().chain([&run]) {
        let [rate, attainable, columns] = [
            number(&at["roofline"]["macs_per_second"]),
            number(&at["roofline"]["attainable_macs_per_second"]),
            // Thirty-two lanes, five columns, 200 MHz.
            160.0 * 200e6,
        ];
        assert!(0.0 < rate && rate <= attainable && attainable <= columns, "{}", at["roofline"]);
    }
    for dataflow in ["weight_stationary", "output_stationary"] {
        let sum: u64 = layers.iter().map(|l| l["systolic_cycles"][dataflow].as_u64().unwrap()).sum();
        assert_eq!(run["systolic_cycles"][dataflow], sum);
    }
}

/// The attributes `data-field` and `data-value` of an element, in order.
fn fields(html: &str) -> HashMap<&str, f64> {
    let quoted = |text: &'static str| move |from: &str| from.find(text).map(|at| at + text.len());
    let mut found = HashMap::new();
    for element in html.split("data-field=\"").skip(1) {
        let name = &element[..element.find('"').unwrap()];
        let value = &element[quoted("data-value=\"")(element).unwrap()..];
        found.insert(name, value[..value.find('"').unwrap()].parse().unwrap());
    }
    found
}

#[test]
fn the_page_states_what_the_json_states_and_needs_no_network() {
    let (run, html) = (json(out(), "run.json"), std::fs::read_to_string(out().join("report.html")).unwrap());
    let shown = fields(&html);
    let total = number(&run["energy_j"]["value"]);
    assert_eq!(shown["cycles"], number(&run["cycles"]));
    assert_eq!(shown["mismatches"], 0.0);
    assert!(close(shown["energy_j"], total));
    assert!(close(shown["dram_share"], number(&run["energy_parts_j"]["dram"]["value"]) / total));
    let decode = &run["phases"]["decode"];
    assert!(close(shown["tokens_per_second"], 5.0 / number(&decode["seconds"])));
    assert_eq!(shown["decode_cycles"], number(&decode["cycles"]));
    assert!(close(shown["decode_joules_per_token"], number(&decode["energy_j"]["value"]) / 5.0));
    assert!(close(shown["prefill_joules_per_token"], number(&run["phases"]["prefill"]["energy_j"]["value"]) / 4.0));
    let layers = run["layers"].as_array().unwrap();
    assert_eq!(html.matches("<td class=\"name\">").count(), layers.len());
    assert!(html.matches("class=\"mark ").count() > layers.len(), "charts have marks");
    // The name of SVG's namespace is no address that anything is fetched from.
    let html = html.replace("http://www.w3.org/2000/svg", "");
    for outside in ["http:", "https:", "src=", "@import", "url("] {
        assert!(!html.contains(outside), "{outside} in the page");
    }
    // Prices of single actions are femtojoules; the bill shows none as nothing.
    assert!(html.contains(" fJ</td>") && !html.contains("<td>0.00 J</td>"));
    assert!(html.contains("<b>KING</b>") && html.contains("--seed 5") && html.contains("Verilator"));
}

/// The row of a table whose first cell is `first`, without markup.
fn row(html: &str, first: &str) -> Vec<String> {
    let start = html.find(&format!("<tr><td>{first}</td>")).unwrap_or_else(|| panic!("no row {first}"));
    let cells = html[start..].split("</tr>").next().unwrap().split("<td>").skip(1);
    cells.map(|cell| cell.trim_end().trim_end_matches("</td>").replace("&#215;", "×")).collect()
}

/// Both phases as on the terminal, each beside other hardware, and what the unit computed.
#[test]
fn the_page_states_both_phases_as_the_terminal_does() {
    let html = std::fs::read_to_string(out().join("report.html")).unwrap();
    let run = json(out(), "run.json");
    let printed = trine(out().parent().unwrap(), &RUN.replace("--report out", "")).stdout;
    for phase in ["prefill", "decode"] {
        let cells = row(&html, phase);
        let named = |line: &&str| line.starts_with(&format!("  {phase:<8}")) && line.contains(" cycles, ");
        let cycles = printed.lines().find(named).unwrap();
        assert!(cycles.contains(&format!("{} cycles, ", cells[3])), "{cells:?} {cycles}");
        assert!(cycles.ends_with(&format!(", {} a token", cells[5])), "{cells:?} {cycles}");
        let energies = printed.lines().any(|line| line == format!("  {phase:<8}{}, {} a token", cells[6], cells[7]));
        assert!(energies, "{cells:?} {printed}");
        // The int8 unit in the table of this phase: the factor that the terminal prints.
        let (_, table) = html.split_once(&format!("<thead><tr><th>{phase}</th><th>cycles</th>")).unwrap();
        let factor = row(table, "int8")[5].replace('×', "x");
        let (_, beside) = printed.split_once(&format!("{phase} beside other hardware:")).unwrap();
        assert!(beside.contains(&format!("int8     {factor} the energy")), "{factor} {beside}");
    }
    for text in [&html, &printed] {
        assert!(text.contains("all linear layers (--offload linear)") && text.contains("filling and draining"));
    }
    // The parts of the cycles are all of them.
    let shares = printed
        .lines()
        .filter(|line| ["of the cycles", "waited for", "filling and draining"].iter().any(|end| line.ends_with(end)));
    let percent = |line: &str| line.split(" %").next().unwrap().rsplit(' ').next().unwrap().parse::<f64>().unwrap();
    let whole: f64 = shares.map(percent).sum();
    assert!((whole - 100.0).abs() < 0.3, "{whole}: {printed}");
    let tokens = run["tokens"].as_array().unwrap().len();
    assert!(html.contains(&format!("4 tokens of the prompt, {tokens} generated, ended by the limit of --tokens")));
}

/// A golden run takes the files away that only a unit gives, and its page names what is there.
#[test]
fn a_run_without_a_unit_leaves_no_files_of_an_earlier_one() {
    let folder = workplace();
    let line = "run --model MODEL --prompt KING --tokens 2 --report o --preset unit";
    assert_eq!(trine(folder.path(), line).code, Some(0));
    let names = || {
        let all = std::fs::read_dir(folder.path().join("o")).unwrap().map(|entry| entry.unwrap().file_name());
        all.map(|name| name.into_string().unwrap()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(names().into_iter().collect::<Vec<_>>(), ["layers.csv", "report.html", "run.json", "trace.json"]);
    let page = || std::fs::read_to_string(folder.path().join("o/report.html")).unwrap();
    assert!(page().contains("layers.csv, and trace.json"));
    std::fs::write(folder.path().join("o/notes"), "mine").unwrap();
    assert_eq!(trine(folder.path(), &format!("{line} --backend golden")).code, Some(0));
    assert_eq!(names().into_iter().collect::<Vec<_>>(), ["notes", "report.html", "run.json"]);
    let page = page();
    assert!(page.contains("Beside this page: run.json (all figures).") && !page.contains("trace.json"));
    assert!(page.contains("4 tokens of the prompt, 2 generated, ended by the limit of --tokens"));
}

#[test]
fn text_of_a_model_cannot_become_markup() {
    let folder = workplace();
    let run = trine(folder.path(), "run --model MODEL --prompt a&b --tokens 1 --report o --backend golden");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(std::fs::read_to_string(folder.path().join("o/report.html")).unwrap().contains("<b>a&#38;b</b>"));
    assert!(!folder.path().join("o/trace.json").exists(), "nothing ran on a unit");
}

#[test]
fn the_trace_is_as_long_as_the_run() {
    let (run, trace) = (json(out(), "run.json"), json(out(), "trace.json"));
    let events = trace["traceEvents"].as_array().unwrap();
    let on = |track: u64| events.iter().filter(move |e| e["ph"] == "X" && e["tid"] == track);
    let sum = |track: u64| on(track).map(|e| e["dur"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(run["cycles"], sum(1), "jobs");
    let field = |name: &str| run["layers"].as_array().unwrap().iter().map(|l| l[name].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum(7), field("stall_wgt_cycles") + field("stall_act_cycles") + field("stall_out_cycles"));
    let mut free = 0;
    for job in on(1) {
        let start = job["ts"].as_u64().unwrap();
        assert!(start >= free, "jobs do not overlap: {job}");
        free = start + job["dur"].as_u64().unwrap();
        assert_eq!(job["args"]["cycles"], job["dur"]);
    }
    // Nothing inside a job reaches beyond the last one.
    assert!(
        events
            .iter()
            .filter(|e| e["ph"] == "X")
            .all(|e| e["ts"].as_u64().unwrap() + e["dur"].as_u64().unwrap() <= free)
    );
    let names: Vec<&str> =
        events.iter().filter(|e| e["name"] == "thread_name").map(|e| e["args"]["name"].as_str().unwrap()).collect();
    assert_eq!((names[0], names[2], names.len()), ("layers", "passes", 9));
    assert!(trace["otherData"]["time"].as_str().unwrap().contains("1 clock cycle"));
}

#[test]
fn the_csv_has_a_line_for_every_layer() {
    let (run, csv) = (json(out(), "run.json"), std::fs::read_to_string(out().join("layers.csv")).unwrap());
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    let column = |name: &str| rows[0].iter().position(|c| *c == name).unwrap();
    let layers = run["layers"].as_array().unwrap();
    assert_eq!(rows.len(), 1 + layers.len());
    for (row, l) in rows[1..].iter().zip(layers) {
        assert_eq!((row.len(), row[0]), (rows[0].len(), l["name"].as_str().unwrap()));
        assert_eq!(row[column("cycles")].parse::<u64>().unwrap(), l["cycles"].as_u64().unwrap());
        let parts =
            ["compute_j", "onchip_j", "dram_j", "static_j"].map(|name| row[column(name)].parse::<f64>().unwrap());
        assert!(close(parts.iter().sum(), row[column("energy_j")].parse().unwrap()));
    }
}
