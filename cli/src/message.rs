//! Texts of errors as a user reads them.

use std::ffi::OsString;
use std::io::{self, Write};

use clap::error::ErrorKind;

/// An error with its causes as one text; a cause that an outer one has told already is not told again.
pub(crate) fn causes(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !text.contains(&cause) {
            text += if text.is_empty() { "" } else { ": " };
            text += &cause;
        }
    }
    text
}

/// Prints an error, or as much of it as the error stream takes.
pub(crate) fn print(text: &str) {
    // There is no other place to say that this failed.
    let _ = writeln!(io::stderr(), "error: {text}");
}

/// Hint for a value that begins with a dash, if that keeps a command line from being understood.
pub(crate) fn of_dashes(error: &clap::Error, command: &clap::Command, words: &[OsString]) -> Option<String> {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return None;
    }
    let words: Vec<_> = words.iter().skip(1).map(|word| word.to_string_lossy()).collect();
    let mut verb = command;
    for word in &words {
        verb = verb.find_subcommand(&**word).unwrap_or(verb);
    }
    let named = |word: &str| {
        let name = word.split('=').next().unwrap_or(word);
        verb.get_arguments().find(|argument| {
            let long = argument.get_long().is_some_and(|long| name.strip_prefix("--") == Some(long));
            let short = argument.get_short().is_some_and(|short| name.strip_prefix('-') == Some(&*short.to_string()));
            long || short
        })
    };
    let takes_value = |word: &str| {
        let argument = named(word).filter(|_| !word.contains('='));
        argument.filter(|argument| argument.get_action().takes_values() && !argument.is_require_equals_set())
    };
    words.windows(2).find_map(|pair| {
        let (option, value) = (takes_value(&pair[0])?, &*pair[1]);
        let dashed = value.len() > 1 && value.starts_with('-') && named(value).is_none();
        let name = option.get_long().map_or(pair[0].to_string(), |long| format!("--{long}"));
        let quoted = value.replace('\'', r"'\''");
        dashed.then(|| format!("{name}: a value that begins with a dash needs an equals sign: {name}='{quoted}'"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> io::Error {
        io::Error::other("the line is gone")
    }

    /// Errors of every crate that has a cause, alone and with context around them: some name it, some leave it to the chain.
    #[test]
    fn a_cause_is_told_once() {
        let path = || std::path::PathBuf::from("a.json");
        let register = || trine_driver::Error::Register {
            register: "ID",
            offset: 0,
            source: trine_driver::TransportError::Failed("the line is gone".into()),
        };
        let linear = trine_golden_model::LinearId { layer: 0, kind: trine_golden_model::LinearKind::Up };
        let place = trine_driver::JobPlace { tag: 1, tokens: 2, depth: 3, outputs: 4 };
        let transport = trine_driver::TransportError::Failed("the line is gone".into());
        let all: Vec<(anyhow::Error, &str)> = vec![
            (trine_golden_model::Error::Io { path: path(), source: lost() }.into(), "a.json: "),
            (
                trine_golden_model::Error::Engine { linear, source: register().into() }.into(),
                "layers.0.mlp.up_proj: register ID at 0x000: ",
            ),
            (register().into(), "register ID at 0x000: "),
            (trine_driver::Error::Streams { job: place, source: transport }.into(), "job 1 (m = 2, k = 3, n = 4): "),
            (trine_driver::Error::Journal { path: path(), source: lost() }.into(), "a.json: "),
            (
                trine_sim::Error::Io { action: "cannot write", path: path(), source: lost() }.into(),
                "cannot write a.json: ",
            ),
            (trine_synth::Error::Io { what: "reading a.json".into(), source: lost() }.into(), "reading a.json: "),
            #[cfg(feature = "train")]
            (trine_train::Error::Io { path: path(), source: lost() }.into(), "a.json: it cannot be read or written: "),
            #[cfg(feature = "train")]
            (
                trine_train::Error::Model(trine_golden_model::Error::Io { path: path(), source: lost() }).into(),
                "a.json: ",
            ),
            (trine_report::Error::Io { what: "a.json".into(), source: lost() }.into(), "a.json: "),
            (anyhow::Error::from(lost()).context("a.json"), "a.json: "),
        ];
        for (error, start) in all {
            let text = causes(&error);
            assert!(text.starts_with(start) && text.matches("the line is gone").count() == 1, "{text}");
            let around = causes(&error.context("the unit"));
            assert_eq!(around, format!("the unit: {text}"));
        }
    }
}
