//! The whole network: embedding, layers, final norm, head.
//!
//! ```text
//! h = embedding[tokens]
//! h = h + attention(norm(h));  h = h + ffn(norm(h))      for each layer
//! logits = head . norm(h)
//! ```

use super::layer::Layers;
use crate::layers::attention::Span;
use crate::layers::dense::Dense;
use crate::layers::rope::Rope;
use crate::{Config, Error, KvCache, Linear, LinearId, Matmul, RmsNorm};

/// A language model, ready to run; ternary weights stay packed.
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) config: Config,
    pub(crate) embedding: Dense,
    pub(crate) layers: Layers,
    pub(crate) norm: RmsNorm,
    /// `None` when the head is the embedding.
    pub(crate) head: Option<Dense>,
    pub(crate) rope: Rope,
}

/// Scores for the token after each of `M` tokens, `M x vocab`.
#[derive(Clone, Debug, PartialEq)]
pub struct Logits {
    vocab: usize,
    values: Vec<f32>,
}

impl Logits {
    /// `M`, one row of scores for each token given.
    pub fn rows(&self) -> usize {
        self.values.len() / self.vocab
    }

    /// The scores after token `row`.
    ///
    /// # Panics
    /// If `row` is out of range.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.vocab..][..self.vocab]
    }

    /// The scores after the last token.
    pub fn last(&self) -> &[f32] {
        self.row(self.rows() - 1)
    }

    /// All scores, row-major.
    pub fn as_slice(&self) -> &[f32] {
        &self.values
    }
}

impl Model {
    /// Shape and conventions of the model.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Every ternary linear, in the order of the computation.
    ///
    /// # Errors
    /// [`Error::Argument`] if the model's layers are streamed: it holds none of them.
    pub fn linears(&self) -> Result<impl Iterator<Item = (LinearId, &Linear)>, Error> {
        let layers = self.layers.held().ok_or_else(|| {
            Error::argument("the layers of this model are streamed, so its linears are not in memory; load all of them")
        })?;
        let linears = layers.iter().flat_map(|layer| {
            let (a, f) = (&layer.attention, &layer.ffn);
            [&a.q, &a.k, &a.v, &a.o, &f.gate, &f.up, &f.down]
        });
        Ok(linears.map(|linear| (linear.id, linear)))
    }

    /// Runs `tokens` after those in `cache`, adds them to it, and returns the scores after each.
    ///
    /// # Errors
    /// If there are no tokens, one is outside the vocabulary, the context is full, the cache belongs to another model,
    /// the engine fails, or an activation or a score is infinite or NaN. The cache is then as before.
    pub fn forward(&self, engine: &mut dyn Matmul, tokens: &[u32], cache: &mut KvCache) -> Result<Logits, Error> {
        self.forward_batch(engine, &mut [(tokens, cache)])
    }

    /// As [`forward`](Self::forward), but only the scores after the last token: the head is computed once.
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    pub fn forward_last(&self, engine: &mut dyn Matmul, tokens: &[u32], cache: &mut KvCache) -> Result<Logits, Error> {
        let start = cache.len();
        let hidden = self.hidden(engine, &mut [(tokens, &mut *cache)])?;
        let logits = self.logits(&hidden[hidden.len() - self.config.hidden..], std::iter::once(cache.len() - 1));
        logits.inspect_err(|_| cache.truncate(start))
    }

    /// Runs several sequences at once, each with its own cache; the rows of the result follow one another.
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    pub fn forward_batch(
        &self,
        engine: &mut dyn Matmul,
        batch: &mut [(&[u32], &mut KvCache)],
    ) -> Result<Logits, Error> {
        let starts: Vec<usize> = batch.iter().map(|(_, cache)| cache.len()).collect();
        let hidden = self.hidden(engine, batch)?;
        let positions = starts.iter().zip(&*batch).flat_map(|(&start, (tokens, _))| start..start + tokens.len());
        let logits = self.logits(&hidden, positions);
        logits.inspect_err(|_| batch.iter_mut().zip(&starts).for_each(|((_, cache), &start)| cache.truncate(start)))
    }

    /// The scores after each row of `hidden`, which are those of tokens at `positions`.
    fn logits(&self, hidden: &[f32], mut positions: impl Iterator<Item = usize>) -> Result<Logits, Error> {
        let (vocab, head) = (self.config.vocab, self.head.as_ref().unwrap_or(&self.embedding));
        let logits = Logits { vocab, values: head.product(&self.norm.forward(hidden)) };
        match logits.values.iter().position(|score| !score.is_finite()) {
            None => Ok(logits),
            Some(at) => {
                let position = positions.nth(at / vocab).unwrap_or_default();
                let place = format!("the score of token {} after position {position}", at % vocab);
                Err(Error::NotFinite { place, value: logits.values[at] })
            }
        }
    }

    /// The last layer's output, `tokens of all sequences x hidden`.
    fn hidden(&self, engine: &mut dyn Matmul, batch: &mut [(&[u32], &mut KvCache)]) -> Result<Vec<f32>, Error> {
        batch.iter().try_for_each(|(tokens, cache)| self.check(tokens, cache))?;
        let mut hidden = self.embed(batch.iter().flat_map(|(tokens, _)| *tokens));
        let mut spans: Vec<Span> = batch.iter_mut().map(|(tokens, cache)| Span { rows: tokens.len(), cache }).collect();
        let result = self.layers.try_for_each(|layer| layer.forward(engine, &self.rope, &mut hidden, &mut spans));
        for span in &mut spans {
            match result {
                Ok(()) => span.cache.advance(span.rows),
                Err(_) => span.cache.truncate(span.cache.len()),
            }
        }
        result.map(|()| hidden)
    }

    pub(crate) fn check(&self, tokens: &[u32], cache: &KvCache) -> Result<(), Error> {
        let Config { vocab, context, .. } = self.config;
        if tokens.is_empty() {
            return Err(Error::argument("there are no tokens to run; give at least one"));
        }
        if let Some(token) = tokens.iter().find(|&&token| token as usize >= vocab) {
            return Err(Error::argument(format!("token {token} is outside the vocabulary of {vocab}")));
        }
        if !cache.fits(&self.config) {
            return Err(Error::argument("the key-value cache was made for another model"));
        }
        if cache.len() + tokens.len() > context {
            return Err(Error::argument(format!(
                "{} tokens after {} do not fit the model's context of {context}; ask for fewer tokens",
                tokens.len(),
                cache.len()
            )));
        }
        Ok(())
    }

    fn embed<'a>(&self, tokens: impl Iterator<Item = &'a u32>) -> Vec<f32> {
        let mut hidden = Vec::new();
        for &token in tokens {
            let start = hidden.len();
            hidden.resize(start + self.config.hidden, 0.0);
            self.embedding.row(token as usize, &mut hidden[start..]);
        }
        hidden
    }
}
