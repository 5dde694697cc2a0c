//! Placing and routing with nextpnr, and the bitstream.

use super::map::files::WRAPPED_JSON;
use super::target::{Family, Target};
use super::timing::Report;
use crate::bench::{Bench, words};
use crate::error::Error;
use crate::tools::Program;

/// The device in full.
#[derive(Clone, Debug)]
pub struct Device {
    /// The target.
    pub target: Target,
    /// Its package.
    pub package: String,
    /// Its speed grade.
    pub speed: &'static str,
}

/// Places and routes the wrapped unit of the bench from a random `seed` and reports.
///
/// # Errors
/// What nextpnr says, for example that the design does not fit.
pub fn route(
    bench: &Bench<'_>,
    nextpnr: &Program,
    device: &Device,
    constraints: &str,
    mhz: f64,
    seed: u64,
) -> Result<Report, Error> {
    let (report, textual) = (format!("report-{seed}.json"), textual(seed));
    let program = nextpnr.path.to_string_lossy();
    let (mhz, number) = (mhz.to_string(), seed.to_string());
    let mut command = vec![&*program, "--json", WRAPPED_JSON, "--seed", &number, "--freq", &mhz];
    // Whether the clock is fast enough is for the reader of the report to say
    command.extend(["--timing-allow-fail", "--report", &report]);
    match device.target.family {
        Family::Ecp5 => command.extend([
            device.target.select,
            "--package",
            &device.package,
            "--speed",
            device.speed,
            "--lpf",
            constraints,
            "--lpf-allow-unconstrained",
            "--textcfg",
            &textual,
        ]),
    }
    let step = format!("placing and routing, seed {seed}");
    bench.run(nextpnr.name, &step, &format!("nextpnr-{seed}.log"), &words(command))?;
    Report::parse(&bench.read(&report)?)
}

/// Makes the bitstream of what [`route`] made from `seed`; its name.
///
/// # Errors
/// What the tool says.
pub fn pack(bench: &Bench<'_>, packer: &Program, device: &Device, seed: u64) -> Result<String, Error> {
    let bitstream = format!("{}.bit", device.target.name);
    let (program, textual) = (packer.path.to_string_lossy(), textual(seed));
    let command = match device.target.family {
        Family::Ecp5 => vec![&*program, "--compress", &textual, &bitstream],
    };
    bench.run(packer.name, "packing the bitstream", "pack.log", &words(command))?;
    Ok(bitstream)
}

fn textual(seed: u64) -> String {
    format!("routed-{seed}.config")
}
