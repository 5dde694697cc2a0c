//! Accelerator configuration, checked where it is made, and the named presets.
//!
//! `y[M x N] = x[M x K] · W[K x N]`: `lanes` positions of K and `columns` positions of N are computed each cycle.
//! All widths of the generated hardware follow from the numbers of a [`Config`].

mod builder;
mod density;
mod error;
mod kinds;
mod presets;

pub use builder::Builder;
pub use density::Density;
pub use error::ConfigError;
pub use kinds::{Style, WeightCode, Weights};
pub use presets::PRESETS;

use serde::{Deserialize, Serialize};

/// The parameters of one accelerator, all in range: [`Config::builder`], [`Config::preset`] and deserialising are the ways to one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Builder")]
pub struct Config {
    lanes: usize,
    columns: usize,
    act_bits: usize,
    style: Style,
    weight_code: WeightCode,
    weight_bus: usize,
    max_depth: usize,
    max_tokens: usize,
    windows: bool,
    weights: Weights,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    ring: bool,
    #[serde(skip_serializing_if = "is_longest")]
    burst_beats: usize,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    strides: bool,
    #[serde(skip_serializing_if = "is_one")]
    weight_ports: usize,
    /// Columns of a group; 0 where all columns are one.
    #[serde(skip_serializing_if = "is_zero")]
    group: usize,
}

fn is_zero(group: &usize) -> bool {
    *group == 0
}

fn is_one(ports: &usize) -> bool {
    *ports == 1
}

/// Only shorter bursts are worth a word in a file.
fn is_longest(burst_beats: &usize) -> bool {
    *burst_beats == Config::BURST_BEATS
}

impl Config {
    /// Widest N of a job.
    pub const MAX_OUTPUTS: usize = (1 << 20) - 1;

    /// Most outputs of a job that a driver asks for: N itself, or fewer where memory has to hold all results of a job.
    pub const fn max_outputs(&self) -> usize {
        if self.ring { 1 << 14 } else { Self::MAX_OUTPUTS }
    }

    /// Columns that one copy of a lane chunk reaches.
    pub const CHUNK_COLUMNS: usize = 4;

    /// A configuration in the making, with nothing given.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A configuration in the making, of `lanes` x `columns`.
    pub fn sized(lanes: usize, columns: usize) -> Builder {
        Self::builder().lanes(lanes).columns(columns)
    }

    /// This configuration with beats through windows of the register space or through stream ports.
    #[must_use]
    pub fn with_windows(self, windows: bool) -> Self {
        Self { windows, ..self }
    }

    /// This configuration with the weight beats of the host's stream, and so without a ring.
    #[must_use]
    pub fn with_weight_stream(self) -> Self {
        let base = Self { weights: Weights::Stream, ring: false, ..self };
        Self { burst_beats: Self::BURST_BEATS, strides: false, weight_ports: 1, ..base }
    }

    /// This configuration with columns of another style.
    #[must_use]
    pub fn with_style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// This configuration with columns in groups of another size.
    #[must_use]
    pub fn with_group(self, group: usize) -> Self {
        Self { group: Self::fitted_group(group, self.columns), ..self }
    }

    /// Input positions of a dot product per cycle, 1 to 256.
    pub const fn lanes(&self) -> usize {
        self.lanes
    }

    /// Outputs per cycle, 1 to 64.
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// Columns of a group. Each group works a cycle behind the one before, so that no signal has to reach all columns in one; the
    /// last group may have fewer.
    pub const fn group(&self) -> usize {
        if self.group == 0 { self.columns } else { self.group }
    }

    /// Groups of columns.
    pub const fn groups(&self) -> usize {
        self.columns.div_ceil(self.group())
    }

    /// Columns of group `g`.
    pub const fn columns_of(&self, g: usize) -> usize {
        let left = self.columns - g * self.group();
        if left < self.group() { left } else { self.group() }
    }

    /// The configuration of group `g` by itself.
    #[must_use]
    pub fn of_group(&self, g: usize) -> Self {
        Self { columns: self.columns_of(g), group: 0, ..self.clone() }
    }

    /// The size as it is kept: 0 where one group holds all columns.
    const fn fitted_group(group: usize, columns: usize) -> usize {
        if group >= columns { 0 } else { group }
    }

    /// Activation width in bits, 2 to 8; a lane is a byte on the stream whatever this is.
    pub const fn act_bits(&self) -> usize {
        self.act_bits
    }

    /// The way a column is built.
    pub const fn style(&self) -> Style {
        self.style
    }

    /// The code of trits on the weight stream.
    pub const fn weight_code(&self) -> WeightCode {
        self.weight_code
    }

    /// Width of the weight stream in bits, a multiple of 8 up to a full tile per beat.
    pub const fn weight_bus(&self) -> usize {
        self.weight_bus
    }

    /// Largest K of a job.
    pub const fn max_depth(&self) -> usize {
        self.max_depth
    }

    /// Largest M of a job.
    pub const fn max_tokens(&self) -> usize {
        self.max_tokens
    }

    /// Beats go through windows of the register space ([`crate::registers::WINDOWS`]) and not through stream ports.
    pub const fn windows(&self) -> bool {
        self.windows
    }

    /// The way of the weights to the unit.
    pub const fn weights(&self) -> Weights {
        self.weights
    }

    /// The unit fetches its jobs and their activations from memory, and stores their results there; the host writes descriptors
    /// ([`crate::registers::DESCRIPTOR`]) into a ring.
    pub const fn ring(&self) -> bool {
        self.ring
    }

    /// Width in bits of `m_axi`, through which a unit with a ring reads and writes all but weights: that of the weight bus, from 32,
    /// a word of results, to 128. Weights are most of what a unit reads, and the buffers of a wide port take much room.
    pub const fn ring_bus(&self) -> usize {
        match self.weight_bus {
            ..32 => 32,
            32..128 => self.weight_bus,
            128.. => 128,
        }
    }

    /// Bytes that a beat of activations takes in memory: a power of two, so that no beat lies across two of the bus.
    pub const fn act_slot(&self) -> usize {
        let bytes = self.lanes.next_power_of_two();
        if bytes < 4 { 4 } else { bytes }
    }

    /// The unit reads its weights from memory.
    pub const fn memory(&self) -> bool {
        matches!(self.weights, Weights::Memory)
    }

    /// Beats that the unit reads ahead from memory: what it asked for and has not used yet has a place for each. As many as a
    /// block RAM of an FPGA holds at its widest.
    pub const READ_AHEAD: usize = 512;

    /// Most beats that a burst from memory can have: of 64 bytes each they are a page of 4 KiB, which no burst may leave.
    pub const BURST_BEATS: usize = 64;

    /// Most beats of activations of a job from a ring.
    const MOST_RING_BEATS: usize = (1 << crate::registers::DESC_ACT_LENGTH_BEATS.width) - 1;

    /// Most beats of a burst of results to memory: of 64 bytes each they are 1 KiB, at whose multiples results begin.
    pub const WRITE_BEATS: usize = 16;

    /// Most beats of a burst from memory of this unit: 16, 32 or 64. AXI3 has bursts of 16.
    pub const fn burst_beats(&self) -> usize {
        self.burst_beats
    }

    /// The weights of a job may lie in memory as runs that are as far apart as the job says; always false for weights from the host.
    pub const fn strides(&self) -> bool {
        self.strides
    }

    /// Ports through which the weights come from memory: 1, 2, 4 or 8; always 1 for weights from the host.
    pub const fn weight_ports(&self) -> usize {
        self.weight_ports
    }

    /// Width of each of these ports in bits.
    pub const fn port_bus(&self) -> usize {
        self.weight_bus / self.weight_ports()
    }

    /// Bursts from memory that may be under way: all that the unit has room for.
    pub const fn bursts(&self) -> usize {
        Self::READ_AHEAD / self.burst_beats
    }

    /// Jobs that can wait behind the one that runs, in a unit that reads its weights from memory.
    pub const QUEUE: usize = 4;

    /// 512 bits, or a full tile where that is narrower; from memory the next power of two below. `lanes` and `columns` may be any,
    /// as nothing has checked them yet.
    const fn default_weight_bus(lanes: usize, columns: usize, code: WeightCode, weights: Weights) -> usize {
        let full = lanes.saturating_mul(columns).div_ceil(code.trits_per_byte()).saturating_mul(8);
        match weights {
            _ if full >= 512 => 512,
            Weights::Memory if full > 0 => 1 << full.ilog2(),
            _ => full,
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        let range = |field, value, low, high| {
            if (low..=high).contains(&value) { Ok(()) } else { Err(ConfigError::Range { field, value, low, high }) }
        };
        range("lanes", self.lanes, 1, 256)?;
        range("columns", self.columns, 1, 64)?;
        range("act-bits", self.act_bits, 2, 8)?;
        range("max-depth", self.max_depth, 1, 1 << 18)?;
        range("max-tokens", self.max_tokens, 1, 4096)?;
        if !self.weight_bus.is_multiple_of(8) {
            return Err(ConfigError::WeightBus(self.weight_bus));
        }
        let most = 1 << self.full_tile_bus().min(512).ilog2();
        if self.memory() && !(self.weight_bus.is_power_of_two() && (8..=most).contains(&self.weight_bus)) {
            return Err(ConfigError::MemoryBus { bus: self.weight_bus, most });
        }
        if ![16, 32, Self::BURST_BEATS].contains(&self.burst_beats) {
            return Err(ConfigError::Choice { field: "burst-beats", value: self.burst_beats, known: "16, 32 or 64" });
        }
        if ![1, 2, 4, 8].contains(&self.weight_ports) {
            return Err(ConfigError::Choice { field: "weight-ports", value: self.weight_ports, known: "1, 2, 4 or 8" });
        }
        if self.port_bus() < 8 {
            return Err(ConfigError::Ports { ports: self.weight_ports, bus: self.weight_bus });
        }
        range("weight-bus", self.weight_bus, 8, self.full_tile_bus())?;
        range("group", self.group, 1, 64)?;
        let of_memory = [
            ("ring", self.ring),
            ("burst-beats", self.burst_beats != Self::BURST_BEATS),
            ("strides", self.strides),
            ("weight-ports", self.weight_ports != 1),
        ];
        if let Some((field, _)) = of_memory.into_iter().find(|(_, given)| *given && !self.memory()) {
            return Err(ConfigError::NeedsMemory(field));
        }
        match self.ring {
            true if self.windows => Err(ConfigError::RingAndWindows),
            true if self.act_words() > Self::MOST_RING_BEATS => Err(ConfigError::RingBuffer(self.act_words())),
            _ => Ok(()),
        }
    }

    /// Bits of a weight stream that moves a tile per beat.
    pub const fn full_tile_bus(&self) -> usize {
        self.tile_trits().div_ceil(self.weight_code.trits_per_byte()) * 8
    }

    /// Trits of a tile.
    pub const fn tile_trits(&self) -> usize {
        self.lanes * self.columns
    }

    /// Trits carried by one weight beat.
    pub const fn trits_per_beat(&self) -> usize {
        self.weight_bus / 8 * self.weight_code.trits_per_byte()
    }

    /// Weight beats that make a tile.
    pub const fn beats_per_tile(&self) -> usize {
        self.tile_trits().div_ceil(self.trits_per_beat())
    }

    /// Width of the activation stream in bits: one byte a lane.
    pub const fn act_bus(&self) -> usize {
        8 * self.lanes
    }

    /// Width of the result stream in bits: one int32 a column.
    pub const fn res_bus(&self) -> usize {
        32 * self.columns
    }

    /// Accumulator width: holds `±2^(act_bits-1) * max_depth` exactly, and any sum of the lanes.
    pub const fn acc_bits(&self) -> usize {
        let deepest = if self.max_depth > self.lanes { self.max_depth } else { self.lanes };
        self.act_bits + 1 + clog2(deepest)
    }

    /// Adder levels of a column, each with a register; at least one.
    pub const fn tree_levels(&self) -> usize {
        match self.style {
            Style::Portable | Style::Ecp5 | Style::Packed => {
                let levels = clog2(self.lanes);
                if levels == 0 { 1 } else { levels }
            }
            // Pairs, signed pairs, then three by three.
            Style::Xilinx7 => {
                let (mut levels, mut terms) = (2, self.lanes.div_ceil(4));
                while terms > 1 {
                    terms = terms.div_ceil(3);
                    levels += 1;
                }
                levels
            }
        }
    }

    /// Cycles from the issue of a lane chunk to the push of its result: the buffer's two, one of the registers beside the
    /// columns, the tree's, one of the accumulators, and one more for each group behind the first.
    pub const fn latency(&self) -> usize {
        self.tree_levels() + 3 + self.groups()
    }

    /// Words of the result buffer: enough for one result a cycle. A place is taken at the issue and seen to be free again
    /// seven cycles after the push at the earliest, and the sequencer keeps two more.
    pub const fn result_room(&self) -> usize {
        (self.latency() + 9).next_power_of_two()
    }

    /// Copies of a lane chunk beside the columns, one for every [`Self::CHUNK_COLUMNS`] of a group.
    pub const fn chunk_copies(&self) -> usize {
        let (whole, rest) = (self.columns / self.group(), self.columns % self.group());
        whole * self.group().div_ceil(Self::CHUNK_COLUMNS) + rest.div_ceil(Self::CHUNK_COLUMNS)
    }

    /// Words of the activation buffer: every lane chunk of every token of the largest job.
    pub const fn act_words(&self) -> usize {
        self.max_tokens * self.max_depth.div_ceil(self.lanes)
    }

    /// Cycles that an access waits for a window before it is refused: longer than the unit itself keeps a host waiting that
    /// follows the order of [`crate::packing`], which is the time of one tile.
    pub const fn window_patience(&self) -> usize {
        let tile = (self.max_tokens + 64).next_power_of_two();
        if tile < 1024 { 1024 } else { tile }
    }
}

/// Bits needed to count to `n - 1`: 0 for 1, 1 for 2, 2 for 3 and 4.
pub const fn clog2(n: usize) -> usize {
    n.next_power_of_two().trailing_zeros() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_of_the_standard_preset() {
        let c = Config::preset("standard").unwrap();
        assert_eq!((c.tile_trits(), c.trits_per_beat(), c.beats_per_tile()), (1280, 320, 4));
        assert_eq!((c.act_bus(), c.res_bus(), c.acc_bits(), c.tree_levels()), (512, 640, 23, 6));
        assert_eq!(c.full_tile_bus(), 2048);
    }

    #[test]
    fn accumulator_holds_the_extremes() {
        for (_, c) in PRESETS {
            let extreme = (1i64 << (c.act_bits - 1)) * c.max_depth as i64;
            assert!(extreme < 1 << (c.acc_bits() - 1), "{c:?}");
        }
    }
}
