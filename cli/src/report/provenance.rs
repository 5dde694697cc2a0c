//! What a report was made with, so that it can be made again.

use serde::Serialize;
use trine_sim::tools::{Compiler, Verilator};

/// Versions and command line.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Provenance {
    /// Version of this command.
    trine: &'static str,
    /// Commit that it was built from.
    commit: &'static str,
    /// What `verilator --version` prints; absent when nothing was simulated.
    verilator: Option<String>,
    /// What the C++ compiler's `--version` prints.
    compiler: Option<String>,
    /// The command as it was given.
    command: Vec<String>,
    /// Seed of everything random.
    seed: u64,
}

impl Provenance {
    /// Of this process; `simulated` looks up the tools that simulate.
    pub(crate) fn new(seed: u64, simulated: bool) -> Self {
        let verilator = simulated.then(|| Verilator::find().ok()).flatten().map(|tool| tool.version);
        let compiler = simulated.then(|| Compiler::find().ok()).flatten().map(|tool| tool.version);
        Self {
            trine: env!("CARGO_PKG_VERSION"),
            commit: env!("TRINE_COMMIT"),
            verilator,
            compiler,
            command: std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect(),
            seed,
        }
    }

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
