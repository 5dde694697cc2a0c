//! A text, its tokens, and the part that is held out: the last twentieth of its characters.

use std::ops::Range;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{Error, Vocabulary, VocabularyKind};

/// One character in this many is held out.
const HELD_OUT: usize = 20;

/// A text in two parts: what comes first is trained on, the end is held out.
pub fn split(text: &str) -> (&str, &str) {
    let characters = text.chars().count();
    let kept = characters - characters / HELD_OUT;
    let at = text.char_indices().nth(kept).map_or(text.len(), |(at, _)| at);
    text.split_at(at)
}

/// Tokens of both parts.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// Vocabulary of the tokens.
    pub vocabulary: Vocabulary,
    trained: Vec<u32>,
    held: Vec<u32>,
}

impl Corpus {
    /// Splits `text` and learns a vocabulary from it.
    ///
    /// # Errors
    /// If the vocabulary cannot be learnt.
    pub fn new(text: &str, kind: VocabularyKind) -> Result<Self, Error> {
        let (trained, held) = split(text);
        Self::with(text, Vocabulary::learn(kind, trained, held)?)
    }

    /// Splits `text`, to be written in a vocabulary that there is already.
    ///
    /// # Errors
    /// If the vocabulary does not cover the text.
    pub fn with(text: &str, vocabulary: Vocabulary) -> Result<Self, Error> {
        let (trained, held) = split(text);
        Ok(Self { trained: vocabulary.encode(trained)?, held: vocabulary.encode(held)?, vocabulary })
    }

    /// Makes sure that both parts hold at least one sequence.
    pub(crate) fn check(&self, context: usize) -> Result<(), Error> {
        let least = self.trained.len().min(self.held.len());
        if least <= context {
            return Err(Error::Text(format!(
                "its {} tokens to train on and {} held out are too few for a context of {context}; \
                 take a longer text or a shorter context",
                self.trained.len(),
                self.held.len()
            )));
        }
        Ok(())
    }

    /// Tokens that are trained on.
    pub fn trained(&self) -> &[u32] {
        &self.trained
    }

    /// Tokens that are held out.
    pub fn held(&self) -> &[u32] {
        &self.held
    }

    /// Inputs and targets of the sequences of a step: the same for the same seed and step, whatever came before.
    pub(crate) fn batch(&self, seed: u64, step: usize, sequences: usize, context: usize) -> (Vec<u32>, Vec<u32>) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(step as u64);
        let starts: Vec<usize> = (0..sequences).map(|_| random.random_range(0..self.trained.len() - context)).collect();
        (take(&self.trained, &starts, context, 0), take(&self.trained, &starts, context, 1))
    }

    /// Beginnings of windows of `context` tokens, side by side, in the held-out part; `most` of them, evenly spread.
    pub(crate) fn windows(&self, context: usize, most: usize) -> Vec<usize> {
        let all = (self.held.len() - 1) / context;
        let taken = all.min(most);
        (0..taken).map(|i| i * all / taken * context).collect()
    }

    /// Inputs and targets of some windows.
    pub(crate) fn held_batch(&self, starts: &[usize], context: usize) -> (Vec<u32>, Vec<u32>) {
        (take(&self.held, starts, context, 0), take(&self.held, starts, context, 1))
    }
}

fn take(tokens: &[u32], starts: &[usize], context: usize, shift: usize) -> Vec<u32> {
    let range = |start: &usize| -> Range<usize> { start + shift..start + shift + context };
    starts.iter().flat_map(|start| tokens[range(start)].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twentieth_is_held_out_and_batches_depend_on_seed_and_step_only() {
        let text: String = (0..400).map(|i| char::from(b'a' + (i * i % 23) as u8)).collect();
        let (trained, held) = split(&text);
        assert_eq!((trained.len(), held.len()), (380, 20));
        assert_eq!(split("é\u{e9}a").1, "");
        let corpus = Corpus::new(&text, VocabularyKind::Characters).unwrap();
        let (inputs, targets) = corpus.batch(1, 7, 3, 8);
        assert_eq!(inputs.len(), 24);
        assert_eq!(inputs[1..8], targets[..7]);
        assert_eq!(corpus.batch(1, 7, 3, 8), (inputs.clone(), targets));
        assert_ne!(corpus.batch(1, 8, 3, 8).0, inputs);
        assert_ne!(corpus.batch(2, 7, 3, 8).0, inputs);
        assert_eq!(corpus.windows(6, 100), [0, 6, 12]);
        assert_eq!(corpus.windows(6, 2), [0, 6]);
        assert!(corpus.check(20).unwrap_err().to_string().contains("too few"));
    }
}
