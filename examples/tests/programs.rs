//! Every program runs and prints what is kept in `tests/printed`; `UPDATE_EXPECT=1` writes those files anew.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use expect_test::{ExpectFile, expect_file};

fn output(program: &str, change: impl FnOnce(&mut Command)) -> Output {
    let mut command = Command::new(program);
    change(&mut command);
    command.output().unwrap()
}

/// Standard output of a program that succeeds.
pub fn printed(program: &str, change: impl FnOnce(&mut Command)) -> String {
    let output = output(program, change);
    assert!(output.status.success(), "{program}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn counter() {
    expect_file!["printed/counter.txt"].assert_eq(&printed(env!("CARGO_BIN_EXE_counter"), |_| {}));
}

#[test]
fn matmul() {
    expect_file!["printed/matmul.txt"].assert_eq(&printed(env!("CARGO_BIN_EXE_matmul"), |_| {}));
}

#[test]
fn transport() {
    expect_file!["printed/transport.txt"].assert_eq(&printed(env!("CARGO_BIN_EXE_transport"), |_| {}));
}

/// The bundled model in Hugging Face layout, and a model in GGUF.
#[test]
fn gguf() {
    let compare = |file: ExpectFile, model: Option<&str>| {
        let text = printed(env!("CARGO_BIN_EXE_gguf"), |command| {
            command.current_dir(root()).args(model);
        });
        file.assert_eq(&text);
    };
    compare(expect_file!["printed/gguf-bundled.txt"], None);
    let file = "golden-model/tests/fixtures/gguf_tq2_0-trained256/model.gguf";
    compare(expect_file!["printed/gguf-file.txt"], Some(file));
}

#[test]
fn generate() {
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("unit");
    let text = printed(env!("CARGO_BIN_EXE_generate"), |command| {
        command.arg(&unit).current_dir(root());
    });
    expect_file!["printed/generate.txt"].assert_eq(&text.replace(unit.to_str().unwrap(), "DIR"));
    let top = std::fs::read_to_string(unit.join("trine.v")).unwrap();
    assert!(top.contains("module trine"), "{top}");
}

/// The Verilog is written all the same, and the program names what is missing.
#[test]
fn generate_without_verilator() {
    let folder = tempfile::tempdir().unwrap();
    let output = output(env!("CARGO_BIN_EXE_generate"), |command| {
        command.arg("unit").current_dir(&folder).env("TRINE_VERILATOR", "/nowhere/verilator");
    });
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.starts_with("Verilator at /nowhere/verilator cannot be used"), "{stderr}");
    assert!(folder.path().join("unit/trine.v").exists());
}
