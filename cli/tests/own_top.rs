//! `examples/own_top` on generated units: right sums, and a message where something is wrong.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Run, finish, json, workplace};

const PAGE: &str = include_str!("../../docs/how-to/own-top.md");

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/own_top")
}

/// Runs the script of the example for a unit with these flags, in `folder`.
fn generated(folder: &Path, unit: &str, flags: &str) -> Run {
    let trine = Path::new(env!("CARGO_BIN_EXE_trine")).parent().unwrap();
    let mut command = Command::new(example().join("run.sh"));
    command.arg(unit).args(flags.split_whitespace()).current_dir(folder);
    command.env("PATH", format!("{}:{}", trine.display(), std::env::var("PATH").unwrap()));
    finish(command)
}

/// Runs the job of the example at `script` on the unit in `folder`.
fn job(script: &Path, folder: &Path) -> Run {
    let mut command = Command::new("python3");
    command.arg("-B").arg(script.join("run.py")).arg(folder);
    finish(command)
}

/// Replaces the text `from` of a file.
fn change(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{} has no `{from}`:\n{text}", file.display());
    std::fs::write(file, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn the_job_is_right_on_every_kind_of_unit() {
    let place = workplace();
    for (number, flags) in [
        "",
        "--preset unit",
        "--preset odd",
        "--lanes 5 --columns 2 --style ecp5",
        "--lanes 2 --columns 1 --style xilinx7 --weight-code two-bit",
    ]
    .into_iter()
    .enumerate()
    {
        let run = generated(place.path(), &number.to_string(), flags);
        assert_eq!(run.code, Some(0), "{flags}: {run:?}; install iverilog");
        assert!(run.stdout.ends_with("right: [[3, 4], [-133, 250]]\n"), "{flags}: {run:?}");
    }
    for (flags, said) in [("--preset serial", "windows and no streams"), ("--act-bits 5", "8 bits")] {
        let run = generated(place.path(), "other", flags);
        assert!(run.code == Some(1) && run.stderr.contains(said), "{flags}: {run:?}");
    }
}

#[test]
fn wrong_units_and_wrong_packing_are_noticed() {
    let place = workplace();
    let (unit, copy) = (place.path().join("unit"), place.path().join("copy"));
    assert_eq!(generated(place.path(), "unit", "").code, Some(0));

    std::fs::create_dir(&copy).unwrap();
    for file in ["pack.py", "run.py", "top.v"] {
        std::fs::copy(example().join(file), copy.join(file)).unwrap();
    }
    let packer = std::fs::read_to_string(copy.join("pack.py")).unwrap();
    for (what, from, to, said) in [
        ("plain base 3", "(5, encode)", "(5, lambda d: sum(t % 3 * 3**i for i, t in enumerate(d)))", "wrong sums"),
        ("the last trit lowest", "(5, encode)", "(5, lambda d: encode(d[::-1]))", "wrong sums"),
        ("an illegal filler", "return bytes(stream)", "return bytes(stream[:-1] + [255])", "ERR_CODE 6"),
        ("a tile too short", "return bytes(stream)", "return bytes(stream[:-1])", "ERR_CODE 4"),
    ] {
        std::fs::write(copy.join("pack.py"), &packer).unwrap();
        change(&copy.join("pack.py"), from, to);
        let run = job(&copy, &unit);
        assert!(run.code == Some(1) && run.stderr.contains(said), "{what}: {run:?}");
    }

    change(&unit.join("trine.v"), "m_axis_res_tkeep = ", "m_axis_res_tkeep = ~");
    let run = job(&example(), &unit);
    assert!(run.code == Some(1) && run.stderr.contains("wrong tkeep or tlast"), "{run:?}");
    change(&unit.join("trine.v"), "m_axis_res_tkeep = ~", "m_axis_res_tkeep = ");
    change(&unit.join("trine.v"), "assign start = ", "assign start = 1'd0 & ");
    let run = job(&example(), &unit);
    assert!(run.code == Some(1) && run.stderr.contains("nothing is done"), "{run:?}");
}

#[test]
fn the_page_lists_the_ports_of_a_unit() {
    let place = workplace();
    assert_eq!(generated(place.path(), "unit", "--preset odd").code, Some(0));
    let manifest = json(place.path(), "unit/manifest.json");
    let size = |name: &str| manifest["config"][name].as_u64().unwrap();
    let width = |text: &str| match text {
        "8 * lanes" => 8 * size("lanes"),
        "lanes" => size("lanes"),
        "weight-bus" => size("weight_bus"),
        "weight-bus / 8" => size("weight_bus") / 8,
        "32 * columns" => 32 * size("columns"),
        "4 * columns" => 4 * size("columns"),
        number => number.parse().unwrap(),
    };
    let section = PAGE.split_once("## Ports\n").unwrap().1.split_once("\n- ").unwrap().0;
    let mut listed: Vec<(String, String, u64)> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .map(|line| {
            let cells: Vec<&str> = line.split(" | ").collect();
            (cells[0].trim_end_matches('`').into(), cells[1].into(), width(cells[2]))
        })
        .collect();
    let text = |port: &serde_json::Value, name: &str| port[name].as_str().unwrap().to_owned();
    let ports = manifest["ports"].as_array().unwrap();
    let mut expected: Vec<(String, String, u64)> = ports
        .iter()
        .map(|port| (text(port, "name"), text(port, "direction"), port["width"].as_u64().unwrap()))
        .collect();
    listed.sort();
    expected.sort();
    assert_eq!(listed, expected);
}
