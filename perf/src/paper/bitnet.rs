//! BitNet (arXiv 2310.11453), table 1: joules of arithmetic for one forward pass of 512 tokens.
//!
//! ```text
//! m x n by n x p, full precision:  E_add = m (n - 1) p add     E_mul = m n p multiply
//!                         W1A8:    E_add = m (n - 1) p add     E_mul = (m p + m n) multiply
//! ```
//! Assumed, because it reproduces what is printed: an FFN of width 4 d without gate, no output head, attention over all
//! 512 x 512 pairs, and in W1A8 attention and scales in fp16.

use super::{Cost, Costs, Row, Table};
use crate::energy::Tag;

/// Tokens of the pass.
pub(super) const TOKENS: f64 = 512.0;

/// Joules in a picojoule.
const PICO: f64 = 1e-12;

/// Multiplications and additions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Operations {
    pub(super) multiplications: f64,
    pub(super) additions: f64,
}

impl Operations {
    /// Picojoules at these costs.
    pub(super) fn picojoules(self, cost: Cost) -> f64 {
        self.multiplications * cost.multiply + self.additions * cost.add
    }
}

/// The operations of one transformer layer of width `d`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layer {
    /// Linear layers as full matrix products.
    pub(super) linear: Operations,
    /// Multiplications by scales, in front of and behind ternary products.
    pub(super) scales: f64,
    /// Scores and weighted values.
    pub(super) attention: Operations,
}

impl Layer {
    pub(super) fn new(d: f64) -> Self {
        let (mut linear, mut scales) = (Operations::default(), 0.0);
        for (n, p) in [(d, d), (d, d), (d, d), (d, d), (d, 4.0 * d), (4.0 * d, d)] {
            linear.multiplications += TOKENS * n * p;
            linear.additions += TOKENS * (n - 1.0) * p;
            scales += TOKENS * p + TOKENS * n;
        }
        let macs = 2.0 * TOKENS * TOKENS * d;
        Self { linear, scales, attention: Operations { multiplications: macs, additions: macs } }
    }

    /// Multiplications and additions of the W1A8 layer in joules.
    fn w1a8(&self, c: &Costs) -> [f64; 2] {
        let multiply = (self.scales + self.attention.multiplications) * c.fp16.multiply;
        let add = self.linear.additions * c.int8.add + self.attention.additions * c.fp16.add;
        [multiply * PICO, add * PICO]
    }

    /// Multiplications and additions of the layer in one floating-point format, in joules.
    fn float(&self, cost: Cost) -> [f64; 2] {
        let multiply = (self.linear.multiplications + self.attention.multiplications) * cost.multiply;
        let add = (self.linear.additions + self.attention.additions) * cost.add;
        [multiply * PICO, add * PICO]
    }
}

/// Model, width, layers, and the printed cells: FP32, FP16, W1A8, each at 7 nm and 45 nm, multiplications and additions.
const PRINTED: [(&str, f64, f64, [f64; 12]); 3] = [
    ("6.7B", 4096.0, 32.0, [4.41, 1.28, 12.46, 3.03, 1.14, 0.54, 3.70, 1.35, 0.02, 0.04, 0.08, 0.13]),
    ("13B", 5120.0, 40.0, [8.58, 2.49, 24.23, 5.89, 2.23, 1.05, 7.20, 2.62, 0.04, 0.06, 0.12, 0.24]),
    ("30B", 7168.0, 48.0, [20.09, 5.83, 56.73, 13.80, 5.21, 2.45, 16.87, 6.13, 0.06, 0.14, 0.20, 0.53]),
];

/// All 36 cells.
pub(super) fn table_1(n45: &Costs, n7: &Costs) -> Table {
    let mut rows = vec![];
    for (model, d, layers, printed) in PRINTED {
        let layer = Layer::new(d);
        let computed = [
            layer.float(n7.fp32),
            layer.float(n45.fp32),
            layer.float(n7.fp16),
            layer.float(n45.fp16),
            layer.w1a8(n7),
            layer.w1a8(n45),
        ];
        let formats = ["FP32 7 nm", "FP32 45 nm", "FP16 7 nm", "FP16 45 nm", "W1A8 7 nm", "W1A8 45 nm"];
        for (i, (format, joules)) in formats.into_iter().zip(computed).enumerate() {
            for (j, what) in ["multiply", "add"].into_iter().enumerate() {
                rows.push(Row::new(format!("{model} {format} {what}"), joules[j] * layers, printed[2 * i + j]));
            }
        }
    }
    Table {
        name: "BitNet, table 1",
        source: "arXiv 2310.11453",
        unit: "J, 512 tokens",
        tag: Tag::Literature,
        tolerance: Some(0.01),
        note: "FFN of 4 d without gate, no output head, attention over all pairs and in fp16 for W1A8",
        rows,
    }
}
