//! Placing and routing with nextpnr, and the bitstream.

use super::map::files::WRAPPED_JSON;
use super::target::{Family, Target};
use super::timing::TimingReport;
use crate::bench::{ToolBench, command};
use crate::error::Error;
use crate::tools::Program;

/// The device in full.
#[derive(Clone, Debug)]
pub struct Device {
    /// The target.
    pub target: Target,
    /// Its package.
    pub package: String,
    /// Its speed grade, where there are several.
    pub speed: Option<&'static str>,
}

/// The file that says which port is on which pin.
#[derive(Clone, Copy, Debug)]
pub struct Constraints<'a> {
    /// Its name in the folder of the bench.
    pub file: &'a str,
    /// True if it has to name every port.
    pub complete: bool,
}

/// Places and routes the wrapped unit of the bench from a random `seed` and reports.
///
/// # Errors
/// [`Error`] with nextpnr's message, for example that the design does not fit.
pub fn route(
    bench: &ToolBench<'_>,
    nextpnr: &Program,
    device: &Device,
    constraints: Constraints<'_>,
    mhz: f64,
    seed: u64,
) -> Result<TimingReport, Error> {
    let (report, routed) = (format!("report-{seed}.json"), routed(device, seed));
    let Device { target, package, speed } = device;
    let asked = mhz;
    let (mhz, number) = (mhz.to_string(), seed.to_string());
    let mut arguments = vec!["--json", WRAPPED_JSON, "--seed", &number, "--freq", &mhz];
    // Whether the clock is fast enough is for the reader of the report to say
    arguments.extend(["--timing-allow-fail", "--report", &report]);
    let part = format!("{}{package}{}", target.select, speed.unwrap_or_default());
    let free = !constraints.complete;
    let (family, pins) = (format!("family={GOWIN}"), format!("cst={}", constraints.file));
    match target.family {
        Family::Ecp5 => {
            arguments.extend([target.select, "--package", package, "--textcfg", &routed]);
            arguments.extend(["--lpf", constraints.file]);
            arguments.extend(free.then_some("--lpf-allow-unconstrained"));
            arguments.extend(speed.iter().flat_map(|speed| ["--speed", speed]));
            // Of the settings tried, these reach the clearly higher clock (docs/decisions/0006)
            arguments.extend(["--placer-heap-timingweight", "100"]);
        }
        Family::Ice40 => {
            arguments.extend([target.select, "--package", package, "--asc", &routed]);
            arguments.extend(["--pcf", constraints.file]);
            arguments.extend(free.then_some("--pcf-allow-unconstrained"));
        }
        Family::Gowin => {
            arguments.extend(["--device", &part, "--vopt", &family, "--vopt", &pins, "--write", &routed]);
        }
        Family::Xilinx7 => return Err(not_placed(target)),
    }
    let step = format!("placing and routing, seed {seed}");
    bench.run(nextpnr.name, &step, &format!("nextpnr-{seed}.log"), &command(&nextpnr.path, arguments))?;
    let report = TimingReport::parse(&bench.read(&report)?)?;
    // The pins of a board name its clock, and a PLL in its top derives one; the serial line counts on the manifest's.
    if constraints.complete && !has_clock(&report.constraints_mhz, asked) {
        return Err(Error::OtherClock { asked, found: report.constraints_mhz });
    }
    Ok(report)
}

/// True if a domain runs at the clock asked for, MHz, or the report names no clock.
fn has_clock(found: &[f64], asked: f64) -> bool {
    found.is_empty() || found.iter().any(|found| (found / asked - 1.0).abs() <= CLOCK_TOLERANCE)
}

/// Part by which two clocks may differ that mean the same: periods are rounded to picoseconds.
const CLOCK_TOLERANCE: f64 = 0.005;

/// Makes the bitstream of what [`route`] made from `seed`; its name.
///
/// # Errors
/// [`Error`] with the tool's message.
pub fn pack(bench: &ToolBench<'_>, packer: &Program, device: &Device, seed: u64) -> Result<String, Error> {
    let routed = routed(device, seed);
    let name = device.target.name;
    let (bitstream, arguments) = match device.target.family {
        Family::Ecp5 => (format!("{name}.bit"), vec!["--compress", &*routed]),
        Family::Ice40 => (format!("{name}.bin"), vec![&*routed]),
        Family::Gowin => (format!("{name}.fs"), vec!["-d", GOWIN, &*routed, "-o"]),
        Family::Xilinx7 => return Err(not_placed(&device.target)),
    };
    let arguments = arguments.into_iter().chain([bitstream.as_str()]);
    bench.run(packer.name, "packing the bitstream", "pack.log", &command(&packer.path, arguments))?;
    Ok(bitstream)
}

/// The Gowin tools' name for the family of the one device there is.
const GOWIN: &str = "GW2A-18C";

fn not_placed(target: &Target) -> Error {
    Error::NotPlaced { target: target.name }
}

/// The placed and routed design, in the format of the family's tools.
fn routed(device: &Device, seed: u64) -> String {
    let extension = match device.target.family {
        Family::Ecp5 => "config",
        Family::Ice40 => "asc",
        Family::Gowin | Family::Xilinx7 => "json",
    };
    format!("routed-{seed}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_the_manifests_but_for_its_rounding() {
        assert!([25.0, 24.999, 25.05].into_iter().all(|found| has_clock(&[found], 25.0)));
        assert!(has_clock(&[40.0, 25.0], 25.0) && has_clock(&[], 25.0) && !has_clock(&[40.0, 12.0], 25.0));
        let error = Error::OtherClock { asked: 48.0, found: vec![40.0, 12.0] }.to_string();
        assert!(error.starts_with(
            "no clock of the board has the 48 MHz of `clock-mhz`; by its constraints and PLL there are 40, 12 MHz"
        ));
    }
}
