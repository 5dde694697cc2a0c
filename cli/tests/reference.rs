//! The reference of the command: the part behind its heading of verbs is the command's own definition in Markdown.
//!
//! `UPDATE_EXPECT=1 cargo test --package trine-cli --features train --test all reference::` rewrites that part.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Arg, Command};
use expect_test::expect_file;

use crate::help::commands;

/// The heading behind which everything is generated.
const VERBS: &str = "\n## Verbs\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page() -> String {
    fs::read_to_string(root().join("docs/reference/command.md")).unwrap()
}

#[test]
fn the_page_is_up_to_date() {
    let page = page();
    let (head, _) = page.split_once(VERBS).expect("the page has the heading of verbs");
    let page = format!("{head}{VERBS}{}", verbs());
    expect_file!["../../docs/reference/command.md"].assert_eq(&page);
}

#[test]
fn every_environment_variable_is_listed() {
    let variables = variables();
    assert!(variables.len() >= 11, "{variables:?}");
    let page = page();
    let listed: BTreeSet<String> =
        page.split('`').filter(|word| word.starts_with("TRINE_")).map(str::to_owned).collect();
    assert_eq!(listed, variables);
}

/// Names of the variables that the sources read, tests aside.
fn variables() -> BTreeSet<String> {
    fn read(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap();
                // What is compiled in is no variable of a run.
                let text = text.replace("env!(\"", "");
                found.extend(text.split('"').filter(|word| is_variable(word)).map(str::to_owned));
            }
        }
    }
    let mut found = BTreeSet::new();
    ["cli", "sim", "synth", "tools", "verify"].iter().for_each(|name| read(&root().join(name).join("src"), &mut found));
    found
}

fn is_variable(word: &str) -> bool {
    let name = word.strip_prefix("TRINE_").unwrap_or_default();
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// All verbs with their options, and then the options that several of them have.
fn verbs() -> String {
    let mut shared: Vec<(String, String)> = vec![];
    let mut text = "\nEvery verb takes `-h` for a summary and `--help` for all of its help.\n".to_owned();
    for (name, command) in &commands() {
        text += &format!("\n### {}\n\n{}\n\n{}", name.replace('-', " "), about(command), usage(command));
        let mut links = vec![];
        for heading in headings(command) {
            let rows = table(command, heading);
            match heading {
                None if rows.is_empty() => {}
                None => text += &format!("\n{rows}"),
                Some(heading) => {
                    let known = shared.iter().find(|(name, _)| name == heading);
                    assert!(known.is_none_or(|(_, known)| *known == rows), "{name}: {heading} has two meanings");
                    if known.is_none() {
                        shared.push((heading.to_owned(), rows));
                    }
                    links.push(format!("[{heading}](#{}-options)", heading.to_lowercase()));
                }
            }
        }
        if !links.is_empty() {
            text += &format!("\nOther options: {}.\n", links.join(", "));
        }
    }
    for (heading, rows) in shared {
        text += &format!("\n### {heading} options\n\n{rows}");
    }
    text
}

/// The description, a paragraph each.
fn about(command: &Command) -> String {
    let text = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    sentences(&text).join("\n\n")
}

/// The forms of the command line.
fn usage(command: &Command) -> String {
    let text = command.clone().render_usage().to_string();
    let lines: Vec<&str> = text.trim_start_matches("Usage:").lines().map(str::trim).collect();
    format!("```text\n{}\n```\n", lines.join("\n"))
}

/// The headings of options in their order; `None` is that of options without one.
fn headings(command: &Command) -> Vec<Option<&str>> {
    let mut all = vec![None];
    for argument in command.get_arguments() {
        let heading = argument.get_help_heading();
        if !all.contains(&heading) {
            all.push(heading);
        }
    }
    all
}

/// The options under a heading; empty if there are none but those that every verb has.
fn table(command: &Command, heading: Option<&str>) -> String {
    let own = |argument: &&Arg| !argument.is_hide_set() && !["help", "version"].contains(&argument.get_id().as_str());
    let arguments = command.get_arguments().filter(own).filter(|argument| argument.get_help_heading() == heading);
    let rows: String = arguments.map(row).collect();
    if rows.is_empty() { rows } else { format!("| option | meaning |\n|---|---|\n{rows}") }
}

/// One option: its forms, its help, its values and its default.
fn row(argument: &Arg) -> String {
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut meaning = sentences(&help);
    if argument.get_action().takes_values() {
        let values = argument.get_possible_values();
        let described: Vec<String> = values
            .iter()
            .map(|value| match value.get_help() {
                Some(help) => format!("`{}`: {help}", value.get_name()),
                None => format!("`{}`", value.get_name()),
            })
            .collect();
        if !described.is_empty() {
            let mark = if values.iter().any(|value| value.get_help().is_some()) { "; " } else { ", " };
            meaning.push(format!("Values: {}.", described.join(mark)));
        }
        let defaults: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        if !defaults.is_empty() && !argument.is_hide_default_value_set() {
            meaning.push(format!("Default: `{}`.", defaults.join(",")));
        }
    }
    format!("| `{}` | {} |\n", forms(argument).replace('|', "\\|"), meaning.join(" ").replace('|', "\\|"))
}

/// As in `-o, --output <DIR>`.
fn forms(argument: &Arg) -> String {
    let short = argument.get_short().map(|short| format!("-{short}, ")).unwrap_or_default();
    format!("{short}{argument}")
}

/// The paragraphs of a text, each with a full stop, a hand-written default as a sentence of its own.
fn sentences(text: &str) -> Vec<String> {
    let paragraphs = text.split("\n\n").map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs
        .map(|paragraph| match paragraph.strip_suffix(']').and_then(|text| text.split_once(" [default: ")) {
            Some((text, default)) => format!("{text}. Default: {default}."),
            None => format!("{}.", paragraph.trim_end_matches('.')),
        })
        .collect()
}
