//! Learning rates, one after the other, for the ternary and for the float model: the papers' claim is that BitNet wants
//! rates at which float training gets worse or diverges.

use serde::{Deserialize, Serialize};

use crate::{Error, Kind, Plan, Recipe, Session, VocabularyKind};

/// A training at one rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Cell {
    kind: Kind,
    rate: f64,
    /// Bits per character of the held-out text; absent when training diverged.
    held_out_bits_per_char: Option<f64>,
}

/// Trainings at several learning rates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// The recipe of the first; only kind and rate differ.
    pub recipe: Recipe,
    cells: Vec<Cell>,
}

impl Sweep {
    /// The kinds that are trained at every rate.
    pub const KINDS: [Kind; 2] = [Kind::Ternary, Kind::Float];

    /// Trains both kinds at every rate; `recipe` takes kind, rate and size of the vocabulary, and `step` is called after
    /// every step. Absent without rates.
    ///
    /// # Errors
    /// Those of a training, except that it diverged.
    pub fn new(
        text: &str,
        vocabulary: VocabularyKind,
        recipe: impl Fn(Kind, f64, usize) -> Recipe,
        rates: &[f64],
        step: &dyn Fn(),
    ) -> Result<Option<Self>, Error> {
        let mut found: Option<Self> = None;
        for &rate in rates {
            for kind in Self::KINDS {
                let (recipe, bits) = train(text, vocabulary, |vocab| recipe(kind, rate, vocab), step)?;
                let cell = Cell { kind, rate, held_out_bits_per_char: bits };
                found.get_or_insert_with(|| Self { recipe, cells: Vec::new() }).cells.push(cell);
            }
        }
        Ok(found)
    }

    /// The rates tried, in the order of the trials.
    pub fn rates(&self) -> Vec<f64> {
        self.cells.iter().filter(|cell| cell.kind == Self::KINDS[0]).map(|cell| cell.rate).collect()
    }

    /// Bits per character of a kind at a rate, unless it diverged.
    pub fn bits(&self, kind: Kind, rate: f64) -> Option<f64> {
        let cell = self.cells.iter().find(|cell| cell.kind == kind && cell.rate == rate);
        cell.and_then(|cell| cell.held_out_bits_per_char)
    }

    /// The rate at which a kind is best, and its bits per character there.
    pub fn best(&self, kind: Kind) -> Option<(f64, f64)> {
        let all = self.rates().into_iter().filter_map(|rate| Some((rate, self.bits(kind, rate)?)));
        all.min_by(|a, b| a.1.total_cmp(&b.1))
    }
}

fn train(
    text: &str,
    vocabulary: VocabularyKind,
    recipe: impl Fn(usize) -> Recipe,
    step: &dyn Fn(),
) -> Result<(Recipe, Option<f64>), Error> {
    // One point, at the end.
    let plan = Plan { vocabulary, every: recipe(1).schedule.steps.max(1), gguf: None };
    let mut session = Session::begin(text, plan, recipe, None)?;
    let result = session.run::<Error>(usize::MAX, |_, _| {
        step();
        Ok(())
    });
    let bits = match result {
        Ok(()) => Some(session.held_out()).filter(|bits| bits.is_finite()),
        Err(Error::Diverged { .. }) => None,
        Err(error) => return Err(error),
    };
    Ok((session.trainer.recipe, bits))
}
