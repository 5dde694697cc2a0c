//! Completion scripts and man pages, as bash and a reader of pages find them.

use std::process::Command;

use clap::Command as Definition;

use crate::common::{trine, workplace};

/// The words that bash offers behind `line`, whose last word is being typed.
fn offered(script: &std::path::Path, line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split(' ').collect();
    let (current, before) = (words[words.len() - 1], words[words.len() - 2]);
    let program = format!(
        "source {}; COMP_WORDS=({line}); COMP_CWORD={}; _trine trine '{current}' '{before}'; echo \"${{COMPREPLY[@]}}\"",
        script.display(),
        words.len() - 1
    );
    let output = Command::new("bash").args(["--norc", "-c", &program]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().split_whitespace().map(str::to_owned).collect()
}

#[test]
fn bash_completes_verbs_options_and_values() {
    let place = workplace();
    let run = trine(place.path(), "--completions bash");
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let script = place.path().join("trine.bash");
    std::fs::write(&script, run.stdout).unwrap();
    assert!(Command::new("bash").arg("-n").arg(&script).status().unwrap().success());
    assert_eq!(offered(&script, "trine ver"), ["verify"]);
    assert_eq!(offered(&script, "trine verify --pres"), ["--preset"]);
    assert_eq!(offered(&script, "trine verify --preset s"), ["serial", "small", "standard"]);
    assert_eq!(offered(&script, "trine generate --style x"), ["xilinx7"]);
    assert!(offered(&script, "trine sim").is_empty(), "a verb for the command's own use");
}

#[test]
fn every_shell_has_a_script() {
    let place = workplace();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = trine(place.path(), &format!("--completions {shell}"));
        assert!(run.code == Some(0) && run.stdout.contains("perplexity"), "{shell}: {}", run.stderr);
    }
    let run = trine(place.path(), "--completions tcsh");
    assert!(run.code == Some(2) && run.stderr.contains("possible values: bash"), "{}", run.stderr);
    let both = trine(place.path(), "--completions bash regs --format c");
    assert_eq!((both.code, both.stdout.as_str()), (Some(2), ""));
}

/// Asserts that the pages of `command` and of the verbs below it have all its options; returns their number.
fn expect_pages(folder: &std::path::Path, command: &Definition) -> usize {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let text = std::fs::read_to_string(folder.join(format!("{name}.1"))).unwrap();
    // Dashes and changes of the font are escaped.
    let text = ["\\fB", "\\fI", "\\fR"].iter().fold(text.replace("\\-", "-"), |text, font| text.replace(font, " "));
    for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
        let Some(long) = argument.get_long() else { continue };
        let listed =
            text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|word| word == format!("--{long}"));
        assert!(listed, "{name}.1 lacks --{long}");
    }
    let verbs = command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help");
    1 + verbs.map(|verb| expect_pages(folder, verb)).sum::<usize>()
}

#[test]
fn man_pages_have_every_option() {
    let place = workplace();
    let run = trine(place.path(), "--man pages");
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let folder = place.path().join("pages");
    let mut command = trine_cli::definition();
    command.build();
    let pages = expect_pages(&folder, &command);
    assert_eq!(run.stdout, format!("{pages} man pages in pages\n"));
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), pages, "none of a hidden verb");
    let page = std::fs::read_to_string(folder.join("trine-verify.1")).unwrap();
    assert!(
        page.contains("Check the accelerator against the golden model") && page.contains(".SH ACCELERATOR"),
        "{page}"
    );
}

#[test]
fn places_that_take_no_pages_are_refused() {
    let place = workplace();
    std::fs::write(place.path().join("file"), "").unwrap();
    for (line, words) in [("--man -", "standard output is no folder"), ("--man file", "file: this is no folder")] {
        let run = trine(place.path(), line);
        assert!(run.code == Some(2) && run.stderr.contains(words), "{run:?}");
    }
}
