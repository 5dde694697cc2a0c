//! Flags of a training recipe.

use clap::ValueEnum;
use trine_train::{Activation, Kind, Recipe, Schedule, Shape, VocabularyKind};

/// Sizes and steps of a training.
#[derive(Debug, clap::Args)]
pub struct RecipeArgs {
    /// Vocabulary: `chars`, or `bpe:N` for N byte pairs
    #[arg(long, value_name = "KIND", default_value = "chars", value_parser = vocabulary)]
    pub vocab: VocabularyKind,
    /// Features between layers
    #[arg(long, value_name = "N", default_value_t = 128)]
    pub hidden: usize,
    /// Features inside the feed-forward network [default: 8/3 of --hidden, up to a multiple of 32]
    #[arg(long, value_name = "N")]
    intermediate: Option<usize>,
    /// Transformer layers
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub(super) layers: usize,
    /// Query heads
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub(super) heads: usize,
    /// Key and value heads
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(super) kv_heads: usize,
    /// Tokens in a sequence
    #[arg(long, value_name = "N", default_value_t = 128)]
    pub(super) context: usize,
    /// Give the head weights of its own, instead of the embedding's
    #[arg(long)]
    pub(super) untied: bool,
    /// Activation of the gate; llama.cpp computes silu only
    #[arg(long, value_name = "NAME", value_enum, default_value_t = ActivationArg::Relu2)]
    pub(super) activation: ActivationArg,
    /// Sequences in a step
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub(super) batch: usize,
    /// Parts of a batch that are computed in parallel; they change the last bits of losses
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(super) shards: usize,
    /// Steps of the training
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub steps: usize,
    /// Steps until the highest learning rate is reached
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(super) warmup: usize,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ActivationArg {
    Relu2,
    Silu,
}

impl ActivationArg {
    pub(super) fn activation(self) -> Activation {
        match self {
            Self::Relu2 => Activation::Relu2,
            Self::Silu => Activation::Silu,
        }
    }
}

/// The form of `--vocab` for this kind.
pub(super) fn vocabulary_name(kind: VocabularyKind) -> String {
    match kind {
        VocabularyKind::Characters => "chars".into(),
        VocabularyKind::Bpe(size) => format!("bpe:{size}"),
    }
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
    pub fn recipe(&self, vocab: usize, hidden: usize, kind: Kind, rate: f64, seed: u64) -> Recipe {
        let &Self { layers, heads, kv_heads, context, untied, batch, shards, steps, warmup, .. } = self;
        let (intermediate, activation) = (self.intermediate(hidden), self.activation.activation());
        Recipe {
            kind,
            shape: Shape { hidden, intermediate, layers, heads, kv_heads, vocab, context, tied: !untied, activation },
            schedule: Schedule { peak: rate, warmup, steps, landing: None },
            batch,
            shards,
            seed,
        }
    }

    /// Features inside the feed-forward network of a model with `hidden` outside.
    pub(super) fn intermediate(&self, hidden: usize) -> usize {
        self.intermediate.unwrap_or((hidden.saturating_mul(8) / 3).next_multiple_of(32))
    }
}
