//! `trine serve`: a simulated unit behind a port of this machine, for whatever speaks LiteX's uartbone or Etherbone.

use std::io::{self, ErrorKind, Write};
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use trine_driver::{MemorySpan, TransportError};
use trine_hdl::design::{self, LEAST_DIVIDER};
use trine_hdl::lang;
use trine_report::text::describe;
use trine_sim::{Bridge, BuildOptions, Dut, FarEnd, SimOptions, SimRegisters, SimSerial, Terminal, serve_line};
use trine_soft_unit::EtherboneTarget;
use trine_spec::Config;

use crate::args::UnitArgs;
use crate::board::BoardArg;
use crate::line::MemoryArgs;
use crate::output::warn;
use crate::{Verdict, simulation};

/// Clock cycles for which reset is held.
const RESET: u64 = 16;

/// Interval at which a server of packets looks whether it is to end.
const LOOK: Duration = Duration::from_millis(100);

/// Serve a simulated unit behind a port
///
/// The serial port speaks LiteX's uartbone, the UDP port LiteX's Etherbone.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("port").required(true).args(["uart", "etherbone"])))]
pub(crate) struct Args {
    /// Path of the port, a link to a pseudo-terminal; made here and removed at the end
    #[arg(long, value_name = "PATH")]
    uart: Option<PathBuf>,
    /// UDP port for Etherbone, of this machine only unless ADDR is there
    #[arg(long, value_name = "[ADDR:]PORT", value_parser = udp)]
    etherbone: Option<SocketAddr>,
    /// Simulate the bridge too, at this many cycles a bit; a hundred times slower
    #[arg(long, value_name = "CYCLES", conflicts_with = "etherbone", value_parser = clap::value_parser!(u16).range(LEAST_DIVIDER as i64..))]
    pins: Option<u16>,
    #[command(flatten)]
    memory: MemoryArgs,
    #[command(flatten)]
    board: BoardArg,
    #[command(flatten)]
    unit: UnitArgs,
}

/// An address and a port, or a port of the loopback address.
fn udp(text: &str) -> Result<SocketAddr, String> {
    let port = text.parse().map(|port: u16| SocketAddr::from(([127, 0, 0, 1], port)));
    port.or_else(|_| text.parse()).map_err(|_| "not a port, or an address and a port like 0.0.0.0:1234".into())
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    // A port reaches a unit through its windows, or its memory.
    let config = args.board.unit(&args.unit)?;
    let windows = !config.ring();
    let config = config.with_windows(windows);
    let memory = args.memory.span(&config, 0)?;
    ensure!(
        memory.is_none() || args.pins.is_none(),
        "the simulated bridge of --pins reaches no memory: leave out --pins, or --weights memory"
    );
    match (&args.uart, args.etherbone) {
        (Some(path), _) => line(args, path, &config, memory, out)?,
        (None, Some(address)) => network(address, &config, memory, out)?,
        (None, None) => {}
    }
    Ok(Verdict::Right)
}

/// Set by a signal that asks this process to end.
fn stopped() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

fn registers(config: &Config) -> Result<SimRegisters> {
    let library = simulation::build(&trine_sim::verilog(config)?, BuildOptions::default())?;
    Ok(SimRegisters::new(&library, &SimOptions::default())?)
}

fn announce(config: &Config, memory: Option<MemorySpan>, place: &str, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "unit: {} (simulated RTL)", describe(config))?;
    if let Some(span) = memory {
        let (at, bytes) = (span.addresses().start, trine_report::text::grouped(span.bytes()));
        writeln!(out, "memory: {bytes} bytes at {at:#x}, empty")?;
    }
    writeln!(out, "serving at {place}; Ctrl-C ends it")?;
    Ok(out.flush()?)
}

fn line(args: &Args, path: &Path, config: &Config, memory: Option<MemorySpan>, out: &mut dyn Write) -> Result<()> {
    Terminal::vacant(path)?;
    let mut device: Box<dyn FarEnd> = match args.pins {
        Some(divider) => Box::new(pins(config, divider)?),
        None => {
            let bridge = Bridge::new(registers(config)?);
            Box::new(bridge.with_memory(memory.map_or(0..0, |span| span.addresses())))
        }
    };
    // From here on there is something to clean up.
    let stop = stopped()?;
    let mut terminal = Terminal::new(path)?;
    announce(config, memory, &path.display().to_string(), out)?;
    serve_line(&mut *device, &mut terminal, &stop).context("the unit behind the serial line")
}

fn network(address: SocketAddr, config: &Config, memory: Option<MemorySpan>, out: &mut dyn Write) -> Result<()> {
    let socket = UdpSocket::bind(address).with_context(|| format!("--etherbone {address}"))?;
    socket.set_read_timeout(Some(LOOK))?;
    let addresses = memory.map_or(0..0, |span| span.addresses());
    let mut target = EtherboneTarget::new(registers(config)?, 0, addresses);
    let stop = stopped()?;
    announce(config, memory, &format!("etherbone:{}", socket.local_addr()?), out)?;
    let passes = |error: &io::Error| {
        matches!(
            error.kind(),
            ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted | ErrorKind::ConnectionRefused
        )
    };
    let mut bytes = [0; 2048];
    while !stop.load(Ordering::Relaxed) {
        let (count, client) = match socket.recv_from(&mut bytes) {
            Ok(received) => received,
            Err(error) if passes(&error) => continue,
            Err(error) => return Err(error).context("packets of Etherbone"),
        };
        match target.take(&bytes[..count]) {
            // A client that is gone misses nothing.
            Ok(Some(answer)) => _ = socket.send_to(&answer, client),
            Ok(None) => {}
            Err(TransportError::Refused(problem)) => warn(&[format!("a packet from {client} is dropped: {problem}")]),
            Err(error) => return Err(error).context("the unit behind Etherbone"),
        }
    }
    Ok(())
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
