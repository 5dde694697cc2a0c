//! Provenance of a report that this process writes.

use trine_report::run::Provenance;
use trine_sim::tools::{Compiler, Verilator};

/// The provenance of this process; `simulated` looks up the tools that simulate.
pub(crate) fn provenance(seed: u64, simulated: bool) -> Provenance {
    let verilator = simulated.then(|| Verilator::find().ok()).flatten().map(|tool| tool.version);
    let compiler = simulated.then(|| Compiler::find().ok()).flatten().map(|tool| tool.version);
    Provenance {
        trine: env!("CARGO_PKG_VERSION"),
        commit: env!("TRINE_COMMIT"),
        verilator,
        compiler,
        command: std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect(),
        seed,
    }
}
