//! `trine synth` for a board whose unit is in a SoC: the recipe is real Python, and the LiteX that it would use is played.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::common::{Run, command, finish, json, workplace};

const BOARD: &str = r#"name = "A small SoC"
target = "ecp5-25k"
package = "CABGA256"
clock-mhz = 50.0
baud = 1000000
top = "small_soc"
litex = "soc.py"
load = "load"

[unit]
lanes = 5
columns = 2
weights = "memory"
weight-bus = 16
max-depth = 32
max-tokens = 2
windows = true
"#;

/// A top module with the unit, whose ports are those of its manifest.
const RECIPE: &str = r#"
import json, pathlib, sys

rtl, build = map(pathlib.Path, sys.argv[1:])
unit = json.loads((rtl / "manifest.json").read_text())
inputs = [port["name"] for port in unit["ports"] if port["direction"] == "input"]
pins = [f".{name}({'clk' if name == 'aclk' else 'rx'})" for name in inputs] + [".irq(tx)"]
assert "m_axi_wgt0_rdata" in inputs
(build / "gateware").mkdir(parents=True)
text = f"module small_soc (input clk, input rx, output tx); {unit['top']} u ({', '.join(pins)}); endmodule\n"
(build / "gateware/small_soc.v").write_text(text)
(build / "gateware/small_soc.lpf").write_text('LOCATE COMP "clk" SITE "P6";\n')
print("made for", unit["config"]["lanes"], "lanes")
"#;

fn program(path: &Path, script: &str) {
    fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Runs `trine synth --board mine` with this recipe.
fn synth(folder: &Path, recipe: &str, litex: &str, line: &str) -> Run {
    let (board, python, placer, packer) =
        (folder.join("mine"), folder.join("python"), folder.join("placer"), folder.join("packer"));
    fs::create_dir_all(&board).unwrap();
    fs::write(board.join("board.toml"), BOARD).unwrap();
    fs::write(board.join("soc.py"), recipe).unwrap();
    program(&python, &format!("[ \"$1\" = -c ] && {litex} && exit\nexec python3 \"$@\""));
    let report = Path::new(env!("CARGO_MANIFEST_DIR")).join("../synth/tests/data/nextpnr-ecp5.json");
    program(
        &placer,
        &format!(
            "[ $1 = --version ] && echo 'Version nextpnr-1.2' && exit\n\
             while [ $# -gt 1 ]; do case $1 in --freq) freq=$2 ;; --report) report=$2 ;; esac; shift; done\n\
             sed \"s/\\\"constraint\\\": [0-9.]*/\\\"constraint\\\": $freq/\" '{}' >$report",
            report.display()
        ),
    );
    program(&packer, "[ $1 = --version ] && echo 'ecppack Version 1.4' && exit\necho bits >$3");
    let mut command = command(folder, &format!("synth --board mine {line}"));
    command.env("TRINE_LITEX", python).env("TRINE_NEXTPNR_ECP5", placer).env("TRINE_ECPPACK", packer);
    finish(command)
}

const LITEX: &str = "echo litex 2024.12";

#[test]
fn the_soc_of_a_recipe_is_mapped_around_the_unit() {
    let folder = workplace();
    let run = synth(folder.path(), RECIPE, LITEX, "--map-only --output out --json s.json");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("board: A small SoC, 50 MHz, serial line of 1000000 baud"), "{}", run.stdout);
    let result = json(folder.path(), "s.json");
    assert_eq!((&result["board"], &result["config"]["weights"]), (&"A small SoC".into(), &"memory".into()));
    assert!(result["lut"].as_u64().unwrap() > 500 && !result["shell"].is_null(), "{result}");
    // The commands can be read elsewhere: no place of this machine is in them
    let command = &result["commands"][0];
    assert_eq!((&command["step"], &command["command"]), (&"building the SoC".into(), &"python -B soc.py".into()));
    assert_eq!(result["tool_versions"]["LiteX"], "2024.12");
    assert_eq!(fs::read_to_string(folder.path().join("out/soc.log")).unwrap(), "made for 5 lanes\n");
    let pins = fs::read_to_string(folder.path().join("out/soc/gateware/small_soc.lpf")).unwrap();
    assert!(pins.starts_with("LOCATE"), "{pins}");
}

#[test]
fn the_bitstream_comes_with_what_starts_the_memory() {
    let folder = workplace();
    let run = synth(folder.path(), RECIPE, LITEX, "--output out");
    assert_eq!(run.code, Some(0), "{run:?}");
    let end = "bitstream: out/ecp5-25k.bit\nto load it: load out/ecp5-25k.bit\n\
               to start its memory: synth/litex/start_memory.py out/soc\n";
    assert!(run.stdout.ends_with(end), "{}", run.stdout);
    assert_eq!(fs::read_to_string(folder.path().join("out/ecp5-25k.bit")).unwrap(), "bits\n");
}

#[test]
fn a_recipe_that_fails_is_quoted() {
    let folder = workplace();
    let run = synth(folder.path(), "raise SystemExit('no pins serial')", LITEX, "--output out");
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("LiteX failed on building the SoC: no pins serial\nlog: "), "{}", run.stderr);
}

#[test]
fn a_recipe_that_writes_no_soc_is_an_error() {
    let folder = workplace();
    // Not that of an earlier run either
    assert_eq!(synth(folder.path(), RECIPE, LITEX, "--map-only --output out").code, Some(0));
    let run = synth(folder.path(), "", LITEX, "--output out");
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("out/soc/gateware/small_soc.v: No such file"), "{}", run.stderr);
}

#[test]
fn without_litex_nothing_is_begun() {
    let folder = workplace();
    let run = synth(folder.path(), RECIPE, "false", "--output out");
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stderr.contains("which is no LiteX, or one too old"), "{}", run.stderr);
    assert!(!run.stderr.contains("mapping"), "{}", run.stderr);
}
