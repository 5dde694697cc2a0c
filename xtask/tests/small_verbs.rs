//! The verbs without a document: they print.

use std::fs;

use crate::common::{workplace, xtask};

/// A character a token: the ids are places in the model's list.
#[test]
fn tokens_of_every_line() {
    let folder = workplace();
    fs::write(folder.path().join("text.txt"), "A !\n& A").unwrap();
    let run = xtask(folder.path(), "tokens MODEL text.txt");
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "27 1 2 0\n4 1 27\n"), "{}", run.stderr);
    let missing = xtask(folder.path(), "tokens MODEL missing.txt");
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("missing.txt: "), "{}", missing.stderr);
}

#[test]
fn speed_of_every_kind() {
    let folder = workplace();
    let sizes = "--hidden 32 --layers 1 --context 16 --batch 2 --measured 2";
    let run = xtask(folder.path(), &format!("speed {sizes}"));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let kinds: Vec<&str> = run.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(kinds, trine_train::Kind::ALL.map(|kind| kind.name()), "{}", run.stdout);
    assert_eq!(run.stdout.matches("32 tokens a step: median ").count(), kinds.len(), "{}", run.stdout);
}
