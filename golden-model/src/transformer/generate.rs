//! Text generation, a token at a time.

use crate::{Error, KvCache, Matmul, Model, Sampler};

/// Yields the tokens that follow a prompt; made by [`generate`].
pub struct Generator<'a> {
    model: &'a Model,
    engine: &'a mut dyn Matmul,
    sampler: &'a mut Sampler,
    cache: KvCache,
    pending: Vec<u32>,
    end: Option<u32>,
}

impl Generator<'_> {
    /// The end token that the last call of `next` yielded; `None` while the text goes on.
    ///
    /// It tells why a text stopped: after `generator.by_ref().take(n)`, `Some(token)` is an end token of
    /// [`Config::ends`](crate::Config::ends), and `None` is the limit of `n` tokens.
    pub fn end(&self) -> Option<u32> {
        self.end
    }
}

/// Continues `prompt`. The iterator ends after one of the model's end tokens, which it yields, or after an error.
///
/// # Errors
/// If the prompt is empty, longer than the model's context, or holds a token outside the vocabulary.
pub fn generate<'a>(
    model: &'a Model,
    engine: &'a mut dyn Matmul,
    sampler: &'a mut Sampler,
    prompt: &[u32],
) -> Result<Generator<'a>, Error> {
    let cache = KvCache::new(model.config());
    model.check(prompt, &cache)?;
    Ok(Generator { model, engine, sampler, cache, pending: prompt.to_vec(), end: None })
}

impl Iterator for Generator<'_> {
    type Item = Result<u32, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.pending.is_empty() {
            return None;
        }
        let tokens = std::mem::take(&mut self.pending);
        Some(self.model.forward_last(self.engine, &tokens, &mut self.cache).map(|logits| {
            let token = self.sampler.sample(logits.last());
            if self.model.config().ends.contains(&token) {
                self.end = Some(token);
            } else {
                self.pending.push(token);
            }
            token
        }))
    }
}
