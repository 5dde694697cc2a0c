//! Progress of a training: a bar on a terminal, a line a point everywhere.

use std::io::Write;
use std::time::Instant;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use trine_train::{Point, Recipe, StepReport};

use trine_report::text::grouped;
use trine_report::training::time_left;

/// The bar and the lines of one training.
pub struct Progress {
    bar: ProgressBar,
    /// Start of this process's share, and the steps that were done by then.
    since: (Instant, u64),
}

impl Progress {
    /// Of a training of which `done` steps are done.
    pub fn new(recipe: &Recipe, done: usize) -> Self {
        let done = done as u64;
        let bar = ProgressBar::new(recipe.schedule.end() as u64).with_position(done);
        let bar = match ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        Self { bar, since: (Instant::now(), done) }
    }

    /// Shows a step, and prints the points of the curve that it gave.
    ///
    /// # Errors
    /// Those of the output.
    pub fn step(&mut self, report: &StepReport, points: &[Point], out: &mut dyn Write) -> Result<()> {
        self.bar.inc(1);
        let (start, first) = self.since;
        let (position, end) = (self.bar.position(), self.bar.length().unwrap_or_default());
        let left = time_left(start.elapsed(), position - first, end.saturating_sub(position)).as_secs();
        self.bar.set_message(format!("{:.3} bits a token, {left} s left", report.bits));
        for p in points {
            let (step, train, held) = (grouped(p.step), p.train_bits, p.held_out_bits);
            let line = format!("step {step}: {train:.4} bits a token, held out {held:.4} a character; {left} s left");
            self.bar.suspend(|| writeln!(out, "{line}"))?;
            out.flush()?;
        }
        Ok(())
    }

    /// Removes the bar.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}
