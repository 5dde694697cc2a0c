//! Parts of a unit, as far as energy goes: adders, registers, memories.
//!
//! ```text
//!  beat ─> decode ─> code, held ─> tile ──> ┐
//!  activations RAM ─> word ─> act ────────> ┴ lanes x columns products ─> trees ─> accumulators RAM ─> results RAM ─> out
//! ```
//! The same structure serves for the units of other number formats that the ternary one is compared with: a product
//! takes the place of the selection, words grow, and weights take more of the bus.

use trine_spec::Config;
use trine_spec::registers::COUNTERS;

/// Arithmetic of the product of an activation and a weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Arithmetic {
    /// The weight selects `0`, `x` or `~x`; sums are integers.
    Ternary,
    /// int8 times int8; sums are integers.
    Int8,
    /// fp16 times fp16, added in fp16.
    Fp16,
}

impl Arithmetic {
    /// The name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ternary => "ternary",
            Self::Int8 => "int8",
            Self::Fp16 => "fp16",
        }
    }

    /// Bits of a weight beside the columns.
    pub fn weight_bits(self) -> usize {
        match self {
            Self::Ternary => 2,
            Self::Int8 => 8,
            Self::Fp16 => 16,
        }
    }

    /// Bytes that a tile of weights takes on its way to a unit of configuration `config`.
    pub fn tile_bytes(self, config: &Config) -> usize {
        match self {
            Self::Ternary => config.beats_per_tile() * config.weight_bus() / 8,
            _ => config.tile_trits() * self.weight_bits() / 8,
        }
    }
}

/// The parts of one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// Bits of an activation.
    pub act_bits: usize,
    /// Bits of an accumulator.
    pub acc_bits: usize,
    /// Adders of one column's tree by result width: (how many, bits).
    pub tree: Vec<(usize, usize)>,
    /// Register bits of all trees.
    pub tree_flip_flops: usize,
    /// Register bits that hold weights: beats, codes, tiles.
    pub weight_flip_flops: usize,
    /// Register bits of lane chunks, totals and results on their way.
    pub word_flip_flops: usize,
    /// Register bits of counters and registers.
    pub control_flip_flops: usize,
    /// The activation buffer: (words, bits of a word).
    pub activations: (usize, usize),
    /// The accumulators.
    pub accumulators: (usize, usize),
}

impl Inventory {
    /// The parts of a unit of configuration `config`, with another arithmetic where asked for.
    pub fn new(config: &Config, arithmetic: Arithmetic) -> Self {
        let (act_bits, product_bits, acc_bits) = match arithmetic {
            Arithmetic::Ternary => (config.act_bits(), config.act_bits(), config.acc_bits()),
            Arithmetic::Int8 => (8, 16, config.acc_bits() - config.act_bits() + 15),
            Arithmetic::Fp16 => (16, 16, 16),
        };
        let grow = usize::from(arithmetic != Arithmetic::Fp16);
        let (mut tree, mut tree_bits) = (vec![], 0);
        let (mut values, mut width) = (config.lanes(), product_bits);
        while values > 1 {
            width += grow;
            tree.push((values / 2, width));
            values = values.div_ceil(2);
            // Every value of a level is followed by a register, an odd one too.
            tree_bits += values * width;
        }
        let beat_bits = match arithmetic {
            Arithmetic::Ternary => 2 * config.trits_per_beat(),
            _ => config.weight_bus(),
        };
        // The tile in use, the one on its way there, and the next one as it is gathered.
        let tile_bits = config.tile_trits() * arithmetic.weight_bits();
        let act_word = config.lanes() * act_bits;
        let sum_word = config.columns() * acc_bits;
        Self {
            act_bits,
            acc_bits,
            tree,
            tree_flip_flops: tree_bits.max(product_bits) * config.columns(),
            // A beat as it comes and one as it is decoded.
            weight_flip_flops: 2 * config.weight_bus() + tile_bits.max(beat_bits) + 2 * tile_bits,
            word_flip_flops: (3 + config.chunk_copies()) * act_word + 6 * sum_word,
            control_flip_flops: control_flip_flops(),
            activations: (config.act_words(), act_word),
            accumulators: (config.max_tokens(), sum_word),
        }
    }

    /// All register bits.
    pub fn flip_flops(&self) -> usize {
        self.tree_flip_flops + self.weight_flip_flops + self.word_flip_flops + self.control_flip_flops
    }

    /// Full adders of `columns` columns, accumulation included.
    pub fn full_adders(&self, columns: usize) -> usize {
        columns * (self.tree.iter().map(|(count, width)| count * width).sum::<usize>() + self.acc_bits)
    }

    /// Memory bits.
    pub fn memory_bits(&self) -> usize {
        self.activations.0 * self.activations.1 + self.accumulators.0 * self.accumulators.1
    }
}

/// Register bits of the event counters, their copies and the words that are read of them, and of the registers that software
/// writes: the same in every unit.
fn control_flip_flops() -> usize {
    3 * COUNTERS.iter().map(|(_, bits)| bits).sum::<usize>() + WRITTEN_FLIP_FLOPS
}

/// Register bits of the registers that software writes: the same in every unit.
const WRITTEN_FLIP_FLOPS: usize = 1250;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_has_one_adder_less_than_lanes() {
        for lanes in 1..=256 {
            for arithmetic in [Arithmetic::Ternary, Arithmetic::Int8, Arithmetic::Fp16] {
                let tree = Inventory::new(&Config::sized(lanes, 1).build().unwrap(), arithmetic).tree;
                assert_eq!(tree.iter().map(|(count, _)| count).sum::<usize>(), lanes - 1);
            }
        }
        let tree = |arithmetic| Inventory::new(&Config::sized(7, 1).build().unwrap(), arithmetic).tree;
        assert_eq!(tree(Arithmetic::Ternary), [(3, 9), (2, 10), (1, 11)]);
        assert_eq!(tree(Arithmetic::Int8), [(3, 17), (2, 18), (1, 19)]);
        assert_eq!(tree(Arithmetic::Fp16), [(3, 16), (2, 16), (1, 16)]);
    }

    /// 10.1 bits of addition a MAC in a ternary tree of 64 lanes with a 20-bit accumulator.
    #[test]
    fn adder_bits_a_mac() {
        let config = Config::sized(64, 1).max_depth(2048).build().unwrap();
        let inventory = Inventory::new(&config, Arithmetic::Ternary);
        assert_eq!(inventory.acc_bits, 20);
        let bits = inventory.full_adders(1) as f64 / 64.0;
        assert!((bits - 10.1).abs() < 0.05, "{bits}");
    }

    #[test]
    fn weights_take_their_bytes() {
        let config = Config::sized(64, 16).build().unwrap();
        let bytes = |arithmetic: Arithmetic| arithmetic.tile_bytes(&config);
        assert_eq!((bytes(Arithmetic::Ternary), bytes(Arithmetic::Int8), bytes(Arithmetic::Fp16)), (256, 1024, 2048));
    }
}
