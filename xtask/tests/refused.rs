//! Bad usage, and places that cannot be written to: one paragraph, before any work.

use std::fs;

use crate::common::{command, finish, workplace, xtask};

#[test]
fn places_are_looked_at_before_the_work() {
    let place = workplace();
    let folder = place.path();
    fs::write(folder.join("file"), "mine").unwrap();
    fs::write(folder.join("text.txt"), "to be or not to be\n".repeat(300)).unwrap();
    for (line, part) in [
        ("mutate --json missing/m.json", "missing/m.json"),
        ("coverage --json missing/c.json", "missing/c.json"),
        ("gates --model MODEL --json missing/g.json", "missing/g.json"),
        ("compare --data text.txt --out c --docs file/d", "file/d: file is no folder"),
        ("compare --data text.txt --out -", "-: standard output is no folder"),
        ("compare --data text.txt --out c --docs -", "-: standard output is no folder"),
    ] {
        let mut without = command(folder, line);
        without.env("TRINE_VERILATOR", "/nowhere/verilator").env("TRINE_YOSYS", "/nowhere/yosys");
        let run = finish(without);
        assert_eq!(run.code, Some(2), "{line}: {run:?}");
        assert!(run.stderr.contains(part) && run.stderr.lines().count() == 1, "{line}: {}", run.stderr);
    }
    assert_eq!(fs::read(folder.join("file")).unwrap(), b"mine");
    assert!(!folder.join("c").exists() && !folder.join("-").exists(), "nothing is begun");
}

#[test]
fn a_temporary_folder_that_is_missing_is_named_with_the_cure() {
    let place = workplace();
    for missing in ["/nowhere/tmp", "nowhere"] {
        let mut command = command(place.path(), "coverage");
        command.env("TMPDIR", missing);
        let run = finish(command);
        assert_eq!(run.code, Some(2), "{run:?}");
        let said = run.stderr.contains("nowhere") && run.stderr.contains("name another in TMPDIR");
        assert!(said && run.stderr.lines().count() == 1, "{}", run.stderr);
    }
}

/// Errors whose text names their cause and errors that leave it to the chain, through the whole command.
#[test]
fn a_cause_is_told_once() {
    let place = workplace();
    let folder = place.path();
    let pipe = std::process::Command::new("mkfifo").arg(folder.join("pipe.lib")).status().unwrap();
    assert!(pipe.success());
    for (line, cause) in [
        ("area --from nowhere", "No such file or directory"),
        ("compare --from nowhere.json", "No such file or directory"),
        ("gates --model MODEL --text x --liberty pipe.lib", "pipe.lib: this is not a plain file"),
        ("mutate --mutants 0", "0 is not in 1.."),
        ("gates --model m --text -x", "begins with a dash needs an equals sign: --text='-x'"),
    ] {
        let run = xtask(folder, line);
        assert_eq!(run.code, Some(2), "{line}: {run:?}");
        let message = run.stderr;
        assert!(message.starts_with("error: ") && message.matches(cause).count() == 1, "{line}: {message}");
        assert!(message.matches("os error").count() <= 1, "{line}: {message}");
    }
}
