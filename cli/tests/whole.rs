//! Runs that several simulated units share, in processes that are killed, and runs that are killed themselves.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::common::{command, json, trine, workplace};
use serde_json::Value;
use trine_driver::{Device, Offload, Options, Remedy, Scope};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix, reference};
use trine_sim::Isolated;
use trine_spec::Config;

/// Sixteen tokens make a layer of this shape worth sharing.
const RUN: &str = "run --model synthetic:trilm-99m:2 --prompt abcdefghijklmnop --tokens 1 --offload linear";

fn run(folder: &Path, more: &str) -> Value {
    let run = trine(folder, &format!("{RUN} {more} --json r.json"));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{more}: {}", run.stdout);
    json(folder, "r.json")
}

#[test]
fn units_share_a_run_and_count_as_one() {
    let folder = workplace();
    let (one, two) = (run(folder.path(), "--units 1"), run(folder.path(), "--units 2"));
    assert_eq!((&one["units"], &two["units"]), (&1.into(), &2.into()));
    for field in ["tokens", "macs", "checked_macs", "mismatches", "bytes"] {
        let same = field != "bytes";
        assert_eq!(one[field] == two[field], same, "{field}: activations go to both units");
    }
    assert_eq!(two["mismatches"], 0);
    for run in [&one, &two] {
        for layer in run["layers"].as_array().unwrap() {
            assert_eq!(layer["cycles"], layer["model_cycles"], "{layer}");
        }
    }
    // The same work, and the ends of the jobs that were cut.
    let [one, two] = [&one, &two].map(|run| run["cycles"].as_u64().unwrap());
    assert!(one < two && two < one + one / 50, "{one} {two}");
}

#[test]
fn a_waveform_is_of_one_unit() {
    let folder = workplace();
    let run = trine(folder.path(), &format!("{RUN} --units 2 --trace t.fst"));
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("a waveform is of one unit"), "{}", run.stderr);
}

/// A process that is killed in the middle costs a second attempt and nothing else.
#[test]
fn a_killed_simulator_is_reported_and_its_job_run_again() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trine"));
    command.args(["simulate", "--preset", "small"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let config = Config::preset("small").unwrap();
    let device = Device::open(Isolated::new(command), config).unwrap();
    let mut engine = Offload::new(device, Options { scope: Scope::Linear, ..Options::default() });
    let id = LinearId { layer: 0, kind: LinearKind::Q };
    let w = TernaryMatrix::random(40, 100, 1).unwrap();
    let (x, mut expected) = (vec![3; 100], vec![0; 40]);
    reference(&w, &x, 1, &mut expected);
    for round in 0..3 {
        let process = engine.device_mut().transport().process().unwrap();
        if round > 0 {
            assert!(Command::new("kill").args(["-KILL", &process.to_string()]).status().unwrap().success());
        }
        let mut y = vec![0; 40];
        engine.matmul(id, &w, &x, 1, &mut y).unwrap();
        assert_eq!(y, expected);
        let incidents = &engine.ledger().incidents;
        assert_eq!(incidents.len(), round);
        assert!(incidents.iter().all(|i| i.remedy == Remedy::Retry && i.error.contains("signal: 9")), "{incidents:?}");
    }
}

/// Finished matmuls in a folder.
fn finished(folder: &Path) -> usize {
    let ended = |name: &Path| name.extension().is_some_and(|it| it == "matmul");
    std::fs::read_dir(folder).map_or(0, |files| files.flatten().filter(|file| ended(&file.path())).count())
}

#[test]
fn a_killed_run_goes_on_where_it_stopped() {
    let folder = workplace();
    let whole = run(folder.path(), "--preset small --units 2");

    // More tokens than anyone waits for.
    let endless = RUN.replace("--tokens 1", "--tokens 2000");
    let mut killed = command(folder.path(), &format!("{endless} --preset small --units 2 --resume kept"));
    let mut killed = killed.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while finished(&folder.path().join("kept")) < 5 {
        assert!(killed.try_wait().unwrap().is_none(), "it ended by itself");
        sleep(Duration::from_millis(5));
    }
    killed.kill().unwrap();
    assert_eq!(killed.wait().unwrap().signal(), Some(9));
    let kept = finished(&folder.path().join("kept"));
    // As if the power had gone while a file was written.
    std::fs::write(folder.path().join("kept/000002-torn.1"), "torn").unwrap();

    let resumed = run(folder.path(), "--preset small --units 2 --resume kept");
    let expected = kept.min(14);
    assert_eq!(resumed["resumed"], expected as u64);
    for field in ["tokens", "macs", "checked_macs", "mismatches", "cycles", "bytes", "layers", "energy_j", "bill"] {
        assert_eq!(resumed[field], whole[field], "{field}");
    }
    assert_eq!(whole["resumed"], 0);
    let printed = trine(folder.path(), &format!("{RUN} --preset small --units 2 --resume kept")).stdout;
    assert!(printed.contains("14 of 14 matmuls finished by a run before"), "{printed}");
}

/// Ctrl-C says where the finished matmuls are; the process ends by the signal.
#[test]
fn an_interrupted_run_says_how_it_continues() {
    let folder = workplace();
    let endless = RUN.replace("--tokens 1", "--tokens 2000");
    let mut command = command(folder.path(), &format!("{endless} --preset small --units 1 --resume kept"));
    let mut interrupted = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while finished(&folder.path().join("kept")) < 5 {
        assert!(interrupted.try_wait().unwrap().is_none(), "it ended by itself");
        sleep(Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-INT", &interrupted.id().to_string()]).status().unwrap().success());
    let output = interrupted.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.signal(), Some(2), "{said}");
    assert!(said.contains("interrupted: kept: finished matmuls are kept; the same command continues"), "{said}");
}
