//! `xtask speed`: seconds per step of a training, on a text made up for it.

use std::io::Write;
use std::time::Instant;

use anyhow::Result;
use trine_cli::Verdict;
use trine_cli::train::RecipeArgs;
use trine_train::{Corpus, Kind, Layout, Trainer};

/// Measure the seconds of a training step of every kind of model
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Steps to measure, after one that is not
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    measured: u32,
    #[command(flatten)]
    recipe: RecipeArgs,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let text: String = (0..100_000u32).map(|i| char::from(b' ' + (i.wrapping_mul(i) >> 7) as u8 % 84)).collect();
    let corpus = Corpus::new(&text, args.recipe.vocab)?;
    for kind in Kind::ALL {
        let recipe = args.recipe.recipe(corpus.vocabulary.size(), args.recipe.hidden, kind, 1e-3, 1);
        let mut trainer = Trainer::new(recipe)?;
        trainer.step(&corpus)?;
        let mut seconds = vec![];
        for _ in 0..args.measured {
            let start = Instant::now();
            trainer.step(&corpus)?;
            seconds.push(start.elapsed().as_secs_f64());
        }
        seconds.sort_by(f64::total_cmp);
        let (median, least) = (seconds[seconds.len() / 2], seconds[0]);
        let (weights, tokens) = (Layout::new(&recipe.shape).total() as f64, recipe.batch * recipe.shape.context);
        writeln!(
            out,
            "{:8} {:.2} M weights, {tokens} tokens a step: median {median:.4} s, least {least:.4} s, {:.0} GFLOP/s at best",
            kind.name(),
            weights / 1e6,
            6.0 * weights * tokens as f64 / least / 1e9
        )?;
    }
    Ok(Verdict::Right)
}
