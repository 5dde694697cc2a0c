//! Running the command as a user does.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Output and exit code of the command.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A folder to work in, from which the project's own tools are found wherever the build lies.
pub fn workplace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools");
    if let Ok(tools) = tools.canonicalize() {
        std::os::unix::fs::symlink(tools, folder.path().join(".tools")).unwrap();
    }
    folder
}

/// The smaller of the bundled models, so that tests are quick.
pub fn model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/shakespeare-small")
}

/// The command with these arguments, split at spaces, in `folder`; `MODEL` is replaced by that model.
pub fn command(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trine"));
    let model = model();
    command.current_dir(folder);
    for word in line.split_whitespace() {
        if word == "MODEL" {
            command.arg(&model)
        } else {
            command.arg(word)
        };
    }
    command
}

/// Runs a command to its end.
pub fn finish(mut command: Command) -> Run {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs `trine` with these arguments in `folder`.
pub fn trine(folder: &Path, line: &str) -> Run {
    finish(command(folder, line))
}

/// The JSON file `name` in `folder`.
pub fn json(folder: &Path, name: &str) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

/// A document without its provenance, which has the command line.
pub fn body(mut document: serde_json::Value) -> serde_json::Value {
    document.as_object_mut().unwrap().remove("provenance").expect("a provenance");
    document
}
