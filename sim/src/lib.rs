//! Cycle-accurate simulation of generated designs with Verilator.
//!
//! [`build`] turns [`Verilog`](trine_hdl::Verilog) into a loaded [`Library`], of which [`Dut`] is an instance: poke,
//! peek and tick it by hand, play whole streams through it with [`exchange`](exchange()), or hand it to the host driver
//! as a [`SimTransport`], or as [`SimRegisters`] when it has windows instead of streams. A [`Terminal`] puts it behind a
//! serial port of this machine, for programs that know nothing of a simulation.
//!
//! [`open()`] does all of it for a configuration, down to a [`Device`](trine_driver::Device) of the driver:
//!
//! ```no_run
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use trine_driver::{Offload, Options};
//! use trine_sim::{BuildOptions, SimOptions};
//!
//! let config = trine_spec::Config::preset("standard")?;
//! let device = trine_sim::open(&config, &BuildOptions::default(), &SimOptions::default())?;
//! let engine = Offload::new(device, Options::default());
//! # Ok(())
//! # }
//! ```
//!
//! Stream by stream:
//!
//! ```no_run
//! # fn example(verilog: &trine_hdl::Verilog) -> Result<(), trine_sim::Error> {
//! use trine_sim::{BuildOptions, Dut, Limits, Sink, Source, Stalls};
//!
//! let library = trine_sim::build(verilog, &BuildOptions::default())?;
//! let mut dut = Dut::new(&library)?;
//! dut.poke("aresetn", true)?;
//! let mut source = Source::axi(&dut, "s_axis", Stalls::new(0.3, 1)?)?;
//! let mut sink = Sink::axi(&dut, "m_axis", Stalls::new(0.3, 2)?)?;
//! let mut received = [0; 64];
//! trine_sim::exchange(&mut dut, &mut [source.play(&[7; 64])], &mut [sink.collect(&mut received)], Limits::default())?;
//! # Ok(())
//! # }
//! ```

mod axi;
mod bridge;
mod cache;
mod codecs;
mod dram;
mod dut;
mod error;
mod exchange;
mod ffi;
mod interface;
mod isolated;
mod library;
mod memory;
mod mismatch;
mod monitor;
mod open;
mod options;
mod recipe;
mod scoreboard;
mod serial;
mod stalls;
mod streams;
mod terminal;
pub mod tools;
mod transport;
mod value;
mod verilator;
mod wire;

pub use axi::{AxiAnswer, AxiChannel, AxiHalf, AxiLite, AxiRule, AxiSeen};
pub use bridge::Bridge;
pub use dram::DramTiming;
pub use dut::{Dut, PortHandle, PortId};
pub use error::Error;
pub use exchange::{Limits, exchange};
pub use interface::interface;
pub use isolated::Isolated;
pub use library::Library;
pub use memory::{Fault, FaultKind, MemoryOptions, MemoryPort, MemoryStatistics, Timing};
pub use mismatch::Mismatch;
pub use monitor::StreamRule;
pub use open::{Link, device, link, open, stand_in, verilog};
pub use options::{BuildOptions, BuildStep};
pub use scoreboard::Scoreboard;
pub use serial::SimSerial;
pub use stalls::Stalls;
pub use streams::{Collect, Play, Sink, Source, StreamPorts};
pub use terminal::{FarEnd, Terminal, serve_line};
pub use transport::{MEMORY, SimOptions, SimRegisters, SimTransport, attach_weights, weights_statistics};
pub use value::Value;
pub use verilator::{build, lint};
pub use wire::serve;
