//! BitNet b1.58 (arXiv 2402.17764): the saving of arithmetic, figures 2 and 3, tables 1 and 3.

use super::bitnet::Layer;
use super::{Costs, Row, Table};
use crate::energy::Tag;

const SOURCE: &str = "arXiv 2402.17764";

/// A LLaMA of the paper: width, FFN width, layers, width of keys and values.
#[derive(Clone, Copy, Debug)]
struct Llama {
    d: f64,
    ffn: f64,
    layers: f64,
    kv: f64,
}

const LLAMA_70B: Llama = Llama { d: 8192.0, ffn: 28672.0, layers: 80.0, kv: 1024.0 };

/// Bytes of two A100.
const TWO_A100: f64 = 160e9;

const VOCABULARY: f64 = 32_000.0;

impl Llama {
    /// Bytes of all weights: in fp16, and with the linear layers ternary at 1.6 bits and the rest in fp16.
    fn bytes(self) -> [f64; 2] {
        let Self { d, ffn, layers, kv } = self;
        let linear = layers * (2.0 * d * d + 2.0 * d * kv + 3.0 * d * ffn);
        let rest = 2.0 * VOCABULARY * d;
        [linear * 2.0 + rest * 2.0, linear / 5.0 + rest * 2.0]
    }

    /// Bytes of fp16 weights over those of ternary ones.
    fn byte_ratio(self) -> f64 {
        let [fp16, ternary] = self.bytes();
        fp16 / ternary
    }

    /// Sequences that fit `memory` beside ternary weights over those beside fp16 ones.
    fn batch_ratio(self, memory: f64) -> f64 {
        let [fp16, ternary] = self.bytes();
        (memory - ternary) / (memory - fp16)
    }
}

pub(super) fn tables(n7: &Costs) -> Vec<Table> {
    vec![saving(n7), figure_3(n7), table_1(), table_3(), figure_2(), table_3_here()]
}

fn saving(n7: &Costs) -> Table {
    Table {
        name: "BitNet b1.58, arithmetic operations",
        source: SOURCE,
        unit: "ratio",
        tag: Tag::Literature,
        tolerance: Some(0.1),
        note: "(FP16 multiply + FP16 add) / INT8 add at 7 nm: a ratio of constants, nothing else",
        rows: vec![Row::new("FP16 MAC / ternary MAC", (n7.fp16.multiply + n7.fp16.add) / n7.int8.add, 71.4)],
    }
}

/// Energy of the layers end to end; scales of ternary products are fp16 multiplications.
fn figure_3(n7: &Costs) -> Table {
    let ratio = |d: f64| {
        let layer = Layer::new(d);
        let float = layer.linear.picojoules(n7.fp16) + layer.attention.picojoules(n7.fp16);
        let ternary = layer.linear.additions * n7.int8.add
            + layer.scales * n7.fp16.multiply
            + layer.attention.picojoules(n7.fp16);
        float / ternary
    };
    let printed = [
        ("1.3B", 2048.0, 18.6),
        ("3B", 2560.0, 21.7),
        ("7B", 4096.0, 29.1),
        ("13B", 5120.0, 32.9),
        ("70B", 8192.0, 41.2),
    ];
    Table {
        name: "BitNet b1.58, figure 3",
        source: SOURCE,
        unit: "FP16 / b1.58",
        tag: Tag::Literature,
        tolerance: Some(0.1),
        note: "arithmetic of all layers at 7 nm, 512 tokens, FFN of 4 d without gate",
        rows: printed.map(|(model, d, printed)| Row::new(format!("{model}, d = {d}"), ratio(d), printed)).into(),
    }
}

/// Ratios of the printed gigabytes and milliseconds.
fn table_1() -> Table {
    // Model, GB and ms of LLaMA, GB and ms of BitNet, printed ratios.
    let printed = [
        ("700M", [2.08, 1.18], [0.80, 0.96], [2.60, 1.23]),
        ("1.3B", [3.34, 1.62], [1.14, 0.97], [2.93, 1.67]),
        ("3B", [7.89, 5.07], [2.22, 1.87], [3.55, 2.71]),
    ];
    let mut rows = vec![];
    for (model, llama, bitnet, ratios) in printed {
        for (i, what) in ["memory", "latency"].into_iter().enumerate() {
            rows.push(Row::new(format!("{model} {what}"), llama[i] / bitnet[i], ratios[i]));
        }
    }
    Table {
        name: "BitNet b1.58, table 1",
        source: SOURCE,
        unit: "FP16 / b1.58",
        tag: Tag::Literature,
        tolerance: Some(0.01),
        note: "ratios of the measured gigabytes and milliseconds that the table prints",
        rows,
    }
}

/// The measured ratios of the paper beside the bytes of weights that a token moves here.
fn figure_2() -> Table {
    let shapes = [
        ("7B", Llama { d: 4096.0, ffn: 11008.0, layers: 32.0, kv: 4096.0 }, [2.90, 4.40]),
        ("13B", Llama { d: 5120.0, ffn: 13824.0, layers: 40.0, kv: 5120.0 }, [3.68, 5.12]),
        ("70B", LLAMA_70B, [4.10, 7.16]),
    ];
    let mut rows = vec![];
    for (model, shape, printed) in shapes {
        for (what, printed) in ["latency", "memory"].into_iter().zip(printed) {
            rows.push(Row::new(format!("{model} {what}"), shape.byte_ratio(), printed));
        }
    }
    Table {
        name: "BitNet b1.58, figure 2",
        source: SOURCE,
        unit: "FP16 / b1.58",
        tag: Tag::Literature,
        tolerance: None,
        note: "measured on a GPU; beside it the bytes of weights, ternary at 1.6 bits, embedding and head in fp16",
        rows,
    }
}

/// Ratios of what the table prints.
fn table_3() -> Table {
    Table {
        name: "BitNet b1.58, table 3",
        source: SOURCE,
        unit: "b1.58 / FP16, 70B on two A100",
        tag: Tag::Literature,
        tolerance: Some(0.1),
        note: "batch 176 against 16, 2977 against 333 tokens a second",
        rows: vec![Row::new("batch", 176.0 / 16.0, 11.0), Row::new("tokens a second", 2977.0 / 333.0, 8.9)],
    }
}

/// The same beside what bytes say: how many sequences fit, and that a step which reads a full memory takes as long for
/// both, so that tokens a second follow the batch.
fn table_3_here() -> Table {
    let ratio = LLAMA_70B.batch_ratio(TWO_A100);
    Table {
        name: "BitNet b1.58, table 3 again",
        source: SOURCE,
        unit: "b1.58 / FP16, 70B on two A100",
        tag: Tag::Literature,
        tolerance: None,
        note: "measured on GPUs; beside it the sequences that 160 GB hold next to the weights, all of it read in a step",
        rows: vec![Row::new("batch", ratio, 11.0), Row::new("tokens a second", ratio, 8.9)],
    }
}
