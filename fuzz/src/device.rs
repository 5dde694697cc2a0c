//! The Verilated unit under a host that any bytes describe, held to its reference model.

use std::sync::LazyLock;

use trine_sim::{BuildOptions, Library};
use trine_spec::{Config, WeightCode};
use trine_verify::reference::{Command, play};

/// Most commands of a host: what goes wrong goes wrong soon, and cycles cost time.
const MOST: usize = 40;

static UNIT: LazyLock<(Config, Library)> = LazyLock::new(|| {
    let two_bit = WeightCode::TwoBit;
    let config = Config::sized(4, 2).weight_code(two_bit).weight_bus(8).max_depth(16).max_tokens(4).build().unwrap();
    let unit = trine_hdl::design::unit(&config).expect("a checked configuration makes a unit");
    let verilog = trine_hdl::lang::verilog(&unit).expect("a unit has Verilog");
    let library = trine_sim::build(&verilog, &BuildOptions::default()).expect("the unit can be simulated");
    (config, library)
});

/// Registers and streams.
///
/// # Panics
/// When the unit does what its model does not allow.
pub(crate) fn device(bytes: &[u8]) {
    let mut commands = Command::decode(bytes);
    commands.truncate(MOST);
    let (config, library) = &*UNIT;
    if let Err(finding) = play(library, config, 1, &commands) {
        panic!("{finding}\nhost: {commands:#?}");
    }
}
