//! Progress of a training: a bar on a terminal, a line a point everywhere.

use std::io::Write;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use trine_train::{Point, Recipe, StepReport};

use trine_report::text::grouped;

/// The bar and the lines of one training.
pub struct Progress(ProgressBar);

impl Progress {
    /// Of a training of which `done` steps are done.
    pub fn new(recipe: &Recipe, done: usize) -> Self {
        let bar = ProgressBar::new(recipe.schedule.end() as u64).with_position(done as u64);
        bar.reset_eta();
        Self(match ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len}, {eta} left") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    /// Shows a step, and prints the points of the curve that it gave.
    ///
    /// # Errors
    /// Those of the output.
    pub fn step(&mut self, report: &StepReport, points: &[Point], out: &mut dyn Write) -> Result<()> {
        self.0.set_message(format!("{:.3} bits a token", report.bits));
        self.0.inc(1);
        for p in points {
            let (step, train, held) = (grouped(p.step), p.train_bits, p.held_out_bits);
            let left = self.0.eta().as_secs();
            let line = format!("step {step}: {train:.4} bits a token, held out {held:.4} a character; {left} s left");
            self.0.suspend(|| writeln!(out, "{line}"))?;
            out.flush()?;
        }
        Ok(())
    }

    /// Removes the bar.
    pub fn finish(self) {
        self.0.finish_and_clear();
    }
}
