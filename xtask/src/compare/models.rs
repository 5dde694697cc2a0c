//! The models of a comparison: read from their folders, or trained there.

use std::io::Write;
use std::path::Path;

use anyhow::{Result, ensure};
use trine_train::{Kind, Place, Plan, Recipe, Session, VocabularyKind};

use trine_cli::train::Progress;

/// Steps between checkpoints.
const EVERY: usize = 250;

/// Common part of all models.
pub(crate) struct Models<'a> {
    pub(crate) text: &'a str,
    pub(crate) vocabulary: VocabularyKind,
    pub(crate) folder: &'a Path,
}

impl Models<'_> {
    /// The model of this recipe, trained to its end; what is there already is not trained again.
    pub(crate) fn model(&self, recipe: impl Fn(usize) -> Recipe, out: &mut dyn Write) -> Result<Session> {
        // The folder's name does not depend on the vocabulary's size.
        let Recipe { kind, shape, seed, .. } = recipe(1);
        let name = format!("d{}-{}-s{seed}", shape.hidden, kind.name());
        let folder = self.folder.join(&name);
        let plan = Plan { vocabulary: self.vocabulary, every: EVERY, gguf: None };
        let mut session = if folder.join("checkpoint.safetensors").exists() {
            let session = Session::resume(self.text, &folder)?;
            let expected = recipe(session.corpus.vocabulary.size());
            ensure!(
                session.trainer.recipe == expected && session.plan == plan,
                "{}: there is a model of another recipe; remove the folder, or name another with --out",
                folder.display()
            );
            session
        } else {
            // Without a checkpoint there is nothing to lose but what a run that was stopped at once had written.
            Session::begin(self.text, plan, &recipe, Some(Place::claim(&folder, true)?))?
        };
        if !session.trainer.finished() {
            writeln!(out, "training {name}")?;
            let mut progress = Progress::new(&session.trainer.recipe, session.trainer.steps_done());
            session.run::<anyhow::Error>(usize::MAX, |report, points| progress.step(report, points, out))?;
            progress.finish();
        }
        Ok(session)
    }
}

/// The learning rate of a kind.
pub(crate) fn rate(kind: Kind, bitnet: f64, float: f64) -> f64 {
    if kind == Kind::Float { float } else { bitnet }
}
