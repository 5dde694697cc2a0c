//! Learning rates, one after the other, for the ternary and for the float model: the papers' claim is that BitNet wants
//! rates at which float training gets worse or diverges.

use std::io::Write;

use anyhow::Result;
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};
use trine_train::{Error, Kind, Plan, Recipe, Session};

use super::RecipeArgs;
use crate::output::{progress, table};

/// A training at one rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Cell {
    kind: Kind,
    rate: f64,
    /// Bits per character of the held-out text; absent when training diverged.
    held_out_bits_per_char: Option<f64>,
}

/// What a sweep found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sweep {
    /// The recipe of the first; only kind and rate differ.
    pub(crate) recipe: Recipe,
    cells: Vec<Cell>,
}

const KINDS: [Kind; 2] = [Kind::Ternary, Kind::Float];

/// Trains both kinds at every rate and prints the table.
pub(super) fn sweep(text: &str, args: &RecipeArgs, seed: u64, rates: &[f64], out: &mut dyn Write) -> Result<Sweep> {
    let mut found: Option<Sweep> = None;
    let bar = progress((args.steps * rates.len() * KINDS.len()) as u64, "steps");
    for &rate in rates {
        for kind in KINDS {
            let (recipe, bits) = train(text, args, (kind, rate, seed), &bar)?;
            let cell = Cell { kind, rate, held_out_bits_per_char: bits };
            found.get_or_insert_with(|| Sweep { recipe, cells: Vec::new() }).cells.push(cell);
        }
    }
    bar.finish_and_clear();
    let found = found.ok_or_else(|| anyhow::anyhow!("there is no learning rate to try"))?;
    found.print(out)?;
    Ok(found)
}

fn train(
    text: &str,
    args: &RecipeArgs,
    (kind, rate, seed): (Kind, f64, u64),
    bar: &ProgressBar,
) -> Result<(Recipe, Option<f64>)> {
    let recipe = |vocab| args.recipe(vocab, args.hidden, kind, rate, seed);
    // One point, at the end.
    let plan = Plan { vocabulary: args.vocab, every: args.steps.max(1), gguf: None };
    let mut session = Session::begin(text, plan, recipe, None)?;
    let result = session.run::<Error>(usize::MAX, |_, _| {
        bar.inc(1);
        Ok(())
    });
    let bits = match result {
        Ok(()) => Some(session.held_out()).filter(|bits| bits.is_finite()),
        Err(Error::Diverged { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    Ok((session.trainer.recipe, bits))
}

impl Sweep {
    /// The rates tried, in the order of the trials.
    pub(crate) fn rates(&self) -> Vec<f64> {
        self.cells.iter().filter(|cell| cell.kind == KINDS[0]).map(|cell| cell.rate).collect()
    }

    /// What a kind came to at a rate, unless it diverged.
    pub(crate) fn bits(&self, kind: Kind, rate: f64) -> Option<f64> {
        let cell = self.cells.iter().find(|cell| cell.kind == kind && cell.rate == rate);
        cell.and_then(|cell| cell.held_out_bits_per_char)
    }

    /// The rate at which a kind is best, and what it comes to there.
    pub(crate) fn best(&self, kind: Kind) -> Option<(f64, f64)> {
        let all = self.rates().into_iter().filter_map(|rate| Some((rate, self.bits(kind, rate)?)));
        all.min_by(|a, b| a.1.total_cmp(&b.1))
    }

    fn print(&self, out: &mut dyn Write) -> Result<()> {
        let mut rows = table(["rate", KINDS[0].name(), KINDS[1].name()]);
        for rate in self.rates() {
            let cell = |kind| self.bits(kind, rate).map_or("diverged".into(), |bits| format!("{bits:.4}"));
            rows.add_row([rate.to_string(), cell(KINDS[0]), cell(KINDS[1])]);
        }
        writeln!(out, "held-out bits per character, measured, after {} steps\n{rows}", self.recipe.schedule.steps)?;
        for kind in KINDS {
            if let Some((rate, bits)) = self.best(kind) {
                writeln!(out, "{} is best at {rate}: {bits:.4}", kind.name())?;
            }
        }
        Ok(())
    }
}
