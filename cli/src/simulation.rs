//! Simulations of the command: builds that show progress, units in processes of their own.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use trine_driver::{Device, OnChip, WeightImage, ring_bytes};
use trine_golden_model::Model;
use trine_hdl::Verilog;
use trine_hdl::design::{WeightBeats, unit_on_chip};
use trine_hdl::lang::Module;
use trine_sim::{BuildOptions, Isolated, Library, Link, MEMORY, SimOptions, SimTransport, Timing};
use trine_spec::Config;

use crate::args::flags;
use crate::output;

/// The unit of configuration `config` with all ternary weights of `model` on the chip, and what it has there.
pub fn on_chip(config: &Config, model: &Model) -> Result<(Arc<Module>, WeightImage)> {
    ensure!(!config.windows(), "a unit with weights on the chip has stream ports, not windows");
    ensure!(!config.ring(), "weights are on the chip or jobs in memory: leave out --weights-on-chip, or --ring");
    ensure!(!config.memory(), "weights are on the chip or in memory: leave out --weights-on-chip, or --weights memory");
    let parts = model.linears()?.flat_map(|(_, linear)| &linear.parts);
    let image = WeightImage::new(config, parts.map(|part| &part.weights));
    let beats = WeightBeats { bytes: image.bytes().to_vec(), last: image.last().to_vec() };
    Ok((unit_on_chip(config, &beats)?, image))
}

/// Builds the simulation of `verilog`, or takes it from the cache; says on a terminal what takes time.
pub fn build(verilog: &Verilog, options: BuildOptions<'_>) -> Result<Library> {
    // The compiler needs one, and so does a unit in a process of its own.
    trine_report::place::temporary()?;
    let spinner = output::spinner();
    let step = |step: trine_sim::BuildStep| spinner.set_message(step.to_string());
    let library = trine_sim::build(verilog, &BuildOptions { progress: Some(&step), ..options });
    spinner.finish_and_clear();
    Ok(library?)
}

/// A unit in a process of its own, whose simulation [`build`] has built; its memory, if it has one, answers as `timing` says.
pub fn isolated(config: &Config, trace: Option<&Path>, timing: Option<&Timing>) -> Result<Device<Link>> {
    let mut command = Command::new(std::env::current_exe().context("the path of this program")?);
    command.arg("simulate").args(flags(config).split_whitespace());
    if let Some(file) = trace {
        command.arg("--trace").arg(file);
    }
    // The ring is the simulating process's own.
    let ring = if config.ring() { ring_bytes(config) } else { 0 };
    let memory = if config.memory() { MEMORY - ring } else { 0 };
    if let Some(timing) = timing.filter(|_| memory > 0) {
        command.arg("--timing").arg(serde_json::to_string(timing)?);
    }
    let queue = memory > 0 && !config.windows();
    let link: Link = Box::new(Isolated::new(command).with_memory(memory).with_queue(queue));
    Ok(Device::open(link, config.clone())?)
}

/// The same for a unit with `image` on the chip.
pub fn device_on_chip(
    library: &Library,
    config: &Config,
    options: &SimOptions,
    image: WeightImage,
) -> Result<Device<Link>> {
    let link: Link = Box::new(OnChip::new(SimTransport::new(library, options)?, image));
    Ok(Device::open(link, config.clone())?)
}
