//! Hardware that computes a model, and the cost of one token's linears there.
//!
//! | weights, activations | unit |
//! |---|---|
//! | trits or signs, int8 | ours |
//! | int8, int8 | int8 unit of the same size, weight bus and memory |
//! | fp16, fp16 | fp16 unit |
//! | fewer bits, fp16 | fp16 unit that unpacks weights on their way in: fewer bytes and beats, the same arithmetic; unpacking is free |

use trine_golden_model as golden;
use trine_perf::energy::{Arithmetic, Estimate, Pricing};
use trine_perf::estimate::Pass;
use trine_perf::memory::Memory;
use trine_perf::unpacking;
use trine_spec::Config;
use trine_train::{Activation, NORM_EPS, ROPE_THETA, Shape};

/// A unit, and prices.
pub(crate) struct Hardware {
    pub(crate) config: Config,
    pub(crate) die: String,
    pub(crate) clock_hz: f64,
    pub(crate) memory: Memory,
    pub(crate) pricing: Option<Pricing>,
}

/// Hardware that computes a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Unit {
    Ternary,
    Int8,
    /// With weights of this number of bits in memory.
    Fp16(f64),
}

impl Unit {
    /// For weights and activations of this number of bits.
    pub(crate) fn new(weight_bits: f64, activation_bits: u32) -> Self {
        match activation_bits {
            16 => Self::Fp16(weight_bits),
            _ if weight_bits < 2.0 => Self::Ternary,
            _ => Self::Int8,
        }
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::Ternary => "ternary unit".into(),
            Self::Int8 => "int8 unit".into(),
            Self::Fp16(16.0) => "fp16 unit".into(),
            Self::Fp16(bits) => format!("fp16 unit, {bits}-bit weights unpacked"),
        }
    }
}

impl Hardware {
    /// Cycles and energy of the linears of one token.
    pub(crate) fn token(&self, shape: &Shape, unit: Unit) -> (u64, Option<Estimate>) {
        let pass = Pass::new(&model(shape), 1, &self.config, self.clock_hz, &self.memory, self.pricing.as_ref());
        let other = |arithmetic| pass.baselines.iter().find(move |b| b.arithmetic == arithmetic);
        match unit {
            Unit::Ternary => (pass.cycles, pass.energy_j),
            Unit::Int8 => other(Arithmetic::Int8).map_or((0, None), |b| (b.cycles, b.energy_j)),
            Unit::Fp16(16.0) => other(Arithmetic::Fp16).map_or((0, None), |b| (b.cycles, b.energy_j)),
            Unit::Fp16(bits) => unpacking(&pass, bits, &self.config, self.clock_hz, &self.memory),
        }
    }
}

/// The shape as the closed forms take it.
fn model(shape: &Shape) -> golden::Config {
    golden::Config {
        architecture: "BitNetForCausalLM".into(),
        hidden: shape.hidden,
        intermediate: shape.intermediate,
        layers: shape.layers,
        heads: shape.heads,
        kv_heads: shape.kv_heads,
        head_dim: shape.head_dim(),
        vocab: shape.vocab,
        context: shape.context,
        rope_theta: ROPE_THETA,
        rope_pairs: golden::RopePairs::Halves,
        norm_eps: NORM_EPS,
        activation: match shape.activation {
            Activation::Relu2 => golden::Activation::Relu2,
            Activation::Silu => golden::Activation::Silu,
        },
        tied: shape.tied,
        sub_norms: true,
        convention: golden::Convention::BitLinear,
        ends: Vec::new(),
        notices: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trine_perf::energy::Records;
    use trine_perf::memory;

    /// Fewer bits cost less, down from what 16 bits cost; and all of it more than the ternary unit.
    #[test]
    fn cost_falls_with_bits() {
        let config = Config::default();
        let memory = memory::named("lpddr4-4266").unwrap();
        let pricing = Pricing::new(&Records::builtin().unwrap(), &config, 200e6, "7nm", &memory.set).ok();
        let hardware = Hardware { config, die: "7nm".into(), clock_hz: 200e6, memory, pricing };
        let shape = Shape {
            hidden: 128,
            intermediate: 352,
            layers: 4,
            heads: 4,
            kv_heads: 2,
            vocab: 84,
            context: 128,
            tied: true,
            activation: Activation::Relu2,
        };
        let units = [Unit::Fp16(16.0), Unit::Fp16(15.999), Unit::Fp16(4.0), Unit::Fp16(2.0), Unit::Ternary];
        let costs: Vec<(u64, f64)> = units
            .iter()
            .map(|unit| hardware.token(&shape, *unit))
            .map(|(cycles, energy)| (cycles, energy.unwrap().joules()))
            .collect();
        assert!((costs[0].1 / costs[1].1 - 1.0).abs() < 1e-3, "{costs:?}");
        assert!(costs.is_sorted_by(|a, b| a.0 >= b.0 && a.1 > b.1), "{costs:?}");
    }
}
