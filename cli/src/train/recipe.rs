//! What is trained, as flags.

use trine_train::{Kind, Recipe, Schedule, Shape, VocabularyKind};

/// Sizes and steps of a training.
#[derive(Debug, clap::Args)]
pub(crate) struct RecipeArgs {
    /// `chars`, or `bpe:N` for N byte pairs
    #[arg(long, value_name = "KIND", default_value = "chars", value_parser = vocabulary)]
    pub(crate) vocab: VocabularyKind,
    /// Features between layers
    #[arg(long, value_name = "N", default_value_t = 128)]
    pub(crate) hidden: usize,
    /// Features inside the feed-forward network; 8/3 of hidden, up to a multiple of 32, unless given
    #[arg(long, value_name = "N")]
    intermediate: Option<usize>,
    /// Transformer layers
    #[arg(long, value_name = "N", default_value_t = 4)]
    layers: usize,
    /// Query heads
    #[arg(long, value_name = "N", default_value_t = 4)]
    heads: usize,
    /// Key and value heads
    #[arg(long, value_name = "N", default_value_t = 2)]
    kv_heads: usize,
    /// Tokens in a sequence
    #[arg(long, value_name = "N", default_value_t = 128)]
    context: usize,
    /// Give the head weights of its own, instead of the embedding's
    #[arg(long)]
    untied: bool,
    /// Sequences in a step
    #[arg(long, value_name = "N", default_value_t = 4)]
    batch: usize,
    /// Parts of a batch that are computed in parallel; losses depend on it in the last bits, but not on the threads
    #[arg(long, value_name = "N", default_value_t = 2)]
    shards: usize,
    /// Steps
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub(crate) steps: usize,
    /// Steps until the highest learning rate is reached
    #[arg(long, value_name = "N", default_value_t = 100)]
    warmup: usize,
}

fn vocabulary(text: &str) -> Result<VocabularyKind, String> {
    match text.split_once(':') {
        None if text == "chars" => Ok(VocabularyKind::Characters),
        Some(("bpe", size)) => {
            size.parse().map(VocabularyKind::Bpe).map_err(|_| format!("`{size}` is not a number of tokens"))
        }
        _ => Err("`chars` or `bpe:N` is expected".into()),
    }
}

impl RecipeArgs {
    /// The recipe, for a vocabulary of `vocab` tokens.
    pub(crate) fn recipe(&self, vocab: usize, hidden: usize, kind: Kind, rate: f64, seed: u64) -> Recipe {
        let &Self { layers, heads, kv_heads, context, untied, batch, shards, steps, warmup, .. } = self;
        let intermediate = self.intermediate.unwrap_or((hidden * 8 / 3).next_multiple_of(32));
        Recipe {
            kind,
            shape: Shape { hidden, intermediate, layers, heads, kv_heads, vocab, context, tied: !untied },
            schedule: Schedule { peak: rate, warmup, steps, landing: None },
            batch,
            shards,
            seed,
        }
    }
}
