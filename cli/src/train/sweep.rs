//! `trine train --sweep`: learning rates, one after the other, as they are printed.

use std::io::Write;

use anyhow::Result;
use trine_train::Sweep;

use super::RecipeArgs;
use crate::output::{progress, table};

/// Trains both kinds at every rate and prints the table.
pub(super) fn sweep(text: &str, args: &RecipeArgs, seed: u64, rates: &[f64], out: &mut dyn Write) -> Result<Sweep> {
    let bar = progress((args.steps * rates.len() * Sweep::KINDS.len()) as u64, "steps");
    let recipe = |kind, rate, vocab| args.recipe(vocab, args.hidden, kind, rate, seed);
    let found = Sweep::new(text, args.vocab, recipe, rates, &|| bar.inc(1))?;
    bar.finish_and_clear();
    let found = found.ok_or_else(|| anyhow::anyhow!("there is no learning rate to try"))?;
    print(&found, out)?;
    Ok(found)
}

fn print(found: &Sweep, out: &mut dyn Write) -> Result<()> {
    let kinds = Sweep::KINDS;
    let mut rows = table(["rate", kinds[0].name(), kinds[1].name()]);
    for rate in found.rates() {
        let cell = |kind| found.bits(kind, rate).map_or("diverged".into(), |bits| format!("{bits:.4}"));
        rows.add_row([rate.to_string(), cell(kinds[0]), cell(kinds[1])]);
    }
    writeln!(out, "held-out bits per character, measured, after {} steps\n{rows}", found.recipe.schedule.steps)?;
    for kind in kinds {
        if let Some((rate, bits)) = found.best(kind) {
            writeln!(out, "{} is best at {rate}: {bits:.4}", kind.name())?;
        }
    }
    Ok(())
}
