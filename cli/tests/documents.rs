//! Every `$` line of the documents runs, and prints what its page says.
//!
//! The commands of a page run in turn, each in a shell of its own, in one folder that holds the bundled models and the examples.
//! Below a command is its output on both streams: `...` on a line of its own is any number of lines, `[..]` any text within a
//! line. A command without output below it only has to succeed.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use crate::common::workplace;

/// Times that a page may show, and that differ from run to run.
const TIMES: &str = r"\d+(\.\d+)? (ms|s|min) to simulate on \d+ units?";

/// Folders of the checkout that commands may name.
const PARTS: [&str; 2] = ["models", "examples"];

#[derive(Debug)]
struct Step {
    line: usize,
    command: String,
    expected: Vec<String>,
}

/// The commands of a page, in order.
fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = vec![];
    let mut inside = false;
    for (number, line) in text.lines().enumerate() {
        match (inside, line) {
            (false, "```console") => inside = true,
            (true, "```") => inside = false,
            (true, _) => match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => {
                    steps.push(Step { line: number + 1, command: command.into(), expected: vec![] });
                }
                (None, Some(step)) => step.expected.push(line.trim_end().into()),
                (None, None) => panic!("line {}: output without a command", number + 1),
            },
            (false, _) => assert!(!line.starts_with("$ "), "line {}: a command outside of a console block", number + 1),
        }
    }
    // The blank lines between two blocks belong to neither.
    steps.iter_mut().for_each(|step| while step.expected.pop_if(|line| line.is_empty()).is_some() {});
    steps
}

/// True if `[..]` in `pattern` can be filled so that it is `line`.
fn is_like(pattern: &str, line: &str) -> bool {
    let mut parts: VecDeque<&str> = pattern.split("[..]").collect();
    let Some(mut rest) = parts.pop_front().and_then(|start| line.strip_prefix(start)) else { return false };
    let Some(end) = parts.pop_back() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(end)
}

/// True if the lines are those that the page shows.
fn agree(expected: &[String], printed: &[String]) -> bool {
    match expected {
        [] => printed.is_empty(),
        [first, rest @ ..] if first == "..." => (0..=printed.len()).any(|skipped| agree(rest, &printed[skipped..])),
        [first, rest @ ..] => printed.first().is_some_and(|line| is_like(first, line)) && agree(rest, &printed[1..]),
    }
}

/// Runs the commands of a page; returns what differs.
fn differences(root: &Path, page: &Path) -> Vec<String> {
    let times = regex::Regex::new(TIMES).unwrap();
    let same_times = |line: &str| times.replace_all(line.trim_end(), "N s to simulate on N units").into_owned();
    let name = page.strip_prefix(root).unwrap().display();
    let folder = workplace();
    for part in PARTS {
        std::os::unix::fs::symlink(root.join(part), folder.path().join(part)).unwrap();
    }
    let trine = Path::new(env!("CARGO_BIN_EXE_trine")).parent().unwrap();
    let path = format!("{}:{}", trine.display(), std::env::var("PATH").unwrap());
    let mut found = vec![];
    for step in steps(&std::fs::read_to_string(page).unwrap()) {
        let script = format!("exec 2>&1; {}", step.command);
        let mut command = Command::new("bash");
        let output = command.args(["-c", &script]).current_dir(folder.path()).env("PATH", &path).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let printed: Vec<String> = text.trim_end().lines().map(same_times).collect();
        let expected: Vec<String> = step.expected.iter().map(|line| same_times(line)).collect();
        if !output.status.success() || !(expected.is_empty() || agree(&expected, &printed)) {
            found.push(format!("{name}:{}: $ {}\n{}: it printed\n{text}", step.line, step.command, output.status));
        }
    }
    found
}

/// The pages that a reader meets: the README and all of docs.
fn pages(root: &Path) -> Vec<PathBuf> {
    let mut pages = vec![root.join("README.md")];
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|kind| kind == "md") => pages.push(path),
                false => {}
            }
        }
    }
    pages
}

#[test]
fn commands_of_the_documents_print_what_the_pages_show() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let (waiting, found) = (Mutex::new(pages(&root)), Mutex::new(vec![]));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(page) = waiting.lock().unwrap().pop() else { break };
                    let differences = differences(&root, &page);
                    found.lock().unwrap().extend(differences);
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[test]
fn a_page_that_shows_something_else_is_noticed() {
    let root = tempfile::tempdir().unwrap();
    for part in PARTS {
        std::fs::create_dir(root.path().join(part)).unwrap();
    }
    let page = root.path().join("page.md");
    let differ = |text: &str| {
        std::fs::write(&page, format!("```console\n{text}\n```\n")).unwrap();
        differences(root.path(), &page).len()
    };
    assert_eq!(differ("$ echo 1 of 3; echo two\n1 of [..]\ntwo"), 0);
    assert_eq!(differ("$ seq 9\n1\n...\n8\n9"), 0);
    assert_eq!(differ("$ true"), 0);
    assert_eq!(differ("$ echo 12 s to simulate on 2 units\n1.5 s to simulate on 1 unit"), 0);
    for wrong in ["$ echo 1\n2", "$ echo 1; echo 2\n1", "$ seq 9\n1\n...\n7\n9", "$ false", "$ echo 1\n1\n2"] {
        assert_eq!(differ(wrong), 1, "{wrong}");
    }
}
