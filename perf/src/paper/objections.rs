//! Objections of an expert to a saving of 71.4 times, with the figures that follow from the same constants.

use super::Costs;
use crate::energy::{Arithmetic, Inventory};
use serde::Serialize;
use trine_spec::{Config, WeightCode};

/// One objection, and the ratio that is left when it is heeded.
#[derive(Debug, Serialize)]
pub struct Objection {
    /// The ratio that is left; absent for one without a figure.
    pub ratio: Option<f64>,
    /// The objection.
    pub text: String,
}

/// A unit whose accumulator has 20 bits: 64 lanes, K up to 2048.
fn unit() -> (Config, usize) {
    let config = Config::sized(64, 1).max_depth(2048).build().expect("a size in range");
    let acc_bits = config.acc_bits();
    (config, acc_bits)
}

pub(super) fn all(n7: &Costs) -> Vec<Objection> {
    let float = n7.fp16.multiply + n7.fp16.add;
    let per_bit = n7.int8.add / 8.0;
    let (config, acc_bits) = unit();
    let tree_bits = Inventory::new(&config, Arithmetic::Ternary).full_adders(1) as f64 / config.lanes() as f64;
    let some = |ratio: f64, text: String| Objection { ratio: Some(ratio), text };
    vec![
        Objection { ratio: None, text: "memory, clock and leakage are not in these energies".into() },
        some(
            float / (per_bit * tree_bits),
            format!(
                "an 8-bit add cannot hold the sum: a tree of 64 lanes with a {acc_bits}-bit accumulator adds {tree_bits:.1} bits a MAC"
            ),
        ),
        some(float / (per_bit * acc_bits as f64), format!("a serial sum adds {acc_bits} bits a MAC")),
        some(
            (n7.int8.multiply + n7.int8.add) / n7.int8.add,
            "against an INT8 multiply and add, not FP16, which an int8 model would use".into(),
        ),
        some(
            WeightCode::TwoBit.trits_per_byte() as f64,
            "for one token at a time bytes decide: int8 weights against two-bit trits from the same DRAM".into(),
        ),
        some(WeightCode::Base3.trits_per_byte() as f64, "the same with five trits in a byte".into()),
    ]
}
