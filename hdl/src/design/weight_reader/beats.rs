//! The kinds of beats that are read from memory, and their sizes.

use trine_spec::registers::{DESC_ACT_LENGTH_BEATS, WGT_BASE_ADDRESS, WGT_LENGTH_BEATS};
use trine_spec::{Config, Style};

use crate::design::weight_runs::piece_bits;

/// The beats that a reader reads.
#[derive(Clone, Debug)]
pub(in crate::design) struct Beats {
    /// Name of the reader's module, and of its buffer.
    pub(super) names: [&'static str; 2],
    pub(super) doc: &'static str,
    pub(super) style: Style,
    /// Width of a beat in bits, and ports that bring their part of it.
    pub(super) bus: usize,
    pub(super) ports: usize,
    /// Beats of a burst at most.
    pub(super) burst: usize,
    /// Bursts that are under way at most.
    pub(super) bursts: usize,
    /// Jobs come in pieces.
    pub(super) pieces: bool,
    /// Bits of the number of beats of a job.
    pub(super) length: usize,
}

impl Beats {
    /// Weights, for the datapath.
    pub(super) fn weights(c: &Config) -> Beats {
        let names = ["trine_weight_reader", "trine_weight_fifo"];
        let (bus, ports, burst) = (c.weight_bus(), c.weight_ports(), c.burst_beats());
        Beats {
            names,
            doc: "weights",
            style: c.style(),
            bus,
            ports,
            burst,
            bursts: c.bursts(),
            pieces: c.strides(),
            length: WGT_LENGTH_BEATS.width,
        }
    }

    /// Descriptors and activations, for the ring.
    pub(super) fn ring(c: &Config) -> Beats {
        let names = ["trine_ring_reader", "trine_ring_fifo"];
        let (bus, burst) = (c.ring_bus(), c.burst_beats());
        Beats {
            names,
            doc: "jobs and activations",
            style: c.style(),
            bus,
            ports: 1,
            burst,
            bursts: c.bursts(),
            pieces: false,
            length: ring_length_bits(c),
        }
    }

    /// Width of a port in bits.
    pub(super) const fn port(&self) -> usize {
        self.bus / self.ports
    }

    /// Bits of a place of the stream of jobs.
    pub(super) fn job(&self) -> usize {
        if self.pieces { piece_bits(self.bus) } else { WGT_BASE_ADDRESS.width + self.length }
    }
}

/// Bits of the number of beats of memory that hold activations of a job from a ring, or a descriptor.
pub(in crate::design) fn ring_length_bits(c: &Config) -> usize {
    let beats = c.act_slot() / (c.ring_bus() / 8);
    DESC_ACT_LENGTH_BEATS.width + beats.max(1).ilog2() as usize
}
