//! Provenance of a report, so that it can be made again.

use serde::Serialize;

/// Versions and command line.
#[derive(Clone, Debug, Serialize)]
pub struct Provenance {
    /// Version of the command.
    pub trine: &'static str,
    /// Commit that it was built from.
    pub commit: &'static str,
    /// Output of `verilator --version`; absent when nothing was simulated.
    pub verilator: Option<String>,
    /// Output of the C++ compiler's `--version`.
    pub compiler: Option<String>,
    /// The command as it was given.
    pub command: Vec<String>,
    /// Seed of everything random.
    pub seed: u64,
}

impl Provenance {
    /// As rows of a table.
    pub(super) fn rows(&self) -> Vec<(&'static str, String)> {
        let mut rows = vec![("trine", format!("{}, commit {}", self.trine, self.commit))];
        rows.extend(self.verilator.clone().map(|version| ("Verilator", version)));
        rows.extend(self.compiler.clone().map(|version| ("C++ compiler", version)));
        rows.push(("seed", self.seed.to_string()));
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
