//! Energy of dot products at gate level, before layout.
//!
//! ```text
//!  design ── [map] ── netlist ──┬── [Delays] loads, slews, delays ──┐
//!                               ├── [Parts] select, tree, ...       ├── [measure] ── energy by part
//!  operands of a model ─────────┴── [Simulator] transitions ────────┘
//! ```
//! Counted are the energy inside cells and `1/2 C V²` of the pins on each net. Not counted, since they exist only after
//! layout: wires, the clock tree, and whatever stands around the dot product. Leakage is listed and in no sum.

mod crosscheck;
mod delays;
mod energy;
mod map;
mod measure;
mod netlist;
mod parts;
mod simulate;
mod wheel;

pub use crosscheck::{Crosscheck, crosscheck};
pub use delays::{Delays, INPUT_SLEW};
pub use energy::{Energy, Prices};
pub use map::{MAPPED_VERILOG, Mapped, map};
pub use measure::{Cycle, Measured, MeasuredUnit, measure};
pub use netlist::{FlipFlop, Gate, NetId, Netlist, Output};
pub use parts::{Part, Parts};
pub use simulate::{Simulator, Timing};
