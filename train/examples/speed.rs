//! Seconds per step of a training, on a text made up for it.
//!
//! `cargo run --release -p trine-train --example speed -- HIDDEN INTERMEDIATE LAYERS HEADS KV CONTEXT BATCH SHARDS [STEPS]`

use std::time::Instant;

use trine_train::{Activation, Corpus, Kind, Layout, Recipe, Schedule, Shape, Trainer, VocabularyKind};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sizes: Vec<usize> = std::env::args().skip(1).map(|a| a.parse()).collect::<Result<_, _>>()?;
    let (&[hidden, intermediate, layers, heads, kv_heads, context, batch, shards], rest) =
        sizes.split_first_chunk().ok_or("eight sizes are needed; see the top of this file")?;
    let steps = rest.first().copied().unwrap_or(20);
    let text: String = (0..100_000u32).map(|i| char::from(b' ' + (i.wrapping_mul(i) >> 7) as u8 % 84)).collect();
    let corpus = Corpus::new(&text, VocabularyKind::Characters)?;
    let vocab = corpus.vocabulary.size();
    let shape = Shape {
        hidden,
        intermediate,
        layers,
        heads,
        kv_heads,
        vocab,
        context,
        tied: true,
        activation: Activation::Relu2,
    };
    for kind in Kind::ALL {
        let schedule = Schedule { peak: 1e-3, warmup: 1, steps: 1000, landing: None };
        let mut trainer = Trainer::new(Recipe { kind, shape, schedule, batch, shards, seed: 1 })?;
        trainer.step(&corpus)?;
        let mut seconds = Vec::new();
        for _ in 0..steps {
            let start = Instant::now();
            trainer.step(&corpus)?;
            seconds.push(start.elapsed().as_secs_f64());
        }
        seconds.sort_by(f64::total_cmp);
        let weights = Layout::new(&shape).total() as f64;
        let (median, least) = (seconds[seconds.len() / 2], seconds[0]);
        println!(
            "{:8} {:.2} M weights, {} tokens a step: median {median:.4} s, least {least:.4} s, {:.0} GFLOP/s at best",
            kind.name(),
            weights / 1e6,
            batch * context,
            6.0 * weights * (batch * context) as f64 / least / 1e9
        );
    }
    Ok(())
}
