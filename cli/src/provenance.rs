//! Provenance of what this process writes.

use std::collections::BTreeMap;

use trine_report::run::Provenance;
use trine_sim::tools::{Compiler, Verilator};

/// The provenance of this process, without tools and seed.
pub fn provenance() -> Provenance {
    Provenance {
        trine: env!("CARGO_PKG_VERSION"),
        commit: env!("TRINE_COMMIT"),
        tools: BTreeMap::new(),
        command: std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect(),
        seed: None,
    }
}

/// The tools that simulate, each with its version.
pub fn simulators() -> impl Iterator<Item = (String, String)> {
    let verilator = Verilator::find().ok().map(|tool| ("verilator".into(), tool.version));
    let compiler = Compiler::find().ok().map(|tool| ("compiler".into(), tool.version));
    verilator.into_iter().chain(compiler)
}
