//! Closed lists of the keys of a configuration: each is read, or has no effect, or has none at certain values.

use serde_json::Value;

use crate::Config;
use crate::words::names;

/// Effect of a key.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    /// It is read, and its value decides something.
    Handled,
    /// It has no effect on what the model computes.
    Harmless,
    /// It has no effect when its value is as the text says, which the function decides; other values are refused.
    When(&'static str, fn(&Value, &Config) -> bool),
}

/// Keys that share a rule.
pub(crate) struct Group {
    /// The keys' names.
    pub(crate) keys: &'static [&'static str],
    /// Treatment of the keys.
    pub(crate) rule: Rule,
    /// Meaning of the keys.
    pub(crate) about: &'static str,
}

/// No value, or one that turns a feature off.
pub(crate) const OFF: Rule = Rule::When("null, false, 0 or empty", |value, _| off(value));
/// No value, or one that turns on a feature that every model here has.
pub(crate) const ON: Rule = Rule::When("null or true", |value, _| matches!(value, Value::Null | Value::Bool(true)));
/// A factor that changes nothing.
pub(crate) const ONE: Rule = Rule::When("null or 1", |value, _| value.is_null() || value.as_f64() == Some(1.0));
/// A sliding window or a chunk that holds the whole context.
pub(crate) const WINDOW: Rule = Rule::When("null, false, 0 or at least the context", |value, config| {
    off(value) || value.as_f64().is_some_and(|window| window >= config.context as f64)
});
/// A second name of a number that is read under another.
macro_rules! same {
    ($text:literal, $field:ident) => {
        $crate::checkpoint::keys::Rule::When(concat!("null or equal to ", $text), |value, config| {
            value.is_null() || value.as_f64().is_some_and(|number| number as f32 == config.$field as f32)
        })
    };
}
pub(crate) use same;

/// True if a value turns a feature off.
pub(crate) fn off(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(true) => false,
    }
}

/// The group of a key.
pub(crate) fn find<'a>(lists: &[&'a [Group]], key: &str) -> Option<&'a Group> {
    lists.iter().copied().flatten().find(|group| group.keys.contains(&key))
}

/// Checks a key of the list against its rule; the error names it as `shown`.
pub(crate) fn check(group: &Group, shown: &str, value: &Value, config: &Config) -> Result<(), String> {
    match group.rule {
        Rule::Handled | Rule::Harmless => Ok(()),
        Rule::When(_, holds) if holds(value, config) => Ok(()),
        Rule::When(when, _) => {
            Err(format!("`{shown}` is {}, which is not implemented ({}); it must be {when}", short(value), group.about))
        }
    }
}

/// A value for a message, cut where it is long.
pub(crate) fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{} ...", &text[..at]),
        None => text,
    }
}

/// Refuses two names of one thing that say different things.
pub(crate) fn agree<T: PartialEq + std::fmt::Display>(named: &[(String, T)]) -> Result<(), String> {
    match named.iter().find(|(_, value)| *value != named[0].1) {
        Some((name, value)) => Err(format!(
            "`{}` is {} but `{name}` is {value}; they mean the same, so one of them is wrong",
            named[0].0, named[0].1
        )),
        None => Ok(()),
    }
}

/// A notice about keys that no list has.
pub(crate) fn unknown(keys: &[&str]) -> Option<String> {
    match keys {
        [] => None,
        [key] => Some(format!("key `{key}` is not known here and is not read")),
        keys => Some(format!("keys {} are not known here and are not read", names(keys))),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use super::*;

    /// Checks that no key is in a list twice.
    pub(crate) fn assert_closed(lists: &[&[Group]]) {
        let mut keys: Vec<&str> = lists.iter().copied().flatten().flat_map(|group| group.keys).copied().collect();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count, "a key is in a list twice");
    }

    /// The rows of the table of lists in the documents.
    fn table(lists: &[&[Group]]) -> String {
        let row = |group: &Group| {
            let keys: Vec<String> = group.keys.iter().map(|key| format!("`{key}`")).collect();
            let rule = match group.rule {
                Rule::Handled => "handled".to_owned(),
                Rule::Harmless => "harmless".to_owned(),
                Rule::When(when, _) => format!("harmless when {when}; else refused"),
            };
            format!("| {} | {rule} | {} |\n", keys.join(", "), group.about)
        };
        format!(
            "| keys | rule | about |\n|---|---|---|\n{}",
            lists.iter().copied().flatten().map(row).collect::<String>()
        )
    }

    /// Checks that the part of `docs/reference/checkpoints.md` under this name is the table of the lists.
    pub(crate) fn assert_documented(name: &str, lists: &[&[Group]]) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/checkpoints.md");
        let text = std::fs::read_to_string(path).unwrap();
        let (start, end) = (format!("<!-- keys of {name} -->\n"), "<!-- end -->");
        let part = text.split_once(&start).and_then(|(_, rest)| rest.split_once(end)).map(|(part, _)| part.trim());
        let expected = table(lists);
        assert!(part == Some(expected.trim()), "docs/reference/checkpoints.md, keys of {name}, must be:\n{expected}");
    }

    /// Checks that `docs/reference/checkpoints.md` has every one of these words in quotes.
    pub(crate) fn assert_mentioned(words: &[&str]) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/checkpoints.md");
        let text = std::fs::read_to_string(path).unwrap();
        let missing: Vec<&&str> = words.iter().filter(|word| !text.contains(&format!("`{word}`"))).collect();
        assert!(missing.is_empty(), "docs/reference/checkpoints.md does not have {missing:?}");
    }

    #[test]
    fn names_are_cut_short() {
        assert_eq!(unknown(&[]), None);
        assert_eq!(unknown(&["a"]).unwrap(), "key `a` is not known here and is not read");
        let keys: Vec<String> = (0..11).map(|i| i.to_string()).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        assert_eq!(
            unknown(&keys).unwrap(),
            "keys `0`, `1`, `2`, `3`, `4`, `5`, `6`, `7` and 3 more are not known here and are not read"
        );
    }
}
