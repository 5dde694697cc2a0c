//! The two generators of Verilog.

use std::fmt;

use anyhow::Result;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use trine_hdl::Verilog;
use trine_spec::Config;

/// The generator that prints the Verilog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Emitter {
    /// The project's own
    Trine,
    /// rust-hdl's, in a trine built with `--features rust-hdl`
    RustHdl,
}

impl fmt::Display for Emitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Emitter::Trine => "trine",
            Emitter::RustHdl => "rust-hdl",
        })
    }
}

impl Emitter {
    /// The unit of configuration `config` as this generator prints it.
    pub(crate) fn verilog(self, config: &Config) -> Result<Verilog> {
        let unit = trine_hdl::design::unit(config)?;
        Ok(match self {
            Emitter::Trine => trine_hdl::lang::verilog(&unit)?,
            #[cfg(feature = "rust-hdl")]
            Emitter::RustHdl => trine_hdl::rust_hdl::verilog(&unit)?,
            #[cfg(not(feature = "rust-hdl"))]
            Emitter::RustHdl => anyhow::bail!(
                "this trine is built without the emitter rust-hdl; build it with \
                 `cargo build --release --package trine-cli --features rust-hdl`"
            ),
        })
    }
}
