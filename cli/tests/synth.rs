//! `trine synth` as a user runs it: real mapping, and a placer that is played.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::common::{Run, command, finish, json, trine, workplace};

const SMALL: &str = "--lanes 2 --columns 1 --max-depth 32 --max-tokens 2";

/// Flags that would give a wrong result, or fail after an hour, are refused at once.
#[test]
fn bad_usage_is_refused_before_the_first_step() {
    let folder = workplace();
    fs::write(folder.path().join("cells.lib"), "/* a library */ library (cells) { }").unwrap();
    let cases = [
        (
            "--board ulx3s --preset standard",
            "--preset: windows = false; a unit on a board is reached through windows only",
        ),
        ("--board ulx3s --weights memory", "--weights: the unit of a board without `litex` needs weights = \"stream\""),
        (
            "--board orangecrab-ddr3 --weights stream",
            "--weights: the unit of a board with `litex` needs weights = \"memory\"",
        ),
        (
            "--target ecp5-25k --style packed",
            "--style packed is for simulation only and cannot be synthesised: `--style portable`",
        ),
        ("--target ice40-hx8k --style ecp5", "ice40-hx8k has no cells for style ecp5: `--style portable` is for"),
        ("--liberty cells.lib --style xilinx7", "cells has no cells for style xilinx7"),
        ("--liberty cells.lib --style packed", "--style packed is for simulation only and cannot be synthesised"),
        ("--liberty cells.lib --freq=nan", "for '--freq <MHZ>': must be 0.001 to 10000 MHz"),
        ("--target osu018 --weights-on-chip MODEL", "--weights-on-chip: cell libraries have no block RAM"),
        ("--target ecp5-25k --dont-use LUT4", "--dont-use applies to cell libraries"),
        ("--liberty cells.lib --dont-use a;b", "names of cells are letters, digits and _"),
        ("--target ecp5-25k --seeds 0", "invalid value '0' for '--seeds <N>'"),
        ("--target xc7 --seeds 2", "xc7 is mapped only"),
        (
            "--target ecp5",
            "invalid value 'ecp5' for '--target <NAME>'\n  [possible values: ecp5-25k, ecp5-45k, ecp5-85k,",
        ),
        ("--target xc7 --verify 0", "invalid value '0' for '--verify <CASES>'"),
        ("--target xc7 --json not/there.json", "not/there.json: cannot be written: there is no folder not"),
    ];
    for (line, problem) in cases {
        let mut command = command(folder.path(), &format!("synth {line}"));
        command.env("TRINE_OSU018", folder.path().join("cells.lib"));
        let run = finish(command);
        assert_eq!(run.code, Some(2), "{line}: {run:?}");
        assert!(run.stderr.contains(problem) && !run.stderr.contains("mapping"), "{line}: {}", run.stderr);
    }
}

#[test]
fn a_unit_is_mapped_and_its_netlist_right() {
    let folder = workplace();
    let run = trine(folder.path(), &format!("synth --target xc7 --style xilinx7 {SMALL} --verify 2 --json r.json"));
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("mapped netlist in simulation: mismatches 0 of "), "{}", run.stdout);
    assert!(run.stderr.contains("mapping trine …"), "where no bar is shown the step is said: {}", run.stderr);
    let result = json(folder.path(), "r.json");
    assert!(result["lut"].as_u64().unwrap() > 500 && result["verification"]["macs"].as_u64().unwrap() > 0, "{result}");
}

fn program(path: &Path, script: &str) {
    fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A run whose placer gives a real report for seeds from `first_good` on, and fails for those before.
fn placed(folder: &Path, first_good: u64, line: &str) -> Run {
    placed_at(folder, first_good, "$freq", line)
}

/// The same with a placer that works towards another clock, MHz, than it is asked for, as a PLL makes it do.
fn placed_at(folder: &Path, first_good: u64, mhz: &str, line: &str) -> Run {
    let report = Path::new(env!("CARGO_MANIFEST_DIR")).join("../synth/tests/data/nextpnr-ice40.json");
    let (placer, packer) = (folder.join("placer"), folder.join("packer"));
    let script = format!(
        "[ $1 = --version ] && echo 'Version nextpnr-1.2' && exit\n\
         while [ $# -gt 1 ]; do case $1 in --seed) seed=$2 ;; --freq) freq=$2 ;; --report) report=$2 ;; esac; shift; done\n\
         [ $seed -ge {first_good} ] || {{ echo 'ERROR: no place'; exit 1; }}\n\
         sed \"s/\\\"constraint\\\": [0-9.]*/\\\"constraint\\\": {mhz}/\" '{}' >$report",
        report.display()
    );
    program(&placer, &script);
    program(&packer, "[ $1 = -h ] && echo 'icepack [options]' && exit\necho bits >$2");
    let mut command = command(folder, &format!("synth {line} --json r.json"));
    command.env("TRINE_NEXTPNR_ICE40", placer).env("TRINE_ICEPACK", packer).env("TMPDIR", folder);
    finish(command)
}

/// Folders that a run left where temporary files go.
fn left(folder: &Path) -> usize {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().starts_with("trine-synth-")).count()
}

#[test]
fn a_seed_that_fails_does_not_take_the_others_with_it() {
    let folder = workplace();
    let line = format!("--target ice40-hx8k {SMALL} --seeds 3");
    let run = placed(folder.path(), 2, &line);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("(median 29.8 of 2 seeds)"), "{}", run.stdout);
    assert!(
        run.stdout
            .contains("seed 1 gave nothing: nextpnr-ice40 failed on placing and routing, seed 1: ERROR: no place")
    );
    assert!(run.stdout.contains("the bitstream is not kept"), "{}", run.stdout);
    let result = json(folder.path(), "r.json");
    assert_eq!((&result["best_seed"], result["bitstream"].is_null()), (&3.into(), true));
    assert!(result["failed_seeds"]["1"].as_str().unwrap().contains("no place"));
    let log = run.stdout.split("log: ").nth(1).and_then(|rest| rest.lines().next()).unwrap();
    assert_eq!(fs::read_to_string(log).unwrap(), "ERROR: no place\n", "what is named is there");
    assert_eq!(left(folder.path()), 1);

    let run = placed(folder.path(), 4, &line);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("seed 3: ERROR: no place\nlog: "), "{}", run.stderr);
    assert_eq!(left(folder.path()), 2, "the log that the error names");
    assert_eq!(placed(folder.path(), 1, &line).code, Some(0));
    assert_eq!(left(folder.path()), 2, "nothing is left of a run without failures");
}

#[test]
fn a_board_has_a_bitstream_and_a_clock_of_its_own() {
    let folder = workplace();
    let board = Path::new(env!("CARGO_MANIFEST_DIR")).join("../synth/boards/icebreaker");
    let line = format!("--board {} --lanes 2 --columns 1 --output out", board.display());
    let run = placed(folder.path(), 1, &line);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("on the board 12.0 MHz, 0.0 GMAC/s\n"), "{}", run.stdout);
    assert!(run.stdout.ends_with("to load it: iceprog out/ice40-up5k.bin\n"), "{}", run.stdout);
    assert_eq!(fs::read_to_string(folder.path().join("out/ice40-up5k.bin")).unwrap(), "bits\n");
    assert_eq!(left(folder.path()), 0);

    let run = placed_at(folder.path(), 1, "40", &format!("{line} --seeds 2"));
    assert_eq!(run.code, Some(2), "{run:?}");
    let (asked, found) = ("has the 12 MHz of `clock-mhz`", "there are 40 MHz");
    assert!(run.stderr.contains(asked) && run.stderr.contains(found) && !run.stderr.contains("seed 2"), "{run:?}");
}
