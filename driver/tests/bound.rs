//! Every ternary layer of the models that users have, against the bound on its cycles; `docs/results/bound.md` is made here.
//!
//! The cycles are those of the closed form, which equals the unit's own counter: on random units in `sim/tests/cycles.rs`, on
//! column blocks of these layers, and whole ones, in `make verify-full`.

use trine_driver::MatmulShape;
use trine_spec::Config;

/// Layers as depth x outputs, by model.
const MODELS: [(&str, &[[usize; 2]]); 8] = [
    ("BitNet b1.58 2B-4T", &[[2560, 2560], [2560, 640], [2560, 6912], [6912, 2560]]),
    ("bitnet_b1_58-large", &[[1536, 1536], [1536, 4096], [4096, 1536]]),
    ("bitnet_b1_58-3B", &[[3200, 3200], [3200, 8640], [8640, 3200]]),
    ("Llama3-8B-1.58", &[[4096, 4096], [4096, 1024], [4096, 14336], [14336, 4096]]),
    ("Falcon3-1B-1.58", &[[2048, 2048], [2048, 1024], [2048, 8192], [8192, 2048]]),
    ("Falcon3-3B-1.58", &[[3072, 3072], [3072, 1024], [3072, 9216], [9216, 3072]]),
    ("Falcon3-7B and 10B-1.58", &[[3072, 23040], [23040, 3072]]),
    ("TriLM-99M", &[[512, 512], [512, 1280], [1280, 512]]),
];
const TOKENS: [usize; 4] = [1, 2, 16, 64];
const HEAD: &str = "# Cycles of every layer, and the least there can be

For whoever asks how close the unit is to the least number of cycles, for the layers of published models.

64 lanes x 16 columns, base 3, a host that never lets the unit wait. On a weight bus of 512 bits a tile takes four beats, on 1640
bits one. `cycles >= ceil(N / columns) * ceil(K / lanes) * max(M, beats a tile)` is the bound; wanted are at most 1.02 times
as many, and the pipeline's latency, and 64. Made and checked by `driver/tests/bound.rs` from the closed form in
`driver/src/cycles.rs`; not to be edited. `make verify-full` runs a column block of each of these depths through RTL on both buses,
and all layers of the first two models on 512 bits; it fails unless the unit counts exactly as many cycles as the closed form.

";

fn unit(weight_bus: usize) -> Config {
    Config::sized(64, 16).weight_bus(weight_bus).max_tokens(64).max_depth(32768).build().unwrap()
}

#[test]
fn every_layer_keeps_within_two_percent_of_the_bound() {
    let units = [unit(512), unit(1640)];
    assert_eq!(units.each_ref().map(Config::beats_per_tile), [4, 1]);
    let (mut text, mut worst, mut over) = (HEAD.to_owned(), 0.0_f64, 0);
    text += "| K x N | model | 512 bits: M = 1 | 2 | 16 | 64 | 1640 bits: M = 1 | 2 | 16 | 64 |\n|---|---|";
    text += &"--:|".repeat(8);
    text.push('\n');
    for (model, sizes) in MODELS {
        for &[k, n] in sizes {
            text += &format!("| {k} x {n} | {model} |");
            for unit in &units {
                for m in TOKENS {
                    let shape = MatmulShape { m, k, n };
                    let (cycles, bound) = (shape.cycles(unit), shape.bound(unit));
                    let latency = unit.latency() as u64;
                    let allowed = 1.02 * bound as f64 + (latency + 64) as f64;
                    assert!(
                        cycles >= bound && cycles as f64 <= allowed,
                        "{shape:?} on {} bits: {cycles}",
                        unit.weight_bus()
                    );
                    over = over.max(cycles - bound);
                    worst = worst.max(cycles as f64 / bound as f64);
                    text += &format!(" {cycles} |");
                }
            }
            text.push('\n');
        }
    }
    text += &format!("\nAt worst {worst:.4} times the bound, and never more than {over} cycles over it.\n");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/results/bound.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), text, "UPDATE_EXPECT=1 writes it again");
}
