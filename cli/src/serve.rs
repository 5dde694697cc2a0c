//! `trine serve`: a simulated unit behind a serial port of this machine, for whatever speaks LiteX's uartbone.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, ensure};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use trine_hdl::design::{self, LEAST_DIVIDER};
use trine_hdl::lang;
use trine_report::text::describe;
use trine_sim::{Bridge, BuildOptions, Dut, FarEnd, SimOptions, SimRegisters, SimSerial, Terminal, serve_line};
use trine_spec::Config;

use crate::args::UnitArgs;
use crate::board::BoardArg;
use crate::line::MemoryArgs;
use crate::{Verdict, simulation};

/// Clock cycles for which reset is held.
const RESET: u64 = 16;

/// Serve a simulated unit behind a serial port
///
/// The port speaks LiteX's uartbone.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Path of the port, a link to a pseudo-terminal; made here and removed at the end
    #[arg(long, value_name = "PATH")]
    uart: PathBuf,
    /// Simulate the bridge too, at this many cycles a bit; a hundred times slower
    #[arg(long, value_name = "CYCLES", value_parser = clap::value_parser!(u16).range(LEAST_DIVIDER as i64..))]
    pins: Option<u16>,
    #[command(flatten)]
    memory: MemoryArgs,
    #[command(flatten)]
    board: BoardArg,
    #[command(flatten)]
    unit: UnitArgs,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    // A serial line reaches a unit through its windows only.
    let config = args.board.unit(&args.unit)?.with_windows(true);
    let memory = args.memory.span(&config, 0)?;
    ensure!(
        memory.is_none() || args.pins.is_none(),
        "the simulated bridge of --pins reaches no memory: leave out --pins, or --weights memory"
    );
    Terminal::vacant(&args.uart)?;
    let mut device: Box<dyn FarEnd> = match args.pins {
        Some(divider) => Box::new(pins(&config, divider)?),
        None => {
            let library = simulation::build(&trine_sim::verilog(&config)?, BuildOptions::default())?;
            let bridge = Bridge::new(SimRegisters::new(&library, &SimOptions::default())?);
            Box::new(bridge.with_memory(memory.map_or(0..0, |span| span.addresses())))
        }
    };
    // From here on there is something to clean up.
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    let mut terminal = Terminal::new(&args.uart)?;
    writeln!(out, "unit: {} (simulated RTL)", describe(&config))?;
    if let Some(span) = memory {
        let (at, bytes) = (span.addresses().start, trine_report::text::grouped(span.bytes()));
        writeln!(out, "memory: {bytes} bytes at {at:#x}, empty")?;
    }
    writeln!(out, "serving at {}; Ctrl-C ends it", args.uart.display())?;
    out.flush()?;
    serve_line(&mut *device, &mut terminal, &stop).context("the unit behind the serial line")?;
    Ok(Verdict::Right)
}

/// The pins of a unit with its bridge, reset.
fn pins(config: &Config, divider: u16) -> Result<SimSerial> {
    let library = simulation::build(&lang::verilog(&design::serial(config)?)?, BuildOptions::default())?;
    let mut dut = Dut::new(&library)?;
    dut.poke("aresetn", false)?;
    let mut line = SimSerial::new(dut, divider, RESET)?;
    line.hold(true, RESET)?;
    line.dut_mut().poke("aresetn", true)?;
    line.hold(true, RESET)?;
    Ok(line)
}
