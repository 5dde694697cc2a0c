//! Survivors that a person has looked at: mutants that change nothing a host can see, and such as no simulation reaches.

use serde::Deserialize;
use trine_hdl::lang::Mutant;

use crate::{Error, Result};

/// The verdict on a survivor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It does what the unit does.
    Equivalent,
    /// It is wrong, and no check finds it.
    Alive,
}

/// Mutants that have one reason in common.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The unit of the campaign; all where there is none.
    pub unit: Option<String>,
    /// The module; `*` matches any text.
    pub module: String,
    /// Place of the change; `*` matches any text.
    pub place: String,
    /// The change, written `a becomes b`; `*` matches any text.
    pub change: String,
    /// The verdict of a person.
    pub verdict: Verdict,
    /// Its reason.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    mutant: Vec<Entry>,
}

/// The list of survivors that a person has looked at.
///
/// # Errors
/// The fault in the list.
pub fn list() -> Result<Vec<Entry>> {
    let file: File = toml::from_str(include_str!("known.toml")).map_err(|fault| Error::content("known.toml", fault))?;
    Ok(file.mutant)
}

impl Entry {
    /// True if it speaks of this mutant.
    pub fn is_of(&self, unit: &str, mutant: &Mutant) -> bool {
        self.unit.as_ref().is_none_or(|of| of == unit)
            && matches(&self.module, &mutant.module)
            && matches(&self.place, &mutant.place)
            && matches(&self.change, &mutant.change)
    }
}

/// True if a pattern in which `*` matches any text matches all of `text`.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, rest)) => text.strip_prefix(before).is_some_and(|text| {
            (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| matches(rest, &text[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        assert!(matches("a_*_q: * becomes 0", "a_1_q: x + … becomes 0") && matches("*", "") && matches("a", "a"));
        assert!(!matches("a*b", "abc") && !matches("a", "ab") && !matches("*b", "a"));
    }

    #[test]
    fn every_entry_has_a_reason() {
        assert!(list().unwrap().iter().all(|entry| entry.reason.len() > 10));
    }
}
