//! The token ids of every line of a text, as the golden model reads the vocabulary of a model.
//!
//! `cargo run -p trine-train --example tokens -- MODEL TEXT`

use trine_golden_model::Tokenizer;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, text] = &arguments[..] else { return Err("a model and a text are needed".into()) };
    let tokenizer = Tokenizer::load(&model.parse()?)?;
    for line in std::fs::read_to_string(text)?.split_inclusive('\n') {
        let ids: Vec<String> = tokenizer.encode(line)?.iter().map(ToString::to_string).collect();
        println!("{}", ids.join(" "));
    }
    Ok(())
}
