//! From a configuration to a running unit.

use anyhow::Result;
use trine_driver::{Device, Transport, WindowTransport};
use trine_hdl::Verilog;
use trine_sim::{BuildOptions, Library, SimOptions, SimRegisters, SimTransport};
use trine_spec::Config;

use crate::output;

/// The Verilog of the unit of configuration `config`.
pub(crate) fn verilog(config: &Config) -> Result<Verilog> {
    Ok(trine_hdl::lang::verilog(&trine_hdl::design::unit(config)?)?)
}

/// Builds the simulation of `verilog`, or takes it from the cache; says on a terminal what takes time.
pub(crate) fn build(verilog: &Verilog, options: BuildOptions<'_>) -> Result<Library> {
    let spinner = output::spinner();
    let step = |step: trine_sim::BuildStep| spinner.set_message(step.to_string());
    let library = trine_sim::build(verilog, &BuildOptions { progress: Some(&step), ..options });
    spinner.finish_and_clear();
    Ok(library?)
}

/// Whatever reaches a unit.
pub(crate) type Link = Box<dyn Transport>;

/// A fresh unit, reset and identified.
pub(crate) fn device(library: &Library, config: &Config, options: &SimOptions) -> Result<Device<Link>> {
    let link: Link = match config.windows {
        true => Box::new(WindowTransport::new(SimRegisters::new(library, options)?, config.clone())),
        false => Box::new(SimTransport::new(library, options)?),
    };
    Ok(Device::open(link, config.clone())?)
}
