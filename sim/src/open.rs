//! From a configuration to a device of the driver.
//!
//! ```text
//! Config ── verilog ──> Verilog ── build ──> Library ── link ──> Link ── device ──> Device
//! ```

use trine_driver::{Device, RingTransport, Transport, WindowTransport};
use trine_hdl::Verilog;
use trine_spec::{Config, Style};

use crate::{BuildOptions, Error, Library, SimOptions, SimRegisters, SimTransport, build};

/// A transport to any unit.
pub type Link = Box<dyn Transport + Send>;

/// The unit that takes less time to simulate in place of `unit`: packed columns for portable ones, with the same sums in as many
/// cycles.
pub fn stand_in(unit: Config) -> Config {
    if unit.style() == Style::Portable { unit.with_style(Style::Packed) } else { unit }
}

/// The Verilog of the unit of configuration `config`.
///
/// # Errors
/// [`Error::Generate`] for a configuration that was not checked.
pub fn verilog(config: &Config) -> Result<Verilog, Error> {
    Ok(trine_hdl::lang::verilog(&trine_hdl::design::unit(config)?)?)
}

/// A transport to a fresh unit of configuration `config`, reset: streams, windows, or a ring.
///
/// # Errors
/// When the simulation does not start.
pub fn link(library: &Library, config: &Config, options: &SimOptions) -> Result<Link, Error> {
    Ok(match (config.windows(), config.ring()) {
        (true, _) => Box::new(WindowTransport::new(SimRegisters::new(library, options)?, config.clone())),
        (_, true) => Box::new(RingTransport::new(SimRegisters::new(library, options)?, config.clone())),
        _ => Box::new(SimTransport::new(library, options)?),
    })
}

/// The same, identified by the driver.
///
/// # Errors
/// As [`link`]; [`Error::Device`] when the unit is of another configuration.
pub fn device(library: &Library, config: &Config, options: &SimOptions) -> Result<Device<Link>, Error> {
    Device::open(link(library, config, options)?, config.clone()).map_err(|error| Box::new(error).into())
}

/// Builds the unit of configuration `config`, or takes it from the cache, and opens it.
///
/// # Errors
/// As [`verilog`], [`build`](build()) and [`device`].
pub fn open(config: &Config, build_options: &BuildOptions<'_>, options: &SimOptions) -> Result<Device<Link>, Error> {
    device(&build(&verilog(config)?, build_options)?, config, options)
}
