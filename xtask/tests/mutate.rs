//! A small campaign of mutants: verification finds them, and a mutant that nothing finds makes the command fail.

use trine_verify::mutation::Subject;

use crate::common::{json, workplace, xtask};

/// Fifty mutants of all units, which fit into a minute.
#[test]
fn a_sample_of_mutants_is_found() {
    let folder = workplace();
    let run = xtask(folder.path(), "mutate --mutants 50 --seed 1 --json m.json");
    let report = json(folder.path(), "m.json");
    let number = |key: &str| report["tally"][key].as_u64().unwrap();
    // Which mutants are drawn changes with the RTL, and an unexplained one among them is reported.
    let code = i32::from(number("alive") > 0);
    assert_eq!(run.code, Some(code), "{}{}", run.stdout, run.stderr);
    assert_eq!(number("mutants"), 50);
    assert_eq!(number("killed") + number("proven") + number("listed") + number("alive"), 50);
    assert!(number("killed") >= 40, "{}", run.stdout);
    assert_eq!(report["outcomes"].as_array().unwrap().len(), 50);
    let document = xtask(folder.path(), "mutate --from m.json");
    assert!(document.stdout.starts_with("# Mutants of the generated RTL\n"), "{}", document.stdout);
}

/// The command exists to find a survivor that nobody has explained. An output that nothing reads always has some.
#[test]
fn a_survivor_that_nobody_explains_fails() {
    let folder = workplace();
    let subject = Subject::all().unwrap().into_iter().find(|subject| subject.name == "odd").unwrap();
    let mutants = subject.mutants().unwrap();
    let unread = mutants.iter().find(|m| m.module == "trine_registers" && m.place == "scratch_value_o");
    let only = format!("--only odd:{}", unread.unwrap().id);
    let found = xtask(folder.path(), &format!("mutate {only} --no-proofs --without-list"));
    assert_eq!(found.code, Some(1), "{}", found.stdout);
    assert!(
        found.stdout.contains("alive 1\n") && found.stdout.contains("nobody has explained why"),
        "{}",
        found.stdout
    );
}

#[test]
fn numbers_that_are_none_are_refused() {
    let folder = workplace();
    for (which, problem) in [("odd", "not UNIT:ID"), ("odd:0", "has no mutant 0"), ("even:1", "is called `even`")] {
        let run = xtask(folder.path(), &format!("mutate --only {which}"));
        assert_eq!(run.code, Some(2), "{which}");
        assert!(run.stderr.contains(problem), "{}", run.stderr);
    }
}
