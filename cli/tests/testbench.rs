//! The testbench that `trine generate` ships, byte for byte, run by Verilator on units that are right and on units that are not.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde::Deserialize;
use tempfile::TempDir;
use trine_hdl::lang::{Mutant, SELECTOR, mutate, verilog};
use trine_hdl::{Direction, SourceFile, TESTBENCH, Verilog};
use trine_sim::tools::Verilator;
use trine_spec::Config;

/// Modules that the testbench has to hold to account.
const MODULES: [&str; 6] =
    ["trine_column", "trine_tile", "trine_chunk", "trine_trit_decoder", "trine_accumulate", "trine_accumulators"];

/// The list of mutants that somebody has looked at.
const KNOWN: &str = include_str!("../../verify/src/mutation/known.toml");

/// A mutant that does what the unit does; patterns with stars are for others.
#[derive(Deserialize)]
struct Known {
    module: String,
    place: String,
    change: String,
    verdict: String,
}

/// A small unit with all codes, borders everywhere.
fn small() -> Config {
    Config::sized(5, 2).act_bits(5).weight_bus(8).max_depth(24).max_tokens(4).build().unwrap()
}

fn generated(config: &Config) -> Verilog {
    verilog(&trine_hdl::design::unit(config).unwrap()).unwrap()
}

/// A unit and its testbench, compiled.
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn build(config: &Config, design: &Verilog, more: &[SourceFile]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bench = trine_hdl::testbench(config).unwrap();
        let sources: Vec<&SourceFile> = design.with_cells().chain(more).chain([&bench.module]).collect();
        let names: Vec<&str> = sources.iter().map(|file| file.name.as_str()).collect();
        for file in sources.iter().copied().chain(&bench.vectors) {
            std::fs::write(folder.path().join(&file.name), &file.text).unwrap();
        }
        let verilator = Verilator::find().unwrap();
        // Compiling is what takes time; the package does not know how g++ is asked for coroutines and prepared headers.
        let output = Command::new(&verilator.executable)
            .env("VERILATOR_ROOT", &verilator.root)
            .current_dir(folder.path())
            .args(["--binary", "--timing", "-Wno-fatal", "--quiet-stats", "-j", "2", "--top-module", TESTBENCH])
            .args(["-CFLAGS", "-std=gnu++20 -fcoroutines"])
            .args(["-MAKEFLAGS", "OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0 CFG_CXXFLAGS_PCH_I=-include"])
            .args(names)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", text(&output));
        Self { folder }
    }

    fn program(&self) -> PathBuf {
        self.folder.path().join("obj_dir").join(format!("V{TESTBENCH}"))
    }

    /// Runs the testbench with these arguments: whether it is content, and what it says.
    fn run(&self, arguments: &[&str]) -> (bool, String) {
        let output = Command::new(self.program()).current_dir(self.folder.path()).args(arguments).output().unwrap();
        let said = text(&output);
        // Whoever looks at one of them sees the same as whoever looks at the other.
        assert_eq!(output.status.success(), said.contains(" jobs right, "), "{said}");
        (output.status.success(), said)
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

/// A module in the place of the unit that hands its pins on, and its selector as the argument `+mutant=`.
fn select(design: &mut Verilog) -> SourceFile {
    let top = design.files.iter_mut().find(|file| file.name == "trine.v").unwrap();
    top.text = top.text.replacen("module trine (", "module trine_mutated (", 1);
    let ports = || design.ports.iter().filter(|port| port.name != SELECTOR);
    let declared = ports().map(|port| {
        let direction = if port.direction == Direction::Input { "input" } else { "output" };
        format!("  {direction} wire [{}:0] {}", port.width - 1, port.name)
    });
    let pins = ports().map(|port| format!(",\n    .{0}({0})", port.name));
    let text = format!(
        "module trine (\n{}\n);\n  reg [15:0] mutant;\n  initial if (!$value$plusargs(\"mutant=%d\", mutant)) mutant = 0;\n  \
         trine_mutated unit (\n    .{SELECTOR}(mutant){}\n  );\nendmodule\n",
        declared.collect::<Vec<_>>().join(",\n"),
        pins.collect::<String>(),
    );
    SourceFile { name: "select.v".into(), text }
}

/// A unit with mistakes that arguments switch on: `+NAME` for each name, module, text and what takes its place.
fn with_switches(config: &Config, changes: &[(&str, &str, &str, &str)]) -> Bench {
    let mut design = generated(config);
    for (name, module, from, to) in changes {
        let file = design.files.iter_mut().find(|file| file.name == format!("{module}.v")).unwrap();
        assert!(file.text.contains(from), "{module} has no `{from}`:\n{}", file.text);
        file.text = file.text.replace(from, to);
        let body = file.text.find(");\n").unwrap() + 3;
        file.text.insert_str(body, &format!("  reg {name};\n  initial {name} = $test$plusargs(\"{name}\");\n"));
    }
    Bench::build(config, &design, &[])
}

/// Every mutant of these modules, in one simulation.
#[test]
fn the_shipped_testbench_finds_mutants_of_the_datapath() {
    let config = small();
    let unit = trine_hdl::design::unit(&config).unwrap();
    let mutated = mutate(&unit, |mutant| MODULES.contains(&mutant.module.as_str())).unwrap();
    let mut design = verilog(&mutated.top).unwrap();
    let selector = select(&mut design);
    let bench = Bench::build(&config, &design, &[selector]);
    let (right, said) = bench.run(&[]);
    assert!(right, "{said}");

    let mut found: HashMap<&str, usize> = HashMap::new();
    let mut missed: Vec<&Mutant> = vec![];
    for mutant in &mutated.mutants {
        match bench.run(&[&format!("+mutant={}", mutant.id)]) {
            (true, _) => missed.push(mutant),
            (false, _) => *found.entry(mutant.module.as_str()).or_default() += 1,
        }
    }
    let mut list: HashMap<String, Vec<Known>> = toml::from_str(KNOWN).unwrap();
    let list = list.remove("mutant").unwrap();
    let known = |mutant: &Mutant| {
        let of = |entry: &&Known| {
            (&entry.module, &entry.place, &entry.change) == (&mutant.module, &mutant.place, &mutant.change)
        };
        list.iter().find(of).is_some_and(|entry| entry.verdict == "equivalent")
    };
    let unexplained: Vec<String> = missed
        .iter()
        .filter(|mutant| !known(mutant))
        .map(|mutant| format!("{} {}, {}: {}", mutant.id, mutant.module, mutant.place, mutant.change))
        .collect();
    assert!(unexplained.is_empty(), "not found:\n{}", unexplained.join("\n"));
    assert!(missed.len() < 10, "{missed:?}");
    assert!(
        found.values().sum::<usize>() >= 50 && MODULES.iter().all(|module| found.contains_key(module)),
        "{found:?}"
    );
}

#[test]
fn mistakes_that_one_product_of_one_lane_does_not_show_are_found() {
    let bench = with_switches(
        &small(),
        &[
            ("sign", "trine_column", "code_i[1]", "(sign ? code_i[3] : code_i[1])"),
            ("never", "trine_core", ".next_first_i(first_5_q)", ".next_first_i(first_5_q & ~never)"),
            ("deaf", "trine_core", ".in_valid_i(wgt_valid_i)", ".in_valid_i(wgt_valid_i & ~deaf)"),
            ("room", "trine_sequencer", "result ^ pop_q}", "(room ? result | pop_q : result ^ pop_q)}"),
        ],
    );
    let (right, said) = bench.run(&[]);
    assert!(right, "{said}");

    // A lane that takes its neighbour's sign. The other lanes are zero, and show in the sum all the same: no lane is named.
    let (right, said) = bench.run(&["+sign"]);
    assert!(!right && !said.contains("lane"), "{said}");
    assert!(said.contains("token 0, output ") && said.contains(" expected, ") && said.contains("column "), "{said}");
    assert!(said.contains("job 0, m = "), "{said}");

    // A chunk that is never the first.
    let (right, said) = bench.run(&["+never"]);
    assert!(!right && said.contains(" expected, ") && said.contains(" came"), "{said}");

    // Room for results that is counted wrongly when one enters and one leaves at once.
    let (right, said) = bench.run(&["+room"]);
    assert!(!right, "{said}");

    // A unit that hangs says what its registers hold.
    let (right, said) = bench.run(&["+deaf"]);
    assert!(!right && said.contains("the unit hangs") && said.contains("nothing moves: "), "{said}");
    for register in ["STATUS = 0x00000001", "ERR_CODE = ", "CYCLES_LO = ", "STALL_ACT_LO = ", "WGT_BEATS = "] {
        assert!(said.contains(register), "{register}: {said}");
    }
}
