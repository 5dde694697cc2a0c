//! Errors of prices and memories.

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
    /// The list of memories is not what it should be.
    #[error("memories: {0}")]
    Memories(String),
    /// The list of published systems is not what it should be.
    #[error("published systems: {0}")]
    Published(String),
    /// A memory or die that is not listed.
    #[error("there is no {what} `{name}`; there are {known}")]
    Unknown {
        /// `memory` or `die`.
        what: &'static str,
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
}
