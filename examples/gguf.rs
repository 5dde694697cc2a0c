//! A look into a model: its ternary layers, its logits and a text.
//!
//! For whoever reads checkpoints with `trine_golden_model`. Takes a GGUF file, a folder in Hugging Face layout or
//! `synthetic:NAME[:LAYERS]`, by default the bundled model of Shakespeare. Prints shape, zeros and scales of each
//! ternary linear, the best tokens after tokens 1, 2 and 3, and what the model goes on with, if it has a tokenizer:
//!
//! `cargo run --release -p trine-examples --bin gguf [MODEL]`

use std::ffi::OsString;
use std::path::Path;

use trine_golden_model::{BoxError, Golden, Inspection, KvCache, Model, ModelSource, Sampler, Tokenizer, generate};

const PROMPT: &str = "KING ";

fn main() -> Result<(), BoxError> {
    let bundled = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/shakespeare").into();
    let argument: OsString = std::env::args_os().nth(1).unwrap_or_else(bundled);
    let source = ModelSource::try_from(argument)?;
    let model = Model::load(&source)?;

    let config = model.config();
    println!(
        "{}: {} layers, hidden {}, intermediate {}, vocabulary {}, context {}",
        config.architecture, config.layers, config.hidden, config.intermediate, config.vocab, config.context
    );
    config.notices.iter().for_each(|notice| println!("note: {notice}"));

    for linear in Inspection::new(&model, vec![])?.layers {
        let zeros = 100.0 * linear.zeros as f64 / (linear.rows * linear.cols) as f64;
        let (name, outputs, inputs, scales) = (linear.name, linear.rows, linear.cols, linear.scales);
        println!("{name:30} {outputs:5} x {inputs:<5} {:6} {zeros:4.1} % zeros, times {scales}", linear.encoding);
    }

    let logits = model.forward(&mut Golden, &[1, 2, 3], &mut KvCache::new(config))?;
    for row in 0..logits.rows() {
        let mut best: Vec<(usize, f32)> = logits.row(row).iter().copied().enumerate().collect();
        best.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let best: Vec<String> = best.iter().take(3).map(|(token, score)| format!("{token} ({score:.1})")).collect();
        println!("best after token {}: {}", row + 1, best.join(", "));
    }

    let tokenizer = match Tokenizer::load(&source) {
        Ok(tokenizer) => tokenizer,
        Err(error) => {
            println!("no text: {error}");
            return Ok(());
        }
    };
    let prompt = tokenizer.encode(PROMPT)?;
    let (mut engine, mut sampler) = (Golden, Sampler::greedy());
    let tokens: Vec<u32> = generate(&model, &mut engine, &mut sampler, &prompt)?.take(40).collect::<Result<_, _>>()?;
    println!("{PROMPT}{}", tokenizer.decode(&tokens)?);
    Ok(())
}
