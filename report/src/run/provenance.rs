//! Provenance of a report, so that it can be made again.

use std::collections::BTreeMap;

use serde::Serialize;

/// Versions, command line and seed.
#[derive(Clone, Debug, Serialize)]
pub struct Provenance {
    /// Version of the command.
    pub trine: &'static str,
    /// Commit that it was built from.
    pub commit: &'static str,
    /// Version of each tool that took part, by name: `verilator`, `compiler`, `yosys`.
    pub tools: BTreeMap<String, String>,
    /// The command as it was given.
    pub command: Vec<String>,
    /// Seed of everything random; absent where nothing is.
    pub seed: Option<u64>,
}

impl Provenance {
    /// The same with a seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// The same with these tools, each with its version.
    #[must_use]
    pub fn with_tools(mut self, tools: impl IntoIterator<Item = (String, String)>) -> Self {
        self.tools.extend(tools);
        self
    }

    /// As rows of a table.
    pub(super) fn rows(&self) -> Vec<(&'static str, String)> {
        let mut rows = vec![("trine", format!("{}, commit {}", self.trine, self.commit))];
        for (label, tool) in [("Verilator", "verilator"), ("C++ compiler", "compiler")] {
            rows.extend(self.tools.get(tool).map(|version| (label, version.clone())));
        }
        rows.extend(self.seed.map(|seed| ("seed", seed.to_string())));
        let words: Vec<String> = self.command.iter().map(|word| quoted(word)).collect();
        rows.push(("command", words.join(" ")));
        rows
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.into() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_can_be_typed_again() {
        assert_eq!(["--seed", "KING ", "it's", ""].map(quoted), ["--seed", "'KING '", r"'it'\''s'", "''"]);
    }
}
