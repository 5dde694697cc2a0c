//! A training from first step to last: steps, measurements, checkpoints.

use std::path::PathBuf;

use crate::checkpoint::{self, Checkpoint, Point};
use crate::corpus::Corpus;
use crate::{Error, Recipe, StepReport, Trainer, Vocabulary, VocabularyKind};

/// Windows of the held-out text that a point of the curve measures.
const GLANCE: usize = 64;

/// A training and what belongs to it.
#[derive(Debug)]
pub struct Session {
    /// The training.
    pub trainer: Trainer,
    /// What it is trained on.
    pub corpus: Corpus,
    /// Its curve so far.
    pub curve: Vec<Point>,
    text: String,
    /// Where checkpoints go, when they go anywhere.
    folder: Option<PathBuf>,
    /// Steps between points, and checkpoints.
    every: usize,
}

impl Session {
    /// Begins a training. `recipe` gets the vocabulary's size; with a folder, checkpoints are kept there.
    ///
    /// # Errors
    /// If recipe or text are impossible, or the folder cannot be written to.
    pub fn begin(
        text: String,
        vocabulary: VocabularyKind,
        recipe: impl FnOnce(usize) -> Recipe,
        folder: Option<PathBuf>,
        every: usize,
    ) -> Result<Self, Error> {
        let corpus = Corpus::new(&text, vocabulary)?;
        let recipe = recipe(corpus.vocabulary.size());
        corpus.check(recipe.shape.context)?;
        let trainer = Trainer::new(recipe)?;
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder).map_err(Error::io(folder))?;
            corpus.vocabulary.save(folder)?;
        }
        Self { trainer, corpus, curve: Vec::new(), text, folder, every: every.max(1) }.saved()
    }

    /// Goes on from the checkpoint in `folder`.
    ///
    /// # Errors
    /// If there is none, it is damaged, or it was made from another text.
    pub fn resume(text: String, folder: PathBuf, every: usize) -> Result<Self, Error> {
        let checkpoint = checkpoint::load(&folder)?;
        checkpoint.expect_text(&text)?;
        let vocabulary = Vocabulary::load(&folder)?;
        let (found, expected) = (vocabulary.size(), checkpoint.trainer.recipe.shape.vocab);
        if found != expected {
            let reason = format!("the vocabulary has {found} tokens, the checkpoint's model {expected}");
            return Err(Error::checkpoint(&folder, reason));
        }
        let corpus = Corpus::with(&text, vocabulary)?;
        let Checkpoint { trainer, curve, .. } = checkpoint;
        Ok(Self { trainer, corpus, curve, text, folder: Some(folder), every: every.max(1) })
    }

    fn saved(self) -> Result<Self, Error> {
        self.save()?;
        Ok(self)
    }

    fn save(&self) -> Result<(), Error> {
        match &self.folder {
            Some(folder) => checkpoint::save(folder, &self.trainer, &self.curve, &self.text),
            None => Ok(()),
        }
    }

    /// Lets the learning rate fall to nothing over `steps` more steps, whatever the recipe had planned after this one.
    ///
    /// # Errors
    /// If there are no steps to land in, or the training is landing already.
    pub fn land(&mut self, steps: usize) -> Result<(), Error> {
        let from = self.trainer.steps_done();
        let schedule = &mut self.trainer.recipe.schedule;
        if steps == 0 || schedule.landing.is_some() {
            return Err(Error::Recipe("a training lands once, over at least one step".into()));
        }
        schedule.landing = Some((from, steps));
        self.save()
    }

    /// Follows the recipe to its end, or to step `until`. `watch` sees every step, and the point of the curve that it came
    /// to, if it did.
    ///
    /// # Errors
    /// If training diverges, a checkpoint cannot be written, or `watch` says to stop.
    pub fn run<E: From<Error>>(
        &mut self,
        until: usize,
        mut watch: impl FnMut(&StepReport, &[Point]) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut bits, mut norm, mut steps) = (0.0, 0.0, 0);
        let until = until.min(self.trainer.recipe.schedule.end());
        while self.trainer.steps_done() < until {
            let report = self.trainer.step(&self.corpus)?;
            (bits, norm, steps) = (bits + report.bits, norm + report.norm, steps + 1);
            let points = self.curve.len();
            if report.step.is_multiple_of(self.every) || report.step == until {
                let Recipe { batch, shape, .. } = self.trainer.recipe;
                self.curve.push(Point {
                    step: report.step,
                    tokens: report.step * batch * shape.context,
                    rate: report.rate,
                    train_bits: bits / f64::from(steps),
                    norm: norm / f64::from(steps),
                    held_out_bits: self.trainer.held_out(&self.corpus, GLANCE),
                });
                (bits, norm, steps) = (0.0, 0.0, 0);
                self.save()?;
            }
            watch(&report, &self.curve[points..])?;
        }
        Ok(())
    }

    /// Bits per character of all of the held-out text.
    pub fn held_out(&mut self) -> f64 {
        self.trainer.held_out(&self.corpus, usize::MAX)
    }
}
