//! The help of the command and of every verb, as reviewed files.
//!
//! `UPDATE_EXPECT=1 cargo test --package trine-cli --features train --test all help::` rewrites the files in `cli/tests/help`.

use std::collections::BTreeSet;
use std::path::Path;

use clap::Command;
use expect_test::expect_file;

/// Columns of a line.
const WIDTH: usize = 72;

/// The command and its verbs, each with the name of its file; without those that are hidden, and without `help`.
pub fn commands() -> Vec<(String, Command)> {
    fn with_verbs(command: &Command, all: &mut Vec<(String, Command)>) {
        all.push((command.get_display_name().unwrap_or(command.get_name()).to_owned(), command.clone()));
        let verbs = command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help");
        verbs.for_each(|verb| with_verbs(verb, all));
    }
    // Whatever the width of the terminal.
    let mut command = trine_cli::definition().term_width(WIDTH);
    command.build();
    let mut all = vec![];
    with_verbs(&command, &mut all);
    all
}

/// The phrases that `scripts/check-words` refuses.
fn refused() -> Vec<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/check-words");
    let script = std::fs::read_to_string(script).unwrap();
    let list = script.lines().find_map(|line| line.strip_prefix("phrases='")?.strip_suffix('\''));
    list.expect("check-words lists phrases").split('|').map(str::to_owned).collect()
}

/// Words in lower case with one space around each, so that a phrase is found across the ends of lines.
fn words(text: &str) -> String {
    let plain = text.to_lowercase().replace(|c: char| !c.is_alphanumeric(), " ");
    format!(" {} ", plain.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn the_help_is_as_reviewed() {
    let mut files = BTreeSet::new();
    for (name, mut command) in commands() {
        expect_file![format!("help/{name}.txt")].assert_eq(&command.render_long_help().to_string());
        files.insert(format!("{name}.txt"));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/help");
    let found = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(found.collect::<BTreeSet<_>>(), files, "a file of a verb that is no more");
}

#[test]
fn lines_fit_and_words_are_plain() {
    let refused = refused();
    let found = |phrase: &String| words(&phrase.to_uppercase().replace(' ', ",\n  ")).contains(&format!(" {phrase} "));
    assert!(refused.len() > 5 && refused.iter().all(found));
    for (name, mut command) in commands() {
        for text in [command.render_long_help().to_string(), command.render_help().to_string()] {
            let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > WIDTH).collect();
            assert!(wide.is_empty(), "{name}: {wide:#?}");
            let words = words(&text);
            let found: Vec<&String> = refused.iter().filter(|phrase| words.contains(&format!(" {phrase} "))).collect();
            assert!(found.is_empty(), "{name}: {found:?}");
        }
    }
}

#[test]
fn every_verb_and_option_says_what_it_is() {
    for (name, command) in commands() {
        let about = command.get_about().unwrap_or_else(|| panic!("{name} has no summary")).to_string();
        // In the list of verbs the longest name stands in front.
        let room = WIDTH - "  perplexity  ".len();
        assert!(about.chars().count() <= room, "{name}: the summary takes more than a line: {about}");
        for argument in command.get_arguments() {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!help.is_empty(), "{name}: {argument} has no help");
            assert!(!help.ends_with('.'), "{name}: {argument} is no phrase: {help}");
        }
    }
}
