//! Paths and folders as people have them: names that are not UTF-8, relative caches and temporary folders, blanks.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::Command;

use crate::common::{Run, command, finish, json, model, workplace};

/// A copy of the model under a name that is not UTF-8, with a blank and a quote in it.
fn odd(folder: &std::path::Path) -> PathBuf {
    let odd = folder.join(OsStr::from_bytes(b"mod\xe8le d'\"or"));
    fs::create_dir(&odd).unwrap();
    for name in ["config.json", "chars.json", "model.safetensors"] {
        fs::copy(model().join(name), odd.join(name)).unwrap();
    }
    odd
}

#[test]
fn a_path_that_is_not_utf_8_works_in_every_verb() {
    let place = workplace();
    let folder = place.path();
    let odd = odd(folder);
    fs::write(folder.join("text.txt"), "KING RICHARD").unwrap();
    for line in [
        "run --prompt A --tokens 2 --backend golden --json j.json --report out --model",
        "estimate --json j.json --model",
        "perplexity --text text.txt --json j.json --model",
        "logits --ids 1,2 --backend golden --output o.npy --json j.json --model",
        "inspect --json j.json",
    ] {
        let mut command = command(folder, line);
        command.arg(&odd);
        let run = lossy(command);
        assert_eq!(run.code, Some(0), "{line}: {run:?}");
        json(folder, "j.json");
    }
    let run = json(&folder.join("out"), "run.json");
    assert!(run["model"].as_str().unwrap().ends_with("mod\u{fffd}le d'\"or"), "{}", run["model"]);
    // And as the place of results.
    for line in ["inspect MODEL --json", "regs --format c -o", "generate --preset unit -o"] {
        let mut command = command(folder, line);
        let name = format!("{}-", line.split(' ').next().unwrap());
        let result = folder.join(OsStr::from_bytes(&[name.as_bytes(), b"r\xe9sultat"].concat()));
        command.arg(&result);
        assert_eq!(lossy(command).code, Some(0), "{line}");
        assert!(result.exists(), "{line}");
    }
}

/// Like [`finish`], where output may show a path as it is.
fn lossy(mut command: Command) -> Run {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A cache, a temporary folder and tools that are named relative to where the command runs, with blanks in all names.
#[test]
fn folders_of_the_environment_may_be_relative() {
    let place = workplace();
    let folder = place.path();
    fs::create_dir(folder.join("for a while")).unwrap();
    let mut command = command(folder, "verify --lanes 2 --columns 1 --cases 2 --no-checks --json v.json");
    command.env("TRINE_CACHE", "a cache").env("TMPDIR", "for a while");
    // The compiler behind a script, which relative names lead to.
    fs::write(folder.join("my compiler"), "#!/bin/sh\nexec g++ \"$@\"\n").unwrap();
    fs::set_permissions(folder.join("my compiler"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    command.env("CXX", "./my compiler");
    let run = finish(command);
    assert_eq!((run.code, &*run.stderr), (Some(0), ""), "{run:?}");
    assert!(folder.join("a cache").is_dir() && json(folder, "v.json")["mismatches"] == 0);
}

#[test]
fn a_temporary_folder_that_is_missing_is_named_with_the_cure() {
    let place = workplace();
    let folder = place.path();
    for line in [
        "verify --preset unit --cases 1",
        "run --model MODEL --prompt A --tokens 1 --lanes 5 --columns 1",
        "synth --target ecp5-25k --preset unit",
    ] {
        for missing in ["/nowhere/tmp", "nowhere"] {
            let mut command = command(folder, line);
            command.env("TMPDIR", missing);
            let run = finish(command);
            assert_eq!(run.code, Some(2), "{line}: {run:?}");
            let said = run.stderr.contains("nowhere") && run.stderr.contains("name another in TMPDIR");
            assert!(said && run.stderr.lines().count() == 1, "{line}: {}", run.stderr);
        }
    }
}

/// A script prints the text of a compiler on a full disk.
#[test]
fn a_full_disk_is_named_with_the_cure() {
    let place = workplace();
    let folder = place.path();
    let script = "#!/bin/sh\n[ \"$1\" = --version ] && { echo full 1; exit 0; }\n\
                  echo 'fatal error: error writing to x.s: No space left on device' >&2\nexit 1\n";
    fs::write(folder.join("full"), script).unwrap();
    fs::set_permissions(folder.join("full"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = command(folder, "verify --preset unit --cases 1");
    command.env("CXX", "./full").env("TRINE_CACHE", "cache");
    let run = finish(command);
    assert_eq!(run.code, Some(2), "{run:?}");
    let parts = ["no space left", "/cache or in ", "TRINE_CACHE and TMPDIR"];
    assert!(parts.iter().all(|part| run.stderr.contains(part)) && run.stderr.lines().count() == 1, "{}", run.stderr);
}
