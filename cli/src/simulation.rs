//! From a configuration to a running unit.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use trine_driver::{Device, Transport, WindowTransport};
use trine_hdl::Verilog;
use trine_sim::{BuildOptions, Isolated, Library, SimOptions, SimRegisters, SimTransport};
use trine_spec::Config;

use crate::args::flags;
use crate::output;

/// The Verilog of the unit of configuration `config`.
pub(crate) fn verilog(config: &Config) -> Result<Verilog> {
    Ok(trine_hdl::lang::verilog(&trine_hdl::design::unit(config)?)?)
}

/// Builds the simulation of `verilog`, or takes it from the cache; says on a terminal what takes time.
pub(crate) fn build(verilog: &Verilog, trace: bool) -> Result<Library> {
    let spinner = output::spinner();
    let step = |step: trine_sim::BuildStep| spinner.set_message(step.to_string());
    let library = trine_sim::build(verilog, &BuildOptions { trace, progress: Some(&step) });
    spinner.finish_and_clear();
    Ok(library?)
}

/// Whatever reaches a unit.
pub(crate) type Link = Box<dyn Transport + Send>;

/// A fresh unit in this process, reset.
pub(crate) fn link(library: &Library, config: &Config, options: &SimOptions) -> Result<Link> {
    Ok(match config.windows {
        true => Box::new(WindowTransport::new(SimRegisters::new(library, options)?, config.clone())),
        false => Box::new(SimTransport::new(library, options)?),
    })
}

/// The same, identified.
pub(crate) fn device(library: &Library, config: &Config, options: &SimOptions) -> Result<Device<Link>> {
    Ok(Device::open(link(library, config, options)?, config.clone())?)
}

/// A unit in a process of its own, whose simulation [`build`] has built.
pub(crate) fn isolated(config: &Config, trace: Option<&Path>) -> Result<Device<Link>> {
    let mut command = Command::new(std::env::current_exe().context("the path of this program")?);
    command.arg("simulate").args(flags(config).split_whitespace());
    if let Some(file) = trace {
        command.arg("--trace").arg(file);
    }
    let link: Link = Box::new(Isolated::new(command));
    Ok(Device::open(link, config.clone())?)
}
