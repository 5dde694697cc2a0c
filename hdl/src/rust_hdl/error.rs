//! Objections of rust-hdl.

use crate::lang::Errors;
use rust_hdl_core::check_error::{CheckError, PathedName};

/// Why a design has no rust-hdl form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RustHdlError {
    /// The module itself is wrong.
    #[error(transparent)]
    Module(#[from] Errors),
    /// rust-hdl's check for open connections failed.
    #[error("module {module}: rust-hdl finds nothing that drives {}", .signals.join(", "))]
    Open {
        /// The module checked.
        module: String,
        /// Signals, or `part.port`.
        signals: Vec<String>,
    },
    /// rust-hdl's check for logic loops failed.
    #[error("module {module}: rust-hdl finds that {} is read before it is written", .signals.join(", "))]
    Loop {
        /// The module checked.
        module: String,
        /// Signals.
        signals: Vec<String>,
    },
    /// rust-hdl's check for driven inputs failed.
    #[error("module {module}: rust-hdl finds that {} is an input and driven from inside", .signals.join(", "))]
    Input {
        /// The module checked.
        module: String,
        /// Signals.
        signals: Vec<String>,
    },
    /// A simulated module has no such input.
    #[error("module {module} has no input `{port}`")]
    NoInput {
        /// The module simulated.
        module: String,
        /// The name asked for.
        port: String,
    },
}

impl RustHdlError {
    /// The failed check of `module`; rust-hdl calls the block under check `uut` and joins paths with `$`.
    pub(super) fn check(module: &str, error: CheckError) -> RustHdlError {
        fn list<'a>(found: impl IntoIterator<Item = &'a PathedName>) -> Vec<String> {
            let place = |p: &PathedName| match p.path.strip_prefix("uut$") {
                Some(part) => format!("{part}.{}", p.name),
                None => p.name.clone(),
            };
            let mut names: Vec<String> = found.into_iter().map(place).collect();
            names.sort_unstable();
            names.dedup();
            names
        }
        let module = module.to_string();
        match error {
            CheckError::OpenSignal(found) => RustHdlError::Open { module, signals: list(found.values()) },
            CheckError::LogicLoops(found) => RustHdlError::Loop { module, signals: list(&found) },
            CheckError::WritesToInputs(found) => RustHdlError::Input { module, signals: list(&found) },
        }
    }
}
