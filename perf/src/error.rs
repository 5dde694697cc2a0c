//! Errors of prices, memories and boards.

/// The error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Energies that no record states.
    #[error("energy: technology `{set}` has no record for {}; nothing is priced without a source", .missing.join(", "))]
    NoRecord {
        /// The technology set.
        set: String,
        /// Every component and action that is missing.
        missing: Vec<String>,
    },
    /// The energy records are not what they should be: every fault on a line of its own.
    #[error("energy records:{0}")]
    Records(String),
    /// The list of memories and boards is not what it should be.
    #[error("memories and boards: {0}")]
    Platforms(String),
    /// A memory or board that is not listed.
    #[error("there is no {what} `{name}`; there are {known}")]
    UnknownPlatform {
        /// A memory or a board.
        what: &'static str,
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
}
