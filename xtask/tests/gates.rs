//! `xtask gates` as a maintainer runs it: on a library of a few cells, and on results kept earlier.

use std::path::{Path, PathBuf};

use crate::common::{json, workplace, xtask};

fn project(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// A folder with the tests' cell library.
fn with_library() -> tempfile::TempDir {
    let folder = workplace();
    std::fs::copy(project("synth/tests/gates/small.lib"), folder.path().join("small.lib")).unwrap();
    folder
}

#[test]
fn every_dot_product_is_measured_and_right() {
    let folder = with_library();
    let line = "gates --model MODEL --liberty small.lib --lanes 2 --samples 2 --cycles 20 --json out.json";
    let run = xtask(folder.path(), line);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{}", run.stdout);
    assert!(run.stdout.contains("| cell library | small, 2 V"), "{}", run.stdout);
    assert!(run.stdout.contains("0 of ") && !run.stdout.contains("Against OpenSTA"), "{}", run.stdout);
    let results = json(folder.path(), "out.json");
    let units = results["units"].as_array().unwrap();
    assert_eq!(units.len(), 7);
    for run in units.iter().flat_map(|unit| ["delayed", "settled"].map(|kind| unit[kind].as_array().unwrap())).flatten()
    {
        assert_eq!((&run["mismatches"], &run["cycles"]), (&0.into(), &20.into()));
    }
    // The report comes from the results alone
    let again = xtask(folder.path(), "gates --from out.json");
    assert_eq!(again.stdout, run.stdout);
    // A wrong total is a wrong result
    let text = std::fs::read_to_string(folder.path().join("out.json")).unwrap();
    std::fs::write(folder.path().join("out.json"), text.replacen("\"mismatches\": 0", "\"mismatches\": 1", 1)).unwrap();
    assert_eq!(xtask(folder.path(), "gates --from out.json").code, Some(1));
}

/// Gates with two inputs have another way to be built, here of inverted ones.
#[test]
fn cells_can_be_left_out() {
    let folder = with_library();
    let gates = |more: &str| {
        let line = "gates --model MODEL --liberty small.lib --lanes 2 --samples 1 --cycles 20 --json out.json";
        let run = xtask(folder.path(), &format!("{line} {more}"));
        assert_eq!(run.code, Some(0), "{more}: {}", run.stderr);
        json(folder.path(), "out.json")["units"][0]["gates"].as_u64().unwrap()
    };
    let all = gates("");
    assert!(gates("--dont-use XOR2,A*2") > all);
    let again = xtask(folder.path(), "gates --from out.json");
    assert!(again.stdout.contains("modules mapped one by one, without XOR2, A*2 |"), "{}", again.stdout);
}

#[test]
fn bad_input_is_refused() {
    let folder = with_library();
    let library = std::fs::read_to_string(folder.path().join("small.lib")).unwrap();
    std::fs::write(folder.path().join("cut.lib"), &library[..library.len() / 2]).unwrap();
    std::fs::write(folder.path().join("cut.json"), "{\"tag\": ").unwrap();
    let refused = |line: &str| {
        let run = xtask(folder.path(), &format!("gates {line}"));
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{line}");
        run.stderr
    };
    assert!(refused("").contains("--model"));
    assert!(refused("--model MODEL --lanes 0 --liberty small.lib").contains("lanes = 0 is outside 1 to 256"));
    assert!(refused("--model MODEL --liberty cut.lib").contains("cut.lib, line "));
    assert!(refused("--model MODEL --liberty none.lib").contains("none.lib: No such file"));
    assert!(refused("--from cut.json").contains("cut.json: no result of kind gates"));
    assert!(refused("--from cut.json --json out.json").contains("cannot be used with"));
    assert!(refused("--model MODEL --liberty small.lib --samples 8").contains("8 is not in 1..=7"));
}
