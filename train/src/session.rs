//! A training from first step to last: steps, measurements, checkpoints.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::checkpoint::{self, Checkpoint, Origin, Point, Since};
use crate::corpus::Corpus;
use crate::export::GgufOptions;
use crate::place::Place;
use crate::{Error, Recipe, StepReport, Trainer, Vocabulary, VocabularyKind};

/// Windows of the held-out text that a point of the curve measures.
const GLANCE: usize = 64;
/// Bytes that a parameter takes in a checkpoint: a master weight and two moments.
const CHECKPOINT: u64 = 12;
/// Bytes that a parameter takes at most in the exported models.
const MODELS: u64 = 8;

/// All that decides which files a training leaves, besides its [`Recipe`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The vocabulary that the text is written in.
    pub vocabulary: VocabularyKind,
    /// Steps between points of the curve, and checkpoints.
    pub every: usize,
    /// The GGUF file of the finished model, if there is to be one.
    pub gguf: Option<GgufOptions>,
}

impl Plan {
    /// Makes sure that the plan can be followed.
    ///
    /// # Errors
    /// [`Error::Recipe`] if points of the curve are no steps apart.
    pub fn check(&self) -> Result<(), Error> {
        if self.every == 0 {
            return Err(Error::Recipe("points of the curve must be at least one step apart".into()));
        }
        Ok(())
    }
}

/// A training and what belongs to it.
#[derive(Debug)]
pub struct Session {
    /// The training.
    pub trainer: Trainer,
    /// The text it is trained on.
    pub corpus: Corpus,
    /// Its curve so far.
    pub curve: Vec<Point>,
    /// Which files it leaves.
    pub plan: Plan,
    since: Since,
    origin: Origin,
    /// Folder of checkpoints, if they are written.
    place: Option<Place>,
    saved: Arc<Mutex<usize>>,
}

impl Session {
    /// Begins a training. `recipe` gets the vocabulary's size; with a place, checkpoints are kept there.
    ///
    /// # Errors
    /// If recipe, plan or text are impossible, or the folder cannot be written to or has too little room.
    pub fn begin(
        text: &str,
        plan: Plan,
        recipe: impl FnOnce(usize) -> Recipe,
        place: Option<Place>,
    ) -> Result<Self, Error> {
        plan.check()?;
        let corpus = Corpus::new(text, plan.vocabulary)?;
        let recipe = recipe(corpus.vocabulary.size());
        corpus.check(recipe.shape.context)?;
        let trainer = Trainer::new(recipe)?;
        let (_, file) = corpus.vocabulary.to_file()?;
        let origin =
            Origin { text_sha256: checkpoint::hash(text.as_bytes()), vocabulary_sha256: checkpoint::hash(&file) };
        if let Some(place) = &place {
            // The next checkpoint is written beside the last.
            place.expect_room((2 * CHECKPOINT + MODELS) * trainer.network.masters.len() as u64)?;
            place.clear()?;
            corpus.vocabulary.save(place.folder())?;
        }
        let (curve, since, saved) = (Vec::new(), Since::default(), Arc::default());
        let session = Self { trainer, corpus, curve, plan, since, origin, place, saved };
        session.save()?;
        Ok(session)
    }

    /// Goes on from the checkpoint in `folder`.
    ///
    /// # Errors
    /// If there is none, it is damaged, it was made from another text or with another vocabulary, another process trains
    /// there, or the disk has too little room.
    pub fn resume(text: &str, folder: &Path) -> Result<Self, Error> {
        let place = Place::reopen(folder)?;
        let checkpoint = checkpoint::load(folder)?;
        checkpoint.expect_text(folder, text)?;
        let Checkpoint { trainer, plan, since, curve, origin } = checkpoint;
        let vocabulary = Vocabulary::load(folder, plan.vocabulary, Some(&origin.vocabulary_sha256))?;
        let (found, expected) = (vocabulary.size(), trainer.recipe.shape.vocab);
        if found != expected {
            let reason = format!("the vocabulary has {found} tokens, the checkpoint's model {expected}");
            return Err(Error::checkpoint(folder, reason));
        }
        if !trainer.finished() {
            place.expect_room((CHECKPOINT + MODELS) * trainer.network.masters.len() as u64)?;
        }
        let corpus = Corpus::with(text, vocabulary)?;
        let saved = Arc::new(Mutex::new(trainer.steps_done()));
        Ok(Self { trainer, corpus, curve, plan, since, origin, place: Some(place), saved })
    }

    fn save(&self) -> Result<(), Error> {
        match &self.place {
            Some(place) => {
                let parts = (self.plan, self.since, &self.curve[..], &self.origin);
                let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
                checkpoint::save(place.folder(), &self.trainer, parts)?;
                *saved = self.trainer.steps_done();
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Step of the checkpoint in the folder. The training waits for this lock before it writes the next one.
    pub fn saved(&self) -> Arc<Mutex<usize>> {
        Arc::clone(&self.saved)
    }

    /// Plans a GGUF file for a training that was begun without one.
    ///
    /// # Errors
    /// If another was planned, the format cannot hold the model, or the checkpoint cannot be written.
    pub fn add_gguf(&mut self, options: GgufOptions) -> Result<(), Error> {
        if self.plan.gguf == Some(options) {
            return Ok(());
        }
        if self.plan.gguf.is_some() {
            return Err(Error::Recipe("another GGUF file is planned already".into()));
        }
        crate::export::check_gguf(self.trainer.recipe.kind, &self.trainer.recipe.shape)?;
        self.plan.gguf = Some(options);
        self.save()
    }

    /// Lets the learning rate fall to nothing over `steps` more steps, whatever the recipe had planned after this one. A
    /// training that lands over as many steps already goes on doing so.
    ///
    /// # Errors
    /// If there are no steps to land in, the training is finished, or it is landing already over other steps.
    pub fn land(&mut self, steps: usize) -> Result<(), Error> {
        let (from, finished) = (self.trainer.steps_done(), self.trainer.finished());
        let schedule = &mut self.trainer.recipe.schedule;
        match schedule.landing {
            Some((_, planned)) if planned == steps => return Ok(()),
            Some((at, planned)) => {
                return Err(Error::Recipe(format!(
                    "a training lands once, and this one lands over {planned} steps from step {at} on"
                )));
            }
            None if steps == 0 => return Err(Error::Recipe("a training lands over at least one step".into())),
            None if finished => {
                return Err(Error::Recipe(format!("the training has done all of its {from} steps and cannot land")));
            }
            None => schedule.landing = Some((from, steps)),
        }
        self.save()
    }

    /// Follows the recipe to its end, or to step `until`. `watch` sees every step, and the point of the curve that it came
    /// to, if it did.
    ///
    /// # Errors
    /// If training diverges, a checkpoint cannot be written, or `watch` says to stop. The last checkpoint stays as it is.
    pub fn run<E: From<Error>>(
        &mut self,
        until: usize,
        mut watch: impl FnMut(&StepReport, &[Point]) -> Result<(), E>,
    ) -> Result<(), E> {
        let end = self.trainer.recipe.schedule.end();
        let until = until.min(end);
        while self.trainer.steps_done() < until {
            let report = self.trainer.step(&self.corpus)?;
            let Since { bits, norm, steps } = self.since;
            self.since = Since { bits: bits + report.bits, norm: norm + report.norm, steps: steps + 1 };
            let points = self.curve.len();
            // A stop is no point: the curve does not depend on where a training was interrupted.
            if report.step.is_multiple_of(self.plan.every) || report.step == end {
                let point = self.measure(&report)?;
                self.curve.push(point);
                self.since = Since::default();
                self.save()?;
            } else if report.step == until {
                self.trainer.expect_finite()?;
                self.save()?;
            }
            watch(&report, &self.curve[points..])?;
        }
        Ok(())
    }

    /// The point of the curve after a step.
    fn measure(&mut self, report: &StepReport) -> Result<Point, Error> {
        let Recipe { batch, shape, .. } = self.trainer.recipe;
        let steps = f64::from(self.since.steps);
        let held_out_bits = self.trainer.held_out(&self.corpus, GLANCE);
        if !held_out_bits.is_finite() {
            return Err(Error::Diverged { step: report.step, what: "held-out loss", value: held_out_bits });
        }
        self.trainer.expect_finite()?;
        Ok(Point {
            step: report.step,
            tokens: report.step * batch * shape.context,
            rate: report.rate,
            train_bits: self.since.bits / steps,
            norm: self.since.norm / steps,
            held_out_bits,
        })
    }

    /// Bits per character of all of the held-out text.
    pub fn held_out(&mut self) -> f64 {
        self.trainer.held_out(&self.corpus, usize::MAX)
    }
}
