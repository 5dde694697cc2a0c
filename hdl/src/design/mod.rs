//! The accelerator, built from [`crate::lang`] and [`crate::library`].
//!
//! ```text
//!                ┌───────────── trine ─────────────────────────────────────────────────────────────┐
//!  s_axil_*  ──> │ registers ── job ── counters                                                     │ ──> irq
//!                │                │                                                                 │
//!  s_axis_wgt ─> │ weight_loader ─┼─ codes ──────┐                                                  │
//!                │            sequencer          ├─> group: tile ─> column x N ─> accumulators ─┐   │
//!  s_axis_act ─> │ activations ───┴─ lane chunk ─┘     │ a cycle later                       results │ ──> m_axis_res
//!                │                                     └─> group: …  ─────────────────────────┘   │
//!                └─────────────────────────────────────────────────────────────────────────────────┘
//! ```
//! Weight-tile stationary inside an output-stationary pass: for each block of columns, for each chunk of lanes, one tile
//! of weights is applied to all tokens while the next one loads. Activations are stored once and replayed for every
//! pass; the first pass runs while they arrive. Results leave through a buffer while the next pass runs. A unit with
//! [`Config::windows`](trine_spec::Config::windows) has `windows` in place of the three streams, between registers and datapath.
//! [`unit_on_chip`] has `weight_memory` in front of the weight loader, one whose weights are [in memory](trine_spec::Weights::Memory)
//! has `weight_reader` there, the AXI4 port `m_axi_wgt0` in place of `s_axis_wgt`, and `job_queue` in front of `job`; with
//! [strides](trine_spec::Config::strides) `weight_runs` is between the queue and the reader.
//! One that [fetches its jobs](trine_spec::Config::ring) has `ring` in place of the other two streams, and the AXI4 port `m_axi`.

mod accumulators;
mod column;
mod core;
mod counters;
pub mod dot;
mod group;
mod host;
mod interfaces;
mod job;
mod job_control;
mod job_queue;
mod pins;
mod plane_decoder;
mod registers;
mod ring;
mod sequencer;
mod serial;
mod shape;
mod tile;
mod top;
mod trit_decoder;
mod weight_loader;
mod weight_memory;
mod weight_reader;
mod weight_runs;
mod weight_source;
mod windows;

pub use accumulators::{accumulate, accumulators};
pub use column::column;
pub use core::core;
pub use counters::counters;
pub use job::job;
pub use job_queue::job_queue;
pub use registers::registers;
pub use ring::{ring_feed, ring_fetch, ring_pack, ring_store};
pub use sequencer::sequencer;
pub use serial::{LEAST_DIVIDER, serial};
pub use top::{unit, unit_on_chip};
pub use trit_decoder::trit_decoder;
pub use weight_loader::weight_loader;
pub use weight_memory::{REQUEST_BITS, WeightBeats, weight_memory};
pub use weight_reader::{ring_reader, weight_reader};
pub use weight_runs::weight_runs;
pub use windows::windows;
